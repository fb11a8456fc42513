"""A field over the window in which a name is typed: Enter or a click elsewhere takes it, Esc leaves it as it was."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

_WIDTH_PX, _ABOVE_PX = 170, 14


class NameEditor(QLineEdit):
    """Shows itself above a place; it is gone once the name is taken or left."""

    def __init__(self, name: str, longest: int, at: QPoint, window: QWidget, take: Callable[[str], object]) -> None:
        """at: in the window, above which it is to lie."""
        super().__init__(name, window)
        self._take = take
        self._is_over = False
        self.setMaxLength(longest)
        self.setAccessibleName("Name of the mark")
        height = self.sizeHint().height()
        left = min(max(0, at.x() - _WIDTH_PX // 2), max(0, window.width() - _WIDTH_PX))
        self.setGeometry(left, max(0, at.y() - height - _ABOVE_PX), _WIDTH_PX, height)
        self.editingFinished.connect(lambda: self.finish(is_taken=True))
        self.show()
        self.raise_()
        self.selectAll()
        self.setFocus()

    def finish(self, *, is_taken: bool) -> None:
        if self._is_over:
            return
        self._is_over = True
        if is_taken:
            self._take(self.text())
        self.hide()
        self.deleteLater()

    def event(self, event: QEvent) -> bool:
        kinds = (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress)
        if isinstance(event, QKeyEvent) and event.type() in kinds and event.key() == Qt.Key.Key_Escape:
            # Else the window takes it.
            event.accept()
            if event.type() == QEvent.Type.KeyPress:
                self.finish(is_taken=False)
            return True
        return super().event(event)
