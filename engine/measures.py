"""How good a model is, in numbers that any family can be asked for.

Distances between samples are in the plane's unit, of which the home view is 2 wide.
Not covered: nll and log Z (jobs.py), and when it is measured (loop.py).
Source: Székely, Rizzo (2013), J. Stat. Plan. Inference 143(8), for the energy distance; Gretton et al. (2012), JMLR 13,
for MMD; Naeem et al. (2020), ICML, for coverage.
"""

import math
from functools import cached_property
from statistics import fmean
from typing import NamedTuple

import torch
from torch import Tensor

from engine import fields
from engine.jobs import Dataset, Training
from engine.models import Truth

NUM_SAMPLES = 1000
_NEIGHBOURS = 5
_INNER_CELLS, _OUTER_CELLS = 128, 12
# Distances between samples jump from draw to draw by as much as a good model is off: the mean over so many is told.
_NUM_DRAWS = 4
_HALVES_SEED = 0


class Measured(NamedTuple):
    """As in messages.Measures."""

    nll: float
    kl: float
    energy_distance: float
    energy_distance_of_truth: float
    mmd: float
    coverage: float
    more: dict[str, float]


class Judge:
    """Measures models of one data set; what depends on the data alone is computed once."""

    def __init__(self, data: Dataset) -> None:
        self._data = data
        rng = torch.Generator().manual_seed(_HALVES_SEED)
        self._halves = [_halves(data.held_out, rng) for _ in range(_NUM_DRAWS)]

    @cached_property
    def truth(self) -> Truth | None:
        """The density behind the data on a grid over the plane; None where it is not known."""
        data = self._data
        if data.density is None:
            return None
        grid = fields.plane_grid(_INNER_CELLS, _OUTER_CELLS, data.points.device)
        log_p = torch.as_tensor(data.density.log_prob(data.plane.to_user(grid.points)) + data.plane.log_area)
        masses = log_p.to(grid.log_areas) + grid.log_areas
        return Truth(grid.points, masses - torch.logsumexp(masses, 0))

    @cached_property
    def energy_distance_of_truth(self) -> float:
        """Between two independent samples of the data, on average; NaN where there are too few for two."""
        return fmean(energy_distance(other, one) for one, other in self._halves) if self._has_two else math.nan

    @torch.no_grad()
    def measure(self, training: Training, rng: torch.Generator) -> Measured:
        """rng: for views, so that measuring changes no run. nll and KL are NaN where they have no meaning."""
        samples = torch.split(training.samples(_NUM_DRAWS * NUM_SAMPLES, rng), NUM_SAMPLES)
        pairs = [(drawn, one) for drawn, (one, _) in zip(samples, self._halves, strict=True)]
        nll = kl = math.nan
        if training.model.is_density:
            nll = training.nll(self._data, training.log_z())
            kl = self._kl(training)
        return Measured(
            nll=nll,
            kl=kl,
            energy_distance=fmean(energy_distance(*pair) for pair in pairs) if self._has_two else math.nan,
            energy_distance_of_truth=self.energy_distance_of_truth,
            mmd=fmean(mmd(*pair) for pair in pairs) if self._has_two else math.nan,
            coverage=fmean(coverage(one, drawn) for drawn, one in pairs),
            more=training.model.measures(self.truth, rng),
        )

    @property
    def _has_two(self) -> bool:
        return all(len(half) >= 2 for half in self._halves[0])

    def _kl(self, training: Training) -> float:
        truth = self.truth
        if truth is None:
            return math.nan
        grid = fields.plane_grid(_INNER_CELLS, _OUTER_CELLS, truth.points.device)
        masses = grid.log_areas - training.model.energy(grid.points)
        log_q = (masses - torch.logsumexp(masses, 0)).double()
        log_p = truth.log_masses.double()
        is_there = log_p.isfinite()
        return float((log_p[is_there].exp() * (log_p[is_there] - log_q[is_there])).sum())


def _halves(points: Tensor, rng: torch.Generator) -> tuple[Tensor, Tensor]:
    """Two parts of the points (n, 2) that share none, of at most NUM_SAMPLES each."""
    order = torch.randperm(len(points), generator=rng)
    size = min(NUM_SAMPLES, len(points) // 2)
    first, second = order[:size].to(points.device), order[size : 2 * size].to(points.device)
    return points[first], points[second]


def energy_distance(a: Tensor, b: Tensor) -> float:
    """2 E|a - b| - E|a - a'| - E|b - b'| between two samples (n, 2), (m, 2); not negative, 0 for the same points."""
    between, within_a, within_b = (torch.cdist(*pair).double().mean() for pair in ((a, b), (a, a), (b, b)))
    return float(2 * between - within_a - within_b)


def mmd(a: Tensor, b: Tensor) -> float:
    """The maximum mean discrepancy with a Gaussian kernel, whose width is the median distance within b."""
    within = torch.cdist(b, b)
    width = within[within > 0].median() if bool((within > 0).any()) else torch.ones((), device=b.device)

    def mean_kernel(distances: Tensor) -> Tensor:
        return torch.exp(-0.5 * (distances / width).square()).double().mean()

    squared = mean_kernel(torch.cdist(a, a)) + mean_kernel(within) - 2 * mean_kernel(torch.cdist(a, b))
    return math.sqrt(max(0.0, float(squared)))


def coverage(data: Tensor, samples: Tensor) -> float:
    """The share of the data (n, 2) that have a sample as near as their fifth nearest neighbour; NaN for too few."""
    if len(data) <= _NEIGHBOURS or len(samples) == 0:
        return math.nan
    reach = torch.cdist(data, data).kthvalue(_NEIGHBOURS + 1, 1).values
    return float((torch.cdist(data, samples).amin(1) <= reach).float().mean())


def smoothed_score(truth: Truth, x: Tensor, sigma: float) -> Tensor:
    """The exact score of the truth after Gaussian noise of this size, at x (n, 2): (E[y | x] - x) / sigma^2.

    The mean is over the grid, which must be finer than sigma.
    """
    log_weights = truth.log_masses - torch.cdist(x, truth.points).square() / (2 * sigma**2)
    return (torch.softmax(log_weights, 1) @ truth.points - x) / sigma**2
