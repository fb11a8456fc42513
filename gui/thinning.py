"""A million values as two thousand points that look the same: the least and the greatest of every stretch.

No Qt.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Points = NDArray[np.float64]  # (n, 2): step, value

_WINDOW_STEPS = 50  # the exponential mean looks back on this many steps,
_WINDOW_SHARE = 0.01  # or on this share of all steps, whichever is longer


class Thinned:
    """A curve that keeps its first, last, least and greatest value however long it gets, and never a value not finite.

    Each bucket of successive values leaves two points. Where there are too many, buckets are merged in pairs.
    """

    def __init__(self, max_points: int) -> None:
        self._max_points = max_points
        self.clear()

    def clear(self) -> None:
        self._bucket = 2  # values for which two points are kept
        self._kept: Points = np.empty((0, 2))
        self._pending: Points = np.empty((0, 2))  # the bucket that is being filled
        self._first: Points = np.empty((0, 2))
        self._last: Points = np.empty((0, 2))

    def add(self, steps: ArrayLike, values: ArrayLike) -> None:
        """Add values at rising steps. Steps that were passed already replace all from there on: training went back."""
        new: Points = np.stack([np.asarray(steps, np.float64), np.asarray(values, np.float64)], axis=1)
        new = new[np.isfinite(new).all(axis=1)]
        if not len(new):
            return
        self._go_back_to(new[0, 0])
        if not len(self._first):
            self._first = new[:1]
        self._last = new[-1:]
        pending = np.concatenate([self._pending, new])
        whole = len(pending) - len(pending) % self._bucket
        self._kept = np.concatenate([self._kept, _extremes(pending[:whole], self._bucket)])
        self._pending = pending[whole:]
        while len(self._kept) > self._max_points:
            self._merge()

    def points(self) -> Points:
        """(n, 2), steps rising: about `max_points` at most."""
        pending = self._pending
        if len(pending) > 2:
            pending = _extremes(pending, len(pending))
        points = np.concatenate([self._first, self._kept, pending, self._last])
        is_new = np.ones(len(points), bool)
        is_new[1:] = points[1:, 0] > points[:-1, 0]
        return points[is_new]

    def cut(self, step: float) -> None:
        """Forget what comes after a step."""
        self._go_back_to(step + 1)
        if len(self._last) and self._last[0, 0] > step:
            left = np.concatenate([self._first, self._kept, self._pending])
            self._last = left[-1:]

    def _merge(self) -> None:
        whole = len(self._kept) - len(self._kept) % 4
        # An odd bucket at the end starts the next one, so that nothing is lost.
        self._pending = np.concatenate([self._kept[whole:], self._pending])
        self._kept = _extremes(self._kept[:whole], 4)
        self._bucket *= 2

    def _go_back_to(self, step: float) -> None:
        self._kept = self._kept[self._kept[:, 0] < step]
        self._pending = self._pending[self._pending[:, 0] < step]
        self._first = self._first[self._first[:, 0] < step]


class Smoother:
    """An exponential mean whose window grows with the run; it starts as the plain mean."""

    def __init__(self) -> None:
        self._count = 0
        self._mean = 0.0

    def go_back(self, count: int, mean: float) -> None:
        """Be where it was after so many values."""
        self._count, self._mean = min(count, self._count), mean

    def smooth(self, values: ArrayLike) -> NDArray[np.float64]:
        """The mean after each of the next values; one that is not finite gives NaN and is forgotten."""
        plain = np.asarray(values, np.float64)
        result = np.full(len(plain), np.nan)
        for index in np.flatnonzero(np.isfinite(plain)).tolist():
            window = min(self._count + 1, max(_WINDOW_STEPS, _WINDOW_SHARE * self._count))
            self._mean += (float(plain[index]) - self._mean) / window
            self._count += 1
            result[index] = self._mean
        return result


def _extremes(points: Points, bucket: int) -> Points:
    """The point with the least and the one with the greatest value of each bucket, in the order of their steps."""
    buckets = points.reshape(-1, bucket, 2)
    least, greatest = buckets[:, :, 1].argmin(axis=1), buckets[:, :, 1].argmax(axis=1)
    greatest[greatest == least] = bucket - 1  # all the same: the first and the last
    order = np.sort(np.stack([least, greatest], axis=1), axis=1)
    extremes: Points = np.take_along_axis(buckets, order[:, :, None], axis=1).reshape(-1, 2)
    return extremes
