"""The ellipse: found from noisy points, with a free energy between its law's bounds and angles that are the nearest."""

import itertools
import math

import pytest
import torch

from engine import fields
from engine.models import Batch
from engine.models.ellipse import Model, Params

CPU = torch.device("cpu")
CENTRE = torch.tensor([0.1, -0.15])
SHAPE = torch.tensor([[0.7, 0.1], [0.3, 0.35]])


def rng(seed=0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def circle(angle) -> torch.Tensor:
    return torch.stack([angle.cos(), angle.sin()], 1)


def points(count=2000, noise=0.05) -> torch.Tensor:
    angle = 2 * math.pi * torch.rand(count, generator=rng(1))
    return CENTRE + circle(angle) @ SHAPE.T + noise * torch.randn(count, 2, generator=rng(2))


def batch_of(x) -> Batch:
    return Batch(x, torch.zeros(len(x), dtype=torch.int64))


def begun(x=None, seed=0, **values) -> Model:
    model = Model(Params(**values), rng(seed), CPU)
    model.begin(batch_of(points() if x is None else x), rng(seed))
    model.settle()
    return model


def losses(model, x=None, num_steps=40) -> list[float]:
    batch, steps = batch_of(points() if x is None else x), rng(5)
    return [float(model.step(batch, steps).loss) for _ in range(num_steps)]


def known(**values) -> Model:
    """Not learnt but set."""
    model = Model(Params(**values), rng(), CPU)
    model.ellipse = torch.cat([CENTRE[None], SHAPE.T])
    model.sigma = torch.tensor(0.1)
    return model


@pytest.mark.parametrize(("noise", "seed"), [(0.03, 0), (0.1, 0), (0.05, 1), (0.05, 2), (0.05, 3)])
def test_it_finds_the_ellipse_behind_noisy_points(noise, seed):
    """A A^T, as any turn of the angle gives the same ellipse."""
    x = points(noise=noise)
    model = begun(x, seed)
    losses(model, x)
    centre, shape = model.ellipse[0], model.ellipse[1:].T
    torch.testing.assert_close(centre, CENTRE, atol=0.01, rtol=0)
    torch.testing.assert_close(shape @ shape.T, SHAPE @ SHAPE.T, atol=0.015, rtol=0)
    assert float(model.sigma) == pytest.approx(noise, rel=0.06)


@pytest.mark.parametrize("how", [{}, {"learns_sigma": False}, {"beta": 10.0}, {"latent": "minimised"}])
def test_no_step_makes_the_mean_energy_higher(how):
    seen = losses(begun(**how))
    assert all(after <= before + 1e-5 for before, after in itertools.pairwise(seen))
    assert seen[-1] < seen[0] - 0.5


def test_at_beta_one_it_is_a_normalised_density():
    """And that of a mean over many more angles than the model has."""
    model = known()
    grid = fields.plane_grid(300, 40, CPU)
    assert float(fields.log_z(model.energy(grid.points), grid.log_areas)) == pytest.approx(0, abs=1e-4)
    x = points(50)
    places = CENTRE + circle(2 * math.pi * torch.arange(5000) / 5000) @ SHAPE.T
    exponents = -torch.cdist(x, places).double().square() / 0.02
    density = exponents.exp().mean(1) / (2 * math.pi * 0.01)
    torch.testing.assert_close(model.energy(x), -density.log().float(), atol=1e-4, rtol=1e-4)


def test_the_free_energy_goes_to_the_minimum_over_z_as_beta_grows():
    x = 2 * torch.rand(300, 2, generator=rng(3)) - 1
    least, last = known(latent="minimised").energy(x), None
    for beta in (1.0, 3.0, 10.0, 100.0):
        above = known(beta=beta).energy(x) - least
        assert float(above.min()) > -1e-3
        assert last is None or (above <= last + 1e-4).all()
        last = above
    assert float(last.max()) < 0.1


def test_the_best_angle_is_that_of_a_fine_search():
    model = known()
    x = 4 * torch.rand(400, 2, generator=rng(3)) - 2
    fine = 2 * math.pi * torch.arange(20_000, dtype=torch.float64) / 20_000
    places = CENTRE.double() + circle(fine) @ SHAPE.T.double()
    searched = torch.cdist(x.double(), places).amin(1)
    place = CENTRE + circle(model.best_angle(x)) @ SHAPE.T
    torch.testing.assert_close((x - place).norm(dim=1).double(), searched, atol=2e-5, rtol=0)


@pytest.mark.parametrize("how", [{}, {"latent": "minimised"}, {"beta": 30.0}])
def test_the_score_is_minus_the_slope_of_the_energy(how):
    model, x, reach = known(**how), points(40, noise=0.2), 5e-4
    for axis in torch.eye(2):
        slope = (model.energy(x + reach * axis) - model.energy(x - reach * axis)) / (2 * reach)
        torch.testing.assert_close(model.score(x) @ axis, -slope, atol=0.1, rtol=0.02)


def test_the_cursor_tells_the_angle():
    model = known()
    for degrees in (0, 90, 200):
        place = CENTRE + circle(torch.tensor([math.radians(degrees)])) @ SHAPE.T
        drawing, text = model.at_cursor(place)
        assert text.startswith(f"z = {degrees}°, 0.0 sigma")
        torch.testing.assert_close(drawing.arrows, torch.cat([place, place], 1), atol=1e-5, rtol=0)


def test_samples_lie_around_the_ellipse_as_widely_as_sigma():
    model = known()
    drawn = model.samples(50_000, rng())
    torch.testing.assert_close(drawn.mean(0), CENTRE, atol=0.01, rtol=0)
    torch.testing.assert_close(torch.cov(drawn.T), SHAPE @ SHAPE.T / 2 + 0.01 * torch.eye(2), atol=0.01, rtol=0)
    assert known(beta=2.0).samples(5, rng()) is None, "that is another density"


def test_sigma_that_is_not_learnt_is_the_knobs():
    model = begun(learns_sigma=False, sigma=0.2)
    losses(model, num_steps=3)
    assert float(model.sigma) == pytest.approx(0.2)
    model.params = Params(learns_sigma=False, sigma=0.05)
    model.settle()
    assert float(model.sigma) == pytest.approx(0.05)


def test_after_a_clump_a_ring_can_still_be_learnt():
    """A clump makes the ellipse a point; other data make it grow again."""
    clump = 0.1 * torch.randn(300, 2, generator=rng(6))
    model = begun(clump)
    model.ellipse[1:] = 0
    losses(model, clump, 5)
    model.settle()
    losses(model, num_steps=80)
    shape = model.ellipse[1:].T
    torch.testing.assert_close(shape @ shape.T, SHAPE @ SHAPE.T, atol=0.02, rtol=0)


def test_of_very_many_points_some_are_enough():
    x = points(50_000)
    model = begun(x)
    losses(model, x, 25)
    shape = model.ellipse[1:].T
    torch.testing.assert_close(shape @ shape.T, SHAPE @ SHAPE.T, atol=0.01, rtol=0)
    assert len(model._batch) == 20_000
