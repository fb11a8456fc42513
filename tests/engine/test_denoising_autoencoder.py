"""Denoising auto-encoder: r(x) - x is sigma squared times the score, the exact one on a Gaussian; samples come back."""

import msgspec
import pytest
import torch

from engine import fields
from engine.models import Batch, Truth
from engine.models.denoising_autoencoder import Model, Params

CPU = torch.device("cpu")
FIELDS = ("gradient of an energy", "free")
SMALL = Params(
    width=32,
    detail=1.0,
    sigma=0.2,
    learning_rate=5e-3,
    averaging=200,
    weight_decay=0.0,
    confinement=0.0,
)
SPREAD = 0.3
NUM_STEPS, NUM_POINTS = 400, 512
each_field = pytest.mark.parametrize("field", FIELDS)


def rng(seed=0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def normal(count, seed=1, spread=SPREAD) -> torch.Tensor:
    return spread * torch.randn(count, 2, generator=rng(seed))


def as_batch(x) -> Batch:
    return Batch(x, torch.zeros(len(x), dtype=torch.int64))


def model_of(field=FIELDS[0], seed=0, **values) -> Model:
    return Model(msgspec.structs.replace(SMALL, field=field, **values), rng(seed), CPU)


@pytest.fixture(scope="module", params=FIELDS)
def on_a_gaussian(request) -> Model:
    """Trained on fresh draws of a normal of standard deviation SPREAD in both directions."""
    model, steps = model_of(request.param), rng(5)
    with torch.no_grad():
        for _ in range(NUM_STEPS):
            model.step(as_batch(SPREAD * torch.randn(NUM_POINTS, 2, generator=steps)), steps)
    return model


# ---- the closed form -------------------------------------------------------------------------------


def test_the_score_of_a_gaussian_is_that_of_the_closed_form_within_five_per_cent(on_a_gaussian):
    """Of the blurred data: -x / (s^2 + sigma^2)."""
    sigma = on_a_gaussian.params.sigma
    x = normal(1000, seed=7, spread=(SPREAD**2 + sigma**2) ** 0.5)
    exact = -x / (SPREAD**2 + sigma**2)
    own = on_a_gaussian.field(x) / sigma**2
    assert float((own - exact).norm() / exact.norm()) < 0.05


def test_samples_of_a_gaussian_are_as_wide_as_the_clean_data(on_a_gaussian):
    drawn = on_a_gaussian.samples(2000, rng(3))
    assert drawn.mean(0).abs().max() < 0.04
    torch.testing.assert_close(drawn.std(0), torch.full((2,), SPREAD), rtol=0.08, atol=0)


def test_the_measures_see_that_the_score_is_right_and_that_another_is_not(on_a_gaussian):
    grid = fields.plane_grid(64, 8, CPU)
    masses = grid.log_areas - grid.points.square().sum(1) / (2 * SPREAD**2)
    truth = Truth(grid.points, masses - torch.logsumexp(masses, 0))
    right = on_a_gaussian.measures(truth, rng(2))
    assert right["score cosine"] > 0.98
    assert right["score error"] < 0.06
    wrong = Truth(truth.points + torch.tensor([0.5, 0.0]), truth.log_masses)
    assert on_a_gaussian.measures(wrong, rng(2))["score error"] > 0.5
    assert on_a_gaussian.measures(None, rng(2)) == {}


# ---- laws ------------------------------------------------------------------------------------------


def test_with_an_energy_the_way_back_is_its_slope_times_sigma_squared():
    model, x = model_of(confinement=3.0), normal(50)
    torch.testing.assert_close(model.field(x), 0.2**2 * model.score(x), rtol=1e-4, atol=1e-6)


def test_the_energy_of_a_free_field_is_the_reconstruction_error_in_nats():
    model, x = model_of("free"), normal(50)
    with torch.no_grad():
        expected = (model.rebuilt(x) - x).square().sum(1) / (2 * 0.2**2)
        torch.testing.assert_close(model.energy(x), expected, rtol=1e-4, atol=1e-6)


def curl(model, x) -> torch.Tensor:
    h = 0.01
    right, up = h * torch.eye(2)
    across = (model.field(x + right) - model.field(x - right))[:, 1] - (model.field(x + up) - model.field(x - up))[:, 0]
    return across / (2 * h)


def test_only_a_free_field_can_turn_in_circles():
    x = normal(100)
    assert curl(model_of(detail=3.0), x).abs().max() < 2e-3
    assert curl(model_of("free", detail=3.0), x).abs().max() > 0.05


@each_field
def test_the_loss_of_a_network_that_does_nothing_is_one_nat(field):
    """What it leaves is the noise itself: |sigma epsilon|^2 / (2 sigma^2) is 1 on average, at any sigma."""
    for sigma in (0.05, 0.5):
        model = model_of(field, sigma=sigma)
        for each in model.tensors().values():
            each.detach().zero_()
        with torch.no_grad():
            terms = model.step(as_batch(normal(20_000)), rng())
        assert float(terms.loss) == pytest.approx(1, abs=0.03)


def test_the_small_pictures_are_of_the_last_step():
    model, x = model_of(), normal(60)
    with torch.no_grad():
        model.step(as_batch(x), rng())
    pictures = model.pictures(rng())
    clean, corrupted = pictures["data"].values, pictures["corrupt"].values
    torch.testing.assert_close(clean, x.repeat(2, 1))
    torch.testing.assert_close((corrupted[:60] + corrupted[60:]) / 2, x)
    assert float((corrupted - clean).std()) == pytest.approx(0.2, rel=0.2)


def test_noise_too_small_for_the_grid_has_no_score_measures():
    grid = fields.plane_grid(16, 4, CPU)
    truth = Truth(grid.points, torch.log_softmax(grid.log_areas, 0))
    model = model_of(sigma=0.01)
    model.params = msgspec.structs.replace(model.params, sigma=0.005)
    assert model.measures(truth, rng()) == {}
