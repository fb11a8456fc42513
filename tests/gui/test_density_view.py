"""Densities in the landscape's place: their values, colours and scale."""

import numpy as np
import pytest
from PySide6.QtGui import QColor

from gui.colorbar import ColorBar
from gui.density_view import KINDS, DensityView, diverging
from gui.edits import Sketch
from gui.landscape_view import LandscapeView
from gui.theme import DARK, LIGHT
from tests.gui.test_walks import TRUTH, color_at, measures

EXACT = np.full((4, 4), 0.25, np.float32)
DRAWS = EXACT.copy()
DRAWS[0, 3], DRAWS[3, 0] = 1.25, 0.0  # too many at the lower right, none at the upper left
KNOWN = TRUTH.__class__(
    1, TRUTH.extent, 0.0, TRUTH.mean, TRUTH.covariance, TRUTH.marginal_x, TRUTH.marginal_y, TRUTH.floors, TRUTH.masses,
    EXACT,
)  # fmt: skip


@pytest.fixture
def shown(qtbot):
    """A density on a canvas of the square from -1 to 1."""
    view = LandscapeView()
    qtbot.addWidget(view)
    view.set_sketch(Sketch(extent=(-1.0, 1.0, -1.0, 1.0)))
    density = DensityView(view.canvas)
    view.resize(500, 500)
    view.show()
    qtbot.waitExposed(view)
    density.view = view
    return density


def test_the_difference_is_that_of_the_two_densities(shown):
    shown.show_truth(KNOWN)
    shown.set_kind("difference")
    assert (shown.values == 0).all()
    shown.show_measures(measures(density=DRAWS))
    np.testing.assert_allclose(shown.values, DRAWS - EXACT)
    shown.set_kind("density of draws")
    assert shown.values is DRAWS
    shown.set_kind("exact density")
    assert shown.values is EXACT
    shown.set_kind("landscape")
    assert shown.values is None


def test_too_many_draws_are_orange_and_too_few_are_blue_and_where_they_are(shown):
    shown.show_truth(KNOWN)
    shown.show_measures(measures(density=DRAWS))
    shown.set_kind("difference")
    many, few = color_at(shown, 0.75, -0.75), color_at(shown, -0.75, 0.75)
    assert many.red() > many.blue() + 60
    assert few.blue() > few.red() + 60
    assert color_at(shown, -0.2, -0.2).lightness() < 60


def test_draws_of_another_target_are_not_kept(shown):
    shown.set_kind("density of draws")
    shown.show_truth(KNOWN)
    shown.show_measures(measures(density=DRAWS))
    shown.show_truth(KNOWN)
    assert not shown.values.any()


def test_measures_without_a_density_leave_the_last_one(shown):
    shown.set_kind("density of draws")
    shown.show_truth(KNOWN)
    shown.show_measures(measures(density=DRAWS))
    shown.show_measures(measures())
    assert shown.values is DRAWS
    shown.show_measures(None)
    assert not shown.values.any()


def test_the_bar_tells_the_scale_and_goes_back_to_the_landscape(shown, qtbot):
    bar = ColorBar()
    qtbot.addWidget(bar)
    shown.show_truth(KNOWN)
    assert not shown.show_scale(bar)
    shown.set_kind("difference")
    assert shown.show_scale(bar)
    assert shown.ends == (-0.1, 0.1)
    assert bar.ticks[0][1] == "−0.10"
    bar.resize(60, 200)
    bar.grab()
    bar.set_scale("energy", 0.0, 1.0, 0.0, 10.0)
    assert bar.ticks[-1][1] == "10"


@pytest.mark.parametrize("theme", [DARK, LIGHT])
def test_the_diverging_map_is_as_light_on_both_sides_and_its_ends_differ_in_blue_against_yellow(theme):
    """Which is what the two common kinds of colour blindness leave."""
    colors = [QColor(*each.tolist()) for each in diverging(theme.name)]
    assert len(colors) == 256
    lightness = np.array([0.3 * each.red() + 0.59 * each.green() + 0.11 * each.blue() for each in colors])
    assert abs(lightness - lightness[::-1]).max() < 40
    middle, ends = lightness[127], lightness[[0, 255]]
    assert (abs(ends - middle) > 60).all()
    blue, orange = colors[0], colors[-1]
    assert blue.blue() - blue.red() > 80
    assert orange.red() - orange.blue() > 80


def test_every_kind_can_be_painted_before_anything_is_known(shown):
    for kind in KINDS:
        shown.set_kind(kind)
        shown.set_theme(LIGHT)
        assert not shown.view.grab().isNull()
