"""Measures between models, samples and truths, against closed forms and cases worked out by hand."""

import math

import numpy as np
import pytest
import torch

from engine import data as datasets
from engine import measures
from engine.jobs import Training, dataset
from engine.measures import Judge
from engine.models import Truth
from engine.recipe import Data

CPU = torch.device("cpu")


def rng(seed=0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def judged(preset: str, model: str = "kmeans", **params):
    drawn = datasets.draw(Data(preset=preset, n=400), seed=0)
    data = dataset(drawn.points, drawn.labels, drawn.extent, drawn.truth, CPU)
    training = Training(model, params, seed=0, device=CPU)
    next(training.steps(data))
    return data, training


def test_the_energy_distance_of_two_points_is_twice_what_is_between_them():
    one, other = torch.tensor([[0.0, 0.0]]), torch.tensor([[3.0, 4.0]])
    assert measures.energy_distance(one, other) == pytest.approx(10.0)
    assert measures.energy_distance(one, one) == 0.0


def test_the_energy_distance_of_shifted_normals_grows_with_the_shift():
    x = torch.randn(800, 2, generator=rng())
    y = torch.randn(800, 2, generator=rng(1))
    distances = [measures.energy_distance(x, y + shift) for shift in (0.0, 0.5, 1.0)]
    assert distances == sorted(distances)
    assert distances[0] < 0.01 < distances[1]


def test_mmd_is_that_of_its_definition():
    """Three points against two, with the sums written out."""
    a, b = torch.tensor([[0.0, 0.0], [1.0, 0.0], [0.0, 2.0]]), torch.tensor([[0.0, 1.0], [3.0, 1.0]])
    width = 3.0  # the only distance within b

    def k(p, q):
        return math.exp(-float((p - q).square().sum()) / (2 * width**2))

    within_a = sum(k(p, q) for p in a for q in a) / 9
    within_b = sum(k(p, q) for p in b for q in b) / 4
    between = sum(k(p, q) for p in a for q in b) / 6
    assert measures.mmd(a, b) == pytest.approx(math.sqrt(within_a + within_b - 2 * between), rel=1e-5)


def test_mmd_of_one_point_repeated_is_finite():
    same = torch.zeros(5, 2)
    assert measures.mmd(same, same) == 0.0
    assert math.isfinite(measures.mmd(same + 1, same))


def test_coverage_is_the_share_of_modes_that_samples_are_in():
    modes = torch.tensor([[-1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, -1.0]])
    data = (modes[:, None] + 0.01 * torch.randn(4, 100, 2, generator=rng())).reshape(-1, 2)
    two = (modes[:2, None] + 0.01 * torch.randn(2, 2000, 2, generator=rng(1))).reshape(-1, 2)
    assert measures.coverage(data, two) == pytest.approx(0.5, abs=0.02)
    assert measures.coverage(data, data) == 1.0
    assert math.isnan(measures.coverage(data[:4], data))


def test_the_smoothed_score_of_a_normal_is_that_of_the_wider_normal():
    at = torch.linspace(-3, 3, 161)
    x, y = torch.meshgrid(at, at, indexing="xy")
    points = torch.stack([x, y], -1).reshape(-1, 2)
    truth = Truth(points, torch.log_softmax(-points.square().sum(1) / (2 * 0.3**2), 0))
    asked = torch.tensor([[0.2, -0.1], [0.0, 0.4]])
    expected = -asked / (0.3**2 + 0.2**2)
    torch.testing.assert_close(measures.smoothed_score(truth, asked, 0.2), expected, rtol=1e-3, atol=1e-3)


def test_the_truth_on_the_grid_is_normalised_and_where_the_data_are():
    data, _ = judged("two_moons")
    truth = Judge(data).truth
    assert float(truth.log_masses.exp().sum()) == pytest.approx(1.0, abs=1e-4)
    mean = (truth.log_masses.exp()[:, None] * truth.points).sum(0)
    torch.testing.assert_close(mean, data.held_out.mean(0), atol=0.03, rtol=0)


def test_kl_is_that_of_the_definition_for_a_flat_model():
    """Against a constant energy KL is log of the plane's area minus the truth's entropy."""
    data, training = judged("eight_gaussians", "energy_mlp", width=4)
    training.model.energy = lambda x: torch.zeros(len(x))
    measured = Judge(data).measure(training, rng())
    assert measured.kl == pytest.approx(math.log(36.0) - (data.entropy - data.plane.log_area), abs=0.01)
    assert measured.nll - data.entropy == pytest.approx(measured.kl, abs=0.01)


def test_a_family_that_is_no_density_has_neither_nll_nor_kl():
    data, training = judged("two_moons")
    measured = Judge(data).measure(training, rng())
    assert math.isnan(measured.nll)
    assert math.isnan(measured.kl)
    assert 0 < measured.energy_distance_of_truth < measured.energy_distance


def test_points_of_a_person_are_judged_too():
    points = np.random.default_rng(0).normal(0, 0.3, (12, 2))
    data = dataset(points, np.zeros(12, np.uint8), (-1.0, 1.0, -1.0, 1.0), None, CPU)
    training = Training("kmeans", {"centres": 2}, seed=0, device=CPU)
    next(training.steps(data))
    measured = Judge(data).measure(training, rng())
    assert math.isnan(measured.kl)
    assert math.isfinite(measured.energy_distance)


def test_measuring_changes_no_run():
    data, training = judged("two_moons", "energy_mlp", width=4)
    before = training.rng.get_state()
    Judge(data).measure(training, rng())
    assert torch.equal(training.rng.get_state(), before)
