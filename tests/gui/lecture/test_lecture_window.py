"""Lecture mode of a window without an engine: what is hidden, what is shown instead, and that all comes back."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from gui.app import make_window
from gui.lecture import controls
from gui.window import Window


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path) -> Iterator[Window]:
    store = QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)
    store.setValue("tour/is_seen", True)
    window = make_window("", store, tmp_path / "engine.log")
    window.resize(1280, 720)
    window.show()
    window.show_lab()
    yield window
    window.document.mark_saved()
    window.close()
    window.deleteLater()
    qtbot.wait(10)


def test_the_panels_go_and_come_back(window: Window):
    lecture, splits = window.lecture, window.lab.splitter.sizes()
    point_size = window.font().pointSizeF()
    window.actions_by_name["lecture"].trigger()
    assert lecture.is_on
    assert window.isFullScreen()
    assert not window.lab.tabs.isVisible()
    assert not window.menuBar().isVisible()
    assert not window.lab.bottom.isVisible()
    assert window.font().pointSizeF() > point_size
    window.actions_by_name["lecture"].trigger()
    assert not lecture.is_on
    assert not window.isFullScreen()
    assert window.lab.tabs.isVisible()
    assert window.menuBar().isVisible()
    assert window.lab.bottom.isVisible()
    assert window.font().pointSizeF() == pytest.approx(point_size)
    QTest.qWait(400)
    assert window.lab.splitter.sizes() == splits


def test_esc_puts_away_one_thing_after_another(window: Window):
    lecture = window.lecture
    lecture.enter((1280, 720))
    lecture.take("pen")
    lecture.black(True)
    assert lecture.escape()
    assert not lecture.overlay.is_black
    assert lecture.overlay.hand == "pen"
    assert lecture.escape()
    assert lecture.overlay.hand == ""
    assert lecture.is_on
    assert lecture.escape()
    assert not lecture.is_on
    assert not lecture.escape()


def test_b_is_the_black_screen_in_a_lecture_and_the_spray_outside(window: Window):
    spray, black = window.actions_by_name["spray"], window.actions_by_name["black_screen"]
    assert [each.toString() for each in spray.shortcuts()] == ["B"]
    window.lecture.enter((1280, 720))
    assert [each.toString() for each in black.shortcuts()] == ["B"]
    assert not spray.shortcuts()
    window.lecture.leave()
    assert [each.toString() for each in spray.shortcuts()] == ["B"]
    assert not black.shortcuts()


def test_a_control_that_is_marked_is_shown_and_moves_with_its_own(window: Window):
    lecture = window.lecture
    lecture.marks.mark("temperature", True)
    lecture.marks.mark("view.span", True)
    assert lecture.marks.names[-2:] == ["temperature", "view.span"]
    window.lab.set_view_params({})
    made = controls.make(window, "view.span", window)
    assert isinstance(made, controls.KnobControl)
    assert controls.turn(window, "view.span", 20.0)
    assert made.value() == pytest.approx(20.0)
    assert window.lab.view_params["span"] == pytest.approx(20.0)
    lecture.marks.mark("temperature", False)
    assert "temperature" not in lecture.marks.names


def test_a_control_knows_its_name(window: Window):
    window.lab.set_view_params({})
    knob = next(each for each in window.lab.view_panel.findChildren(controls.KnobControl) if each.knob.name == "span")
    slider = knob.findChildren(controls.QSlider)[0]
    assert controls.name_of(window, slider) == "view.span"
    assert controls.name_of(window, window.switch.temperature) == "temperature"
    assert controls.name_of(window, window.lab) == ""


def test_a_file_that_is_no_lesson_changes_nothing(window: Window, tmp_path: Path):
    path = tmp_path / "bad.json"
    path.write_text("{}")
    window.lecture.open_path(path)
    assert not window.lecture.is_on
    assert window.strip.isVisible()


def test_the_lessons_page_goes_by_the_arrows(window: Window, qtbot: QtBot):
    from gui.lecture.page import LessonsPage

    page = LessonsPage(window)
    qtbot.addWidget(page)
    page.show()
    first, second = page.grid.cards[:2]
    first.setFocus()
    QTest.keyClick(first, Qt.Key.Key_Down)
    assert page.focusWidget() is second
    with qtbot.waitSignal(page.chosen) as chosen:
        QTest.keyClick(second, Qt.Key.Key_Return)
    assert Path(chosen.args[0]).name.startswith("02_")
