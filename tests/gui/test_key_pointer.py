"""What the mouse does on a canvas, by keys."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from gui.canvas import Canvas
from gui.latent.map_view import MapView
from gui.latent.pad import Pad

KEY, CONTROL = Qt.Key, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def canvas(qtbot):
    canvas = Canvas()
    qtbot.addWidget(canvas)
    canvas.resize(500, 400)
    canvas.show()
    canvas.setFocus()
    QTest.qWait(20)
    return canvas


def edits_of(canvas):
    made = []
    canvas.edit_made.connect(lambda edit, name: made.append(edit))
    return made


def press(widget, *keys):
    for key in keys:
        QTest.keyClick(widget, key)


def test_enter_places_a_point_where_the_cross_is(canvas):
    made = edits_of(canvas)
    press(canvas, KEY.Key_Right, KEY.Key_Return)
    assert len(made) == 1
    [point] = made[0].points
    x0, x1, y0, y1 = canvas.extent
    assert x0 < point[0] < x1
    assert y0 < point[1] < y1
    assert not canvas.keys.is_held


def test_while_the_button_is_held_the_arrows_draw_a_stroke(canvas):
    made = edits_of(canvas)
    press(canvas, KEY.Key_Right)
    QTest.keyClick(canvas, KEY.Key_Return, CONTROL)
    assert canvas.keys.is_held
    press(canvas, *[KEY.Key_Right] * 12)
    assert made == []
    QTest.keyClick(canvas, KEY.Key_Return, CONTROL)
    assert len(made) == 1
    assert len(made[0].points) > 2
    assert np.ptp(made[0].points[:, 0]) > 5 * np.ptp(made[0].points[:, 1])


def test_where_no_cross_is_seen_enter_is_for_others(canvas):
    made = edits_of(canvas)
    assert not canvas.keys.is_shown
    press(canvas, KEY.Key_Return)
    assert made == []


def test_who_leaves_lets_the_button_go(canvas, qtbot):
    made = edits_of(canvas)
    press(canvas, KEY.Key_Right)
    QTest.keyClick(canvas, KEY.Key_Return, CONTROL)
    canvas.clearFocus()
    assert not canvas.keys.is_held
    assert not canvas.keys.is_shown
    assert len(made) == 1


def test_balls_and_chains_are_placed_by_enter(canvas):
    dropped = []
    canvas.balls_dropped.connect(lambda x, y, are_many: dropped.append(are_many))
    canvas.set_dropping(True)
    press(canvas, KEY.Key_Up, KEY.Key_Return)
    QTest.keyClick(canvas, KEY.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert dropped == [False, True]


def test_a_picture_of_the_map_is_chosen_by_enter(qtbot):
    view = MapView()
    qtbot.addWidget(view)
    view.resize(400, 300)
    view.show_grid(np.zeros((4, 8, 8, 1), np.uint8), 2)
    view.show()
    view.setFocus()
    clicked = []
    view.clicked.connect(clicked.append)
    press(view, *[KEY.Key_Right] * 4, *[KEY.Key_Down] * 4, KEY.Key_Return)
    assert clicked == [3]


def test_the_pad_is_drawn_on_by_keys(qtbot):
    pad = Pad()
    qtbot.addWidget(pad)
    pad.resize(300, 300)
    pad.show()
    pad.setFocus()
    press(pad, KEY.Key_Left)
    QTest.keyClick(pad, KEY.Key_Return, CONTROL)
    press(pad, *[KEY.Key_Left] * 5)
    QTest.keyClick(pad, KEY.Key_Return, CONTROL)
    assert not pad.is_blank
    assert pad.image.pixelColor(0, 0).value() == 0
    assert pad.image.pixelColor(125, 140).value() == 255
