"""Memorised? The pictures that the model learnt from that are nearest to what is looked at, in pixels and in codes.

Where those are not here others stand in for them: then distances are told, and no verdict.
"""

import numpy as np
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from engine.messages import Against, FindNearest, LatentReady, Nearest
from gui.latent.item import Item
from gui.latent.picture_grid import PictureGrid
from gui.latent.picture_view import PictureView
from gui.latent.session import LatentSession
from gui.latent.words import against_in_words, nearest_in_words
from gui.theme import Theme, set_role

_COUNT = 6
_COPIED = 0.99
# Of the typical distance: nearer than any two pictures are.
_LEAST_SHARE = 1e-4
_AGAIN_MSECS = 2000


class MemoryPage(QWidget):
    """The page. It asks again whenever another picture is looked at while it is shown."""

    title = "Memorised?"

    def __init__(self, session: LatentSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._asking = session.channel(self._on_nearest, self._on_refused)
        self.picture = PictureView(self)
        self.picture.hint = _HINT
        self.pixels, self.codes = PictureGrid(_COUNT, self), PictureGrid(_COUNT, self)
        self._told = {"pixels": QLabel(), "codes": QLabel()}
        for label in self._told.values():
            label.setWordWrap(True)
        self._against = QLabel(_HINT)
        self._against.setWordWrap(True)
        set_role(self._against, "dim")
        # Once all pictures that the model learnt from are there, the answer is another one.
        self._again = QTimer(self)
        self._again.setSingleShot(True)
        self._again.setInterval(_AGAIN_MSECS)
        self._again.timeout.connect(self._ask)
        column = QVBoxLayout()
        for name, grid in (("pixels", self.pixels), ("codes", self.codes)):
            heading = QLabel(f"Nearest in {name}")
            set_role(heading, "heading")
            column.addWidget(heading)
            column.addWidget(grid, 1)
            column.addWidget(self._told[name])
            grid.clicked.connect(lambda index, grid=grid: session.look_at(grid.items[index]))
        column.addWidget(self._against)
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

    def hideEvent(self, event: object) -> None:
        super().hideEvent(event)  # type: ignore[arg-type]
        self._again.stop()

    def _on_ready(self, ready: LatentReady) -> None:
        self.picture.show_item(None)
        self._against.setText(_HINT)
        for label in self._told.values():
            label.clear()
        for grid in (self.pixels, self.codes):
            grid.show_items([])

    def _ask(self) -> None:
        item = self._session.item
        if item is not None and self.isVisible():
            self.picture.show_item(item)
            if item.pixels is not self._asked:
                self._asked = item.pixels
                self._against.setText("Looking for the nearest pictures…")
            self._asking.ask(FindNearest, pictures=item.pixels[None], count=_COUNT, labels=np.array([item.label]))

    _asked: object = None

    def _on_refused(self, text: str) -> None:
        self._against.setText(text)

    def _on_nearest(self, near: Nearest) -> None:
        self._against.setText(against_in_words(near.against))
        if near.against.is_coming and self.isVisible():
            self._again.start()
        rows = (
            ("pixels", self.pixels, near.pictures, near.distances, near.typical, near.ranks),
            ("codes", self.codes, near.by_code, near.code_distances, near.code_typical, near.code_ranks),
        )
        for name, grid, pictures, distances, typical, ranks in rows:
            if not len(distances):
                grid.show_items([])
                self._told[name].setText("This model has no encoder, so that pictures have no codes.")
                continue
            # A picture's distance to itself is what rounding leaves.
            captions = [f"{each if each > _LEAST_SHARE * typical else 0.0:.3g}" for each in distances[0]]
            grid.show_items([Item(each, title=nearest_in_words(near.against)) for each in pictures], captions)
            self._told[name].setText(_in_words(float(distances[0, 0]), typical, float(ranks[0]), near.against))


_HINT = "Look at a picture: click one on the shelf, or a sample of the page Generate."


def _in_words(distance: float, typical: float, share: float, against: Against) -> str:
    """share: of the compared pictures' own nearest distances that are larger."""
    if distance == 0:
        return "It is one of these pictures" + (", from which the model has learnt." if against.is_whole else ".")
    found = (
        f"the nearest is at {distance:.3g}, where these pictures are at {typical:.3g} from their own "
        f"nearest by the median; {100 * share:.0f} % of them are farther from theirs."
    )
    if against.is_whole:
        return f"{'Copied' if share >= _COPIED else 'Not copied'}: {found}"
    return f"Measured: {found} Whether it is a copy, only the pictures that the model learnt from can tell."
