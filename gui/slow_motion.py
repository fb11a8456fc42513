"""Slow motion: the walks' steps are played phase by phase, and the next is asked for when the last phase was seen.

The engine's clock stands meanwhile. The speed is that of the transport, in phases a second.
Not covered: what a phase shows (walk_pane.py).
"""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, QTimer, Signal

from engine.messages import Chains, SetClock, Story
from gui.walks import Walks

# A second is enough to read a phase's name; faster than this none is seen.
FIRST_SPEED, _FASTEST = 1.0, 20.0


class SlowMotion(QObject):
    """While it is on, the walks' Play and Step are about phases."""

    phase_changed = Signal(int)

    def __init__(self, walks: Walks, stories: Callable[[], Sequence[Story]], parent: QObject | None = None) -> None:
        """stories: what each pane shows now."""
        super().__init__(parent)
        self._walks, self._stories = walks, stories
        self._phase = 0
        # Of each walk that was asked for a step, the one that it was at.
        self._asked: dict[int, int] = {}
        self._steps: dict[int, int] = {}
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.advance)
        walks.clock_changed.connect(self._on_clock_changed)

    @property
    def is_on(self) -> bool:
        return self._walks.is_slow

    def set_on(self, is_on: bool) -> None:
        self._timer.stop()
        self._asked.clear()
        self._walks.set_slow(is_on)
        self._phase = 0

    def advance(self) -> None:
        """The next phase; after the last one of all panes, the next step."""
        if self._asked:
            return
        if self._phase + 1 < max((len(story.phases) for story in self._stories()), default=0):
            self._show(self._phase + 1)
            return
        for walk in self._walks.walks:
            self._asked[walk.number] = self._steps.get(walk.number, 0)
            walk.step_once()

    def take(self, number: int, chains: Chains) -> None:
        """Chains of a walk have come, and its pane has their story."""
        before = self._steps.get(number)
        self._steps[number] = chains.step
        if not self.is_on:
            return
        if number in self._asked:
            if chains.step > self._asked[number]:
                del self._asked[number]
                if not self._asked:
                    self._show(0)
        elif chains.step != before:
            # Of a skip, or of a walk that began anew.
            self._show(0)

    def forget(self, number: int) -> None:
        """A walk begins anew, or has stopped."""
        self._asked.pop(number, None)
        self._steps.pop(number, None)
        self._phase = 0
        self._wait()

    def _show(self, phase: int) -> None:
        self._phase = phase
        self.phase_changed.emit(phase)
        self._wait()

    def _wait(self) -> None:
        if not (self.is_on and self._walks.is_playing):
            return
        beats = [story.phases[self._phase].beats for story in self._stories() if self._phase < len(story.phases)]
        speed = min(_FASTEST, self._walks.steps_per_second or _FASTEST)
        self._timer.start(round(1000 * max(beats, default=0.1) / speed))

    def _on_clock_changed(self, clock: SetClock) -> None:
        self._timer.stop()
        if self.is_on and clock.is_playing:
            self._wait()
        elif not clock.is_playing:
            self._asked.clear()
