"""Points as dots: ten thousand in about two milliseconds, each label with its own colour and shape.

Settled dots live in a picture of screen resolution. A repaint of what lies below copies it, new dots are added to it
in place, and only zoom, resize and edits draw it afresh. The stamps go through QPainter.drawPixmapFragments, which was
fastest by trial (10,000 dots: 1.5 ms; a Python loop of drawPixmap 7 ms, numpy blending 11 ms, drawPoints 28 ms).
"""

from typing import Any, Literal

import numpy as np
import shiboken6
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap, QPolygonF

from gui import enlarged
from gui.edits import Floats, Indices, Labels
from gui.view_item import ViewItem

Look = Literal["filled", "hollow"]

_SIZES_PX = ((300, 9.0), (1_500, 8.0), (5_000, 7.0), (20_000, 6.0), (60_000, 5.0))  # up to so many dots, this diameter
_SMALLEST_PX = 4.0
_SMALL_SIDE_PX, _LEAST_SCALE = 480, 0.6  # on a smaller canvas dots are smaller, but not below this share
_MANY = 50_000  # from here on it pays to draw dots of one pixel and label only once
_FRAGMENT_FIELDS = 10  # QPainter.PixmapFragment: ten doubles


def diameter_for(num_points: int, side_px: float = _SMALL_SIDE_PX) -> float:
    """The diameter in pixels at which so many dots still read as dots on a canvas whose shorter side this is."""
    diameter = next((diameter for limit, diameter in _SIZES_PX if num_points <= limit), _SMALLEST_PX)
    return enlarged.factor() * max(_LEAST_SCALE, min(1.0, side_px / _SMALL_SIDE_PX)) * diameter


class Dots(ViewItem):
    """Dots in a ViewBox, disc, square, triangle and diamond by label, with an outline of contrasting colour.

    A "hollow" one is a ring in the colour of its label: for samples and for what is selected.
    """

    def __init__(self, look: Look = "filled", parent: Any = None) -> None:
        super().__init__(parent)
        self._look = look
        self._fills: tuple[str, ...] = ("#ffffff",) * 4
        self._outline = "#000000"
        self._diameter_px = 9.0
        self._points: Floats = np.empty((0, 2))
        self._labels: Labels = np.empty(0, np.uint8)
        self._is_shown: Any = None  # (n,) bool, or None while all are
        self._picture = QPixmap()
        self._stamps = QPixmap()
        self._num_drawn = 0
        self._drawn_at: tuple[float, ...] | None = None  # the view for which the picture holds

    @property
    def num_points(self) -> int:
        return len(self._points)

    @property
    def diameter_px(self) -> float:
        return self._diameter_px

    def set_points(self, points: Floats, labels: Labels | None = None, num_unchanged: int = 0) -> None:
        """Show points (n, 2) with labels (n,), 0 by default; the first `num_unchanged` are shown already."""
        self._points = points
        self._labels = np.zeros(len(points), np.uint8) if labels is None else labels
        if num_unchanged < self._num_drawn or self._is_shown is not None:
            self._forget_picture()
        self._is_shown = None
        self.update()

    def set_hidden(self, indices: Indices) -> None:
        """Leave these out, and show all others."""
        if not len(indices) and self._is_shown is None:
            return
        self._is_shown = None
        if len(indices):
            self._is_shown = np.ones(len(self._points), bool)
            self._is_shown[indices] = False
        self._forget_picture()
        self.update()

    def set_diameter(self, diameter_px: float) -> None:
        if diameter_px != self._diameter_px:
            self._diameter_px = diameter_px
            self._forget_picture()
            self.update()

    def set_colors(self, fills: tuple[str, ...], outline: str) -> None:
        """One fill a label (the last serves those beyond), and one outline for all."""
        self._fills = tuple(fills[min(label, len(fills) - 1)] for label in range(4))
        self._outline = outline
        self._forget_picture()
        self.update()

    def paint(self, painter: QPainter, *_: Any) -> None:
        if not len(self._points):
            return
        ratio = painter.device().devicePixelRatioF()
        to_screen = painter.transform()
        area = to_screen.mapRect(self.boundingRect())
        left, top = np.floor(area.left() * ratio), np.floor(area.top() * ratio)
        size = (int(np.ceil(area.width() * ratio)) + 1, int(np.ceil(area.height() * ratio)) + 1)
        # x in pixels of the picture is x_scale * x + x_shift: a ViewBox neither turns nor shears.
        x_scale, x_shift = to_screen.m11() * ratio, to_screen.dx() * ratio - left
        y_scale, y_shift = to_screen.m22() * ratio, to_screen.dy() * ratio - top
        drawn_at = (x_scale, x_shift, y_scale, y_shift, *size, ratio)
        if drawn_at != self._drawn_at:
            self._begin_picture(*size, ratio)
            self._drawn_at = drawn_at
        if self._num_drawn < len(self._points):
            self._draw(slice(self._num_drawn, None), (x_scale, y_scale), (x_shift, y_shift))
            self._num_drawn = len(self._points)
        painter.save()
        painter.resetTransform()
        target = QRectF(left / ratio, top / ratio, size[0] / ratio, size[1] / ratio)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)  # it lies on the pixels already
        painter.drawPixmap(target, self._picture, QRectF(self._picture.rect()))
        painter.restore()

    def _forget_picture(self) -> None:
        self._drawn_at = None
        self._num_drawn = 0

    def _begin_picture(self, width: int, height: int, ratio: float) -> None:
        self._picture = QPixmap(width, height)
        self._picture.fill(Qt.GlobalColor.transparent)
        self._stamps = _stamps(self._look, self._fills, self._outline, self._diameter_px, ratio)
        self._num_drawn = 0

    def _draw(self, part: slice, scale: tuple[float, float], shift: tuple[float, float]) -> None:
        """Stamp a part of the points into the picture, of which they are `scale * point + shift`."""
        points, labels = self._points[part], self._labels[part]
        if self._is_shown is not None:
            points, labels = points[self._is_shown[part]], labels[self._is_shown[part]]
        width, height, side = self._picture.width(), self._picture.height(), self._stamps.height()
        pixels = np.floor(points * scale + shift)
        reach = side // 2
        is_near = np.all((pixels >= -reach) & (pixels < (width + reach, height + reach)), axis=1)
        pixels, labels = pixels[is_near], labels[is_near]
        if len(pixels) > _MANY:
            pixels, labels = _once_a_pixel(pixels, labels, reach, (width + 2 * reach, height + 2 * reach))
        if not len(pixels):
            return
        painter = QPainter(self._picture)
        # The middle of a stamp, whose side is odd.
        stamp(painter, pixels + 0.5, self._stamps, labels.astype(np.float64) * side)
        painter.end()


def stamp(painter: QPainter, middles: Floats, stamps: QPixmap, left: Floats | float = 0.0) -> None:
    """The square of `stamps` that begins at `left`, (n,) or the same for all, at each middle, (n, 2), in pixels."""
    side = stamps.height()
    fragments = np.empty((len(middles), _FRAGMENT_FIELDS))
    fragments[:, 0:2] = middles
    fragments[:, 2] = left
    fragments[:, 3:10] = 0, side, side, 1, 1, 0, 1  # source y, width, height, scales, rotation, opacity
    first: Any = shiboken6.wrapInstance(fragments.ctypes.data, QPainter.PixmapFragment)
    painter.drawPixmapFragments(first, len(fragments), stamps)


def label_picture(label: int, fills: tuple[str, ...], outline: str, side_px: int) -> QPixmap:
    """The dot of one label as large as an icon, for buttons."""
    ratio = 2.0
    stamps = _stamps("filled", fills, outline, 0.8 * side_px, ratio)
    side = stamps.height()
    picture = stamps.copy(label * side, 0, side, side)
    picture.setDevicePixelRatio(ratio)
    return picture


def _once_a_pixel(pixels: Floats, labels: Labels, reach: int, size: tuple[int, int]) -> tuple[Floats, Labels]:
    """Of points that share pixel and label only one, which looks the same. pixels: (n, 2), from -reach on."""
    width, height = size
    column, row = (pixels + reach).astype(np.int64).T
    is_taken = np.zeros(4 * height * width, bool)
    is_taken[(labels * np.int64(height) + row) * width + column] = True
    rows, columns = np.divmod(np.flatnonzero(is_taken), width)
    kept, rows = np.divmod(rows, height)
    return np.column_stack([columns, rows]) - float(reach), kept.astype(np.uint8)


def _stamps(look: Look, fills: tuple[str, ...], outline: str, diameter_px: float, ratio: float) -> QPixmap:
    """The four labels' dots side by side, each in a square whose side is odd, in device pixels."""
    diameter = diameter_px * ratio
    side = int(np.ceil(diameter)) // 2 * 2 + 3
    stamps = QPixmap(4 * side, side)
    stamps.fill(Qt.GlobalColor.transparent)
    painter = QPainter(stamps)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for label, fill in enumerate(fills):
        painter.save()
        painter.translate((label + 0.5) * side, 0.5 * side)
        if look == "filled":
            painter.setPen(_pen(outline, 0.13 * diameter))
            painter.setBrush(QColor(fill))
            _draw_shape(painter, label, 0.44 * diameter)
        else:
            for colour, width in ((outline, 0.36 * diameter), (fill, 0.18 * diameter)):
                painter.setPen(_pen(colour, width))
                painter.drawEllipse(QPointF(0, 0), 0.36 * diameter, 0.36 * diameter)
        painter.restore()
    painter.end()
    return stamps


def _pen(colour: str, width: float) -> QPen:
    pen = QPen(QColor(colour), width)
    pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
    return pen


def _draw_shape(painter: QPainter, label: int, radius: float) -> None:
    """Disc, square, triangle or diamond about the origin, of about the same weight to the eye."""
    if label == 0:
        painter.drawEllipse(QPointF(0, 0), radius, radius)
        return
    corners = {
        1: [(-0.8, -0.8), (0.8, -0.8), (0.8, 0.8), (-0.8, 0.8)],
        2: [(0.0, -0.95), (1.0, 0.75), (-1.0, 0.75)],
        3: [(0.0, -1.0), (1.0, 0.0), (0.0, 1.0), (-1.0, 0.0)],
    }[label]
    painter.drawPolygon(QPolygonF([QPointF(x * radius, y * radius) for x, y in corners]))
