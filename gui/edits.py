"""The sketch and its edits: `apply(edit, sketch)` gives the new sketch and the edit that takes it back exactly.

Edits carry what was there before instead of computing it back, so that undo restores every bit and the order too.
Not covered: the history of edits (document.py) and how a stroke becomes one (tools.py).
"""

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.messages import Extent
from engine.recipe import Data

NUM_LABELS = 4

Floats = NDArray[np.float64]
Labels = NDArray[np.uint8]
Indices = NDArray[np.int64]


def frozen_array(values: Any, dtype: Any) -> NDArray[Any]:
    """A read-only array of these values: the same object where it already is one."""
    array = np.asarray(values, dtype)
    if array.flags.writeable:
        array = array.copy()
        array.flags.writeable = False
    return array


@dataclass(frozen=True, eq=False)
class Sketch:
    """The data as it stands; its arrays are read-only, an edit makes new ones.

    points: (n, 2) in the user's own numbers.  labels: (n,), 0 to 3.  extent: the home view (x0, x1, y0, y1).
    truth: the preset that drew exactly these points, None after any change to them.
    """

    points: Floats = field(default_factory=lambda: np.empty((0, 2)))
    labels: Labels = field(default_factory=lambda: np.empty(0, np.uint8))
    extent: Extent = (-4.0, 4.0, -4.0, 4.0)
    truth: Data | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "points", frozen_array(self.points, np.float64))
        object.__setattr__(self, "labels", frozen_array(self.labels, np.uint8))
        if self.points.shape != (len(self.labels), 2):
            raise ValueError(f"points of shape {self.points.shape} with {len(self.labels)} labels")

    @property
    def num_points(self) -> int:
        return len(self.points)


# Every edit says what `truth` is after it: None for an edit of the person's, the old one for an inverse.


@dataclass(frozen=True, eq=False)
class Append:
    """New points (k, 2) and their labels (k,) after all others."""

    points: Floats
    labels: Labels
    truth: Data | None = None


@dataclass(frozen=True, eq=False)
class Delete:
    """The points at `indices` go; the others keep their order."""

    indices: Indices
    truth: Data | None = None


@dataclass(frozen=True, eq=False)
class Insert:
    """Points that come to lie at `indices` (ascending, counted in the new sketch): what takes a Delete back."""

    indices: Indices
    points: Floats
    labels: Labels
    truth: Data | None = None


@dataclass(frozen=True, eq=False)
class Move:
    """The points at `indices` shift by `offset`, in the user's numbers."""

    indices: Indices
    offset: tuple[float, float]
    truth: Data | None = None


@dataclass(frozen=True, eq=False)
class Place:
    """The points at `indices` are put at `points` (k, 2): what takes a Move back."""

    indices: Indices
    points: Floats
    truth: Data | None = None


@dataclass(frozen=True, eq=False)
class Relabel:
    """The points at `indices` get `labels` (k,)."""

    indices: Indices
    labels: Labels
    truth: Data | None = None


@dataclass(frozen=True, eq=False)
class Replace:
    """Another sketch altogether: a preset, an import, a clear."""

    sketch: Sketch


Edit = Append | Delete | Insert | Move | Place | Relabel | Replace


def apply(edit: Edit, sketch: Sketch) -> tuple[Sketch, Edit]:
    """The sketch after the edit, and the edit that restores the one before it, bit for bit."""
    match edit:
        case Append(points, labels, truth):
            tail = np.arange(sketch.num_points, sketch.num_points + len(points))
            points = np.concatenate([sketch.points, points])
            labels = np.concatenate([sketch.labels, labels])
            return _changed(sketch, truth, points, labels), Delete(tail, sketch.truth)
        case Delete(indices, truth):
            return _without(sketch, indices, truth)
        case Insert(indices, points, labels, truth):
            return _with(sketch, edit), Delete(indices, sketch.truth)
        case Move(indices, offset, truth):
            moved = sketch.points[indices] + np.asarray(offset)
            return apply(Place(indices, moved, truth), sketch)
        case Place(indices, points, truth):
            back = Place(indices, sketch.points[indices], sketch.truth)
            return _changed(sketch, truth, points=_put(sketch.points, indices, points)), back
        case Relabel(indices, labels, truth):
            old = Relabel(indices, sketch.labels[indices], sketch.truth)
            return _changed(sketch, truth, labels=_put(sketch.labels, indices, labels)), old
        case Replace(new):
            return new, Replace(sketch)


def _changed(sketch: Sketch, truth: Data | None, points: Any = None, labels: Any = None) -> Sketch:
    """The sketch with other points or labels; what stays is the same array, so a view can tell."""
    return replace(
        sketch,
        points=sketch.points if points is None else points,
        labels=sketch.labels if labels is None else labels,
        truth=truth,
    )


def _without(sketch: Sketch, indices: Indices, truth: Data | None) -> tuple[Sketch, Edit]:
    stays = np.ones(sketch.num_points, bool)
    stays[indices] = False
    gone = np.flatnonzero(~stays)
    back = Insert(gone, sketch.points[gone], sketch.labels[gone], sketch.truth)
    return _changed(sketch, truth, sketch.points[stays], sketch.labels[stays]), back


def _with(sketch: Sketch, edit: Insert) -> Sketch:
    is_new = np.zeros(sketch.num_points + len(edit.indices), bool)
    is_new[edit.indices] = True
    points = np.empty((len(is_new), 2))
    labels = np.empty(len(is_new), np.uint8)
    points[is_new], points[~is_new] = edit.points, sketch.points
    labels[is_new], labels[~is_new] = edit.labels, sketch.labels
    return _changed(sketch, edit.truth, points, labels)


def _put(old: NDArray[Any], indices: Indices, new: NDArray[Any]) -> NDArray[Any]:
    result = old.copy()
    result[indices] = new
    return result
