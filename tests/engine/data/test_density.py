"""The kinds of densities against their closed forms."""

import math

import numpy as np
import pytest
from scipy.special import erf, i0e

from engine.data.density import Arc, Cells, Curve, Gaussians, Twist, by_length, circle, isotropic, segment

PLACES = np.random.default_rng(5).uniform(-2.5, 2.5, (500, 2))


@pytest.mark.parametrize("noise", [0.02, 0.1, 0.7])
def test_a_blurred_segment_is_a_difference_of_error_functions(noise):
    across, along = PLACES[:, 1], PLACES[:, 0]
    spread = noise * math.sqrt(2)
    share = (erf((1 - along) / spread) + erf((1 + along) / spread)) / 4
    counts = share > 1e-6  # further beyond the ends the difference itself has no digits left
    exact = np.log(share[counts]) - (across[counts] / noise) ** 2 / 2 - math.log(noise * math.sqrt(2 * math.pi))
    ours = Curve((segment((-1.0, 0.0), (1.0, 0.0)),), noise).log_prob(PLACES[counts])
    assert ours == pytest.approx(exact, abs=1e-6)


@pytest.mark.parametrize("noise", [0.02, 0.1, 2.0])
def test_a_blurred_circle_is_a_rice_distribution(noise):
    radius = np.linalg.norm(PLACES, axis=1)
    exact = np.log(i0e(radius / noise**2) / (2 * math.pi * noise**2)) - (radius - 1) ** 2 / (2 * noise**2)
    assert Curve((Arc(circle(1.0)),), noise).log_prob(PLACES) == pytest.approx(exact, abs=1e-6)


def test_a_point_far_away_has_a_finite_log_prob_on_a_curve():
    log_p = Curve((Arc(circle(1.0)),), 0.05).log_prob(np.array([[30.0, 0.0]]))
    assert log_p[0] == pytest.approx(-(29**2) / (2 * 0.05**2), rel=1e-3)


def test_log_prob_does_not_depend_on_which_points_are_asked_together():
    curve = Curve((Arc(circle(1.0)), segment((-2.0, -2.0), (2.0, 1.0))), 0.05)
    alone = np.concatenate([curve.log_prob(PLACES[index : index + 1]) for index in range(100)])
    assert curve.log_prob(PLACES)[:100] == pytest.approx(alone, rel=1e-9)


def test_no_points_have_no_log_prob():
    assert Curve((Arc(circle(1.0)),), 0.1).log_prob(np.empty((0, 2))).shape == (0,)


def test_one_gaussian_has_the_entropy_of_the_textbook():
    factor = np.array([[0.5, 0.0], [0.9, 0.2]])
    one = Gaussians(np.array([[3.0, -1.0]]), factor[None], np.zeros(1, np.uint8))
    assert one.entropy() == pytest.approx(1 + math.log(2 * math.pi * 0.1), abs=1e-6)


def test_samples_of_a_gaussian_have_its_covariance():
    factor = np.array([[0.5, 0.0], [0.9, 0.2]])
    one = Gaussians(np.array([[3.0, -1.0]]), factor[None], np.zeros(1, np.uint8))
    points, _ = one.sample(100_000, np.random.default_rng(0))
    assert points.mean(axis=0) == pytest.approx([3.0, -1.0], abs=0.02)
    assert np.cov(points.T) == pytest.approx(factor @ factor.T, abs=0.02)


def test_twisting_back_gives_the_straight_density():
    straight = isotropic(np.array([[1.0, 0.0], [-1.0, 0.5]]), 0.3, np.arange(2))
    twist = Twist(straight, lambda radius: 2.0 * radius)
    x, y = PLACES.T
    angle = 2.0 * np.hypot(x, y)
    turned = np.stack([np.cos(angle) * x - np.sin(angle) * y, np.sin(angle) * x + np.cos(angle) * y], axis=1)
    assert twist.log_prob(turned) == pytest.approx(straight.log_prob(PLACES), rel=1e-9)


def test_blurred_cells_are_those_blurred_by_summation():
    cells = Cells(np.array([[True, False], [False, True]]), side=1.0, noise=0.3)
    step = 1 / 200
    inside = (np.arange(200) + 0.5) * step
    grid = np.stack(np.meshgrid(inside, inside), axis=-1).reshape(-1, 2)
    filled = np.concatenate([grid - 1, grid])  # columns and rows count from the lowest: the two on the diagonal
    for place in PLACES[:20]:
        kernel = np.exp(-((filled - place) ** 2).sum(axis=1) / (2 * 0.09)) / (2 * math.pi * 0.09)
        assert np.exp(cells.log_prob(place[None]))[0] == pytest.approx(kernel.mean(), abs=2e-5)


@pytest.mark.parametrize("noise", [0.001, 0.05, 0.3, 1.5])
def test_the_entropy_of_blurred_cells_is_that_of_their_samples(noise):
    cells = Cells(np.indices((4, 4)).sum(axis=0) % 2 == 0, side=2.0, noise=noise)
    points, _ = cells.sample(40_000, np.random.default_rng(0))
    surprise = -cells.log_prob(points)
    assert cells.entropy() == pytest.approx(surprise.mean(), abs=4 * surprise.std() / 200)


def test_by_length_moves_at_an_even_pace():
    ellipse = by_length(lambda u: circle(1.0)(u) * np.array([1.0, 0.2]))
    steps = np.linalg.norm(np.diff(ellipse(np.linspace(0, 1, 301)), axis=0), axis=1)
    assert steps.max() / steps.min() < 1.01
