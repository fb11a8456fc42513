"""One named line over the steps: what is kept of its values, and how it is drawn.

Not covered: the plot around it (trace_plot.py), how a long run is thinned (thinning.py).
"""

import copy
import math

import numpy as np
import pyqtgraph as pg
from numpy.typing import ArrayLike, NDArray
from PySide6.QtGui import QFont

from gui import enlarged
from gui.axes import thinned
from gui.contrast import legible
from gui.language import tr
from gui.theme import Theme, blended
from gui.thinning import Smoother, Thinned

# Raw and smooth values, and how they are smoothed.
Kept = tuple[Thinned, Thinned, Smoother]
_RAW_POINTS, _SMOOTH_POINTS = 1200, 400
_FAINT = 0.35  # how much of the line's colour its raw values have


class Line:
    """A named line: what is kept of its values, and how it is drawn. A noisy one is smoothed over its raw values."""

    def __init__(self, name: str, role: str, plot: pg.PlotItem, is_noisy: bool) -> None:
        self.name = name
        self.role = role  # the field of Theme that holds its colour
        self.raw = Thinned(_RAW_POINTS)
        self.smooth = Thinned(_SMOOTH_POINTS) if is_noisy else self.raw
        self.shown = self.shown_raw = self.raw.points()  # as they were when last drawn
        self._smoother = Smoother()
        self._faint_curve, self._curve = pg.PlotCurveItem(), pg.PlotCurveItem()
        self.label = pg.TextItem(anchor=(0.0, 0.5))
        self._faint_curve.setZValue(-20)
        for item in (self._faint_curve, self._curve, self.label):
            plot.addItem(item, ignoreBounds=True)

    @property
    def is_noisy(self) -> bool:
        return self.smooth is not self.raw

    def add(self, steps: ArrayLike, values: ArrayLike) -> None:
        self.raw.add(steps, values)
        if self.is_noisy:
            self.smooth.add(steps, self._smoother.smooth(values))

    def clear(self) -> None:
        self.raw.clear()
        self.smooth.clear()
        self._smoother = Smoother()

    def kept(self) -> "Kept":
        """All that is known, to be `put` back."""
        return copy.deepcopy((self.raw, self.smooth, self._smoother))

    def put(self, kept: "Kept", until: float) -> None:
        """What was kept, up to a step."""
        self.raw, self.smooth, self._smoother = copy.deepcopy(kept)
        for each in (self.raw, self.smooth):
            each.cut(until)
        if self.is_noisy and len(left := self.smooth.points()):
            self._smoother.go_back(int(left[-1, 0]), float(left[-1, 1]))

    def draw(self, is_log: bool) -> None:
        self.shown_raw = self.raw.points()
        self.shown = self.smooth.points() if self.is_noisy else self.shown_raw
        self._curve.setData(across(self.shown[:, 0], is_log), self.shown[:, 1])
        self.label.setVisible(len(self.shown) > 0 and bool(self.name))
        if self.is_noisy:
            self._faint_curve.setData(across(self.shown_raw[:, 0], is_log), self.shown_raw[:, 1])

    def value_at(self, step: float = math.inf) -> float:
        """The value last drawn at the nearest step, by default the last one; NaN where there is none."""
        if not len(self.shown):
            return math.nan
        return float(self.shown[np.abs(self.shown[:, 0] - min(step, self.shown[-1, 0])).argmin(), 1])

    def rename(self, name: str) -> None:
        if name != self.name:
            self.name = name
            self.label.setText(tr(name))

    def set_theme(self, theme: Theme, font: QFont) -> None:
        color = getattr(theme, self.role)
        self._curve.setPen(pg.mkPen(color, width=2 * enlarged.factor()))
        # Opaque: a translucent line of a thousand corners takes Qt many times as long.
        self._faint_curve.setPen(pg.mkPen(blended(color, theme.plot, _FAINT), width=1))
        self.label.setText(tr(self.name), legible(color, theme.plot, theme.text))
        self.label.setFont(font)


def across(steps: NDArray[np.float64], is_log: bool) -> NDArray[np.float64]:
    """Where steps lie on the axis; step 0 has no logarithm and lies at 1."""
    return np.log10(np.maximum(steps, 1.0)) if is_log else steps


def apart(heights: list[float], gap: float, top: float) -> list[float]:
    """Rising heights moved up as little as keeps them `gap` apart, then down as far as they stick out at the top."""
    placed: list[float] = []
    for height in heights:
        placed.append(max(height, placed[-1] + gap) if placed else height)
    limit = top - gap / 2
    for index in reversed(range(len(placed))):
        placed[index] = min(placed[index], limit)
        limit = placed[index] - gap
    return placed


class StepAxis(pg.AxisItem):  # type: ignore[misc]
    """Steps as people write them: 500, 20k, 1.5M."""

    def tickValues(self, low: float, high: float, size: float) -> list[tuple[float, list[float]]]:
        return thinned(super().tickValues(low, high, size), size, self)

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        return [short_count(10**value if self.logMode else value) for value in values]


def short_count(count: float) -> str:
    for size, unit in ((1e6, "M"), (1e3, "k")):
        if abs(count) >= size:
            return f"{count / size:.4g}{unit}"
    return f"{count:.4g}"
