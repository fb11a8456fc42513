"""A place for one or several pictures: A, B, or an operand. Dropped into, filled from the picture looked at, emptied.

Several pictures in one slot are a group, which stands for its average.
"""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QMouseEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from gui.latent.item import Item
from gui.latent.picture_grid import PictureGrid
from gui.latent.picture_view import dropped_items
from gui.latent.session import LatentSession
from gui.theme import Theme, set_role

_SIDE_PX = 104


class Slot(QWidget):
    """`changed` when its pictures are others. A click on it while it is empty takes the picture that is looked at."""

    changed = Signal()

    def __init__(
        self, name: str, session: LatentSession, parent: QWidget | None = None, side_px: int = _SIDE_PX
    ) -> None:
        super().__init__(parent)
        self._session = session
        self.items: list[Item] = []
        self._title = QLabel(name)
        set_role(self._title, "heading")
        self._grid = PictureGrid(parent=self)
        self._grid.hint, self._grid.is_place = "drop here, or +", True
        self._grid.setFixedSize(side_px, side_px)
        self._grid.activated.connect(self._remove)
        self._add, self._clear = QToolButton(), QToolButton()
        self._add.setText("+")
        self._add.setToolTip(
            f"Put the group that is chosen, or the picture that is looked at, into {name}; several are averaged"
        )
        self._add.setAccessibleName(f"Add to {name}")
        self._clear.setText("×")
        self._clear.setToolTip(f"Empty {name}; a double click takes a single picture out")
        self._clear.setAccessibleName(f"Empty {name}")
        self._add.clicked.connect(self._take_current)
        self._clear.clicked.connect(lambda: self.set_items([]))
        head = QHBoxLayout()
        head.setContentsMargins(0, 0, 0, 0)
        head.addWidget(self._title, 1)
        head.addWidget(self._add)
        head.addWidget(self._clear)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        column.addLayout(head)
        column.addWidget(self._grid, 0, Qt.AlignmentFlag.AlignHCenter)
        self.setAcceptDrops(True)

    def set_items(self, items: list[Item]) -> None:
        self.items = items
        self._grid.show_items(items)
        self.changed.emit()

    def set_theme(self, theme: Theme) -> None:
        self._grid.set_theme(theme)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped_items(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        items = dropped_items(event.mimeData())
        if items:
            event.acceptProposedAction()
            self.set_items([*self.items, *items])

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if not self.items:
            self._take_current()

    def _take_current(self) -> None:
        """The group that is chosen on the shelf or the map, or else the picture that is looked at."""
        if self._session.group:
            self.set_items([*self.items, *self._session.group])
        elif self._session.item is not None:
            self.set_items([*self.items, self._session.item])

    def _remove(self, index: int) -> None:
        self.set_items([each for position, each in enumerate(self.items) if position != index])
