"""The 3-D surface: the form of the ground, and what happens with and without OpenGL."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator

import numpy as np
import pytest

from gui import ground, offscreen_gl

EXTENT = (-4.0, 4.0, 10.0, 14.0)  # twice as wide as deep, and not about zero


def slope(rows=3, columns=4) -> np.ndarray:
    """No two corners alike: rises with the column, and ten times as slowly with the row."""
    return (np.arange(columns) + 0.1 * np.arange(rows)[:, None]).astype(np.float32) / 10


# ---- the form


def test_columns_run_to_the_right_rows_to_the_back_and_heights_up():
    heights = slope()
    corners = ground.vertices(heights, EXTENT)
    assert corners.shape == (3, 4, 3)
    np.testing.assert_allclose(corners[0, :, 0], [-0.75, -0.25, 0.25, 0.75])
    np.testing.assert_allclose(corners[:, 0, 1], [-1 / 3, 0, 1 / 3], atol=1e-6)
    np.testing.assert_allclose(corners[:, :, 2], heights * ground.HEIGHT)
    assert corners[0, 3, 2] > corners[2, 0, 2] > corners[0, 0, 2]


def test_an_extent_with_axes_of_other_units_does_not_become_a_thread():
    assert ground.sides((0.0, 1.0, 0.0, 1000.0)) == (0.5 * 2, 2.0)


def test_points_lie_on_the_ground_at_their_own_place_and_those_outside_are_left_out():
    heights = slope(rows=3, columns=4)
    points = np.array([[-3.0, 10.0 + 2 / 3], [5.0, 12.0], [2.0, 12.0], [np.nan, 12.0]])  # a middle, out, between, none
    laid, is_within = ground.on_ground(points, heights, EXTENT)
    assert is_within.tolist() == [True, False, True, False]
    np.testing.assert_allclose(laid[0], ground.vertices(heights, EXTENT)[0, 0], atol=1e-6)
    np.testing.assert_allclose(laid[1], [0.5, 0.0, ground.HEIGHT * (heights[1, 2] + heights[1, 3]) / 2], atol=1e-6)


def test_level_ground_keeps_its_colours_and_slopes_towards_the_light_are_brighter():
    rgba = np.full((6, 6, 4), 120, np.uint8)
    level = ground.shaded(rgba, ground.vertices(np.full((6, 6), 0.5, np.float32), EXTENT))
    np.testing.assert_array_equal(level, rgba)
    rising = np.tile(np.linspace(0, 1, 6, dtype=np.float32), (6, 1))  # faces to the left, where the light is
    facing = ground.shaded(rgba, ground.vertices(rising, EXTENT))
    averted = ground.shaded(rgba, ground.vertices(rising[:, ::-1], EXTENT))
    assert facing[3, 3, 0] > 120 > averted[3, 3, 0]
    assert (facing[:, :, 3] == 120).all()


def test_a_single_row_can_be_shaded():
    rgba = np.full((1, 5, 4), 90, np.uint8)
    assert ground.shaded(rgba, ground.vertices(slope(1, 5), EXTENT)).shape == (1, 5, 4)


def test_the_block_is_closed_but_for_its_floor():
    rows, columns = 4, 6
    points, colors = ground.block(ground.vertices(slope(rows, columns), EXTENT), _gray(rows, columns), (1, 2, 3))
    faces = ground.block_faces(rows, columns)
    assert len(points) == len(colors) == faces.max() + 1
    # As seen from above, the triangles of the ground cover the floor once.
    a, b, c = (points[faces[:, corner], :2] for corner in range(3))
    (ux, uy), (vx, vy) = (b - a).T, (c - a).T
    area = np.abs(ux * vy - uy * vx).sum() / 2
    width, depth = np.ptp(points[:, 0]), np.ptp(points[:, 1])
    assert area == pytest.approx(width * depth, rel=1e-5)
    feet = points[-2 * (rows + columns - 2) :]
    assert (feet[:, 2] == 0).all()


def test_mesh_lines_join_neighbours_only():
    pairs = ground.mesh_lines(5, 7, 3).reshape(-1, 2)
    steps = np.unique(np.abs(np.diff(pairs, axis=1)))
    assert steps.tolist() == [1, 7]
    assert set(range(0, 35, 7)) <= set(pairs.ravel())  # the first column


def _gray(rows, columns) -> np.ndarray:
    return np.full((rows, columns, 4), 128, np.uint8)


# ---- without OpenGL

_WITHOUT = """
import sys
import numpy as np
from PySide6.QtWidgets import QApplication, QLabel
app = QApplication([])
from gui.surface import Surface, why_missing
surface = Surface()
surface.show_surface(np.zeros((4, 4), np.float32), np.zeros((4, 4, 4), np.uint8), (0.0, 1.0, 0.0, 1.0))
surface.show_points(np.zeros((1, 2)), np.zeros(1, np.uint8), np.zeros((0, 2)))
surface.show()
told = why_missing()
assert told.count(".") >= 1 and told.endswith("."), told
assert surface.findChild(QLabel).text() == told
assert not [name for name in sys.modules if name.split(".")[0] == "OpenGL" or name.startswith("pyqtgraph.opengl")]
surface.close()
"""


def test_without_opengl_a_sentence_says_why_and_nothing_is_loaded():
    environment = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    subprocess.run([sys.executable, "-c", _WITHOUT], check=True, timeout=60, env=environment)


def test_without_pyopengl_the_sentence_says_what_to_install(monkeypatch, qapp):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert "pip install PyOpenGL" in offscreen_gl.why_missing()


# ---- with OpenGL, on a screen of its own

_WITH = """
import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
app = QApplication([])
from gui.surface import Surface, why_missing
assert why_missing() == "", why_missing()
colors = np.zeros((40, 80, 4), np.uint8)
colors[..., 3] = 255
colors[:20, :40], colors[:20, 40:] = (255, 0, 0, 255), (0, 255, 0, 255)  # front left red, front right green
colors[20:, :40] = (0, 0, 255, 255)  # back left blue; back right black
surface = Surface()
surface.resize(400, 300)
surface.show_surface(np.zeros((40, 80), np.float32), colors, (-4.0, 4.0, 10.0, 14.0), "energy")
surface.show()
app.processEvents()
scene = surface._scene
def shown(x, y):
    image = surface.grab().toImage()
    at = scene._to_screen()(x, y, 0.0).toPoint()
    return QColor(image.pixel(at)).getRgb()[:3]
def sides():
    return [shown(x, y) for x, y in ((-0.425, -0.175), (0.575, -0.175), (-0.425, 0.325), (0.575, 0.325))]
expected = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (0, 0, 0)]
def is_right():  # but for the thin lines of the mesh nearby
    return np.abs(np.array(sides()) - expected).max() < 30
assert is_right(), sides()
first = scene._to_screen()(1, 0, 0)
assert first.x() > scene._to_screen()(-1, 0, 0).x() and scene._to_screen()(0, 0.5, 0).y() < first.y()
QTest.mousePress(scene, Qt.MouseButton.LeftButton, pos=scene.rect().center())
QTest.mouseMove(scene, scene.rect().center() + QPointF(60, 10).toPoint())
QTest.mouseRelease(scene, Qt.MouseButton.LeftButton, pos=scene.rect().center())
assert scene._to_screen()(1, 0, 0) != first
assert is_right(), sides()
QTest.mouseDClick(scene, Qt.MouseButton.LeftButton, pos=scene.rect().center())
QTest.mouseRelease(scene, Qt.MouseButton.LeftButton, pos=scene.rect().center())
assert scene._to_screen()(1, 0, 0) == first
surface.show_points(np.array([[-2.0, 11.0], [99.0, 99.0]]), np.zeros(2, np.uint8), np.array([[2.0, 13.0]]))
assert shown(-0.5, -0.25)[2] > 150 and shown(0.5, 0.25)[0] > 150  # a blue dot on red and an orange one on black
surface.show_surface(np.ones((400, 300), np.float32), np.zeros((400, 300, 4), np.uint8), (0.0, 1.0, 0.0, 1.0))
assert not surface.grab().isNull() and max(scene._shape) <= 192
surface.close()
other = Surface()
other.resize(200, 150)
other.show_surface(np.zeros((40, 80), np.float32), colors, (-4.0, 4.0, 10.0, 14.0))
other.show()
app.processEvents()
surface, scene = other, other._scene
assert is_right(), sides()
other.close()
"""


@pytest.fixture
def screen() -> Iterator[str]:
    """A virtual screen of its own, as the value of DISPLAY."""
    program = shutil.which("Xvfb")
    if program is None:
        pytest.skip("Xvfb is not there: no screen to try OpenGL on")
    read, write = os.pipe()
    server = subprocess.Popen([program, "-displayfd", str(write), "-screen", "0", "800x600x24"], pass_fds=[write])
    os.close(write)
    try:
        with os.fdopen(read) as numbers:
            yield f":{numbers.readline().strip()}"
    finally:
        server.terminate()
        server.wait(10)


def test_left_is_left_and_front_is_front_and_a_second_surface_draws_too(screen):
    environment = {**os.environ, "DISPLAY": screen, "QT_QPA_PLATFORM": "xcb", "LIBGL_ALWAYS_SOFTWARE": "1"}
    done = subprocess.run([sys.executable, "-c", _WITH], capture_output=True, text=True, timeout=90, env=environment)
    assert done.returncode == 0, done.stderr
    assert "Error while drawing" not in done.stdout, done.stdout
