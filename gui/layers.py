"""What lies on the canvas besides dots: contour lines, and the aids to aim (brush circle, rubber band, a hint)."""

from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontInfo, QPainter, QPainterPath, QPen

from gui.edits import Floats
from gui.language import tr
from gui.view_item import ViewItem

_CROSS_PX = 9.0
_GROUND = 0.8  # how much a hint hides of what is under it


class ContourLines(ViewItem):
    """All contour lines as one path, one pixel wide: Qt takes thirty times as long for a wider pen.

    Films of many pixels are made with a wider one all the same.
    """

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._path = QPainterPath()
        self._pen = QPen()

    def set_color(self, color: str) -> None:
        self._pen = QPen(QColor(color), self._pen.widthF())
        self._pen.setCosmetic(True)
        self.update()

    def set_width(self, width_px: float) -> None:
        """In pixels of the device."""
        self._pen.setWidthF(width_px)
        self.update()

    def set_lines(self, points: NDArray[np.float32], offsets: NDArray[np.int32]) -> None:
        """points: (k, 2), all lines one after another.  offsets: (lines + 1,), where each begins."""
        goes_on = np.ones(len(points), np.int32)
        goes_on[offsets[1:] - 1] = 0
        x, y = np.ascontiguousarray(points.T, np.float64)
        self._path = pg.arrayToQPath(x, y, connect=goes_on, finiteCheck=False)
        self.update()

    def paint(self, painter: QPainter, *_: Any) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(self._pen)
        painter.drawPath(self._path)


class Aids(ViewItem):
    """The brush circle, the rubber band, and a hint in the middle of an empty canvas.

    Lines are drawn twice, wide in one colour and thin in another, so that they show on any landscape.
    """

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._line, self._halo, self._text = QColor("white"), QColor("black"), QColor("grey")
        self._centre: tuple[float, float] | None = None
        self._radius_px = 0.0
        self._crosshair: tuple[float, float] | None = None
        self._outline: Floats = np.empty((0, 2))
        self._hint = ""

    def set_colors(self, line: str, halo: str, text: str) -> None:
        self._line, self._halo, self._text = QColor(line), QColor(halo), QColor(text)
        self.update()

    def set_circle(self, centre: tuple[float, float] | None, radius_px: float = 0.0) -> None:
        """Show the brush about a place in the user's numbers, or no longer."""
        if (centre, radius_px) != (self._centre, self._radius_px):
            self._centre, self._radius_px = centre, radius_px
            self.update()

    def set_crosshair(self, at: tuple[float, float] | None) -> None:
        """Show a small cross at a place in the user's numbers, or no longer."""
        if at != self._crosshair:
            self._crosshair = at
            self.update()

    def set_outline(self, corners: Floats) -> None:
        """Show a line through corners (m, 2), or none."""
        if len(corners) or len(self._outline):
            self._outline = corners
            self.update()

    def set_hint(self, hint: str) -> None:
        if hint != self._hint:
            self._hint = hint
            self.update()

    def paint(self, painter: QPainter, *_: Any) -> None:
        to_screen = painter.transform()
        painter.save()
        painter.resetTransform()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._hint:
            self._paint_hint(painter, to_screen.mapRect(self.boundingRect()))
        corners = [to_screen.map(QPointF(x, y)) for x, y in self._outline.tolist()]
        for color, width in ((self._halo, 3.0), (self._line, 1.2)):
            painter.setPen(QPen(color, width))
            painter.drawPolyline(corners)
            if self._centre is not None:
                painter.drawEllipse(to_screen.map(QPointF(*self._centre)), self._radius_px, self._radius_px)
            if self._crosshair is not None:
                at = to_screen.map(QPointF(*self._crosshair))
                painter.drawLine(at - QPointF(_CROSS_PX, 0), at + QPointF(_CROSS_PX, 0))
                painter.drawLine(at - QPointF(0, _CROSS_PX), at + QPointF(0, _CROSS_PX))
        painter.restore()

    def _paint_hint(self, painter: QPainter, area: QRectF) -> None:
        font = painter.font()
        font.setPointSizeF(1.25 * QFontInfo(font).pointSizeF())
        painter.setFont(font)
        how = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        # On a ground of its own: the landscape has any colour, and the words are to be read from the last row.
        ground, pad = QColor(self._halo), painter.fontMetrics().height() / 2
        ground.setAlphaF(_GROUND)
        # Without a pen Qt finds no room that words would take.
        painter.setPen(self._text)
        room = painter.boundingRect(area, how, tr(self._hint)).adjusted(-2 * pad, -pad, 2 * pad, pad)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(room, pad, pad)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(self._text)
        painter.drawText(area, how, tr(self._hint))
