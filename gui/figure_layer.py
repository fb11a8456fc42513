"""A model's drawing on the canvas: lines, arrows and dots of the same width on the screen, with a halo around them.

Not covered: what is drawn (a messages.Figure), and how lines are drawn fast (ink.py).
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QTransform

from engine.messages import Figure
from gui.ink import Ink, path_of, path_of_segments
from gui.view_item import ViewItem

_HEAD_PX = 9.0
_DOT_PX, _SMALL_DOT_PX = 4.5, 2.5
_MANY_LINES, _MANY_DOTS = 8, 40
_HALO_PX = 1.6
_FARTHEST_PX = 20_000.0


class FigureLayer(ViewItem):
    """Shows one figure, or none."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._figure: Figure | None = None
        self._ink = Ink()
        self._color, self._halo, self._width_px = QColor("white"), QColor("black"), 2.0
        self._is_fine: bool | None = None

    def set_figure(self, figure: Figure | None) -> None:
        self._figure = figure
        self._ink.forget()
        self._choose_width()
        self.update()

    def set_look(self, color: str, halo: str, width_px: float) -> None:
        self._color, self._halo, self._width_px = QColor(color), QColor(halo), width_px
        self._halo.setAlphaF(0.6)
        self._is_fine = None
        self._choose_width()
        self.update()

    def _choose_width(self) -> None:
        """A curve is bold; of many lines, such as a warped grid, each is fine, or they would cover the landscape."""
        is_fine = self._figure is not None and len(self._figure.offsets) > _MANY_LINES
        if is_fine is not self._is_fine:
            self._is_fine = is_fine
            width_px, halo_px = (1.0, 1.0) if is_fine else (self._width_px, _HALO_PX)
            self._ink.set_look(self._color, self._halo, width_px, halo_px)

    def paint(self, painter: QPainter, *_: Any) -> None:
        figure = self._figure
        if figure is None:
            return
        to_screen = painter.transform()
        area = to_screen.mapRect(self.boundingRect())

        def lines() -> list[tuple[QPainterPath, float]]:
            arrows = on_screen(figure.arrows.reshape(-1, 2), to_screen).reshape(-1, 4)
            return [
                (path_of(on_screen(figure.lines, to_screen), figure.offsets), 1.0),
                (path_of_segments(shafts_of(arrows)), 1.0),
            ]

        def dots(brush: QPainter) -> None:
            radius_px = _DOT_PX if len(figure.dots) <= _MANY_DOTS else _SMALL_DOT_PX
            brush.setPen(QPen(self._halo, _HALO_PX))
            brush.setBrush(self._color)
            for x, y in seen(on_screen(figure.dots, to_screen), area).tolist():
                brush.drawEllipse(QPointF(x, y), radius_px, radius_px)

        self._ink.paint(painter, area, lines, dots)


def on_screen(points: NDArray[np.float64], to_screen: QTransform) -> NDArray[np.float64]:
    """(n, 2) in the user's numbers -> (n, 2) in pixels; a ViewBox neither turns nor shears.

    What is far off the screen comes nearer, as Qt draws lines of a million pixels dot by dot; NaN stays NaN.
    """
    scale = np.array([to_screen.m11(), to_screen.m22()])
    with np.errstate(over="ignore", invalid="ignore"):
        pixels = points * scale + np.array([to_screen.dx(), to_screen.dy()])
    clipped: NDArray[np.float64] = np.clip(pixels, -_FARTHEST_PX, _FARTHEST_PX)
    return clipped


def seen(pixels: NDArray[np.float64], area: QRectF, margin_px: float = 20.0) -> NDArray[np.float64]:
    """Those of (n, 2) that are on an area or just outside; what is no number is nowhere."""
    low, high = np.array([area.left(), area.top()]), np.array([area.right(), area.bottom()])
    return pixels[((pixels >= low - margin_px) & (pixels <= high + margin_px)).all(axis=1)]


def shafts_of(arrows: NDArray[np.float64], head_px: float = _HEAD_PX) -> NDArray[np.float64]:
    """Arrows (m, 4) as three lines each, (3 m, 4), in pixels: the shaft and the head's sides, at most half as long."""
    arrows = arrows[np.isfinite(arrows).all(axis=1)]
    start, end = arrows[:, :2], arrows[:, 2:]
    along = end - start
    length = np.linalg.norm(along, axis=1, keepdims=True)
    unit = along / np.maximum(length, 1e-9)
    across = np.stack([-unit[:, 1], unit[:, 0]], axis=1)
    head = np.minimum(head_px, length / 2)
    sides = [end - head * (unit + 0.55 * side * across) for side in (-1, 1)]
    return np.concatenate([np.hstack([start, end]), *(np.hstack([end, side]) for side in sides)])
