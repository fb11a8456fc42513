"""Pictures of the window for a live film: copied from what is on the screen, not painted anew.

A copy takes a millisecond, where painting the window again would take as long as a frame.
Not covered: when pictures are due (recorder.py).
"""

from collections.abc import Callable
from typing import Literal

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QCursor, QImage, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

# "played": the project or the lesson, not filmed from the screen but made off the clock (rendering.py).
What = Literal["canvas", "window", "played"]
_FORMAT = QImage.Format.Format_RGB32
# An arrow that points to the origin, in pixels of a usual screen.
_ARROW = ((0, 0), (0, 17), (4, 13.2), (6.6, 19.2), (9.2, 18), (6.6, 12.2), (12, 12))


class Grabber:
    """Pictures of a part of `window`, all of the size that the first one has."""

    def __init__(self, window: QWidget, part: Callable[[], QRect], ground: str) -> None:
        """part: what is filmed, in the window's coordinates; it may change.  ground: colour of borders that arise."""
        self._window, self._part, self._ground = window, part, ground
        shown = self._copy()
        # A codec that halves the colours' resolution wants even sides.
        self.size = QSize(max(2, shown.width() // 2 * 2), max(2, shown.height() // 2 * 2))

    def picture(self) -> bytes:
        """The pixels of what is on the screen now, rows from the top, four bytes each."""
        shown = self._copy()
        self._paint_cursor(shown)
        if shown.size() != self.size:
            shown = self._fitted(shown)
        # A view of the image's own memory would not keep it alive.
        return bytes(shown.constBits())

    def _copy(self) -> QImage:
        part, screen = self._part().intersected(self._window.rect()), on_screen(self._window)
        ratio = screen.width() / max(1, self._window.width())
        wanted = QRect(
            QPoint(round(part.x() * ratio), round(part.y() * ratio)),
            QSize(round(part.width() * ratio), round(part.height() * ratio)),
        )
        copied = screen.copy(wanted)
        copied.setDevicePixelRatio(1.0)
        # A window is opaque: what lies in memory is the same without a share of transparency, which takes 8 ms to undo.
        return copied if copied.reinterpretAsFormat(_FORMAT) else copied.convertToFormat(_FORMAT)

    def _fitted(self, shown: QImage) -> QImage:
        """In the middle of a picture of the film's size; the window has changed its own."""
        if abs(shown.width() - self.size.width()) <= 1 and abs(shown.height() - self.size.height()) <= 1:
            return shown.copy(QRect(QPoint(), self.size))
        image = QImage(self.size, _FORMAT)
        image.fill(QColor(self._ground))
        scaled = shown.size().scaled(self.size, Qt.AspectRatioMode.KeepAspectRatio)
        corner = QPoint((image.width() - scaled.width()) // 2, (image.height() - scaled.height()) // 2)
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(QRect(corner, scaled), shown)
        painter.end()
        return image

    def _paint_cursor(self, image: QImage) -> None:
        """The system draws the mouse over the window, so that it is not among its pixels."""
        part = self._part()
        at = QPointF(self._window.mapFromGlobal(QCursor.pos()) - part.topLeft())
        if not QRectF(QPointF(), QRectF(part).size()).contains(at):
            return
        ratio = image.width() / max(1, part.width())
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.scale(ratio, ratio)
        painter.translate(at)
        painter.setPen(QPen(QColor("#101116"), 1.2))
        painter.setBrush(QColor("#ffffff"))
        painter.drawPolygon(QPolygonF([QPointF(x, y) for x, y in _ARROW]))
        painter.end()


def on_screen(window: QWidget) -> QImage:
    """All of the window as it was last painted, in pixels of the device; painted anew where that is not kept."""
    store = window.backingStore()
    device = store.paintDevice() if store is not None else None
    if isinstance(device, QImage) and not device.isNull():
        return device
    return window.grab().toImage()
