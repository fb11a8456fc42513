"""Axes whose numbers can be told apart, also far from zero, where pyqtgraph's own would all read 1.7e+09."""

import math
from collections.abc import Sequence

import pyqtgraph as pg

# Longer numbers are written with an exponent.
_LONGEST = 11


class NumberAxis(pg.AxisItem):  # type: ignore[misc]
    """An axis with as many digits as the distance between two ticks asks for."""

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        return [number(value * scale, spacing * scale) for value in values]


def number(value: float, spacing: float) -> str:
    """The number as it must be written for numbers `spacing` apart to differ, without zeros at its end."""
    if not (math.isfinite(value) and spacing > 0):
        return ""
    if abs(value) < spacing / 1000:
        return "0"
    decimals = max(0, math.ceil(-math.log10(spacing) - 1e-9))
    plain = f"{value:.{decimals}f}"
    if len(plain) <= _LONGEST:
        return plain.rstrip("0").rstrip(".") if "." in plain else plain
    digits = max(0, _order(abs(value)) - _order(spacing))
    mantissa, exponent = f"{value:.{digits}e}".split("e")
    return f"{mantissa}e{int(exponent)}"


def _order(positive: float) -> int:
    """The power of ten of a number's first digit."""
    return math.floor(math.log10(positive) + 1e-9)


def widest(low: float, high: float) -> str:
    """The longest label that an axis from `low` to `high` is likely to have, at the spacing of a few dozen ticks."""
    spacing = 10.0 ** math.floor(math.log10((high - low) / 20))
    return max((number(each, spacing) for each in (low - spacing / 3, high + spacing / 3)), key=len)
