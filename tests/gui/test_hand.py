"""The left button on the landscape of chains: clicks, strokes, raising and digging."""

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from gui.canvas import Canvas
from gui.edits import Sketch
from gui.hand import Hand
from gui.sculpting import Sculpting


@pytest.fixture
def canvas(qtbot):
    """On the square from -1 to 1, with a hand."""
    canvas = Canvas()
    qtbot.addWidget(canvas)
    canvas.set_dropping(True)
    canvas.set_sketch(Sketch(extent=(-1.0, 1.0, -1.0, 1.0)))
    canvas.resize(500, 500)
    canvas.show()
    qtbot.waitExposed(canvas)
    canvas.hand = Hand(Sculpting(canvas), canvas)
    canvas.hand.add_canvas(canvas)
    return canvas


def at(canvas, x, y):
    return canvas.getPlotItem().getViewBox().mapViewToScene(QPointF(x, y)).toPoint()


def drag(canvas, places, is_released=True, modifier=Qt.KeyboardModifier.NoModifier):
    view, left = canvas.viewport(), Qt.MouseButton.LeftButton
    QTest.mousePress(view, left, modifier, at(canvas, *places[0]))
    for place in places[1:]:
        QTest.mouseMove(view, at(canvas, *place))
    if is_released:
        QTest.mouseRelease(view, left, modifier, at(canvas, *places[-1]))


def test_a_click_places_chains_and_a_drag_gives_its_way(canvas):
    placed = []
    canvas.hand.placed.connect(placed.append)
    drag(canvas, [(0.5, 0.25)])
    drag(canvas, [(-0.5, 0.0), (0.0, 0.5), (0.5, 0.0)])
    assert placed[0].shape == (1, 2)
    np.testing.assert_allclose(placed[0], [[0.5, 0.25]], atol=0.01)
    np.testing.assert_allclose(placed[1], [[-0.5, 0.0], [0.0, 0.5], [0.5, 0.0]], atol=0.01)


def test_raising_shows_while_the_button_is_down_and_is_one_thing_to_undo(canvas):
    sculpting = canvas.hand.sculpting
    canvas.hand.set_tool("raise_land")
    drag(canvas, [(-0.5, 0.0), (0.5, 0.0)], is_released=False)
    assert len(sculpting.bumps) > 3
    assert len(sculpting.kept) == 0
    QTest.mouseRelease(canvas.viewport(), Qt.MouseButton.LeftButton, pos=at(canvas, 0.5, 0.0))
    assert (sculpting.kept[:, 2] > 0).all()
    assert sculpting.stack.count() == 1
    assert sculpting.stack.undoText() == "raise"


@pytest.mark.parametrize(("tool", "modifier", "sign"), [
    ("dig_land", Qt.KeyboardModifier.NoModifier, -1),
    ("raise_land", Qt.KeyboardModifier.ShiftModifier, -1),
    ("dig_land", Qt.KeyboardModifier.ShiftModifier, 1),
])  # fmt: skip
def test_dig_digs_and_shift_does_the_opposite(canvas, tool, modifier, sign):
    canvas.hand.set_tool(tool)
    canvas.hand.set_brush({"width": 0.2, "height": 4.0})
    drag(canvas, [(0.1, 0.1)], modifier=modifier)
    np.testing.assert_allclose(canvas.hand.sculpting.kept[0, 2:], [sign * 4.0, 0.2])


def test_escape_gives_a_stroke_up(canvas):
    canvas.hand.set_tool("dig_land")
    drag(canvas, [(-0.5, 0.0), (0.5, 0.0)], is_released=False)
    assert canvas.hand.cancel()
    assert not canvas.hand.cancel()
    QTest.mouseRelease(canvas.viewport(), Qt.MouseButton.LeftButton, pos=at(canvas, 0.5, 0.0))
    assert len(canvas.hand.sculpting.bumps) == 0


def test_beyond_the_home_view_nothing_changes_and_a_sentence_says_why(canvas):
    said = []
    canvas.hand.noticed.connect(said.append)
    canvas.hand.set_tool("raise_land")
    canvas.zoom(4.0)
    drag(canvas, [(2.0, 2.0)])
    assert len(canvas.hand.sculpting.bumps) == 0
    assert "home view" in said[0]


def test_the_other_buttons_and_keys_are_left_to_the_canvas(canvas):
    canvas.hand.set_tool("raise_land")
    QTest.mousePress(canvas.viewport(), Qt.MouseButton.MiddleButton, pos=at(canvas, 0.0, 0.0))
    QTest.mouseMove(canvas.viewport(), at(canvas, 0.5, 0.0))
    QTest.mouseRelease(canvas.viewport(), Qt.MouseButton.MiddleButton, pos=at(canvas, 0.5, 0.0))
    assert len(canvas.hand.sculpting.bumps) == 0
    assert canvas.extent[0] < -1.2  # it was panned


def test_the_brush_stays_within_its_range(canvas):
    for _ in range(30):
        canvas.hand.scale_brush(1.5)
    assert canvas.hand.brush.width == 0.6
    with pytest.raises(KeyError):
        canvas.hand.set_tool("pen")
