"""The chain that is followed: its picture large, the pictures that it came by, and that of the place under the mouse.

Not covered: the chains (walking.py), where they are drawn (landscape_page.py).
"""

import numpy as np
from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSpinBox, QVBoxLayout, QWidget

from engine.messages import Chains, Decode, Decoded, LatentPlane
from gui.flow import Flow
from gui.latent.item import Item
from gui.latent.picture_grid import PictureGrid
from gui.latent.picture_view import PictureView
from gui.latent.session import LatentSession
from gui.theme import Theme, set_role

_FILM, _FILM_PX, _FILM_MSECS = 8, 52, 400
_HOVERED_PX = 104


class Followed(QWidget):
    """`moved` with the place of the chain on the plane, (x, y); `plane` is that of the chains, None without any."""

    moved = Signal(object)

    def __init__(self, session: LatentSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._decoding = session.channel(self._on_decoded)
        self._hovering = session.channel(self._on_hovered)
        self.plane: LatentPlane | None = None
        self._chains: Chains | None = None
        self._asked_code: np.ndarray = np.zeros(0, np.float32)
        self._label = -1
        # While it runs, the last picture of the chain is new enough.
        self._filmed = QTimer(self, singleShot=True, interval=_FILM_MSECS)
        self.picture, self.hovered = PictureView(self), PictureView(self)
        self.hovered.setFixedSize(_HOVERED_PX, _HOVERED_PX)
        self.hovered.setToolTip("What the decoder makes of the place under the mouse")
        self.film = PictureGrid(_FILM, self)
        self.film.setFixedHeight(_FILM_PX)
        self._follow = QSpinBox()
        self._follow.setPrefix("chain ")
        self._follow.setRange(1, 4)
        self._follow.setAccessibleName("Chain that is followed")
        self._keep = QPushButton("Keep")
        self._keep.setToolTip("Put the picture of the chain onto the shelf")
        self._told = QLabel()
        self._told.setWordWrap(True)
        set_role(self._told, "dim")
        self._lay_out()
        self._follow.valueChanged.connect(lambda _: self._show())
        self._keep.clicked.connect(self._keep_picture)
        self.picture.clicked.connect(lambda: self._look(self.picture.item))
        self.film.clicked.connect(lambda index: self._look(self.film.items[index]))

    def set_theme(self, theme: Theme) -> None:
        for part in (self.picture, self.hovered, self.film):
            part.set_theme(theme)

    def begin(self, plane: LatentPlane | None) -> None:
        """Chains on another plane; None: no chains."""
        self.plane, self._chains = plane, None
        self.film.show_items([])
        for part in (self.picture, self.hovered):
            part.show_item(None)

    def say(self, text: str) -> None:
        """Until a chain moves."""
        self._told.setText(text)

    def set_count(self, num_chains: int) -> None:
        self._follow.setRange(1, num_chains)

    def set_label(self, label: int) -> None:
        """The class that is decoded, where the model is told one; -1 where it is not."""
        self._label = label
        self._show()

    def show_chains(self, chains: Chains) -> None:
        self._chains = chains
        self._show()

    def show_cursor(self, at: tuple[float, float] | None) -> None:
        """Where the mouse is on the plane."""
        if at is None:
            self.hovered.show_item(None)
        elif self.plane is not None:
            self._hovering.ask(Decode, codes=self._code_at(*at)[None], labels=self._labels)

    # ---- private

    def _lay_out(self) -> None:
        under = QLabel("under the mouse")
        set_role(under, "dim")
        seen = QVBoxLayout()
        seen.addStretch(1)
        seen.addWidget(self.hovered)
        seen.addWidget(under)
        pictures = QHBoxLayout()
        pictures.addWidget(self.picture, 1)
        pictures.addLayout(seen)
        followed = Flow()
        followed.add(QLabel("Follow"), is_with_next=True)
        followed.add(self._follow)
        followed.add(self._keep)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(5)
        column.addLayout(pictures, 1)
        column.addWidget(self.film)
        column.addLayout(followed)
        column.addWidget(self._told)

    @property
    def _labels(self) -> np.ndarray:
        return np.array([self._label])

    def _code_at(self, x: float, y: float) -> np.ndarray:
        plane = self.plane
        assert plane is not None
        code: np.ndarray = (plane.origin + np.array([x, y]) @ plane.axes).astype(np.float32)
        return code

    def _show(self) -> None:
        """The chain has moved, or another one is followed."""
        chains = self._chains
        if chains is None or self.plane is None or not len(chains.positions):
            return
        index = min(self._follow.value(), len(chains.positions)) - 1
        x, y = chains.positions[index].tolist()
        self.moved.emit((x, y))
        if self.isVisible() and np.isfinite([x, y]).all():
            self._asked_code = self._code_at(x, y)
            self._decoding.ask(Decode, codes=self._asked_code[None], labels=self._labels)
            self.say(f"Step {chains.step:,}: {float(chains.energy[index]):.1f} nats at ({x:.2f}, {y:.2f}).")

    def _on_decoded(self, decoded: Decoded) -> None:
        item = Item(decoded.pictures[0], self._asked_code, self._label, title="where a chain is")
        self.picture.show_item(item)
        if not self._filmed.isActive():
            self._filmed.start()
            self.film.show_items([*self.film.items, item][-_FILM:])

    def _on_hovered(self, decoded: Decoded) -> None:
        self.hovered.show_item(Item(decoded.pictures[0], label=self._label, title="a place of the plane"))

    def _keep_picture(self) -> None:
        if self.picture.item is not None:
            self._session.keep(self.picture.item)

    def _look(self, item: Item | None) -> None:
        if item is not None:
            self._session.look_at(item)
