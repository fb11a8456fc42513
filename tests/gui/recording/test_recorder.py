"""Live films of a window: what is on the screen, for as long as it was there."""

import sys

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRect, QSize
from PySide6.QtGui import QColor, QCursor, QPalette
from PySide6.QtWidgets import QWidget

from engine.notice import Notice
from gui.recording.form import Form
from gui.recording.grabber import Grabber, on_screen
from gui.recording.recorder import Recorder, length_in_words
from tests.gui.recording.films import pictures_of


def colored(parent, place, color):
    part = QWidget(parent)
    part.setGeometry(place)
    part.setAutoFillBackground(True)
    paint(part, color)
    return part


def paint(part, color):
    palette = part.palette()
    palette.setColor(QPalette.ColorRole.Window, QColor(color))
    part.setPalette(palette)


@pytest.fixture
def window(qtbot):
    window = QWidget()
    window.resize(320, 180)
    window.left = colored(window, QRect(0, 0, 160, 180), "#c82828")
    window.right = colored(window, QRect(160, 0, 160, 180), "#28a03c")
    qtbot.addWidget(window)
    window.show()
    qtbot.waitExposed(window)
    qtbot.wait(20)
    QCursor.setPos(window.mapToGlobal(QPoint(900, 900)))
    return window


def whole(window):
    return lambda: window.rect()


def array_of(grabber):
    pixels = np.frombuffer(grabber.picture(), np.uint8)
    return pixels.reshape(grabber.size.height(), grabber.size.width(), 4)[:, :, 2::-1]


def test_a_picture_is_what_the_window_shows(window):
    seen = array_of(Grabber(window, whole(window), "#000000"))
    assert seen.shape == (180, 320, 3)
    np.testing.assert_array_equal(seen[90, 40], (200, 40, 40))
    np.testing.assert_array_equal(seen[90, 280], (40, 160, 60))


def test_only_the_part_that_is_wanted_is_filmed(window):
    grabber = Grabber(window, lambda: QRect(161, 10, 41, 61), "#000000")
    assert grabber.size == QSize(40, 60)
    assert (array_of(grabber) == (40, 160, 60)).all()


def test_a_picture_is_a_copy_that_later_paints_do_not_change(window, qtbot):
    grabber = Grabber(window, whole(window), "#000000")
    before = grabber.picture()
    kept = bytes(before)
    paint(window.left, "#ffffff")
    qtbot.wait(30)
    assert before == kept
    np.testing.assert_array_equal(array_of(grabber)[90, 40], (255, 255, 255))


def test_a_window_that_changes_its_shape_keeps_the_size_of_the_film(window, qtbot):
    grabber = Grabber(window, whole(window), "#0000ff")
    window.resize(160, 180)
    qtbot.wait(30)
    seen = array_of(grabber)
    assert seen.shape == (180, 320, 3)
    np.testing.assert_array_equal(seen[90, 160], (200, 40, 40))
    np.testing.assert_array_equal(seen[90, 4], (0, 0, 255))


def test_the_mouse_is_in_the_picture(window):
    grabber = Grabber(window, whole(window), "#000000")
    QCursor.setPos(window.mapToGlobal(QPoint(40, 90)))
    seen = array_of(grabber)
    np.testing.assert_array_equal(seen[100, 42], (255, 255, 255))
    QCursor.setPos(window.mapToGlobal(QPoint(900, 900)))


def test_a_window_whose_pixels_are_not_kept_is_painted(window, monkeypatch):
    monkeypatch.setattr(type(window), "backingStore", lambda self: None)
    assert on_screen(window).pixelColor(40, 90).name() == "#c82828"


def test_a_recording_is_a_film_of_what_was_shown_for_as_long(window, qtbot, tmp_path):
    path = tmp_path / "film.mp4"
    recorder = Recorder(window)
    recorder.start(Form(str(path), 640, 360, 30), whole(window), "#000000")
    assert recorder.is_recording
    qtbot.wait(700)
    paint(window.left, "#2828c8")
    qtbot.wait(700)
    with qtbot.waitSignal(recorder.ended, timeout=60_000) as ended:
        recorder.stop()
        assert not recorder.is_recording
    text, file = ended.args
    assert text == f"The film of 0:01 is in {path}."
    assert file == str(path)
    seen = pictures_of(path, 640, 360)
    # On a machine that is busy the last pictures come late, and the last one lasts for too short or too long.
    assert abs(len(seen) / 30 - recorder.seconds) <= 0.25
    assert recorder.seconds >= 1.2
    left = seen[:, 180, 80].astype(int)
    assert np.abs(left[0] - (200, 40, 40)).max() <= 6
    assert np.abs(left[-1] - (40, 40, 200)).max() <= 6


def test_closing_waits_until_the_film_is_whole(window, tmp_path, qtbot):
    path = tmp_path / "film.mp4"
    recorder = Recorder(window)
    recorder.start(Form(str(path), 320, 180, 30), whole(window), "#000000")
    qtbot.wait(200)
    assert recorder.finish()
    assert abs(len(pictures_of(path, 320, 180)) - round(recorder.seconds * 30)) <= 1


def test_an_encoder_that_dies_is_one_sentence_and_the_next_film_is_made(window, tmp_path, qtbot):
    path = tmp_path / "film.mp4"
    dying = [sys.executable, "-c", "import sys; sys.stdin.buffer.read(1000); sys.exit('out of order')"]
    recorder = Recorder(window, lambda *about: dying)
    with qtbot.waitSignal(recorder.ended, timeout=60_000) as ended:
        recorder.start(Form(str(path), 320, 180, 30), whole(window), "#000000")
    assert ended.args == ["The recording has ended after 0:00: ffmpeg left with status 1 (out of order).", ""]
    assert not recorder.is_recording
    swallowing = [sys.executable, "-c", "import sys; sys.stdin.buffer.read()"]
    recorder._command = lambda *about: swallowing
    recorder.finish()
    with qtbot.waitSignal(recorder.ended, timeout=60_000) as ended:
        recorder.start(Form(str(path), 320, 180, 30), whole(window), "#000000")
        recorder.stop()
    assert ended.args[1] == str(path)


def test_a_film_that_cannot_be_written_is_said_at_once(window, tmp_path):
    recorder = Recorder(window)
    with pytest.raises(Notice, match="There is no folder"):
        recorder.start(Form(str(tmp_path / "nowhere" / "film.mp4"), 320, 180, 30), whole(window), "#000000")
    assert not recorder.is_recording


def test_a_film_is_not_begun_while_the_last_one_is_still_written(window, tmp_path, qtbot):
    slow = [sys.executable, "-c", "import sys, time; sys.stdin.buffer.read(); time.sleep(1)"]
    recorder = Recorder(window, lambda wanted: slow)
    film = Form(str(tmp_path / "film.mp4"), 320, 180, 30)
    recorder.start(film, whole(window), "#000000")
    recorder.stop()
    with pytest.raises(Notice, match="still being written"):
        recorder.start(film, whole(window), "#000000")
    with qtbot.waitSignal(recorder.ended, timeout=60_000):
        pass


def test_lengths_are_written_as_players_write_them():
    assert [length_in_words(each) for each in (0, 12.9, 61, 3723)] == ["0:00", "0:12", "1:01", "1:02:03"]
