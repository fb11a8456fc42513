"""A field over the window in which a name is typed: Enter or a click elsewhere takes it, Esc leaves it as it was."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget
from shiboken6 import isValid

_WIDTH_PX, _ABOVE_PX, _LEFT_PX = 170, 8, 4


class NameEditor(QLineEdit):
    """Shows itself above a place on a widget; when it is gone, the keys go again to where they went before."""

    def __init__(
        self, name: str, longest: int, of: QWidget, at: Callable[[], QPoint], take: Callable[[str], object]
    ) -> None:
        """at: the place on the widget `of`, which may move while one types."""
        super().__init__(name, of.window())
        self._of, self._at, self._take = of, at, take
        self._focus_before = of.window().focusWidget()
        self._is_over = False
        self.setMaxLength(longest)
        self.setAccessibleName("Name of the mark")
        self._place()
        of.installEventFilter(self)
        self.editingFinished.connect(lambda: self.finish(is_taken=True))
        self.show()
        self.raise_()
        self.selectAll()
        self.setFocus()

    def finish(self, *, is_taken: bool) -> None:
        if self._is_over:
            return
        self._is_over = True
        self._of.removeEventFilter(self)
        if is_taken:
            self._take(self.text())
        if self.hasFocus() and self._focus_before is not None and isValid(self._focus_before):
            self._focus_before.setFocus()
        self.hide()
        self.deleteLater()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._of and event.type() in (QEvent.Type.Move, QEvent.Type.Resize):
            self._place()
        return False

    def event(self, event: QEvent) -> bool:
        kinds = (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress)
        if isinstance(event, QKeyEvent) and event.type() in kinds and event.key() == Qt.Key.Key_Escape:
            # Else the window takes it.
            event.accept()
            if event.type() == QEvent.Type.KeyPress:
                self.finish(is_taken=False)
            return True
        return super().event(event)

    def _place(self) -> None:
        """Where the name itself is painted: just above the place, and beginning there."""
        at, height = self._of.mapTo(self.window(), self._at()), self.sizeHint().height()
        end = self._of.mapTo(self.window(), QPoint(self._of.width(), 0)).x()
        left = min(max(0, at.x() - _LEFT_PX), max(0, end - _WIDTH_PX))
        self.setGeometry(left, max(0, at.y() - height - _ABOVE_PX), _WIDTH_PX, height)
