"""Densities of draws and of targets: what they add up to, and that both are averaged alike."""

import numpy as np
import pytest
import torch

from engine import exact
from engine.density_maps import density_of
from engine.messages import ChainMeasures, SetView, Skip, Truth
from engine.places import place_of
from engine.plane import Plane
from engine.recipe import Energy
from tests.engine.test_chain_runs import desk, walk  # noqa: F401

CPU = torch.device("cpu")
EXTENT = (-3.0, 5.0, 10.0, 12.0)
CELL = (8 / exact.FINE_CELLS) * (2 / exact.FINE_CELLS)


def test_the_density_integrates_to_what_lies_within_the_home_view():
    rng = np.random.default_rng(0)
    x = rng.normal(0.0, 0.7, (5000, 2))  # a third of it beyond the edges
    masses = exact.shares(x, exact.FINE_CELLS)
    density = density_of(masses, Plane.of(EXTENT))
    assert 0.1 < masses[-1] < 0.5
    assert density.sum(dtype=np.float64) * CELL == pytest.approx(1 - masses[-1], abs=1e-5)
    assert density.dtype == np.float32
    assert (density >= 0).all()


def test_the_exact_density_integrates_to_one_less_what_lies_outside_and_the_difference_to_nothing():
    target = place_of(Energy(analytic="funnel"), CPU)
    truth, plane = exact.exact(target.target, CPU), Plane.of(target.extent)
    x0, x1, y0, y1 = target.extent
    cell = (x1 - x0) * (y1 - y0) / exact.FINE_CELLS**2
    density = density_of(truth.fine, plane)
    assert density.sum(dtype=np.float64) * cell == pytest.approx(1 - truth.fine[-1], abs=1e-5)
    draws = exact.shares(np.random.default_rng(1).normal(0.1, 0.3, (1000, 2)), exact.FINE_CELLS)
    difference = (density_of(draws, plane).astype(np.float64) - density).sum() * cell
    assert difference + draws[-1] - truth.fine[-1] == pytest.approx(0.0, abs=1e-5)


def test_rows_go_up_from_the_lowest_y_and_columns_along_x():
    x = np.full((10, 2), [0.5, -0.25])
    density = density_of(exact.shares(x, exact.FINE_CELLS), Plane.of(EXTENT))
    row, column = np.unravel_index(density.argmax(), density.shape)
    assert column == pytest.approx(0.75 * exact.FINE_CELLS, abs=1)
    assert row == pytest.approx(0.375 * exact.FINE_CELLS, abs=1)


def test_the_fine_masses_add_up_to_the_coarse_ones():
    target = place_of(Energy(analytic="three_modes"), CPU).target
    truth = exact.exact(target, CPU)
    assert truth.fine.sum() == pytest.approx(1.0)
    assert truth.fine[-1] == pytest.approx(truth.coarse[-1])


def test_independent_draws_have_the_exact_density_up_to_their_noise():
    from engine.trap import exact_draws

    place = place_of(Energy(analytic="three_modes"), CPU)
    truth, plane = exact.exact(place.target, CPU), Plane.of(place.extent)
    x = exact_draws(truth, place.target, 400_000, torch.Generator().manual_seed(0)).numpy()
    exact_density = density_of(truth.fine, plane)
    found = density_of(exact.shares(x, exact.FINE_CELLS), plane)
    # So many draws fall into a disc of 4 pi 1.5^2 cells at the peak that a hundredth of it is four standard errors.
    assert abs(found - exact_density).max() < 0.03 * exact_density.max()


def test_the_density_of_draws_is_told_only_where_it_is_looked_at(desk):  # noqa: F811
    view = SetView(1, (-4.0, 4.0, -4.0, 4.0), columns=16, rows=16)
    desk.send(walk(num_chains=8), view, Skip(1, 100))
    desk.work_until(lambda: desk.of(ChainMeasures) and desk.of(ChainMeasures)[-1].num_draws == 100)
    assert desk.of(ChainMeasures)[-1].density.size == 0
    desk.send(SetView(1, view.extent, columns=16, rows=16, layers=("draws",)))
    desk.work_until(lambda: desk.of(ChainMeasures)[-1].density.size)
    density, truth = desk.of(ChainMeasures)[-1].density, desk.of(Truth)[-1].density
    assert density.shape == truth.shape == (exact.FINE_CELLS, exact.FINE_CELLS)
    cell = 64 / exact.FINE_CELLS**2
    assert truth.sum() * cell == pytest.approx(1.0, abs=1e-3)
    # As much lies within the home view as of the marginals.
    along_x = desk.of(ChainMeasures)[-1].marginal_x
    assert density.sum() * cell == pytest.approx(along_x.sum() * 8 / len(along_x), abs=1e-4)
