"""A model's drawing on the canvas: lines, arrows and dots of the same width on the screen, with a halo around them.

Not covered: what is drawn (a messages.Figure).
"""

from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF, QTransform

from engine.messages import Figure

_HEAD_PX = 9.0
_DOT_PX = 4.5
_HALO_PX = 1.6
_FARTHEST_PX = 20_000.0


class FigureLayer(pg.GraphicsObject):  # type: ignore[misc]
    """Shows one figure, or none."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._figure: Figure | None = None
        self._color, self._halo, self._width_px = QColor("white"), QColor("black"), 2.0

    def set_figure(self, figure: Figure | None) -> None:
        self._figure = figure
        self.update()

    def set_look(self, color: str, halo: str, width_px: float) -> None:
        self._color, self._halo, self._width_px = QColor(color), QColor(halo), width_px
        self._halo.setAlphaF(0.6)
        self.update()

    def boundingRect(self) -> QRectF:
        return self.viewRect() or QRectF()

    def viewTransformChanged(self) -> None:
        super().viewTransformChanged()
        self.prepareGeometryChange()

    def paint(self, painter: QPainter, *_: Any) -> None:
        figure = self._figure
        if figure is None:
            return
        to_screen = painter.transform()
        area = to_screen.mapRect(self.boundingRect())
        painter.save()
        painter.resetTransform()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        lines = _polygons(figure, to_screen, area)
        shafts = shafts_of(on_screen(figure.arrows.reshape(-1, 2), to_screen).reshape(-1, 4))
        places = on_screen(figure.dots, to_screen)
        dots = [QPointF(x, y) for x, y in places[np.isfinite(places).all(axis=1)].tolist()]
        for color, width in ((self._halo, self._width_px + 2 * _HALO_PX), (self._color, self._width_px)):
            pen = QPen(color, width)
            pen.setCapStyle(Qt.PenCapStyle.RoundCap)
            pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
            painter.setPen(pen)
            for line in lines:
                painter.drawPolyline(line)
            painter.drawLines(shafts)
        painter.setPen(QPen(self._halo, _HALO_PX))
        painter.setBrush(self._color)
        for dot in dots:
            painter.drawEllipse(dot, _DOT_PX, _DOT_PX)
        painter.restore()


def on_screen(points: NDArray[np.float64], to_screen: QTransform) -> NDArray[np.float64]:
    """(n, 2) in the user's numbers -> (n, 2) in pixels; a ViewBox neither turns nor shears.

    What is far off the screen comes nearer, as Qt draws lines of a million pixels dot by dot; NaN stays NaN.
    """
    scale = np.array([to_screen.m11(), to_screen.m22()])
    with np.errstate(over="ignore", invalid="ignore"):
        pixels = points * scale + np.array([to_screen.dx(), to_screen.dy()])
    clipped: NDArray[np.float64] = np.clip(pixels, -_FARTHEST_PX, _FARTHEST_PX)
    return clipped


def shafts_of(arrows: NDArray[np.float64], head_px: float = _HEAD_PX) -> list[QLineF]:
    """Arrows (m, 4) in pixels as three lines each: the shaft and the two sides of the head, at most half as long."""
    arrows = arrows[np.isfinite(arrows).all(axis=1)]
    start, end = arrows[:, :2], arrows[:, 2:]
    along = end - start
    length = np.linalg.norm(along, axis=1, keepdims=True)
    unit = along / np.maximum(length, 1e-9)
    across = np.stack([-unit[:, 1], unit[:, 0]], axis=1)
    head = np.minimum(head_px, length / 2)
    sides = [end - head * (unit + 0.55 * side * across) for side in (-1, 1)]
    pairs = [np.hstack([start, end]), *(np.hstack([end, side]) for side in sides)]
    return [QLineF(*row) for row in np.concatenate(pairs).tolist()]


def _polygons(figure: Figure, to_screen: QTransform, area: QRectF) -> list[QPolygonF]:
    """The lines in pixels, those that are far off the screen left out."""
    pixels = on_screen(figure.lines, to_screen)
    found = []
    for begin, end in zip(figure.offsets[:-1], figure.offsets[1:], strict=True):
        line = pixels[begin:end]
        line = line[np.isfinite(line).all(axis=1)]
        if len(line) and QRectF(area).adjusted(-9, -9, 9, 9).intersects(_box(line)):
            found.append(QPolygonF([QPointF(x, y) for x, y in line.tolist()]))
    return found


def _box(line: NDArray[np.float64]) -> QRectF:
    """Around a line; never without any width, or nothing would meet it."""
    low, high = line.min(axis=0) - 0.5, line.max(axis=0) + 0.5
    return QRectF(QPointF(*low.tolist()), QPointF(*high.tolist()))
