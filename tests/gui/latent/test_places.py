"""Slots, grids and the map: where pictures are, what is chosen, and what is taken."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest

from gui.latent.map_view import MapView
from gui.latent.picture_grid import PictureGrid
from gui.latent.slot import Slot
from tests.gui.latent.fakes import item

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def grid(qtbot):
    grid = PictureGrid(4)
    qtbot.addWidget(grid)
    grid.resize(420, 110)
    grid.show_items([item(value) for value in range(4)])
    return grid


def click(grid, index, keys=Qt.KeyboardModifier.NoModifier):
    QTest.mouseClick(grid, Qt.MouseButton.LeftButton, keys, grid.place_of(index).center().toPoint())


# ---- slots


@pytest.fixture
def slot(opened, qtbot):
    slot = Slot("A", opened)
    qtbot.addWidget(slot)
    return slot


def test_plus_takes_the_picture_that_is_looked_at(slot, opened):
    slot._add.click()
    assert slot.items == []
    opened.look_at(item(5))
    slot._add.click()
    assert slot.items == [opened.item]


def test_plus_takes_the_group_that_is_chosen_until_a_single_picture_is_looked_at(slot, opened):
    group = [item(1), item(2)]
    opened.look_at(item(5))
    opened.choose_group(group)
    slot._add.click()
    assert slot.items == group
    opened.look_at(item(6))
    slot._add.click()
    assert slot.items == [*group, opened.item]


def test_a_double_click_takes_one_picture_out_and_the_cross_all(slot, qtbot):
    slot.set_items([item(1), item(2)])
    with qtbot.waitSignal(slot.changed):
        slot._grid.activated.emit(0)
    assert [int(each.pixels[0, 0, 0]) for each in slot.items] == [2]
    slot._clear.click()
    assert slot.items == []


# ---- grids


def test_a_click_chooses_one_and_ctrl_a_group(grid, qtbot):
    click(grid, 1)
    assert (grid.current, grid.group) == (1, [])
    with qtbot.waitSignal(grid.group_chosen) as chosen:
        click(grid, 3, CTRL)
    assert chosen.args[0] == [grid.items[1], grid.items[3]]
    click(grid, 1, CTRL)
    assert grid.group == [3]
    click(grid, 0)
    assert grid.group == []


def test_shift_chooses_all_up_to_there(grid):
    click(grid, 3)
    click(grid, 1, SHIFT)
    assert grid.group == [1, 2, 3]


def test_a_group_whose_pictures_have_gone_is_none(grid):
    click(grid, 0)
    click(grid, 2, CTRL)
    grid.show_items(grid.items[:1])
    assert grid.group == [0]


def test_columns_stand_under_one_another_with_and_without_captions(grid):
    middles = [grid.place_of(index).center().x() for index in range(4)]
    grid.show_items(grid.items, ["x"] * 4)
    assert [grid.place_of(index).center().x() for index in range(4)] == pytest.approx(middles)


# ---- the map


@pytest.fixture
def view(qtbot):
    view = MapView()
    qtbot.addWidget(view)
    view.resize(500, 400)
    places = np.array([[-2.0, 0.0], [2.0, 0.0], [0.0, 5.0]])
    view.show_places(places, np.zeros((3, 4, 4, 1), np.uint8))
    return view


def centre_of(view, index):
    return view._rect_of(index).center()


def test_y_goes_upwards_and_x_to_the_right(view):
    left, right, top = (centre_of(view, index) for index in range(3))
    assert left.x() < top.x() < right.x()
    assert top.y() < left.y() == right.y()


@pytest.mark.parametrize("wheel", [0, 600])
def test_a_place_on_the_screen_is_where_its_picture_is_drawn(view, wheel):
    if wheel:
        view._scale, view._shift = 2.0, QPointF(-100, -50)
    for index, place in enumerate([(-2.0, 0.0), (2.0, 0.0), (0.0, 5.0)]):
        found = view._place_at(centre_of(view, index))
        assert (found.x(), found.y()) == pytest.approx(place, abs=1e-9)


def test_a_box_selects_what_lies_in_it(view):
    first, second = centre_of(view, 0).toPoint(), centre_of(view, 1).toPoint()
    far = QPoint(12, 12)
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=first - far)
    QTest.mouseMove(view, second + far)
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=second + far)
    assert view.selection == [0, 1]


def test_a_click_picks_one_and_beside_all_none(view, qtbot):
    with qtbot.waitSignal(view.clicked) as clicked:
        QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=centre_of(view, 2).toPoint())
    assert (clicked.args, view.selection) == ([2], [2])
    with qtbot.waitSignal(view.clicked) as clicked:
        QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(2, 2))
    assert (clicked.args, view.selection) == ([-1], [])


def test_a_grid_fills_the_view_row_by_row_from_the_top(view):
    view.show_grid(np.zeros((4, 4, 4, 1), np.uint8), 2)
    corners = [view._rect_of(index) for index in range(4)]
    assert corners[0].right() == corners[1].left()
    assert corners[0].bottom() == corners[2].top()
    assert corners[3].bottom() == pytest.approx(view.height())
