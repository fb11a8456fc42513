"""Sliders: one for each axis of the latent space, those that matter most first, and the picture they make.

A strip under each slider shows what it does from -3 to 3. A drag on the picture walks the plane of the two axes that
were touched last. Random, reset, and a lock for each.
"""

from functools import partial

import numpy as np
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from engine.messages import Decode, Decoded, Encode, Encoded, LatentReady
from gui.growing import grow_width
from gui.latent.axis_slider import REACH, AxisSlider
from gui.latent.channel import Channel
from gui.latent.class_choice import ClassChoice
from gui.latent.item import Item
from gui.latent.picture_view import PictureView
from gui.latent.session import LatentSession
from gui.theme import DARK, Theme

_FRAMES = 9  # of a strip
_MOST_SLIDERS = 32
_PANEL_PX = 420
_REST_MSECS = 150


class SlidePage(QWidget):
    """The page."""

    title = "Slide"

    def __init__(self, session: LatentSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._decoding: Channel = session.channel(self._on_decoded)
        self._strips: Channel = session.channel(self._on_strips)
        self._encoding: Channel = session.channel(self._on_encoded)
        self._theme = DARK
        self._values = np.zeros(0)
        self._rest: np.ndarray = np.zeros(0)
        self._label, self._rng = -1, np.random.default_rng(0)
        self._touched = [0, 1]
        self._is_own = False
        # The sliders follow what another page looks at: its picture stays the one that is looked at.
        self._follows = False
        self.sliders: list[AxisSlider] = []
        self._run = 0
        self._class = ClassChoice(self)
        self.picture = PictureView(self)
        self.picture.is_plane = True
        self.picture.plane_dragged.connect(self._on_plane_dragged)
        self.picture.setToolTip("Drag, or press the arrows, to walk the plane of the two sliders that were moved last")
        self._random, self._reset, self._keep = QPushButton("Random"), QPushButton("Reset"), QPushButton("Keep (K)")
        self._random.clicked.connect(self.randomize)
        self._reset.clicked.connect(self.reset)
        self._keep.clicked.connect(self.keep)
        self._class.chosen.connect(self._on_class)
        self._rest_timer = QTimer(self)
        self._rest_timer.setSingleShot(True)
        self._rest_timer.setInterval(_REST_MSECS)
        self._rest_timer.timeout.connect(self._ask_strips)
        self._column = QVBoxLayout()
        self._lay_out()
        session.ready_came.connect(self._on_ready)
        session.item_changed.connect(self._on_item_changed)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.picture.set_theme(theme)

    @property
    def code(self) -> np.ndarray:
        """Where the sliders are, (latents,)."""
        ready = self._session.ready
        assert ready is not None
        shown = len(self._values)
        steps = (self._values * ready.spread[:shown])[:, None] * ready.axes[:shown]
        code: np.ndarray = (self._rest + steps.sum(0)).astype(np.float32)
        return code

    def randomize(self) -> None:
        """Every slider that is not locked at a draw of the standard normal distribution."""
        self._follows = False
        for index, slider in enumerate(self.sliders):
            if not slider.lock.isChecked():
                self._values[index] = self._rng.standard_normal()
        self._on_values_changed()

    def reset(self) -> None:
        """Every slider that is not locked at 0; what no slider shows goes to its middle too."""
        ready = self._session.ready
        if ready is None:
            return
        self._follows = False
        self._rest = ready.middle.astype(np.float64)
        for index, slider in enumerate(self.sliders):
            if not slider.lock.isChecked():
                self._values[index] = 0
        self._on_values_changed()

    def keep(self) -> None:
        """The picture of the sliders, onto the shelf."""
        if self.picture.item is not None:
            self._session.keep(self.picture.item)

    def showEvent(self, event: object) -> None:
        super().showEvent(event)  # type: ignore[arg-type]
        if self._session.ready is not None:
            self._rest_timer.start()

    # ---- private

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        for button in (self._random, self._reset, self._keep):
            buttons.addWidget(button)
        buttons.addWidget(self._class)
        buttons.addStretch(1)
        left = QVBoxLayout()
        left.addWidget(self.picture, 1)
        left.addLayout(buttons)
        body = QWidget()
        self._column = QVBoxLayout(body)
        self._column.setContentsMargins(10, 6, 10, 6)
        self._column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(body)
        grow_width(scroll, _PANEL_PX, 1.6)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addLayout(left, 1)
        row.addWidget(scroll)

    def _on_ready(self, ready: LatentReady) -> None:
        if ready.run == self._run and len(self._values):
            # The same model in an engine that was started anew.
            self._ask()
            return
        self._run = ready.run
        self._class.show_ready(ready)
        for slider in self.sliders:
            self._column.removeWidget(slider)
            slider.deleteLater()
        count = min(ready.latents, _MOST_SLIDERS)
        self.sliders = []
        for index in range(count):
            told = f"{ready.importance[index]:.2g} {ready.importance_unit}"
            slider = AxisSlider(f"Axis {index + 1}", told)
            slider.moved.connect(partial(self._on_slider, index))
            self._column.insertWidget(index, slider)
            self.sliders.append(slider)
        self._values, self._rest = np.zeros(count), ready.middle.astype(np.float64)
        self._label, self._follows = self._class.label, False
        self._touched = [0, min(1, count - 1)]
        self._on_values_changed()

    def _on_class(self, label: int) -> None:
        self._label, self._follows = label, False
        self._ask()

    def _on_slider(self, index: int, value: float) -> None:
        self._values[index] = value
        self._follows = False
        self._touch(index)
        self._ask()

    def _touch(self, index: int) -> None:
        if index != self._touched[0]:
            self._touched = [index, self._touched[0]]

    def _on_plane_dragged(self, right: float, up: float) -> None:
        if not self.sliders:
            return
        # A drag over half the picture is as far as half a slider.
        self._follows = False
        first, second = sorted(self._touched)
        self._values[first] += right * REACH
        if second != first:
            self._values[second] += up * REACH
        self._on_values_changed()

    def _on_values_changed(self) -> None:
        for value, slider in zip(self._values, self.sliders, strict=True):
            slider.set_value(float(value))
        self._ask()

    def _ask(self) -> None:
        if self._session.ready is None:
            return
        self._decoding.ask(Decode, codes=self.code[None], labels=np.array([self._label]))
        # The strips take longer than the picture: they are made once the sliders rest.
        self._rest_timer.start()

    def _ask_strips(self) -> None:
        """What each slider does from here, the others as they are."""
        ready = self._session.ready
        assert ready is not None
        if not self.isVisible():
            return
        along = np.linspace(-REACH, REACH, _FRAMES)
        shown = np.arange(len(self.sliders))
        moves = along[None, :] - self._values[:, None]
        codes = self.code + moves[:, :, None] * (ready.spread[shown, None] * ready.axes[shown])[:, None]
        flat = codes.reshape(-1, ready.latents).astype(np.float32)
        self._strips.ask(Decode, codes=flat, labels=np.array([self._label]))

    def _on_decoded(self, decoded: Decoded) -> None:
        item = Item(decoded.pictures[0], self.code, self._label, title="sliders")
        self.picture.show_item(item)
        if self._follows:
            return
        self._is_own = True
        self._session.look_at(item)
        self._is_own = False

    def _on_strips(self, decoded: Decoded) -> None:
        pictures = decoded.pictures
        if len(pictures) != len(self.sliders) * _FRAMES:
            return
        for index, slider in enumerate(self.sliders):
            slider.strip.show_pictures(pictures[index * _FRAMES : (index + 1) * _FRAMES])

    def _on_item_changed(self) -> None:
        """Another page or the shelf looks at a picture: the sliders go to its code."""
        item = self._session.item
        if item is None or self._is_own or self._session.ready is None:
            return
        self._follows = True
        if len(item.code) == self._session.ready.latents:
            self._go_to(item.code, item.label)
        else:
            self._encoding.ask(Encode, pictures=item.pixels[None], labels=np.array([item.label]))

    def _on_encoded(self, encoded: Encoded) -> None:
        self._follows = True
        label = self._session.item.label if self._session.item is not None else -1
        self._go_to(encoded.codes[0], label)

    def _go_to(self, code: np.ndarray, label: int) -> None:
        ready = self._session.ready
        assert ready is not None
        shown = len(self.sliders)
        if ready.is_conditional and label >= 0:
            self._label = label
            self._class.show_label(label)
        self._values = (code - ready.middle) @ ready.axes[:shown].T / ready.spread[:shown]
        steps = (self._values * ready.spread[:shown])[:, None] * ready.axes[:shown]
        self._rest = code - steps.sum(0)
        self._on_values_changed()
