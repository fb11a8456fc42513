"""Stein variational gradient descent: forces and width against plain numpy, one particle, many, and bad slopes."""

import math

import numpy as np
import pytest
import torch

from engine.draws import Draws
from engine.samplers import svgd, walk
from engine.samplers.svgd import Params, forces, squared_reach


def rng(seed=0):
    return torch.Generator().manual_seed(seed)


class Gaussian:
    """Middle (0.2, -0.1), standard deviations 0.3 and 0.2, correlation 0.5; counts how often it is asked."""

    middle = torch.tensor([0.2, -0.1])
    covariance = torch.tensor([[0.09, 0.03], [0.03, 0.04]])

    def __init__(self):
        self.num_asked = 0

    def score(self, x):
        self.num_asked += len(x)
        return (self.middle - x) @ torch.linalg.inv(self.covariance)


def forces_by_hand(x, others, score, reach):
    attraction, repulsion = np.zeros_like(x), np.zeros_like(x)
    for i in range(len(x)):
        for j in range(len(others)):
            away = x[i] - others[j]
            kernel = math.exp(-(away @ away) / reach)
            attraction[i] += kernel * score[j] / len(others)
            repulsion[i] += 2 / reach * kernel * away / len(others)
    return attraction, repulsion


@pytest.mark.parametrize(("count", "others", "reach"), [(7, 7, 0.02), (150, 1500, 0.3), (5, 1, 0.1)])
def test_the_forces_are_those_of_the_formula(count, others, reach):
    x, acting = (
        0.3 + 0.3 * torch.randn(count, 2, generator=rng(1)),
        0.3 + 0.3 * torch.randn(others, 2, generator=rng(2)),
    )
    score = torch.randn(others, 2, generator=rng(3))
    found = forces(x, acting, score, torch.tensor(reach))
    expected = forces_by_hand(*(each.double().numpy() for each in (x, acting, score)), reach)
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, atol=2e-5, rtol=1e-4)


@pytest.mark.parametrize(
    ("count", "tolerance"), [(2, 1e-5), (3, 1e-5), (127, 2e-3), (129, 0.1), (1000, 0.1), (9000, 0.1)]
)
def test_the_reach_follows_the_median_rule(count, tolerance):
    """Exact for few but for the middle of an even number; from a sample of many."""
    x = torch.randn(count, 2, generator=rng(4)) * torch.tensor([0.3, 0.1])
    # In order along x, as particles are that start from a stroke.
    x = x[x[:, 0].argsort()]
    points = x[:: 1 + count // 1000].double().numpy()
    distances = np.linalg.norm(points[:, None] - points[None], axis=-1)[np.triu_indices(len(points), 1)]
    expected = np.median(distances) ** 2 / math.log(count + 1)
    assert float(squared_reach(x)) == pytest.approx(expected, rel=tolerance)


@pytest.mark.parametrize("rule", ["adagrad", "plain"])
def test_one_particle_goes_to_the_mode(rule):
    params = Params(step_rule=rule, step_size=0.1 if rule == "plain" else 0.005, shake=0.0)
    x = walk(svgd, torch.tensor([[-0.8, 0.7]]), Gaussian(), params, Draws(rng(), 1), 600).x
    assert (x[0] - Gaussian.middle).norm() < 0.01


def gap(x):
    """From a particle to the nearest other one, in the mean."""
    return torch.cdist(x, x).fill_diagonal_(math.inf).amin(1).mean()


@pytest.mark.parametrize("rule", ["adagrad", "plain"])
def test_many_particles_match_the_mean_and_nearly_the_covariance(rule):
    params = Params(step_rule=rule, step_size=0.15 if rule == "plain" else 0.01)
    start = torch.tensor([-0.5, 0.5]) + 0.1 * torch.randn(200, 2, generator=rng(5))
    x = walk(svgd, start, Gaussian(), params, Draws(rng(), 200), 800).x
    assert (x.mean(0) - Gaussian.middle).abs().max() < 0.01
    ratio = x.T.cov() / Gaussian.covariance
    assert (ratio - 1).abs().max() < 0.1, ratio
    # More evenly spread than independent draws: the nearest other one is further away.
    drawn = torch.randn(200, 2, generator=rng(9)) @ torch.linalg.cholesky(Gaussian.covariance).T
    assert gap(x) > 1.1 * gap(drawn)


def test_few_particles_have_too_little_spread():
    """The bias: the fewer they are the narrower they stand, and never too wide."""
    ratios = []
    for count in (2, 10, 50):
        x = walk(svgd, 0.3 * torch.randn(count, 2, generator=rng(6)), Gaussian(), Params(), Draws(rng(), count), 600).x
        ratios.append(float(x.T.cov(correction=0).trace() / Gaussian.covariance.trace()))
    assert ratios == sorted(ratios)
    assert ratios[0] < 0.7
    assert ratios[2] < 1.05


def test_particles_that_start_in_one_point_part():
    x = walk(svgd, torch.zeros(30, 2), Gaussian(), Params(), Draws(rng(), 30), 400).x
    assert x.std(0).min() > 0.1


def test_of_very_many_particles_only_a_part_is_asked_and_all_are_moved():
    target, draws = Gaussian(), Draws(rng(), 5000)
    start = 0.3 * torch.randn(5000, 2, generator=rng(7))
    state, info = svgd.step(svgd.init(start, target, Params(), draws), target, Params(), draws)
    assert target.num_asked == 2048
    assert info.attraction.shape == info.repulsion.shape == (5000, 2)
    assert (state.x - start).norm(dim=1).gt(1e-3).all()


def test_slopes_that_are_not_finite_count_as_none():
    class Fenced(Gaussian):
        def score(self, x):
            score = super().score(x).masked_fill((x[:, :1] > 0.8), math.nan)
            return score.masked_fill(x[:, :1] < -0.8, math.inf)

    x = torch.cat([0.2 * torch.randn(40, 2, generator=rng(8)), torch.tensor([[0.9, 0.0], [-0.9, 0.0]])])
    _, info = svgd.step(svgd.init(x, Fenced(), Params(), None), Fenced(), Params(), Draws(rng(), 42))
    score = Gaussian().score(x) * (x[:, :1].abs() < 0.8)
    expected, _ = forces(x, x, score, squared_reach(x))
    assert torch.equal(info.attraction, expected)
    assert walk(svgd, x, Fenced(), Params(), Draws(rng(), 42), 100).x.isfinite().all()
