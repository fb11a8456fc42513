"""The shelf: pictures that were kept, for every page of the lab. Drag from it and onto it; a click looks at one."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeyEvent, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from gui.latent.item import Item
from gui.latent.picture_grid import PictureGrid
from gui.latent.picture_view import dropped_items
from gui.latent.session import LatentSession
from gui.theme import Theme, set_role

_HEIGHT_PX = 84


class Shelf(QWidget):
    """`more_wanted`: pictures of the set are asked for."""

    more_wanted = Signal()

    def __init__(self, session: LatentSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.grid = _Keys(session, self)
        self.grid.hint = (
            "Kept pictures stand here: drag them into any place; Ctrl and clicks choose a group. K keeps what you see."
        )
        title = QLabel("Shelf")
        set_role(title, "section")
        self._more = QToolButton()
        self._more.setText("+ 12")
        self._more.setToolTip("Put 12 pictures of the set here")
        self._more.clicked.connect(self.more_wanted)
        row = QHBoxLayout(self)
        row.setContentsMargins(4, 2, 4, 2)
        row.addWidget(title)
        row.addWidget(self.grid, 1)
        row.addWidget(self._more)
        self.setFixedHeight(_HEIGHT_PX)
        self.setAcceptDrops(True)
        session.shelf_changed.connect(lambda: self.grid.show_items(session.shelf))
        self.grid.group_chosen.connect(session.choose_group)
        self.grid.clicked.connect(lambda index: session.look_at(session.shelf[index]))

    def set_theme(self, theme: Theme) -> None:
        self.grid.set_theme(theme)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped_items(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        items: tuple[Item, ...] = dropped_items(event.mimeData())
        new = [each for each in items if all(each is not kept for kept in self._session.shelf)]
        for item in new:
            event.acceptProposedAction()
            self._session.keep(item)


class _Keys(PictureGrid):
    """Delete takes the chosen picture away."""

    def __init__(self, session: LatentSession, parent: QWidget) -> None:
        super().__init__(parent=parent)
        self._session = session

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and (self.group or self.current >= 0):
            for index in sorted(self.group or [self.current], reverse=True):
                self._session.forget(index)
            self.group = []
        else:
            super().keyPressEvent(event)
