"""Unadjusted Langevin chains on a Gaussian, of which everything is known."""

import torch

from engine.samplers import langevin
from engine.samplers.langevin import Params, State


class Gaussian:
    """E(x) = |x|^2 / (2 sigma^2)."""

    def __init__(self, sigma: float) -> None:
        self.sigma = sigma

    def score(self, x: torch.Tensor) -> torch.Tensor:
        return -x / self.sigma**2


def rng(seed=0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_the_chains_have_the_variance_of_the_unadjusted_chain_and_not_of_the_density():
    """With a = 1 - eps^2 / (2 s^2) a move is x' = a x + eps xi, so that the stationary variance v = a^2 v + eps^2 is
    eps^2 / (1 - a^2) = s^2 / (1 - eps^2 / (4 s^2)).  With eps = s that is 4/3 of the density's."""
    sigma = step_size = 0.3
    target, chains = Gaussian(sigma), 40_000
    state = langevin.init(torch.zeros(chains, 2), target)
    # a^2 is 1/4: after 30 moves the start is forgotten to 1e-18.
    x = langevin.walk(state, target, Params(step_size=step_size), rng(), num_steps=30).x
    exact = sigma**2 / (1 - step_size**2 / (4 * sigma**2))
    standard_error = exact * (2 / chains) ** 0.5
    assert (x.var(0) - exact).abs().le(4 * standard_error).all()
    assert x.mean(0).abs().le(4 * (exact / chains) ** 0.5).all()
    assert abs(exact - sigma**2) > 20 * standard_error


def test_half_the_noise_gives_a_quarter_of_the_variance():
    target, chains = Gaussian(0.3), 40_000
    state = State(torch.zeros(chains, 2))
    loud, quiet = (
        langevin.walk(state, target, Params(step_size=0.2, noise=noise), rng(), num_steps=60).x.var(0)
        for noise in (1.0, 0.5)
    )
    torch.testing.assert_close(quiet, loud / 4)


def test_without_noise_a_move_goes_downhill_by_half_the_squared_step_times_the_slope():
    x = torch.tensor([[1.0, -2.0]])
    after, info = langevin.step(State(x), Gaussian(1.0), Params(step_size=0.2, noise=0.0), rng())
    torch.testing.assert_close(after.x, x * (1 - 0.02))
    torch.testing.assert_close(info.move, -0.02 * x)


def test_without_noise_the_energy_never_rises():
    target, state = Gaussian(0.5), State(torch.randn(50, 2, generator=rng()))
    for _ in range(20):
        after, _ = langevin.step(state, target, Params(step_size=0.1, noise=0.0), rng())
        assert (after.x.square().sum(1) <= state.x.square().sum(1)).all()
        state = after


def test_on_a_flat_landscape_chains_diffuse_by_the_step_size():
    class Flat:
        def score(self, x: torch.Tensor) -> torch.Tensor:
            return torch.zeros_like(x)

    chains = 40_000
    x = langevin.walk(State(torch.zeros(chains, 2)), Flat(), Params(step_size=0.1), rng(), num_steps=9).x
    assert (x.var(0) - 9 * 0.01).abs().le(4 * 0.09 * (2 / chains) ** 0.5).all()


def test_a_walk_of_one_is_a_step():
    state = State(torch.randn(5, 2, generator=rng()))
    after, _ = langevin.step(state, Gaussian(1.0), Params(), rng(3))
    assert torch.equal(after.x, langevin.walk(state, Gaussian(1.0), Params(), rng(3), num_steps=1).x)
