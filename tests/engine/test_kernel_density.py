"""Parzen windows: scikit-learn's density, and a bandwidth that suits the points that are left out."""

import itertools
import math

import numpy as np
import pytest
import torch
from sklearn.neighbors import KernelDensity

from engine import checkpoints, fields
from engine.models import Batch
from engine.models.kernel_density import Model, Params

CPU = torch.device("cpu")


def rng(seed=0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def points(count=300, seed=1) -> torch.Tensor:
    middles = torch.tensor([[-0.5, -0.3], [0.4, 0.4]])
    return middles[torch.arange(count) % 2] + 0.15 * torch.randn(count, 2, generator=rng(seed))


def batch_of(x) -> Batch:
    return Batch(x, torch.zeros(len(x), dtype=torch.int64))


def begun(x=None, **values) -> Model:
    model = Model(Params(**values), rng(), CPU)
    model.begin(batch_of(points() if x is None else x), rng())
    model.settle()
    return model


def losses(model, x=None, num_steps=30) -> list[float]:
    batch, steps = batch_of(points() if x is None else x), rng(5)
    return [float(model.step(batch, steps).loss) for _ in range(num_steps)]


def left_out(x, bandwidth) -> float:
    """The mean energy of each point by the others, the long way."""
    x = x.double()
    exponents = -torch.cdist(x, x).square() / (2 * bandwidth**2)
    exponents.fill_diagonal_(-math.inf)
    log_norm = math.log(2 * math.pi * bandwidth**2 * (len(x) - 1))
    return float(log_norm - torch.logsumexp(exponents, 1).mean())


@pytest.mark.parametrize("bandwidth", [0.02, 0.1, 0.5])
def test_it_is_scikit_learns(bandwidth):
    model, x = begun(rule="by hand", bandwidth=bandwidth), points(100, seed=9)
    theirs = KernelDensity(bandwidth=bandwidth).fit(points().double()).score_samples(x.double())
    np.testing.assert_allclose(-model.energy(x).double().numpy(), theirs, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("bandwidth", [0.02, 0.1])
def test_it_is_normalised(bandwidth):
    model = begun(rule="by hand", bandwidth=bandwidth)
    grid = fields.plane_grid(300, 30, CPU)
    assert float(fields.log_z(model.energy(grid.points), grid.log_areas)) == pytest.approx(0, abs=1e-3)


def test_the_score_is_minus_the_slope_of_the_energy():
    model, x, reach = begun(), points(50, seed=9), 1e-3
    for axis in torch.eye(2):
        slope = (model.energy(x + reach * axis) - model.energy(x - reach * axis)) / (2 * reach)
        torch.testing.assert_close(model.score(x) @ axis, -slope, atol=0.05, rtol=0.02)
    assert torch.equal(model.energy_and_score(x)[0], model.energy(x))


def test_the_loss_is_that_of_the_points_that_are_left_out():
    x = points()
    model = begun(x, rule="by hand", bandwidth=0.07)
    assert losses(model, x, 1)[0] == pytest.approx(left_out(x, 0.07), abs=1e-5)
    assert float(model.bandwidth) == pytest.approx(0.07)


def test_steps_make_the_left_out_points_likelier_until_no_width_is_better():
    x = points()
    model = begun(x)
    seen = losses(model, x, 200)
    assert all(after <= before + 1e-5 for before, after in itertools.pairwise(seen))
    widths = np.geomspace(0.01, 0.5, 200)
    best = min(widths, key=lambda width: left_out(x, width))
    assert float(model.bandwidth) == pytest.approx(best, rel=0.03)


def test_scotts_rule_is_his():
    x = points()
    spread = math.sqrt(float(x.double().var(0, correction=0).mean()))
    assert float(begun(x, rule="Scott").bandwidth) == pytest.approx(spread * 300 ** (-1 / 6), rel=1e-5)


def test_a_bandwidth_by_hand_is_seen_before_the_next_step():
    model = begun()
    model.params = Params(rule="by hand", bandwidth=0.2)
    model.settle()
    assert float(model.bandwidth) == pytest.approx(0.2)


def test_of_many_points_a_random_choice_is_kept_until_the_data_change():
    x = points(1000)
    model = begun(x, kernels=100)
    losses(model, x, 1)
    first = model.kernels
    assert len(first.unique(dim=0)) == 100
    assert (first[:, None] == x).all(2).any(1).all()
    batch = batch_of(x)
    model.step(batch, rng(1))
    again = model.kernels
    model.params = Params(kernels=100, rule="Scott")
    model.settle()
    model.step(batch, rng(2))
    assert torch.equal(model.kernels, again)
    losses(model, points(60), 1)
    assert len(model.kernels) == 60
    assert torch.equal(model.kernels.sort(0).values, points(60).sort(0).values)


def test_one_point_repeated_keeps_the_least_width():
    x = torch.full((20, 2), 0.3)
    model = begun(x)
    assert all(math.isfinite(each) for each in losses(model, x, 20))
    assert float(model.bandwidth) == pytest.approx(0.005)


def test_samples_have_the_moments_of_the_kernels():
    model = begun(rule="by hand", bandwidth=0.2)
    drawn = model.samples(100_000, rng())
    torch.testing.assert_close(drawn.mean(0), points().mean(0), atol=0.01, rtol=0)
    covariance = torch.cov(points().T, correction=0) + 0.04 * torch.eye(2)
    torch.testing.assert_close(torch.cov(drawn.T), covariance, atol=0.01, rtol=0)


def test_a_file_may_hold_another_number_of_kernels():
    model, other = begun(), begun(points(40), kernels=30)
    content = checkpoints.to_bytes(model.weights(), {})
    other.load(checkpoints.from_bytes(content))
    assert torch.equal(other.kernels, model.kernels)
    assert torch.equal(other.energy(points(9)), model.energy(points(9)))


@pytest.mark.parametrize(
    "broken",
    [
        {"kernels": torch.zeros(0, 2)},
        {"kernels": torch.zeros(5, 3)},
        {"kernels": torch.zeros(10)},
        {"kernels": torch.zeros(6000, 2)},
        {"kernels": torch.tensor([[math.nan, 0.0]])},
        {"bandwidth": torch.tensor(0.0)},
        {"bandwidth": torch.tensor(math.inf)},
        {"bandwidth": torch.ones(1)},
    ],
)
def test_a_file_that_makes_no_sense_changes_nothing(broken):
    model = begun()
    before = model.weights()
    with pytest.raises(RuntimeError):
        model.load(before | broken)
    with pytest.raises(KeyError):
        model.load({"kernels": before["kernels"]})
    for name, each in model.weights().items():
        assert torch.equal(each, before[name])


def test_the_cursor_tells_how_many_kernels_count():
    model = begun(torch.tensor([[-0.2, 0.0], [0.2, 0.0]]), rule="by hand", bandwidth=0.05)
    assert "as if 2.0 kernels" in model.at_cursor(torch.zeros(1, 2))[1]
    assert "as if 1.0 kernels" in model.at_cursor(torch.tensor([[0.2, 0.0]]))[1]
