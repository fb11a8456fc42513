"""The layers on a canvas, seen as pixels."""

import math

import numpy as np
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication

from engine.messages import Figure, Landscape
from gui.landscape_view import LandscapeView
from gui.overlays import NAMES
from gui.theme import DARK

EXTENT = (-1.0, 1.0, -1.0, 1.0)
NOTHING = np.zeros((0, 2))


class Seen:
    """A view with one layer on, and the colours of places on it."""

    def __init__(self, qtbot, *layers):
        self.view = LandscapeView()
        qtbot.addWidget(self.view)
        self.view.resize(640, 560)
        self.view.set_theme(DARK)
        self.view.show()
        self.view.canvas.set_contours_visible(False)
        self.view.set_layers({name: name in layers for name in NAMES})

    def show(self, **fields):
        flat = np.zeros((8, 8), np.float32)
        plain = {
            "run": 1, "step": 1, "data_version": 1, "energy": flat, "extent": EXTENT, "temperature": 1.0, "log_z": 0.0,
            "lowest": 0.0, "samples": NOTHING, "contours": NOTHING, "offsets": np.zeros(1, np.int32),
            "steps_per_second": 1.0,
        }  # fmt: skip
        landscape = Landscape(**(plain | fields))
        self.view.show_landscape(landscape)

    def color_at(self, x, y):
        QApplication.processEvents()
        canvas = self.view.canvas
        at = canvas.mapFromScene(canvas.getPlotItem().vb.mapViewToScene(QPointF(x, y)))
        return QColor(canvas.grab().toImage().pixel(at))

    def differs(self, x, y, from_x, from_y):
        one, other = self.color_at(x, y), self.color_at(from_x, from_y)
        return abs(one.red() - other.red()) + abs(one.green() - other.green()) + abs(one.blue() - other.blue()) > 40


def upper_left():
    """Rows from the lowest y: one corner alone is set, so that a picture that lies wrong is noticed."""
    values = np.zeros((10, 10), np.float32)
    values[8:, :3] = 1.0
    return values


def test_a_push_down_glows_where_it_was_and_a_push_up_elsewhere_does_not_show_in_its_layer(qtbot):
    seen = Seen(qtbot, "push_down")
    seen.show(pushed_down=-upper_left(), pushed_up=upper_left().T.copy())
    assert seen.differs(-0.8, 0.85, 0.8, -0.85)
    assert not seen.differs(0.85, -0.8, 0.0, 0.0)


def test_pushes_that_cancel_show_nothing_once_both_are_on(qtbot):
    seen = Seen(qtbot, "push_down", "push_up")
    seen.show(pushed_down=-upper_left(), pushed_up=upper_left())
    assert not seen.differs(-0.8, 0.85, 0.8, -0.85)
    seen.view.set_layers({name: name == "push_up" for name in NAMES})
    assert seen.differs(-0.8, 0.85, 0.8, -0.85)


def test_the_sea_covers_what_is_low_and_has_islands(qtbot):
    seen = Seen(qtbot, "sea")
    x = (np.arange(40) + 0.5) / 20 - 1
    ground = (np.abs(x - 0.5) + np.abs(x[:, None] - 0.5)).astype(np.float32)
    ground[np.ix_(np.abs(x - 0.5) < 0.1, np.abs(x - 0.5) < 0.1)] = 5.0
    water, island, land = (0.75, 0.5), (0.5, 0.5), (-0.5, 0.5)
    seen.show(energy=ground, sea_level=math.nan)
    dry = [seen.color_at(*at) for at in (water, island, land)]
    seen.show(energy=ground, sea_level=0.45)
    flooded = [seen.color_at(*at) for at in (water, island, land)]
    assert flooded[0].blue() > flooded[0].red() + 40
    assert flooded[0] != dry[0]
    assert flooded[1:] == dry[1:]


def test_a_line_runs_where_it_should_and_goes_when_its_layer_goes(qtbot):
    seen = Seen(qtbot, "manifold")
    line = np.array([[-0.6, 0.2], [0.6, 0.8]])
    figure = Figure(line, np.array([0, 2], np.int32), np.zeros((0, 4)), NOTHING)
    seen.show(figures={"manifold": figure})
    assert seen.differs(0.0, 0.5, 0.0, -0.5)
    seen.view.set_layers(dict.fromkeys(NAMES, False))
    assert not seen.differs(0.0, 0.5, 0.0, -0.5)


def test_an_arrow_of_the_field_stands_about_its_place(qtbot):
    seen = Seen(qtbot, "field")
    places = np.array([[x, y] for x in (-0.5, 0.5) for y in (-0.5, 0.5)])
    field = np.hstack([places, np.tile([0.0, 1.0], (4, 1))])
    field[3, 2:] = 0.0
    seen.show(field=field)
    assert seen.differs(-0.5, 0.5, 0.0, 0.0)
    assert not seen.differs(0.5, 0.5, 0.0, 0.0)


@pytest.mark.parametrize("wrong", [math.nan, math.inf, 1e300])
def test_numbers_that_are_no_places_are_drawn_nowhere(qtbot, wrong):
    seen = Seen(qtbot, *NAMES[:5], "sea")
    line = np.array([[wrong, 0.0], [0.5, wrong], [0.5, 0.5]])
    arrows = np.array([[0.0, 0.0, wrong, 0.0], [0.0, 0.0, 0.1, 0.1]])
    figure = Figure(line, np.array([0, 3], np.int32), arrows, line)
    heat = np.full((4, 4), min(wrong, 3e38), np.float32)
    seen.show(figures={"manifold": figure, "parts": figure}, field=arrows, pushed_down=heat, pushed_up=heat)
    seen.view.overlays.show_at_cursor(figure)
    seen.color_at(0.0, 0.0)


def test_a_dropped_ball_rolls_by_the_clock_and_stops_the_clock_at_rest(qtbot):
    seen = Seen(qtbot, "balls")
    x = (np.arange(32) + 0.5) / 16 - 1
    seen.show(energy=(200 * (x**2 + x[:, None] ** 2)).astype(np.float32))
    seen.view.drop_balls(0.5, 0.5, False)
    overlays = seen.view.overlays
    qtbot.waitUntil(lambda: abs(overlays._balls.places[0]).max() < 0.1, timeout=10_000)
    qtbot.waitUntil(lambda: not overlays._tick.isActive(), timeout=10_000)
    seen.view.set_layers(dict.fromkeys(NAMES, False))
    assert len(overlays._balls.places) == 0
