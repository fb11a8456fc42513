"""Which keys a focused control keeps for itself, before the window's one-key commands see them.

A text or number field keeps all that can be typed into it: Qt sees to that.
A button, slider, combo box or list that was reached by Tab keeps the keys that work it (Space, Home, End, letters).
After a mere click it does not: who ticks a box with the mouse and then presses Space wants to play, not to untick it.
"""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QAbstractSlider, QApplication, QComboBox, QWidget

_ENDS = (Qt.Key.Key_Home, Qt.Key.Key_End)


class KeyGuard(QObject):
    """Works from the moment it is made, for as long as its window lives."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._is_clicked = False
        window.installEventFilter(self)
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self.on_focus_changed)

    def on_focus_changed(self, old: QWidget | None, new: QWidget | None) -> None:
        # Qt tells the reason only to the control itself, but a click is still going on when the focus arrives.
        if old is None or new is None or old.window() is not new.window():
            return  # A pop-up or another window came or went; the control is the same as before.
        self._is_clicked = QApplication.mouseButtons() != Qt.MouseButton.NoButton

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # What no control has claimed comes up to the window; to accept it here sends the key to the control.
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.ShortcutOverride:
            return False
        if self._is_clicked or not _works(QApplication.focusWidget(), event):
            return False
        event.accept()
        return True


def _works(control: QWidget | None, event: QKeyEvent) -> bool:
    """Whether the key does something in this control."""
    if event.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier):
        return False
    key = event.key()
    if isinstance(control, QAbstractButton):
        return key == Qt.Key.Key_Space
    if isinstance(control, QAbstractSlider):
        return key in _ENDS
    if isinstance(control, QComboBox | QAbstractItemView):
        return key in _ENDS or (event.text().isprintable() and bool(event.text()))
    return False
