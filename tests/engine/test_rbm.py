"""The restricted Boltzmann machine: sums over all hidden states, Gibbs sampling that leaves the density as it is."""

import math

import pytest
import torch

from engine import data as datasets
from engine import fields, recipe
from engine.jobs import Training, dataset
from engine.models import Batch
from engine.models.rbm import Model, Params, Units

CPU = torch.device("cpu")
SIGMA = 0.3


def rng(seed=0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def points(count=200, seed=1) -> torch.Tensor:
    return 0.4 * torch.randn(count, 2, generator=rng(seed))


def batch_of(x) -> Batch:
    return Batch(x, torch.zeros(len(x), dtype=torch.int64))


def units_of(hidden=10, dtype=torch.float32) -> Units:
    """Units of some size, as if learnt."""
    shapes = ((2,), (hidden, 2), (hidden,))
    return Units(*(0.4 * torch.randn(shape, generator=rng(3), dtype=dtype) for shape in shapes))


def free_energy(units, v, sigma=SIGMA):
    return units.free_energy(v, units.inputs(v, sigma), sigma)


@torch.no_grad()
def trained(num_steps, x=None, **values) -> Model:
    model, steps, batch = Model(Params(**values), rng(), CPU), rng(5), batch_of(points() if x is None else x)
    model.begin(batch, rng())
    for _ in range(num_steps):
        model.step(batch, steps)
    return model


def test_the_free_energy_is_that_of_all_hidden_states_summed():
    units, v = units_of(10, torch.float64), points(50).double()
    states = torch.cartesian_prod(*[torch.tensor([0.0, 1.0], dtype=torch.float64)] * 10)
    from_point = (v - units.b).square().sum(1, keepdim=True) / (2 * SIGMA**2)
    joint = from_point - states @ units.c - (v @ units.w.T / SIGMA**2) @ states.T
    torch.testing.assert_close(free_energy(units, v), -torch.logsumexp(-joint, 1))


def test_the_gradient_is_that_of_autograd():
    units, v = units_of(7, torch.float64), points(40).double()
    coefficients = torch.randn(40, generator=rng(4), dtype=torch.float64)
    for each in units:
        each.requires_grad_()
    expected = torch.autograd.grad((coefficients * free_energy(units, v)).sum(), list(units))
    found = units.gradient(v, units.inputs(v, SIGMA), coefficients, SIGMA)
    for one, other in zip(found, expected, strict=True):
        torch.testing.assert_close(one.detach(), other)


@torch.no_grad()
def test_gibbs_sampling_leaves_the_exact_density_as_it_is():
    """Draws from the grid, turned 3 times, fall into 8 x 8 squares as often as the exact masses say (chi-squared)."""
    units, count = units_of(6), 200_000
    grid = fields.view_grid((-3.0, 3.0, -3.0, 3.0), 400, 400, CPU)
    energy = free_energy(units, grid.points)
    v = units.turned(fields.samples_from(grid, energy, count, rng(6)), SIGMA, rng(7), 3)
    masses = torch.softmax((grid.log_areas - energy).double(), 0)

    def square_of(x):
        return (((x + 3) / 6 * 8).long().clamp(0, 7) * torch.tensor([1, 8])).sum(1)

    expected = torch.zeros(64, dtype=torch.float64).index_add_(0, square_of(grid.points), masses) * count
    found = torch.bincount(square_of(v), minlength=64)
    is_many = expected > 20
    chi_squared = ((found - expected)[is_many].square() / expected[is_many]).sum()
    freedom = int(is_many.sum()) - 1
    assert freedom > 10
    assert chi_squared < freedom + 5 * math.sqrt(2 * freedom)


@torch.no_grad()
def test_without_hidden_units_that_are_ever_on_it_is_one_gaussian():
    model = trained(0, hidden=3, sigma=0.2)
    model.mean.c.fill_(-100)
    x, b = points(20), model.mean.b
    expected = (x - b).square().sum(1) / (2 * 0.2**2)
    torch.testing.assert_close(model.energy(x), expected, rtol=1e-3, atol=1e-3)
    torch.testing.assert_close(model.score(x), (b - x) / 0.2**2, rtol=1e-3, atol=1e-3)


@torch.no_grad()
def test_the_arrow_of_a_half_plane_points_to_where_its_unit_is_on():
    model = trained(5, hidden=12)
    drawing = model.parts()
    assert len(drawing.lines) == len(drawing.arrows)
    assert len(drawing.lines) >= 6
    tails, heads = (model.mean.inputs(each, model.params.sigma) for each in drawing.arrows.split(2, 1))
    lines = torch.stack([model.mean.inputs(line, model.params.sigma) for line in drawing.lines])
    for row in range(len(tails)):
        # On its line, a unit is as likely on as off; at the arrow's head it is more likely on.
        unit = int(lines[row].abs().amax(0).argmin())
        scale = float(lines[row].abs().max())
        assert lines[row][:, unit].abs().max() < 1e-3 * scale
        assert abs(tails[row, unit]) < 1e-3 * scale
        assert heads[row, unit] > tails[row, unit]


@torch.no_grad()
@pytest.mark.parametrize("negative_phase", ["exact", "cd", "pcd"])
def test_the_two_pushes_go_down_at_the_data_and_up_at_the_samples(negative_phase):
    model = trained(30, negative_phase=negative_phase)
    phases = model.phases(rng())
    assert model.pushes(phases.down).down.mean() < 0
    assert model.pushes(phases.up).up.mean() > 0


@torch.no_grad()
def test_a_half_of_the_step_alone_moves_energies_one_way():
    x = points()
    lowered, raised = (trained(1, phases=each) for each in ("positive only", "negative only"))
    before = trained(0)
    assert (lowered.energy(x) - before.energy(x)).mean() < 0
    up = raised.phases(rng()).up
    assert (raised.energy(up) - before.energy(up)).mean() > 0


@torch.no_grad()
@pytest.mark.parametrize("negative_phase", ["exact", "pcd"])
def test_samples_agree_with_the_energy(negative_phase):
    model = trained(200, negative_phase=negative_phase, sigma=0.2)
    grid = fields.plane_grid(192, 12, CPU)
    masses = torch.softmax(grid.log_areas - model.energy(grid.points), 0)[:, None]
    mean = (masses * grid.points).sum(0)
    drawn = model.samples(4000, rng())
    torch.testing.assert_close(drawn.mean(0), mean, rtol=0, atol=0.04)


@pytest.mark.parametrize(
    ("values", "num_steps", "at_most"),
    [({}, 800, 0.6), ({"negative_phase": "pcd", "sigma": 0.1}, 1200, 1.2)],
    ids=["exact", "pcd"],
)
def test_it_learns_eight_gaussians(values, num_steps, at_most):
    """A single Gaussian costs 1.8 nats. Kept chains need a larger sigma to get from one clump to the next."""
    drawn = datasets.draw(recipe.Data(preset="eight_gaussians", n=2000), 0)
    data = dataset(drawn.points, drawn.labels, drawn.extent, drawn.truth, CPU)
    training = Training("rbm", values, seed=0, device=CPU)
    steps = training.steps(data)
    for _ in range(num_steps):
        next(steps)
    assert training.nll(data, training.log_z(inner=128, outer=12)) < data.entropy + at_most
