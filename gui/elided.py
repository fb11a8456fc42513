"""A label of one line that is shortened where it has too little room; its tool tip then says the whole."""

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from gui.language import keep_own, tr


class ElidedLabel(QLabel):
    """Asks for the room of its whole text, and takes less."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._whole = ""
        # It is translated here, as a whole: what it shows may be a part.
        keep_own(self)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setText(text)

    @property
    def whole(self) -> str:
        return self._whole

    def setText(self, text: str) -> None:
        self._whole = text
        self._show()

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    def sizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance(tr(self._whole)) + 2, super().sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange, QEvent.Type.LanguageChange):
            self._show()

    def _show(self) -> None:
        room = self.contentsRect().width()
        whole = tr(self._whole)
        self.setAccessibleName(whole)
        shown = self.fontMetrics().elidedText(whole, Qt.TextElideMode.ElideRight, room)
        super().setText(shown)
        self.setToolTip(whole if shown != whole else "")
