"""On the canvas of the latent landscape: a ring round the chain that is followed, and the names of known places."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen

from gui.figure_layer import on_screen
from gui.theme import DARK, Theme
from gui.view_item import ViewItem

DEPTH = 6.0  # above the chains
_RING_PX, _NAME_PX = 11.0, 20


class PlaneMarks(ViewItem):
    """Names are written beside a small dot."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._ring: tuple[float, float] | None = None
        self._places: dict[str, tuple[float, float]] = {}
        self._theme = DARK

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def show_ring(self, at: tuple[float, float] | None) -> None:
        self._ring = at
        self.update()

    def show_places(self, places: Mapping[str, tuple[float, float]]) -> None:
        self._places = dict(places)
        self.update()

    def paint(self, painter: QPainter, *_: Any) -> None:
        to_screen = painter.transform()
        painter.save()
        painter.resetTransform()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = QFont(painter.font())
        font.setPixelSize(_NAME_PX)
        font.setBold(True)
        painter.setFont(font)
        for name, place in self._places.items():
            x, y = on_screen(np.array([place]), to_screen)[0].tolist()
            for color, shift in ((self._theme.dot_outline, 1.5), (self._theme.text, 0.0)):
                painter.setPen(QColor(color))
                painter.drawText(
                    QRectF(x - _NAME_PX + shift, y - _NAME_PX + shift, 2 * _NAME_PX, 2 * _NAME_PX),
                    Qt.AlignmentFlag.AlignCenter, name,
                )  # fmt: skip
        if self._ring is not None:
            x, y = on_screen(np.array([self._ring]), to_screen)[0].tolist()
            painter.setBrush(Qt.BrushStyle.NoBrush)
            for color, width in ((self._theme.dot_outline, 5.0), (self._theme.text, 2.5)):
                painter.setPen(QPen(QColor(color), width))
                painter.drawEllipse(QPointF(x, y), _RING_PX, _RING_PX)
        painter.restore()
