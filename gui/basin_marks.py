"""Numbers on the canvas at the floors of basins, the same as under the bars of basins_plot.py."""

from typing import Any

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from engine.messages import Truth
from gui.basins_plot import MOST_BASINS
from gui.figure_layer import on_screen
from gui.theme import DARK, Theme
from gui.view_item import ViewItem

DEPTH = 5.5  # above the chains, or they would hide the numbers
_RADIUS_EMS = 0.6


class BasinMarks(ViewItem):
    """Discs with numbers, the heaviest basin first; hidden until they are asked for."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._floors = np.zeros((0, 2))
        self._theme, self._font = DARK, QFont()
        self.setVisible(False)

    def set_theme(self, theme: Theme, font: QFont) -> None:
        self._theme, self._font = theme, font
        self.update()

    def show_truth(self, truth: Truth) -> None:
        self._floors = truth.floors[:MOST_BASINS]
        self.update()

    def paint(self, painter: QPainter, *_: Any) -> None:
        places = on_screen(self._floors, painter.transform()).tolist()
        painter.save()
        painter.resetTransform()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._font)
        radius = _RADIUS_EMS * QFontMetricsF(self._font).height()
        for number, (x, y) in enumerate(places, start=1):
            painter.setPen(QPen(QColor(self._theme.truth), 1.6))
            painter.setBrush(QColor(self._theme.plot))
            painter.drawEllipse(QPointF(x, y), radius, radius)
            place = QRectF(x - radius, y - radius, 2 * radius, 2 * radius)
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, str(number))
        painter.restore()
