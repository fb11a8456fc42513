"""Planes that cut a mixture: energies and slopes on them, in blocks too, and a sampler that walks there."""

import pytest
import torch

from engine.draws import Draws
from engine.images.gaussians import Diagonal, Full
from engine.images.priors import aggregated_posterior, fitted_mixture, standard
from engine.samplers import hmc, walk

SIZE = 4


def normal(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


PRIORS = {
    "standard": lambda: standard(SIZE, torch.device("cpu")),
    "mixture": lambda: fitted_mixture(normal(200, SIZE), 3),
    "posterior": lambda: aggregated_posterior(normal(50, SIZE), normal(50, SIZE, seed=2).exp() * 0.1),
}


def plane() -> tuple[torch.Tensor, torch.Tensor]:
    """A place, and two axes at right angles."""
    return normal(SIZE, seed=6), torch.linalg.qr(normal(SIZE, 2, seed=7)).Q.T


@pytest.mark.parametrize("name", PRIORS)
def test_on_a_cut_the_energy_is_the_priors_there_and_the_score_its_slope(name):
    prior, (origin, axes) = PRIORS[name](), plane()
    target = prior.cut(origin, axes)
    x = normal(25, 2).double().requires_grad_()
    assert torch.allclose(target.energy(x), prior.energy(origin.double() + x @ axes.double()))
    (slope,) = torch.autograd.grad(target.energy(x).sum(), x)
    assert torch.allclose(target.score(x), -slope, atol=1e-5, rtol=1e-5)
    energy, score = target.energy_and_score(x)
    assert torch.allclose(energy, target.energy(x))
    assert torch.equal(score, target.score(x))


@pytest.mark.parametrize("spread", [0.01, 0.3, 2.0])
@pytest.mark.parametrize("is_even", [True, False])
def test_many_points_in_blocks_have_the_energies_that_they_have_one_by_one(spread, is_even):
    prior = Diagonal(normal(300, SIZE), spread * normal(300, SIZE, seed=1).exp().square())
    target = prior.cut(*plane())
    along = torch.linspace(-4, 4, 60, dtype=torch.float64)
    x = torch.cartesian_prod(along, along) if is_even else 3 * normal(3_333, 2, seed=5).double()
    few = torch.cat([target.energy(each) for each in x.split(100)])
    assert torch.allclose(target.energy(x), few, atol=2e-6, rtol=0)


def test_far_from_all_parts_and_where_all_points_are_one_there_is_an_energy():
    target = Diagonal(normal(5_000, SIZE), torch.full((5_000, SIZE), 1e-4)).cut(*plane())
    x = torch.full((100, 2), 50.0).double()
    energy = target.energy(x)
    assert energy.isfinite().all()
    assert torch.allclose(energy, target.energy(x[:1]).expand(100))


def test_a_sampler_walks_on_a_slice_and_finds_the_conditional():
    # Of N(0, S) on the plane of the first two axes, through a point that is off it in the third.
    covariance = torch.tensor([[1.0, 0.3, 0.5], [0.3, 0.8, 0.2], [0.5, 0.2, 1.0]])
    prior = Full(torch.zeros(1, 3), covariance[None])
    target = prior.cut(torch.tensor([0.0, 0.0, 1.0]), torch.eye(3)[:2])
    rng = torch.Generator().manual_seed(0)
    state = walk(hmc, normal(4000, 2), target, hmc.Params(step_size=0.25), Draws(rng, 4000), 40)
    known = covariance[:2, :2] - covariance[:2, 2:] @ covariance[:2, 2:].T
    assert torch.allclose(state.x.mean(0), torch.tensor([0.5, 0.2]), atol=0.06)
    assert torch.allclose(state.x.T.cov(), known, atol=0.06)
