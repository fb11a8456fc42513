"""Points that a recipe spells out, points along words, and the view that fits either."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import data as datasets
from engine import recipe
from engine.data import extent_of, points
from engine.notice import Notice
from engine.recipe import Data
from gui import plane

coordinates = st.floats(-1e12, 1e12)


# ---- home views ----------------------------------------------------------------------------------


@given(st.lists(st.tuples(coordinates, coordinates), min_size=1, max_size=10))
def test_a_home_view_holds_every_point_and_has_an_area(points):
    array = np.array(points)
    x0, x1, y0, y1 = extent_of(array)
    assert x0 < x1
    assert y0 < y1
    assert (array[:, 0] >= x0).all()
    assert (array[:, 0] <= x1).all()
    assert (array[:, 1] >= y0).all()
    assert (array[:, 1] <= y1).all()


def test_ranges_that_are_alike_give_a_square_view_with_a_fifth_of_padding():
    assert extent_of(np.array([[0.0, 0.0], [8.0, 2.0]])) == pytest.approx((-1, 9, -4, 6))


def test_ranges_that_differ_more_than_fourfold_have_a_scale_each():
    assert extent_of(np.array([[0.0, 0.0], [800.0, 0.8]])) == pytest.approx((-100, 900, -0.1, 0.9))


def test_a_shape_is_kept_where_it_must_be_with_the_same_padding_all_around():
    assert extent_of(np.array([[0.0, 0.0], [8.0, 4.0]]), keeps_shape=True) == pytest.approx((-1, 9, -1, 5))


def test_a_long_word_gets_a_view_that_the_canvas_shows_undistorted():
    x0, x1, y0, y1 = extent_of(np.array([[0.0, 0.0], [800.0, 0.8]]), keeps_shape=True)
    assert x1 - x0 == pytest.approx(plane.LARGEST_ASPECT * (y1 - y0))
    assert points.LARGEST_ASPECT == plane.LARGEST_ASPECT


def test_points_on_an_upright_line_get_a_square_view():
    assert extent_of(np.array([[3.0, 0.0], [3.0, 8.0]])) == pytest.approx((-2, 8, -1, 9))


@pytest.mark.parametrize("place", [0.0, 5.0, -1e12])
def test_one_place_gets_a_view_around_it(place):
    x0, x1, y0, y1 = extent_of(np.full((3, 2), place))
    assert x0 < place < x1
    assert x1 - x0 == pytest.approx(y1 - y0)
    assert (x0 + x1) / 2 == pytest.approx(place)


def test_ranges_that_are_only_rounding_are_no_ranges():
    x0, x1, _, _ = extent_of(np.array([[0.1 + 0.2, 0.0], [0.3, 0.0]]))
    assert x1 - x0 > 1.0


# ---- points in a recipe --------------------------------------------------------------------------


def test_spelled_out_points_come_back_as_they_are():
    drawn = datasets.draw(Data(points=((0.0, 1.0), (2.0, 3.0)), labels=(0, 2)), seed=0)
    assert drawn.points.tolist() == [[0.0, 1.0], [2.0, 3.0]]
    assert drawn.labels.tolist() == [0, 2]
    assert drawn.truth is None
    assert drawn.density is None


def test_points_without_labels_are_of_one_class():
    assert datasets.draw(Data(points=((0.0, 1.0),)), seed=0).labels.tolist() == [0]


@pytest.mark.parametrize(
    ("points", "sentence"),
    [
        ((), r"data\.points holds no points"),
        (((0.0, 0.0), (1e13, 0.0)), r"data\.points, row 2: 1e\+13 is too large; numbers may go up to 1e\+12"),
    ],
)
def test_points_that_cannot_be_used_are_named(points, sentence):
    with pytest.raises(Notice, match=sentence):
        datasets.draw(Data(points=points), seed=0)


def test_a_recipe_with_too_many_points_is_refused(monkeypatch):
    monkeypatch.setattr(recipe, "MAX_POINTS", 1)
    with pytest.raises(Notice, match="more than 1 points"):
        datasets.draw(Data(points=((0.0, 0.0), (1.0, 1.0))), seed=0)


# ---- words ---------------------------------------------------------------------------------------


def test_a_word_stands_upright_and_reads_from_the_left():
    """L has its upright stroke at the left and its foot at the bottom."""
    x, y = datasets.draw(Data(word="L", n=5000), seed=0).points.T
    left, right, low, high = x.min(), x.max(), y.min(), y.max()
    upper = y > (low + high) / 2
    assert x[upper].max() < left + 0.4 * (right - left)
    foot = y < low + 0.12 * (high - low)
    assert np.ptp(x[foot]) > 0.9 * (right - left)


def test_letters_come_in_their_order():
    x, y = datasets.draw(Data(word="I.", n=5000), seed=0).points.T
    is_dot = x > (x.min() + x.max()) / 2
    assert 0.02 < is_dot.mean() < 0.4
    assert y[is_dot].max() < y.min() + 0.3 * np.ptp(y)


def test_a_long_word_keeps_its_shape():
    drawn = datasets.draw(Data(word="Energyscape", n=500), seed=0)
    x0, x1, y0, y1 = drawn.extent
    assert 2 * (y1 - y0) < x1 - x0 <= 4 * (y1 - y0)
    assert np.ptp(drawn.points, axis=0)[0] == pytest.approx(2.0, abs=0.05)
    assert drawn.points.shape == (500, 2)


@pytest.mark.parametrize("word", ["Größe", "énergie", "Энергия", "ενέργεια", "a b", "∂"])
def test_words_of_many_languages_can_be_drawn(word):
    assert len(datasets.draw(Data(word=word, n=50), seed=0).points) == 50


@pytest.mark.parametrize(
    ("word", "sentence"),
    [
        ("", "Type a word first"),
        (" \n\t ", "Type a word first"),
        ("a" * 25, "The word has 25 letters; up to 24 can be drawn."),
        ("日", "The font has no letter '日'"),
        ("a\0", "The font has no letter"),
        ("\u200b", "The font has no letter"),
    ],
)
def test_words_that_cannot_be_drawn_are_refused(word, sentence):
    with pytest.raises(Notice, match=sentence):
        datasets.draw(Data(word=word), seed=0)


def test_the_same_seed_writes_the_same_points():
    first, again, other = (datasets.draw(Data(word="E", n=20), seed).points for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
