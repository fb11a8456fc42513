"""The map: codes of the set in two dimensions, each as its picture; or the plane of two latents as a grid of decoded
pictures. Hover decodes, a click picks, a box selects a group.
"""

import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from engine.messages import Decode, Decoded, LatentReady, Map, Mapped
from gui.latent.class_choice import ClassChoice
from gui.latent.item import NO_CODE, Item
from gui.latent.map_view import MapView
from gui.latent.picture_view import PictureView
from gui.latent.session import LatentSession
from gui.theme import Theme, set_role

_SHOWN = 300
_GRID_SIDE = 16
_SIDE_PX = 260
_METHODS = (
    ("Codes: principal axes", "pca"),
    ("Codes: t-SNE", "tsne"),
    ("Codes: two latents", "latents"),
    ("Decoded grid", "grid"),
)


class MapPage(QWidget):
    """The page."""

    title = "Map"

    def __init__(self, session: LatentSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._mapping = session.channel(self._on_mapped, self._on_refused)
        self._decoding = session.channel(self._on_decoded)
        self._grid_decoding = session.channel(self._on_grid)
        self._map: Mapped | None = None
        self._grid_codes: np.ndarray = np.zeros((0, 0), np.float32)
        self._at: tuple[QPointF, int] | None = None
        self._is_due = False
        self._method = QComboBox()
        for text, name in _METHODS:
            self._method.addItem(text, name)
        self._method.setAccessibleName("How codes are laid out")
        self._first, self._second = QComboBox(), QComboBox()
        for choice, name in ((self._first, "across"), (self._second, "up")):
            choice.setAccessibleName(f"Axis {name}")
            choice.activated.connect(lambda _: self._ask())
        self._class = ClassChoice(self)
        self._class.chosen.connect(lambda _: self._on_class())
        self._remark = QLabel()
        self._remark.setWordWrap(True)
        set_role(self._remark, "dim")
        self.view = MapView(self)
        self.preview = PictureView(self)
        self.preview.setFixedSize(_SIDE_PX, _SIDE_PX)
        self.preview.hint = "Move the mouse over the map."
        self._keep = QPushButton("Keep the selected group")
        self._keep.setEnabled(False)
        self._lay_out()
        self._method.activated.connect(lambda _: self._ask())
        self.view.hovered.connect(self._on_hovered)
        self.view.clicked.connect(self._on_clicked)
        self.view.selected.connect(self._on_selected)
        self._keep.clicked.connect(self._keep_selected)
        session.ready_came.connect(self._on_ready)

    def set_theme(self, theme: Theme) -> None:
        self.view.set_theme(theme)
        self.preview.set_theme(theme)

    def choose(self, method: str) -> None:
        """Another layout: pca, tsne, latents or grid."""
        self._method.setCurrentIndex(self._method.findData(method))
        self._ask()

    def showEvent(self, event: object) -> None:
        super().showEvent(event)  # type: ignore[arg-type]
        if self._is_due:
            self._ask()

    # ---- private

    def _lay_out(self) -> None:
        side = QVBoxLayout()
        side.addWidget(self._method)
        axes = QHBoxLayout()
        axes.addWidget(self._first)
        axes.addWidget(self._second)
        side.addLayout(axes)
        side.addWidget(self._class)
        side.addWidget(self.preview)
        side.addWidget(self._keep)
        side.addWidget(self._remark)
        side.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 6, 0)
        row.addWidget(self.view, 1)
        row.addLayout(side)

    def _on_ready(self, ready: LatentReady) -> None:
        for choice, index in ((self._first, 0), (self._second, min(1, ready.latents - 1))):
            choice.clear()
            choice.addItems([f"axis {number + 1}" for number in range(ready.latents)])
            choice.setCurrentIndex(index)
        for index, (_, name) in enumerate(_METHODS):
            self._method.model().item(index).setEnabled(ready.has_encoder or name == "grid")  # type: ignore[attr-defined]
        self._class.show_ready(ready)
        # Two latents are a plane already, and without an encoder no picture has a known place.
        self._method.setCurrentIndex(3 if ready.latents == 2 or not ready.has_encoder else 0)
        self._ask()

    def _ask(self) -> None:
        """Nothing is computed for a page that nobody looks at."""
        ready = self._session.ready
        method = self._method.currentData()
        for choice in (self._first, self._second):
            choice.setVisible(method in ("latents", "grid"))
        self._is_due = not self.isVisible()
        if ready is None or self._is_due:
            return
        self.view.clear()
        self._map = self._at = None
        if method == "grid":
            self._ask_grid(ready)
            return
        self._remark.setText("t-SNE takes a few seconds." if method == "tsne" else "")
        self._mapping.ask(Map, method=method, count=_SHOWN, axes=self._two_latents(ready))

    def _two_latents(self, ready: LatentReady) -> tuple[int, int]:
        rows = ready.axes[[max(0, self._first.currentIndex()), max(0, self._second.currentIndex())]]
        first, second = np.abs(rows).argmax(1).tolist()
        return first, second

    def _ask_grid(self, ready: LatentReady) -> None:
        """Decoded pictures over the plane of two axes, from -3 to 3; the other latents in the middle."""
        along = np.linspace(-3, 3, _GRID_SIDE)
        x, y = np.meshgrid(along, along[::-1])
        chosen = [max(0, self._first.currentIndex()), max(0, self._second.currentIndex())]
        steps = np.stack([x.ravel(), y.ravel()], 1) * ready.spread[chosen]
        codes = ready.middle + steps @ ready.axes[chosen]
        self._grid_codes = codes.astype(np.float32)
        self._remark.setText("Each picture is what the decoder makes of its place.")
        self._grid_decoding.ask(Decode, codes=self._grid_codes, labels=self._labels)

    @property
    def _labels(self) -> np.ndarray:
        """Of all that is decoded here: the class that is chosen."""
        return np.array([self._class.label])

    def _on_class(self) -> None:
        """A grid is decoded anew; codes of the set lie where they lie, and the picture under the mouse follows it."""
        ready = self._session.ready
        if ready is not None and self._map is None:
            self._ask_grid(ready)
        elif self._at is not None:
            self._on_hovered(*self._at)

    def _on_refused(self, text: str) -> None:
        self._remark.setText(text)

    def _on_mapped(self, mapped: Mapped) -> None:
        if self._method.currentData() == "grid":
            return
        self._map = mapped
        self.view.show_places(mapped.positions, mapped.pictures)
        self._remark.setText(
            "Neighbours are neighbours in the codes; distances between groups mean nothing."
            if not len(mapped.to_code)
            else "Hover: the decoder's picture of that very place. Drag a box to select a group."
        )

    def _on_grid(self, decoded: Decoded) -> None:
        if self._method.currentData() == "grid" and len(decoded.pictures) == _GRID_SIDE**2:
            self.view.show_grid(decoded.pictures, _GRID_SIDE)

    def _on_hovered(self, place: QPointF, index: int) -> None:
        """place: in the map's own numbers."""
        mapped, self._at = self._map, (place, index)
        if mapped is None:
            if 0 <= index < len(self._grid_codes):
                self._decoding.ask(Decode, codes=self._grid_codes[index : index + 1], labels=self._labels)
            return
        if len(mapped.to_code):
            code = mapped.origin + np.array([place.x(), place.y()]) @ mapped.to_code
            self._decoding.ask(Decode, codes=code[None].astype(np.float32), labels=self._labels)
        elif index >= 0:
            self.preview.show_item(self._item(index))

    def _on_decoded(self, decoded: Decoded) -> None:
        item = Item(decoded.pictures[0], NO_CODE, self._class.label, title="a place of the map")
        self.preview.show_item(item)

    def _on_clicked(self, index: int) -> None:
        if self._map is None and 0 <= index < len(self._grid_codes) and self.preview.item is not None:
            shown = self.preview.item
            self._session.look_at(Item(shown.pixels, self._grid_codes[index], shown.label, title=shown.title))
        elif self._map is not None and index >= 0:
            self._session.look_at(self._item(index))

    def _item(self, index: int) -> Item:
        mapped = self._map
        assert mapped is not None
        number = int(mapped.indices[index])
        return Item(
            mapped.pictures[index], mapped.codes[index], int(mapped.labels[index]), index=number,
            title=f"picture {number}",
        )  # fmt: skip

    def _on_selected(self, chosen: list[int]) -> None:
        self._keep.setEnabled(len(chosen) > 0 and self._map is not None)
        if len(chosen) > 1 and self._map is not None:
            self._session.choose_group([self._item(index) for index in chosen])
            self._remark.setText(f"{len(chosen)} pictures are chosen: + of a slot on the page Algebra takes them all.")

    def _keep_selected(self) -> None:
        if self._map is not None:
            for index in self.view.selection:
                self._session.keep(self._item(index))
