"""The denoising auto-encoder: closed forms on a Gaussian, arrows that are a slope or swirl, and the way to a spiral."""

import math

import pytest
import torch

from engine.fields import plane_grid
from engine.models import Batch, Truth
from engine.models.denoising_autoencoder import Model, Params

CPU = torch.device("cpu")
FIELDS = ("gradient of an energy", "free")
each_field = pytest.mark.parametrize("field", FIELDS)
SD, SIGMA = 0.4, 0.25


def rng(seed=0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def normal(count, sd=SD, seed=1) -> torch.Tensor:
    return sd * torch.randn(count, 2, generator=rng(seed))


def spiral(count, seed=1) -> torch.Tensor:
    turn = 3 * torch.rand(count, generator=rng(seed)).sqrt() + 0.5
    return 0.25 * turn[:, None] * torch.stack([(3 * turn).cos(), (3 * turn).sin()], 1)


@torch.no_grad()
def trained(x, num_steps, seed=0, batch_size=512, **values) -> Model:
    model, steps = Model(Params(**values), rng(seed), CPU), rng(seed + 5)
    for _ in range(num_steps):
        chosen = x[torch.randint(len(x), (batch_size,), generator=steps)]
        model.terms = model.step(Batch(chosen, torch.zeros(batch_size, dtype=torch.int64)), steps)
    return model


def of_a_gaussian(field, num_steps=600) -> Model:
    small = {"width": 32, "detail": 0.5, "learning_rate": 5e-3, "averaging": 300, "weight_decay": 0.0}
    return trained(normal(100_000), num_steps, field=field, sigma=SIGMA, **small)


@torch.no_grad()
@each_field
def test_on_a_gaussian_it_is_the_closed_form(field):
    """The best reconstruction of x is its share SD^2 / (SD^2 + SIGMA^2); the loss is that of the best, too."""
    model, variance = of_a_gaussian(field), SD**2 + SIGMA**2
    x = normal(1000, math.sqrt(variance), seed=9)
    exact = -x / variance
    assert (model.score_estimate(x) - exact).norm() < 0.05 * exact.norm()
    best = x * SD**2 / variance
    assert (model.denoised(x) - best).norm() < 0.05 * (x - best).norm()
    # E |r - x|^2 / (2 sigma^2) over two axes is the posterior's variance over sigma^2.
    assert float(model.terms.loss) == pytest.approx(SD**2 / variance, abs=0.1)


@torch.no_grad()
def test_the_energy_of_a_gaussian_is_that_of_the_blurred_one():
    model = of_a_gaussian(FIELDS[0])
    x = normal(300, 0.4, seed=9)
    energy = model.energy(x)
    exact = x.square().sum(1) / (2 * (SD**2 + SIGMA**2))
    assert ((energy - exact) - (energy - exact).mean()).abs().mean() < 0.05


@torch.no_grad()
@each_field
def test_its_measures_know_the_score_of_a_gaussian(field):
    grid = plane_grid(128, 12, CPU)
    masses = grid.log_areas - grid.points.square().sum(1) / (2 * SD**2)
    truth = Truth(grid.points, masses - torch.logsumexp(masses, 0))
    told = of_a_gaussian(field).measures(truth, rng())
    assert told["score cosine"] > 0.99
    assert told["score error"] < 0.06
    untrained = Model(Params(field=field, sigma=SIGMA), rng(), CPU).measures(truth, rng())
    assert untrained["score error"] > 5 * told["score error"]
    assert of_a_gaussian(field, num_steps=1).measures(None, rng()) == {}


def curl(model, x, h=1e-3):
    across, up = torch.tensor([[h, 0.0]]), torch.tensor([[0.0, h]])
    return (
        model.field(x + across)[:, 1] - model.field(x - across)[:, 1]
        - model.field(x + up)[:, 0] + model.field(x - up)[:, 0]
    ) / (2 * h)  # fmt: skip


@torch.no_grad()
def test_only_a_free_field_may_swirl():
    slope, free = (Model(Params(field=each, sigma=0.2), rng(), CPU) for each in FIELDS)
    x = normal(100)
    assert curl(slope, x).abs().max() < 2e-2 * slope.field(x).norm(dim=1).max()
    assert curl(free, x).abs().mean() > 0.1 * free.field(x).norm(dim=1).mean()
    assert "no energy" in free.remark()
    assert slope.remark() == ""


@torch.no_grad()
def test_the_field_is_sigma_squared_times_the_score_and_the_free_energy_its_square():
    x = normal(100)
    slope, free = (trained(normal(1000), 5, field=each, sigma=0.2) for each in FIELDS)
    torch.testing.assert_close(slope.field(x), 0.04 * slope.score(x))
    torch.testing.assert_close(free.energy(x), free.field(x).square().sum(1) / (2 * 0.04))
    torch.testing.assert_close(free.score_estimate(x), free.field(x) / 0.04)


@torch.no_grad()
@each_field
def test_corrupted_points_of_a_spiral_are_brought_back_to_it(field):
    sigma = 0.06
    model = trained(spiral(2000), 300, batch_size=128, field=field, sigma=sigma, width=64, averaging=100)
    corrupted = spiral(300, seed=4) + normal(300, sigma, seed=5)
    line = spiral(5000, seed=6)
    before, after = (torch.cdist(each, line).amin(1).mean() for each in (corrupted, model.denoised(corrupted)))
    assert after < 0.6 * before


@torch.no_grad()
def test_pictures_show_clean_corrupted_and_rebuilt_points():
    x = spiral(100)
    model = Model(Params(sigma=0.1), rng(), CPU)
    model.step(Batch(x, torch.zeros(100, dtype=torch.int64)), rng())
    shown = model.pictures(rng())
    torch.testing.assert_close(shown["data"].values[:100], x)
    noise = shown["corrupt"].values - shown["data"].values
    assert float(noise.std()) == pytest.approx(0.1, rel=0.15)
    torch.testing.assert_close(noise[:100], -noise[100:], atol=1e-6, rtol=0)
    errors = (shown["network"].values - shown["data"].values).norm(dim=1)
    assert shown["compare"].values.max() <= errors.max() + 1e-6
