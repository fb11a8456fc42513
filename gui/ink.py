"""Lines with a halo, of the same width on the screen, in a picture that is kept until something changes.

Qt draws antialiased lines of one pixel thirty times as fast as wider ones. So lines are drawn one pixel wide into a
mask, and the mask is widened: first to the line, then to its halo. A warped grid of 40 lines of 100 corners takes
about 4 ms in place of 30, and a repaint of what is unchanged 0.3 ms.
Not covered: what the lines are (figure_layer.py, field_layer.py, ball_layer.py).
"""

from collections.abc import Callable

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen

Bytes = NDArray[np.uint8]
_GAIN = 1.4


class Ink:
    """The picture of some lines on some view."""

    def __init__(self) -> None:
        self._width_px, self._halo_px = 2.0, 1.0
        self._table = _table(QColor("white"), QColor("black"))
        self._picture = QImage()
        self._drawn_at: tuple[float, ...] | None = None

    def set_look(self, color: QColor, halo: QColor, width_px: float, halo_px: float) -> None:
        """halo_px: on each side of the line."""
        self._table = _table(color, halo)
        self._width_px, self._halo_px = width_px, halo_px
        self.forget()

    def forget(self) -> None:
        """There are other lines to draw."""
        self._drawn_at = None

    def paint(
        self,
        painter: QPainter,
        area: QRectF,
        lines: Callable[[], list[tuple[QPainterPath, float]]],
        over: Callable[[QPainter], None],
    ) -> None:
        """Paint on `area`, in pixels of the screen, in which `lines` and `over` count too.

        lines: the paths, and how opaque each is, 0 to 1.  over: paints what lies over the lines.
        Both are asked only if the picture is of another view or has been forgotten.
        """
        ratio, to_screen = painter.device().devicePixelRatioF(), painter.transform()
        left, top = np.floor(area.left() * ratio), np.floor(area.top() * ratio)
        width, height = (int(np.ceil(side * ratio)) + 1 for side in (area.width(), area.height()))
        drawn_at = (to_screen.m11(), to_screen.m22(), to_screen.dx(), to_screen.dy(), left, top, width, height, ratio)
        if drawn_at != self._drawn_at:
            corner = float(left) / ratio, float(top) / ratio
            self._picture = self._inked(lines(), corner, (width, height), ratio)
            brush = QPainter(self._picture)
            brush.setRenderHint(QPainter.RenderHint.Antialiasing)
            _move(brush, corner, ratio)
            over(brush)
            brush.end()
            self._drawn_at = drawn_at
        painter.save()
        painter.resetTransform()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)  # it lies on the pixels already
        target = QRectF(left / ratio, top / ratio, width / ratio, height / ratio)
        painter.drawImage(target, self._picture, QRectF(self._picture.rect()))
        painter.restore()

    def _inked(
        self,
        lines: list[tuple[QPainterPath, float]],
        corner: tuple[float, float],
        size: tuple[int, int],
        ratio: float,
    ) -> QImage:
        width = max(1, int(self._width_px * ratio + 0.5))
        mask = _thin(lines, corner, size, ratio, is_between=width % 2 == 0)
        core = _widened(mask, width)
        halo = _widened(core, 1 + 2 * max(1, round(self._halo_px * ratio)))
        both = (halo & 0xF0) | (core >> 4)
        columns, rows = size
        picture = QImage(both.data, columns, rows, columns, QImage.Format.Format_Indexed8)
        picture.setColorTable(self._table)
        return picture.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)


def path_of(pixels: NDArray[np.float64], offsets: NDArray[np.int32]) -> QPainterPath:
    """pixels: (k, 2), all lines one after another.  offsets: (lines + 1,), where each begins."""
    line = np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))
    is_place = np.isfinite(pixels).all(axis=1)
    pixels, line = pixels[is_place], line[is_place]
    return _path(pixels, np.append(line[1:] == line[:-1], False))


def path_of_segments(segments: NDArray[np.float64]) -> QPainterPath:
    """Lines from x, y to x, y, (n, 4) in pixels."""
    segments = segments[np.isfinite(segments).all(axis=1)]
    return _path(segments.reshape(-1, 2), np.tile([True, False], len(segments)))


def _path(pixels: NDArray[np.float64], goes_on: NDArray[np.bool_]) -> QPainterPath:
    if not len(pixels):
        return QPainterPath()
    x, y = np.ascontiguousarray(pixels.T)
    path: QPainterPath = pg.arrayToQPath(x, y, connect=goes_on.astype(np.int32), finiteCheck=False)
    return path


def _move(painter: QPainter, corner: tuple[float, float], ratio: float) -> None:
    """From pixels of the screen to those of a picture whose upper left corner is there."""
    painter.scale(ratio, ratio)
    painter.translate(-corner[0], -corner[1])


def _thin(
    lines: list[tuple[QPainterPath, float]],
    corner: tuple[float, float],
    size: tuple[int, int],
    ratio: float,
    is_between: bool,
) -> Bytes:
    """How much of each pixel a line of one pixel covers, 0 to 255, (rows, columns).

    is_between: half a pixel up and left, because a line of an even width is widened by one pixel down and right.
    """
    columns, rows = size
    image = QImage(columns, rows, QImage.Format.Format_RGB32)  # drawn on faster than grey
    image.fill(Qt.GlobalColor.black)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if is_between:
        painter.translate(-0.5, -0.5)
    _move(painter, corner, ratio)
    for path, opacity in lines:
        pen = QPen(QColor.fromRgbF(opacity, opacity, opacity), 1)
        pen.setCosmetic(True)
        painter.setPen(pen)
        painter.drawPath(path)
    painter.end()
    mask: Bytes = np.frombuffer(image.constBits(), np.uint8).reshape(rows, columns, 4)[..., 0].copy()
    return mask


def _widened(mask: Bytes, width: int) -> Bytes:
    """Lines of one pixel made `width` pixels wide, any direction nearly alike: crosses and squares in turn."""
    if width % 2 == 0:
        mask = mask.copy()
        np.maximum(mask[:, 1:], mask[:, :-1].copy(), out=mask[:, 1:])
        np.maximum(mask[1:], mask[:-1].copy(), out=mask[1:])
    for turn in range((width - 1) // 2):
        wide = mask.copy()
        np.maximum(wide[:, 1:], mask[:, :-1], out=wide[:, 1:])
        np.maximum(wide[:, :-1], mask[:, 1:], out=wide[:, :-1])
        beside = mask if turn % 2 == 0 else wide.copy()
        np.maximum(wide[1:], beside[:-1], out=wide[1:])
        np.maximum(wide[:-1], beside[1:], out=wide[:-1])
        mask = wide
    return mask


def _table(color: QColor, halo: QColor) -> list[int]:
    """What halo and line look like together, 0xAARRGGBB, by 16 times the halo's level plus the line's level."""
    # A thin line between two pixels covers half of each; widened it must not look paler than one on a pixel.
    levels = np.minimum(1.0, _GAIN * np.arange(16) / 15)
    under, on_top = (
        np.array([each.redF(), each.greenF(), each.blueF(), 1.0]) * each.alphaF() * levels[:, None]
        for each in (halo, color)
    )
    both = (on_top[None] + (1 - on_top[None, :, 3:]) * under[:, None]).reshape(-1, 4)
    both[:, :3] /= np.maximum(both[:, 3:], 1e-9)
    return [QColor.fromRgbF(*each).rgba() for each in np.clip(both, 0.0, 1.0).tolist()]
