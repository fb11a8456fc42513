"""The variational auto-encoder: bounds below the exact value where that is known, and a posterior that collapses."""

import itertools
import math

import pytest
import torch
from torch.distributions import MultivariateNormal

from engine import data as datasets
from engine import fields, recipe
from engine.jobs import Training, dataset
from engine.models import Batch
from engine.models.vae import Coders, Model, Params, standard_normal

CPU = torch.device("cpu")
SMALL = {"width": 24, "depth": 2, "warm_up": 1, "training_draws": 1, "learning_rate": 3e-3}


def rng(seed=0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def points(count=300) -> torch.Tensor:
    """A tilted Gaussian."""
    return torch.randn(count, 2, generator=rng(1)) @ torch.tensor([[0.4, 0.2], [0.0, 0.1]]) + torch.tensor([0.2, -0.1])


def batch_of(x) -> Batch:
    return Batch(x, torch.zeros(len(x), dtype=torch.int64))


@torch.no_grad()
def trained(num_steps=100, x=None, **values) -> Model:
    batch = batch_of(points() if x is None else x)
    model, steps = Model(Params(**SMALL | values), rng(), CPU), rng(5)
    model.begin(batch, rng())
    for _ in range(num_steps):
        model.step(batch, steps)
    return model


@torch.no_grad()
def linear_case(latents) -> tuple[Coders, MultivariateNormal]:
    """A decoder A z + b with noise of one width, whose points are Gaussian, and an encoder that guesses badly."""
    coders = Coders(Params(latents=latents, depth=0), rng(), CPU)
    decoder, encoder = coders.decoder[0], coders.encoder[0]
    decoder.weight.copy_(torch.tensor([[0.8, 0.2], [-0.3, 0.6], [0.0, 0.0]])[:, :latents])
    decoder.bias.copy_(torch.tensor([0.1, -0.2, 0.5]))
    # Nearly the prior, whatever the point.
    encoder.bias[latents:] = 3.5
    a, sd = decoder.weight[:2], coders.decoded(torch.zeros(1, latents))[1]
    return coders, MultivariateNormal(decoder.bias[:2], a @ a.T + float(sd) ** 2 * torch.eye(2))


@torch.no_grad()
@pytest.mark.parametrize("latents", [1, 2])
def test_the_weighted_bound_rises_with_the_draws_and_stays_below_the_exact_value(latents):
    coders, exact = linear_case(latents)
    u = torch.randn(2000, 2, generator=rng(2))
    gaps = []
    for draws in (1, 4, 16, 64, 256):
        normal = torch.randn(len(u), draws, latents, generator=rng(3))
        gaps.append(exact.log_prob(u) - coders.importance_weighted(u, normal))
    means = [float(each.mean()) for each in gaps]
    assert all(high > low for high, low in itertools.pairwise(means))
    assert means[0] > 0.2
    # Below in the mean over draws; each has its chance to be above.
    assert means[-1] > -3 * float(gaps[-1].std()) / math.sqrt(len(u))
    assert means[-1] < 0.05


@torch.no_grad()
@pytest.mark.parametrize("latents", [1, 2])
def test_with_the_exact_posterior_every_bound_is_the_exact_value(latents):
    """A decoder with orthogonal columns has posteriors without correlation, which the encoder can hit."""
    coders, _ = linear_case(latents)
    decoder, encoder = coders.decoder[0], coders.encoder[0]
    sizes = torch.tensor([0.8, 0.5])[:latents]
    decoder.weight.copy_(torch.cat([torch.diag(torch.tensor([0.8, 0.5])), torch.zeros(1, 2)])[:, :latents])
    a, noise = decoder.weight[:2], float(coders.decoded(torch.zeros(1, latents))[1])
    variance = 1 / (1 + sizes.square() / noise**2)
    encoder.weight[:latents] = variance[:, None] * a.T / noise**2
    encoder.weight[latents:] = 0
    encoder.bias[:latents] = -encoder.weight[:latents] @ decoder.bias[:2]
    # The inverse of the posterior's width from its raw number.
    encoder.bias[latents:] = torch.log(torch.expm1(variance.sqrt() - 1e-3)) + 3.0
    exact = MultivariateNormal(decoder.bias[:2], a @ a.T + noise**2 * torch.eye(2))
    u = torch.randn(50, 2, generator=rng(2))
    normal = standard_normal(64, latents, CPU)
    torch.testing.assert_close(coders.importance_weighted(u, normal), exact.log_prob(u), rtol=1e-3, atol=1e-3)
    # The fixed draws of two latents are not quite free of correlation, which only the ELBO's mean feels.
    torch.testing.assert_close(coders.elbo(u, normal), exact.log_prob(u), rtol=1e-2, atol=1e-2)


@torch.no_grad()
def test_the_weighted_energy_is_nowhere_above_minus_the_elbo():
    model = trained()
    x = fields.plane_grid(24, 4, CPU).points
    weighted, elbo = (model.energy_by(each, x) for each in ("importance weighted", "ELBO"))
    assert (weighted <= elbo + 1e-3 * elbo.abs()).all()
    assert (elbo - weighted).mean() > 0


@torch.no_grad()
def test_without_hidden_layers_it_learns_the_gaussian_of_the_data():
    x = points(1000)
    model = trained(1500, x, depth=0, noise=0.0, learning_rate=0.01, weight_decay=0.0, draws=256)
    exact = MultivariateNormal(x.mean(0), x.T.cov())
    assert float(model.energy(x).mean()) == pytest.approx(-float(exact.log_prob(x).mean()), abs=0.03)


@torch.no_grad()
def test_samples_have_the_moments_that_the_energy_says():
    model = trained(400, draws=128)
    grid = fields.plane_grid(96, 12, CPU)
    masses = torch.softmax(grid.log_areas - model.energy(grid.points), 0)[:, None]
    mean = (masses * grid.points).sum(0)
    covariance = (masses * (grid.points - mean)).T @ (grid.points - mean)
    drawn = model.samples(20_000, rng())
    torch.testing.assert_close(drawn.mean(0), mean, rtol=0, atol=0.03)
    torch.testing.assert_close(drawn.T.cov(), covariance, rtol=0.15, atol=0.01)


@torch.no_grad()
def test_a_large_beta_makes_the_posterior_collapse_and_that_is_said():
    alive, gone = trained(300), trained(300, beta=50.0)
    assert alive.remark() == ""
    assert "z1 and z2 have collapsed" in gone.remark()
    assert gone.measures(None, rng())["KL per latent"] < 0.05 < alive.measures(None, rng())["KL per latent"]
    reach = {
        name: torch.cat(list(model.manifold().lines)).std(0).norm()
        for name, model in (("alive", alive), ("gone", gone))
    }
    assert reach["gone"] < 0.6 * reach["alive"]


@torch.no_grad()
def test_the_gap_is_the_difference_of_the_two_energies():
    model = trained()
    x = points()
    gap = (model.energy_by("ELBO", x) - model.energy_by("importance weighted", x)).mean()
    assert model.measures(None, rng())["ELBO gap"] == pytest.approx(float(gap), rel=1e-4)


@torch.no_grad()
@pytest.mark.parametrize(("latents", "lines"), [(1, 1), (2, 22)])
def test_the_manifold_is_a_curve_or_a_grid(latents, lines):
    assert len(trained(2, latents=latents).manifold().lines) == lines


@torch.no_grad()
def test_at_the_cursor_the_kl_is_that_of_the_numbers_said():
    text = trained().at_cursor(torch.tensor([[0.3, 0.1]]))[1]
    numbers, kl = text.split("; KL = ")
    means, sds = ([float(each) for each in part.split()[1:]] for part in numbers.removeprefix("z: ").split(", "))
    expected = sum((m**2 + s**2 - 1) / 2 - math.log(s) for m, s in zip(means, sds, strict=True))
    assert float(kl.split()[0]) == pytest.approx(expected, abs=0.15)


def test_it_learns_two_moons():
    drawn = datasets.draw(recipe.Data(preset="two_moons", n=2000, args={"noise": 0.1}), 0)
    data = dataset(drawn.points, drawn.labels, drawn.extent, drawn.truth, CPU)
    training = Training("vae", {"warm_up": 300, "depth": 2, "learning_rate": 3e-3}, seed=0, device=CPU)
    steps = training.steps(data)
    for _ in range(1200):
        next(steps)
    assert training.nll(data, training.log_z()) < data.entropy + 0.35
