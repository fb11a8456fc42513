"""Normalising flow: the density is exact, the layers can be undone, and it learns."""

import pytest
import torch

from engine import data as datasets
from engine import fields, recipe
from engine.jobs import Training, dataset
from engine.models import Batch
from engine.models.flow import Model, Params, spline, spline_inverse

CPU = torch.device("cpu")
SMALL = {"layers": 3, "bins": 5, "width": 16}
each_coupling = pytest.mark.parametrize("coupling", ["spline", "affine"])


def rng(seed=0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def points(count=200) -> torch.Tensor:
    """Two clumps that are alike in neither coordinate."""
    x = 0.1 * torch.randn(count, 2, generator=rng(1)) * torch.tensor([1.0, 2.0])
    return x + torch.tensor([[0.4, 0.1], [-0.5, 0.2]])[torch.arange(count) % 2]


@torch.no_grad()
def trained(num_steps=150, **values) -> Model:
    model, steps = Model(Params(**SMALL | values), rng(), CPU), rng(5)
    batch = Batch(points(), torch.zeros(200, dtype=torch.int64))
    model.begin(batch, rng())
    for _ in range(num_steps):
        model.step(batch, steps)
    return model


def raw_of(count: int, bins: int) -> torch.Tensor:
    """What a network might say of splines that bend a lot."""
    return 2 * torch.randn(count, 3 * bins - 1, generator=rng(3), dtype=torch.float64)


@each_coupling
@pytest.mark.parametrize("layers", [2, 3])
def test_the_energy_is_minus_the_log_density_by_the_numerical_jacobian(coupling, layers):
    """In double precision; the determinant by differences of where the points land, the normal by hand."""
    model = trained(coupling=coupling, layers=layers)
    double = model.coupling.double()
    x, h = points(40).double(), 1e-6
    land = lambda at: double((at - model.shift) / model.scale)[0]  # noqa: E731
    shifts = h * torch.eye(2, dtype=torch.float64)
    columns = [(land(x + shift) - land(x - shift)) / (2 * h) for shift in shifts]
    determinant = torch.linalg.det(torch.stack(columns, 2))
    normal = torch.distributions.Normal(0.0, 1.0).log_prob(land(x)).sum(1)
    assert (determinant > 0).all()
    # A spline's slope is continuous but has kinks at its knots; one point may lie on one.
    is_close = torch.isclose(model.energy(x), -normal - determinant.log(), rtol=1e-4, atol=1e-4)
    assert is_close.sum() >= 39


@each_coupling
@torch.no_grad()
def test_the_density_integrates_to_one_over_the_plane(coupling):
    grid = fields.plane_grid(300, 40, CPU)
    log_z = fields.log_z(trained(coupling=coupling).energy(grid.points), grid.log_areas)
    assert log_z == pytest.approx(0, abs=2e-3)


@each_coupling
@pytest.mark.parametrize("layers", [1, 2, 5])
@torch.no_grad()
def test_the_inverse_undoes_the_layers(coupling, layers):
    """Within the data, in the tails, and far out on the plane."""
    model = trained(coupling=coupling, layers=layers)
    u = torch.cat([points(100), 8 * (torch.rand(300, 2, generator=rng(4)) - 0.5)])
    torch.testing.assert_close(model.coupling.inverse(model.coupling(u)[0]), u, rtol=0, atol=1e-3)


@torch.no_grad()
def test_a_spline_rises_and_meets_the_identity_at_its_ends():
    v = torch.linspace(-6, 6, 2001, dtype=torch.float64)[:, None]
    for raw in raw_of(20, bins=7):
        moved, _ = spline(v, raw.expand(len(v), -1))
        assert (moved.diff(dim=0) > 0).all()
        is_beyond = v.abs() >= 4
        assert torch.equal(moved[is_beyond], v[is_beyond])
        assert moved.diff(dim=0).max() < 12 * 0.5, "without a jump"
    near = torch.tensor([[-4 + 1e-9], [4 - 1e-9]], dtype=torch.float64)
    torch.testing.assert_close(spline(near, raw_of(2, 7))[0], near, rtol=0, atol=1e-6)


def test_a_splines_slope_is_its_derivative_and_its_inverse_undoes_it():
    v = (torch.rand(500, 1, generator=rng(), dtype=torch.float64) * 10 - 5).requires_grad_()
    raw = raw_of(500, bins=7)
    moved, log_slope = spline(v, raw)
    (slope,) = torch.autograd.grad(moved.sum(), v)
    torch.testing.assert_close(log_slope.exp(), slope)
    torch.testing.assert_close(spline_inverse(moved, raw), v, rtol=0, atol=1e-8)


@torch.no_grad()
def test_a_spline_in_two_equal_bins_is_the_one_worked_out_by_hand():
    """From -4 to 0 to 4, with slope 1 at the ends and 1/2 in the middle; half way in the first bin t is 1/2.

    There it is -4 + 4 (1/4 + 1/4) / (1 + (1 + 1/2 - 2) / 4) = -4 + 2 / 0.875, by equation 4 of Durkan et al.
    """
    half = (
        torch.tensor(0.5 - 1e-3, dtype=torch.float64).expm1().log()
        - torch.tensor(1 - 1e-3, dtype=torch.float64).expm1().log()
    )
    raw = torch.cat([torch.zeros(4, dtype=torch.float64), half[None]])[None]
    moved, log_slope = spline(torch.tensor([[-2.0]], dtype=torch.float64), raw)
    assert float(moved) == pytest.approx(-4 + 2 / 0.875, abs=1e-9)
    # Its slope: (1/2 / 4 + 2 / 4 + 1 / 4) / 0.875^2.
    assert float(log_slope.exp()) == pytest.approx(0.875 / 0.875**2, abs=1e-9)


@torch.no_grad()
def test_an_unlearnt_flow_is_close_to_the_data_s_own_gaussian():
    model = Model(Params(**SMALL), rng(), CPU)
    x = points()
    model.begin(Batch(x, torch.zeros(200, dtype=torch.int64)), rng())
    gaussian = torch.distributions.Normal(x.mean(0), x.std(0)).log_prob(x).sum(1)
    torch.testing.assert_close(model.energy(x), -gaussian, rtol=0, atol=0.5)


@torch.no_grad()
def test_samples_and_the_grid_come_by_the_inverse():
    """Carried forward again, samples are normal, and the grid's lines are straight."""
    model = trained()
    forward = lambda x: model.coupling((x - model.shift) / model.scale)[0]  # noqa: E731
    z = forward(model.samples(20_000, rng()))
    torch.testing.assert_close(z.mean(0), torch.zeros(2), rtol=0, atol=0.03)
    torch.testing.assert_close(z.T.cov(), torch.eye(2), rtol=0, atol=0.03)
    for line in model.manifold().lines:
        assert float(forward(line).std(0).min()) < 1e-3


@torch.no_grad()
def test_the_way_at_the_cursor_turns_a_corner_at_each_layer_and_ends_where_the_point_lands():
    model = trained()
    x = torch.tensor([[0.35, 0.2]])
    drawing, text = model.at_cursor(x)
    (way,) = drawing.lines
    torch.testing.assert_close(way[:1], x)
    assert len(way) == 1 + SMALL["layers"]
    moves = way.diff(dim=0)
    for index, move in enumerate(moves):
        assert float(move[index % 2]) == pytest.approx(0, abs=1e-6), "a layer leaves one coordinate"
    z = model.coupling((x - model.shift) / model.scale)[0][0]
    assert text == f"z = ({z[0]:.2f}, {z[1]:.2f}), log p = {-float(model.energy(x)):.2f}"


def test_it_learns_two_moons():
    """In 400 steps to 0.15 nats, with fewer layers than by default."""
    drawn = datasets.draw(recipe.Data(preset="two_moons", n=2000, args={"noise": 0.1}), 0)
    data = dataset(drawn.points, drawn.labels, drawn.extent, drawn.truth, CPU)
    training = Training("flow", {"layers": 4, "bins": 8}, seed=0, device=CPU)
    steps = training.steps(data)
    for _ in range(400):
        next(steps)
    assert training.nll(data, training.log_z(inner=128, outer=12)) < data.entropy + 0.15
