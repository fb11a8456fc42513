"""Where chains start: the choice, what it says of itself, and the places that come of it."""

import numpy as np
import pytest
from PySide6.QtWidgets import QComboBox

from gui.start_page import KINDS, StartPage, spread


@pytest.fixture
def page(qtbot):
    page = StartPage()
    qtbot.addWidget(page)
    page.told, page.asked = [], []
    page.place_changed.connect(page.told.append)
    page.asked_for.connect(page.asked.append)
    return page


def choose(page, kind):
    choice = page.findChild(QComboBox)
    choice.setCurrentIndex(list(KINDS).index(kind))
    choice.activated.emit(choice.currentIndex())


def turn(page, name, value):
    page.panel._controls[name].set_value(value)
    page.panel._on_changed()


def test_chains_start_wide_until_a_place_is_clicked_and_can_go_back(page):
    assert page.starts.shape == (0, 2)
    page.take_path(np.array([[1.0, 2.0]]))
    np.testing.assert_array_equal(page.told[-1]["starts"], [[1.0, 2.0]])
    assert page.kind == "place"
    assert "(1, 2)" in page._says.text()
    choose(page, "wide")
    assert page.told[-1]["starts"].shape == (0, 2)
    choose(page, "place")
    np.testing.assert_array_equal(page.told[-1]["starts"], [[1.0, 2.0]])


@pytest.mark.parametrize("count", [1, 2, 7, 4096])
def test_along_a_stroke_there_are_as_many_places_as_chains_at_equal_distances(page, count):
    page.take_path(np.array([[0.0, 0.0], [3.0, 0.0], [3.0, 1.0]]))
    turn(page, "chains", count)
    starts = page.told[-1]["starts"]
    assert starts.shape == (count, 2)
    assert page.told[-1]["num_chains"] == count
    np.testing.assert_array_equal(starts[0], [0.0, 0.0])
    if count > 1:
        travelled = starts.sum(1)  # along this way
        np.testing.assert_allclose(np.diff(travelled), 4.0 / (count - 1))


def test_a_way_without_length_is_one_place():
    np.testing.assert_array_equal(spread(np.array([[1.0, 1.0], [1.0, 1.0]]), 3), np.ones((3, 2)))


def test_what_has_not_been_drawn_yet_is_asked_for_and_the_choice_stays(page):
    choose(page, "stroke")
    assert "Draw" in page.asked[-1]
    assert page.findChild(QComboBox).currentText() == KINDS["wide"]
    choose(page, "data")
    assert "no data" in page.asked[-1]
    assert page.told == []


def test_at_the_data_each_chain_has_a_point_of_its_own_where_there_are_enough(page):
    points = np.random.default_rng(0).normal(size=(50, 2))
    page.set_data(points)
    turn(page, "chains", 50)
    choose(page, "data")
    starts = page.told[-1]["starts"]
    np.testing.assert_array_equal(np.sort(starts, 0), np.sort(points, 0))
    turn(page, "chains", 4096)
    assert page.told[-1]["starts"].shape == (4096, 2)
    page.set_data(np.zeros((0, 2)))
    assert page.kind == "wide"


def test_another_target_forgets_the_places_on_the_old_one(page):
    page.take_path(np.array([[1.0, 2.0]]))
    page.forget_paths()
    assert page.kind == "wide"
    assert page.starts.shape == (0, 2)
