"""The bar under the latent landscape: play, step, start again, and the speed.

Not covered: the chains (walking.py).
"""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QSlider, QWidget

from gui.flow import Flow
from gui.growing import keep_room
from gui.latent.walking import LatentWalk
from gui.transport import SPEEDS


class WalkBar(QWidget):
    """`again` when the chains are to begin anew."""

    again = Signal()

    def __init__(self, walking: LatentWalk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._walking = walking
        self.play, step, again = QPushButton("Play"), QPushButton("Step"), QPushButton("Start again")
        self.play.setCheckable(True)
        self.play.setToolTip("Let the chains walk, or pause them (Space)")
        step.setToolTip("One step of each chain (.)")
        again.setToolTip("The chains from the start, spread over the plane")
        self._speed, self._name = QSlider(Qt.Orientation.Horizontal), QLabel()
        self._speed.setRange(0, len(SPEEDS) - 1)
        self._speed.setValue(SPEEDS.index(walking.walk.speed))
        self._speed.setAccessibleName("Speed")
        row = Flow(self)
        for button in (self.play, step, again):
            row.add(button)
        self.trap = QPushButton("Trap")
        self.trap.setCheckable(True)
        self.trap.setToolTip("How often do chains leave their valley, the sharper the landscape is?")
        row.add(self._speed, 1, is_with_next=True)
        row.add(self._name)
        row.add(self.trap)
        self.play.clicked.connect(walking.play)
        step.clicked.connect(walking.step_once)
        again.clicked.connect(self.again)
        self._speed.valueChanged.connect(self._on_speed)
        walking.clock_changed.connect(self._show_clock)
        keep_room(self._name, "full speed  ")
        self._name_speed()

    def _show_clock(self) -> None:
        is_playing = self._walking.walk.is_playing
        self.play.setChecked(is_playing)
        self.play.setText("Pause" if is_playing else "Play")

    def _on_speed(self) -> None:
        self._name_speed()
        self._walking.set_speed(SPEEDS[self._speed.value()])

    def _name_speed(self) -> None:
        speed = SPEEDS[self._speed.value()]
        self._name.setText("full speed" if speed is None else f"{speed:g} steps/s")
