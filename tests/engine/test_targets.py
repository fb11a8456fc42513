"""What every analytic target must fulfil; a new file in their folder is tested without a word here."""

import math

import numpy as np
import pytest
import torch

from engine import catalogue
from engine.knobs import knobs_of, make
from engine.plane import Plane
from engine.targets import OnPlane, Sharpened, seen_from

CPU = torch.device("cpu")
TARGETS = catalogue.target_modules()
each_target = pytest.mark.parametrize("name", TARGETS)


def settings(module):
    """The defaults, and each knob at both of its ends."""
    yield module.Params()
    for each in knobs_of(module.Params):
        for value in each.choices or (each.low, each.high):
            yield make(module.Params, {each.name: value}, "p")


def inside(module, params, count=200):
    """Points all over the home view, (count, 2)."""
    x0, x1, y0, y1 = module.extent(params)
    unit = torch.rand(count, 2, generator=torch.Generator().manual_seed(0))
    return torch.tensor([x0, y0]) + unit * torch.tensor([x1 - x0, y1 - y0])


@each_target
def test_the_score_is_minus_the_gradient_of_the_energy(name):
    module = TARGETS[name]
    for params in settings(module):
        target = module.target(params, CPU)
        x = inside(module, params)
        energy, score = target.energy_and_score(x)
        torch.testing.assert_close(energy, target.energy(x))
        torch.testing.assert_close(score, target.score(x))
        at = x.clone().requires_grad_()
        (gradient,) = torch.autograd.grad(target.energy(at).sum(), at)
        usable = energy.isfinite() & gradient.isfinite().all(1)
        assert usable.float().mean() > 0.5
        torch.testing.assert_close(score[usable], -gradient[usable], rtol=2e-3, atol=2e-3)


@each_target
def test_the_home_view_holds_nearly_all_of_the_mass_and_the_exact_moments_are_the_grids(name):
    """A midpoint rule over three times the home view, in double precision where the formula allows it."""
    module = TARGETS[name]
    params = module.Params()
    target = module.target(params, CPU)
    x0, x1, y0, y1 = module.extent(params)
    cells, reach = 1500, 3.0
    xs, ys = (
        (a + b) / 2 + (b - a) / 2 * reach * (np.arange(cells) * 2 + 1 - cells) / cells for a, b in ((x0, x1), (y0, y1))
    )
    area = (xs[1] - xs[0]) * (ys[1] - ys[0])
    points = torch.tensor(np.stack(np.meshgrid(xs, ys), -1).reshape(-1, 2), dtype=torch.float32)
    energy = torch.cat([target.energy(piece) for piece in points.split(100_000)]).double().numpy()
    log_masses = np.where(np.isfinite(energy), -energy, -np.inf) + math.log(area)
    top = log_masses.max()
    masses = np.exp(log_masses - top)
    log_z = math.log(masses.sum()) + top
    weights = masses / masses.sum()
    at = points.double().numpy()
    is_home = (at[:, 0] > x0) & (at[:, 0] < x1) & (at[:, 1] > y0) & (at[:, 1] < y1)
    assert weights[is_home].sum() > 0.99
    exact = module.moments(params)
    if exact is None:
        return
    mean = weights @ at
    away = at - mean
    covariance = (away * weights[:, None]).T @ away
    scale = np.sqrt(np.diag(covariance))
    assert exact.log_z == pytest.approx(log_z, abs=5e-3)
    np.testing.assert_allclose(exact.mean / scale, mean / scale, atol=5e-3)
    np.testing.assert_allclose(
        exact.covariance / np.outer(scale, scale), covariance / np.outer(scale, scale), atol=2e-2
    )


@each_target
def test_it_is_the_same_seen_from_the_plane(name):
    module = TARGETS[name]
    params = module.Params()
    extent = module.extent(params)
    plane, target = Plane.of(extent), module.target(params, CPU)
    x = inside(module, params, 50)
    on_plane = plane.to_plane(x.double().numpy(), CPU)
    energy, score = seen_from(plane, target, CPU).energy_and_score(on_plane)
    torch.testing.assert_close(energy, target.energy(x), rtol=1e-3, atol=1e-3)
    torch.testing.assert_close(score, target.score(x) * torch.tensor(plane.half), rtol=1e-2, atol=1e-2)


@pytest.mark.parametrize("extent", [(-3.0, 5.0, -4.0, 4.0), (-3.0, 5.0, -1.0, 2.0)])
@pytest.mark.parametrize("name", ["eight_gaussians", "moons", "banana"])
def test_a_target_that_is_carried_over_is_what_a_map_to_and_fro_makes_of_it(name, extent):
    """On a square plane, where some targets are ones of their own kind, and on another."""
    module, plane = TARGETS[name], Plane.of(extent)
    target = module.target(module.Params(), CPU)
    seen, mapped = seen_from(plane, target, CPU), OnPlane(target, plane, CPU)
    x = torch.randn(100, 2, generator=torch.Generator().manual_seed(0)) / 2
    energy, score = seen.energy_and_score(x)
    expected, expected_score = mapped.energy_and_score(x)
    torch.testing.assert_close(energy, expected, rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(seen.energy(x), expected, rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(score, expected_score, rtol=1e-3, atol=1e-2)
    torch.testing.assert_close(seen.score(x), expected_score, rtol=1e-3, atol=1e-2)


def test_a_sharpened_target_has_more_of_everything():
    module = TARGETS["correlated_normal"]
    target = module.target(module.Params(), CPU)
    x = inside(module, module.Params())
    energy, score = Sharpened(target, 3.0).energy_and_score(x)
    torch.testing.assert_close(energy, 3 * target.energy(x))
    torch.testing.assert_close(score, 3 * target.score(x))
