"""Differential evolution: the pairs, what a proposal is made of, few chains, and jumps between modes."""

import math

import pytest
import torch

from engine.chains import Chains
from engine.draws import Draws
from engine.notice import Notice
from engine.samplers import differential_evolution as sampler
from engine.samplers import walk
from engine.samplers.differential_evolution import Params, pairs


def rng(seed=0):
    return torch.Generator().manual_seed(seed)


class Tent:
    """x normal with sd 0.3, y Laplace with scale 0.2: E x^2 = 0.09, E |y| = 0.2, E y^2 = 0.08."""

    def energy(self, x):
        return x[:, 0].square() / 0.18 + x[:, 1].abs() / 0.2


class TwoModes:
    """0.3 of a round Gaussian at (-0.6, 0) and 0.7 of one at (0.6, 0), of sd 0.03."""

    middles, weights = torch.tensor([[-0.6, 0.0], [0.6, 0.0]]), torch.tensor([0.3, 0.7])

    def energy(self, x):
        return -torch.logsumexp(self.weights.log() - torch.cdist(x, self.middles).square() / 0.0018, 1)


def share_right(params, num_runs=12, count=40, num_steps=400):
    """The share of chains in the right mode, in the second half of the walk, for each of the runs (double)."""
    shares = []
    for seed in range(num_runs):
        start = TwoModes.middles.repeat(count // 2, 1) + 0.03 * torch.randn(count, 2, generator=rng(seed))
        draws, kept = Draws(rng(seed + 100), count), []
        state = sampler.init(start, TwoModes(), params, draws)
        for _ in range(num_steps):
            state, _ = sampler.step(state, TwoModes(), params, draws)
            kept.append((state.x[:, 0] > 0).double().mean())
        shares.append(torch.stack(kept[num_steps // 2 :]).mean())
    return torch.stack(shares)


def test_each_pair_of_different_chains_is_drawn_as_often():
    first, second = pairs(5, Draws(rng(), 40_000))
    counts = torch.zeros(5, 5).index_put_((first, second), torch.ones(40_000), accumulate=True)
    assert counts.diagonal().eq(0).all()
    apart = counts[~torch.eye(5, dtype=torch.bool)]
    # Chi squared with 19 degrees of freedom: above 43.8 once in a thousand.
    assert ((apart - 2000).square() / 2000).sum() < 43.8


@pytest.mark.parametrize(("mode_jumps", "gamma"), [(1.0, 1.0), (0.0, 1.19)])
def test_a_proposal_is_a_difference_of_two_chains_of_the_other_half_that_stands_still(mode_jumps, gamma):
    count, params = 9, Params(mode_jumps=mode_jumps, noise=1e-5)
    x = 0.2 * torch.randn(count, 2, generator=rng(1))
    state = sampler.init(x, Tent(), params, Draws(rng(), count))
    after, info = sampler.step(state, Tent(), params, Draws(rng(2), count))
    for each in range(count):
        # The first half sees the other where it was, the second one sees the first where it has gone.
        seen = x[4:] if each < 4 else after.x[:4]
        differences = gamma * (seen[:, None] - seen[None]).reshape(-1, 2)
        away = (info.proposal[each] - x[each] - differences).norm(dim=1)
        assert away.min() < 1e-4
        assert (info.proposal[each] - x[each]).norm() > 1e-3
        new, old = Tent().energy(torch.stack([info.proposal[each], x[each]]))
        assert float(info.acceptance[each]) == pytest.approx(min(1, math.exp(old - new)), abs=1e-4)


@pytest.mark.parametrize("count", [4, 5])
def test_few_chains_have_the_moments_of_a_density_that_is_no_gaussian(count):
    """Within four standard errors, from 40 runs of one long walk one after another."""
    params, draws, target, kept = Params(noise=0.1), Draws(rng(5), count), Tent(), []
    state = sampler.init(0.2 * torch.randn(count, 2, generator=rng(6)), target, params, draws)
    for _ in range(5000):
        state, _ = sampler.step(state, target, params, draws)
        kept.append(state.x)
    x = torch.stack(kept).double().reshape(40, -1, 2)
    moments = torch.stack([x[..., 0], x[..., 0] ** 2, x[..., 1], x[..., 1].abs(), x[..., 1] ** 2], -1).mean(1)
    error = moments.std(0) / math.sqrt(40)
    z = (moments.mean(0) - torch.tensor([0, 0.09, 0, 0.2, 0.08])) / error
    assert z.abs().max() < 4, z
    assert error.max() < 0.02


def test_whole_differences_give_two_far_modes_their_masses():
    shares = share_right(Params(mode_jumps=0.3))
    error = float(shares.std()) / math.sqrt(len(shares))
    assert error < 0.02
    assert abs(float(shares.mean()) - 0.7) < 4 * error
    # A gamma of 1.19 shoots past the other mode: most chains stay where they began, half and half.
    assert share_right(Params(mode_jumps=0.0), num_runs=1) < 0.6


def test_chains_that_start_in_one_point_spread_over_the_density():
    spread = walk(sampler, torch.full((16, 2), 0.1), Tent(), Params(), Draws(rng(), 16), 300).x.std(0)
    assert spread.min() > 0.1


def test_three_chains_are_too_few():
    with pytest.raises(Notice, match="at least 4 chains"):
        Chains("differential_evolution", {}, Tent(), torch.zeros(3, 2), rng())
