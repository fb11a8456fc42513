"""One picture, as large as its place allows; it can be clicked, dragged onto the shelf or into a slot, and copied.

Not covered: many pictures in rows (picture_grid.py).
"""

import math
from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QByteArray, QMimeData, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QDrag, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QApplication, QWidget

from gui.language import tr
from gui.latent.item import MIME, Item, rgb
from gui.theme import DARK, Theme

_DRAG_PX = 64
# Of the picture's width, for a press of an arrow.
_KEY_STEP = 0.04
# Drags inside this window carry a number; these are the items of the drags that are under way.
_dragged: dict[int, tuple[Item, ...]] = {}


class PictureView(QWidget):
    """Shows an item. Signals: `clicked`; `plane_dragged` with how far the mouse has gone, in widths of the picture."""

    clicked = Signal()
    plane_dragged = Signal(float, float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.item: Item | None = None
        # Whether a drag on the picture moves along a plane of the latent space, or takes the picture elsewhere.
        self.is_plane = False
        # The empty view says how it is filled.
        self.hint = ""
        self._image: QImage | None = None
        self._theme = DARK
        self._pressed: QPoint | None = None
        self.setMinimumSize(48, 48)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)

    def show_item(self, item: Item | None) -> None:
        self.item = item
        self._image = None if item is None else image_of(item.pixels)
        self.update()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(320, 320)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self._theme.plot))
        if self._image is not None:
            paint_picture(painter, QRectF(self.rect()), self._image)
        elif self.hint:
            painter.setPen(QColor(self._theme.dim_text))
            inner = self.rect().adjusted(8, 4, -8, -4)
            painter.drawText(inner, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, tr(self.hint))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The arrows walk the plane, too."""
        steps = {
            Qt.Key.Key_Left: (-_KEY_STEP, 0.0),
            Qt.Key.Key_Right: (_KEY_STEP, 0.0),
            Qt.Key.Key_Up: (0.0, _KEY_STEP),
            Qt.Key.Key_Down: (0.0, -_KEY_STEP),
        }
        step = steps.get(Qt.Key(event.key()))
        if self.is_plane and step is not None:
            self.plane_dragged.emit(*step)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.item is not None:
            self._pressed = event.position().toPoint()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed is None or self.item is None:
            return
        at = event.position().toPoint()
        if self.is_plane:
            side = max(1, min(self.width(), self.height()))
            self.plane_dragged.emit((at.x() - self._pressed.x()) / side, (self._pressed.y() - at.y()) / side)
            self._pressed = at
        elif (at - self._pressed).manhattanLength() >= QApplication.startDragDistance():
            self._pressed = None
            start_drag(self, [self.item])

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._pressed is not None and not self.is_plane:
            self.clicked.emit()
        self._pressed = None


def image_of(pixels: np.ndarray) -> QImage:
    """(height, width, channels) uint8 as Qt's image, which keeps its own copy."""
    colors = rgb(pixels)
    height, width = colors.shape[:2]
    return QImage(colors.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()


def paint_picture(painter: QPainter, area: QRectF, image: QImage) -> QRectF:
    """Paint in the middle of an area, as large as fits; small pictures are enlarged smoothly. Where it was painted."""
    scale = min(area.width() / image.width(), area.height() / image.height())
    width, height = image.width() * scale, image.height() * scale
    place = QRectF(
        area.center().x() - width / 2, area.center().y() - height / 2, width, height
    )  # fmt: skip
    if scale > 1:
        # Doubling smoothly, step by step, looks round where a single stretch looks like a net.
        factor = 2 ** min(3, max(0, math.ceil(math.log2(scale))))
        image = image.scaled(
            image.width() * factor, image.height() * factor, mode=Qt.TransformationMode.SmoothTransformation
        )  # fmt: skip
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawImage(place, image)
    return place


def start_drag(source: QWidget, items: Sequence[Item]) -> None:
    """Take pictures elsewhere: onto the shelf, into a slot, or the first one out of the window as an image."""
    number = max(_dragged, default=0) + 1
    _dragged[number] = tuple(items)
    item = items[0]
    mime = QMimeData()
    mime.setData(MIME, QByteArray(str(number).encode()))
    image = image_of(item.pixels)
    mime.setImageData(image)
    drag = QDrag(source)
    drag.setMimeData(mime)
    drag.setPixmap(QPixmap.fromImage(image.scaled(_DRAG_PX, _DRAG_PX, Qt.AspectRatioMode.KeepAspectRatio)))
    drag.exec(Qt.DropAction.CopyAction)
    _dragged.pop(number, None)


def dropped_items(mime: QMimeData) -> tuple[Item, ...]:
    """What was dragged, if it is pictures of this window."""
    if not mime.hasFormat(MIME):
        return ()
    text = bytes(mime.data(MIME).data()).decode("ascii", "replace")
    return _dragged.get(int(text), ()) if text.isdecimal() and text.isascii() else ()
