"""Planes through the latent space: lengths, energies and slopes on them, and a sampler that walks there."""

import pytest
import torch

from engine.draws import Draws
from engine.images.gaussians import Full
from engine.images.priors import aggregated_posterior, fitted_mixture, standard
from engine.images.slices import OnSlice, plane_of, plane_through
from engine.notice import Notice
from engine.samplers import hmc, walk

SIZE = 4


def normal(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


PRIORS = {
    "standard": lambda: standard(SIZE, torch.device("cpu")),
    "mixture": lambda: fitted_mixture(normal(200, SIZE), 3),
    "posterior": lambda: aggregated_posterior(normal(50, SIZE), normal(50, SIZE, seed=2).exp() * 0.1),
}


@pytest.mark.parametrize("name", PRIORS)
def test_on_a_slice_the_energy_is_the_priors_there_and_the_score_its_slope(name):
    prior = PRIORS[name]()
    origin, axes = plane_through(*normal(3, SIZE, seed=6))
    target = OnSlice(prior, origin.double(), axes.double())
    x = normal(25, 2).double().requires_grad_()
    assert torch.allclose(target.energy(x), prior.energy(origin + x @ axes.double()))
    (slope,) = torch.autograd.grad(target.energy(x).sum(), x)
    assert torch.allclose(target.score(x), -slope, atol=1e-5, rtol=1e-5)
    assert torch.equal(target.energy_and_score(x)[1], target.score(x))


def test_a_plane_goes_through_its_three_codes_and_keeps_lengths():
    a, b, c = normal(3, SIZE, seed=7)
    origin, axes = plane_through(a, b, c)
    assert torch.allclose(axes @ axes.T, torch.eye(2), atol=1e-6)
    for code in (a, b, c):
        on_plane = (code - origin) @ axes.T
        assert torch.allclose(origin + on_plane @ axes, code, atol=1e-5)
    assert torch.allclose((b - origin) @ axes.T, torch.tensor([float((b - a).norm()), 0.0]), atol=1e-5)
    for wrong in (a, b, a + 3 * (b - a)):
        with pytest.raises(Notice, match="lie on one line"):
            plane_through(a, b, wrong)


def test_the_plane_of_codes_is_that_of_their_first_two_principal_axes():
    codes = normal(500, SIZE) * torch.tensor([0.1, 5.0, 0.3, 2.0])
    _, axes = plane_of(codes)
    assert torch.allclose(axes.abs(), torch.eye(SIZE)[[1, 3]], atol=0.05)


def test_a_sampler_walks_on_a_slice_and_finds_the_conditional():
    # Of N(0, S) on the plane of the first two axes, through a point that is off it in the third.
    covariance = torch.tensor([[1.0, 0.3, 0.5], [0.3, 0.8, 0.2], [0.5, 0.2, 1.0]])
    prior = Full(torch.zeros(1, 3), covariance[None])
    target = OnSlice(prior, torch.tensor([0.0, 0.0, 1.0]), torch.eye(3)[:2])
    rng = torch.Generator().manual_seed(0)
    state = walk(hmc, normal(4000, 2), target, hmc.Params(step_size=0.25), Draws(rng, 4000), 40)
    known = covariance[:2, :2] - covariance[:2, 2:] @ covariance[:2, 2:].T
    assert torch.allclose(state.x.mean(0), torch.tensor([0.5, 0.2]), atol=0.06)
    assert torch.allclose(state.x.T.cov(), known, atol=0.06)
