"""The stages of a step in slow motion: the boxes of a machine that act, lit one after another.

Not covered: what is drawn of it (machine_view.py, equation_strip.py).
"""

from PySide6.QtCore import QObject, QTimer, Signal

from engine.messages import Machine

SLOWEST_AT_SPEED = 10.0  # steps per second up to which stages can be followed by eye
_STAGE_MSECS = 900  # of a single step: time to read what the lit boxes do
_SHARE_OF_STEP = 0.95  # so that the last stage ends before the next step begins


class Stages(QObject):
    """`changed` when other boxes are lit."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._machine: Machine | None = None
        self._pace: float | None = None
        self.is_playing = False
        self._stages: list[tuple[str, ...]] = []  # those that act in the step that is shown slowly
        self._at = -1  # which of them is lit
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._on_next)

    @property
    def is_slow(self) -> bool:
        return self._pace is not None and self._pace <= SLOWEST_AT_SPEED

    @property
    def lit(self) -> tuple[str, ...]:
        """The boxes of the stage that is lit, none outside of slow motion."""
        return self._stages[self._at] if 0 <= self._at < len(self._stages) else ()

    @property
    def place(self) -> tuple[int, int]:
        """Which stage is lit, from 1, and how many there are."""
        return self._at + 1, len(self._stages)

    def set_machine(self, machine: Machine | None) -> None:
        self._machine = machine
        self.end()

    def set_pace(self, steps_per_second: float | None, is_playing: bool) -> None:
        """How fast steps follow one another; None for as fast as can be."""
        self._pace, self.is_playing = steps_per_second, is_playing
        if is_playing and not self.is_slow:
            self.end()
        self.changed.emit()

    def show_step(self, acted: tuple[str, ...]) -> None:
        """A step has been made: its stages one after another, if there is time to see them. acted: none for all."""
        if self._machine is None or (self.is_playing and not self.is_slow):
            return
        stages = [tuple(name for name in stage if not acted or name in acted) for stage in self._machine.stages]
        self._stages = [stage for stage in stages if stage]
        if not self._stages:
            return
        step_msecs = 1000 * _SHARE_OF_STEP / self._pace if self.is_playing and self._pace else None
        self._at = 0
        self._timer.start(_STAGE_MSECS if step_msecs is None else max(1, int(step_msecs / len(self._stages))))
        self.changed.emit()

    def end(self) -> None:
        """No stage is lit any more."""
        self._timer.stop()
        self._stages, self._at = [], -1
        self.changed.emit()

    def _on_next(self) -> None:
        self._at += 1
        if self._at >= len(self._stages):
            self.end()
        else:
            self.changed.emit()
