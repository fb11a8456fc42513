"""The stretch move: the law of z, the shear that it does not notice, and few chains of an odd number."""

import math

import numpy as np
import pytest
import torch

from engine.chains import Chains
from engine.draws import Draws
from engine.notice import Notice
from engine.samplers import stretch, walk
from engine.samplers.stretch import Params, stretches

BARE = Params(walks=0.0)


def rng(seed=0):
    return torch.Generator().manual_seed(seed)


class Banana:
    """x normal with sd 0.3, y normal about 3 x^2 - 0.3 with sd 0.1; seen through a shear where one is given."""

    def __init__(self, shear=None):
        self._back = torch.eye(2) if shear is None else torch.linalg.inv(shear)

    def energy(self, x):
        x = x @ self._back.T
        return x[:, 0].square() / 0.18 + (x[:, 1] - 3 * x[:, 0].square() + 0.3).square() / 0.02


class Flat:
    def energy(self, x):
        return torch.zeros(len(x))


class Tent:
    """x normal with sd 0.3, y Laplace with scale 0.2: E x^2 = 0.09, E |y| = 0.2, E y^2 = 0.08."""

    def energy(self, x):
        return x[:, 0].square() / 0.18 + x[:, 1].abs() / 0.2


def test_stretches_have_the_density_of_goodman_and_weare():
    z = np.sort(stretches(torch.rand(20_000, generator=rng()), 3.0).numpy())
    low, high = 3**-0.5, 3**0.5
    cdf = (np.sqrt(z) - low) / (high - low)
    assert z[0] >= 1 / 3 - 1e-6
    assert z[-1] <= 3 + 1e-6
    # Kolmogorov and Smirnov's distance; 1.95 / sqrt(n) is passed once in a thousand.
    assert np.abs(cdf - (np.arange(20_000) + 0.5) / 20_000).max() < 1.95 / math.sqrt(20_000)


def test_the_same_seed_on_a_sheared_target_gives_sheared_chains():
    shear, x = torch.tensor([[2.0, 1.0], [0.0, 0.5]]), 0.3 * torch.randn(31, 2, generator=rng(1))
    plain = walk(stretch, x, Banana(), BARE, Draws(rng(2), 31), 60).x
    sheared = walk(stretch, x @ shear.T, Banana(shear), BARE, Draws(rng(2), 31), 60).x
    assert (plain - x).norm(dim=1).gt(0.01).float().mean() > 0.9
    torch.testing.assert_close(sheared, plain @ shear.T, atol=1e-3, rtol=1e-3)


@pytest.mark.parametrize("num_steps", [0, 1])
def test_a_proposal_lies_on_the_line_through_a_chain_of_the_other_half_that_stands_still(num_steps):
    """And is accepted, on flat ground, with probability z at most."""
    count, most = 11, 2.0
    x = torch.randn(count, 2, generator=rng(3))
    state = stretch.init(x, Flat(), BARE, Draws(rng(), count))._replace(num_steps=num_steps)
    after, info = stretch.step(state, Flat(), BARE, Draws(rng(4), count))
    first = set(range(5)) if num_steps == 0 else set(range(0, count, 2))
    for each in range(count):
        # The first half sees the other where it was, the second one sees the first where it has gone.
        others, seen = (set(range(count)) - first, x) if each in first else (first, after.x)
        found = []
        for other in others:
            line, way = x[each] - seen[other], info.proposal[each] - seen[other]
            z = float(way @ line / line.square().sum())
            if (way - z * line).norm() < 1e-5 and 1 / most - 1e-4 < z < most + 1e-4:
                found.append(z)
        assert any(abs(float(info.acceptance[each]) - min(1, z)) < 1e-4 for z in found)


@pytest.mark.parametrize("count", [4, 5])
def test_few_chains_have_the_moments_of_a_density_that_is_no_gaussian(count):
    """Within four standard errors, from 40 runs of one long walk one after another."""
    draws, target, kept = Draws(rng(5), count), Tent(), []
    state = stretch.init(0.2 * torch.randn(count, 2, generator=rng(6)), target, Params(), draws)
    for _ in range(5000):
        state, _ = stretch.step(state, target, Params(), draws)
        kept.append(state.x)
    x = torch.stack(kept).double().reshape(40, -1, 2)
    moments = torch.stack([x[..., 0], x[..., 0] ** 2, x[..., 1], x[..., 1].abs(), x[..., 1] ** 2], -1).mean(1)
    error = moments.std(0) / math.sqrt(40)
    z = (moments.mean(0) - torch.tensor([0, 0.09, 0, 0.2, 0.08])) / error
    assert z.abs().max() < 4, z
    assert error.max() < 0.02


def test_chains_that_start_in_one_point_part_by_walks_and_never_without():
    start = torch.full((16, 2), 0.1)
    assert torch.equal(walk(stretch, start, Tent(), BARE, Draws(rng(), 16), 50).x, start)
    spread = walk(stretch, start, Tent(), Params(), Draws(rng(), 16), 300).x.std(0)
    assert spread.min() > 0.1


def test_three_chains_are_too_few():
    with pytest.raises(Notice, match="at least 4 chains"):
        Chains("stretch", {}, Flat(), torch.zeros(3, 2), rng())
