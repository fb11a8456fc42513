"""The page of the trap: a button that measures it for the samplers of the panes, its range, and its curve.

Not covered: the curve itself (trap_plot.py), and the job (trap_job.py).
"""

from typing import Any, Protocol

import msgspec
import numpy as np
from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from engine.knobs import Knob, knob, knobs_of
from engine.messages import Entry
from engine.recipe import Sampler
from gui.controls import wrapping_label
from gui.inputs import NumberBox
from gui.theme import Theme, set_role
from gui.trap_job import Asked, TrapJob, as_csv
from gui.trap_plot import TrapPlot
from gui.walk import Place, SamplerWalk

_HEIGHT_PX = 185
_NUM_SHARPNESSES = 8
# Enough for errors of a tenth where switches are frequent.
NUM_CHAINS = 64
_SIDE_EMS = 16


class RangeParams(msgspec.Struct, frozen=True):
    """Where the curve begins and ends, and how long each chain walks for a point of it."""

    lowest: float = knob(0.5, low=0.01, high=100.0, help="The curve begins at this sharpness.")
    highest: float = knob(4.0, low=0.01, high=100.0, help="And ends at this one.")
    steps: int = knob(
        2000, low=100, high=200_000, help="Of each chain for each point: more show rarer switches and take longer."
    )


class Walking(Protocol):
    """The walks whose samplers are measured, on the place where they walk; None: nowhere yet."""

    @property
    def trap(self) -> TrapJob: ...

    @property
    def walks(self) -> list[SamplerWalk]: ...

    @property
    def place(self) -> Place | None: ...

    @property
    def place_changed(self) -> Any: ...

    def entry(self, walk: SamplerWalk | None = None) -> Entry | None: ...


class TrapPage(QWidget):
    """`copied` says what went to the clipboard."""

    copied = Signal(str)

    def __init__(self, walks: Walking, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._walks, self._job = walks, walks.trap
        self._plot = TrapPlot(self)
        self._measure = QPushButton("Measure the trap", self)
        self._measure.setToolTip("Count the switches of the samplers in the panes at each sharpness")
        self._copy = QToolButton(self)
        self._copy.setText("Copy as CSV")
        set_role(self._copy, "quiet")
        self._says = wrapping_label("", "dim")
        self._boxes = {each.name: self._box(each) for each in knobs_of(RangeParams)}
        self._lay_out()
        self.setToolTip("How often chains leave their valley, the sharper the landscape is")
        self._measure.clicked.connect(self._on_clicked)
        self._copy.clicked.connect(self._on_copy)
        self._job.changed.connect(self.refresh)
        walks.place_changed.connect(self.refresh)
        self.refresh()

    def sizeHint(self) -> QSize:
        return QSize(900, _HEIGHT_PX)

    def set_theme(self, theme: Theme) -> None:
        self._plot.set_theme(theme)

    def refresh(self) -> None:
        """Show what has come so far."""
        job, asked = self._job, self._job.asked
        self._measure.setText("Cancel" if job.is_busy else "Measure the trap")
        self._copy.setEnabled(bool(job.points))
        sentence = (
            "How often does a chain leave its valley, the sharper the landscape is?"
            if not job.is_busy
            else "The first chains are on their way…"
        )
        self._plot.show_points(asked.titles if asked is not None else (), job.points, sentence)
        self._says.setText(self._status())

    @property
    def sharpnesses(self) -> tuple[float, ...]:
        """Those of the curve: each as far from the next."""
        low, high = sorted((self._boxes["lowest"].value(), self._boxes["highest"].value()))
        count = _NUM_SHARPNESSES if low < high else 1
        return tuple(float(f"{each:.4g}") for each in np.linspace(low, high, count).tolist())

    def _status(self) -> str:
        job, asked = self._job, self._job.asked
        if asked is None:
            return f"{NUM_CHAINS} chains of each pane's sampler, from exact draws; they walk beside those you see."
        if job.is_busy:
            done = len(job.points)
            title = asked.titles[done % len(asked.titles)]
            return f"{done} of {asked.num_points} points; now {title}."
        if job.trouble:
            return job.trouble
        place = self._walks.place
        if job.points and place is not None and not asked.is_of(place.energy, place.bumps, place.plane):
            return "This curve is of the landscape before."
        return f"{len(job.points)} of {asked.num_points} points were measured." if job.points else ""

    def _on_clicked(self) -> None:
        if self._job.is_busy:
            self._job.cancel()
            return
        walks, place = self._walks, self._walks.place
        if place is None:
            return
        entries = [walks.entry(walk) for walk in walks.walks]
        steps = round(self._boxes["steps"].value())
        self._job.start(
            Asked(
                titles=tuple(
                    walk.sampler if entry is None else entry.title
                    for walk, entry in zip(walks.walks, entries, strict=True)
                ),
                samplers=tuple(
                    Sampler(walk.sampler, walk.params, NUM_CHAINS, steps, place.warm_up) for walk in walks.walks
                ),
                sharpnesses=self.sharpnesses,
                energy=place.energy,
                model_run=place.model_run,
                bumps=place.bumps,
                seed=place.seed,
                plane=place.plane,
            )
        )

    def _on_copy(self) -> None:
        asked = self._job.asked
        if asked is not None and self._job.points:
            QGuiApplication.clipboard().setText(as_csv(asked.titles, self._job.points))
            self.copied.emit("The curves are on the clipboard.")

    def _box(self, each: Knob) -> NumberBox:
        box = NumberBox(each, None, self)
        box.setValue(float(each.default))
        box.setToolTip(each.help)
        box.setAccessibleName(each.help)
        return box

    def _lay_out(self) -> None:
        side = QVBoxLayout()
        side.setContentsMargins(8, 6, 8, 4)
        side.setSpacing(4)
        side.addWidget(self._measure)
        for words in (("Sharpness", "lowest", "–", "highest"), ("Steps", "steps")):
            row = QHBoxLayout()
            row.setSpacing(6)
            for word in words:
                row.addWidget(self._boxes[word] if word in self._boxes else QLabel(word, self))
            row.addStretch(1)
            if words[0] == "Steps":
                row.addWidget(self._copy)
            side.addLayout(row)
        side.addWidget(self._says)
        side.addStretch(1)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self._plot, 1)
        holder = QWidget(self)
        holder.setLayout(side)
        holder.setFixedWidth(_SIDE_EMS * self.fontMetrics().height())
        whole.addWidget(holder)
