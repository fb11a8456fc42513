"""Axes whose numbers can be told apart, also far from zero, where pyqtgraph's own would all read 1.7e+09."""

import math
from collections.abc import Callable, Sequence

import pyqtgraph as pg
from PySide6.QtGui import QFontMetricsF

# Longer numbers, not counting the sign, are written with an exponent.
_LONGEST = 12
_EVERY = (1, 2, 5, 10, 20)


class NumberAxis(pg.AxisItem):  # type: ignore[misc]
    """An axis with as many digits as the distance between two ticks asks for."""

    def tickValues(self, low: float, high: float, size: float) -> list[tuple[float, list[float]]]:
        return thinned(super().tickValues(low, high, size), size, self)

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        return [number(value * scale, spacing * scale) for value in values]


def thinned(
    levels: Sequence[tuple[float, Sequence[float]]], size_px: float, axis: pg.AxisItem
) -> list[tuple[float, list[float]]]:
    """Ticks of an axis of this length whose numbers do not touch: of the first level every second, or fifth one."""
    if not levels or levels[0][0] is None:
        return [(spacing, list(values)) for spacing, values in levels]
    spacing, values = levels[0]
    metrics = QFontMetricsF(axis.style["tickFont"] or axis.font())
    is_flat = axis.orientation in ("top", "bottom")
    texts = axis.tickStrings(values, 1.0, spacing)
    longest = max((metrics.horizontalAdvance(text) for text in texts), default=0.0)
    needs = longest + 0.6 * metrics.height() if is_flat else metrics.height()
    every = next((each for each in _EVERY if len(values) / each * needs <= size_px), _EVERY[-1])
    kept = [value for value in values if round(value / spacing) % every == 0]
    # One at least, unless there was none.
    return [(spacing, kept or list(values[:1])), *((step, list(more)) for step, more in levels[1:])]


def number(value: float, spacing: float) -> str:
    """The number as it must be written for numbers `spacing` apart to differ, without zeros at its end."""
    if not (math.isfinite(value) and spacing > 0):
        return ""
    if abs(value) < spacing / 1000:
        return "0"
    decimals = max(0, math.ceil(-math.log10(spacing) - 1e-9))
    plain = f"{value:.{decimals}f}"
    if float(plain) == 0:
        return "0"  # not -0
    if len(plain.lstrip("-")) <= _LONGEST:
        return plain.rstrip("0").rstrip(".") if "." in plain else plain
    digits = max(0, _order(abs(value)) - _order(spacing))
    mantissa, exponent = f"{value:.{digits}e}".split("e")
    return f"{mantissa}e{int(exponent)}"


def _order(positive: float) -> int:
    """The power of ten of a number's first digit."""
    return math.floor(math.log10(positive) + 1e-9)


def widest(low: float, high: float, width_of: Callable[[str], int]) -> str:
    """The label with the largest `width_of` among those an axis from `low` to `high` may have: 20 to 200 places.

    Measured, not counted: a point and a minus are narrower than a digit.
    """
    spacing = 10.0 ** math.floor(math.log10((high - low) / 20))
    first, last = math.floor(low / spacing), math.ceil(high / spacing)
    return max((number(step * spacing, spacing) for step in range(first, last + 1)), key=width_of)
