"""The pad: a picture that is drawn by hand, dropped, or put there.

Not covered: what a model makes of it (draw_page.py).
"""

from pathlib import Path

import numpy as np
from PySide6.QtCore import QMimeData, QPoint, QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QDragEnterEvent,
    QDropEvent,
    QImage,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QWidget

from gui.key_pointer import KeyPointer
from gui.language import tr
from gui.latent.picture_view import dropped_items, image_of
from gui.theme import DARK, Theme

_PAD_PX = 280
_PASTED_PX = 128
# What counts as ink, of 255, and how much of the square the longer side of the ink takes.
_INK, _INK_SHARE = 20, 20 / 28
# On the pad, which is black in every theme.
_HINT_COLOR = "#9aa0ac"


class Pad(QWidget):
    """White ink on black, as handwritten digits have it; the right button erases.

    `changed` while it is drawn on; `refused` says why a file is no picture.
    """

    changed = Signal()
    refused = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.image = QImage(_PAD_PX, _PAD_PX, QImage.Format.Format_RGB888)
        self.image.fill(QColor("black"))
        self.width_px = 22
        self.color = QColor("white")
        self.is_blank = True
        self._last: QPointF | None = None
        self._theme = DARK
        self.setMinimumSize(160, 160)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setAcceptDrops(True)
        self.keys = KeyPointer(self)

    def sizeHint(self) -> QSize:
        return QSize(_PAD_PX, _PAD_PX)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def clear(self) -> None:
        self.is_blank = True
        self.image.fill(QColor("black"))
        self.update()
        self.changed.emit()

    def put(self, image: QImage) -> None:
        """A picture in place of the drawing, its middle square."""
        side = min(image.width(), image.height())
        square = image.copy((image.width() - side) // 2, (image.height() - side) // 2, side, side)
        scaled = square.scaled(_PAD_PX, _PAD_PX, mode=Qt.TransformationMode.SmoothTransformation)
        self.image = scaled.convertToFormat(QImage.Format.Format_RGB888)
        self.is_blank = False
        self.update()
        self.changed.emit()

    def pixels(self, channels: int, is_centred: bool = False) -> np.ndarray:
        """(128, 128, channels) uint8. is_centred: the ink as large and in the middle as digits of MNIST are."""
        image = centred(self.image) if is_centred else self.image
        small = image.scaled(_PASTED_PX, _PASTED_PX, mode=Qt.TransformationMode.SmoothTransformation)
        small = small.convertToFormat(QImage.Format.Format_RGB888)
        rows = np.frombuffer(small.constBits(), np.uint8).reshape(_PASTED_PX, small.bytesPerLine())
        colors = rows[:, : 3 * _PASTED_PX].reshape(_PASTED_PX, _PASTED_PX, 3)
        return colors.copy() if channels == 3 else colors.mean(2, keepdims=True).round().astype(np.uint8)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self._theme.plot))
        area = self._area()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(area, self.image)
        painter.setPen(QColor(self._theme.border))
        painter.drawRect(area)
        if self.is_blank:
            painter.setPen(QColor(_HINT_COLOR))
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, tr("Draw here"))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._last = self._on_pad(event.position())
        self.mouseMoveEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._last is None:
            return
        at = self._on_pad(event.position())
        painter = QPainter(self.image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        is_eraser = bool(event.buttons() & Qt.MouseButton.RightButton)
        pen = QPen(QColor("black") if is_eraser else self.color, self.width_px)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        painter.drawPoint(at) if at == self._last else painter.drawLine(self._last, at)
        painter.end()
        self._last, self.is_blank = at, False
        self.update()
        self.changed.emit()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._last = None

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasImage() or event.mimeData().hasUrls() or dropped_items(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        items = dropped_items(event.mimeData())
        paths = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        image = image_of(items[0].pixels) if items else QImage(paths[0]) if paths else _image(event.mimeData())
        event.acceptProposedAction()
        if image.isNull():
            self.refused.emit(f"{Path(paths[0]).name if paths else 'What was dropped'} is no picture that can be read.")
        else:
            self.put(image)

    def _area(self) -> QRect:
        side = min(self.width(), self.height()) - 2
        area = self.rect()
        area.setSize(QSize(side, side))
        area.moveCenter(self.rect().center())
        return area

    def _on_pad(self, at: QPointF) -> QPointF:
        area = self._area()
        scale = _PAD_PX / max(1, area.width())
        return QPointF((at.x() - area.left()) * scale, (at.y() - area.top()) * scale)


def centred(image: QImage) -> QImage:
    """The ink, its longer side 20 parts of 28, with its centre of mass in the middle of a black square.

    Source: LeCun, Bottou, Bengio, Haffner (1998), Proceedings of the IEEE 86(11), how MNIST was made.
    """
    grey = image.convertToFormat(QImage.Format.Format_Grayscale8)
    rows = np.frombuffer(grey.constBits(), np.uint8).reshape(grey.height(), grey.bytesPerLine())[:, : grey.width()]
    ink = rows.astype(np.float64)
    ys, xs = np.nonzero(rows > _INK)
    if not len(xs):
        return image
    box = QRect(QPoint(int(xs.min()), int(ys.min())), QPoint(int(xs.max()), int(ys.max())))
    side = image.width()
    scale = _INK_SHARE * side / max(box.width(), box.height())
    mass = QPointF(
        float((ink.sum(0) * np.arange(ink.shape[1])).sum() / ink.sum()),
        float((ink.sum(1) * np.arange(ink.shape[0])).sum() / ink.sum()),
    )
    square = QImage(side, side, QImage.Format.Format_RGB888)
    square.fill(QColor("black"))
    painter = QPainter(square)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.translate(side / 2, side / 2)
    painter.scale(scale, scale)
    painter.drawImage(QPointF(box.topLeft()) - mass, image.copy(box))
    painter.end()
    return square


def _image(mime: QMimeData) -> QImage:
    data = mime.imageData()
    return data if isinstance(data, QImage) else QImage()
