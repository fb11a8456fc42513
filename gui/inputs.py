"""A slider and a number box for a knob: what a drag, a key, the wheel and typing do to them.

Not covered: where a number lies on a slider and how it is written (scales.py); what a knob makes of it (controls.py).
"""

from PySide6.QtCore import QLocale, QRect, QSize, Qt
from PySide6.QtGui import QMouseEvent, QValidator
from PySide6.QtWidgets import QDoubleSpinBox, QSizePolicy, QSlider, QStyle, QStyleOptionSlider, QWidget

from engine.knobs import Knob
from gui.scales import Scale, text_of

_FINE = 0.1  # of the usual travel, with Shift
_UNBOUNDED = 1e15


class KnobSlider(QSlider):
    """A slider that jumps to a click, follows a drag, and with Shift follows it at a tenth of the pace."""

    def __init__(self, scale: Scale, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.scale = scale
        self._at = 0.0  # in ticks, beyond the ends too, so that a drag that overshot comes back where it left
        self._x = 0.0
        self.setRange(0, scale.ticks)
        self.setPageStep(max(1, scale.ticks // 10))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        handle = self._handle()
        self._x = event.position().x()
        is_on_handle = handle.left() <= self._x <= handle.right()
        middle = handle.width() / 2
        self._at = float(self.value()) if is_on_handle else (self._x - middle) * self._ticks_per_px()
        self.setSliderDown(True)
        self._move()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if not self.isSliderDown():
            return
        pace = _FINE if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1.0
        self._at += pace * (event.position().x() - self._x) * self._ticks_per_px()
        self._x = event.position().x()
        self._move()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.setSliderDown(False)

    def _move(self) -> None:
        self.setSliderPosition(min(max(round(self._at), 0), self.maximum()))

    def _handle(self) -> QRect:
        option = QStyleOptionSlider()
        self.initStyleOption(option)
        part = QStyle.SubControl.SC_SliderHandle
        return self.style().subControlRect(QStyle.ComplexControl.CC_Slider, option, part, self)

    def _ticks_per_px(self) -> float:
        return self.maximum() / max(1, self.width() - self._handle().width())


class NumberBox(QDoubleSpinBox):
    """A number as `scales.text_of` writes it; what is typed beyond the range becomes the nearer end."""

    def __init__(self, knob: Knob, scale: Scale | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_whole = isinstance(knob.default, int)
        self._scale = scale
        self.setLocale(QLocale.c())
        self.setDecimals(0 if self._is_whole else 30)  # Qt rounds to these; the text has as many as it needs
        self.setRange(-_UNBOUNDED if knob.low is None else knob.low, _UNBOUNDED if knob.high is None else knob.high)
        self.setKeyboardTracking(False)
        self.setAlignment(Qt.AlignmentFlag.AlignRight)

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        return QSize(self.fontMetrics().horizontalAdvance("0.00012") + 22, hint.height())

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def textFromValue(self, value: float) -> str:
        return text_of(round(value) if self._is_whole else value)

    def valueFromText(self, text: str) -> float:
        number = _number(text)
        inside = min(max(number, self.minimum()), self.maximum()) if number is not None else self.value()
        return float(round(inside)) if self._is_whole else inside

    def validate(self, text: str, at: int) -> tuple[QValidator.State, str, int]:
        """Anything may be typed; what is no number in the end gives way to the value before."""
        is_number = _number(text) is not None
        return (QValidator.State.Acceptable if is_number else QValidator.State.Intermediate), text, at

    def stepBy(self, steps: int) -> None:
        """Arrow keys and the wheel: a hundredth of the slider, a whole number at least; 1 where there is no slider."""
        if self._scale is None:
            self.setValue(self.value() + steps)
            return
        tick = self._scale.tick_of(self.value()) + 3 * steps
        value = self._scale.value_of(min(max(tick, 0), self._scale.ticks))
        is_stuck = (value - self.value()) * steps <= 0 or (self._is_whole and self._scale.ticks <= 100)
        self.setValue(self.value() + steps if self._is_whole and is_stuck else value)


def _number(text: str) -> float | None:
    """The finite number that is typed, with a comma or a point; None for anything else."""
    try:
        number = float(text.strip().replace(",", "."))
    except ValueError:
        return None
    return number if abs(number) <= _UNBOUNDED else None
