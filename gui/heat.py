"""Energy as colour: the picture of a landscape, its zero level, its colour maps and its read-out.

Colour maps run from the least likely (row 0) to the most likely (row 255), so that the same places glow whatever is
shown. They are drawn in Oklab, where equal steps look equal, and their lightness only rises or only falls, so that
they read without colour vision too. Both stop at a middling lightness: dots must stand out where the map glows.
Not covered: drawing (canvas.py) and the colour bar (colorbar.py). No Qt.
Source: Ottosson (2020), "A perceptual color space for image processing" (Oklab).
"""

import math
from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Mode = Literal["energy", "density", "log_density"]
Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]

SPAN_NATS = 10.0  # what is this much less likely than the likeliest, or less, gets the last colour: 1 in 22,000
RECOVERY_PER_FRAME = 0.01  # at 30 frames a second the zero level follows a rise within about 3 s

# From the least likely to the most likely: lightness, chroma and hue (degrees) in Oklab.
_CORNERS = {
    "dusk": (
        (0.17, 0.012, 270.0),
        (0.28, 0.080, 285.0),
        (0.40, 0.130, 300.0),
        (0.52, 0.150, 325.0),
        (0.60, 0.140, 350.0),
    ),
    "grey": (
        (0.17, 0.0, 0.0),
        (0.28, 0.0, 0.0),
        (0.39, 0.0, 0.0),
        (0.50, 0.0, 0.0),
        (0.60, 0.0, 0.0),
    ),
    "paper": (
        (0.985, 0.004, 330.0),
        (0.920, 0.030, 330.0),
        (0.850, 0.070, 325.0),
        (0.770, 0.100, 320.0),
        (0.680, 0.120, 315.0),
    ),
}
COLOR_MAPS = tuple(_CORNERS)
_OKLAB_TO_LMS = np.array(
    [[1, 0.3963377774, 0.2158037573], [1, -0.1055613458, -0.0638541728], [1, -0.0894841775, -1.291485548]]
)
_LMS_TO_RGB = np.array(
    [
        [4.0767416621, -3.3077115913, 0.2309699292],
        [-1.2684380046, 2.6097574011, -0.3413193965],
        [-0.0041960863, -0.7034186147, 1.7076147010],
    ]
)


class Zero:
    """The zero level: the lowest energy seen so far, so that colours do not flicker from frame to frame.

    It falls at once. It rises by a hundredth of the gap a frame only, because the energies of a network drift.
    """

    def __init__(self) -> None:
        self.level = math.nan

    def update(self, lowest: float) -> float:
        """The level after a frame whose lowest energy is `lowest`, in nats; one that is not finite is passed over."""
        if math.isfinite(lowest):
            is_first = math.isnan(self.level)
            rise = lowest - self.level
            self.level = lowest if is_first or rise < 0 else self.level + RECOVERY_PER_FRAME * rise
        return self.level

    def reset(self) -> None:
        """Forget, for a new network; the level is NaN until the next frame."""
        self.level = math.nan


def color_map(name: str) -> Bytes:
    """One of `COLOR_MAPS` as (256, 3) sRGB, from the least likely to the most likely."""
    return ramp(_CORNERS[name])


def ramp(between: Sequence[tuple[float, float, float]]) -> Bytes:
    """(256, 3) sRGB from the first to the last of some colours: lightness, chroma and hue (degrees) in Oklab."""
    lightness, chroma, hue = np.array(between).T
    corners = np.stack([lightness, chroma * np.cos(np.radians(hue)), chroma * np.sin(np.radians(hue))], axis=1)
    # Rows are spaced by colour difference along the way, which makes equal steps of the value look equal.
    way = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(corners, axis=0), axis=1))])
    at = np.linspace(0.0, way[-1], 256)
    lab = np.stack([np.interp(at, way, column) for column in corners.T], axis=1)
    linear = np.clip((lab @ _OKLAB_TO_LMS.T) ** 3 @ _LMS_TO_RGB.T, 0.0, 1.0)
    srgb = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    rgb: Bytes = np.round(255.0 * srgb).astype(np.uint8)
    return rgb


def levels(mode: Mode, zero: float, temperature: float, log_z: float, span_nats: float) -> tuple[float, float]:
    """The value with the first colour of the map (least likely) and the one with the last, in the mode's own unit.

    energy: nats.  log_density: nats.  density: per unit of area. The last two are NaN where log_z is.
    """
    if mode == "energy":
        return zero + span_nats, zero
    highest = -zero / temperature - log_z
    if mode == "log_density":
        return highest - span_nats, highest
    return 0.0, _exp(highest)


def picture(
    energy: Floats, zero: float, mode: Mode, temperature: float, log_z: float, span_nats: float, lut: Bytes
) -> Bytes:
    """The colours of a landscape, (rows, columns, 4) sRGB with full alpha; rows and columns stay in their order.

    energy: (rows, columns), nats.  zero: see `Zero`.  lut: (256, 3), see `color_map`.
    Values beyond `levels` get the colour of the nearer end; NaN, and a density without a finite log_z, that of the
    least likely.
    """
    index = _places(energy, zero, mode, temperature, log_z, span_nats)
    index += 0.5
    opaque = np.full((256, 4), 255, np.uint8)
    opaque[:, :3] = lut
    # One 32-bit word a colour: a third of the time of looking up four bytes.
    words: NDArray[np.uint32] = np.take(opaque.view(np.uint32)[:, 0], index.astype(np.uint8))
    return words.view(np.uint8).reshape(*energy.shape, 4)


def heights(energy: Floats, zero: float, mode: Mode, temperature: float, log_z: float, span_nats: float) -> Floats:
    """The same scale as ground, (rows, columns) from 0 to 1: likely places are valleys of energy, hills of density."""
    places = _places(energy, zero, mode, temperature, log_z, span_nats) / np.float32(255.0)
    return 1 - places if mode == "energy" else places


def _places(energy: Floats, zero: float, mode: Mode, temperature: float, log_z: float, span_nats: float) -> Floats:
    """Where on the colour map, from 0 (the least likely) to 255."""
    scale = 1.0 if mode == "energy" else 1.0 / temperature
    with np.errstate(invalid="ignore", over="ignore"):
        # Differences to the zero level keep their digits where energies and log_z are large.
        below = (energy - np.float32(zero)) * np.float32(-scale)
        if mode != "energy" and not math.isfinite(log_z):
            below.fill(math.nan)
        index = 255.0 * np.exp(below) if mode == "density" else below * np.float32(255.0 / span_nats) + 255.0
        np.nan_to_num(index, copy=False, nan=0.0, posinf=255.0, neginf=0.0)
        return np.clip(index, 0.0, 255.0, out=index)


def value_at(energy: Floats, extent: tuple[float, float, float, float], x: float, y: float) -> float:
    """The energy at a place, bilinear between the middles of the cells; NaN outside `extent` (x0, x1, y0, y1).

    energy: (rows, columns), rows from the lowest y. Within half a cell of the edge it is that of the nearest middles.
    """
    x0, x1, y0, y1 = extent
    if not (x0 < x1 and y0 < y1 and x0 <= x <= x1 and y0 <= y <= y1 and energy.size):
        return math.nan
    rows, columns = energy.shape
    left, right, across = _between((x - x0) / (x1 - x0) * columns - 0.5, columns)
    below, above, up = _between((y - y0) / (y1 - y0) * rows - 0.5, rows)
    # Weights of zero are left out: a NaN or an infinity next door is no part of this value.
    low = _mixed(float(energy[below, left]), float(energy[below, right]), across)
    high = _mixed(float(energy[above, left]), float(energy[above, right]), across)
    return _mixed(low, high, up)


def _between(at: float, count: int) -> tuple[int, int, float]:
    """The two middles around a place counted in cells, and how far it is from the first to the second."""
    at = min(max(at, 0.0), count - 1.0)
    first = int(at)
    return first, min(first + 1, count - 1), at - first


def _mixed(first: float, second: float, share: float) -> float:
    return first if share == 0.0 else (1.0 - share) * first + share * second


def _exp(nats: float) -> float:
    try:
        return math.exp(nats)
    except OverflowError:
        return math.inf
