"""Balls and the ways they rolled, on the canvas."""

from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF, QRadialGradient

from gui.balls import Balls
from gui.figure_layer import on_screen

_RADIUS_PX = 8.0


class BallLayer(pg.GraphicsObject):  # type: ignore[misc]
    """Shaded balls with an outline, each with its path."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._places = np.zeros((0, 2))
        self._paths: list[np.ndarray] = []
        self._color, self._halo = QColor("white"), QColor("black")

    def set_balls(self, balls: Balls) -> None:
        """As they are now; the layer keeps copies."""
        self._places = balls.places.copy()
        self._paths = [np.array(path) for path in balls.paths]
        self.update()

    def set_look(self, color: str, halo: str) -> None:
        self._color, self._halo = QColor(color), QColor(halo)
        self.update()

    def boundingRect(self) -> QRectF:
        return self.viewRect() or QRectF()

    def viewTransformChanged(self) -> None:
        super().viewTransformChanged()
        self.prepareGeometryChange()

    def paint(self, painter: QPainter, *_: Any) -> None:
        if not len(self._places):
            return
        to_screen = painter.transform()
        painter.save()
        painter.resetTransform()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ways = [QPolygonF([QPointF(*p) for p in on_screen(path, to_screen).tolist()]) for path in self._paths]
        for color, width in ((self._halo, 3.4), (self._color, 1.8)):
            painter.setPen(QPen(color, width))
            for way in ways:
                painter.drawPolyline(way)
        painter.setPen(QPen(self._halo, 1.6))
        for x, y in on_screen(self._places, to_screen).tolist():
            shine = QRadialGradient(QPointF(x - 3, y - 3), 2 * _RADIUS_PX)
            shine.setColorAt(0.0, QColor("white"))
            shine.setColorAt(0.35, self._color)
            shine.setColorAt(1.0, self._color.darker(220))
            painter.setBrush(shine)
            painter.drawEllipse(QPointF(x, y), _RADIUS_PX, _RADIUS_PX)
        painter.restore()
