"""Memorised? The nearest training pictures of what is looked at, in pixels and in codes, with their distances."""

from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from engine.messages import FindNearest, LatentReady, Nearest
from gui.latent.item import Item
from gui.latent.picture_grid import PictureGrid
from gui.latent.picture_view import PictureView
from gui.latent.session import LatentSession
from gui.theme import Theme, set_role

_COUNT = 6
_COPIED = 0.99


class MemoryPage(QWidget):
    """The page. It asks again whenever another picture is looked at while it is shown."""

    title = "Memorised?"

    def __init__(self, session: LatentSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._asking = session.channel(self._on_nearest)
        self.picture = PictureView(self)
        self.pixels, self.codes = PictureGrid(_COUNT, self), PictureGrid(_COUNT, self)
        self._told = {"pixels": QLabel(), "codes": QLabel()}
        for label in self._told.values():
            label.setWordWrap(True)
        column = QVBoxLayout()
        for name, grid in (("pixels", self.pixels), ("codes", self.codes)):
            heading = QLabel(f"Nearest in {name}")
            set_role(heading, "heading")
            column.addWidget(heading)
            column.addWidget(grid, 1)
            column.addWidget(self._told[name])
            grid.clicked.connect(lambda index, grid=grid: session.look_at(grid.items[index]))
        row = QHBoxLayout(self)
        row.setContentsMargins(6, 4, 6, 4)
        row.addWidget(self.picture, 2)
        row.addLayout(column, 3)
        session.item_changed.connect(self._ask)
        session.ready_came.connect(self._on_ready)

    def set_theme(self, theme: Theme) -> None:
        for part in (self.picture, self.pixels, self.codes):
            part.set_theme(theme)

    def showEvent(self, event: object) -> None:
        super().showEvent(event)  # type: ignore[arg-type]
        self._ask()

    def _on_ready(self, ready: LatentReady) -> None:
        for grid in (self.pixels, self.codes):
            grid.show_items([])

    def _ask(self) -> None:
        item = self._session.item
        if item is not None and self.isVisible():
            self.picture.show_item(item)
            self._asking.ask(FindNearest, pictures=item.pixels[None], count=_COUNT)

    def _on_nearest(self, near: Nearest) -> None:
        rows = (
            ("pixels", self.pixels, near.pictures, near.distances, near.typical, near.ranks),
            ("codes", self.codes, near.by_code, near.code_distances, near.code_typical, near.code_ranks),
        )
        for name, grid, pictures, distances, typical, ranks in rows:
            if not len(distances):
                grid.show_items([])
                self._told[name].setText("This model has no encoder, so that pictures have no codes.")
                continue
            captions = [f"{each:.3g}" for each in distances[0]]
            grid.show_items([Item(each, title="a training picture") for each in pictures], captions)
            self._told[name].setText(_in_words(float(distances[0, 0]), typical, float(ranks[0])))


def _in_words(distance: float, typical: float, share: float) -> str:
    """share: of the training pictures' own nearest distances that are larger."""
    if distance == 0:
        return "It is a training picture."
    verdict = "Copied" if share >= _COPIED else "Not copied"
    return (
        f"{verdict}: the nearest is at {distance:.3g}, where training pictures are at {typical:.3g} from their own "
        f"nearest by the median; {100 * share:.0f} % of them are farther than this one."
    )
