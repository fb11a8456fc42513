"""Adaptive Metropolis: what is learnt against plain numpy, jumps of the two kinds, and what learning must not spoil."""

import math

import numpy as np
import pytest
import torch

from engine.draws import Draws
from engine.samplers import adaptive_metropolis, random_walk, walk
from engine.samplers.adaptive_metropolis import Params
from tests.engine.known_densities import RARE, SHAPES, TwoModes, misfit, rng

COUNT = 8_000


class Slanted:
    """Standard deviations 0.3, correlation 0.99."""

    covariance = 0.09 * torch.tensor([[1.0, 0.99], [0.99, 1.0]])
    precision = torch.linalg.inv(covariance.double()).float()

    def energy(self, x):
        return ((x @ self.precision) * x).sum(1) / 2

    def sample(self, count):
        return torch.randn(count, 2, generator=rng(4)) @ torch.linalg.cholesky(self.covariance).T


def after(target, x, steps, seed=0, **knobs):
    return walk(adaptive_metropolis, x, target, Params(**knobs), Draws(rng(seed), len(x)), steps)


def test_what_is_learnt_is_the_recursion_in_plain_numpy():
    target, params, draws = TwoModes(), Params(step_size=0.2), Draws(rng(), 5)
    state = adaptive_metropolis.init(target.sample(5), target, params, draws)
    mean, covariance = state.x.numpy().mean(0), np.eye(2) * 0.04 * 2 / 2.38**2
    for t in range(1, 41):
        state, _ = adaptive_metropolis.step(state, target, params, draws)
        if t % 4 == 0:
            weight = 2 / (t / 4 + 10)
            away = state.x.numpy() - mean
            covariance = covariance + weight * (away.T @ away / 5 + 1e-8 * np.eye(2) - covariance)
            mean = mean + weight * away.mean(0)
    np.testing.assert_allclose(state.mean, mean, rtol=1e-4)
    np.testing.assert_allclose(state.covariance, covariance, rtol=1e-4)
    np.testing.assert_allclose(state.root @ state.root.T, covariance, rtol=1e-4)


@pytest.mark.parametrize(("count", "steps", "tolerance"), [(200, 600, 0.1), (1, 6000, 0.5)])
def test_the_covariance_becomes_the_targets(count, steps, tolerance):
    found = after(Slanted(), Slanted().sample(count), steps).covariance
    torch.testing.assert_close(found, Slanted.covariance, rtol=tolerance, atol=0)


def test_the_later_the_less_is_learnt():
    target, params, draws = Slanted(), Params(), Draws(rng(), 20)
    state = adaptive_metropolis.init(target.sample(20), target, params, draws)
    changes = []
    for _ in range(2000):
        before = state.covariance
        state, _ = adaptive_metropolis.step(state, target, params, draws)
        changes.append((state.covariance - before).norm().item())
    assert np.mean(changes[-400:]) < np.mean(changes[:400]) / 5


def test_jumps_are_a_mixture_of_the_learnt_shape_and_the_fixed_one():
    target, count = Slanted(), 40_000
    params, draws = Params(step_size=0.2, fixed_share=0.25), Draws(rng(), count)
    state = after(target, target.sample(count), 40)
    _, info = adaptive_metropolis.step(state, target, params, draws)
    jumps = (info.proposal - state.x).double()
    expected = 0.75 * 2.38**2 / 2 * state.covariance.double() + 0.25 * 0.04 * torch.eye(2)
    torch.testing.assert_close(jumps.T @ jumps / count, expected, rtol=0.05, atol=0)


def test_before_anything_is_learnt_it_is_the_random_walk():
    target, x = TwoModes(), TwoModes().sample(30)
    learning, plain = (
        module.step(module.init(x, target, params, draws), target, params, draws)
        for module, params, draws in (
            (adaptive_metropolis, Params(step_size=0.1), Draws(rng(), 30)),
            (random_walk, random_walk.Params(step_size=0.1), Draws(rng(), 30)),
        )
    )
    torch.testing.assert_close(learning[1].proposal, plain[1].proposal)
    torch.testing.assert_close(learning[1].acceptance, plain[1].acceptance)


def test_a_slanted_target_is_walked_ten_times_as_fast_as_by_the_random_walk():
    """By the mean squared jump along the long side; the random walk has the step size of the best rate."""
    target, count = Slanted(), 400
    x = target.sample(count)
    jumps = []
    for module, params in ((adaptive_metropolis, Params()), (random_walk, random_walk.Params(step_size=0.06))):
        draws = Draws(rng(), count)
        state = walk(module, x, target, params, draws, 400)
        total = 0.0
        for _ in range(40):
            before = state
            state, _ = module.step(state, target, params, draws)
            total += (state.x - before.x).sum(1).square().mean().item()
        jumps.append(total)
    assert jumps[0] > 10 * jumps[1]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("fixed_share", [0.0, 0.05, 1.0])
def test_exact_draws_stay_exact_draws_while_the_shape_is_learnt(shape, fixed_share):
    target = SHAPES[shape]
    x = target.sample(COUNT)
    found = after(target, x, 60, step_size=0.2, fixed_share=fixed_share).x
    assert (found != x).any(1).float().mean() > 0.95
    assert misfit(target.even(found)) < RARE


def test_chains_that_all_start_in_one_mode_share_themselves_out():
    """What they learn first, within the one mode, does not keep them there."""
    target = TwoModes()
    found = after(target, target.middles[:1].repeat(COUNT, 1), 300, seed=2, step_size=0.3).x
    assert misfit(target.even(found)) < RARE


def test_a_chain_that_never_moves_learns_a_shape_that_is_small_and_sound():
    class Nowhere:
        def energy(self, x):
            return torch.full((len(x),), math.nan)

    state = after(Nowhere(), torch.full((1, 2), 0.7), 1000)
    assert torch.equal(state.x, torch.full((1, 2), 0.7))
    assert 0 < state.covariance.trace() < 1e-4
    assert state.root.isfinite().all()
    assert state.root.diagonal().gt(0).all()


def test_the_state_that_was_given_keeps_what_was_learnt_until_then():
    state = after(Slanted(), Slanted().sample(10), 7)
    kept = [each.clone() for each in state[:5]]
    adaptive_metropolis.step(state, Slanted(), Params(), Draws(rng(), 10))
    assert all(map(torch.equal, state[:5], kept))
