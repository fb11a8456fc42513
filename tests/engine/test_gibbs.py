"""Gibbs sampling on a grid: the moves in plain numpy, coarse grids that stay exact, fine ones, far and lost chains."""

import math

import numpy as np
import pytest
import torch
from torch.distributions import Normal

from engine.draws import Draws
from engine.samplers import gibbs, walk
from engine.samplers.gibbs import Params
from tests.engine.known_densities import RARE, SHAPES, Banana, TwoModes, misfit, phi, rng

COUNT = 6_000


def one_step(target, x, params=None, seed=0):
    params, draws = params or Params(), Draws(rng(seed), len(x))
    return gibbs.step(gibbs.init(x, target, params, draws), target, params, draws)


class Gaussian:
    def __init__(self, middle, sd):
        self.middle, self.sd = torch.tensor(middle), sd

    def energy(self, x):
        return ((x - self.middle) / self.sd).square().sum(1) / 2

    def sample(self, count):
        return self.middle + self.sd * torch.randn(count, 2, generator=rng(6))

    def even(self, x):
        return phi((x - self.middle) / self.sd)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("num_cells", [8, 48])
def test_exact_draws_stay_exact_draws_however_coarse_the_grid(shape, num_cells):
    target = SHAPES[shape]
    x = target.sample(COUNT)
    after = walk(gibbs, x, target, Params(num_cells=num_cells), Draws(rng(1), COUNT), 8).x
    assert (after != x).any(1).float().mean() > 0.8
    assert misfit(target.even(after)) < RARE


@pytest.mark.parametrize(("middle", "sd"), [((3.0, -2.0), 0.5), ((0.0, 0.0), 4.0), ((0.33, 0.1), 0.02)])
def test_exact_draws_stay_exact_where_the_grid_does_not_suit(middle, sd):
    """Outside of the home view, far wider than it, and far narrower than a cell."""
    target = Gaussian(middle, sd)
    x = target.sample(COUNT)
    after = walk(gibbs, x, target, Params(num_cells=24), Draws(rng(1), COUNT), 10).x
    assert (after != x).any(1).float().mean() > 0.8
    assert misfit(target.even(after)) < RARE


def test_on_a_fine_grid_one_step_forgets_all_that_the_conditionals_do_not_hold():
    """y given x of the banana, after x given y: each from its own cdf, from whatever start of x."""
    target = Banana()
    x = torch.stack([torch.full((COUNT,), -0.6), torch.full((COUNT,), 0.1)], 1)
    after, info = one_step(target, x, Params(num_cells=256))
    assert info.acceptance.mean() > 0.95
    across = info.path[1, :, 0]
    grid = torch.linspace(-1.5, 1.5, 30_001)
    density = (-target.energy(torch.stack([grid, torch.full_like(grid, 0.1)], 1)).double()).exp()
    cdf = density.cumsum(0) / density.sum()
    given_y = cdf[((across + 1.5) * 1e4).round().long()]
    given_x = Normal(0.0, 1.0).cdf((after.x[:, 1] - 3 * across.square() + 0.3) / 0.1).double()
    # A proposal that is rejected stays at the start, which is no draw; there are few of them.
    is_moved = (across != -0.6) & (after.x[:, 1] != 0.1)
    assert is_moved.float().mean() > 0.9
    assert misfit(torch.stack([given_y, given_x], 1)[is_moved]) < RARE


def move_in_numpy(energy, old, num_cells, pick, place):
    """One coordinate: what is proposed, by the cdf of a step function in u = x / sqrt(1 + x^2), and its acceptance."""
    edges = np.linspace(-1, 1, num_cells + 1)
    at_edges = np.zeros(num_cells + 1)
    inner = edges[1:-1]
    heights = -energy(inner / np.sqrt(1 - inner**2)) - 1.5 * np.log(1 - inner**2)
    at_edges[1:-1] = np.exp(heights - heights.max()) + 1e-3
    cells = (at_edges[1:] + at_edges[:-1]) / 2
    cells /= cells.sum()
    new_u = edges[np.searchsorted(np.cumsum(cells), pick, "right")] + place * 2 / num_cells
    new = new_u / np.sqrt(1 - new_u**2)

    def log_density(x):
        """Of a proposal, by the rule for a change of variables."""
        u = x / np.sqrt(1 + x**2)
        return np.log(cells[int((u + 1) / 2 * num_cells)]) + 1.5 * np.log(1 - u**2)

    log_ratio = energy(np.array([old]))[0] - energy(np.array([new]))[0] + log_density(old) - log_density(new)
    return new, min(1.0, math.exp(log_ratio))


@pytest.mark.parametrize("num_cells", [12, 48])
def test_both_moves_are_those_in_plain_numpy(num_cells):
    target, count = Banana(), 60
    x = target.sample(count)
    after, info = one_step(target, x, Params(num_cells=num_cells), seed=3)
    again = Draws(rng(3), count)
    places, acceptance = x.double().numpy().copy(), np.zeros(count)
    for axis in (0, 1):
        pick, place, height = again.uniform(), again.uniform(), again.log_uniform()
        for chain in range(count):

            def energy(values, chain=chain, axis=axis):
                points = np.repeat(places[chain][None], len(values), 0)
                points[:, axis] = values
                return target.energy(torch.tensor(points)).numpy()

            new, probability = move_in_numpy(
                energy, places[chain, axis], num_cells, pick[chain].item(), place[chain].item()
            )
            if height[chain].exp() < probability:
                places[chain, axis] = new
            acceptance[chain] += probability / 2
    np.testing.assert_allclose(after.x, places, atol=1e-4)
    np.testing.assert_allclose(info.acceptance, acceptance, atol=2e-3)
    assert 0.2 < info.acceptance.mean() < 0.9


def test_the_path_is_two_moves_along_the_axes():
    x = TwoModes().sample(300)
    after, info = one_step(TwoModes(), x)
    start, corner, end = info.path
    assert torch.equal(start, x)
    assert torch.equal(corner[:, 1], x[:, 1])
    assert torch.equal(end[:, 0], corner[:, 0])
    assert torch.equal(end, after.x)
    for one, other, axis in ((start, corner, 0), (corner, end, 1)):
        assert (one[:, axis] != other[:, axis]).float().mean() > 0.7


def test_what_it_costs_is_what_it_says():
    class Counted(TwoModes):
        num_asked = 0

        def energy(self, x):
            self.num_asked += len(x)
            return super().energy(x)

    target, params, draws = Counted(), Params(num_cells=32), Draws(rng(), 10)
    state = gibbs.init(target.sample(10), target, params, draws)
    target.num_asked = 0
    after, info = gibbs.step(state, target, params, draws)
    assert info.num_evaluations.sum() == target.num_asked == 10 * 64
    torch.testing.assert_close(after.energy, target.energy(after.x))


def test_a_gap_along_an_axis_is_crossed_at_once_and_one_on_a_diagonal_hardly_ever():
    def share_across(other):
        class Pair(TwoModes):
            middles, weights, sd = torch.tensor([[-0.6, -0.6], other]), torch.tensor([0.5, 0.5]), 0.08

        x = Pair.middles[:1].repeat(COUNT, 1)
        after = walk(gibbs, x, Pair(), Params(), Draws(rng(), COUNT), 6).x
        return (after.sum(1) > (Pair.middles.sum() / 2)).float().mean()

    assert share_across([0.6, -0.6]) == pytest.approx(0.5, abs=0.04)
    assert share_across([0.6, 0.6]) < 0.01


def test_chains_that_all_start_in_one_mode_share_themselves_out():
    target = TwoModes()
    x = target.middles[:1].repeat(COUNT, 1)
    assert misfit(target.even(one_step(target, x)[0].x)) > 5
    assert misfit(target.even(walk(gibbs, x, target, Params(), Draws(rng(2), COUNT), 30).x)) < RARE


def test_a_chain_far_outside_comes_home_in_a_few_steps():
    x = torch.tensor([[30.0, -50.0], [1e4, 1e4], [0.0, -3.0]])
    after = walk(gibbs, x, TwoModes(), Params(), Draws(rng(), 3), 20).x
    assert after.abs().le(1).all()


@pytest.mark.parametrize("lost", [math.nan, math.inf, -math.inf])
def test_a_chain_that_starts_where_nothing_is_known_finds_the_way_in_and_never_out(lost):
    class Island:
        def energy(self, x):
            return TwoModes().energy(x).masked_fill(x.abs().amax(1) > 1, lost)

    x = torch.cat([torch.full((20, 2), 1.2), torch.tensor([[0.1, 1.3]]).repeat(20, 1), torch.zeros(20, 2)])
    params, draws = Params(), Draws(rng(), 60)
    state = gibbs.init(x, Island(), params, draws)
    for _ in range(20):
        state, info = gibbs.step(state, Island(), params, draws)
        assert info.acceptance.ge(0).all()
        assert state.x[40:].abs().le(1).all()
    # From a corner neither axis meets the island: those chains stand still, and no other one is the worse for it.
    assert torch.equal(state.x[:20], x[:20])
    assert state.x[20:].abs().le(1).all()
    assert state.energy[20:].abs().lt(100).all()
