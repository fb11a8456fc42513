"""One axis of the latent space: a slider from -3 to 3, its number, a lock, and the strip of pictures of what it does.

Not covered: what the axes are, and who decodes (slide_page.py).
"""

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QSlider, QVBoxLayout, QWidget

from gui.growing import keep_room
from gui.latent.item import mosaic
from gui.latent.picture_view import image_of
from gui.theme import set_role

REACH = 3.0
_TICKS = 100  # of a slider, to each unit
_STRIPS_SIDE_PX = 30


class _Name(QLabel):
    """`double_clicked`, as labels have no such signal."""

    double_clicked = Signal()

    def mouseDoubleClickEvent(self, event: object) -> None:
        self.double_clicked.emit()


class AxisSlider(QWidget):
    """One axis: its slider, its number, a lock, and the strip of what it does. `moved` has the new value."""

    moved = Signal(float)

    def __init__(self, title: str, importance: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(round(-REACH * _TICKS), round(REACH * _TICKS))
        self.slider.setSingleStep(_TICKS // 20)
        self.slider.setPageStep(_TICKS // 2)
        self.slider.setAccessibleName(title)
        self.slider.setToolTip(f"{title}: {importance}. Double-click the name to set it to 0.")
        self.lock = QCheckBox("lock")
        self.lock.setToolTip("Random and reset leave it as it is")
        self._number = QLabel("0.00")
        keep_room(self._number, "-3.00 ")
        self._number.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.strip = _Strip()
        self.strip.chosen.connect(lambda share: self.slider.setValue(round((2 * share - 1) * REACH * _TICKS)))
        name = _Name(title)
        name.double_clicked.connect(lambda: self.slider.setValue(0))
        set_role(name, "heading")
        told = QLabel(importance)
        set_role(told, "dim")
        head = QHBoxLayout()
        head.setSpacing(8)
        for part, stretch in ((name, 0), (told, 1), (self._number, 0), (self.lock, 0)):
            head.addWidget(part, stretch)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 6)
        column.setSpacing(1)
        column.addLayout(head)
        column.addWidget(self.slider)
        column.addWidget(self.strip)
        self.slider.valueChanged.connect(self._on_moved)

    @property
    def value(self) -> float:
        return self.slider.value() / _TICKS

    def set_value(self, value: float) -> None:
        """Without a signal; what lies outside is shown at the end."""
        self.slider.blockSignals(True)
        self.slider.setValue(round(min(max(value, -REACH), REACH) * _TICKS))
        self.slider.blockSignals(False)
        self._number.setText(f"{value:.2f}")

    def _on_moved(self, tick: int) -> None:
        self._number.setText(f"{tick / _TICKS:.2f}")
        self.moved.emit(tick / _TICKS)


class _Strip(QWidget):
    """The pictures along an axis; `chosen` has the share of the way from left to right that was clicked."""

    chosen = Signal(float)

    def __init__(self) -> None:
        super().__init__()
        self._image: QImage | None = None
        self.setFixedHeight(_STRIPS_SIDE_PX)

    def show_pictures(self, pictures: np.ndarray) -> None:
        self._image = image_of(mosaic(pictures, len(pictures)))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._image is not None:
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(self.rect(), self._image)

    def mousePressEvent(self, event) -> None:  # type: ignore[no-untyped-def]
        self.chosen.emit(event.position().x() / max(1, self.width()))
