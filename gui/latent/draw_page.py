"""Draw: a pad for a picture of one's own, or one that is dropped or pasted; its code, its reconstruction, the residual.

The reconstruction is what the model can say of the picture; the residual is what it cannot. Edit goes to the sliders.
"""

import numpy as np
from PySide6.QtCore import QMimeData, QPointF, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QDragEnterEvent,
    QDropEvent,
    QGuiApplication,
    QImage,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QShortcut,
)
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QPushButton, QSlider, QVBoxLayout, QWidget

from engine.messages import Encode, Encoded, LatentReady
from gui.latent.item import Item
from gui.latent.picture_view import PictureView, dropped_item, image_of
from gui.latent.session import LatentSession
from gui.theme import DARK, Theme, set_role

_PAD_PX = 280
_PASTED_PX = 128
_ASK_MSECS = 60


class Pad(QWidget):
    """White ink on black, as handwritten digits have it; the right button erases. `changed` while it is drawn on."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.image = QImage(_PAD_PX, _PAD_PX, QImage.Format.Format_RGB888)
        self.image.fill(QColor("black"))
        self.width_px = 22
        self.color = QColor("white")
        self._last: QPointF | None = None
        self._theme = DARK
        self.setMinimumSize(160, 160)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setAcceptDrops(True)

    def sizeHint(self) -> QSize:
        return QSize(_PAD_PX, _PAD_PX)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def clear(self) -> None:
        self.image.fill(QColor("black"))
        self.update()
        self.changed.emit()

    def put(self, image: QImage) -> None:
        """A picture in place of the drawing, its middle square."""
        side = min(image.width(), image.height())
        square = image.copy((image.width() - side) // 2, (image.height() - side) // 2, side, side)
        scaled = square.scaled(_PAD_PX, _PAD_PX, mode=Qt.TransformationMode.SmoothTransformation)
        self.image = scaled.convertToFormat(QImage.Format.Format_RGB888)
        self.update()
        self.changed.emit()

    def pixels(self, channels: int) -> np.ndarray:
        """(128, 128, channels) uint8."""
        small = self.image.scaled(_PASTED_PX, _PASTED_PX, mode=Qt.TransformationMode.SmoothTransformation)
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
        self._last = at
        self.update()
        self.changed.emit()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._last = None

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasImage() or event.mimeData().hasUrls() or dropped_item(event.mimeData()) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        item = dropped_item(event.mimeData())
        paths = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        image = image_of(item.pixels) if item is not None else QImage(paths[0]) if paths else _image(event.mimeData())
        if not image.isNull():
            event.acceptProposedAction()
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


class DrawPage(QWidget):
    """The page."""

    title = "Draw"

    def __init__(self, session: LatentSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._asking = session.channel(self._on_encoded)
        self._item: Item | None = None
        self.pad = Pad(self)
        self.seen, self.rebuilt, self.residual = PictureView(self), PictureView(self), PictureView(self)
        self._told = QLabel("Draw, drop a picture here, or paste one (Ctrl+V). The right button erases.")
        self._told.setWordWrap(True)
        self._width = QSlider(Qt.Orientation.Horizontal)
        self._width.setRange(6, 60)
        self._width.setValue(self.pad.width_px)
        self._width.setAccessibleName("Width of the pen")
        self._clear, self._paste = QPushButton("Clear"), QPushButton("Paste")
        self._edit, self._keep = QPushButton("Edit with sliders"), QPushButton("Keep (K)")
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_ASK_MSECS)
        self._lay_out()
        self.pad.changed.connect(self._timer.start)
        self._timer.timeout.connect(self._ask)
        self._width.valueChanged.connect(lambda value: setattr(self.pad, "width_px", value))
        self._clear.clicked.connect(self.pad.clear)
        self._paste.clicked.connect(self.paste)
        self._edit.clicked.connect(self._look)
        self._keep.clicked.connect(lambda: self._item is not None and session.keep(self._item))
        QShortcut(
            QKeySequence.StandardKey.Paste, self, self.paste, context=Qt.ShortcutContext.WidgetWithChildrenShortcut
        )
        session.ready_came.connect(self._on_ready)

    def set_theme(self, theme: Theme) -> None:
        for part in (self.pad, self.seen, self.rebuilt, self.residual):
            part.set_theme(theme)

    def paste(self) -> None:
        """The picture on the clipboard."""
        image = QGuiApplication.clipboard().image()
        if image.isNull():
            self._session.noticed.emit("There is no picture on the clipboard.")
        else:
            self.pad.put(image)

    # ---- private

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        for part in (self._clear, self._paste, QLabel("Pen"), self._width):
            buttons.addWidget(part)
        left = QVBoxLayout()
        left.addWidget(self.pad, 1)
        left.addLayout(buttons)
        grid = QGridLayout()
        for column, (text, view) in enumerate(
            (("What the model sees", self.seen), ("Its reconstruction", self.rebuilt), ("Residual", self.residual))
        ):
            heading = QLabel(text)
            set_role(heading, "heading")
            grid.addWidget(heading, 0, column)
            grid.addWidget(view, 1, column)
            grid.setColumnStretch(column, 1)
        grid.setRowStretch(1, 1)
        below = QHBoxLayout()
        below.addWidget(self._edit)
        below.addWidget(self._keep)
        below.addStretch(1)
        right = QVBoxLayout()
        right.addLayout(grid, 1)
        right.addWidget(self._told)
        right.addLayout(below)
        row = QHBoxLayout(self)
        row.setContentsMargins(6, 4, 6, 4)
        row.addLayout(left, 2)
        row.addLayout(right, 3)

    def _on_ready(self, ready: LatentReady) -> None:
        self._ask()

    def _ask(self) -> None:
        ready = self._session.ready
        if ready is None:
            return
        if not ready.has_encoder:
            self._told.setText("This model has no encoder: the nearest code is searched for, which takes a while.")
        self._asking.ask(Encode, pictures=self.pad.pixels(ready.shape[2])[None], labels=np.array([0]))

    def _on_encoded(self, encoded: Encoded) -> None:
        pixels, rebuilt = encoded.pictures[0], encoded.reconstructions[0]
        self._item = Item(rebuilt, encoded.codes[0], title="a drawing's reconstruction")
        self.seen.show_item(Item(pixels, encoded.codes[0], title="a drawing"))
        self.rebuilt.show_item(self._item)
        self.residual.show_item(Item(residual_of(pixels, rebuilt), title="a residual"))
        self._told.setText(
            f"Root mean squared error of a pixel: {float(encoded.errors[0]) ** 0.5:.3f} of 1. "
            "The residual is grey where the two agree, light where the model has too little, dark where too much."
        )

    def _look(self) -> None:
        if self._item is not None:
            self._session.look_at(self._item)


def residual_of(pixels: np.ndarray, rebuilt: np.ndarray) -> np.ndarray:
    """What is left, around a middle grey."""
    residual: np.ndarray = (128 + (pixels.astype(np.int16) - rebuilt) // 2).clip(0, 255).astype(np.uint8)
    return residual


def _image(mime: QMimeData) -> QImage:
    data = mime.imageData()
    return data if isinstance(data, QImage) else QImage()
