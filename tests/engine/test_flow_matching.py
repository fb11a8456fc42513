"""Flow matching: the density at every time is that of the flow, and the flow learns."""

import math

import pytest
import torch

from engine import fields
from engine.models import Batch
from engine.models.flow_matching import Model, Params, carried, log_density

CPU = torch.device("cpu")


def rng(seed=0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def points(count=400, seed=1) -> torch.Tensor:
    """Two clumps of standard deviation 0.12."""
    centres = torch.tensor([[0.4, 0.1], [-0.5, 0.2]])
    return centres[torch.arange(count) % 2] + 0.12 * torch.randn(count, 2, generator=rng(seed))


@torch.no_grad()
def trained(num_steps=700, **values) -> Model:
    """On new points in every step: the same ones again and again would be learnt by heart."""
    model, steps = Model(Params(width=32, detail=2.0, **values), rng(), CPU), rng(5)
    labels = torch.zeros(400, dtype=torch.int64)
    model.begin(Batch(points(), labels), rng())
    for index in range(num_steps):
        model.step(Batch(points(seed=index + 10), labels), steps)
    return model


@pytest.fixture(scope="module")
def learnt() -> Model:
    return trained()


def at_time(model: Model, t: float, solver_steps=8) -> Model:
    """The same model, looked at at another time."""
    model.params = Params(width=32, detail=2.0, t=t, solver_steps=solver_steps)
    model.settle()
    return model


# The flow from the standard normal to N(MEAN, SPREAD^2) in closed form: at time t it is N(t MEAN, variance(t)).
MEAN, SPREAD = torch.tensor([0.7, -1.2], dtype=torch.float64), 0.3


def variance(t: float) -> float:
    return (1 - t) ** 2 + t**2 * SPREAD**2


def gaussian_velocity(x: torch.Tensor, t: float) -> tuple[torch.Tensor, torch.Tensor]:
    rate = (t * SPREAD**2 - (1 - t)) / variance(t)
    return MEAN + rate * (x - t * MEAN), torch.full((len(x),), 2 * rate, dtype=x.dtype)


@pytest.mark.parametrize("t", [0.0, 0.3, 0.8, 1.0])
def test_between_two_gaussians_the_density_is_that_of_the_closed_form(t):
    x = t * MEAN + math.sqrt(variance(t)) * torch.randn(50, 2, generator=rng(), dtype=torch.float64)
    exact = -(x - t * MEAN).square().sum(1) / (2 * variance(t)) - math.log(2 * math.pi * variance(t))
    torch.testing.assert_close(log_density(gaussian_velocity, x, t, 64), exact, rtol=0, atol=1e-5)


def test_between_two_gaussians_points_land_where_the_closed_form_says():
    z = torch.randn(50, 2, generator=rng(), dtype=torch.float64)
    path, log_stretch = carried(gaussian_velocity, z, 0.0, 1.0, 64)
    torch.testing.assert_close(path[-1], MEAN + SPREAD * z, rtol=0, atol=1e-5)
    torch.testing.assert_close(log_stretch, torch.full_like(log_stretch, 2 * math.log(SPREAD)), rtol=0, atol=1e-5)


def test_half_the_step_is_sixteen_times_as_accurate():
    """The method is of fourth order."""
    z = torch.randn(50, 2, generator=rng(), dtype=torch.float64)
    coarse, fine = (
        (carried(gaussian_velocity, z, 0.0, 0.5, steps)[0][-1] - 0.5 * MEAN - math.sqrt(variance(0.5)) * z).norm()
        for steps in (8, 16)
    )
    assert 10 < coarse / fine < 25


def test_the_divergence_is_the_trace_of_autograds_jacobian(learnt):
    network = learnt._learner.mean
    x, t = torch.randn(20, 2, generator=rng()), 0.7
    velocity, divergence = network.with_divergence(x, t)
    times = torch.full((1, 1), t)
    torch.testing.assert_close(velocity, network(x, times.expand(20, 1)), rtol=1e-4, atol=1e-5)
    jacobians = [torch.autograd.functional.jacobian(lambda at: network(at[None], times)[0], each) for each in x]
    torch.testing.assert_close(divergence, torch.stack([each.trace() for each in jacobians]), rtol=1e-3, atol=1e-4)


@torch.no_grad()
def test_at_time_0_it_is_the_base_exactly(learnt):
    x = points(50)
    base = torch.distributions.Normal(learnt.shift, learnt.scale)
    torch.testing.assert_close(at_time(learnt, 0.0).energy(x), -base.log_prob(x).sum(1), rtol=0, atol=1e-5)
    noise = torch.randn(50, 2, generator=rng(3))
    torch.testing.assert_close(learnt.samples(50, rng(3)), learnt.shift + learnt.scale * noise)


@pytest.mark.parametrize("t", [0.5, 1.0])
@torch.no_grad()
def test_the_density_integrates_to_one_at_every_time(learnt, t):
    grid = fields.plane_grid(96, 12, CPU)
    mass = (grid.log_areas - at_time(learnt, t).energy(grid.points)).exp().sum()
    assert float(mass) == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize("t", [0.5, 1.0])
@torch.no_grad()
def test_samples_and_density_agree_at_every_time(learnt, t):
    """The shares of samples and of mass in each ninth of the home view, and in the rest."""
    grid = fields.plane_grid(96, 12, CPU)
    masses = (grid.log_areas - at_time(learnt, t).energy(grid.points)).exp()
    samples = learnt.samples(5000, rng())

    def cell(x: torch.Tensor) -> torch.Tensor:
        column, row = ((x.clamp(-0.999, 0.999) + 1) * 1.5).floor().long().unbind(1)
        return torch.where((x.abs() < 1).all(1), 3 * row + column, 9)

    of_mass = torch.zeros(10).index_add_(0, cell(grid.points), masses)
    of_samples = torch.bincount(cell(samples), minlength=10) / 5000
    torch.testing.assert_close(of_samples, of_mass, rtol=0, atol=0.03)


@torch.no_grad()
def test_it_learns_two_clumps(learnt):
    """Within a seventh of a nat of the truth's own energy."""
    at_time(learnt, 1.0)
    x = points(2000)
    centres = torch.tensor([[0.4, 0.1], [-0.5, 0.2]])
    squared = (x[:, None] - centres).square().sum(2) / (2 * 0.12**2)
    truth = -torch.logsumexp(-squared, 1) + math.log(2 * 2 * math.pi * 0.12**2)
    assert abs(float(learnt.energy(x).mean() - truth.mean())) < 0.15
    nearest = torch.cdist(learnt.samples(500, rng()), centres).amin(1)
    assert float((nearest < 0.5).float().mean()) > 0.97


@torch.no_grad()
def test_the_way_back_of_a_point_ends_where_its_path_began(learnt):
    at_time(learnt, 1.0, solver_steps=32)
    path = learnt.parts().lines[3]
    back, said = learnt.at_cursor(path[-1:])
    torch.testing.assert_close(back.lines[0][-1], path[0], rtol=0, atol=2e-3)
    assert "t = 1.00" in said


@torch.no_grad()
def test_turning_the_time_does_not_begin_the_mean_anew():
    """The landscape scrubbed through is one and the same; another learning rate begins anew, and so do other data."""
    model = trained(100)
    for change, is_kept in (({"t": 0.5}, True), ({"solver_steps": 9}, True), ({"learning_rate": 1e-2}, False)):
        model._learner._steps_since_change = 100
        model.params = Params(width=32, detail=2.0, **change)
        model.settle()
        # The next change is from the defaults again.
        assert (model._learner._steps_since_change == 100) == is_kept, change
        model.params = Params(width=32, detail=2.0)
        model._settled = model.params
    model._learner._steps_since_change = 100
    model.settle()
    assert model._learner._steps_since_change == 0
