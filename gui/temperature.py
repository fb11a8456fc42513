"""The temperature in the tool bar: what the energy is divided by before it becomes a density."""

import math

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QSlider, QWidget

from gui.growing import keep_room

LOW, HIGH = 0.05, 20.0
_STEPS = 240  # of the slider; the middle is not 1, but the nearest step to it is exactly 1


class Temperature(QWidget):
    """A logarithmic slider; a double click on it goes back to 1, the temperature of training."""

    changed = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._slider = QSlider(Qt.Orientation.Horizontal, self)
        self._slider.setRange(0, _STEPS)
        self._slider.setValue(_place_of(1.0))
        self._slider.setFixedWidth(130)
        self._slider.setAccessibleName("Temperature")
        self._slider.installEventFilter(self)
        self._label = QLabel(self)
        text = (
            "Temperature divides the energy before it becomes a density: cold leaves only the deepest valleys, hot "
            "lets everything be likely. The model itself stays as it is. A double click goes back to 1."
        )
        for each in (self, self._slider, self._label):
            each.setToolTip(text)
            each.setWhatsThis(text)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 0, 8, 0)
        row.addWidget(QLabel("T", self))
        row.addWidget(self._slider)
        row.addWidget(self._label)
        keep_room(self._label, "00.00")
        self._slider.valueChanged.connect(self._on_moved)
        self._show()

    @property
    def value(self) -> float:
        at = self._slider.value()
        return 1.0 if at == _place_of(1.0) else LOW * (HIGH / LOW) ** (at / _STEPS)

    def set_value(self, temperature: float) -> None:
        """The nearest that the slider has."""
        self._slider.setValue(_place_of(min(HIGH, max(LOW, temperature))))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.MouseButtonDblClick:
            self._slider.setValue(_place_of(1.0))
            return True
        return False

    def _on_moved(self) -> None:
        self._show()
        self.changed.emit(self.value)

    def _show(self) -> None:
        self._label.setText(f"{self.value:.2f}" if self.value < 10 else f"{self.value:.1f}")


def _place_of(temperature: float) -> int:
    return round(_STEPS * math.log(temperature / LOW) / math.log(HIGH / LOW))
