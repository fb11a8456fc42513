"""Balls that roll down an energy: inference by minimisation, with momentum and noise. No Qt.

    v' = momentum v - pace grad E + sqrt(2 pace noise) xi,   x' = x + v'

Places are counted in shares of the view, 0 to 1, so that balls roll alike over metres and light years. The gradient
is that of the bilinear surface through central differences of the grid.
Source: Polyak (1964), USSR Comput. Math. Math. Phys. 4(5), for the momentum; Langevin's noise for the rest.
"""

import numpy as np
from numpy.typing import NDArray

from engine.messages import Extent

Floats = NDArray[np.float64]
MOST_BALLS, MOST_PLACES = 64, 200
_MOVES_PER_SEC = 120.0
_PACE = 6e-5  # of a move: shares of the view squared, a nat
_LONGEST = 0.01  # of a move, in shares of the view
_AT_REST = 2e-5  # a ball that moves less is at rest


class Balls:
    """The balls and the ways they came. `places` and `paths` are in the user's numbers."""

    def __init__(self, seed: int) -> None:
        self._rng = np.random.default_rng(seed)
        self._due = 0.0
        self.clear()

    def clear(self) -> None:
        self._places: Floats = np.zeros((0, 2))
        self._speeds: Floats = np.zeros((0, 2))
        self._ways: Floats = np.zeros((0, MOST_PLACES, 2))  # the newest place last; NaN from before the ball was there

    @property
    def places(self) -> Floats:
        return self._places

    @property
    def paths(self) -> list[Floats]:
        """Of each ball where it was, (k, 2), the oldest first."""
        return [way[np.isfinite(way[:, 0])] for way in self._ways]

    def drop(self, x: float, y: float, count: int, spread: float) -> None:
        """Balls at a place, or normally around it; the oldest go when there are too many."""
        new = np.array([x, y]) + spread * self._rng.standard_normal((count, 2))
        self._places = np.concatenate([self._places, new])[-MOST_BALLS:]
        self._speeds = np.concatenate([self._speeds, np.zeros((count, 2))])[-MOST_BALLS:]
        ways = np.full((count, MOST_PLACES, 2), np.nan)
        ways[:, -1] = new
        self._ways = np.concatenate([self._ways, ways])[-MOST_BALLS:]

    def advance(self, secs: float, energy: NDArray[np.float32], extent: Extent, momentum: float, noise: float) -> None:
        """Roll for a while. energy: (rows, columns) over `extent`, rows from the lowest y."""
        self._due += secs * _MOVES_PER_SEC
        moves, self._due = int(self._due), self._due % 1.0
        if not len(self._places) or min(energy.shape) < 2:
            return
        x0, x1, y0, y1 = extent
        low, size = np.array([x0, y0]), np.array([x1 - x0, y1 - y0])
        ground = Ground(energy)
        at = (self._places - low) / size
        for _ in range(moves):
            push = -_PACE * ground.gradient(at) + np.sqrt(2 * _PACE * noise) * self._rng.standard_normal(at.shape)
            speeds = momentum * self._speeds + push
            length = np.linalg.norm(speeds, axis=1, keepdims=True)
            self._speeds = speeds * np.minimum(1.0, _LONGEST / np.maximum(length, 1e-12))
            # With nothing but the slope a move that would go up is too long: across a narrow valley.
            if momentum == 0 and noise == 0:
                self._speeds *= ground.shortening(at, self._speeds)
            at = np.clip(at + self._speeds, 0.0, 1.0)
        self._places = low + at * size
        self._ways = np.concatenate([self._ways[:, 1:], self._places[:, None]], axis=1)

    @property
    def are_at_rest(self) -> bool:
        return bool(np.all(np.abs(self._speeds) < _AT_REST))


class Ground:
    """An energy over the unit square: its value and slope anywhere."""

    def __init__(self, energy: NDArray[np.float32]) -> None:
        highest = float(np.max(energy, initial=0.0, where=np.isfinite(energy)))
        self._energy = np.where(np.isfinite(energy), energy, highest).astype(np.float64)
        rows, columns = energy.shape
        by_row, by_column = np.gradient(self._energy)
        self._slopes = np.stack([by_column * columns, by_row * rows], axis=-1)

    def height(self, at: Floats) -> Floats:
        """At (n, 2), in nats, (n,)."""
        return self._between(self._energy[..., None], at)[:, 0]

    def gradient(self, at: Floats) -> Floats:
        """At (n, 2), in nats a view's side, (n, 2)."""
        return self._between(self._slopes, at)

    def shortening(self, at: Floats, moves: Floats) -> Floats:
        """By how much to shorten moves (n, 2) so that none goes up: 1, 1/2, 1/4, ... or 0. (n, 1)."""
        before, factor = self.height(at), np.ones(len(at))
        for _ in range(6):
            goes_up = self.height(np.clip(at + factor[:, None] * moves, 0.0, 1.0)) > before
            if not goes_up.any():
                return factor[:, None]
            factor = np.where(goes_up, factor / 2, factor)
        goes_up = self.height(np.clip(at + factor[:, None] * moves, 0.0, 1.0)) > before
        return np.where(goes_up, 0.0, factor)[:, None]

    def _between(self, values: Floats, at: Floats) -> Floats:
        """Bilinear between the middles of the cells."""
        rows, columns = values.shape[:2]
        x = np.clip(at[:, 0] * columns - 0.5, 0, columns - 1)
        y = np.clip(at[:, 1] * rows - 0.5, 0, rows - 1)
        left, below = np.minimum(x.astype(int), columns - 2), np.minimum(y.astype(int), rows - 2)
        across, up = (x - left)[:, None], (y - below)[:, None]
        low = (1 - across) * values[below, left] + across * values[below, left + 1]
        high = (1 - across) * values[below + 1, left] + across * values[below + 1, left + 1]
        result: Floats = (1 - up) * low + up * high
        return result
