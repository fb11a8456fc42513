"""Strokes as bumps: the height that was asked for, few of them, and nothing where they do not belong."""

import numpy as np

from engine.recipe import MAX_BUMPS
from gui.bumps import BumpStroke

HOME = (-4.0, 4.0, -4.0, 4.0)


def change_at(stroke, places):
    """What a stroke adds to the energy at places (n, 2), on a square home view."""
    middles, heights, widths = stroke.bumps[:, :2], stroke.bumps[:, 2], stroke.bumps[:, 3]
    away = ((np.asarray(places)[:, None] - middles) ** 2).sum(2)
    return (heights * np.exp(-away / (2 * widths**2))).sum(1)


def drawn(places, home=HOME, width=0.5, height=3.0, room=MAX_BUMPS):
    stroke = BumpStroke(home, width, height, room)
    for place in places:
        stroke.move(*place)
    return stroke


def test_a_dab_is_one_bump_of_the_height_and_width_that_were_asked_for():
    np.testing.assert_allclose(drawn([(1.0, 2.0)]).bumps, [[1.0, 2.0, 3.0, 0.5]])


def test_all_of_a_stroke_is_raised_by_the_same_height_however_fast_it_was_drawn():
    fast = drawn([(-3.0, 1.0), (3.0, 1.0)])
    slow = drawn([(x, 1.0) for x in np.linspace(-3.0, 3.0, 400)])
    along = np.column_stack([np.linspace(-2.0, 2.0, 60), np.ones(60)])
    for stroke in (fast, slow):
        np.testing.assert_allclose(change_at(stroke, along), 3.0, atol=0.3)
        assert len(stroke.bumps) in (8, 9)  # one every three quarters of a unit


def test_going_over_a_place_again_in_one_stroke_changes_nothing():
    there = [(x, 0.0) for x in np.linspace(-2.0, 2.0, 30)]
    once, often = drawn(there), drawn(there + there[::-1] + there)
    np.testing.assert_allclose(once.bumps, often.bumps)


def test_a_scribble_over_an_area_makes_a_plateau():
    rows = [(sign * 1.5, y) for y in np.arange(-1.5, 1.6, 0.1) for sign in (-1, 1)]
    stroke = drawn(rows)
    inside = np.random.default_rng(0).uniform(-1, 1, (200, 2))
    assert abs(change_at(stroke, inside) - 3.0).max() < 0.8


def test_nothing_is_raised_outside_of_the_home_view():
    assert len(drawn([(5.0, 0.0), (9.0, 0.0)]).bumps) == 0
    assert (drawn([(-9.0, 0.0), (9.0, 0.0)]).bumps[:, 0] <= 4.0).all()


def test_a_stroke_ends_where_there_is_no_room_and_says_so():
    stroke = drawn([(-3.0, 0.0), (3.0, 0.0)], room=4)
    assert len(stroke.bumps) == 4
    assert stroke.is_full
    assert not stroke.move(3.0, 3.0)


def test_on_axes_of_different_units_bumps_are_as_far_apart_as_they_look():
    stroke = drawn([(0.0, 0.0), (1000.0, 0.0)], home=(0.0, 1000.0, 0.0, 1.0), width=0.05)
    assert abs(np.diff(stroke.bumps[:, 0]) - 75.0).max() < 12.0


def test_a_stroke_tells_whether_there_is_something_new_to_show():
    stroke = BumpStroke(HOME, 0.5, 1.0, MAX_BUMPS)
    assert stroke.move(0.0, 0.0)
    assert not stroke.move(0.1, 0.0)
    assert stroke.move(2.0, 0.0)
