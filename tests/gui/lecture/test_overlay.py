"""What is drawn over the window in a lecture, and that it takes the mouse only when it is in the hand."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from gui.lecture.overlay import Overlay


def make(qtbot: QtBot) -> tuple[QWidget, QPushButton, Overlay]:
    window = QWidget()
    button = QPushButton("Press", window)
    QVBoxLayout(window).addWidget(button)
    qtbot.addWidget(window)
    window.resize(400, 300)
    window.show()
    overlay = Overlay(window)
    overlay.begin()
    return window, button, overlay


def test_clicks_go_through_it_to_what_lies_below(qtbot: QtBot):
    window, button, overlay = make(qtbot)
    with qtbot.waitSignal(button.clicked):
        QTest.mouseClick(window.childAt(button.geometry().center()), Qt.MouseButton.LeftButton)
    overlay.end()


def test_a_key_is_told_and_words_that_are_typed_are_not(qtbot: QtBot):
    _window, button, overlay = make(qtbot)
    button.setFocus()
    QTest.keyClick(button, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    assert "P" in overlay.keys_told
    overlay.end()


def test_the_pen_draws_and_clear_wipes(qtbot: QtBot):
    _, _, overlay = make(qtbot)
    overlay.set_hand("pen")
    QTest.mousePress(overlay, Qt.MouseButton.LeftButton, pos=QPoint(50, 50))
    QTest.mouseMove(overlay, QPoint(90, 70))
    QTest.mouseRelease(overlay, Qt.MouseButton.LeftButton, pos=QPoint(90, 70))
    assert len(overlay.strokes) == 1
    assert len(overlay.strokes[0]) >= 2
    drawn = overlay.grab().toImage()
    assert drawn.pixelColor(50, 50).alpha() > 0
    assert overlay.clear()
    assert not overlay.strokes
    assert overlay.hand == ""
    assert not overlay.clear()
    overlay.end()


def test_the_black_screen_covers_everything(qtbot: QtBot):
    window, _, overlay = make(qtbot)
    overlay.set_black(True)
    picture = window.grab().toImage()
    assert all(picture.pixelColor(x, y).lightness() == 0 for x in (5, 200, 390) for y in (5, 150, 290))
    overlay.end()
