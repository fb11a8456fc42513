"""A lesson that is played: which cue is shown, and what moves in it.

Page Up goes back to what a cue had when it was left; a cue that is jumped to gets the experiment of the cues before it.
Not covered: how an experiment comes onto the window (stage.py), words and controls beside it (board.py).
"""

import math
import time
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from engine.notice import Notice
from gui.lecture import controls
from gui.lecture.lesson import Cue, Lesson, Play
from gui.lecture.motion import CameraMove, KnobMove
from gui.lecture.stage import Learnt, Stage

if TYPE_CHECKING:
    from gui.window import Window

_FRAME_MSECS = 33


class Player(QObject):
    """`cue_changed` as soon as another cue is wanted, `cue_came` once its experiment is there.

    Nothing moves by the wall clock until `start_clock`; without it `advance` says how much time has passed.
    """

    cue_changed = Signal(int)
    cue_came = Signal(int)
    refused = Signal(str)

    def __init__(self, window: "Window", lesson: Lesson, folder: Path, parent: QObject) -> None:
        """folder: where projects of the lesson lie."""
        super().__init__(parent)
        self._window, self.lesson, self.folder = window, lesson, folder
        self.stage = Stage(window, self)
        self.index = -1
        self._base = -1
        self._learnt: dict[int, Learnt] = {}
        self._play: Play | None = None
        self._seconds = 0.0
        self._camera: CameraMove | None = None
        self._turn: KnobMove | None = None
        self._is_awaited = False
        self._clock = QTimer(self, interval=_FRAME_MSECS)
        self._clock.timeout.connect(self._on_clock)
        self._clocked_at = 0.0
        self.stage.came.connect(self._on_came)
        self.stage.refused.connect(self._on_refused)

    @property
    def cue(self) -> Cue:
        return self.lesson.cues[self.index]

    @property
    def is_there(self) -> bool:
        """Whether the experiment of the cue is there, or never will be."""
        return not self._is_awaited

    def start_clock(self) -> None:
        self._clocked_at = time.perf_counter()
        self._clock.start()

    def end(self) -> None:
        self._clock.stop()
        self.stage.end()

    # ---- from cue to cue

    def next(self) -> None:
        if self.index + 1 < len(self.lesson.cues):
            self.show(self.index + 1)

    def previous(self) -> None:
        if self.index > 0:
            self.show(self.index - 1)

    def show(self, index: int) -> None:
        """A cue, whichever was shown before."""
        before, base, was_there = self.index, self._base_of(index), self.index >= 0 and not self._is_awaited
        learnt = self.stage.learnt() if was_there else None
        if learnt is not None:
            self._learnt[before] = learnt
        cue, self.index, self._is_awaited = self.lesson.cues[index], index, True
        self._camera = self._turn = None
        self._play = cue.play
        self.cue_changed.emit(index)
        kept = self._learnt.get(index) if index < before else None
        is_next = was_there and index == before + 1 and not cue.has_state
        self._base = base
        if kept is not None:
            self._play = _rest_of(cue.play, kept)
            self.stage.restore(kept)
        elif is_next:
            self._on_came()
        else:
            self._play = self._with_what_came_before(base, index)
            self.stage.bring(self.lesson.cues[base], self.folder)

    # ---- time

    def advance(self, seconds: float) -> None:
        """So much time has passed."""
        if self._is_awaited:
            return
        self._seconds += seconds
        for move in (self._camera, self._turn):
            if move is not None:
                move.at(self._seconds)

    # ---- private

    def _base_of(self, index: int) -> int:
        """The cue whose experiment this one goes on with."""
        return max(each for each in range(index + 1) if self.lesson.cues[each].has_state)

    def _with_what_came_before(self, base: int, index: int) -> Play | None:
        """The clock of a cue that is jumped to: what the cues before it would have learnt is learnt at full speed."""
        wanted = self.lesson.cues[index].play
        steps = [cue.play.to for cue in self.lesson.cues[base : index + 1] if cue.play is not None and cue.play.to]
        if base == index or not steps or (wanted is not None and wanted.to is None):
            return wanted
        return Play(to=max(steps))

    def _on_came(self) -> None:
        if not self._is_awaited:
            return
        cue, self._is_awaited, self._seconds = self.cue, False, 0.0
        try:
            self.stage.look(cue.look)
            self._turn_knobs()
        except Notice as notice:
            self._on_refused(str(notice))
            return
        if cue.turn is not None:
            self._turn = KnobMove(self._window, cue.turn)
            if not self._turn.is_there:
                self.refused.emit(f"This cue turns {cue.turn.knob}, which is not here.")
        if self._window.page is self._window.plane_page:
            self._camera = CameraMove(self._window.plane_page.canvas, cue.camera)
            if cue.has_state:
                # Nothing was there before that it could move away from.
                self._camera.at(math.inf)
        self.stage.play(self._play)
        self.cue_came.emit(self.index)

    def _turn_knobs(self) -> None:
        """As the cue wants them, after what those before it have turned them to."""
        window = self._window
        for cue in self.lesson.cues[self._base : self.index + 1]:
            missing = [name for name, value in cue.knobs.items() if not controls.set_value(window, name, value)]
            if missing and cue is self.cue:
                self.refused.emit(f"This cue turns {missing[0]}, which is not here.")
            # Temperature, and how it is looked at, are as each cue says.
            if cue.turn is not None and cue is not self.cue and cue.turn.knob.startswith("model."):
                controls.turn(window, cue.turn.knob, cue.turn.end)

    def _on_refused(self, text: str) -> None:
        self._is_awaited = False
        self.refused.emit(text)

    def _on_clock(self) -> None:
        now = time.perf_counter()
        passed, self._clocked_at = now - self._clocked_at, now
        self.advance(passed)


def _rest_of(play: Play | None, learnt: Learnt) -> Play | None:
    """What is still to be played of a cue that has been shown."""
    if play is None or play.to is None:
        return play
    return None if all(step >= play.to for _, _, step, _ in learnt.runs) else play
