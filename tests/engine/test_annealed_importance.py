"""Annealed importance sampling: log Z and its error bar, weights known in advance, and single chains that are exact."""

import math

import numpy as np
import pytest
import torch

from engine.draws import Draws
from engine.samplers import annealed_importance
from engine.samplers.annealed_importance import Params


class Gaussian:
    """Off the middle, and much narrower than where the points start."""

    middle, sigmas = torch.tensor([0.3, -0.2]), torch.tensor([0.2, 0.1])
    log_z = math.log(2 * math.pi * 0.2 * 0.1)

    def energy(self, x):
        return ((x - self.middle) / self.sigmas).square().sum(1) / 2


class Modes:
    """Standard deviation 0.06; a quarter of the mass is at the left, the rest at the right."""

    log_z = math.log(2 * math.pi * 0.06**2)

    def energy(self, x):
        left, right = (-(x - torch.tensor([at, 0.0])).square().sum(1) / (2 * 0.06**2) for at in (-0.6, 0.6))
        return -torch.logaddexp(left + math.log(0.25), right + math.log(0.75))


class Fenced(Gaussian):
    """Nothing is known beyond the middle: half of the mass is left."""

    def energy(self, x):
        return super().energy(x).masked_fill(x[:, 0] > self.middle[0], math.nan)


class Nowhere:
    def energy(self, x):
        return torch.full((len(x),), math.nan)


def rng(seed=0):
    return torch.Generator().manual_seed(seed)


def passes(target, num_chains, num_passes, seed=0, **knobs):
    """The states and infos of so many passes."""
    params, draws = Params(**knobs), Draws(rng(seed), num_chains)
    state, found = annealed_importance.init(torch.zeros(num_chains, 2), target, params, draws), []
    for _ in range(num_passes):
        state, info = annealed_importance.step(state, target, params, draws)
        found.append((state, info))
    return found


def test_log_z_of_gaussians_is_right_within_its_standard_error_and_that_is_honest():
    """Over many runs, the error in units of the standard error is standard normal."""
    z = []
    for seed in range(80):
        _, info = passes(Gaussian(), 50, 3, seed, num_levels=10)[-1]
        z.append(float((info.log_z - Gaussian.log_z) / info.log_z_error))
    assert abs(np.mean(z)) < 4 / math.sqrt(80)
    assert 0.7 < np.std(z) < 1.4
    assert max(map(abs, z)) < 5


@pytest.mark.parametrize("target", [Gaussian(), Modes()])
def test_with_the_default_knobs_log_z_is_right_to_a_few_hundredths(target):
    _, info = passes(target, 1000, 5, 1)[-1]
    assert info.log_z_error < 0.05
    assert abs(info.log_z - target.log_z) < 4 * info.log_z_error


def test_of_half_a_gaussian_beyond_which_nothing_is_known_log_z_is_less_by_the_log_of_two():
    state, info = passes(Fenced(), 1000, 5)[-1]
    assert abs(info.log_z - (Gaussian.log_z - math.log(2))) < 4 * info.log_z_error
    assert state.x[:, 0].max() <= Gaussian.middle[0]
    assert info.log_weights.isneginf().any()


def test_modes_that_no_walk_would_cross_have_their_masses():
    count, num_passes = 1000, 10
    found = passes(Modes(), count, num_passes, 2)
    share = torch.stack([state.x[:, 0] > 0 for state, _ in found]).double().mean()
    error = math.sqrt(0.25 * 0.75 / float(found[-1][1].effective_sample_size))
    assert abs(share - 0.75) < 4 * error
    assert error < 0.015


def test_where_the_target_is_the_wide_normal_itself_every_weight_is_its_z():
    class Same:
        def energy(self, x):
            return x.square().sum(1) / (2 * 0.7**2) + 1.5

    state, info = passes(Same(), 30, 2, spread=0.7)[-1]
    exact = math.log(2 * math.pi * 0.7**2) - 1.5
    torch.testing.assert_close(info.log_weights, torch.full((30,), exact), atol=1e-4, rtol=0)
    assert info.effective_sample_size == pytest.approx(60, rel=1e-4)
    assert info.log_z_error < 0.01
    # Equal weights take every point once.
    assert len(state.x.unique(dim=0)) == 30


def test_a_pass_is_that_of_a_reference_with_the_same_numbers():
    """Written out for one point after the other, in double precision."""
    count, levels, crowding, spread, size = 40, 4, annealed_importance._CROWDING, 0.6, 0.2
    knobs = {"num_levels": levels, "num_moves": 2, "spread": spread, "step_size": size}
    _, info = passes(Gaussian(), count, 1, 3, **knobs)[0]
    numbers = Draws(rng(3), count)
    normals = [numbers.normal().double().numpy()]
    logs = []
    for _ in range(2 * levels):
        normals.append(numbers.normal().double().numpy())
        logs.append(numbers.log_uniform().double().numpy())

    def narrow(x):
        return float((((x - Gaussian.middle.numpy()) / Gaussian.sigmas.numpy()) ** 2).sum() / 2)

    def wide(x):
        return float((x**2).sum() / (2 * spread**2))

    for chain in range(count):
        x, log_weight, before, num_accepted = normals[0][chain] * spread, math.log(2 * math.pi * spread**2), 0.0, 0
        for level in range(levels):
            beta = (crowding ** ((level + 1) / levels) - 1) / (crowding - 1)
            log_weight += (beta - before) * (wide(x) - narrow(x))
            for move in (2 * level, 2 * level + 1):
                to = x + normals[1 + move][chain] / math.sqrt((1 - beta) / spread**2 + beta / size**2)
                fall = (1 - beta) * (wide(x) - wide(to)) + beta * (narrow(x) - narrow(to))
                if logs[move][chain] < fall:
                    x, num_accepted = to, num_accepted + 1
            before = beta
        np.testing.assert_allclose(info.ends[chain], x, atol=1e-5)
        assert float(info.log_weights[chain]) == pytest.approx(log_weight, abs=1e-3)
        assert float(info.acceptance[chain]) == pytest.approx(num_accepted / 8)


def test_log_z_and_the_effective_sample_size_are_those_of_all_weights_so_far():
    found = passes(Gaussian(), 20, 6)
    logs = torch.cat([info.log_weights for _, info in found]).double()
    _, last = found[-1]
    weights = (logs - logs.max()).exp()
    assert float(last.log_z) == pytest.approx(float(weights.mean().log() + logs.max()), abs=1e-4)
    assert float(last.effective_sample_size) == pytest.approx(
        float(weights.sum() ** 2 / weights.square().sum()), rel=1e-3
    )
    error = weights.std() / weights.mean() / math.sqrt(120)
    assert float(last.log_z_error) == pytest.approx(float(error), rel=1e-2)


def test_even_a_single_chain_on_a_short_ladder_samples_the_target():
    """Where passes end is far from the target; that some are dropped makes up for it."""
    found = passes(Gaussian(), 1, 4000, 4, num_levels=3, num_moves=1, step_size=0.15)[10:]
    x, ends = (torch.stack(each)[:, 0].double() for each in ([s.x for s, _ in found], [i.ends for _, i in found]))
    x, ends = ((each - Gaussian.middle) / Gaussian.sigmas for each in (x, ends))
    # Batches of 133 steps: far longer than a chain remembers.
    batches = torch.stack([x[:, 0], x[:, 1], x[:, 0] ** 2, x[:, 1] ** 2], 1)[:3990].reshape(30, 133, 4).mean(1)
    error = batches.std(0) / math.sqrt(30)
    assert ((batches.mean(0) - torch.tensor([0.0, 0.0, 1.0, 1.0])) / error).abs().max() < 4
    assert error.max() < 0.2
    assert ends.square().mean(0).min() > 1.5


def test_points_are_taken_as_often_as_their_weights_say_and_none_without_weight():
    weights = torch.tensor([0.0, 0.5, 0.0, 0.13, 0.37, 0.0])
    for seed in range(50):
        chosen = annealed_importance._by_weight(weights.log(), Draws(rng(seed), 6))
        copies = torch.bincount(chosen, minlength=6)
        assert copies.sum() == 6
        assert (copies - 6 * weights).abs().max() < 1
        assert (copies[weights == 0] == 0).all()


def test_the_order_of_the_chains_tells_nothing():
    firsts = [int(annealed_importance._by_weight(torch.zeros(4), Draws(rng(seed), 4))[0]) for seed in range(200)]
    assert np.bincount(firsts, minlength=4).min() > 25


def test_where_nothing_is_known_anywhere_the_chains_stay_and_nothing_is_told():
    found = passes(Nowhere(), 8, 3)
    state, info = found[-1]
    assert torch.equal(state.x, torch.zeros(8, 2))
    assert not info.is_kept
    assert info.log_z.isneginf()
    assert info.effective_sample_size == 0
    assert not info.log_z_error.isfinite()


def test_a_single_weight_has_no_error_bar():
    _, info = passes(Gaussian(), 1, 1)[0]
    assert info.log_z_error.isnan()


def test_a_pass_depends_on_nothing_before_it():
    params, ends = Params(), []
    for start in (torch.zeros(9, 2), torch.ones(9, 2)):
        draws = Draws(rng(5), 9)
        state = annealed_importance.init(start, Gaussian(), params, draws)
        ends.append(annealed_importance.step(state, Gaussian(), params, draws)[1].ends)
    assert torch.equal(*ends)
