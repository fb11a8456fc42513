"""Which controls are shown in lectures: chosen by a right click on them, or by the menu key while they have the focus.

Not covered: what a control is, and its second self in a lecture (controls.py).
"""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication, QMenu

from gui.lecture import controls

if TYPE_CHECKING:
    from gui.window import Window

_STORED = "lecture/controls"
_MOST = 12


class Marks(QObject):
    """Remembered from one start of the program to the next."""

    changed = Signal()

    def __init__(self, window: "Window", parent: QObject) -> None:
        super().__init__(parent)
        self._window = window

    @property
    def names(self) -> list[str]:
        """Names of controls, in the order in which they were marked."""
        kept = self._window.store.value(_STORED, list(controls.USUAL))
        names = [kept] if isinstance(kept, str) else kept if isinstance(kept, list) else []
        return [name for name in names if isinstance(name, str) and name][:_MOST]

    def mark(self, name: str, is_shown: bool) -> None:
        """Show a control in lectures from now on, or no longer."""
        names = [each for each in self.names if each != name]
        self._window.store.setValue(_STORED, [*names, name] if is_shown else names)
        self.changed.emit()

    def offer(self, event: QContextMenuEvent) -> bool:
        """The menu of a control; whether there is a control where it was asked for."""
        is_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        widget = QApplication.focusWidget() if is_key else QApplication.widgetAt(event.globalPos())
        name = controls.name_of(self._window, widget)
        if not name:
            return False
        menu = QMenu(self._window)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        entry = menu.addAction("Show in lectures")
        entry.setCheckable(True)
        entry.setChecked(name in self.names)
        entry.triggered.connect(lambda is_shown: self.mark(name, is_shown))
        menu.popup(event.globalPos())
        return True
