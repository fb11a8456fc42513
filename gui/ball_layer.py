"""Balls and the ways they rolled, on the canvas: the older a piece of the way, the fainter."""

from typing import Any

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPixmap, QRadialGradient, QTransform

from gui.balls import Balls
from gui.figure_layer import on_screen, seen
from gui.ink import Ink, path_of_segments
from gui.view_item import ViewItem

_RADIUS_PX = 8.0
_WIDTH_PX, _HALO_PX = 3.0, 1.0
_FADES = (0.5, 0.56, 0.62, 0.68, 1.0)  # of the parts of a way, the oldest first


class BallLayer(ViewItem):
    """Shaded balls with an outline, each with its path."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._places = np.zeros((0, 2))
        self._pieces = [np.zeros((0, 4))]
        self._ink = Ink()
        self._color, self._halo = QColor("white"), QColor("black")

    def set_balls(self, balls: Balls) -> None:
        """As they are now; the layer keeps copies."""
        self._places = balls.places.copy()
        pieces = [np.hstack([path[:-1], path[1:]]) for path in balls.paths]
        # A piece's age is counted from the end of its way, in the parts of the longest way.
        longest = max((len(piece) for piece in pieces), default=0)
        age = np.concatenate([np.zeros(0), *(np.arange(len(piece), 0, -1) for piece in pieces)])
        part = len(_FADES) - 1 - ((age - 1) * len(_FADES) / max(1, longest)).astype(int)
        together = np.concatenate([np.zeros((0, 4)), *pieces])
        self._pieces = [together[part == each] for each in range(len(_FADES))]
        self._ink.forget()
        self.update()

    def set_look(self, color: str, halo: str) -> None:
        self._color, self._halo = QColor(color), QColor(halo)
        self._ink.set_look(self._color, self._halo, _WIDTH_PX, _HALO_PX)
        self.update()

    def paint(self, painter: QPainter, *_: Any) -> None:
        if not len(self._places):
            return
        to_screen = painter.transform()
        area = to_screen.mapRect(self.boundingRect())

        def balls(brush: QPainter) -> None:
            ball = self._ball(painter.device().devicePixelRatioF())
            middle = ball.deviceIndependentSize() / 2
            for x, y in seen(on_screen(self._places, to_screen), area).tolist():
                brush.drawPixmap(QPointF(x - middle.width(), y - middle.height()), ball)

        self._ink.paint(painter, area, lambda: self._ways(to_screen), balls)

    def _ways(self, to_screen: QTransform) -> list[tuple[QPainterPath, float]]:
        ways = [on_screen(piece.reshape(-1, 2), to_screen).reshape(-1, 4) for piece in self._pieces]
        return [(path_of_segments(way), fade) for way, fade in zip(ways, _FADES, strict=False)]

    def _ball(self, ratio: float) -> QPixmap:
        """One ball, lit from the upper left."""
        middle = _RADIUS_PX + 2
        ball = QPixmap(round(2 * middle * ratio), round(2 * middle * ratio))
        ball.setDevicePixelRatio(ratio)
        ball.fill(Qt.GlobalColor.transparent)
        shine = QRadialGradient(QPointF(middle - 3, middle - 3), 2 * _RADIUS_PX)
        shine.setColorAt(0.0, QColor("white"))
        shine.setColorAt(0.35, self._color)
        shine.setColorAt(1.0, self._color.darker(220))
        painter = QPainter(ball)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._halo, 1.6))
        painter.setBrush(shine)
        painter.drawEllipse(QPointF(middle, middle), _RADIUS_PX, _RADIUS_PX)
        painter.end()
        return ball
