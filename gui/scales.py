"""Where a number lies on a slider, and how it is written: linear and logarithmic scales of whole and real numbers.

A slider counts in ticks. Each tick has a short number ("0.03", never "0.029999"), and no two ticks of a real scale
have the same one. Numbers between two ticks exist too: they can be typed, and show at the nearest tick.
No Qt.
"""

import math

import msgspec

from engine.knobs import Knob

_TICKS = 300  # about one a pixel on a panel's slider


class Scale(msgspec.Struct, frozen=True):
    """The numbers from `low` to `high` along a slider of `ticks` + 1 places."""

    low: float
    high: float
    is_log: bool
    is_whole: bool
    ticks: int
    step: float  # from tick to tick: a difference, or on a log scale a ratio

    def value_of(self, tick: int) -> int | float:
        """The number at a tick from 0 to `ticks`; the ends are exact."""
        if tick <= 0 or tick >= self.ticks:
            value = self.low if tick <= 0 else self.high
        elif self.is_log:
            value = _rounded(self.low * self.step**tick, _digits(self.step - 1.0))
        else:
            value = round(self.low + tick * self.step, _decimals(self.step))
        value = min(max(value, self.low), self.high)
        return round(value) if self.is_whole else float(value)

    def tick_of(self, value: float) -> int:
        """The tick nearest to a number; beyond the ends, the end."""
        inside = min(max(value, self.low), self.high)
        if self.high <= self.low:
            return 0
        if inside >= self.high:
            return self.ticks
        at = math.log(inside / self.low) / math.log(self.step) if self.is_log else (inside - self.low) / self.step
        return min(round(at), self.ticks)


def scale_of(knob: Knob) -> Scale | None:
    """The scale of a number with both ends; None for any other knob, which then has no slider."""
    if isinstance(knob.default, bool | str) or knob.low is None or knob.high is None:
        return None
    low, high, is_whole = float(knob.low), float(knob.high), isinstance(knob.default, int)
    if knob.scale == "log" and high > low:
        return Scale(low, high, True, is_whole, _TICKS, (high / low) ** (1.0 / _TICKS))
    step = _nice((high - low) / _TICKS) if high > low else 1.0
    step = max(step, 1.0) if is_whole else step
    return Scale(low, high, False, is_whole, math.ceil((high - low) / step - 1e-9), step)


def text_of(value: float) -> str:
    """A number as short as it can be without loss: 0.003, 1e-4, 250000, 1e6."""
    if isinstance(value, int) or not math.isfinite(value):
        return str(value)
    if value == 0 or 1e-3 <= abs(value) < 1e6:
        return repr(value).removesuffix(".0")
    shortest = next(text for digits in range(17) if float(text := f"{value:.{digits}e}") == value)
    mantissa, _, exponent = shortest.partition("e")
    return f"{mantissa}e{int(exponent)}"


def _rounded(value: float, digits: int) -> float:
    return float(f"{value:.{digits - 1}e}")


def _digits(relative_step: float) -> int:
    """How many digits keep numbers apart that differ by this share."""
    return max(2, math.ceil(1.0 - math.log10(0.9 * relative_step)))


def _decimals(step: float) -> int:
    return max(0, -math.floor(math.log10(step) + 1e-9))


def _nice(step: float) -> float:
    """The next larger of 1, 2, 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(step))
    return float(next(nice * power for nice in (1, 2, 5, 10) if nice * power >= step * (1 - 1e-9)))
