"""How often frames happen, and how fine they are, from what the last ones cost.

Frames come by the clock, not by the step: at most 30 a second, and while a run trains at most three tenths of the
engine's time. Where that would be too few to look alive, the landscape is coarser while it moves; what holds still is
shown in full.
Not covered: what a frame is (frames.py).
"""

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

import msgspec

from engine import clock
from engine.messages import SetView

FRAME_SECS = 1 / 30
SHARE = 0.3
# How fine a moving landscape may be, in shares of the cells that the view asks for. It becomes coarser where frames
# are rarer than this, and finer again where that would not make them so.
_FINENESS = (1.0, 0.75, 0.5, 0.375)
_ALIVE_SECS = 1 / 20
_FEWEST_CELLS = 48
# What is kept from frame to frame may take this share of the time.
_KEPT_SHARE = 0.1
_RATE_SECS = 0.7

T = TypeVar("T")


class Pacer:
    """Says when the next frame is due, and how fine."""

    def __init__(self, frame_secs: float = FRAME_SECS) -> None:
        """frame_secs: the least time from one frame to the next."""
        self._frame_secs = frame_secs
        self._began = self._due_at = -frame_secs
        self._cost_secs = 0.0
        self._fineness = 0

    def secs_until_due(self, now: float) -> float:
        """0 or less: now."""
        return clock.until_frame(self._due_at - now)

    def spent(self, began: float, ended: float, share: float = SHARE) -> None:
        """A frame was made between these times (of clock.now). share: of the time, that frames may take."""
        newest = ended - began
        # One slow frame, such as the first, must not hold back the next ones for long.
        self._cost_secs = newest if self._cost_secs == 0 else min(newest, 0.7 * self._cost_secs + 0.3 * newest)
        self._began = began
        self._due_at = began + max(self._frame_secs, self._cost_secs / share)

    def hurry(self) -> None:
        """The person has drawn, and should see it: the next frame may cost more than its share of the time."""
        self._due_at = min(self._due_at, self._began + self._frame_secs)

    def moving(self, view: SetView, share: float = SHARE) -> SetView:
        """The view of a landscape that changes from frame to frame: coarser, if it is slow."""
        every_secs = self._cost_secs / share
        last = len(_FINENESS) - 1
        if every_secs > _ALIVE_SECS and self._fineness < last:
            self._fineness, self._cost_secs = self._fineness + 1, 0.0
        elif self._fineness > 0 and every_secs > 0:
            finer = _FINENESS[self._fineness - 1] / _FINENESS[self._fineness]
            if every_secs * finer**2 < 0.9 * _ALIVE_SECS:
                self._fineness -= 1
        columns, rows = (_coarser(cells, _FINENESS[self._fineness]) for cells in (view.columns, view.rows))
        return msgspec.structs.replace(view, columns=columns, rows=rows)


class Kept(Generic[T]):
    """A value that is computed for a frame and kept for the next ones, so that it takes little of the time."""

    def __init__(self) -> None:
        self._kept: tuple[Hashable, T] | None = None
        self._due_at = 0.0
        # Whether the last value that was asked for was computed for it.
        self.is_fresh = False

    def get(self, compute: Callable[[], T], key: Hashable, *, is_moving: bool) -> T:
        """The value of `compute`, at most a few frames old while things move; never that of another key."""
        began = clock.now()
        self.is_fresh = self._kept is None or self._kept[0] != key or not is_moving or began >= self._due_at
        if self._kept is None or self.is_fresh:
            self._kept = key, compute()
            self._due_at = began + clock.kept_secs(began, _KEPT_SHARE)
        return self._kept[1]


class StepRate:
    """Steps per second over the last while."""

    def __init__(self) -> None:
        self._marks = [(clock.now(), 0)]

    def at(self, num_steps: int) -> float:
        """Note that `num_steps` are done now, and give the rate."""
        now = clock.now()
        if num_steps < self._marks[-1][1]:
            self._marks = []
        self._marks.append((now, num_steps))
        while len(self._marks) > 2 and self._marks[1][0] < now - _RATE_SECS:
            self._marks.pop(0)
        then, before = self._marks[0]
        return (num_steps - before) / (now - then) if now > then else 0.0

    def pause(self, num_steps: int) -> None:
        """Nothing will be done for a while, and that while shall not count."""
        self._marks = [(clock.now(), num_steps)]


def _coarser(cells: int, share: float) -> int:
    return min(cells, max(_FEWEST_CELLS, round(share * cells)))
