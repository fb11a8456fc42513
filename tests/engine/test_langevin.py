"""Unadjusted Langevin chains on a Gaussian, of which everything is known."""

import torch

from engine.draws import Draws
from engine.samplers import langevin
from engine.samplers import walk as walk_with
from engine.samplers.langevin import Params


class Gaussian:
    """E(x) = |x|^2 / (2 sigma^2)."""

    def __init__(self, sigma: float) -> None:
        self.sigma = sigma

    def score(self, x: torch.Tensor) -> torch.Tensor:
        return -x / self.sigma**2

    def energy(self, x: torch.Tensor) -> torch.Tensor:
        return x.square().sum(1) / (2 * self.sigma**2)

    def energy_and_score(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return self.energy(x), self.score(x)


class Flat(Gaussian):
    """The same energy everywhere: a Gaussian without an end."""

    def __init__(self) -> None:
        super().__init__(float("inf"))


def rng(seed=0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def walk(x, target, params, num_steps):
    """Where chains are that start at x."""
    return walk_with(langevin, x, target, params, Draws(rng(), len(x)), num_steps).x


def begun(x, target, params, seed=0):
    """The state of chains that start at x, and their draws."""
    draws = Draws(rng(seed), len(x))
    return langevin.init(x, target, params, draws), draws


def test_the_chains_have_the_variance_of_the_unadjusted_chain_and_not_of_the_density():
    """With a = 1 - eps^2 / (2 s^2) a move is x' = a x + eps xi, so that the stationary variance v = a^2 v + eps^2 is
    eps^2 / (1 - a^2) = s^2 / (1 - eps^2 / (4 s^2)).  With eps = s that is 4/3 of the density's."""
    sigma = step_size = 0.3
    target, chains = Gaussian(sigma), 40_000
    # a^2 is 1/4: after 30 moves the start is forgotten to 1e-18.
    x = walk(torch.zeros(chains, 2), target, Params(step_size=step_size), 30)
    exact = sigma**2 / (1 - step_size**2 / (4 * sigma**2))
    standard_error = exact * (2 / chains) ** 0.5
    assert (x.var(0) - exact).abs().le(4 * standard_error).all()
    assert x.mean(0).abs().le(4 * (exact / chains) ** 0.5).all()
    assert abs(exact - sigma**2) > 20 * standard_error


def test_half_the_noise_gives_a_quarter_of_the_variance():
    target, chains = Gaussian(0.3), 40_000
    loud, quiet = (
        walk(torch.zeros(chains, 2), target, Params(step_size=0.2, noise=noise), 60).var(0) for noise in (1.0, 0.5)
    )
    torch.testing.assert_close(quiet, loud / 4)


def test_without_noise_a_move_goes_downhill_by_half_the_squared_step_times_the_slope():
    x, target, params = torch.tensor([[1.0, -2.0]]), Gaussian(1.0), Params(step_size=0.2, noise=0.0)
    state, draws = begun(x, target, params)
    after, info = langevin.step(state, target, params, draws)
    torch.testing.assert_close(after.x, x * (1 - 0.02))
    torch.testing.assert_close(info.drift, x * (1 - 0.02))


def test_the_drift_is_where_the_move_would_go_without_its_noise():
    x, target, params = torch.tensor([[1.0, -2.0]]), Gaussian(1.0), Params(step_size=0.2)
    state, draws = begun(x, target, params)
    after, info = langevin.step(state, target, params, draws)
    torch.testing.assert_close(info.drift, x * (1 - 0.02))
    torch.testing.assert_close(after.x - info.drift, 0.2 * Draws(rng(), 1).normal())


def test_without_noise_the_energy_never_rises():
    target, params = Gaussian(0.5), Params(step_size=0.1, noise=0.0)
    state, draws = begun(torch.randn(50, 2, generator=rng()), target, params)
    for _ in range(20):
        after, _ = langevin.step(state, target, params, draws)
        assert (after.energy <= state.energy).all()
        torch.testing.assert_close(after.energy, target.energy(after.x))
        torch.testing.assert_close(after.score, target.score(after.x))
        state = after


def test_on_a_flat_landscape_chains_diffuse_by_the_step_size():
    chains = 40_000
    x = walk(torch.zeros(chains, 2), Flat(), Params(step_size=0.1), 9)
    assert (x.var(0) - 9 * 0.01).abs().le(4 * 0.09 * (2 / chains) ** 0.5).all()


def test_a_walk_of_one_is_a_step():
    x, target, params = torch.randn(5, 2, generator=rng()), Gaussian(1.0), Params()
    state, draws = begun(x, target, params)
    after, _ = langevin.step(state, target, params, draws)
    assert torch.equal(after.x, walk(x, target, params, 1))
