"""The chains lab's widgets by themselves: what is drawn of chains, their traces, their table."""

import math

import numpy as np
import pytest
from PySide6.QtGui import QColor

from engine.messages import ChainMeasures, Chains, Mark, Phase, Story, Truth
from gui.chain_layer import ChainLayer, look_of
from gui.edits import Sketch
from gui.landscape_view import LandscapeView
from gui.marks import Colors
from gui.story_layer import StoryLayer
from gui.theme import DARK
from gui.walk_table import NOT_YET, Row, WalkTable, as_csv, as_markdown
from gui.walk_traces import WalkTraces


def chains(step=3, trail=None, positions=None, **more):
    trail = np.zeros((0, 1, 2)) if trail is None else np.asarray(trail, float)
    positions = trail[-1] if positions is None else np.asarray(positions, float)
    told = {
        "num_warm_up": 0,
        "is_warming_up": False,
        "step_size": 0.1,
        "acceptance": 0.5,
        "steps_per_second": 100.0,
    }
    return Chains(1, step, positions, np.zeros(len(positions), np.float32), trail, **{**told, **more})


def measures(**more):
    nothing = np.full(2, math.nan)
    told = {
        "r_hat": nothing, "ess_bulk": nothing, "ess_tail": nothing, "ess_per_second": math.nan,
        "ess_per_evaluation": math.nan, "acceptance": 0.25, "divergences": 0, "jump": 0.5, "switches": 1.5,
        "total_variation": 0.125, "kl": 0.25, "occupancy": np.ones(1), "autocorrelation": np.ones((3, 2)),
        "marginal_x": np.ones(32) / 2, "marginal_y": np.ones(32) / 2, "log_z": math.nan, "steps_per_second": 1000.0,
    }  # fmt: skip
    return ChainMeasures(1, 10, 10, 1, **{**told, **more})


TRUTH = Truth(
    1,
    (-1.0, 1.0, -1.0, 1.0),
    0.0,
    np.zeros(2),
    np.eye(2),
    np.ones(32) / 2,
    np.ones(32) / 2,
    np.zeros((1, 2)),
    np.ones(1),
)


@pytest.fixture
def layer(qtbot):
    """A layer on a canvas of the square from -1 to 1."""
    view = LandscapeView()
    qtbot.addWidget(view)
    view.set_sketch(Sketch(extent=(-1.0, 1.0, -1.0, 1.0)))
    layer = ChainLayer()
    layer.set_colors("#00ff00", "#000000", "#ff0000", "#ffffff")
    view.canvas.add_layer(layer, 5.0)
    view.resize(500, 500)
    view.show()
    qtbot.waitExposed(view)
    layer.view = view
    return layer


def color_at(layer, x, y):
    canvas = layer.view.canvas
    place = (
        canvas.getPlotItem()
        .getViewBox()
        .mapViewToDevice(canvas.getPlotItem().getViewBox().mapToView(_point(layer, x, y)))
    )
    image = canvas.grab().toImage()
    return QColor(image.pixel(place.toPoint()))


def _point(layer, x, y):
    from PySide6.QtCore import QPointF

    box = layer.view.canvas.getPlotItem().getViewBox()
    return box.mapFromView(QPointF(x, y))


def on_screen_scale(layer):
    """Pixels for one unit of x."""
    box = layer.view.canvas.getPlotItem().getViewBox()
    return box.width() / box.viewRect().width()


def greener(color):
    return color.green() - color.red()


def test_each_chain_is_a_dot_where_it_is(layer):
    layer.show_chains(chains(positions=[[0.5, 0.25], [-0.5, 0.5]]))
    assert color_at(layer, 0.5, 0.25).red() > 200
    assert color_at(layer, -0.5, 0.5).red() > 200
    assert color_at(layer, 0.0, -0.3).red() < 60


def test_in_a_phase_before_the_last_the_first_chains_are_where_they_were(layer):
    layer.show_chains(chains(positions=[[0.5, 0.25], [-0.5, 0.5]]), np.array([[0.0, -0.3]]))
    assert color_at(layer, 0.0, -0.3).red() > 200
    assert color_at(layer, -0.5, 0.5).red() > 200
    assert color_at(layer, 0.5, 0.25).red() < 60


def test_a_rejected_proposal_is_a_cross_and_an_accepted_one_a_dot_in_a_ring(layer):
    marks = StoryLayer()
    marks.set_colors(Colors.of(DARK)._replace(line=QColor("#00ff00"), chain=QColor("#ff0000")))
    layer.view.canvas.add_layer(marks, 6.0)
    told = [Mark(look, np.array([[x, 0.4]]), since=0, until=1) for look, x in (("rejected", -0.4), ("accepted", 0.4))]
    marks.show_phase(Story((Phase("reject", "", np.zeros((1, 2))),), tuple(told)), 0, has_ring=False)
    assert greener(color_at(layer, -0.4, 0.4)) > 150
    assert color_at(layer, 0.4, 0.4).red() > 150
    # The ring is nine pixels from the middle, the cross has nothing there.
    side = 9.0 / on_screen_scale(layer)
    assert greener(color_at(layer, 0.4 + side, 0.4)) > 100
    assert greener(color_at(layer, -0.4 + side, 0.4)) < 60


def test_many_chains_are_drawn_smaller_and_paler_than_few():
    looks = [look_of(count) for count in (1, 4, 100, 1024, 4096)]
    radii = [look.radius_px for look in looks]
    assert radii == sorted(radii, reverse=True)
    assert looks[0].opacity == 1
    assert looks[-1].opacity < 1
    assert radii[-1] >= 1.5


def test_the_trail_is_as_long_as_was_asked(layer):
    trail = np.stack([np.linspace(-0.8, 0.8, 50), np.full(50, 0.3)], 1)[:, None]
    layer.set_trail_length(50)
    layer.show_chains(chains(step=50, trail=trail))
    assert greener(color_at(layer, -0.7, 0.3)) > 20
    layer.set_trail_length(5)
    assert greener(color_at(layer, -0.7, 0.3)) < 10


def test_marginals_lie_along_the_lower_edge_and_can_be_hidden(layer):
    layer.show_truth(TRUTH)
    layer.show_measures(measures())
    assert color_at(layer, 0.2, -0.97).red() > 80
    layer.set_marginals_visible(False)
    assert color_at(layer, 0.2, -0.97).red() < 60


def test_a_trace_has_every_step_that_trails_told_of_and_a_gap_elsewhere(qtbot):
    traces = WalkTraces()
    qtbot.addWidget(traces)
    first = np.arange(1.0, 11.0)[:, None, None] * np.ones((1, 2, 2))
    traces.show_chains(chains(step=10, trail=first))
    second = np.arange(8.0, 15.0)[:, None, None] * np.ones((1, 2, 2))
    traces.show_chains(chains(step=14, trail=second))
    assert traces._positions[:, 0, 0].tolist() == [float(step) for step in range(1, 15)]
    third = np.arange(18.0, 21.0)[:, None, None] * np.ones((1, 2, 2))
    traces.show_chains(chains(step=20, trail=third))
    assert np.isnan(traces._positions[14:17]).all()
    assert traces._positions[17:, 0, 0].tolist() == [18.0, 19.0, 20.0]
    traces.resize(700, 180)
    traces.show_measures(measures(r_hat=np.array([1.01, 1.2]), ess_bulk=np.array([100.0, 20.0])))
    assert not traces.grab().isNull()
    traces.show_chains(chains(step=1, trail=first[:1]))
    assert len(traces._positions) == 1


def test_the_table_says_what_is_not_known_yet_and_copies_as_markdown_and_csv(qtbot):
    rows = [Row("Random walk", measures()), Row("MALA", None)]
    table = WalkTable()
    qtbot.addWidget(table)
    table.show_rows(rows)
    assert table._table.item(0, 1).text() == "–"
    assert table._table.item(0, 1).toolTip() == NOT_YET
    markdown = as_markdown(rows).splitlines()
    assert len(markdown) == 4
    assert "| Random walk |" in markdown[2]
    assert "0.125" in markdown[2]
    text = as_csv(rows).splitlines()
    assert text[1].startswith('"Random walk",,')
    assert text[2] == '"MALA"' + "," * 12
