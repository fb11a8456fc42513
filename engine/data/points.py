"""Points as they come out of any source: checked, labelled, and with the view in which they look right.

Not covered: where they come from (density.py, files.py, words.py).
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from engine import recipe
from engine.data.density import DATA_SHARE, Density
from engine.messages import Extent
from engine.notice import Notice

MAX_CLASSES = 4
MAX_MAGNITUDE = 1e12
_LEAST_RANGE = 1e-12  # ranges below this, or below 1e-9 of the numbers themselves, count as none
_LEAST_RELATIVE_RANGE = 1e-9
LARGEST_ASPECT = 4.0  # gui/plane.py has the same


class Draw(NamedTuple):
    """Points and what is known of them.

    points: (n, 2) float64.  labels: (n,) uint8, 0 to 3.  extent: the home view, (x0, x1, y0, y1).
    truth, density: the preset that drew them, None for other sources.  note: a sentence for the person, often empty.
    """

    points: np.ndarray
    labels: np.ndarray
    extent: Extent
    truth: recipe.Data | None = None
    density: Density | None = None
    note: str = ""


def extent_of(points: np.ndarray, keeps_shape: bool = False) -> Extent:
    """The padded home view of points (n, 2), n at least 1, each finite and at most 1e12 in magnitude.

    Square in the points' own numbers while the ranges of x and y are within a factor of 4 of each other, otherwise
    each axis has its own scale. With `keeps_shape` (a word, a picture) both have the same scale and the same padding,
    and the view is as wide and as high as the shape, up to a factor of 4; that far the canvas shows it undistorted.
    """
    low, high = points.min(axis=0), points.max(axis=0)
    ranges, centre = high - low, (low + high) / 2
    least = np.maximum(_LEAST_RANGE, _LEAST_RELATIVE_RANGE * np.abs(points).max(axis=0))
    ranges = np.where(ranges < least, 0.0, ranges)
    if not ranges.any():
        # The whole sketch is one place: there is no scale but that of the numbers.
        ranges = np.full(2, max(2 * DATA_SHARE, 1e-6 * float(np.abs(centre).max())))
    half = ranges / (2 * DATA_SHARE)
    if keeps_shape:
        padding = half.max() - ranges.max() / 2
        half = np.maximum(ranges / 2 + padding, half.max() / LARGEST_ASPECT)
    elif not ranges.all() or ranges.max() <= LARGEST_ASPECT * ranges.min():
        half = np.full(2, half.max())
    return (
        float(centre[0] - half[0]),
        float(centre[0] + half[0]),
        float(centre[1] - half[1]),
        float(centre[1] + half[1]),
    )


def check_points(points: np.ndarray, name: str) -> None:
    """Raise a Notice naming the first of points (n, 2) that cannot be used; rows count from 1."""
    if len(points) == 0:
        raise Notice(f"{name} holds no points.")
    is_bad = ~(np.abs(points) <= MAX_MAGNITUDE)  # NaN is not <= anything
    if is_bad.any():
        row, column = (int(index) for index in np.argwhere(is_bad)[0])
        raise Notice(f"{name}, row {row + 1}: {wrong_with(float(points[row, column]))}.")


def wrong_with(value: float) -> str:
    """Why a coordinate cannot be used, as the end of a sentence; empty if it can."""
    if not np.isfinite(value):
        return f"{value} is not a finite number"
    return "" if abs(value) <= MAX_MAGNITUDE else f"{value:g} is too large; numbers may go up to {MAX_MAGNITUDE:g}"


def check_count(count: int, name: str) -> None:
    """Raise a Notice if there are more points than a run may have."""
    if count > recipe.MAX_POINTS:
        raise Notice(f"{name} has more than {recipe.MAX_POINTS:,} points, which is the most that can be used.")


def labels_of(classes: Sequence[float] | Sequence[str], name: str) -> tuple[np.ndarray, str]:
    """Labels (n,) uint8, 0 to 3, for class names or numbers, and a note that says which is which.

    Numbers that are labels already stay as they are; others are numbered in their sorted order.
    Raises Notice for more than four classes.
    """
    distinct = sorted(set(classes))  # type: ignore[type-var]  # all numbers or all text
    if len(distinct) > MAX_CLASSES:
        raise Notice(f"{name} has {len(distinct)} different class labels; at most {MAX_CLASSES} can be shown.")
    if all(each in range(MAX_CLASSES) for each in distinct):
        return np.array(classes, dtype=np.uint8), ""
    number_of = {each: number for number, each in enumerate(distinct)}
    labels = np.fromiter((number_of[each] for each in classes), np.uint8, len(classes))
    shown = [f"{each:g}" if isinstance(each, float) else str(each)[:20] for each in distinct]
    return labels, f"Classes in the order of the labels: {', '.join(shown)}."
