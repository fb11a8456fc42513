"""Where a step pushed the landscape: heat of the change in energy, and an arrow on each point that was pushed.

Down at the data is one hue with arrows down, up at the samples another with arrows up.
Not covered: what the change is (engine/layers.py).
"""

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPixmap, QPolygonF

from engine.messages import Extent
from gui.figure_layer import on_screen
from gui.view_item import ViewItem

_STRONGEST = 0.85  # opacity of the largest change
_SIDE_PX, _MOST_ARROWS = 17, 90


Way = Literal["down", "up"]


class PushHeat(ViewItem):
    """The change in energy by one half of a step."""

    def __init__(self, way: Way, parent: Any = None) -> None:
        super().__init__(parent)
        self._way = way
        self._heat = QImage()
        self._extent: Extent = (0.0, 1.0, 0.0, 1.0)
        self._color = QColor("white")
        self._values: NDArray[np.float32] = np.zeros((0, 0), np.float32)
        self._scale = 0.0

    def set_heat(self, values: NDArray[np.float32], extent: Extent, scale: float) -> None:
        """values: (rows, columns), rows from the lowest y; scale: the change that is shown strongest."""
        self._values, self._extent, self._scale = values, extent, scale
        self._make_heat()

    def set_look(self, color: str) -> None:
        self._color = QColor(color)
        self._make_heat()

    def paint(self, painter: QPainter, *_: Any) -> None:
        if self._heat.isNull():
            return
        x0, x1, y0, y1 = self._extent
        area = painter.transform().mapRect(QRectF(x0, y0, x1 - x0, y1 - y0))
        painter.save()
        painter.resetTransform()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(area, self._heat)
        painter.restore()

    def _make_heat(self) -> None:
        """One colour, the more opaque the larger the change in this half's own direction."""
        values, scale = self._values, self._scale
        if not values.size or not (np.isfinite(scale) and scale > 0):
            self._heat = QImage()
        else:
            # What goes against the half's own direction is none of it.
            pushed = np.nan_to_num(-values if self._way == "down" else values) / scale
            rgba = np.empty((*values.shape, 4), np.uint8)
            rgba[..., :3] = self._color.red(), self._color.green(), self._color.blue()
            rgba[..., 3] = (255 * _STRONGEST * np.clip(pushed[::-1], 0.0, 1.0)).astype(np.uint8)
            rows, columns = values.shape
            self._heat = QImage(rgba.data, columns, rows, 4 * columns, QImage.Format.Format_RGBA8888).copy()
        self.update()


class PushArrows(ViewItem):
    """An arrow on each point that was pushed."""

    def __init__(self, way: Way, parent: Any = None) -> None:
        super().__init__(parent)
        self._way = way
        self._points: NDArray[np.float64] = np.zeros((0, 2))
        self._color, self._outline = QColor("white"), QColor("black")

    def set_points(self, points: NDArray[np.float64]) -> None:
        """Where the arrows stand, (n, 2); of many, as many as can be told apart."""
        stride = max(1, -(-len(points) // _MOST_ARROWS))
        self._points = points[::stride]
        self.update()

    def set_look(self, color: str, outline: str) -> None:
        self._color, self._outline = QColor(color), QColor(outline)
        self.update()

    def paint(self, painter: QPainter, *_: Any) -> None:
        if not len(self._points):
            return
        to_screen = painter.transform()
        painter.save()
        painter.resetTransform()
        stamp = self._stamp(painter.device().devicePixelRatioF())
        places = on_screen(self._points, to_screen)
        for x, y in places[np.isfinite(places).all(axis=1)].tolist():
            painter.drawPixmap(QPointF(x - _SIDE_PX / 2, y - _SIDE_PX / 2), stamp)
        painter.restore()

    def _stamp(self, ratio: float) -> QPixmap:
        """The arrow, pointing down or up."""
        stamp = QPixmap(round(_SIDE_PX * ratio), round(_SIDE_PX * ratio))
        stamp.setDevicePixelRatio(ratio)
        stamp.fill(Qt.GlobalColor.transparent)
        turn = 1.0 if self._way == "down" else -1.0
        corners = [(-1.6, -6), (1.6, -6), (1.6, 0), (5.2, 0), (0, 6.2), (-5.2, 0), (-1.6, 0)]
        painter = QPainter(stamp)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(_SIDE_PX / 2, _SIDE_PX / 2)
        painter.setPen(QPen(self._outline, 1.2))
        painter.setBrush(self._color)
        painter.drawPolygon(QPolygonF([QPointF(x, turn * y) for x, y in corners]))
        painter.end()
        return stamp
