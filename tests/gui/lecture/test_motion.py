"""What moves in a cue: the camera arrives exactly, in between nothing jumps."""

import itertools

import pytest
from pytestqt.qtbot import QtBot

from gui.canvas import Canvas
from gui.lecture.lesson import Camera
from gui.lecture.motion import CameraMove


@pytest.fixture
def canvas(qtbot: QtBot) -> Canvas:
    canvas = Canvas()
    qtbot.addWidget(canvas)
    canvas.resize(600, 400)
    canvas.show()
    return canvas


def test_the_camera_arrives_at_the_extent_it_was_sent_to(canvas: Canvas):
    move = CameraMove(canvas, Camera(extent=(0.0, 1.0, 0.0, 1.0), seconds=2.0))
    move.at(2.0)
    x0, x1, y0, y1 = canvas.extent
    assert (x0 + x1) / 2 == pytest.approx(0.5)
    assert (y0 + y1) / 2 == pytest.approx(0.5)
    assert min(x1 - x0, y1 - y0) == pytest.approx(1.0)


def test_in_between_it_comes_nearer_all_the_time(canvas: Canvas):
    move = CameraMove(canvas, Camera(zoom=8.0, seconds=2.0))
    widths = []
    for frame in range(21):
        move.at(frame / 10)
        x0, x1, _, _ = canvas.extent
        widths.append(x1 - x0)
    assert all(after <= before * (1 + 1e-9) for before, after in itertools.pairwise(widths))
    # The last jump is no longer than others: it comes to the place at which it then stays.
    assert widths[-2] / widths[-1] < 1.1
    assert widths[0] / widths[-1] == pytest.approx(8.0, rel=1e-3)


def test_a_cue_without_a_camera_goes_home(canvas: Canvas):
    canvas.reset_view()
    home = canvas.extent
    canvas.show_extent((0.0, 0.2, 0.0, 0.2))
    CameraMove(canvas, None).at(60.0)
    assert canvas.extent == pytest.approx(home)
