"""The bar under the canvas: play, single step, reset, speed; what step it is and how far the model is from the truth.

Not covered: the curves over the steps (traces.py).
"""

import math

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QToolButton, QWidget

from engine.messages import Progress
from gui.growing import keep_room
from gui.language import tr

# Steps a second, from slow motion to as fast as the engine goes.
SPEEDS: tuple[float | None, ...] = (1, 2, 5, 10, 20, 50, 100, 200, None)
_ICON_PX = 26
_GAP_PX = 16  # at most, beside each of the words


class Transport(QWidget):
    """Buttons for the actions of play, step and reset, a slider of speeds, and the numbers that matter."""

    speed_chosen = Signal(object)

    def __init__(self, play: QAction, step: QAction, reset: QAction, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 4, 10, 4)
        row.setSpacing(6)
        for action in (play, step, reset):
            row.addWidget(self._button(action))
        self._speed = QSlider(Qt.Orientation.Horizontal, self)
        self._speed.setRange(0, len(SPEEDS) - 1)
        self._speed.setValue(len(SPEEDS) - 1)
        self._speed.setPageStep(1)
        self._speed.setFixedWidth(110)
        self._speed.setAccessibleName("Speed")
        self._speed.setToolTip("From one step a second to as fast as the engine goes")
        self._speed.setWhatsThis("Slow motion: at one step a second each push on the landscape can be seen by itself.")
        self._speed.valueChanged.connect(self._on_speed_moved)
        self._speed_name = QLabel()
        self._unit = "step"
        self._step = QLabel()
        self._rate = QLabel()
        self._nll = QLabel()
        row.addSpacing(8)
        row.addWidget(self._speed)
        row.addWidget(self._speed_name)
        row.addStretch(1)
        for label in (self._step, self._rate, self._nll):
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            row.addWidget(label)
            row.addSpacing(10)
        self._nll.setObjectName("readout")
        self._nll.setWhatsThis(
            "Negative log-likelihood: how surprised the model is by points that it was not trained on, in nats. "
            "No model can be below the entropy of the truth; what is left above it is the KL divergence."
        )
        keep_room(self._speed_name, "full speed  ")
        self._name_speed()
        self.clear()

    def minimumSizeHint(self) -> QSize:
        """What it needs without its words, which give way one after another."""
        hint = super().minimumSizeHint()
        words = sum(each.minimumSizeHint().width() + _GAP_PX for each in self._words() if not each.isHidden())
        return QSize(max(0, hint.width() - words), hint.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange, QEvent.Type.LanguageChange):
            self._fit()

    def set_speed(self, steps_per_second: float | None) -> None:
        """Show a speed of SPEEDS."""
        self._speed.setValue(SPEEDS.index(steps_per_second))

    @property
    def steps_per_second(self) -> float | None:
        """The chosen speed; None is as fast as the engine goes."""
        return SPEEDS[self._speed.value()]

    def set_unit(self, unit: str) -> None:
        """What the speed counts: step, or phase in slow motion."""
        self._unit = unit
        self._name_speed()

    def change_speed(self, by: int) -> None:
        """Some places faster, or slower."""
        self._speed.setValue(self._speed.value() + by)

    def clear(self) -> None:
        """A new network: nothing is known of it."""
        self._step.setText("step 0")
        self._rate.setText("")
        self._nll.setText("")
        self._fit()

    def show_step(self, step: int, steps_per_second: float, is_playing: bool) -> None:
        self._step.setText(f"step {step:,}".replace(",", " "))
        self._rate.setText(f"{steps_per_second:.0f} steps/s" if is_playing else "paused")
        self._fit()

    def show_going(self, done: int, of: int) -> None:
        """Steps are made anew, on the way to one in the past."""
        self._rate.setText(f"going there: {100 * done // max(1, of)} %")

    def show_past_nll(self, nll: float) -> None:
        """Of a step that is looked back at; NaN where it is not known."""
        self._nll.setText("" if math.isnan(nll) else f"nll {nll:.2f} nats")

    def show_progress(self, progress: Progress) -> None:
        if math.isnan(progress.nll):
            self._nll.setText("")
            return
        gap = round(progress.nll - progress.entropy, 2) + 0.0  # no "-0.00"
        against = f", {gap:+.2f} from the truth" if progress.is_held_out else " on the data"
        self._nll.setText(f"nll {progress.nll:.2f} nats{against}")
        self._fit()

    def _button(self, action: QAction) -> QToolButton:
        button = QToolButton(self)
        button.setDefaultAction(action)
        button.setIconSize(QSize(_ICON_PX, _ICON_PX))
        button.setAutoRaise(True)
        return button

    def _words(self) -> tuple[QLabel, ...]:
        """What can be left out, the most important first."""
        return self._speed_name, self._step, self._nll, self._rate

    def _fit(self) -> None:
        """As many of the words as there is room for: none of them is cut."""
        room = self.width() - self.minimumSizeHint().width()
        for label in self._words():
            said = label.fontMetrics().horizontalAdvance(tr(label.text()))
            needs = max(label.sizeHint().width(), said, label.minimumWidth()) + _GAP_PX
            label.setHidden(needs > room or not label.text())
            room -= 0 if label.isHidden() else needs

    def _on_speed_moved(self) -> None:
        self._name_speed()
        self.speed_chosen.emit(self.steps_per_second)

    def _name_speed(self) -> None:
        speed = self.steps_per_second
        text = "full speed" if speed is None else f"{speed:g} {self._unit}{'s' if speed != 1 else ''}/s"
        self._speed_name.setText(text)
        self._fit()
