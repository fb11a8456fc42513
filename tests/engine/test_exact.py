"""The truth on a grid, basins and mode switches: against mixtures whose masses and moments are known."""

import math

import numpy as np
import pytest
import torch

from engine import exact as truths
from engine.basins import basins, num_switches, visits
from engine.exact import exact
from engine.notice import Notice
from engine.places import place_of
from engine.recipe import Energy

CPU = torch.device("cpu")


class Mixture:
    """Round Gaussians of one width."""

    def __init__(self, centres, weights, sd):
        self.centres, self.sd = torch.tensor(centres), sd
        self.logs = torch.tensor(weights).log() - math.log(2 * math.pi * sd**2)

    def energy(self, x):
        return -torch.logsumexp(self.logs - torch.cdist(x, self.centres).square() / (2 * self.sd**2), 1)


TWO = Mixture([[-0.5, 0.0], [0.5, 0.2]], [0.3, 0.7], 0.1)


def test_log_z_moments_and_masses_are_those_of_the_mixture():
    truth = exact(TWO, CPU)
    assert truth.log_z == pytest.approx(0.0, abs=1e-4)
    np.testing.assert_allclose(truth.mean, [0.2, 0.14], atol=1e-4)
    np.testing.assert_allclose(truth.covariance, [[0.01 + 0.21, 0.042], [0.042, 0.01 + 0.0084]], atol=1e-4)
    np.testing.assert_allclose(truth.basin_masses, [0.7, 0.3], atol=1e-3)
    assert truth.coarse.sum() == pytest.approx(1.0)


def test_a_shifted_energy_shifts_log_z_alone():
    class Shifted:
        def energy(self, x):
            return TWO.energy(x) + 40.0

    truth = exact(Shifted(), CPU)
    assert truth.log_z == pytest.approx(-40.0, abs=1e-3)
    np.testing.assert_allclose(truth.basin_masses, [0.7, 0.3], atol=1e-3)


def test_a_thin_bent_valley_is_one_basin():
    """Its floor runs between the middles of cells, which are high up its walls."""
    assert exact(place_of(Energy(analytic="rosenbrock"), CPU).target, CPU).basins.num_basins == 1


def test_the_masses_of_basins_sum_to_one_beside_a_cliff():
    class Cliff:
        def energy(self, x):
            return (x[:, 0] / 0.1).masked_fill(x[:, 0] < 0.004, math.inf) + (x[:, 1] / 0.1).square() / 2

    assert exact(Cliff(), CPU).basin_masses.sum() == pytest.approx(1.0, abs=2e-3)


def test_where_nothing_is_known_there_is_no_mass():
    class Half:
        def energy(self, x):
            return TWO.energy(x).masked_fill(x[:, 0] > 0, math.nan)

    truth = exact(Half(), CPU)
    assert truth.basins.num_basins == 1
    assert truth.mean[0] == pytest.approx(-0.5, abs=1e-3)
    assert truth.log_z == pytest.approx(math.log(0.3), abs=1e-3)


def test_an_energy_that_is_finite_nowhere_is_told():
    class Nothing:
        def energy(self, x):
            return torch.full((len(x),), math.nan)

    with pytest.raises(Notice, match="finite nowhere"):
        exact(Nothing(), CPU)


def test_draws_of_the_truth_are_near_it_and_draws_of_one_mode_are_far():
    rng = np.random.default_rng(0)
    which = rng.random(20_000) < 0.3
    true = np.where(which[:, None], [-0.5, 0.0], [0.5, 0.2]) + 0.1 * rng.normal(size=(20_000, 2))
    truth = exact(TWO, CPU)
    assert truths.total_variation(true, truth) < 0.05
    assert truths.kl_divergence(true, truth) < 0.02
    one = true[~which]
    assert truths.total_variation(one, truth) == pytest.approx(0.3, abs=0.03)
    assert truths.kl_divergence(one, truth) == pytest.approx(-math.log(0.7), abs=0.03)
    np.testing.assert_allclose(truths.occupancy(true[None], truth), [0.7, 0.3], atol=0.02)


def test_basins_of_rings_saddles_and_dents():
    """Four wells in a row, of which the third is a dent in the side of the second."""
    x = np.linspace(0, 8, 320)
    depth = [(1.0, 5.0), (3.0, 6.0), (4.0, 0.3), (6.5, 4.0)]
    row = 5 - sum(d * np.exp(-((x - c) ** 2) / 0.18) for c, d in depth)
    energy = row[None, :] + (np.linspace(-1, 1, 40)[:, None] * 3) ** 2
    masses = np.exp(-energy)
    found = basins(energy, masses / masses.sum())
    assert found.num_basins == 3
    assert sorted(x[found.floors[:, 1]].round(1)) == [1.0, 3.0, 6.5]
    assert found.floors[0, 1] == np.abs(x - 3.0).argmin()
    assert (found.labels >= 0).all()
    assert found.core[20, np.abs(x - 1.0).argmin()]
    between = np.flatnonzero((x > 1) & (x < 3))
    assert not found.core[20, between[row[between].argmax()]]


def test_a_walk_along_the_rim_is_no_switch():
    labels = np.array([[0, 0, 1, 0, 1, 1, 1, 0, 0]])
    core = np.array([[1, 0, 0, 0, 0, 1, 1, 0, 1]], bool)
    visited = visits(labels, core)
    assert visited.tolist() == [[0, 0, 0, 0, 0, 1, 1, 1, 0]]
    assert num_switches(visited).tolist() == [2]


def test_a_chain_that_was_in_no_core_yet_is_nowhere_and_has_not_switched():
    visited = visits(np.array([[1, 1, 0, 0]]), np.array([[0, 0, 0, 1]], bool))
    assert visited.tolist() == [[-1, -1, -1, 0]]
    assert num_switches(visited).tolist() == [0]


def test_switches_count_in_steps_and_not_in_draws():
    truth = exact(TWO, CPU)
    there_and_back = np.tile([[-0.5, 0.0], [0.5, 0.2]], (51, 1))[None, :101]
    assert truths.switches_per_1000(there_and_back, truth) == pytest.approx(1000.0)
    assert truths.switches_per_1000(there_and_back, truth, every=10) == pytest.approx(100.0)
    assert math.isnan(truths.switches_per_1000(there_and_back[:, :1], truth))
    assert truths.switches_per_1000(np.full((2, 9, 2), 7.0), truth) == 0.0
