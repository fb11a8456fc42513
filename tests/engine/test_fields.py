"""Integrals and contours on grids, against closed forms."""

import itertools
import math

import numpy as np
import pytest
import torch

from engine import fields
from engine.fields import FAR

CPU = torch.device("cpu")


def rng(seed=0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def gaussian(x, sigma, middle=(0.0, 0.0)):
    return (x - torch.tensor(middle)).square().sum(1) / (2 * sigma**2)


# ---- grids -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("inner", "outer"), [(1, 1), (48, 8), (80, 8), (384, 32)])
def test_the_cells_cover_the_whole_plane_once(inner, outer):
    grid = fields.plane_grid(inner, outer, CPU)
    assert grid.log_areas.double().exp().sum().item() == pytest.approx((2 * FAR) ** 2, rel=1e-5)
    assert grid.shape == (inner + 2 * outer,) * 2
    assert len(grid.points) == len(grid.log_areas) == grid.shape[0] * grid.shape[1]


def test_edges_rise_and_are_alike_on_both_sides():
    edges = fields.cell_edges(48, 8)
    assert (edges.diff() > 0).all()
    torch.testing.assert_close(edges, -edges.flip(0))
    assert (edges[0].item(), edges[-1].item()) == (-FAR, FAR)


def test_between_minus_one_and_one_all_cells_are_equal():
    inner = fields.cell_edges(10, 4)[4:15]
    torch.testing.assert_close(inner, torch.linspace(-1, 1, 11))


def test_a_view_has_its_rows_from_the_lowest_y_and_its_columns_from_the_lowest_x():
    grid = fields.view_grid((0.0, 3.0, 10.0, 14.0), 3, 2, CPU)
    expected = [[0.5, 11], [1.5, 11], [2.5, 11], [0.5, 13], [1.5, 13], [2.5, 13]]
    assert grid.shape == (2, 3)
    assert grid.points.tolist() == expected
    torch.testing.assert_close(grid.log_areas.exp(), torch.full((6,), 2.0))


def test_each_jittered_point_stays_in_its_own_cell():
    edges = fields.cell_edges(6, 3)
    cells = len(edges) - 1
    for seed in range(20):
        drawn = fields.jittered(edges, rng(seed)).reshape(cells, cells, 2)
        x, y = drawn[..., 0], drawn[..., 1]
        assert (x >= edges[:-1]).all()
        assert (x <= edges[1:]).all()
        assert (y >= edges[:-1, None]).all()
        assert (y <= edges[1:, None]).all()


def test_jittered_points_have_the_order_of_the_grid_whose_areas_they_stand_for():
    edges = fields.cell_edges(6, 3)
    widest = edges.diff().max().item()
    away = fields.jittered(edges, rng()) - fields.grid_of(edges, edges, CPU).points
    assert away.abs().max().item() <= widest / 2 + 1e-6


def test_jittered_points_are_spread_evenly_over_their_cells():
    """Uniform numbers from 0 to 1 have the mean 1/2 and the standard deviation 1/sqrt(12)."""
    edges = fields.cell_edges(6, 3)
    low, widths = edges[:-1], edges.diff()
    cells, draws = len(widths), 200
    drawn = torch.stack([fields.jittered(edges, rng(seed)) for seed in range(draws)]).reshape(draws, cells, cells, 2)
    for share in ((drawn[..., 0] - low) / widths, (drawn[..., 1] - low[:, None]) / widths[:, None]):
        assert abs(share.mean() - 1 / 2) < 4 / math.sqrt(12 * share.numel())
        assert abs(share.std() - 1 / math.sqrt(12)) < 4 / math.sqrt(12 * share.numel())


def test_the_jitter_is_unbiased():
    """The mean over draws of a sum over a grid far too coarse is the integral; the sum over its midpoints is not."""
    edges = fields.cell_edges(4, 2)
    grid = fields.grid_of(edges, edges, CPU)

    def bump(points):
        return torch.exp(-gaussian(points, 0.15, (0.25, -0.25)).double() + grid.log_areas.double()).sum().item()

    exact = 2 * math.pi * 0.15**2
    drawn = np.array([bump(fields.jittered(edges, rng(seed))) for seed in range(2000)])
    standard_error = drawn.std() / math.sqrt(len(drawn))
    assert drawn.mean() == pytest.approx(exact, abs=4 * standard_error)
    assert abs(bump(grid.points) - exact) > 8 * standard_error


# ---- integrals -------------------------------------------------------------------------------------


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
@pytest.mark.parametrize("sigma", [0.1, 0.3])
def test_log_z_of_a_gaussian_is_the_known_one(sigma, temperature):
    grid = fields.plane_grid(80, 8, CPU)
    log_z = fields.log_z(gaussian(grid.points, sigma, (0.2, -0.3)), grid.log_areas, temperature)
    assert log_z.dtype == torch.float64
    assert log_z.item() == pytest.approx(math.log(2 * math.pi * sigma**2 * temperature), abs=4e-3)


def test_log_z_of_no_energy_is_the_log_of_the_area():
    grid = fields.plane_grid(20, 4, CPU)
    assert fields.log_z(torch.zeros(len(grid.points)), grid.log_areas).item() == pytest.approx(2 * math.log(2 * FAR))


def test_a_constant_added_to_the_energy_is_taken_from_log_z_by_the_temperature():
    grid = fields.plane_grid(80, 8, CPU)
    energy = gaussian(grid.points, 0.3)
    shift = fields.log_z(energy + 7, grid.log_areas, 2.0) - fields.log_z(energy, grid.log_areas, 2.0)
    assert shift.item() == pytest.approx(-3.5, abs=1e-5)


@pytest.mark.parametrize("level", [-1e5, 1e5])
def test_log_z_of_very_low_and_very_high_energies_is_finite(level):
    grid = fields.plane_grid(8, 2, CPU)
    energy = torch.full((len(grid.points),), level)
    assert fields.log_z(energy, grid.log_areas).item() == pytest.approx(2 * math.log(2 * FAR) - level, abs=0.1)


def test_kl_between_gaussians_is_the_closed_form():
    """KL(N(m, s^2 I) || N(n, t^2 I)) = ln(t^2 / s^2) + (s^2 + |m - n|^2 / 2) / t^2 - 1 in two dimensions."""
    points = fields.view_grid((-1.0, 1.0, -1.0, 1.0), 200, 200, CPU).points.double().numpy()

    def log_density(middle, sigma):
        return -((points - middle) ** 2).sum(1) / (2 * sigma**2) - math.log(2 * math.pi * sigma**2)

    s, t, m, n = 0.1, 0.2, np.array([0.1, 0.0]), np.array([-0.1, 0.2])
    exact = math.log(t**2 / s**2) + (s**2 + ((m - n) ** 2).sum() / 2) / t**2 - 1
    assert fields.kl_divergence(log_density(m, s), log_density(n, t)) == pytest.approx(exact, abs=1e-6)
    assert fields.kl_divergence(log_density(m, s), log_density(m, s)) == 0.0


def test_where_there_is_no_mass_the_model_costs_nothing():
    log_p = np.array([-math.inf, math.log(0.5), math.log(0.5), -math.inf])
    log_q = np.array([math.inf, math.log(0.25), math.log(0.75), math.nan])
    exact = 0.5 * math.log(0.5 / 0.25) + 0.5 * math.log(0.5 / 0.75)
    assert fields.kl_divergence(log_p, log_q) == pytest.approx(exact)


# ---- samples ---------------------------------------------------------------------------------------


def test_samples_have_the_moments_of_the_density():
    """Off the middle and not round, so that swapped axes or forgotten areas of the outer cells would show."""
    grid = fields.plane_grid(120, 40, CPU)
    middle, sigmas = torch.tensor([0.8, -0.5]), torch.tensor([0.5, 0.2])
    energy = ((grid.points - middle) / sigmas).square().sum(1) / 2
    count = 40_000
    drawn = fields.samples_from(grid, energy, count, rng())
    assert drawn.shape == (count, 2)
    # Four standard errors of a mean, and of a standard deviation of Gaussian numbers.
    assert (drawn.mean(0) - middle).abs().le(4 * sigmas / math.sqrt(count) + 1e-3).all()
    assert (drawn.std(0) - sigmas).abs().le(4 * sigmas / math.sqrt(2 * count) + 2e-3).all()


def test_the_same_seed_draws_the_same_samples():
    grid = fields.plane_grid(20, 4, CPU)
    energy = gaussian(grid.points, 0.3)
    first, same, other = (fields.samples_from(grid, energy, 50, rng(seed)) for seed in (0, 0, 1))
    assert torch.equal(first, same)
    assert not torch.equal(first, other)


# ---- contours --------------------------------------------------------------------------------------


def lines_of(points, offsets):
    return [points[begin:end] for begin, end in itertools.pairwise(offsets)]


def middles(extent, columns, rows):
    x0, x1, y0, y1 = extent
    x = x0 + (np.arange(columns) + 0.5) * (x1 - x0) / columns
    y = y0 + (np.arange(rows) + 0.5) * (y1 - y0) / rows
    return np.meshgrid(x, y)


def test_contours_of_a_cone_are_circles_at_its_place():
    extent = (0.0, 8.0, -3.0, 3.0)
    x, y = middles(extent, 160, 120)
    cone = np.hypot(x - 2.5, y - 0.5).astype(np.float32)
    points, offsets = fields.contours(cone, extent, np.array([0.5, 1.5]))
    assert points.dtype == np.float64
    assert offsets.dtype == np.int32
    circles = lines_of(points, offsets)
    assert len(circles) == 2
    for circle, radius in zip(circles, (0.5, 1.5), strict=True):
        np.testing.assert_allclose(np.hypot(*(circle - [2.5, 0.5]).T), radius, atol=2e-3)
        assert np.array_equal(circle[0], circle[-1])


def test_contours_of_a_field_without_symmetry_lie_where_the_field_has_their_value():
    extent = (10.0, 14.0, -1.0, 2.0)

    def height(x, y):
        return 3 * (x - 10) + (y + 1) ** 2

    points, offsets = fields.contours(height(*middles(extent, 90, 50)), extent, np.array([2.0, 5.0]))
    [low, high] = lines_of(points, offsets)
    np.testing.assert_allclose(height(*low.T.astype(float)), 2.0, atol=5e-3)
    np.testing.assert_allclose(height(*high.T.astype(float)), 5.0, atol=5e-3)


def test_levels_that_are_nowhere_give_no_lines():
    points, offsets = fields.contours(np.zeros((4, 5), np.float32), (0.0, 1.0, 0.0, 1.0), np.array([3.0]))
    assert points.shape == (0, 2)
    assert offsets.tolist() == [0]
