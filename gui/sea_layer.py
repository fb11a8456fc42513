"""The sea: the landscape flooded up to a level, with its shore.

Not covered: which level holds how much of the probability (engine/fields.py).
"""

import itertools
import math
from typing import Any

import contourpy
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from engine.messages import Extent
from gui.view_item import ViewItem


class SeaLayer(ViewItem):
    """Water over all that lies no higher than the level."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._water = QPainterPath()
        self._color = QColor("blue")

    def set_sea(self, energy: NDArray[np.float32], extent: Extent, level: float) -> None:
        """energy: (rows, columns), rows from the lowest y.  level: in nats; NaN is no sea."""
        self._water = QPainterPath()
        if math.isfinite(level) and min(energy.shape) >= 2:
            self._water = _flooded(energy, extent, level)
        self.update()

    def set_look(self, color: str) -> None:
        self._color = QColor(color)
        self.update()

    def paint(self, painter: QPainter, *_: Any) -> None:
        if self._water.isEmpty():
            return
        shallow = QColor(self._color)
        shallow.setAlphaF(0.55)
        shore = QPen(self._color.lighter(150), 2)
        shore.setCosmetic(True)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(shallow)
        painter.setPen(shore)
        painter.drawPath(self._water)


def _flooded(energy: NDArray[np.float32], extent: Extent, level: float) -> QPainterPath:
    """The area below the level, islands left out, up to the edge of the view."""
    rows, columns = energy.shape
    x0, x1, y0, y1 = extent
    # Once more around, so that water goes on to the edge and not only to the middle of the last cells.
    ground = np.pad(np.nan_to_num(energy, nan=np.inf, posinf=1e30), 1, mode="edge")
    x = x0 + (np.arange(-1, columns + 1) + 0.5) * (x1 - x0) / columns
    y = y0 + (np.arange(-1, rows + 1) + 0.5) * (y1 - y0) / rows
    generator = contourpy.contour_generator(x, y, ground, fill_type=contourpy.FillType.OuterOffset)
    path = QPainterPath()
    for points, offsets in zip(*generator.filled(-1e30, level), strict=True):
        for begin, end in itertools.pairwise(offsets):
            path.moveTo(QPointF(*points[begin]))
            for corner in points[begin + 1 : end].tolist():
                path.lineTo(*corner)
            path.closeSubpath()
    return path
