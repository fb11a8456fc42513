"""What samplers are proved on: every known landscape and some awkward formulas, each with draws that are exact.

Of each there are expectations with their exact values: means, variances, the covariance, and the mass of each basin.
Not covered: the samplers (proof.py).
"""

import math
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import max_pool2d

from engine import fields
from engine.catalogue import entry_of, target_modules
from engine.exact import Exact, basin_of, exact
from engine.places import Place, place_of
from engine.plane import Plane
from engine.recipe import Energy
from engine.targets import Moments

_CPU = torch.device("cpu")
# Inner and outer cells of grids, the coarsest first; where it is too coarse for the density, the next is tried.
_GRIDS = ((320, 40), (640, 160), (1280, 320))
_TRIED = 100_000
_MOST_MISSED = 1e-6
_PIECE = 2**17
# Nats: how much lower the energy of a point may be than that of the middles of its cell and of those around it.
_SLACK = 0.1
_ZERO, _ROUND = np.zeros(2), np.eye(2)
# Of the integral of exp(-y^2 / 2).
_LOG_ROOT = math.log(2 * math.pi) / 2


class Written(NamedTuple):
    """A formula, what is awkward about it, and what is known of it in closed form."""

    formula: str
    title: str
    moments: Moments | None = None


# In 3 and 4 the density's coordinates are independent, or made of such, with known variances; 2 is a mixture.
FORMULAS = (
    # The precision is ((1, 15), (15, 400)).
    Written(
        "(x - 3)**2 / 2 + 200 * (y + 1)**2 + 15 * (x - 3) * (y + 1)",
        "slanted valley",
        Moments(
            np.array([3.0, -1.0]),
            np.array([[400.0, -15.0], [-15.0, 1.0]]) / 175,
            math.log(2 * math.pi / math.sqrt(175)),
        ),
    ),
    # 0.7 N((-2, 0), 1) + 0.3 N((2, 1), 0.3^2).
    Written(
        "-logsumexp(log(0.7) - ((x + 2)**2 + y**2) / 2, log(0.3 / 0.09) - ((x - 2)**2 + (y - 1)**2) / 0.18)",
        "a wide and a narrow mode",
        Moments(
            np.array([-0.8, 0.3]),
            0.727 * _ROUND + 0.21 * np.array([[16.0, 4.0], [4.0, 1.0]]),
            math.log(2 * math.pi),
        ),
    ),
    # x is Laplace of scale 1/2, y - x is Laplace of scale 1.
    Written("2 * abs(x) + abs(y - x)", "edges", Moments(_ZERO, np.array([[0.5, 0.5], [0.5, 2.5]]), math.log(2))),
    # x is logistic of scale 1, y of scale 1/2.
    Written(
        "softplus(x) + softplus(-x) + softplus(2 * y) + softplus(-2 * y)",
        "softplus well",
        Moments(_ZERO, np.diag([math.pi**2 / 3, math.pi**2 / 12]), math.log(0.5)),
    ),
    # x is Gamma(2, 1): nothing is known where x is below 0.
    Written("x - log(x) + y**2 / 2", "half a plane", Moments(np.array([2.0, 0.0]), np.diag([2.0, 1.0]), _LOG_ROOT)),
    # The variance of x is half of E r^2, with the density 1 - r^2 in the unit disc.
    Written("-log(max(0, 1 - x**2 - y**2))", "disc", Moments(_ZERO, _ROUND / 6, math.log(math.pi / 2))),
    # x is exponential of mean 1: the density ends in a cliff.
    Written("x + 0 * sqrt(x) + y**2 / 2", "cliff", Moments(np.array([1.0, 0.0]), _ROUND, _LOG_ROOT)),
    Written("8 * min((x + 1)**2, (x - 1)**2) + (y - x)**2 + x / 4", "two valleys and a ridge"),
    Written("3 * cos(2 * pi * x) + sin(3 * y) + (x**2 + y**2) / 8", "many wells"),
)


class Expectation(NamedTuple):
    """What is estimated, in the user's numbers: "mean of x", "mass of basin 2". is_share: the mean of 0s and 1s."""

    name: str
    exact: float
    is_closed_form: bool
    is_share: bool = False


class Case:
    """One target with all that is known of it."""

    def __init__(self, name: str, title: str, energy: Energy, moments: Moments | None) -> None:
        """moments: a formula's, where they have a closed form."""
        self.name, self.title = name, title
        place = place_of(energy, _CPU)
        self.place: Place = place._replace(moments=moments) if moments is not None else place
        self.target = self.place.target
        self.plane = Plane.of(self.place.extent)
        self.truth: Exact = exact(self.target, _CPU)
        self.is_closed_form = self.place.moments is not None
        self._mean, self._covariance = self._moments()
        # Of the integral of exp(-energy) over the plane.
        known = self.place.moments
        self.log_z = self.truth.log_z if known is None else known.log_z - self.plane.log_area
        self.expectations = self._expectations()
        self._cells = self._finest_needed()

    def values(self, x: Tensor) -> np.ndarray:
        """The functions whose means are the expectations, (n, 2) on the plane -> (n, k).

        Squares are of the distance from the exact mean: so their mean is an estimate without bias.
        """
        at = self.plane.to_user(x)
        away = at - self._mean
        columns = [*at.T, *(away**2).T, away[:, 0] * away[:, 1]]
        if self.truth.basins.num_basins > 1:
            basin = basin_of(x.cpu().numpy(), self.truth)
            columns += [basin == each for each in range(self.truth.basins.num_basins)]
        return np.stack(columns, 1).astype(np.float64)

    def draw(self, count: int, rng: torch.Generator) -> Tensor:
        """Independent exact draws on the plane, (count, 2)."""
        drawn = torch.zeros(0, 2)
        while len(drawn) < count:
            drawn = torch.cat([drawn, self._cells.draw(count, rng)])
        return drawn[:count]

    def _finest_needed(self) -> "_Cells":
        for inner, outer in _GRIDS:
            cells = _Cells(self.target.energy, inner, outer)
            if cells.missed(_TRIED, torch.Generator().manual_seed(0)) < _MOST_MISSED:
                break
        return cells

    def missed(self, count: int, rng: torch.Generator) -> float:
        """The share of the mass that `draw` misses, estimated from so many points; next to nothing."""
        return self._cells.missed(count, rng)

    def _moments(self) -> tuple[np.ndarray, np.ndarray]:
        known = self.place.moments
        if known is not None:
            return known.mean, known.covariance
        centre, half = np.array(self.plane.centre), np.array(self.plane.half)
        return centre + half * self.truth.mean, np.outer(half, half) * self.truth.covariance

    def _expectations(self) -> tuple[Expectation, ...]:
        (mean_x, mean_y), covariance = self._mean, self._covariance
        named = {
            "mean of x": mean_x,
            "mean of y": mean_y,
            "variance of x": covariance[0, 0],
            "variance of y": covariance[1, 1],
            "covariance": covariance[0, 1],
        }
        found = [Expectation(name, float(value), self.is_closed_form) for name, value in named.items()]
        masses = self.truth.basin_masses if self.truth.basins.num_basins > 1 else ()
        found += [Expectation(f"mass of basin {k}", float(mass), False, True) for k, mass in enumerate(masses, 1)]
        return tuple(found)


class _Cells:
    """A density that is level in each cell of a grid and nowhere below the target's: draws are thinned to it.

    A cell has the lowest energy of its middle and of the middles around it.
    """

    def __init__(self, energy: Callable[[Tensor], Tensor], inner: int, outer: int) -> None:
        """energy: (n, 2) -> (n,).  inner, outer: as in fields.plane_grid."""
        self._energy = energy
        self._grid = fields.plane_grid(inner, outer, _CPU)
        found = torch.cat([energy(piece) for piece in torch.split(self._grid.points, _PIECE)])
        heights = found.nan_to_num(nan=torch.inf, posinf=torch.inf).neg_().reshape(1, 1, *self._grid.shape)
        self._lowest = -max_pool2d(heights, 3, 1, 1).flatten() - _SLACK
        self._sums = (self._grid.log_areas.double() - self._lowest.double()).softmax(0).cumsum(0)

    def draw(self, count: int, rng: torch.Generator) -> Tensor:
        """What is left of so many, (n, 2)."""
        x, over = self._tried(count, rng)
        return x[torch.rand(count, generator=rng).log_() < over]

    def missed(self, count: int, rng: torch.Generator) -> float:
        """The share of the mass that is above this density, of so many points."""
        whole = self._tried(count, rng)[1].double().exp()
        return float(whole.sub(1).clamp(min=0).sum() / whole.sum())

    def _tried(self, count: int, rng: torch.Generator) -> tuple[Tensor, Tensor]:
        """Points of this density (n, 2), and by how many nats the target is above it there, (n,)."""
        mark = torch.rand(count, generator=rng, dtype=torch.float64) * self._sums[-1]
        cell = torch.searchsorted(self._sums, mark).clamp_(max=len(self._sums) - 1)
        x = self._grid.points[cell] + (torch.rand(count, 2, generator=rng) - 0.5) * self._grid.sizes[cell]
        return x, (self._lowest[cell] - self._energy(x)).nan_to_num_(nan=-torch.inf)


@cache
def names() -> tuple[str, ...]:
    """Of all cases: the known landscapes by their names, formulas by what is awkward about them."""
    return (*target_modules(), *(each.title for each in FORMULAS))


@cache
def case(name: str) -> Case:
    """One of `names()`."""
    written = next((each for each in FORMULAS if each.title == name), None)
    if written is None:
        return Case(name, entry_of(name, target_modules()[name]).title, Energy(analytic=name), None)
    return Case(name, f"{name}: {written.formula}", Energy(formula=written.formula), written.moments)
