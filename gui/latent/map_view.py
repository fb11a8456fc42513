"""Pictures at places of a plane, or on a grid that fills it; zoomed by the wheel, a box selects.

Not covered: where the places come from (map_page.py).
"""

import math

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget

from gui import exports
from gui.key_pointer import KeyPointer
from gui.latent.picture_view import image_of
from gui.theme import DARK, Theme

_LEAST_PX, _MOST_PX = 16.0, 96.0
_MARGIN = 0.06
_WHEEL = 1.0015


class MapView(QWidget):
    """Signals: `hovered` with the place in the map's numbers and the picture there (-1: none), `clicked` with the
    picture, `selected` with those in the box.
    """

    hovered = Signal(QPointF, int)
    clicked = Signal(int)
    selected = Signal(list)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.selection: list[int] = []
        self._places = np.zeros((0, 2))
        self._images: list[QImage] = []
        self._columns = 0
        self._scale, self._shift = 1.0, QPointF()
        self._low, self._span = np.zeros(2), np.ones(2)
        self._pressed: QPoint | None = None
        self._box = QRect()
        self._hovered = -1
        self._theme = DARK
        self.setMouseTracking(True)
        self.setMinimumSize(200, 160)
        self.keys = KeyPointer(self)
        exports.add_export_menu(self, "map", self.table)

    @property
    def count(self) -> int:
        """Of pictures that are shown."""
        return len(self._images)

    def clear(self) -> None:
        self._show(np.zeros((0, 2)), [], 0)

    def show_places(self, places: np.ndarray, pictures: np.ndarray) -> None:
        """places: (n, 2) in any numbers, y upwards; pictures: (n, height, width, channels)."""
        self._show(places, [image_of(each) for each in pictures], 0)

    def show_grid(self, pictures: np.ndarray, columns: int) -> None:
        """Row by row from the top, without gaps."""
        rows = math.ceil(len(pictures) / columns)
        index = np.arange(len(pictures))
        places = np.stack([index % columns, rows - 1 - index // columns], 1).astype(float)
        self._show(places, [image_of(each) for each in pictures], columns)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(640, 480)

    def table(self) -> exports.Table:
        """Where each picture lies."""
        yield "picture", "x", "y"
        for index, (x, y) in enumerate(self._places.tolist()):
            yield index, x, y

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self._theme.plot))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        chosen = set(self.selection)
        for index, image in enumerate(self._images):
            place = self._rect_of(index)
            if not place.intersects(QRectF(self.rect())):
                continue
            painter.drawImage(place, image)
            if index in chosen or index == self._hovered:
                painter.setPen(QPen(QColor(self._theme.focus), 3 if index in chosen else 2))
                painter.drawRect(place)
        if not self._box.isNull():
            painter.setPen(QPen(QColor(self._theme.focus), 1, Qt.PenStyle.DashLine))
            painter.drawRect(self._box)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed = event.position().toPoint()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.position()
        if self._pressed is not None:
            far = (at.toPoint() - self._pressed).manhattanLength() >= QApplication.startDragDistance()
            if far and not self._columns:
                self._box = QRect(self._pressed, at.toPoint()).normalized()
                self.update()
            return
        self._hovered = self._index_at(at)
        self.hovered.emit(self._place_at(at), self._hovered)
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._pressed is None:
            return
        self._pressed = None
        if self._box.isNull():
            index = self._index_at(event.position())
            self.selection = [index] if index >= 0 and not self._columns else []
            self.clicked.emit(index)
        else:
            inside = QRectF(self._box)
            self.selection = [
                index for index in range(len(self._images)) if inside.contains(self._rect_of(index).center())
            ]  # fmt: skip
            self._box = QRect()
        self.selected.emit(self.selection)
        self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom about the pointer; a grid always fills the view."""
        if self._columns:
            return
        factor = _WHEEL ** event.angleDelta().y()
        new = min(max(self._scale * factor, 1.0), 40.0)
        at = event.position()
        self._shift = at - (at - self._shift) * (new / self._scale) if new > 1 else QPointF()
        self._scale = new
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hovered = -1
        self.update()

    # ---- private

    def _show(self, places: np.ndarray, images: list[QImage], columns: int) -> None:
        self._places, self._images, self._columns = places, images, columns
        self.selection, self._hovered = [], -1
        self._scale, self._shift = 1.0, QPointF()
        if len(places):
            low, high = places.min(0), places.max(0)
            self._low, self._span = low, np.maximum(high - low, 1e-9)
        self.selected.emit([])
        self.update()

    @property
    def _side(self) -> float:
        """Of a picture, in pixels: so large that about half of the view is covered."""
        room = self.width() * self.height() / max(1, len(self._images))
        return min(max(0.95 * math.sqrt(room), _LEAST_PX), _MOST_PX) * min(3.0, math.sqrt(self._scale))

    def _rect_of(self, index: int) -> QRectF:
        if self._columns:
            rows = math.ceil(len(self._images) / self._columns)
            side = min(self.width() / self._columns, self.height() / rows)
            left, top = (self.width() - side * self._columns) / 2, (self.height() - side * rows) / 2
            return QRectF(left + index % self._columns * side, top + index // self._columns * side, side, side)
        share = (self._places[index] - self._low) / self._span
        at = self._on_screen(float(share[0]), float(share[1]))
        side = self._side
        return QRectF(at.x() - side / 2, at.y() - side / 2, side, side)

    def _on_screen(self, x: float, y: float) -> QPointF:
        """Shares of the map's extent, y upwards, to pixels."""
        inner = 1 - 2 * _MARGIN
        at = QPointF((_MARGIN + inner * x) * self.width(), (1 - _MARGIN - inner * y) * self.height())
        return at * self._scale + self._shift

    def _place_at(self, at: QPointF) -> QPointF:
        plain = (at - self._shift) / self._scale
        inner = 1 - 2 * _MARGIN
        x = (plain.x() / max(1, self.width()) - _MARGIN) / inner
        y = (1 - _MARGIN - plain.y() / max(1, self.height())) / inner
        return QPointF(self._low[0] + x * self._span[0], self._low[1] + y * self._span[1])

    def _index_at(self, at: QPointF) -> int:
        """The topmost picture there."""
        return next((index for index in reversed(range(len(self._images))) if self._rect_of(index).contains(at)), -1)
