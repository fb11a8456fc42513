"""The message strip: what is shown when several things happen, and when each goes."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QLabel,
    QMainWindow,
    QPlainTextEdit,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gui import strip as strip_file
from gui.strip import Strip


@pytest.fixture
def strip(qtbot):
    window = QMainWindow()
    middle = QWidget()
    column = QVBoxLayout(middle)
    strip = Strip(middle)
    column.addWidget(strip)
    column.addStretch(1)
    window.setCentralWidget(middle)
    window.resize(800, 500)
    qtbot.addWidget(window)
    window.show()
    strip.window_that_holds_it = window
    yield strip
    strip.on_notice_over()
    strip._going.stop()


def text_of(strip):
    return strip.findChild(QLabel).text()


def button(strip, text):
    (found,) = [each for each in strip.findChildren(QPushButton) if each.text() == text]
    return found


def close(strip):
    QTest.mouseClick(strip.findChild(QToolButton), Qt.MouseButton.LeftButton)


def test_it_is_hidden_while_there_is_nothing_to_say(strip):
    assert not strip.isVisible()


def test_a_notice_goes_by_itself(strip, qtbot, monkeypatch):
    monkeypatch.setattr(strip_file, "NOTICE_SECS", 0.05)
    strip.show_notice("Draw at least 2 points before training.")
    assert strip.isVisible()
    assert text_of(strip) == "Draw at least 2 points before training."
    qtbot.waitUntil(lambda: not strip.isVisible())


def test_a_newer_notice_gets_its_full_time(strip):
    strip.show_notice("one")
    strip._going.start(1)
    strip.show_notice("two")
    assert text_of(strip) == "two"
    assert strip._going.remainingTime() > 7000


def test_a_notice_can_be_closed_at_once(strip):
    strip.show_notice("one")
    close(strip)
    assert not strip.isVisible()
    assert not strip._going.isActive()


def test_a_failure_stays_until_closed_and_shows_its_trace(strip):
    strip.show_failed("The loss is not a number", "Traceback: line 7")
    trace = strip.findChild(QPlainTextEdit)
    assert not strip._going.isActive()
    assert not trace.isVisible()
    QTest.mouseClick(button(strip, "Details"), Qt.MouseButton.LeftButton)
    assert trace.isVisible()
    assert trace.toPlainText() == "Traceback: line 7"
    QTest.mouseClick(button(strip, "Copy"), Qt.MouseButton.LeftButton)
    assert QApplication.clipboard().text() == "The loss is not a number\nTraceback: line 7"
    close(strip)
    assert not strip.isVisible()


def test_markup_in_a_message_is_shown_as_it_stands(strip):
    strip.show_failed("<b>shape (3,) & <NoneType></b>", "")
    assert strip.findChild(QLabel).textFormat() == Qt.TextFormat.PlainText
    assert text_of(strip) == "<b>shape (3,) & <NoneType></b>"


def test_a_very_long_message_does_not_take_the_page(strip):
    strip.show_failed("x y " * 5000, "")
    assert strip.height() < 200


def test_the_death_of_the_engine_is_said_at_once_and_stays(strip):
    strip.show_notice("a notice")
    strip.show_failed("a bug", "trace")
    strip.show_engine_died("it was ended by signal 9")
    assert "it was ended by signal 9" in text_of(strip)
    assert not strip.findChild(QToolButton).isVisible()
    assert button(strip, "Restart the engine").isVisible()


def test_restart_asks_and_the_strip_goes_when_the_engine_is_back(strip, qtbot):
    strip.show_engine_died("it left with status 1")
    with qtbot.waitSignal(strip.restart_asked, timeout=1000):
        QTest.mouseClick(button(strip, "Restart the engine"), Qt.MouseButton.LeftButton)
    strip.hide_died()
    assert not strip.isVisible()


def test_a_notice_while_the_engine_is_dead_gives_way_to_restart_again(strip):
    strip.show_engine_died("it left with status 1")
    strip.show_notice("Saved.")
    assert text_of(strip) == "Saved."
    assert button(strip, "Restart the engine").isVisible()
    close(strip)
    assert "status 1" in text_of(strip)


def test_a_failure_under_a_notice_comes_up_again(strip):
    strip.show_failed("a bug", "trace")
    strip.show_notice("Saved.")
    assert not button(strip, "Details").isVisible()
    close(strip)
    assert text_of(strip) == "a bug"
    assert button(strip, "Details").isVisible()


def test_in_a_film_notices_are_told_and_only_trouble_is_shown(strip):
    told = []
    strip.tell_instead(told.append)
    strip.show_notice("There is no OpenGL.")
    assert told == ["There is no OpenGL."]
    assert not strip.isVisible()
    strip.show_notice("Draw at least 2 points before training.", is_trouble=True)
    assert text_of(strip) == "Draw at least 2 points before training."
    strip.show_failed("a bug", "trace")
    assert text_of(strip) == "a bug"


def test_a_click_on_it_leaves_the_focus_where_it_is(strip, qtbot):
    middle = strip.parentWidget()
    middle.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    middle.setFocus()
    strip.show_failed("a bug", "trace")
    QTest.mouseClick(button(strip, "Details"), Qt.MouseButton.LeftButton)
    close(strip)
    assert strip.window_that_holds_it.focusWidget() is middle
