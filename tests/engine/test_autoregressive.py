"""The chain rule: both factors are densities, the energy is their sum, and the order is a mirror."""

import math

import pytest
import torch
from torch.distributions import Categorical, MixtureSameFamily, Normal

from engine import data as datasets
from engine import fields, recipe
from engine.jobs import Training, dataset
from engine.models import Batch
from engine.models.autoregressive import Model, Params

CPU = torch.device("cpu")
SMALL = {"components": 5, "width": 16}


def rng(seed=0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def points(count=200) -> torch.Tensor:
    """Two clumps that are alike in neither coordinate."""
    x = 0.1 * torch.randn(count, 2, generator=rng(1)) * torch.tensor([1.0, 2.0])
    return x + torch.tensor([[0.4, 0.1], [-0.5, 0.2]])[torch.arange(count) % 2]


def batch_of(x) -> Batch:
    return Batch(x, torch.zeros(len(x), dtype=torch.int64))


@torch.no_grad()
def trained(num_steps=100, x=None, **values) -> Model:
    model, steps, batch = Model(Params(**SMALL | values), rng(), CPU), rng(5), batch_of(points() if x is None else x)
    model.begin(batch, rng())
    for _ in range(num_steps):
        model.step(batch, steps)
    return model


@torch.no_grad()
def test_the_first_factor_integrates_to_one():
    u = torch.linspace(-30, 30, 60_001)
    assert torch.trapezoid(trained().factors.log_first(u).double().exp(), u) == pytest.approx(1, abs=1e-4)


@torch.no_grad()
@pytest.mark.parametrize("given", [-1.5, 0.0, 0.7, 8.0])
def test_the_second_factor_integrates_to_one_whatever_the_first_coordinate(given):
    v = torch.linspace(-60, 60, 60_001)
    density = trained().factors.log_second(torch.full_like(v, given), v).double().exp()
    assert torch.trapezoid(density, v) == pytest.approx(1, abs=1e-4)


@torch.no_grad()
def test_the_energy_integrates_to_one_over_the_plane():
    grid = fields.plane_grid(256, 32, CPU)
    assert fields.log_z(trained().energy(grid.points), grid.log_areas) == pytest.approx(0, abs=2e-3)


@torch.no_grad()
@pytest.mark.parametrize(("order", "axes"), [("x then y", [0, 1]), ("y then x", [1, 0])])
def test_the_energy_is_minus_the_sum_of_two_mixtures_log_densities(order, axes):
    model, x = trained(order=order), points(50)
    u, v = ((x[:, axes] - model.shift) / model.scale).unbind(1)

    def mixture(raw):
        logits, means, widths = raw.unbind(-2)
        widths = torch.nn.functional.softplus(widths) + 0.02
        return MixtureSameFamily(Categorical(logits=logits), Normal(means, widths))

    first = mixture(model.factors.first).log_prob(u)
    second = mixture(model.factors.network(u[:, None]).view(50, 3, 5)).log_prob(v)
    # A density of whitened numbers is that of the plane times the area that whitening divides by.
    expected = -(first + second) + math.log(float(model.scale.prod()))
    torch.testing.assert_close(model.energy(x), expected, rtol=1e-4, atol=1e-4)


@torch.no_grad()
def test_the_other_order_learns_the_mirrored_data_as_this_one_learns_the_data():
    x = points()
    one, other = trained(x=x, noise=0.0), trained(x=x.flip(1), noise=0.0, order="y then x")
    probe = points(60)
    torch.testing.assert_close(other.energy(probe.flip(1)), one.energy(probe), rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(other.samples(9, rng()).flip(1), one.samples(9, rng()))


@torch.no_grad()
def test_samples_have_the_moments_that_the_energy_says():
    model = trained()
    grid = fields.plane_grid(256, 16, CPU)
    masses = torch.softmax(grid.log_areas - model.energy(grid.points), 0)[:, None]
    mean = (masses * grid.points).sum(0)
    covariance = (masses * (grid.points - mean)).T @ (grid.points - mean)
    drawn = model.samples(40_000, rng())
    torch.testing.assert_close(drawn.mean(0), mean, rtol=0, atol=0.01)
    torch.testing.assert_close(drawn.T.cov(), covariance, rtol=0.05, atol=0.003)


@torch.no_grad()
@pytest.mark.parametrize("order", ["x then y", "y then x"])
def test_the_curves_at_the_cursor_are_the_two_factors(order):
    """Along the edge p of the first, along the cursor's line that of the second; they agree with the text."""
    model = trained(order=order)
    first_axis = 0 if order == "x then y" else 1
    x = torch.tensor([[0.35, 0.2]])
    drawing, text = model.at_cursor(x)
    marginal, conditional, line = drawing.lines
    here = float(x[0, first_axis])
    assert (line[:, first_axis] == here).all()
    heights = (marginal[:, 1 - first_axis] + 1, conditional[:, first_axis] - here)
    for height in heights:
        assert float(height.max()) == pytest.approx(0.35, abs=1e-6)
        assert float(height.min()) >= 0
    said = [float(part.rpartition("=")[2]) for part in text.split(",")]
    assert sum(said) == pytest.approx(-float(model.energy(x)), abs=0.02)
    at = int((marginal[:, first_axis] - here).abs().argmin())
    area = float(torch.trapezoid(heights[0], marginal[:, first_axis]))
    assert math.log(float(heights[0][at]) / area) == pytest.approx(said[0], abs=0.05)
    assert ("p(x | y)" in text) == (order == "y then x")


def test_it_learns_two_moons():
    """In 600 steps to a tenth of a nat, on the default knobs but fewer components."""
    drawn = datasets.draw(recipe.Data(preset="two_moons", n=2000, args={"noise": 0.1}), 0)
    data = dataset(drawn.points, drawn.labels, drawn.extent, drawn.truth, CPU)
    training = Training("autoregressive", {"components": 8, "width": 32}, seed=0, device=CPU)
    steps = training.steps(data)
    for _ in range(600):
        next(steps)
    assert training.nll(data, training.log_z(inner=128, outer=12)) < data.entropy + 0.1
