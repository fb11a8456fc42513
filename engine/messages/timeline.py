"""The timeline: going back to what a run was, on the branch that is asked for, and looking at it on the way."""

import msgspec

from engine.knobs import Value
from engine.messages.kinds import Event, Message
from engine.messages.training import SetData
from engine.messages.walking import SetTarget


class Branch(msgspec.Struct, frozen=True):
    """A part of a run's past: the steps from `start`, where it leaves the branch `parent` (0: it is the first one),
    to `tip`."""

    number: int
    parent: int
    start: int
    tip: int


class LookBack(Message, frozen=True):
    """Show what `run` was seen as at a step, or just before it; the run is paused and stays where it is.

    Answered by the messages of a frame, with the step that they are of.  step: below zero, the present again.
    """

    run: int
    branch: int
    step: int


class GoTo(Event, frozen=True):
    """Go to a step of a branch and pause there: steps made from there are the same as they were, bit for bit.

    Answered by WentTo; until then by Going, where steps have to be made anew.
    """

    run: int
    branch: int
    step: int

    @property
    def outdates(self) -> tuple[tuple[str, int], ...]:
        # Else a clock or knobs that are told after this would take the place of those told before it.
        return tuple((kind, self.run) for kind in ("LookBack", "SetClock", "SetParams", "SetTarget"))


class CopyRun(Event, frozen=True):
    """Make `run` of what `of_run` was at a step of a branch, with the past that led there; it is paused."""

    run: int
    of_run: int
    branch: int
    step: int


class Timeline(Message, frozen=True):
    """The branches of `run` and which of them goes on; sent when that changes. A tip may have moved on since.

    first_step: the earliest that can be gone to.
    """

    run: int
    at: int
    first_step: int
    branches: tuple[Branch, ...]


class Going(Message, frozen=True):
    """On the way to a step: so many of the steps that have to be made anew are done."""

    run: int
    done: int
    of: int


class WentTo(Event, frozen=True):
    """The run is at a step of a branch now, with the knobs that it had there.

    data: the points that it learnt from then, where they are others than the last that it was told. target: of chains.
    """

    run: int
    branch: int
    step: int
    params: dict[str, Value]
    data: SetData | None = None
    target: SetTarget | None = None

    @property
    def outdates(self) -> tuple[tuple[str, int], ...]:
        # What waits is of where the run was before.
        names = ("Landscape", "Checkpoint", "Measures", "AtCursor", "Chains", "ChainMeasures", "Going")
        return tuple((name, self.run) for name in names)
