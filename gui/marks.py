"""How each kind of mark of a step looks, on the canvas, on the ladder and in the legend alike.

What must not be mixed up differs in shape as well as in colour: a ring is a proposal, a dot in a ring an accepted
one, a cross a rejected one; leaves of a tree are discs forward and squares backward.
Not covered: which marks are seen (story_layer.py, ladder.py, caption.py).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen, QPolygonF

from engine.messages import LINES, Mark
from gui.figure_layer import shafts_of
from gui.theme import DARK, Theme, blended

Floats = NDArray[np.float64]
_ARROWS = ("momentum", "attraction", "repulsion")
_WIDTHS = {"faint": 1.5, "shape": 1.8, "interval": 3.0, "attraction": 2.4, "repulsion": 1.8, "swap": 2.0}
_WIDTH_PX, _HALO_PX = 2.2, 1.4
_BAR_PX, _HEAD_PX = 7.0, 8.0
_RADII = {"proposal": 6.5, "accepted": 9.0, "rejected": 5.5, "partner": 6.5, "leaps": 3.0, "forward": 4.4,
          "backward": 4.0, "weights": 13.0, "copies": 3.5}  # fmt: skip
_SMALLEST_WEIGHT = 0.12
_FADE_PER_DOUBLING = 0.13
_RING_PX = 14.0


class Colors(NamedTuple):
    """Of a theme what marks are drawn in."""

    line: QColor
    halo: QColor
    chain: QColor
    momentum: QColor
    attraction: QColor
    repulsion: QColor
    forward: str
    backward: str
    leaf: str

    @classmethod
    def of(cls, theme: Theme) -> "Colors":
        # The two kinds of arrows differ in lightness, too: they are told apart without colour vision.
        return cls(
            line=QColor(theme.text),
            halo=QColor(theme.dot_outline),
            chain=QColor(theme.samples),
            momentum=QColor(theme.cursor_mark),
            attraction=QColor(blended(theme.push_down, theme.text, 0.45)),
            repulsion=QColor(blended(theme.push_up, theme.samples, 0.5)),
            forward=theme.push_down,
            backward=theme.cursor_mark,
            leaf=theme.text,
        )


NO_COLORS = Colors.of(DARK)


def paint(painter: QPainter, mark: Mark, pixels: Floats, colors: Colors, scale: float = 1.0) -> None:
    """Draw a mark whose points are at `pixels`, (n, 2), those that are finite. scale: of dots."""
    if mark.look == "ring":
        if np.isfinite(pixels[0]).all():
            _ring(painter, QPointF(*pixels[0]), colors, scale)
    elif mark.look in LINES:
        for start, end in zip(mark.offsets[:-1].tolist(), mark.offsets[1:].tolist(), strict=True):
            _line(painter, mark.look, pixels[start:end], colors)
    else:
        sizes = mark.sizes if len(mark.sizes) == len(pixels) else np.ones(len(pixels))
        is_known = np.isfinite(pixels).all(1)
        for (x, y), size in zip(pixels[is_known].tolist(), sizes[is_known].tolist(), strict=True):
            _dot(painter, mark, QPointF(x, y), float(size), colors, scale)


def _ring(painter: QPainter, at: QPointF, colors: Colors, scale: float) -> None:
    """Around the chain whose numbers are told."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for pen in (QPen(colors.halo, 4.5), QPen(colors.momentum, 2.2)):
        painter.setPen(pen)
        painter.drawEllipse(at, _RING_PX * scale, _RING_PX * scale)


def _line(painter: QPainter, look: str, pixels: Floats, colors: Colors) -> None:
    pixels = pixels[np.isfinite(pixels).all(axis=1)]
    if len(pixels) < 2:
        return
    color = getattr(colors, look, colors.line)
    width = _WIDTHS.get(look, _WIDTH_PX)
    strokes = [QPolygonF([QPointF(x, y) for x, y in pixels.tolist()])]
    if look in _ARROWS:
        shafts = shafts_of(np.concatenate([pixels[0], pixels[-1]])[None], _HEAD_PX)
        strokes = [QPolygonF([QPointF(x0, y0), QPointF(x1, y1)]) for x0, y0, x1, y1 in shafts.tolist()]
    elif look == "interval":
        strokes += _bars(pixels)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for pen in (QPen(colors.halo, width + 2 * _HALO_PX), QPen(color, width)):
        if look in ("faint", "swap"):
            pen.setDashPattern([4 * _WIDTH_PX / pen.widthF(), 3 * _WIDTH_PX / pen.widthF()])
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        for stroke in strokes:
            painter.drawPolyline(stroke)


def _bars(pixels: Floats) -> list[QPolygonF]:
    """Across both ends of a line."""
    along = pixels[-1] - pixels[0]
    across = np.array([-along[1], along[0]]) / max(1e-9, float(np.hypot(*along))) * _BAR_PX
    return [QPolygonF([QPointF(*(end - across)), QPointF(*(end + across))]) for end in (pixels[0], pixels[-1])]


def _dot(painter: QPainter, mark: Mark, at: QPointF, size: float, colors: Colors, scale: float) -> None:
    look, radius = mark.look, _RADII[mark.look] * scale
    if look in ("proposal", "accepted", "rejected", "partner"):
        if look == "accepted":
            painter.setPen(QPen(colors.halo, 1.0))
            painter.setBrush(colors.chain)
            painter.drawEllipse(at, radius - 4, radius - 4)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for pen in (QPen(colors.halo, 2 + 2 * _HALO_PX), QPen(colors.line, 2)):
            painter.setPen(pen)
            _outline(painter, look, at, radius)
        return
    painter.setPen(QPen(colors.halo, 1.0))
    painter.setBrush(_fill(mark, colors))
    if look == "weights":
        radius *= max(_SMALLEST_WEIGHT, size**0.5)
    if look == "backward":
        painter.drawRect(QRectF(at.x() - radius, at.y() - radius, 2 * radius, 2 * radius))
    else:
        painter.drawEllipse(at, radius, radius)


def _outline(painter: QPainter, look: str, at: QPointF, radius: float) -> None:
    box = QRectF(at.x() - radius, at.y() - radius, 2 * radius, 2 * radius)
    if look == "rejected":
        painter.drawLine(box.topLeft(), box.bottomRight())
        painter.drawLine(box.bottomLeft(), box.topRight())
    elif look == "partner":
        painter.drawRect(box)
    else:
        painter.drawEllipse(box)


def _fill(mark: Mark, colors: Colors) -> QBrush:
    if mark.look in ("forward", "backward"):
        return QBrush(
            QColor(blended(colors.leaf, getattr(colors, mark.look), min(0.8, _FADE_PER_DOUBLING * mark.group)))
        )
    color = QColor(colors.line if mark.look == "leaps" else colors.chain)
    color.setAlpha(170 if mark.look == "weights" else 255)
    return QBrush(color)
