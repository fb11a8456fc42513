"""Flow matching: the density by the divergence along the path, against closed forms, and how it is shown on its way."""

import math

import pytest
import torch

from engine import data as datasets
from engine import fields, recipe
from engine.jobs import Training, dataset
from engine.models import Batch
from engine.models.flow_matching import Model, Params, carried, energy_along, times_to, uncrossed

CPU = torch.device("cpu")
SMALL = {"width": 32, "averaging": 50}
MEAN, SD = torch.tensor([0.4, -0.3]), torch.tensor([0.5, 0.2])


def rng(seed=0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def points(count=300) -> torch.Tensor:
    """Two clumps."""
    x = 0.12 * torch.randn(count, 2, generator=rng(1))
    return x + torch.tensor([[0.4, 0.1], [-0.5, 0.2]])[torch.arange(count) % 2]


@torch.no_grad()
def trained(num_steps=150, **values) -> Model:
    model, steps = Model(Params(**SMALL | values), rng(), CPU), rng(5)
    batch = Batch(points(), torch.zeros(300, dtype=torch.int64))
    model.begin(batch, rng())
    for _ in range(num_steps):
        model.step(batch, steps)
    return model


def to_gaussian(u: torch.Tensor, t: float) -> torch.Tensor:
    """The velocity that moves and shrinks a standard normal to `MEAN` and `SD` along straight lines."""
    return MEAN + (SD - 1) * (u - t * MEAN) / (1 + t * (SD - 1))


@pytest.mark.parametrize("t", [0.0, 0.5, 1.0])
@torch.no_grad()
def test_the_density_of_a_gaussian_carried_to_another_is_the_closed_form(t):
    """At time t it is the Gaussian of mean t `MEAN` and standard deviations 1 + t (`SD` - 1)."""

    def flow(u, at):
        return to_gaussian(u, at), ((SD - 1) / (1 + at * (SD - 1))).sum().expand(len(u))

    sd = 1 + t * (SD - 1)
    u = t * MEAN + sd * torch.randn(200, 2, generator=rng())
    exact = -torch.distributions.Normal(t * MEAN, sd).log_prob(u).sum(1)
    coarse, fine = (energy_along(flow, u, times_to(t, steps)) for steps in (12, 100))
    torch.testing.assert_close(fine, exact, rtol=0, atol=1e-3)
    torch.testing.assert_close(coarse, exact, rtol=0, atol=0.05)


@torch.no_grad()
def test_points_are_carried_along_the_field():
    z = torch.randn(100, 2, generator=rng())
    path = carried(to_gaussian, z, times_to(1.0, 100))
    torch.testing.assert_close(path[-1], MEAN + SD * z, rtol=0, atol=1e-3)
    back = carried(to_gaussian, path[-1], times_to(1.0, 100)[::-1])
    torch.testing.assert_close(back[-1], z, rtol=0, atol=2e-3)


def test_the_times_go_from_0_to_t():
    times = times_to(0.6, 7)
    assert times[0] == 0
    assert times[-1] == 0.6
    assert len(times) == 8
    assert times == sorted(set(times))


@pytest.mark.parametrize("t", [0.0, 0.7])
def test_the_divergence_is_autograds(t):
    network = trained(20).network.double()
    u = torch.randn(50, 2, generator=rng(), dtype=torch.float64)
    velocity, divergence = network.with_divergence(u, t)
    jacobian = torch.func.vmap(torch.func.jacrev(lambda x: network(x[None], torch.full((1, 1), t).double())[0]))(u)
    torch.testing.assert_close(divergence, jacobian.diagonal(dim1=1, dim2=2).sum(1))
    torch.testing.assert_close(velocity, network(u, torch.full((50, 1), t).double()))
    torch.testing.assert_close(network.velocity(u, t), velocity)


@torch.no_grad()
def test_a_network_evaluates_alike_with_and_without_gradients():
    """Without, its products are computed by another library."""
    model = trained(20)
    with torch.enable_grad():
        slow = model.energy(points())
    torch.testing.assert_close(model.energy(points()), slow.detach(), rtol=1e-4, atol=1e-4)


@torch.no_grad()
def test_at_time_0_it_is_the_noise_exactly():
    model = trained(t=0.0)
    x = points()
    noise = torch.distributions.Normal(model.shift, model.scale)
    torch.testing.assert_close(model.energy(x), -noise.log_prob(x).sum(1), rtol=1e-5, atol=1e-5)
    z = torch.randn(50, 2, generator=rng(7))
    torch.testing.assert_close(model.samples(50, rng(7)), model.shift + model.scale * z)


@pytest.mark.parametrize("t", [0.5, 1.0])
@torch.no_grad()
def test_the_density_integrates_to_one_over_the_plane(t):
    grid = fields.plane_grid(100, 20, CPU)
    log_z = fields.log_z(trained(t=t).energy(grid.points), grid.log_areas)
    assert math.exp(log_z) == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize("t", [0.5, 1.0])
@torch.no_grad()
def test_samples_and_density_agree(t):
    """In mean, covariance, and the share of them in a quarter of the plane."""
    model = trained(t=t)
    grid = fields.plane_grid(100, 20, CPU)
    masses = torch.softmax(grid.log_areas - model.energy(grid.points), 0)
    mean = masses @ grid.points
    covariance = (grid.points - mean).T @ ((grid.points - mean) * masses[:, None])
    x = model.samples(20_000, rng())
    torch.testing.assert_close(x.mean(0), mean, rtol=0, atol=0.01)
    torch.testing.assert_close(x.T.cov(), covariance, rtol=0, atol=0.01)
    share = masses[(grid.points > 0.2).all(1)].sum()
    assert float((x > 0.2).all(1).float().mean()) == pytest.approx(float(share), abs=0.015)


@torch.no_grad()
def test_near_pairs_are_the_same_points_and_no_further_than_random_ones():
    noise, data = torch.randn(2, 201, 2, generator=rng())
    paired = uncrossed(noise, data, rng())
    assert torch.equal(paired.sort(0).values, data.sort(0).values)
    assert sorted(map(tuple, paired.tolist())) == sorted(map(tuple, data.tolist()))
    assert (paired - noise).square().sum() < 0.3 * (data - noise).square().sum()


@torch.no_grad()
def test_two_crossed_pairs_are_uncrossed():
    noise = torch.tensor([[0.0, 0.0], [1.0, 0.0]])
    data = torch.tensor([[1.0, 1.0], [0.0, 1.0]])
    assert torch.equal(uncrossed(noise, data, rng()), data.flip(0))
    assert torch.equal(uncrossed(noise, data.flip(0), rng()), data.flip(0))


@torch.no_grad()
def test_turning_the_time_moves_what_is_seen_steadily_and_leaves_the_mean_as_it_was():
    """The paths grow out of where they were: their ends at t are the starts at 0 carried on."""
    model = trained()
    weights = model.weights()
    ends = []
    for t in (0.0, 0.5, 0.55, 1.0):
        model.params = Params(**SMALL, t=t)
        model.settle()
        ends.append(model.parts().dots)
    assert torch.equal(weights["starts"], model.weights()["starts"])
    assert (ends[2] - ends[1]).norm(dim=1).max() < 0.3 * (ends[3] - ends[0]).norm(dim=1).max()
    before = [each.clone() for each in model.network.parameters()]
    model.step(Batch(points(), torch.zeros(300, dtype=torch.int64)), rng())
    moved = (next(model.network.parameters()) - before[0]).abs().max()
    newest = (next(model._learner.network.parameters()) - before[0]).abs().max()
    assert moved < 0.5 * newest, "the mean did not begin anew"


@torch.no_grad()
def test_the_way_at_the_cursor_leads_back_to_the_noise_it_came_from():
    model = trained(solver_steps=50)
    z = torch.tensor([[0.3, -0.8]])
    x = model._carried(z)
    drawing, text = model.at_cursor(x)
    torch.testing.assert_close(drawing.lines[0][:1], x)
    torch.testing.assert_close(drawing.dots, model.shift + model.scale * z, rtol=0, atol=0.01)
    assert text.endswith(f"log p = {-float(model.energy(x)):.2f}")


def test_it_says_that_it_is_on_the_way():
    assert "0.40" in Model(Params(t=0.4), rng(), CPU).remark()
    assert Model(Params(), rng(), CPU).remark() == ""


def test_it_learns_two_moons():
    """In 600 steps to 0.3 nats."""
    drawn = datasets.draw(recipe.Data(preset="two_moons", n=2000, args={"noise": 0.1}), 0)
    data = dataset(drawn.points, drawn.labels, drawn.extent, drawn.truth, CPU)
    training = Training("flow_matching", {"width": 64}, seed=0, device=CPU)
    steps = training.steps(data)
    for _ in range(600):
        next(steps)
    assert training.nll(data, training.log_z(inner=100, outer=12)) < data.entropy + 0.3
