"""The welcome page and the tour: every way to begin by mouse and by keyboard, and callouts that cover nothing."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QMainWindow, QPushButton, QSplitter, QTextEdit

from engine.messages import Entry
from gui.cards import Card, CardGrid
from gui.tour import Tour, place
from gui.welcome import Welcome

NAMES = ("two_moons", "rings", "cross")


def entries(names=NAMES):
    return [Entry(name, name.replace("_", " ").capitalize(), f"About {name}.", "", "", ()) for name in names]


@pytest.fixture
def page(qtbot):
    page = Welcome()
    page.resize(1280, 660)
    qtbot.addWidget(page)
    page.show()
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)
    return page


def card(page, title):
    (found,) = [each for each in page.findChildren(Card) if each.text() == title and each.isVisible()]
    return found


# ---- the page --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "signal"),
    [
        ("Sketch your own", "sketch_chosen"),
        ("Open a file", "open_chosen"),
        ("Type a word", "word_chosen"),
        ("Chains lab", "lab_chosen"),
        ("Latent lab", "lab_chosen"),
        ("Lessons", "lessons_chosen"),
    ],
)
@pytest.mark.parametrize("key", [None, Qt.Key.Key_Return, Qt.Key.Key_Space])
def test_each_start_is_chosen_by_click_enter_and_space_before_the_engine_is_ready(page, qtbot, title, signal, key):
    with qtbot.waitSignal(getattr(page, signal), timeout=1000):
        if key is None:
            QTest.mouseClick(card(page, title), Qt.MouseButton.LeftButton)
        else:
            QTest.keyClick(card(page, title), key)


def test_tab_reaches_every_way_to_begin_in_the_order_of_reading(page, qtbot):
    page.set_recent(["/tmp/a.csv", "/tmp/b.npz"])
    page.set_presets(entries())
    qtbot.waitUntil(lambda: page._recent_buttons[-1].isVisible())
    page.setFocus()
    reached = []
    for _ in range(20):
        name = page.focusWidget().accessibleName() or page.focusWidget().toolTip()
        if name in reached:
            break
        reached.append(name)
        QTest.keyClick(page.focusWidget(), Qt.Key.Key_Tab)
    starts = ["Sketch your own", "Open a file", "Type a word", "Chains lab", "Latent lab", "Lessons"]
    assert reached == [*starts, "Two moons", "Rings", "Cross", "/tmp/a.csv", "/tmp/b.npz"]


def test_a_sample_is_chosen_by_its_name_and_pictures_are_asked_for(page, qtbot):
    asked = []
    page.thumbnail_wanted.connect(asked.append)
    page.set_presets(entries())
    assert asked == list(NAMES)
    with qtbot.waitSignal(page.preset_chosen, timeout=1000) as chosen:
        QTest.mouseClick(card(page, "Rings"), Qt.MouseButton.LeftButton)
    assert chosen.args == ["rings"]


def test_a_restarted_engine_with_the_same_samples_leaves_the_pictures(page):
    page.set_presets(entries())
    before = card(page, "Rings")
    page.set_presets(entries())
    assert card(page, "Rings") is before
    page.set_presets(entries(("rings", "square")))
    assert [each.text() for each in page._sample_grid.cards] == ["Rings", "Square"]


def test_until_the_engine_is_ready_the_page_says_so(page):
    waiting = [label for label in page.findChildren(QLabel) if "engine is ready" in label.text()]
    assert waiting[0].isVisible()
    page.set_presets(entries())
    assert not waiting[0].isVisible()


def test_a_recent_file_is_chosen_by_its_path(page, qtbot):
    path = "/home/anna/R&D/" + "long folder/" * 20 + "iris.npz"
    page.set_recent([path, "/tmp/b.csv"])
    (button,) = [each for each in page.findChildren(QPushButton) if each.toolTip() == path]
    assert button.text().startswith("iris.npz")
    with qtbot.waitSignal(page.recent_chosen, timeout=1000) as chosen:
        QTest.keyClick(button, Qt.Key.Key_Return)
    assert chosen.args == [path]
    page.set_recent([])
    assert not any(each.isVisible() for each in page.findChildren(QPushButton))


def test_a_narrow_page_cuts_nothing_off(page, qtbot):
    page.set_presets(entries())
    page.set_recent(["/home/" + "long folder/" * 30 + "iris.npz"])
    page.resize(520, 600)
    qtbot.waitUntil(lambda: card(page, "Cross").mapTo(page, QPoint(0, 0)).x() < 520)
    shown = [*page.findChildren(Card), *page.findChildren(QPushButton)]
    for each in shown:
        assert each.mapTo(page, QPoint(each.width(), 0)).x() <= page.width()


# ---- pictures of points ----------------------------------------------------------------------------


def picture(page, points):
    page.set_presets(entries())
    page.set_thumbnail("two_moons", points)
    return card(page, "Two moons")._points


def test_a_thumbnail_keeps_proportions_and_has_y_upwards(page):
    points = picture(page, np.array([[0.0, 0.0], [2.0, 0.0], [0.0, 1.0]]))
    np.testing.assert_allclose(points, [[0.0, 0.75], [1.0, 0.75], [0.0, 0.25]])


@pytest.mark.parametrize(
    "points",
    [
        np.zeros((0, 2)),
        np.zeros((5, 2)),
        np.full((3, 2), np.nan),
        np.array([[-1.7e308, 0.0], [1.7e308, 1.0]]),
        np.array([[1e-300, 0.0], [2e-300, 1e-301]]),
        np.array([[np.inf, 0.0], [1.0, 1.0], [2.0, 2.0]]),
    ],
)
def test_a_thumbnail_of_any_numbers_lies_in_its_square(page, points):
    found = picture(page, points)
    assert np.all((found >= -1e-9) & (found <= 1 + 1e-9))
    assert not card(page, "Two moons").grab().isNull()


def test_a_thumbnail_draws_its_points(page):
    page.set_presets(entries())
    empty = card(page, "Two moons").grab().toImage()
    page.set_thumbnail("two_moons", np.random.default_rng(0).normal(size=(1000, 2)))
    assert card(page, "Two moons").grab().toImage() != empty
    page.set_thumbnail("unheard_of", np.zeros((3, 2)))


# ---- the tour --------------------------------------------------------------------------------------


@given(
    x=st.integers(0, 900),
    y=st.integers(0, 500),
    width=st.integers(1, 380),
    height=st.integers(1, 220),
)
def test_a_callout_is_in_the_window_and_covers_nothing_of_a_small_target(x, y, width, height):
    target, room = QRect(x, y, width, height), QRect(0, 0, 1280, 720)
    corner, side = place(target, QSize(340, 160), room)
    put = QRect(corner, QSize(340, 160))
    assert room.contains(put)
    assert side != "over"
    assert not put.intersects(target)


def test_a_callout_for_the_whole_window_lies_over_it():
    room = QRect(0, 0, 1280, 720)
    corner, side = place(room, QSize(340, 160), room)
    assert side == "over"
    assert room.contains(QRect(corner, QSize(340, 160)))


@pytest.fixture
def window(qtbot):
    window = QMainWindow()
    window.resize(900, 600)
    window.canvas, window.field = QTextEdit(), QLineEdit()
    window.canvas.setReadOnly(True)
    middle = QSplitter()
    middle.addWidget(window.canvas)
    middle.addWidget(window.field)
    window.setCentralWidget(middle)
    window.escaped = []
    QShortcut(QKeySequence("Esc"), window, lambda: window.escaped.append(True))
    qtbot.addWidget(window)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    window.canvas.setFocus()
    return window


@pytest.fixture
def tour(window, qtbot):
    tour = Tour(window, [(window.canvas, "Sketch", "Draw."), (window.field, "Turn", "A knob."), (window, "Play", "")])
    tour.is_over = []
    tour.ended.connect(lambda: tour.is_over.append(True))
    tour.start()
    assert tour.isVisible()
    return tour


def count_of(tour):
    return next(label.text() for label in tour.findChildren(QLabel) if " of " in label.text())


def test_enter_goes_through_the_steps_and_ends(window, tour):
    assert count_of(tour) == "1 of 3"
    QTest.keyClick(window.canvas, Qt.Key.Key_Return)
    assert count_of(tour) == "2 of 3"
    QTest.keyClick(window.canvas, Qt.Key.Key_Return)
    QTest.keyClick(window.canvas, Qt.Key.Key_Return)
    assert tour.is_over == [True]
    assert not tour.isVisible()


def test_esc_ends_the_tour_and_nothing_else(window, tour):
    QTest.keyClick(window.canvas, Qt.Key.Key_Escape)
    assert tour.is_over == [True]
    assert window.escaped == []
    QTest.keyClick(window.canvas, Qt.Key.Key_Escape)
    assert window.escaped == [True]


def test_the_tour_leaves_the_focus_so_that_keys_work_as_it_says(window, tour):
    assert window.canvas.hasFocus()
    QTest.mouseClick(tour._next, Qt.MouseButton.LeftButton)
    assert window.canvas.hasFocus()
    assert count_of(tour) == "2 of 3"


def test_enter_in_a_field_is_the_fields(window, tour):
    window.field.setFocus()
    QTest.keyClick(window.field, Qt.Key.Key_Return)
    assert count_of(tour) == "1 of 3"


def test_a_second_tour_ends_the_first(window, tour):
    second = Tour(window, [(window.canvas, "Again", "")])
    second.start()
    assert tour.is_over == [True]
    assert second.isVisible()
    second.end()


def test_the_callout_stays_in_a_window_that_shrinks(window, tour, qtbot):
    QTest.mouseClick(tour._next, Qt.MouseButton.LeftButton)
    window.resize(500, 400)
    qtbot.waitUntil(lambda: window.width() == 500)
    assert window.rect().contains(tour.geometry())


def test_a_part_that_is_folded_away_is_spoken_of_in_the_middle(window, tour):
    window.field.hide()
    QTest.mouseClick(tour._next, Qt.MouseButton.LeftButton)
    assert tour.isVisible()
    assert not tour._ring.isVisible()
    assert abs(tour.geometry().center().x() - window.rect().center().x()) <= 1


@given(st.integers(1, 20), st.integers(100, 2000))
def test_cards_fill_as_few_rows_as_fit_as_equally_as_can_be(qapp, number, width):
    grid = CardGrid()
    grid.set_cards([Card("Name", "", grid, is_large=True) for _ in range(number)])
    grid.resize(width, 100)
    grid.show()
    rows = Counter(each.y() for each in grid.cards)
    counts = [rows[y] for y in sorted(rows)]
    fitting = max(1, (width + 12) // (grid.cards[0].sizeHint().width() + 12))
    assert len(counts) == -(-number // fitting)
    assert max(counts) <= fitting
    assert counts[0] - counts[-1] < len(counts) or len(counts) == 1
    grid.deleteLater()
