"""Which plane of the latent space is walked on: two axes of the sliders, the principal axes of the codes, or through
three pictures.

Not covered: the energy there, and the chains (landscape_page.py).
"""

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from engine.messages import Encode, Encoded, Extent, LatentReady, Map, Mapped
from gui import choices
from gui.flow import Flow
from gui.latent.item import NO_CODE, Item
from gui.latent.session import LatentSession
from gui.latent.slot import Slot
from gui.theme import Theme

SLIDERS, PRINCIPAL, PICTURES = "two sliders", "principal axes of the codes", "through A, B and C"
_REACH, _MARGIN = 3.5, 1.6
_CODES = 400
_SLOT_PX = 60
# Of the longest side: three codes that are nearer to a line than this are on it.
_LEAST_HEIGHT = 1e-3


class PlaneChoice(QWidget):
    """`plane_came` with origin (latents,), axes (2, latents), orthonormal, and the extent; `told` what is missing.

    `places`: what is known to lie on the plane, by name.
    """

    plane_came = Signal(object, object, object)
    told = Signal(str)

    def __init__(self, session: LatentSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._mapping = session.channel(self._on_mapped, self.told.emit)
        self._encoding = session.channel(self._on_encoded, self.told.emit)
        self.places: dict[str, tuple[float, float]] = {}
        self.kind = QComboBox()
        choices.add(self.kind, (SLIDERS, PRINCIPAL, PICTURES))
        self.kind.setAccessibleName("Plane")
        self.kind.setToolTip("The plane of the latent space: through the picture that is looked at, or three others")
        self._first, self._second = QComboBox(), QComboBox()
        for choice, name in ((self._first, "across"), (self._second, "up")):
            choice.setAccessibleName(f"Axis {name}")
            choice.activated.connect(lambda _: self.ask())
        self.slots = [Slot(name, session, side_px=_SLOT_PX) for name in "ABC"]
        self._axes, self._ends = QWidget(), QWidget()
        for holder, parts in ((self._axes, (self._first, self._second)), (self._ends, self.slots)):
            row = QHBoxLayout(holder)
            row.setContentsMargins(0, 0, 0, 0)
            for part in parts:
                row.addWidget(part, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self._head = Flow()
        self._head.add(QLabel("Plane"), is_with_next=True)
        self._head.add(self.kind, 4)
        column.addLayout(self._head)
        column.addWidget(self._axes)
        column.addWidget(self._ends)
        self.kind.activated.connect(self._on_kind)
        for slot in self.slots:
            slot.changed.connect(self._on_slot)
        self.show_parts()

    def set_theme(self, theme: Theme) -> None:
        for slot in self.slots:
            slot.set_theme(theme)

    def add_beside(self, part: QWidget) -> None:
        """To the right of the kind of plane."""
        self._head.add(part, 3)

    def show_ready(self, ready: LatentReady) -> None:
        """Another model: its axes; pictures of the same shape stay. It asks for nothing yet."""
        for choice, index in ((self._first, 0), (self._second, min(1, ready.latents - 1))):
            choice.clear()
            choice.addItems([f"axis {number + 1}" for number in range(ready.latents)])
            choice.setCurrentIndex(index)
        # Without an encoder the codes of the set are not known.
        principal = self.kind.findData(PRINCIPAL)
        self.kind.model().item(principal).setEnabled(ready.has_encoder)  # type: ignore[attr-defined]
        if not ready.has_encoder and self.kind.currentIndex() == principal:
            choices.choose(self.kind, SLIDERS)
        for slot in self.slots:
            is_same = all(each.pixels.shape == ready.shape for each in slot.items)
            slot.blockSignals(True)
            slot.set_items([Item(each.pixels, NO_CODE, each.label) for each in slot.items] if is_same else [])
            slot.blockSignals(False)

    def choose(self, kind: str) -> None:
        """One of SLIDERS, PRINCIPAL, PICTURES."""
        choices.choose(self.kind, kind)
        self._on_kind()

    def ask(self) -> None:
        """Find the plane that is chosen."""
        ready = self._session.ready
        if ready is None:
            return
        self.places = {}
        if choices.chosen(self.kind) == SLIDERS:
            self._by_sliders(ready)
        elif choices.chosen(self.kind) == PRINCIPAL:
            self._mapping.ask(Map, method="pca", count=_CODES)
        else:
            self._by_pictures(ready)

    def show_parts(self) -> None:
        """What belongs to the kind that is chosen."""
        self._axes.setVisible(choices.chosen(self.kind) == SLIDERS)
        self._ends.setVisible(choices.chosen(self.kind) == PICTURES)

    # ---- private

    def _on_kind(self) -> None:
        self.show_parts()
        if choices.chosen(self.kind) == PICTURES and not any(slot.items for slot in self.slots):
            for slot, item in zip(self.slots, self._session.shelf, strict=False):
                slot.blockSignals(True)
                slot.set_items([item])
                slot.blockSignals(False)
        self.ask()

    def _on_slot(self) -> None:
        if choices.chosen(self.kind) == PICTURES:
            self.ask()

    def _by_sliders(self, ready: LatentReady) -> None:
        """Through the picture that is looked at; the middle of both axes is the middle of the plane."""
        chosen = [max(0, self._first.currentIndex()), max(0, self._second.currentIndex())]
        if chosen[0] == chosen[1]:
            self.told.emit("A plane needs two different axes.")
            return
        axes, item = ready.axes[chosen].astype(np.float64), self._session.item
        has_code = item is not None and len(item.code) == ready.latents
        code = item.code if item is not None and has_code else ready.middle
        along = axes @ (code - ready.middle)
        half = _REACH * float(ready.spread[chosen].max())
        if has_code:
            self.places = {"●": (float(along[0]), float(along[1]))}
        self.plane_came.emit(code - along @ axes, axes, _square(half))

    def _on_mapped(self, mapped: Mapped) -> None:
        if len(mapped.to_code) == 2:
            half = 1.15 * float(np.abs(mapped.positions).max(initial=1e-3))
            self.plane_came.emit(mapped.origin, mapped.to_code.astype(np.float64), _square(half))

    def _by_pictures(self, ready: LatentReady) -> None:
        items = [slot.items[-1] for slot in self.slots if slot.items]
        if len(items) < 3:
            self.told.emit("Put a picture into A, one into B and one into C.")
        elif all(len(each.code) == ready.latents for each in items):
            self._through(np.stack([each.code for each in items]))
        else:
            pictures, labels = np.stack([each.pixels for each in items]), np.array([each.label for each in items])
            self._encoding.ask(Encode, pictures=pictures, labels=labels)

    def _on_encoded(self, encoded: Encoded) -> None:
        self._through(encoded.codes)

    def _through(self, codes: np.ndarray) -> None:
        found = plane_through(codes)
        if found is None:
            self.told.emit("The three codes lie on one line: choose another picture.")
            return
        origin, axes, places = found
        self.places = {name: (float(x), float(y)) for name, (x, y) in zip("ABC", places, strict=True)}
        self.plane_came.emit(origin, axes, _square(_MARGIN * float(np.abs(places).max())))


def plane_through(codes: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
    """Origin (their mean), orthonormal axes (2, latents), the first from A to B, and where the codes (3, latents) are.

    None where they lie on one line.
    """
    a, b, c = codes.astype(np.float64)
    first = b - a
    longest = max(np.linalg.norm(first), np.linalg.norm(c - a))
    if np.linalg.norm(first) <= _LEAST_HEIGHT * longest:
        return None
    first = first / np.linalg.norm(first)
    second = (c - a) - ((c - a) @ first) * first
    if np.linalg.norm(second) <= _LEAST_HEIGHT * longest:
        return None
    axes = np.stack([first, second / np.linalg.norm(second)])
    origin = codes.mean(0, dtype=np.float64)
    return origin, axes, (codes - origin) @ axes.T


def _square(half: float) -> Extent:
    return (-half, half, -half, half)
