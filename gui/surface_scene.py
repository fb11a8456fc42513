"""The 3-D surface, drawn by OpenGL off the screen and painted like any other picture.

Off the screen, because a QOpenGLWidget would turn the whole window into one that OpenGL puts together: it blinks when
the first comes, and every other widget gets slower where OpenGL is software. And all surfaces share one context,
because pyqtgraph keeps one shader program for all.
Measured with 128x128 cells and 600 dots at 900x600 pixels, OpenGL in software on two cores: 105 frames a second, 40
beside a process that keeps one core busy; with smooth edges 28 to 35, so these wait for a still moment.
Imported where a surface is shown first: it loads PyOpenGL. Not covered: whether OpenGL is there (surface.py).
"""

import math
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from OpenGL import GL
from pyqtgraph.opengl import GLLinePlotItem, GLMeshItem, GLScatterPlotItem, MeshData
from pyqtgraph.opengl.GLViewWidget import GLViewMixin
from PySide6.QtCore import QPointF, QRect, QSize, Qt, QTimer
from PySide6.QtGui import (
    QColor,
    QHideEvent,
    QImage,
    QKeyEvent,
    QMatrix4x4,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QVector3D,
    QWheelEvent,
)
from PySide6.QtOpenGL import QOpenGLFramebufferObject, QOpenGLFramebufferObjectFormat
from PySide6.QtWidgets import QWidget

from engine.messages import Extent
from gui import ground, offscreen_gl
from gui.axes import number
from gui.language import tr
from gui.theme import DARK, Theme, blended

MOST_CELLS = 192  # a side; of a finer landscape every second or third cell is drawn
_MESH_LINES = 16  # along each side
_LIFT = 0.015  # of dots over the ground, which would cut them in half
_DOT_PX, _OUTLINE_PX = 6.5, 1.0
_HOME = {"distance": 4.9, "elevation": 44.0, "azimuth": -62.0}
_FIELD_OF_VIEW = 34.0  # degrees, of the shorter side of the widget
_MIDDLE = 0.18  # the height that the camera looks at
_DISTANCES = (1.5, 14.0)
_DEGREES_PER_PX = 0.4
_DEGREES_PER_KEY = 5.0
_ELEVATIONS = (4.0, 90.0)
_NEARER_PER_DEGREE = 1.012  # as the canvas zooms
_SAMPLES_PER_PIXEL = 4  # takes five times as long where OpenGL is software, and then waits for a still moment
_STILL_MSECS = 250
_SMOOTH_WHILE_MOVING_SECS = 0.012
_WALL_SHARE = 0.55  # of the border's colour in that of the walls

# The ground lies a little back, so that lines on it are not cut, and discs a little before all outlines near them.
_OPTIONS = {
    "ground": {GL.GL_DEPTH_TEST: True, GL.GL_POLYGON_OFFSET_FILL: True, "glPolygonOffset": (1.0, 1.0)},
    "outline": {GL.GL_DEPTH_TEST: True, GL.GL_BLEND: False, "glDepthRange": (0.0, 1.0)},
    "fill": {GL.GL_DEPTH_TEST: True, GL.GL_BLEND: False, "glDepthRange": (0.0, 0.9999)},
}


class SurfaceScene(GLViewMixin, QWidget):  # type: ignore[misc]
    """Drag to turn, wheel to go nearer, double-click or Home for the first view, arrow keys to turn."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shape = (0, 0)
        self._extent: Extent = (-1.0, 1.0, -1.0, 1.0)
        self._title = ""
        self._theme = DARK
        self._buffers: dict[bool, QOpenGLFramebufferObject] = {}
        self._smooth_secs = math.inf  # how long the last smooth picture took
        self._still = QTimer(self)
        self._still.setSingleShot(True)
        self._still.setInterval(_STILL_MSECS)
        self._still.timeout.connect(self.update)
        self._drag_from: QPointF | None = None
        self._faces = ground.block_faces(2, 2)
        self._lines = ground.mesh_lines(2, 2, 1)
        self._floor = GLLinePlotItem(mode="lines", glOptions="translucent")
        self._ground = GLMeshItem(computeNormals=False, smooth=True, glOptions=_OPTIONS["ground"])
        self._mesh = GLLinePlotItem(mode="lines", glOptions="translucent")
        looks = ("data", "samples")
        self._dots = {(look, part): _dots(part) for look in looks for part in ("outline", "fill")}
        for item in (self._floor, self._ground, self._mesh, *self._dots.values()):
            self.addItem(item)
        self._heights: ground.Floats = np.zeros((0, 0), np.float32)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(120, 90)
        self.go_home()

    # ---- what is shown

    def show_surface(self, heights: ground.Floats, rgba: ground.Bytes, extent: Extent, title: str) -> None:
        corners = ground.vertices(heights, extent)
        colors = ground.shaded(rgba, corners)
        step = math.ceil(max(heights.shape) / MOST_CELLS)
        corners, colors = corners[::step, ::step], colors[::step, ::step]
        if corners.shape[:2] != self._shape:
            self._shape = corners.shape[:2]
            self._faces = ground.block_faces(*self._shape)
            self._lines = ground.mesh_lines(*self._shape, max(1, max(self._shape) // _MESH_LINES))
        if extent != self._extent or self._floor.pos is None:
            self._floor.setData(pos=ground.floor_edge(extent))
        self._heights, self._extent, self._title = heights, extent, title
        wall = QColor(blended(self._theme.border, self._theme.plot, _WALL_SHARE))
        points, paint = ground.block(corners, colors, (wall.red(), wall.green(), wall.blue()))
        self._ground.setMeshData(meshdata=_mesh_data(points, self._faces, paint))
        self._mesh.setData(pos=points[self._lines])
        self._begin_moving()

    def show_dots(self, look: str, points: NDArray[Any], colors: NDArray[np.float32]) -> None:
        """points: (n, 2) in the user's numbers, which are laid on the ground that is shown.  colors: (n, 4), 0 to 1."""
        if not self._heights.size:
            return
        laid, is_within = ground.on_ground(points, self._heights, self._extent)
        laid[:, 2] += _LIFT
        self._dots[look, "fill"].setData(color=np.ascontiguousarray(colors[is_within]))
        for part in ("outline", "fill"):
            self._dots[look, part].setData(pos=laid)
            self._dots[look, part].setVisible(len(laid) > 0)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.setBackgroundColor(theme.plot)
        self._floor.setData(color=QColor(theme.grid).getRgbF())
        line = QColor(theme.text)
        line.setAlphaF(0.16)
        self._mesh.setData(color=line.getRgbF())
        for (_, part), item in self._dots.items():
            if part == "outline":
                item.setData(color=QColor(theme.dot_outline).getRgbF())

    def go_home(self) -> None:
        """The first view."""
        self.setCameraPosition(pos=QVector3D(0, 0, _MIDDLE), **_HOME)

    # ---- what GLViewMixin asks of a widget

    def context(self) -> Any:
        return offscreen_gl.shared().context

    def isValid(self) -> bool:
        return True

    def projectionMatrix(self, region: Any, viewport: Any) -> QMatrix4x4:
        """A field of view that holds for the shorter side, and planes that leave the depth its digits."""
        aspect = self.width() / max(1, self.height())
        half = math.atan(math.tan(math.radians(_FIELD_OF_VIEW / 2)) / min(1.0, aspect))
        matrix = QMatrix4x4()
        matrix.perspective(2 * math.degrees(half), aspect, 0.1, 40.0)
        return matrix

    # ---- events

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.drawImage(0, 0, self._rendered())
        if self._heights.size:
            self._paint_words(painter)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._drag_from = event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._drag_from is not None:
            moved = (event.position() - self._drag_from) * _DEGREES_PER_PX
            self._drag_from = event.position()
            self._turn(-moved.x(), moved.y())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._drag_from = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.go_home()

    def wheelEvent(self, event: QWheelEvent) -> None:
        nearer = _NEARER_PER_DEGREE ** (event.angleDelta().y() / 8)
        self.setCameraPosition(distance=min(max(self.opts["distance"] / nearer, _DISTANCES[0]), _DISTANCES[1]))
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        keys = Qt.Key
        turns = {keys.Key_Left: (-1, 0), keys.Key_Right: (1, 0), keys.Key_Up: (0, 1), keys.Key_Down: (0, -1)}
        if event.key() == keys.Key_Home:
            self.go_home()
        elif event.key() in turns:
            around, up = turns[keys(event.key())]
            self._turn(around * _DEGREES_PER_KEY, up * _DEGREES_PER_KEY)
        else:
            event.ignore()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        event.ignore()

    def hideEvent(self, event: QHideEvent) -> None:
        self._still.stop()

    # ---- private

    def _turn(self, around: float, up: float) -> None:
        elevation = min(max(self.opts["elevation"] + up, _ELEVATIONS[0]), _ELEVATIONS[1])
        self.setCameraPosition(azimuth=self.opts["azimuth"] + around, elevation=elevation)
        self._begin_moving()

    def _begin_moving(self) -> None:
        """More is likely to come at once; after the last, one smooth picture."""
        if self.isVisible():
            self._still.start()

    def _rendered(self) -> QImage:
        """The scene in the pixels of the screen, with smooth edges when there is time for it."""
        is_smooth = not self._still.isActive() or self._smooth_secs < _SMOOTH_WHILE_MOVING_SECS
        began = time.perf_counter()
        gl = offscreen_gl.shared()
        gl.make_current()
        buffer = self._buffer(is_smooth)
        buffer.bind()
        GL.glDepthRange(0.0, 1.0)
        GL.glViewport(0, 0, buffer.width(), buffer.height())
        self.paintGL()
        image = buffer.toImage()
        buffer.release()
        gl.context.doneCurrent()
        image.setDevicePixelRatio(self.devicePixelRatioF())
        if is_smooth:
            self._smooth_secs = time.perf_counter() - began
        return image

    def _buffer(self, is_smooth: bool) -> QOpenGLFramebufferObject:
        """Of the widget's size."""
        size = QSize(max(1, self.deviceWidth()), max(1, self.deviceHeight()))
        kept = self._buffers.get(is_smooth)
        if kept is None or kept.size() != size:
            form = QOpenGLFramebufferObjectFormat()
            form.setAttachment(QOpenGLFramebufferObject.Attachment.Depth)
            form.setSamples(_SAMPLES_PER_PIXEL if is_smooth else 0)
            kept = self._buffers[is_smooth] = QOpenGLFramebufferObject(size, form)
        return kept

    def _paint_words(self, painter: QPainter) -> None:
        """The ends of both axes along the edges that are nearest, and what is up at the leftmost corner.

        In a small scene some would lie over others; these are left out.
        """
        half_x, half_y = (side / 2 for side in ground.sides(self._extent))
        to_screen = self._to_screen()
        corners = [(x, y) for x in (-half_x, half_x) for y in (-half_y, half_y)]
        leftmost = min(corners, key=lambda at: to_screen(*at, 0).x())
        top = to_screen(*leftmost, ground.HEIGHT)
        metrics = painter.fontMetrics()
        painter.setPen(QColor(self._theme.dim_text))
        painter.drawLine(to_screen(*leftmost, 0), top)
        taken: list[QRect] = []
        for text, at in [*self._axis_words(to_screen), (tr(self._title), top - QPointF(0, metrics.height()))]:
            place = QRect(0, 0, metrics.horizontalAdvance(text) + 8, metrics.height())
            place.moveCenter(at.toPoint())
            place.moveLeft(min(max(place.left(), 2), self.width() - place.width() - 2))
            if not any(place.intersects(other) for other in taken):
                painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)
                taken.append(place)

    def _axis_words(self, to_screen: Callable[..., QPointF]) -> list[tuple[str, QPointF]]:
        x0, x1, y0, y1 = self._extent
        half_x, half_y = (side / 2 for side in ground.sides(self._extent))
        at_y = 1.1 * max((-half_y, half_y), key=lambda y: to_screen(0, y, 0).y())
        at_x = 1.1 * max((-half_x, half_x), key=lambda x: to_screen(x, 0, 0).y())
        step_x, step_y = (x1 - x0) / 100, (y1 - y0) / 100
        return [
            (number(x0, step_x), to_screen(-half_x, at_y, 0)),
            ("x", to_screen(0, at_y, 0)),
            (number(x1, step_x), to_screen(half_x, at_y, 0)),
            (number(y0, step_y), to_screen(at_x, -half_y, 0)),
            ("y", to_screen(at_x, 0, 0)),
            (number(y1, step_y), to_screen(at_x, half_y, 0)),
        ]

    def _to_screen(self) -> Callable[..., QPointF]:
        """From a place in space to one on the widget."""
        matrix = self.projectionMatrix(None, None) * self.viewMatrix()

        def placed(x: float, y: float, z: float) -> QPointF:
            at = matrix.map(QVector3D(x, y, z))
            return QPointF((1 + at.x()) * self.width() / 2, (1 - at.y()) * self.height() / 2)

        return placed


def _dots(part: str) -> Any:
    """One half of the dots: the ring around, or the disc within."""
    size = _DOT_PX + 2 * _OUTLINE_PX if part == "outline" else _DOT_PX
    item = GLScatterPlotItem(size=size, pxMode=True, glOptions=_OPTIONS[part])
    item.setVisible(False)
    return item


def _mesh_data(points: ground.Floats, faces: NDArray[np.uint32], colors: ground.Bytes) -> Any:
    return MeshData(vertexes=points, faces=faces, vertexColors=colors)
