"""Slice sampling: every step against Neal's procedures in plain numpy, bounds that keep it exact, lost energies."""

import math

import numpy as np
import pytest
import torch

from engine.draws import Draws
from engine.samplers import slice as slices
from engine.samplers import walk
from engine.samplers.slice import Params
from tests.engine.known_densities import RARE, SHAPES, Banana, TwoModes, misfit, rng

COUNT = 8_000


class Written:
    """The draws of one step, that can be read again."""

    def __init__(self, count, num_uniforms, seed):
        draws = Draws(rng(seed), count)
        self.height, self.noise = draws.log_uniform(), draws.normal()
        self.uniforms = [draws.uniform() for _ in range(num_uniforms)]
        self._next = iter(self.uniforms)

    def log_uniform(self):
        return self.height

    def normal(self):
        return self.noise

    def uniform(self):
        return next(self._next)


def neal(energy, x, params, height, noise, uniforms):
    """One chain's step: figures 3 and 5 of the paper. Returns where it ends, whether it found a point, and what it
    asked."""
    asked = 0

    def is_below(t):
        nonlocal asked
        asked += 1
        return energy(x + t * direction) <= level

    level = energy(x) - height
    direction = noise / np.hypot(*noise) * params.width
    left = -uniforms[0]
    right = left + 1
    tries = uniforms[1:]
    if params.most_widths > 1:
        goes_left = math.floor(params.most_widths * uniforms[1])
        goes_right = params.most_widths - 1 - goes_left
        tries = uniforms[2:]
        while goes_left > 0 and is_below(left):
            left, goes_left = left - 1, goes_left - 1
        while goes_right > 0 and is_below(right):
            right, goes_right = right + 1, goes_right - 1
    for u in tries:
        t = left + u * (right - left)
        if is_below(t):
            return x + t * direction, True, asked
        left, right = (t, right) if t < 0 else (left, t)
    return x, False, asked


@pytest.mark.parametrize("shape", ["banana", "two modes", "half plane, NaN"])
@pytest.mark.parametrize("width", [0.02, 0.4, 3.0])
@pytest.mark.parametrize(("most_widths", "most_tries"), [(1, 3), (2, 1), (5, 6)])
def test_a_step_is_neals_and_counts_what_it_asks(shape, width, most_widths, most_tries):
    target, params, count = SHAPES[shape], Params(width, most_widths, most_tries), 60
    draws = Written(count, 1 + (most_widths > 1) + most_tries, seed=2)
    x = target.sample(count)
    after, info = slices.step(slices.init(x, target, params, draws), target, params, draws)

    def energy(point):
        return target.energy(torch.tensor(point[None]))[0].item()

    for chain in range(count):
        uniforms = [each[chain].item() for each in draws.uniforms]
        place, is_found, asked = neal(
            energy, x[chain].double().numpy(), params, draws.height[chain].item(), draws.noise[chain].double().numpy(),
            uniforms,
        )  # fmt: skip
        np.testing.assert_allclose(after.x[chain], place, atol=1e-5)
        assert info.is_accepted[chain] == is_found
        assert info.num_evaluations[chain] == asked
    torch.testing.assert_close(after.energy, target.energy(after.x))


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("knobs", [{}, {"width": 0.1, "most_widths": 3}, {"width": 2.0, "most_tries": 1}])
def test_exact_draws_stay_exact_draws_however_tight_the_bounds(shape, knobs):
    target = SHAPES[shape]
    x = target.sample(COUNT)
    after = walk(slices, x, target, Params(**knobs), Draws(rng(1), COUNT), 25).x
    assert (after != x).any(1).float().mean() > 0.9
    assert misfit(target.even(after)) < RARE


def test_chains_that_all_start_in_one_mode_share_themselves_out():
    target = TwoModes()
    x, params = target.middles[:1].repeat(COUNT, 1), Params(width=1.0)
    assert misfit(target.even(walk(slices, x, target, params, Draws(rng(2), COUNT), 2).x)) > 10
    assert misfit(target.even(walk(slices, x, target, params, Draws(rng(2), COUNT), 150).x)) < RARE


def test_the_path_goes_over_the_intervals_ends_and_the_tries_to_the_end_on_one_line():
    target, params, draws = Banana(), Params(), Draws(rng(), 200)
    x = target.sample(200)
    after, info = slices.step(slices.init(x, target, params, draws), target, params, draws)
    assert info.path.shape == (params.most_tries + 4, 200, 2)
    assert torch.equal(info.path[0], x)
    assert torch.equal(info.path[-1], after.x)
    left, right = info.path[1] - x, info.path[2] - x
    for each in info.path - x:
        assert (left[:, 0] * each[:, 1] - left[:, 1] * each[:, 0]).abs().max() < 1e-5
    assert (left * right).sum(1).le(0).all()
    length = (right - left).norm(dim=1)
    assert length.max() <= params.width * params.most_widths + 1e-5
    assert length.min() >= params.width - 1e-5
    # Where a point was found, all tries after it are the same point.
    assert torch.equal(info.path[-2][info.is_accepted], after.x[info.is_accepted])


def test_a_wrong_width_costs_evaluations_and_no_accuracy():
    target, x = TwoModes(), TwoModes().sample(500)
    asked = {}
    for width in (0.02, 0.4, 4.0):
        params, draws = Params(width=width, most_widths=32, most_tries=32), Draws(rng(), 500)
        _, info = slices.step(slices.init(x, target, params, draws), target, params, draws)
        assert info.is_accepted.all()
        asked[width] = info.num_evaluations.mean()
    assert asked[0.02] > 2 * asked[0.4]
    assert asked[4.0] > asked[0.4]


@pytest.mark.parametrize("lost", [math.nan, math.inf, -math.inf])
def test_a_chain_that_starts_where_nothing_is_known_finds_the_way_in_and_never_out(lost):
    class Island:
        def energy(self, x):
            return TwoModes().energy(x).masked_fill(x.abs().amax(1) > 1, lost)

    x = torch.cat([torch.full((20, 2), 1.2), torch.zeros(20, 2)])
    params, draws = Params(width=1.0), Draws(rng(), 40)
    state = slices.init(x, Island(), params, draws)
    for _ in range(100):
        state, _ = slices.step(state, Island(), params, draws)
        assert state.x[20:].abs().le(1).all()
    assert state.x.abs().le(1).all()
    assert state.energy.abs().lt(100).all()


def test_on_a_flat_landscape_chains_wander_and_stay_finite():
    class Flat:
        def energy(self, x):
            return torch.zeros(()).expand(len(x))

    x = walk(slices, torch.zeros(300, 2), Flat(), Params(), Draws(rng(), 300), 50).x
    assert x.isfinite().all()
    assert x.std() > 0.5
