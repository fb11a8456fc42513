"""Bounds of the likelihood, against a model whose likelihood has a closed form."""

import math

import pytest
import torch
from torch import Tensor

from engine.images import Shape, bounds, catalogue
from engine.images.models import Batch, Model, Stock
from engine.notice import Notice

CPU = torch.device("cpu")


def rng(seed=0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


class Linear(Model):
    """x = W z + noise: log p(x) is that of N(0, W W^T + s^2), and so is the exact posterior known.

    `wide`: how many times too wide the posterior is that it tells.
    """

    has_prior = True

    def __init__(self, wide: float = 1.0) -> None:
        self.shape, self.noise, self.wide = Shape(2, 3, 1), 0.3, wide
        # Orthogonal columns, so that the posterior's covariance is diagonal.
        self.weights = torch.linalg.qr(torch.randn(6, 2, generator=rng(1))).Q * torch.tensor([1.0, 0.5])

    def posterior(self, x: Tensor, y: Tensor | None = None) -> tuple[Tensor, Tensor]:
        precision = 1 + self.weights.square().sum(0) / self.noise**2
        mean = x.flatten(1) @ self.weights / self.noise**2 / precision
        return mean, self.wide * precision.rsqrt().expand_as(mean)

    def log_likelihood(self, x: Tensor, z: Tensor, y: Tensor | None = None) -> Tensor:
        normal = torch.distributions.Normal(z @ self.weights.T, self.noise)
        return normal.log_prob(x.flatten(1)).sum(1)

    def exact(self, x: Tensor) -> Tensor:
        covariance = self.weights @ self.weights.T + self.noise**2 * torch.eye(6)
        return torch.distributions.MultivariateNormal(torch.zeros(6), covariance).log_prob(x.flatten(1))


def batch(count=20) -> Batch:
    return Batch(torch.randn(count, 1, 2, 3, generator=rng(2)), torch.zeros(count, dtype=torch.int64))


def test_with_the_exact_posterior_both_bounds_are_the_likelihood():
    model = Linear()
    found = bounds.bounds(model, batch(), rng(), draws=8)
    torch.testing.assert_close(found.elbo, model.exact(batch().x), atol=1e-4, rtol=0)
    torch.testing.assert_close(found.importance_weighted, model.exact(batch().x), atol=1e-4, rtol=0)


def test_a_posterior_that_is_too_wide_costs_its_kl_divergence():
    model, wide = Linear(wide=1.5), 1.5
    found = bounds.bounds(model, batch(200), rng(), draws=256)
    gap = 2 * (-math.log(wide) + (wide**2 - 1) / 2)
    assert float((model.exact(batch(200).x) - found.elbo).mean()) == pytest.approx(gap, abs=0.03)


def test_more_draws_come_nearer_to_the_likelihood():
    model = Linear(wide=1.5)
    exact = model.exact(batch(300).x)
    gaps = [
        float((exact - bounds.bounds(model, batch(300), rng(), draws=draws).importance_weighted).mean())
        for draws in (1, 4, 64)
    ]
    assert gaps[0] > gaps[1] > gaps[2]
    assert abs(gaps[2]) < 0.05


@pytest.mark.parametrize("name", ["vae", "beta_vae", "conditional_vae"])
def test_the_tighter_bound_is_never_below_the_elbo(name):
    module = catalogue.model_module(name)
    model = module.Model(module.Params(latents=3, width=4), Shape(8, 8, 1), 3, rng(), CPU)
    x = (torch.rand(12, 1, 8, 8, generator=rng(3)) > 0.5).float()
    found = bounds.bounds(model, Batch(x, torch.arange(12) % 3), rng(), draws=16)
    assert (found.importance_weighted >= found.elbo - 1e-3).all()


def test_the_elbo_is_what_the_vae_says_of_itself():
    module = catalogue.model_module("vae")
    model = module.Model(module.Params(latents=3, width=4), Shape(8, 8, 1), 0, rng(), CPU)
    x = (torch.rand(64, 1, 8, 8, generator=rng(3)) > 0.5).float()
    found = bounds.bounds(model, Batch(x, torch.zeros(64, dtype=torch.int64)), rng(), draws=1000)
    own = sum(float(model.held_out_loss(Batch(x, torch.zeros(64)), rng(seed))) for seed in range(200)) / 200
    assert float(-found.elbo.mean()) == pytest.approx(own, rel=5e-3)


def test_binarised_pictures_are_black_or_white_as_often_as_they_are_bright():
    grey = Stock(torch.full((50, 1, 8, 8), 51, dtype=torch.uint8), torch.zeros(50, dtype=torch.int64))
    x = bounds.binarised(grey, seed=0).x
    assert set(x.unique().tolist()) == {0.0, 1.0}
    assert float(x.mean()) == pytest.approx(0.2, abs=0.03)
    assert torch.equal(x, bounds.binarised(grey, seed=0).x)


def test_a_family_without_a_posterior_is_refused_with_a_sentence():
    module = catalogue.model_module("autoencoder")
    model = module.Model(module.Params(latents=3, width=4), Shape(8, 8, 1), 0, rng(), CPU)
    with pytest.raises(Notice, match="no posterior"):
        bounds.bounds(model, Batch(torch.rand(2, 1, 8, 8), torch.zeros(2)), rng())
