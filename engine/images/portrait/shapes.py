"""Shapes as signed distances on a view's samples, negative inside, close to exact near the edge."""

import numpy as np

from engine.images.portrait.canvas import Array, View

_TINY = 1e-9


def ellipse(on: View, x: float, y: float, half_width: float, half_height: float) -> Array:
    across, down = (on.x - x) / half_width, (on.y - y) / half_height
    across, down = across * across, down * down
    radius = np.sqrt(across + down)
    slope = np.sqrt(across * (1 / half_width**2) + down * (1 / half_height**2) + _TINY)
    distance: Array = radius - 1
    distance *= radius
    distance /= slope
    return distance


def circle(on: View, x: float, y: float, radius: float) -> Array:
    across, down = on.x - x, on.y - y
    return np.sqrt(across * across + down * down) - radius


def stroke(on: View, start: tuple[float, float], end: tuple[float, float], first: float, last: float) -> Array:
    """A straight line, half as wide as `first` at its start and `last` at its end, with round ends."""
    across, down = on.x - start[0], on.y - start[1]
    dx, dy = end[0] - start[0], end[1] - start[1]
    along = np.clip((across * dx + down * dy) / (dx * dx + dy * dy + _TINY), 0, 1)
    across, down = across - along * dx, down - along * dy
    return np.sqrt(across * across + down * down) - (first + along * (last - first))


def box(on: View, x: float, y: float, half_width: float, half_height: float, corner: float) -> Array:
    """A rectangle whose corners are rounded by the radius `corner`."""
    across = np.abs(on.x - x) - (half_width - corner)
    down = np.abs(on.y - y) - (half_height - corner)
    out_across, out_down = np.maximum(across, 0), np.maximum(down, 0)
    outside = np.sqrt(out_across * out_across + out_down * out_down)
    distance: Array = outside + np.minimum(np.maximum(across, down), 0) - corner
    return distance


def arc(
    on: View, x: float, y: float, half_width: float, rise: float, thick: float, thin: float, tilt: float = 0.0
) -> Array:
    """A bent line: a parabola through (x, y) whose ends are `rise` lower, the right one lower by `tilt` still.

    Half as wide as `thick` in the middle and `thin` at the ends.
    """
    across = (on.x - x) / half_width
    square = across * across
    slope = (2 * rise * across + tilt) / half_width
    width = thick + (thin - thick) * np.minimum(square, 1)
    line = np.abs(on.y - y - rise * square - tilt * across) / np.sqrt(1 + slope * slope) - width
    distance: Array = np.maximum(line, (np.abs(across) - 1) * half_width)
    return distance


def ring(distance: Array, half_width: float) -> Array:
    """The outline of a shape."""
    outline: Array = np.abs(distance) - half_width
    return outline


def joined(first: Array, second: Array, round_by: float = 0.0) -> Array:
    """Both together; where they meet, the corner is filled by `round_by`."""
    union: Array = np.minimum(first, second)
    if not round_by:
        return union
    overlap = np.abs(first - second)
    overlap *= -1 / round_by
    overlap += 1
    np.maximum(overlap, 0, out=overlap)
    overlap *= overlap
    overlap *= round_by / 4
    union -= overlap
    return union


def common(first: Array, second: Array, round_by: float = 0.0) -> Array:
    """Where both are; corners are cut by `round_by`."""
    outside: Array = joined(-first, -second, round_by)
    return -outside


def without(whole: Array, hole: Array, round_by: float = 0.0) -> Array:
    return common(whole, -hole, round_by)
