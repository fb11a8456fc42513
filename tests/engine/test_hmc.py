"""The leapfrog's laws (the way back, volume, error as the squared step), and chains that are exact all the same."""

import math
from itertools import pairwise

import pytest
import torch

from engine.draws import Draws
from engine.samplers import hmc, walk
from engine.samplers.hmc import Params, State


class Known:
    """What a target must have, from its energy and score together; counts what it is asked."""

    num_energies = num_scores = 0

    def energy(self, x):
        return self.energy_and_score(x)[0]

    def score(self, x):
        self.num_scores += 1
        return self.formula(x)[1]

    def energy_and_score(self, x):
        self.num_energies += 1
        return self.formula(x)


class Quartic(Known):
    """Not a Gaussian: E = x^4 + y^4 + x y + x."""

    def formula(self, x):
        one, two = x.unbind(1)
        energy = one**4 + two**4 + one * two + one
        return energy, -torch.stack([4 * one**3 + two + 1, 4 * two**3 + one], 1)


class Round(Known):
    """A standard normal: a glide is a turn of the circle of position and momentum."""

    def formula(self, x):
        return x.square().sum(1) / 2, -x


class Shelf(Known):
    """A standard normal up to x = 0.5; beyond, `there` is the energy, and the slope is as if nothing had happened."""

    def __init__(self, there):
        self.there = there

    def formula(self, x):
        energy = (x.square().sum(1) / 2).masked_fill(x[:, 0] > 0.5, self.there)
        return energy, -x


def rng(seed=0):
    return torch.Generator().manual_seed(seed)


def normal(count, seed=0, dtype=torch.float64):
    return torch.randn(count, 2, generator=rng(seed), dtype=dtype)


def glide(x, momentum, target, size, num_leaps):
    """Positions by the way, and the last position and momentum."""
    path, last, momentum = hmc.leapfrog(State(x, *target.formula(x)), momentum, target, size, num_leaps)
    return path, last.x, momentum


def test_a_glide_is_the_leapfrog_of_the_textbook():
    """Half a push, a leap, half a push, written out."""
    x, momentum, size, target = 0.5 * normal(20), normal(20, 1), 0.07, Quartic()
    path, end, last = glide(x, momentum, target, size, 9)
    textbook = [x]
    for _ in range(9):
        momentum = momentum + size / 2 * target.score(x)
        x = x + size * momentum
        momentum = momentum + size / 2 * target.score(x)
        textbook.append(x)
    torch.testing.assert_close(path, torch.stack(textbook))
    torch.testing.assert_close(end, x)
    torch.testing.assert_close(last, momentum)


@pytest.mark.parametrize("size", [0.07, torch.linspace(0.02, 0.1, 20, dtype=torch.float64)[:, None]])
def test_a_glide_whose_momentum_is_turned_goes_back_the_same_way(size):
    x, momentum = 0.5 * normal(20), normal(20, 1)
    there, end, last = glide(x, momentum, Quartic(), size, 25)
    back, start, first = glide(end, -last, Quartic(), size, 25)
    torch.testing.assert_close(start, x)
    torch.testing.assert_close(-first, momentum)
    torch.testing.assert_close(back.flip(0), there)
    assert (end - x).norm(dim=1).min() > 0.01


def test_a_glide_keeps_the_volume():
    """The determinant of what it does to (x, p) is 1, by differences."""
    at, width, target = torch.tensor([0.3, -0.4, 0.8, 0.5], dtype=torch.float64), 1e-5, Quartic()
    moved = torch.cat([at + width * torch.eye(4), at - width * torch.eye(4)])
    _, end, last = glide(moved[:, :2], moved[:, 2:], target, 0.15, 12)
    up, down = torch.cat([end, last], 1).chunk(2)
    jacobian = (up - down).T / (2 * width)
    assert torch.linalg.det(jacobian).item() == pytest.approx(1, abs=1e-6)
    assert (jacobian - torch.eye(4)).abs().max() > 0.5  # it does something


def test_half_the_step_size_makes_a_quarter_of_the_error_of_the_energy():
    x, momentum, target = 0.5 * normal(500), normal(500, 1), Quartic()

    def error(size, num_leaps):
        _, end, last = glide(x, momentum, target, size, num_leaps)
        before, after = (target.energy(a) + b.square().sum(1) / 2 for a, b in ((x, momentum), (end, last)))
        return (after - before).square().mean().sqrt().item()

    errors = [error(0.08 / 2**k, 10 * 2**k) for k in range(4)]
    for coarse, fine in pairwise(errors):
        assert coarse / fine == pytest.approx(4, rel=0.08)


def test_on_a_round_normal_a_glide_of_a_whole_turn_comes_back():
    """An angle of 2 arcsin(eps / 2) for each leap."""
    num_leaps = 40
    size = 2 * math.sin(math.pi / num_leaps)
    x, momentum = normal(10), normal(10, 1)
    path, end, last = glide(x, momentum, Round(), size, num_leaps)
    torch.testing.assert_close(end, x)
    torch.testing.assert_close(last, momentum)
    assert (path[num_leaps // 2] - x).norm(dim=1).min() > 0.1


def test_a_step_asks_for_one_gradient_a_leap_and_for_one_energy():
    target = Quartic()
    draws = Draws(rng(), 3)
    state = hmc.init(torch.zeros(3, 2), target, Params(), draws)
    target.num_energies = target.num_scores = 0
    _, info = hmc.step(state, target, Params(num_leapfrog=7), draws)
    assert (target.num_energies, target.num_scores) == (1, 6)
    assert torch.equal(info.num_evaluations, torch.full((3,), 7.0))
    assert info.path.shape == (8, 3, 2)
    assert torch.equal(info.path[-1], info.proposal)


def grid_moments(target):
    """Means of x, y, x^2, y^2, x y under exp(-E), by a grid."""
    ticks = torch.linspace(-3.5, 3.5, 1201, dtype=torch.float64)
    points = torch.cartesian_prod(ticks, ticks)
    mass = (-target.formula(points)[0]).softmax(0)
    return mass @ features(points)


def features(x):
    one, two = x.unbind(-1)
    return torch.stack([one, two, one**2, two**2, one * two], -1)


@pytest.mark.parametrize("jitter", [0.0, 0.5])
@pytest.mark.parametrize(("size", "num_leaps"), [(0.5, 3), (0.65, 2)])
def test_the_chains_have_the_moments_of_the_density_at_a_large_step_size(size, num_leaps, jitter):
    target, chains = Quartic(), 20_000
    params = Params(step_size=size, num_leapfrog=num_leaps, jitter=jitter)
    draws = Draws(rng(), chains)
    state = hmc.init(0.5 * normal(chains, 3, torch.float32), target, params, draws)
    accepted = []
    for _ in range(60):
        state, info = hmc.step(state, target, params, draws)
        accepted.append(info.acceptance.mean())
    found = features(state.x.double())
    error = found.std(0) / math.sqrt(chains)
    assert 0.3 < torch.stack(accepted).mean() < 0.93, "else the test would say little"
    assert ((found.mean(0) - grid_moments(target)) / error).abs().max() < 4


def test_jitter_gives_each_chain_a_step_size_of_its_own():
    """On a flat ground the way is the momentum times the time."""

    class Flat(Known):
        def formula(self, x):
            return torch.zeros(len(x)), torch.zeros_like(x)

    chains, params = 5000, Params(step_size=0.1, num_leapfrog=5, jitter=0.4)
    draws, same = Draws(rng(), chains), Draws(rng(), chains)
    state = hmc.init(torch.zeros(chains, 2), Flat(), params, draws)
    after, info = hmc.step(state, Flat(), params, draws)
    torch.testing.assert_close(info.acceptance, torch.ones(chains))
    uniform, push = same.uniform(), same.normal()
    torch.testing.assert_close(after.x, 5 * 0.1 * (1 - 0.4 * uniform)[:, None] * push)


@pytest.mark.parametrize("there", [math.nan, math.inf, -math.inf])
def test_an_end_of_no_usable_energy_is_rejected(there):
    target, chains = Shelf(there), 500
    params = Params(step_size=0.2, num_leapfrog=4)
    draws = Draws(rng(), chains)
    state = hmc.init(normal(chains, 0, torch.float32).clamp(max=0.4), target, params, draws)
    num_beyond = 0
    for _ in range(10):
        state, info = hmc.step(state, target, params, draws)
        is_beyond = info.proposal[:, 0] > 0.5
        num_beyond += int(is_beyond.sum())
        assert torch.equal(is_beyond, info.is_divergent)
        assert not info.is_accepted[is_beyond].any()
        assert info.acceptance[is_beyond].eq(0).all()
    assert num_beyond > 100
    assert (state.x[:, 0] <= 0.5).all()
    assert state.energy.isfinite().all()


def test_an_energy_that_runs_away_is_divergent_and_rejected():
    target, draws = Quartic(), Draws(rng(), 50)
    x = normal(50, 0, torch.float32)
    state = hmc.init(x, target, Params(), draws)
    after, info = hmc.step(state, target, Params(step_size=1.0, jitter=0.0), draws)
    assert info.is_divergent.all()
    assert torch.equal(after.x, x)


def test_the_state_stays_true_to_its_positions():
    target = Quartic()
    state = walk(hmc, 0.5 * normal(100, 0, torch.float32), target, Params(step_size=0.3), Draws(rng(1), 100), 7)
    energy, score = target.formula(state.x)
    torch.testing.assert_close(state.energy, energy)
    torch.testing.assert_close(state.score, score)
