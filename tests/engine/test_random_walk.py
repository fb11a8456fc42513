"""Random walk Metropolis: the rule against plain numpy, shapes that are no Gaussians, and energies that are none."""

import math

import numpy as np
import pytest
import torch

from engine.chains import Chains
from engine.draws import Draws
from engine.samplers import random_walk, walk
from engine.samplers.random_walk import Params
from tests.engine.known_densities import RARE, SHAPES, Banana, TwoModes, misfit, rng

COUNT = 8_000


def test_the_steps_are_those_of_the_rule_in_plain_numpy():
    target, params = Banana(), Params(step_size=0.2)
    x = target.sample(50)
    found = walk(random_walk, x, target, params, Draws(rng(3), 50), 30)
    again, at, num_accepted = Draws(rng(3), 50), x.numpy(), 0
    for _ in range(30):
        there = at + np.float32(0.2) * again.normal().numpy()
        ratio = np.exp(target.energy(torch.tensor(at)).numpy() - target.energy(torch.tensor(there)).numpy())
        is_accepted = np.exp(again.log_uniform().numpy()) < ratio
        at = np.where(is_accepted[:, None], there, at)
        num_accepted += is_accepted.sum()
    assert 300 < num_accepted < 1200
    np.testing.assert_allclose(found.x.numpy(), at, atol=1e-5)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("step_size", [0.05, 0.5])
def test_exact_draws_stay_exact_draws(shape, step_size):
    target = SHAPES[shape]
    x = target.sample(COUNT)
    after = walk(random_walk, x, target, Params(step_size=step_size), Draws(rng(1), COUNT), 60).x
    assert (after != x).any(1).float().mean() > 0.95
    assert misfit(target.even(after)) < RARE


def test_chains_that_all_start_in_one_mode_share_themselves_out():
    target = TwoModes()
    x = target.middles[:1].repeat(COUNT, 1)
    draws = Draws(rng(2), COUNT)
    early = walk(random_walk, x, target, Params(step_size=0.3), draws, 3).x
    assert misfit(target.even(early)) > 10
    late = walk(random_walk, early, target, Params(step_size=0.3), draws, 300).x
    assert misfit(target.even(late)) < RARE


def test_the_warm_up_finds_steps_of_which_four_in_ten_are_accepted():
    chains = Chains("random_walk", {"step_size": 1e-3}, Banana(), Banana().sample(100), rng())
    for _ in range(300):
        chains.warm_up()
    chains.end_warm_up()
    rate = np.mean([chains.step().acceptance.mean() for _ in range(100)])
    assert rate == pytest.approx(0.4, abs=0.05)


def test_a_tiny_step_is_accepted_and_a_huge_one_rejected():
    target, x = Banana(), Banana().sample(1000)
    for step_size, low, high in ((1e-4, 0.99, 1.0), (2.0, 0.0, 0.05)):
        params, draws = Params(step_size=step_size), Draws(rng(), 1000)
        state = random_walk.init(x, target, params, draws)
        after, info = random_walk.step(state, target, params, draws)
        assert low <= info.is_accepted.float().mean() <= high
        assert low <= info.acceptance.mean() <= high
        assert torch.equal(after.x[~info.is_accepted], x[~info.is_accepted])
        torch.testing.assert_close(after.energy, target.energy(after.x))


@pytest.mark.parametrize("lost", [math.nan, math.inf, -math.inf])
def test_a_chain_that_starts_where_nothing_is_known_finds_the_way_in_and_never_out(lost):
    target = SHAPES["two modes"]

    class Island:
        def energy(self, x):
            return target.energy(x).masked_fill(x.abs().amax(1) > 1, lost)

    x = torch.cat([torch.full((20, 2), 1.2), torch.zeros(20, 2)])
    params, draws = Params(step_size=0.3), Draws(rng(), 40)
    state = random_walk.init(x, Island(), params, draws)
    for _ in range(200):
        state, info = random_walk.step(state, Island(), params, draws)
        assert info.acceptance.ge(0).all()
        assert state.x[20:].abs().le(1).all()
    assert state.x.abs().le(1).all()
    assert state.energy.abs().lt(100).all()
