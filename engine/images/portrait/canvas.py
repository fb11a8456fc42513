"""A sheet of paint: shapes are signed distances, and what is painted covers a pixel by the part of it that lies inside.

The sheet is the square from -32 to 32, x to the right and y downwards, whatever its size in pixels; a distance is in
these units, negative inside. Only + - * / sqrt, min and max are used, which every machine rounds alike: the same
picture comes out bit for bit anywhere.
"""

from typing import NamedTuple

import numpy as np

HALF = 32.0
# Each pixel is the mean of this many samples along a side; edges are soft within a sample as well.
_SAMPLES = 2

Array = np.ndarray
# Red, green, blue from 0 to 255.
Colour = tuple[float, float, float]


class Tone(NamedTuple):
    """A colour with what it becomes in shadow and in light."""

    base: Colour
    dark: Colour
    light: Colour


class View:
    """A part of the sheet: x (1, w) and y (h, 1) of its samples, and paint (3, h, w), which is the sheet's own."""

    def __init__(self, x: Array, y: Array, paint: Array, scale: float) -> None:
        self.x, self.y, self.paint, self._scale = x, y, paint, scale

    def part(self, left: float, top: float, right: float, bottom: float) -> "View":
        """The part within these edges, cut to the sheet; it may be empty."""
        columns = _between(self.x[0], left, right, self._scale)
        rows = _between(self.y[:, 0], top, bottom, self._scale)
        return View(self.x[:, columns], self.y[rows], self.paint[:, rows, columns], self._scale)

    def mirrored(self, x: float) -> "View":
        """A view in which what is drawn on the right of `x` is also seen on the left; x there counts from this line."""
        return View(np.abs(self.x - x), self.y, self.paint, self._scale)

    def cover(self, distance: Array, soft: float = 0.0) -> Array:
        """How much of each sample lies inside, (h, w) from 0 to 1; `soft` is the width of the edge."""
        edge = max(1 / self._scale, soft)
        inside = distance * (-1 / edge)
        inside += 0.5
        np.maximum(inside, 0, out=inside)
        np.minimum(inside, 1, out=inside)
        if soft:
            inside *= inside * (3 - 2 * inside)
        return inside

    def lowered(self, cover: Array, by: float) -> Array:
        """The same cover further down, by about this far."""
        rows = round(by * self._scale)
        below = np.zeros_like(cover)
        below[rows:] = cover[: max(len(cover) - rows, 0)]
        return below

    def fill(self, cover: Array, colour: "Colour | Array") -> None:
        """Lay a colour, one or one per sample (3, h, w), over what is covered."""
        paint = colour if isinstance(colour, np.ndarray) else np.array(colour, np.float32)[:, None, None]
        change = paint - self.paint
        change *= cover
        self.paint += change

    def draw(self, distance: Array, colour: "Colour | Array", opacity: float = 1.0, soft: float = 0.0) -> None:
        """Paint the inside of a shape."""
        cover = self.cover(distance, soft)
        self.fill(cover if opacity == 1 else cover * opacity, colour)


def sheet(side: int) -> View:
    """An empty sheet for a picture of side x side pixels."""
    samples = side * _SAMPLES
    scale = samples / (2 * HALF)
    axis = ((np.arange(samples) + 0.5) / scale - HALF).astype(np.float32)
    return View(axis[None], axis[:, None], np.zeros((3, samples, samples), np.float32), scale)


def developed(paint: View) -> Array:
    """The picture of a sheet, (side, side, 3) uint8."""
    fine = paint.paint
    mean = (fine[:, ::2, ::2] + fine[:, 1::2, ::2] + fine[:, ::2, 1::2] + fine[:, 1::2, 1::2]) * 0.25
    picture: Array = np.clip(mean + 0.5, 0, 255).astype(np.uint8).transpose(1, 2, 0)
    return picture


def shaded(tone: Tone, shade: Array) -> Array:
    """A colour per sample, (3, h, w): dark at a shade of -1, the base at 0, light at 1."""
    lit, unlit = np.maximum(shade, 0), np.maximum(-shade, 0)
    np.minimum(lit, 1, out=lit)
    np.minimum(unlit, 1, out=unlit)
    planes = np.empty((3, *shade.shape), np.float32)
    for plane, base, dark, light in zip(planes, *tone, strict=True):
        np.multiply(lit, light - base, out=plane)
        plane += base
        plane += unlit * (dark - base)
    return planes


def _between(axis: Array, low: float, high: float, scale: float) -> slice:
    """The samples of an axis from `low` to `high`."""
    if not len(axis):
        return slice(0, 0)
    first = float(axis[0])
    start, stop = ((edge - first) * scale + 1 for edge in (low, high))
    return slice(max(int(start), 0), max(int(stop), 0))
