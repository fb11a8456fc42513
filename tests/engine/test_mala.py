"""Metropolis-adjusted chains: exact moments at any step size, and the ratio of acceptance by another road."""

import math

import pytest
import torch
from torch.distributions import Normal

from engine.draws import Draws
from engine.samplers import mala, walk
from engine.samplers.mala import Params


class Known:
    """What a target must have, from its energy and score together."""

    def energy(self, x: torch.Tensor) -> torch.Tensor:
        return self.energy_and_score(x)[0]

    def score(self, x: torch.Tensor) -> torch.Tensor:
        return self.energy_and_score(x)[1]


class Ellipse(Known):
    """A Gaussian with its own middle and spread in each direction."""

    middle = torch.tensor([0.4, -0.2])
    sigmas = torch.tensor([0.3, 0.15])

    def energy_and_score(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        z = (x - self.middle) / self.sigmas
        return z.square().sum(1) / 2, -z / self.sigmas


class Quartic(Known):
    """Not a Gaussian, so that the two proposals of a ratio do not cancel."""

    def energy_and_score(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return (x**4).sum(1) + x[:, 0], -4 * x**3 - torch.tensor([1.0, 0.0])


class Cliff(Known):
    """Nothing is known beyond x = 0: its energy is NaN there."""

    def energy_and_score(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        energy = torch.where(x[:, 0] < 0, torch.zeros(len(x)), torch.full((len(x),), math.nan))
        return energy, energy[:, None].expand(-1, 2).clone()


def rng(seed=0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def begun(x, target, params, seed=0):
    """The state of chains that start at x, and their draws."""
    draws = Draws(rng(seed), len(x))
    return mala.init(x, target, params, draws), draws


@pytest.mark.parametrize("noise", [1.0, 0.5])
@pytest.mark.parametrize("step_size", [0.1, 0.25])
def test_the_chains_have_the_moments_of_the_density_at_any_step_size(step_size, noise):
    """The square of the noise is the temperature. Unadjusted, steps of 0.25 would give 3.3 times the variance."""
    target, chains = Ellipse(), 20_000
    start = target.middle + target.sigmas * noise * torch.randn(chains, 2, generator=rng(1))
    state = walk(mala, start, target, Params(step_size=step_size, noise=noise), Draws(rng(), chains), 60)
    sigmas = target.sigmas * noise
    assert (state.x.mean(0) - target.middle).abs().le(4 * sigmas / math.sqrt(chains)).all()
    assert (state.x.std(0) - sigmas).abs().le(4 * sigmas / math.sqrt(2 * chains)).all()


def test_chains_that_start_far_away_forget_it():
    target, chains = Ellipse(), 10_000
    start = target.middle + torch.full((chains, 2), 0.5)
    x = walk(mala, start, target, Params(step_size=0.12), Draws(rng(), chains), 250).x
    assert (x.mean(0) - target.middle).abs().le(4 * target.sigmas / math.sqrt(chains)).all()
    assert (x.std(0) - target.sigmas).abs().le(4 * target.sigmas / math.sqrt(2 * chains)).all()


@pytest.mark.parametrize("noise", [1.0, 0.7])
def test_a_proposal_is_accepted_as_often_as_the_ratio_of_densities_says(noise):
    """The ratio from the densities of the two proposals, for one start and many draws."""
    target, step_size, draws = Quartic(), 0.5, 40_000
    params = Params(step_size=step_size, noise=noise)
    state, source = begun(torch.tensor([[0.9, -0.4]]).expand(draws, 2).clone(), target, params)
    after, info = mala.step(state, target, params, source)

    def log_proposal(x, score, to):
        drift = step_size**2 / 2 * score
        length = drift.norm(dim=1, keepdim=True)
        drift = torch.where(length > step_size, drift * step_size / length, drift)
        return Normal(x + drift, step_size * noise).log_prob(to).sum(1)

    energy, score = target.energy_and_score(info.proposal)
    log_ratio = (state.energy - energy) / noise**2
    log_ratio += log_proposal(info.proposal, score, state.x) - log_proposal(state.x, state.score, info.proposal)
    expected = log_ratio.clamp(max=0).exp()
    rate, exact = info.is_accepted.float().mean(), expected.mean()
    assert 0.2 < exact < 0.9  # else the test would say little
    assert (rate - exact).abs() < 4 * (expected * (1 - expected)).mean().sqrt() / math.sqrt(draws)
    # And each one is told its own probability.
    torch.testing.assert_close(info.acceptance, expected, rtol=1e-3, atol=1e-5)
    torch.testing.assert_close(after.x, torch.where(info.is_accepted[:, None], info.proposal, state.x))


def test_the_state_stays_true_to_its_positions():
    target = Quartic()
    state = walk(mala, torch.randn(100, 2, generator=rng()), target, Params(step_size=0.4), Draws(rng(1), 100), 7)
    energy, score = target.energy_and_score(state.x)
    torch.testing.assert_close(state.energy, energy)
    torch.testing.assert_close(state.score, score)


def test_a_huge_step_is_rejected():
    target = Ellipse()
    params = Params(step_size=1.0)
    state, draws = begun(target.middle.expand(200, 2).clone(), target, params)
    after, info = mala.step(state, target, params, draws)
    assert info.is_accepted.float().mean() < 0.1
    assert torch.equal(after.x[~info.is_accepted], state.x[~info.is_accepted])


def test_a_proposal_of_no_known_energy_is_rejected():
    target = Cliff()
    state = walk(mala, torch.full((500, 2), -0.05), target, Params(step_size=0.1), Draws(rng(), 500), 20)
    assert (state.x[:, 0] < 0).all()
    assert state.energy.isfinite().all()
    assert state.x[:, 0].std() > 0  # they did move


def test_a_walk_of_one_is_a_step():
    target, x = Quartic(), torch.randn(5, 2, generator=rng())
    state, draws = begun(x, target, Params(), seed=3)
    after, _ = mala.step(state, target, Params(), draws)
    walked = walk(mala, x, target, Params(), Draws(rng(3), 5), 1)
    assert all(map(torch.equal, after, walked))


class Steep(Known):
    """Energy 1e4 times the distance from the middle: any untruncated move of a chain overshoots by far."""

    def energy_and_score(self, x):
        distance = x.norm(dim=1, keepdim=True)
        return 1e4 * distance[:, 0], -1e4 * x / distance


def test_a_chain_on_a_cliff_walks_down_instead_of_being_rejected_for_ever():
    state = walk(mala, torch.full((50, 2), 2.0), Steep(), Params(step_size=0.1), Draws(rng(), 50), 60)
    assert (state.x.norm(dim=1) < 0.3).all()
