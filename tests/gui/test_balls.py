"""Balls on grounds whose shape is known."""

import numpy as np
import pytest

from gui.balls import MOST_BALLS, MOST_PLACES, Balls, Ground

EXTENT = (-2.0, 2.0, 10.0, 12.0)


def bowl(middle=(1.0, 10.5), depth=8.0, rows=64, columns=96):
    """A quadratic bowl in shares of the view, lowest at `middle` in the user's numbers; wider than high."""
    x0, x1, y0, y1 = EXTENT
    x, y = (np.arange(columns) + 0.5) / columns, (np.arange(rows) + 0.5) / rows
    at = (middle[0] - x0) / (x1 - x0), (middle[1] - y0) / (y1 - y0)
    return (depth * ((x - at[0]) ** 2 + (y[:, None] - at[1]) ** 2)).astype(np.float32)


def rolled(secs, energy, momentum=0.0, noise=0.0, start=(-1.0, 11.5), extent=EXTENT):
    balls = Balls(seed=0)
    balls.drop(*start, 1, 0.0)
    for _ in range(round(60 * secs)):
        balls.advance(1 / 60, energy, extent, momentum, noise)
    return balls


def test_a_ball_comes_to_rest_at_the_bottom_of_a_bowl():
    balls = rolled(60, 100 * bowl())
    assert balls.places[0] == pytest.approx([1.0, 10.5], abs=4.0 / 96)
    assert balls.are_at_rest


def test_without_momentum_and_noise_it_never_rolls_uphill():
    rng = np.random.default_rng(0)
    rough = 30 * bowl() + rng.normal(0, 0.3, (64, 96)).astype(np.float32)
    x0, x1, y0, y1 = EXTENT
    falls = []
    for start in ((-1.5, 11.8), (1.8, 11.0), (0.0, 10.1)):
        path = rolled(3, rough, start=start).paths[0]  # short enough that all of it is kept
        heights = Ground(rough).height((path - [x0, y0]) / [x1 - x0, y1 - y0])
        assert np.diff(heights).max() < 1e-9
        falls.append(heights[0] - heights[-1])
    assert max(falls) > 1.0


def test_momentum_carries_it_past_the_bottom_and_without_it_it_stops_there():
    past = {}
    for momentum in (0.0, 0.97):
        path = rolled(1.5, 100 * bowl(middle=(0.0, 11.0)), momentum, start=(-1.0, 11.0)).paths[0]
        past[momentum] = path[:, 0].max()
    assert past[0.0] < 0.1
    assert past[0.97] > 0.1


def test_it_rolls_the_same_way_in_other_units():
    scaled = tuple(1e6 * side for side in EXTENT)
    here = rolled(2, 50 * bowl())
    there = rolled(2, 50 * bowl(), start=(-1.0e6, 11.5e6), extent=scaled)
    np.testing.assert_allclose(there.places / 1e6, here.places, rtol=1e-9)


def test_noise_shakes_it_the_same_way_for_the_same_seed():
    first, again = (rolled(2, bowl(), noise=1.0).places for _ in range(2))
    assert np.array_equal(first, again)
    assert not np.allclose(first, rolled(2, bowl()).places)


@pytest.mark.parametrize("ground", [np.full((8, 8), np.nan, np.float32), np.full((8, 8), np.inf, np.float32)])
def test_a_ground_that_is_no_number_keeps_it_where_it_is(ground):
    assert rolled(1, ground).places[0] == pytest.approx([-1.0, 11.5])


def test_it_never_leaves_the_view():
    slope = np.tile(np.linspace(0, 1000, 32, dtype=np.float32), (32, 1))
    x, y = rolled(10, slope, momentum=0.9, noise=2.0).places[0]
    assert EXTENT[0] <= x <= EXTENT[1]
    assert EXTENT[2] <= y <= EXTENT[3]


def test_the_oldest_balls_and_places_go():
    balls = Balls(seed=0)
    balls.drop(0.0, 11.0, MOST_BALLS + 5, 0.1)
    balls.drop(1.0, 11.0, 1, 0.0)
    assert len(balls.places) == len(balls.paths) == MOST_BALLS
    assert balls.places[-1].tolist() == [1.0, 11.0]
    for _ in range(MOST_PLACES + 20):
        balls.advance(1 / 60, bowl(), EXTENT, 0.0, 0.0)
    assert len(balls.paths[0]) == MOST_PLACES


def test_the_slope_is_that_of_the_ground_along_both_axes():
    x, y = (np.arange(40) + 0.5) / 40, (np.arange(20) + 0.5) / 20
    plane = (3 * x + 7 * y[:, None]).astype(np.float32)
    at = np.array([[0.31, 0.72], [0.5, 0.5]])
    np.testing.assert_allclose(Ground(plane).gradient(at), [[3, 7], [3, 7]], rtol=1e-4)
    np.testing.assert_allclose(Ground(plane).height(at), 3 * at[:, 0] + 7 * at[:, 1], rtol=1e-4)
