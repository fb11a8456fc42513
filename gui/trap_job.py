"""The window's side of measuring the trap: what was asked of the engine, and the points that have come.

Not covered: how it is measured (engine/trap.py), and what is drawn (trap_plot.py).
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QObject, Signal

from engine.messages import Drop, Failed, FromEngine, LatentPlane, MeasureTrap, Noticed, TrapPoint
from engine.recipe import Energy, Sampler
from gui import exports
from gui.link import Link


class Asked(NamedTuple):
    """A curve for each sampler, with the titles that the person knows them by, on one landscape."""

    titles: tuple[str, ...]
    samplers: tuple[Sampler, ...]
    sharpnesses: tuple[float, ...]
    energy: Energy | None
    model_run: int
    bumps: np.ndarray
    seed: int
    plane: LatentPlane | None = None

    @property
    def num_points(self) -> int:
        return len(self.samplers) * len(self.sharpnesses)

    def is_of(self, energy: Energy | None, bumps: np.ndarray, plane: LatentPlane | None = None) -> bool:
        """Whether the curves are of this landscape."""
        return self.energy == energy and np.array_equal(self.bumps, bumps) and self.plane is plane


class TrapJob(QObject):
    """At most one measure at a time. `changed` with every point, and when it begins and ends."""

    changed = Signal()

    def __init__(self, link: Link, device: str, new_number: Callable[[], int], parent: QObject) -> None:
        super().__init__(parent)
        self._link, self._device, self._new_number = link, device, new_number
        self._number = 0
        self.asked: Asked | None = None
        self.points: list[TrapPoint] = []
        self.is_busy = False
        # Why the last measure has ended before its end, as the engine says.
        self.trouble = ""
        link.received.connect(self._on_received)
        link.died.connect(lambda reason: self._end())

    def start(self, asked: Asked) -> None:
        """In place of what is being measured, if anything is."""
        self.cancel()
        self._number, self.asked, self.points, self.is_busy = self._new_number(), asked, [], True
        self.trouble = ""
        self._link.send(
            MeasureTrap(
                self._number, asked.samplers, asked.sharpnesses, asked.energy, asked.model_run, asked.bumps,
                asked.seed, self._device, asked.plane,
            )
        )  # fmt: skip
        self.changed.emit()

    def cancel(self) -> None:
        """The points that have come stay."""
        if self.is_busy:
            self._link.send(Drop(self._number))
            self._end()

    def _end(self) -> None:
        if self.is_busy:
            self.is_busy = False
            self.changed.emit()

    def _on_received(self, message: FromEngine) -> None:
        if not self.is_busy or getattr(message, "run", 0) != self._number:
            return
        if isinstance(message, Noticed | Failed):
            self.trouble = message.text if isinstance(message, Noticed) else message.headline
            self._end()
        elif isinstance(message, TrapPoint):
            self.points.append(message)
            if self.asked is not None and len(self.points) == self.asked.num_points:
                self.cancel()
            else:
                self.changed.emit()


def as_csv(titles: Sequence[str], points: Sequence[TrapPoint]) -> str:
    """One point a row; all digits."""
    return exports.as_csv(table_of(titles, points))


def table_of(titles: Sequence[str], points: Sequence[TrapPoint]) -> exports.Table:
    yield "sampler", "sharpness", "switches_per_1000_steps", "standard_error", "steps"
    for point in points:
        error = point.error if point.error == point.error else ""
        yield titles[point.sampler], point.sharpness, point.switches, error, point.num_steps
