"""The small pictures in the boxes of a machine: dots, bars, heat, the landscape, and the curve of losses.

Each function paints into a rectangle of a QPainter. Not covered: where the boxes are (machine_scene.py).
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPolygonF

from engine.messages import Extent
from gui import heat
from gui.axes import number
from gui.theme import Theme

REACH = 1.2  # of the plane that is drawn: 1 is the edge of the home view
_MOST_PLACES = 200  # of a curve
_QUIET_SHARE = 0.02  # of losses that may lie outside, so that a single high one does not flatten the rest


def square_in(area: QRectF) -> QRectF:
    """The largest square about the middle of an area."""
    side = min(area.width(), area.height())
    return QRectF(area.center().x() - side / 2, area.center().y() - side / 2, side, side)


def paint_dots(painter: QPainter, area: QRectF, points: NDArray[Any], color: str, theme: Theme) -> None:
    """points: (n, 2) on the plane."""
    square = square_in(area)
    painter.fillRect(square, QColor(theme.plot))
    _frame(painter, square, theme)
    points = np.asarray(points, float)
    points = points[np.all(np.abs(points) <= 0.97 * REACH, axis=1)]  # a NaN is nowhere; no dot is cut
    scale = square.width() / (2 * REACH)
    at = square.center()
    diameter = min(max(square.width() / 22, 2.5), 7.0) * (1.0 if len(points) > 40 else 1.35)
    pen = QPen(QColor(color), diameter)
    pen.setCapStyle(pen.capStyle().RoundCap)
    painter.setPen(pen)
    painter.drawPoints(QPolygonF([QPointF(at.x() + scale * x, at.y() - scale * y) for x, y in points.tolist()]))


def paint_bars(painter: QPainter, area: QRectF, values: NDArray[Any], theme: Theme) -> None:
    """values: (n,), any numbers; those below zero hang down, in another colour."""
    values = np.nan_to_num(np.asarray(values, float), nan=0.0, posinf=0.0, neginf=0.0)
    if not len(values):
        return
    high, low = max(float(values.max()), 0.0), min(float(values.min()), 0.0)
    scale = area.height() / max(high - low, 1e-12)
    zero = area.top() + high * scale
    step = min(area.width() / len(values), 24.0)
    left = area.center().x() - step * len(values) / 2
    gap = min(0.25 * step, 3.0)
    for sign, color in ((1, theme.data), (-1, theme.samples)):
        bars = [
            QRectF(left + index * step + gap / 2, min(zero, zero - value * scale), step - gap, abs(value) * scale)
            for index, value in enumerate(values.tolist())
            if value * sign > 0
        ]
        painter.setPen(QColor(0, 0, 0, 0))
        painter.setBrush(QColor(color))
        painter.drawRects(bars)
    painter.setPen(QPen(QColor(theme.border), 1.0))
    painter.drawLine(QLineF(area.left(), zero, area.right(), zero))


def paint_heat(painter: QPainter, area: QRectF, values: NDArray[Any], lut: heat.Bytes, theme: Theme) -> None:
    """values: (rows, columns), the first row below; from the first colour of `lut` at the lowest to the last."""
    values = np.asarray(values, np.float32)
    finite = values[np.isfinite(values)]
    if not finite.size:
        return
    low, high = float(finite.min()), float(finite.max())
    shares = np.nan_to_num((values - low) / max(high - low, 1e-12), nan=0.0, posinf=1.0, neginf=0.0)
    rgba = np.full((*values.shape, 4), 255, np.uint8)
    rgba[:, :, :3] = lut[np.round(255 * np.clip(shares, 0, 1)).astype(np.uint8)]
    paint_picture(painter, area, rgba, theme)


def paint_picture(painter: QPainter, area: QRectF, rgba: heat.Bytes, theme: Theme) -> None:
    """rgba: (rows, columns, 4), the first row below; rows and columns are as long as each other."""
    rows, columns = rgba.shape[:2]
    scale = min(area.width() / columns, area.height() / rows)
    place = QRectF(0, 0, columns * scale, rows * scale)
    place.moveCenter(area.center())
    upright = np.ascontiguousarray(rgba[::-1])
    image = QImage(upright.data, columns, rows, 4 * columns, QImage.Format.Format_RGBA8888)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
    painter.drawImage(place, image)
    _frame(painter, place, theme)


def paint_landscape(
    painter: QPainter, area: QRectF, rgba: heat.Bytes, extent: Extent, home: Extent, theme: Theme
) -> None:
    """The part of the plane that `paint_dots` draws, however wide the canvas and whatever it shows.

    rgba: (rows, columns, 4), the first row below, of `extent`.  home: the home view, in the same numbers.
    """
    square = square_in(area)
    painter.fillRect(square, QColor(theme.plot))
    scale = square.width() / (REACH * (home[1] - home[0])), square.height() / (REACH * (home[3] - home[2]))
    left = square.center().x() + scale[0] * (extent[0] - (home[0] + home[1]) / 2)
    top = square.center().y() - scale[1] * (extent[3] - (home[2] + home[3]) / 2)
    place = QRectF(left, top, scale[0] * (extent[1] - extent[0]), scale[1] * (extent[3] - extent[2]))
    rows, columns = rgba.shape[:2]
    upright = np.ascontiguousarray(rgba[::-1])
    image = QImage(upright.data, columns, rows, 4 * columns, QImage.Format.Format_RGBA8888)
    painter.save()
    painter.setClipRect(square, Qt.ClipOperation.IntersectClip)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawImage(place, image)
    painter.restore()
    _frame(painter, square, theme)


def paint_curve(painter: QPainter, area: QRectF, losses: NDArray[Any], theme: Theme) -> None:
    """losses: (n,), the latest last; its value stands at the curve's upper right."""
    losses = np.asarray(losses, float)
    losses = losses[np.isfinite(losses)]
    if len(losses) < 2:
        return
    # Means of parts that are equally long: every loss counts, however many there are.
    cuts = np.unique(np.linspace(0, len(losses), min(len(losses), _MOST_PLACES) + 1).astype(int))
    means = np.add.reduceat(losses, cuts[:-1]) / np.diff(cuts)
    low, high = np.quantile(means, [_QUIET_SHARE / 2, 1 - _QUIET_SHARE / 2])
    metrics = painter.fontMetrics()
    words_px = metrics.height() if area.height() > 3 * metrics.height() else 0
    plot = area.adjusted(0, words_px, 0, -1)
    x = np.linspace(plot.left(), plot.right(), len(means))
    share = (means - low) / (high - low) if high > low else np.full(len(means), 0.5)
    y = plot.bottom() - np.clip(share, 0, 1) * plot.height()
    painter.setPen(QPen(QColor(theme.border), 1.0))
    painter.drawLine(plot.bottomLeft(), plot.bottomRight())
    painter.setPen(QPen(QColor(theme.focus), 1.6))
    painter.drawPolyline(QPolygonF([QPointF(*at) for at in zip(x.tolist(), y.tolist(), strict=True)]))
    if words_px:
        painter.setPen(QColor(theme.dim_text))
        text = number(float(means[-1]), max(float(high - low), 1e-3 * abs(float(means[-1])), 1e-9) / 50)
        painter.drawText(QPointF(area.right() - metrics.horizontalAdvance(text), area.top() + metrics.ascent()), text)


def _frame(painter: QPainter, area: QRectF, theme: Theme) -> None:
    painter.setPen(QPen(QColor(theme.grid), 1.0))
    painter.setBrush(QColor(0, 0, 0, 0))
    painter.drawRect(area)
