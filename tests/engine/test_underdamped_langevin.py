"""Langevin chains with a momentum: exact with their test, their known error without, and what friction does."""

import math

import pytest
import torch

from engine.draws import Draws
from engine.samplers import underdamped_langevin, walk
from engine.samplers.underdamped_langevin import Params


class Gaussian:
    """E(x) = |x|^2 / (2 sigma^2)."""

    def __init__(self, sigma):
        self.sigma = sigma

    def energy(self, x):
        return x.square().sum(1) / (2 * self.sigma**2)

    def score(self, x):
        return -x / self.sigma**2

    def energy_and_score(self, x):
        return self.energy(x), self.score(x)


class Quartic(Gaussian):
    """E(x) = x^4 + y^4; the mean of x^2 is Gamma(3/4) / Gamma(1/4)."""

    variance = math.gamma(0.75) / math.gamma(0.25)

    def __init__(self):
        super().__init__(1.0)

    def energy(self, x):
        return (x**4).sum(1)

    def score(self, x):
        return -4 * x**3


class Cliff(Gaussian):
    """Nothing is known beyond x = 0.5: `there` is the energy."""

    def __init__(self, there):
        super().__init__(1.0)
        self.there = there

    def energy(self, x):
        return super().energy(x).masked_fill(x[:, 0] > 0.5, self.there)


class Flat(Gaussian):
    def __init__(self):
        super().__init__(math.inf)


def rng(seed=0):
    return torch.Generator().manual_seed(seed)


def normal(count, seed=1):
    return torch.randn(count, 2, generator=rng(seed))


def steps(x, target, params, num_steps, seed=0):
    """The states after each step, and what is told of them."""
    draws = Draws(rng(seed), len(x))
    state = underdamped_langevin.init(x, target, params, draws)
    for _ in range(num_steps):
        before = state
        state, info = underdamped_langevin.step(state, target, params, draws)
        yield before, state, info


@pytest.mark.parametrize(("step_size", "friction"), [(0.5, 0.3), (0.7, 3.0)])
def test_the_chains_have_the_moments_of_the_density_at_a_large_step_size(step_size, friction):
    """Positions and momenta, which are independent of one another; so the turns at rejections are right too."""
    target, chains = Quartic(), 20_000
    params = Params(step_size=step_size, friction=friction)
    *_, (_, state, info) = steps(0.5 * normal(chains), target, params, 100)
    x, momentum = state.x.double(), state.momentum.double()
    found = torch.cat([x, x**2 - target.variance, momentum, momentum**2 - 1, x * momentum], 1)
    z = found.mean(0) / (found.std(0) / math.sqrt(chains))
    assert z.abs().max() < 4
    assert info.acceptance.mean() < 0.97, "else the test would say little"


def test_without_the_test_the_variance_is_that_of_the_leapfrog():
    """On a Gaussian the leapfrog keeps x^2 (1 - eps^2 / (4 s^2)) / s^2 + p^2, and friction with its noise keeps a
    momentum normal: so the variance is s^2 / (1 - eps^2 / (4 s^2)).
    """
    sigma, step_size, chains = 0.3, 0.3, 40_000
    params = Params(step_size=step_size, friction=2.0, is_adjusted=False)
    x = walk(underdamped_langevin, sigma * normal(chains), Gaussian(sigma), params, Draws(rng(), chains), 60).x
    exact = sigma**2 / (1 - step_size**2 / (4 * sigma**2))
    error = exact * math.sqrt(2 / chains)
    assert (x.var(0) - exact).abs().max() < 4 * error
    assert exact - sigma**2 > 20 * error


def test_where_a_move_is_rejected_the_chain_stays_and_its_momentum_is_turned():
    """At next to no friction its momentum is kept but for the sign."""
    target, num_rejected = Quartic(), 0
    for before, after, info in steps(normal(500), target, Params(step_size=0.6, friction=0.01), 5):
        stays = ~info.is_accepted
        num_rejected += int(stays.sum())
        assert torch.equal(after.x[stays], before.x[stays])
        # Friction times step size is 0.006: noise of standard deviation 0.11 is what it adds to a momentum.
        assert (after.momentum[stays] + before.momentum[stays]).abs().max() < 0.6
        assert torch.equal(after.x[info.is_accepted], info.proposal[info.is_accepted])
    assert num_rejected > 200


@pytest.mark.parametrize("friction", [0.5, 5.0])
def test_a_momentum_is_forgotten_as_friction_says(friction):
    chains, step_size, num_steps = 40_000, 0.1, 8
    momenta = [
        (before.momentum, after.momentum)
        for before, after, _ in steps(normal(chains), Flat(), Params(step_size=step_size, friction=friction), num_steps)
    ]
    first, last = momenta[0][0], momenta[-1][1]
    assert ((first * last).mean() - math.exp(-friction * step_size * num_steps)).abs() < 4 / math.sqrt(chains)
    assert last.var() == pytest.approx(1, abs=4 * math.sqrt(1 / chains))


def test_half_the_step_size_makes_an_eighth_of_the_error_of_the_energy_of_one_leap():
    def error(step_size):
        params = Params(step_size=step_size, friction=0.01, is_adjusted=False)
        ((*_, info),) = steps(0.5 * normal(2000), Quartic(), params, 1)
        return info.acceptance.log().mean().item()

    assert error(0.2) / error(0.1) == pytest.approx(8, rel=0.25)


@pytest.mark.parametrize("is_adjusted", [True, False])
@pytest.mark.parametrize("there", [math.nan, math.inf, -math.inf])
def test_a_move_to_no_usable_energy_is_turned_back(there, is_adjusted):
    target, params = Cliff(there), Params(step_size=0.2, is_adjusted=is_adjusted)
    num_turned = 0
    for _, after, info in steps(normal(300).clamp(max=0.4), target, params, 20):
        assert (after.x[:, 0] <= 0.5).all()
        assert torch.stack([after.x, after.score, after.momentum]).isfinite().all()
        is_beyond = info.proposal[:, 0] > 0.5
        num_turned += int(is_beyond.sum())
        assert torch.equal(info.is_divergent, is_beyond)
        assert not info.is_accepted[is_beyond].any()
        assert info.acceptance[is_beyond].eq(0).all()
    assert num_turned > 50


def test_the_state_stays_true_to_its_positions():
    target = Quartic()
    state = walk(underdamped_langevin, normal(100), target, Params(step_size=0.5), Draws(rng(), 100), 9)
    torch.testing.assert_close(state.energy, target.energy(state.x))
    torch.testing.assert_close(state.score, target.score(state.x))
