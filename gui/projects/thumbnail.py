"""The small picture of a project: the landscape of the active pane with the points, drawn away from the window."""

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QBuffer, QIODevice, QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QPainter

from engine.messages import Extent
from gui.edits import Sketch
from gui.heat import Bytes

WIDTH_PX, HEIGHT_PX = 320, 180
_DOT_PX = 1.3
_MOST_DOTS = 1500
_LARGEST_ASPECT = 4.0  # as gui/plane.py, which loads pyqtgraph


@dataclass(frozen=True, eq=False)
class Look:
    """What is on the screen. rgba: (rows, columns, 4), rows from the lowest y, over `extent`; None without a landscape.

    labels: the colours of the classes.
    """

    background: str
    labels: tuple[str, ...]
    rgba: Bytes | None = None
    extent: Extent = Sketch().extent


def drawn(sketch: Sketch, look: Look) -> bytes:
    """The home view of the sketch, as a PNG. May be called in any thread."""
    image = QImage(WIDTH_PX, HEIGHT_PX, QImage.Format.Format_RGB32)
    image.fill(QColor(look.background))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    x0, x1, y0, y1 = sketch.extent
    scale = min(WIDTH_PX / (x1 - x0), HEIGHT_PX / (y1 - y0))
    stretch = scale, scale
    ratio = (x1 - x0) / (y1 - y0)
    if max(ratio, 1 / ratio) > _LARGEST_ASPECT:
        # As on the canvas: each axis has its own scale.
        stretch = WIDTH_PX / (x1 - x0), HEIGHT_PX / (y1 - y0)
    origin = WIDTH_PX / 2 - stretch[0] * (x0 + x1) / 2, HEIGHT_PX / 2 + stretch[1] * (y0 + y1) / 2
    if look.rgba is not None:
        left, right, low, high = look.extent
        place = QRectF(
            QPointF(origin[0] + stretch[0] * left, origin[1] - stretch[1] * high),
            QPointF(origin[0] + stretch[0] * right, origin[1] - stretch[1] * low),
        )
        painter.drawImage(place, _picture(look.rgba))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    every = max(1, sketch.num_points // _MOST_DOTS)
    places = sketch.points[::every] * (stretch[0], -stretch[1]) + origin
    labels = sketch.labels[::every]
    for label in range(len(look.labels)):
        painter.setBrush(QBrush(QColor(look.labels[label])))
        for x, y in places[labels == label].tolist():
            painter.drawEllipse(QPointF(x, y), _DOT_PX, _DOT_PX)
    painter.end()
    return _png(image)


def _picture(rgba: Bytes) -> QImage:
    """With the highest y on top; QImage does not keep the array."""
    rows, columns, _ = rgba.shape
    flipped = np.ascontiguousarray(rgba[::-1])
    return QImage(flipped.data, columns, rows, 4 * columns, QImage.Format.Format_RGBA8888).copy()


def _png(image: QImage) -> bytes:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(buffer.data().data())
