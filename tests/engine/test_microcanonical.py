"""Microcanonical chains: the turn against the formula and its own differential equation, what is kept, and the bias."""

import math

import numpy as np
import pytest
import torch

from engine.draws import Draws
from engine.samplers import microcanonical, walk
from engine.samplers.microcanonical import Params


class Gaussian:
    """Standard deviation 0.3 both ways."""

    sigma = 0.3

    def energy_and_score(self, x):
        return (x / self.sigma).square().sum(1) / 2, -x / self.sigma**2


class Bent:
    """A quartic valley with a slope: no symmetry that would hide a mistake."""

    def energy_and_score(self, x):
        across, up = (x / 0.4).unbind(1)
        off = up - across**2
        energy = across**4 / 4 + across / 2 + 2 * off**2
        return energy, -torch.stack([across**3 + 0.5 - 8 * off * across, 4 * off], 1) / 0.4


class Flat:
    def energy_and_score(self, x):
        return torch.zeros(len(x)), torch.zeros_like(x)


class Fenced(Gaussian):
    """Nothing is known beyond x = 0.2."""

    def energy_and_score(self, x):
        energy, score = super().energy_and_score(x)
        is_lost = x[:, 0] > 0.2
        return energy.masked_fill(is_lost, math.nan), score.masked_fill(is_lost[:, None], math.nan)


def rng(seed=0):
    return torch.Generator().manual_seed(seed)


def draws(count, seed=0):
    return Draws(rng(seed), count)


def grid_of(target):
    """Points (n, 2) and their probabilities (n,), float64."""
    axis = torch.linspace(-2, 2, 401, dtype=torch.float64)
    grid = torch.cartesian_prod(axis, axis)
    return grid, (-target.energy_and_score(grid)[0]).softmax(0)


def angles_and_slopes(count, scale):
    return 2 * math.pi * torch.rand(count, generator=rng(1)), scale * torch.randn(count, 2, generator=rng(2))


@pytest.mark.parametrize("scale", [0.01, 1.0, 30.0])
def test_a_turn_is_that_of_the_paper(scale):
    """u' = (u + e (sinh d + (e.u) (cosh d - 1))) / (cosh d + e.u sinh d), in double precision."""
    time = 0.4
    angle, slope = angles_and_slopes(500, scale)
    turned, change = microcanonical._turned(angle, slope, time)
    a, g = angle.double().numpy(), slope.double().numpy()
    length = np.linalg.norm(g, axis=1, keepdims=True)
    u, e, d = np.stack([np.cos(a), np.sin(a)], 1), g / length, time * length
    along = (u * e).sum(1, keepdims=True)
    stretch = np.cosh(d) + along * np.sinh(d)
    expected = (u + e * (np.sinh(d) + along * (np.cosh(d) - 1))) / stretch
    np.testing.assert_allclose(np.stack([turned.cos(), turned.sin()], 1), expected, atol=2e-6)
    np.testing.assert_allclose(change, np.log(stretch[:, 0]), atol=1e-4)


def test_a_turn_solves_its_differential_equation():
    """d(angle)/dt = score . (-sin, cos), in 20,000 small steps."""
    angle, slope = angles_and_slopes(50, 2.0)
    turned, _ = microcanonical._turned(angle, slope, 0.7)
    a, (gx, gy), steps = angle.double().numpy(), slope.double().numpy().T, 20_000
    turned = turned.numpy()
    for _ in range(steps):
        middle = a + 0.35 / steps * (gy * np.cos(a) - gx * np.sin(a))
        a = a + 0.7 / steps * (gy * np.cos(middle) - gx * np.sin(middle))
    np.testing.assert_allclose(np.cos(turned - a), 1, atol=1e-6)


def test_the_change_is_minus_the_log_of_how_much_a_turn_crowds_directions():
    angle, slope = angles_and_slopes(200, 3.0)
    angle, slope = angle.double(), slope.double()
    (ahead, _), (_, change), (behind, _) = (microcanonical._turned(angle + by, slope, 0.5) for by in (1e-6, 0.0, -1e-6))
    crowding = torch.sin((ahead - behind) / 2).abs() / 1e-6
    torch.testing.assert_close(change, -crowding.log(), atol=1e-6, rtol=1e-6)


def test_a_turn_is_undone_by_looking_back_and_turning_again():
    angle, slope = angles_and_slopes(300, 4.0)
    there, gain = microcanonical._turned(angle, slope, 0.5)
    back, loss = microcanonical._turned(there + math.pi, slope, 0.5)
    # Close to straight uphill what is undone is stretched by exp(2 delta): rounding too.
    assert (torch.cos(back - math.pi - angle) - 1).abs().max() < 1e-3
    torch.testing.assert_close(gain, -loss, atol=1e-2, rtol=1e-3)


@pytest.mark.parametrize("scale", [1e3, 1e12, 1e30])
def test_a_huge_slope_turns_straight_downhill(scale):
    angle, slope = angles_and_slopes(300, scale)
    turned, change = microcanonical._turned(angle, slope, 0.1)
    assert change.isfinite().all()
    u = torch.stack([turned.cos(), turned.sin()], 1)
    downhill = torch.nn.functional.normalize(slope / scale, dim=1)
    torch.testing.assert_close(u, downhill, atol=1e-2, rtol=0)
    # All but the length of the slope is of the order of one.
    torch.testing.assert_close(change, 0.1 * torch.hypot(*slope.unbind(1)), rtol=1e-5, atol=20.0)


def test_uphill_exactly_and_without_a_slope_nothing_turns():
    slope = torch.tensor([[-2.0, 0.0], [0.0, 0.0]])
    turned, change = microcanonical._turned(torch.zeros(2), slope, 0.5)
    torch.testing.assert_close(torch.cos(turned), torch.ones(2))
    torch.testing.assert_close(change, torch.tensor([-1.0, 0.0]))


def test_the_error_of_the_energy_falls_with_the_square_of_the_step():
    """Over the same way, without random turns that matter."""
    target, count = Bent(), 2000
    x = 0.2 * torch.randn(count, 2, generator=rng(3))
    errors = []
    for leaps in (10, 20, 40):
        params = Params(step_size=0.4 / leaps, num_leaps=leaps, memory=100.0, is_adjusted=False)
        state = microcanonical.init(x, target, params, draws(count))
        _, info = microcanonical.step(state, target, params, draws(count, 1))
        errors.append(float(-info.acceptance.log().mean()))
    assert errors[0] > 1e-4
    assert errors[1] == pytest.approx(errors[0] / 4, rel=0.25)
    assert errors[2] == pytest.approx(errors[1] / 4, rel=0.25)


@pytest.mark.parametrize("step_size", [0.1, 0.3])
def test_adjusted_chains_have_the_grids_moments_at_any_step_size(step_size):
    target, count = Bent(), 8000
    grid, mass = grid_of(target)
    params = Params(step_size=step_size, num_leaps=4, memory=0.5)
    chosen = torch.multinomial(mass, count, replacement=True, generator=rng(4))
    x = walk(microcanonical, grid[chosen].float(), target, params, draws(count, 5), 40).x.double()
    for feature in (lambda x, y: x, lambda x, y: y, lambda x, y: x * x, lambda x, y: y * y, lambda x, y: x * y):
        mine, exact = (feature(*each.unbind(1)) for each in (x, grid))
        mean = (mass * exact).sum()
        error = (mass * (exact - mean) ** 2).sum().sqrt() / math.sqrt(count)
        assert (mine.mean() - mean).abs() < 4 * error


def test_unadjusted_chains_are_wrong_and_the_less_so_the_shorter_the_leaps():
    """In the mean energy: at half the step, a quarter of the error or less."""
    count, target, biases = 10_000, Bent(), []
    grid, mass = grid_of(target)
    energy = target.energy_and_score(grid)[0]
    exact = (mass * energy).sum()
    error = (mass * (energy - exact) ** 2).sum().sqrt() / math.sqrt(count)
    for step_size, num_steps in ((0.2, 30), (0.1, 60)):
        params = Params(step_size=step_size, num_leaps=1, memory=0.6, is_adjusted=False)
        x = grid[torch.multinomial(mass, count, replacement=True, generator=rng(6))].float()
        biases.append(walk(microcanonical, x, target, params, draws(count, 7), num_steps).energy.mean() - exact)
    assert biases[0] > 15 * error
    assert biases[1].abs() < biases[0] / 4 + 4 * error


def walk_on(state, params, count, num_steps, target=None):
    numbers = draws(count, 11)
    for _ in range(num_steps):
        state, _ = microcanonical.step(state, target or Gaussian(), params, numbers)
    return state


def test_every_leap_is_as_long_as_the_step_size():
    params = Params(step_size=0.05, num_leaps=6, memory=100.0)
    state = microcanonical.init(torch.zeros(40, 2), Flat(), params, draws(40))
    _, info = microcanonical.step(state, Flat(), params, draws(40, 1))
    lengths = info.path.diff(dim=0).norm(dim=2)
    assert lengths.max() <= 0.05 + 1e-6
    assert lengths.min() > 0.0499
    torch.testing.assert_close(info.path[-1], info.proposal)
    assert info.is_accepted.all()


def test_the_direction_is_forgotten_over_the_length_of_the_memory():
    """On flat ground its mean falls by a factor e over that way, whatever the step size."""
    count = 40_000
    for leaps in (2, 10):
        params = Params(step_size=0.5 / leaps, num_leaps=leaps, memory=0.5, is_adjusted=False)
        state = microcanonical.init(torch.zeros(count, 2), Flat(), params, draws(count))
        after, _ = microcanonical.step(state, Flat(), params, draws(count, 1))
        kept = (after.angle - state.angle).cos().mean()
        assert kept == pytest.approx(math.exp(-1), abs=4 / math.sqrt(2 * count))


@pytest.mark.parametrize("is_adjusted", [True, False])
def test_no_chain_stays_where_nothing_is_known(is_adjusted):
    count = 300
    params = Params(step_size=0.1, num_leaps=4, is_adjusted=is_adjusted)
    start = torch.full((count, 2), 0.15)
    state = microcanonical.init(start, Fenced(), params, draws(count))
    state, info = microcanonical.step(state, Fenced(), params, draws(count, 1))
    lost = info.path[..., 0].gt(0.2).any(0) | info.path.isnan().any(0).any(1)
    assert 20 < lost.sum() < 280
    assert not info.is_accepted[lost].any()
    assert info.is_divergent[lost].all()
    assert torch.equal(state.x[lost], start[lost])
    state = walk_on(state, params, count, 30, Fenced())
    assert all(each.isfinite().all() for each in state)
    assert state.x[:, 0].max() <= 0.2
    assert (state.x != start).any(1).all()


def test_a_rejected_step_leaves_the_chain_where_it_was():
    params = Params(step_size=1.0)
    state = microcanonical.init(torch.zeros(500, 2), Gaussian(), params, draws(500))
    after, info = microcanonical.step(state, Gaussian(), params, draws(500, 1))
    assert 0 < info.is_accepted.float().mean() < 0.9
    expected = torch.where(info.is_accepted[:, None], info.proposal, state.x)
    torch.testing.assert_close(after.x, expected)
    energy, score = Gaussian().energy_and_score(after.x)
    torch.testing.assert_close(after.energy, energy)
    torch.testing.assert_close(after.score, score)
