"""Densities in the plane that can be drawn from and, in closed form or nearly so, evaluated: what a preset is made of.

Four kinds cover the presets: Gaussians, curves blurred by Gaussian noise, uniform cells, and a twist of Gaussians.
Not covered: the presets' own numbers (presets/), and densities that a model has learned (engine/fields.py).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np

from engine.data.quadrature import entropy_near, gauss_legendre, log_kernel_sum, shares_of
from engine.messages import Extent

DATA_SHARE = 0.8  # of the width of a home view: the rest is padding
_TAIL_SDS = 3.0  # how far beyond its centre a Gaussian counts as data for the home view
_THINNEST = 1e-3  # of the home view: no grid resolves a thinner curve, so it has no log_prob
_FEWEST_PANELS = 16


class Density(Protocol):
    """What every preset gives. Nats; areas in the preset's own units."""

    @property
    def has_log_prob(self) -> bool:
        """Whether there is a density: a curve without noise covers no area."""

    def sample(self, n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """n independent points (n, 2) float64 and their labels (n,) uint8, 0 to 3."""

    def log_prob(self, points: np.ndarray) -> np.ndarray:
        """Log density (k,) at points (k, 2); -inf where there is nothing. ValueError where has_log_prob is False."""

    def entropy(self) -> float:
        """Differential entropy, accurate to 1e-4; NaN where has_log_prob is False."""

    def extent(self) -> Extent:
        """The square home view; the data fill about its middle 80 %."""


@dataclass(frozen=True, eq=False)
class Gaussians:
    """Gaussians of equal weight.

    centres: (m, 2).  factors: (m, 2, 2), each a square root of its covariance.  labels: (m,) uint8.
    """

    centres: np.ndarray
    factors: np.ndarray
    labels: np.ndarray
    has_log_prob = True

    def sample(self, n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        which = rng.integers(len(self.centres), size=n)
        noise = rng.standard_normal((n, 2))
        return self.centres[which] + np.einsum("nij,nj->ni", self.factors[which], noise), self.labels[which]

    def log_prob(self, points: np.ndarray) -> np.ndarray:
        result = np.full(len(points), -np.inf)
        for centre, factor in zip(self.centres, self.factors, strict=True):
            white = (points - centre) @ np.linalg.inv(factor).T
            log_scale = math.log(2 * math.pi * abs(np.linalg.det(factor)) * len(self.centres))
            result = np.logaddexp(result, -0.5 * (white**2).sum(axis=1) - log_scale)
        return result

    def entropy(self) -> float:
        return self._entropy

    def extent(self) -> Extent:
        reach = _TAIL_SDS * np.linalg.norm(self.factors, axis=2)
        return square_around((self.centres - reach).min(axis=0), (self.centres + reach).max(axis=0))

    @cached_property
    def _entropy(self) -> float:
        spreads = np.linalg.svd(self.factors, compute_uv=False)
        return entropy_near(self.log_prob, self.centres, float(spreads.min()), float(spreads.max()))


def isotropic(centres: np.ndarray, sd: float, labels: np.ndarray) -> Gaussians:
    """Round Gaussians of equal weight at centres (m, 2)."""
    return Gaussians(centres, np.tile(sd * np.eye(2), (len(centres), 1, 1)), labels.astype(np.uint8))


@dataclass(frozen=True)
class Arc:
    """A piece of a curve: `position` takes u (k,) in [0, 1], uniformly distributed, to points (k, 2)."""

    position: Callable[[np.ndarray], np.ndarray]
    weight: float = 1.0
    label: int = 0


def segment(start: tuple[float, float], end: tuple[float, float]) -> Arc:
    """A straight piece, weighted by its length."""
    a, b = np.array(start), np.array(end)
    return Arc(lambda u: a + u[:, None] * (b - a), weight=float(np.linalg.norm(b - a)))


def polygon(*corners: tuple[float, float]) -> tuple[Arc, ...]:
    """The closed outline through the corners."""
    return tuple(segment(start, end) for start, end in zip(corners, corners[1:] + corners[:1], strict=True))


def circle(radius: float) -> Callable[[np.ndarray], np.ndarray]:
    """The positions along a circle around the origin, for an Arc."""
    return lambda u: radius * np.stack([np.cos(2 * np.pi * u), np.sin(2 * np.pi * u)], axis=1)


def by_length(position: Callable[[np.ndarray], np.ndarray]) -> Callable[[np.ndarray], np.ndarray]:
    """The same curve with points spread evenly over its length instead of over its parameter."""
    u = np.linspace(0.0, 1.0, 4097)
    travelled = np.concatenate([[0.0], np.linalg.norm(np.diff(position(u), axis=0), axis=1).cumsum()])
    return lambda share: position(np.interp(share * travelled[-1], travelled, u))


@dataclass(frozen=True, eq=False)
class Curve:
    """Arcs blurred by round Gaussian noise with standard deviation `noise`.

    p(x) = sum_a w_a integral_0^1 N(x; c_a(u), noise^2) du, by Gauss-Legendre panels no longer than `noise`, each with
    five nodes (error below 1e-6 of p wherever p counts: tests compare it with the exact segment and circle).
    """

    arcs: tuple[Arc, ...]
    noise: float

    @property
    def has_log_prob(self) -> bool:
        x0, x1, _, _ = self.extent()
        return self.noise >= _THINNEST * (x1 - x0)

    def sample(self, n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        which = rng.choice(len(self.arcs), size=n, p=self._weights)
        u = rng.random(n)
        points = self.noise * rng.standard_normal((n, 2))
        labels = np.zeros(n, np.uint8)
        for index, arc in enumerate(self.arcs):
            points[which == index] += arc.position(u[which == index])
            labels[which == index] = arc.label
        return points, labels

    def log_prob(self, points: np.ndarray) -> np.ndarray:
        if not self.has_log_prob:
            raise ValueError("a curve this thin has no density: ask has_log_prob first")
        return log_kernel_sum(points, *self._nodes, self.noise)

    def entropy(self) -> float:
        return self._entropy if self.has_log_prob else math.nan

    def extent(self) -> Extent:
        outline = np.concatenate([arc.position(np.linspace(0.0, 1.0, 257)) for arc in self.arcs])
        reach = _TAIL_SDS * self.noise
        return square_around(outline.min(axis=0) - reach, outline.max(axis=0) + reach)

    @property
    def _weights(self) -> np.ndarray:
        weights = np.array([arc.weight for arc in self.arcs])
        shares: np.ndarray = weights / weights.sum()
        return shares

    @cached_property
    def _nodes(self) -> tuple[np.ndarray, np.ndarray]:
        """Quadrature nodes (m, 2) along all arcs and the logarithms (m,) of their weights."""
        places, log_weights = [], []
        for arc, weight in zip(self.arcs, self._weights, strict=True):
            steps = np.linalg.norm(np.diff(arc.position(np.linspace(0.0, 1.0, 1025)), axis=0), axis=1)
            num_panels = max(_FEWEST_PANELS, math.ceil(1024 * float(steps.max()) / self.noise))
            u, share = gauss_legendre(np.linspace(0.0, 1.0, num_panels + 1))
            places.append(arc.position(u))
            log_weights.append(np.log(weight * share))
        return np.concatenate(places), np.concatenate(log_weights)

    @cached_property
    def _entropy(self) -> float:
        return entropy_near(self.log_prob, self._nodes[0], self.noise, self.noise)


@dataclass(frozen=True, eq=False)
class Cells:
    """Uniform over the filled cells of a square lattice around the origin, blurred by round Gaussian noise.

    is_filled: (columns, rows) bool, from the lowest x and y.  A cell's column is its label, modulo 4.
    """

    is_filled: np.ndarray
    side: float
    noise: float
    has_log_prob = True

    def sample(self, n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        filled = np.argwhere(self.is_filled)[rng.integers(np.count_nonzero(self.is_filled), size=n)]
        corner = np.array([self._edges[0][0], self._edges[1][0]])
        points = corner + self.side * (filled + rng.random((n, 2))) + self.noise * rng.standard_normal((n, 2))
        return points, (filled[:, 0] % 4).astype(np.uint8)

    def log_prob(self, points: np.ndarray) -> np.ndarray:
        across, up = (shares_of(points[:, axis], self._edges[axis], self.noise) for axis in (0, 1))
        with np.errstate(divide="ignore"):
            result: np.ndarray = np.log(((across @ self.is_filled) * up).sum(axis=1)) - math.log(self._area)
        return result

    def entropy(self) -> float:
        return self._entropy

    def extent(self) -> Extent:
        low, high = (np.array([edges[end] for edges in self._edges]) for end in (0, -1))
        return square_around(low - _TAIL_SDS * self.noise, high + _TAIL_SDS * self.noise)

    @property
    def _area(self) -> float:
        return self.side**2 * int(np.count_nonzero(self.is_filled))

    @cached_property
    def _edges(self) -> tuple[np.ndarray, np.ndarray]:
        columns, rows = ((np.arange(count + 1) - count / 2) * self.side for count in self.is_filled.shape)
        return columns, rows

    @cached_property
    def _entropy(self) -> float:
        if self.noise == 0:
            return math.log(self._area)
        # The density bends only near edges: panels of one sd there, whatever is between them is flat.
        near = self.noise * np.arange(-8, 9)
        axes = [gauss_legendre(np.unique(edges[:, None] + near)) for edges in self._edges]
        shares = [shares_of(axes[axis][0], self._edges[axis], self.noise) for axis in (0, 1)]
        density = shares[0] @ self.is_filled @ shares[1].T / self._area
        log_density = np.log(np.where(density > 0, density, 1.0))
        return -float(axes[0][1] @ (density * log_density) @ axes[1][1])


@dataclass(frozen=True, eq=False)
class Twist:
    """Gaussians turned about the origin by `angle(r)` radians at the distance r from it.

    A turn that depends on r alone keeps areas, so p(x) = p_straight(x turned back) and the entropy stays.
    """

    straight: Gaussians
    angle: Callable[[np.ndarray], np.ndarray]
    has_log_prob = True

    def sample(self, n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        points, labels = self.straight.sample(n, rng)
        return self._turned(points, 1.0), labels

    def log_prob(self, points: np.ndarray) -> np.ndarray:
        return self.straight.log_prob(self._turned(points, -1.0))

    def entropy(self) -> float:
        return self.straight.entropy()

    def extent(self) -> Extent:
        spread = _TAIL_SDS * np.linalg.norm(self.straight.factors, ord=2, axis=(1, 2))
        radius = float((np.linalg.norm(self.straight.centres, axis=1) + spread).max())
        return square_around(np.full(2, -radius), np.full(2, radius))

    def _turned(self, points: np.ndarray, direction: float) -> np.ndarray:
        angle = direction * self.angle(np.linalg.norm(points, axis=1))
        cos, sin = np.cos(angle), np.sin(angle)
        x, y = points.T
        return np.stack([cos * x - sin * y, sin * x + cos * y], axis=1)


def square_around(low: np.ndarray, high: np.ndarray) -> Extent:
    """The square view in which data from `low` (2,) to `high` (2,) fill the middle 80 % of the longer side."""
    x, y = (low + high) / 2
    half = float((high - low).max()) / (2 * DATA_SHARE)
    return float(x - half), float(x + half), float(y - half), float(y + half)
