"""A run's past as a tree: branches with the moments that are kept of each, and the way to any step.

A branch begins at a step of another one, where something was changed that had not been changed there before. A moment
is a snapshot (all that it takes to go on) or a frame (what was seen). Between two snapshots a step is reached by
making the steps anew, with every change at its place.
Not covered: what a snapshot holds and how often one is taken (past.py), and what is let go first (thinning.py).
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from weakref import WeakSet

from engine.messages.timeline import Branch as Told
from engine.thinning import surplus

MOST_BYTES = 256 * 2**20
# Of that, frames may take so much.
FRAMES_SHARE = 0.25
# When it is full, so much of it is freed at once.
_FREED_SHARE = 0.1
# Where there would be more, the one that was left longest ago goes.
MOST_BRANCHES = 24


class Moment(NamedTuple):
    """Something kept of a step, before anything was turned there."""

    step: int
    what: Any
    num_bytes: int


class Change(NamedTuple):
    """What was turned before the step after `step`; what it is, its owner knows."""

    step: int
    what: Any


@dataclass
class Branch:
    """Steps from `start`, where it leaves `parent` (None: the first one), to `tip`."""

    number: int
    parent: int | None
    start: int
    tip: int
    snapshots: list[Moment] = field(default_factory=list)
    frames: list[Moment] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    left_at: int = 0


class Way(NamedTuple):
    """How to reach a step: from a snapshot, with these changes on the way; `branch` is whose step it is."""

    branch: int
    step: int
    snapshot: Moment
    changes: tuple[Change, ...]


class Budget:
    """Memory that the timelines of one engine share alike."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._timelines: WeakSet[Timeline] = WeakSet()

    def add(self, timeline: "Timeline") -> None:
        self._timelines.add(timeline)

    @property
    def share(self) -> int:
        """Of each that keeps anything, in bytes."""
        return self._most_bytes // max(1, sum(not each.is_empty for each in self._timelines))


class Timeline:
    """The branches of one run, of which one goes on."""

    def __init__(self, budget: Budget, on_changed: Callable[[], None]) -> None:
        """on_changed: called when branches come or go, or another one goes on."""
        # Of its beginning nobody needs to be told.
        self._budget, self._on_changed = budget, _do_nothing
        budget.add(self)
        self.begin(0)
        self._on_changed = on_changed

    def begin(self, step: int) -> None:
        """Forget everything: what comes has no past."""
        self.branches = {1: Branch(1, None, step, step)}
        self.at = self.branches[1]
        self._pending: list[Any] = []
        self._num_bytes = {"snapshots": 0, "frames": 0}
        self._clock, self._newest = 0, 1
        # Whether there is nothing yet to go back to.
        self.is_empty = True
        self._on_changed()

    # ---- what happens

    @property
    def is_changed(self) -> bool:
        """Whether something was turned since the last step."""
        return bool(self._pending)

    def start(self, step: int) -> None:
        """The first step is about to be made, from here: what was turned before it belongs to the beginning."""
        self.is_empty = False
        self.at.start = self.at.tip = step
        self._pending = []
        self._on_changed()

    def turned(self, what: Any) -> None:
        """A change that the next step will be the first to feel."""
        self._pending.append(what)

    def before_step(self, step: int) -> None:
        """The run is about to go on from `step`: where that is not what was done before, on a branch of its own."""
        at = self.at
        if step < at.tip and (self._pending or any(each.step == step for each in at.changes)):
            self._fork(step)
        if self._pending:
            self.at.changes += [Change(step, each) for each in self._pending]
            self._pending = []

    def after_step(self, step: int) -> None:
        if step > self.at.tip:
            self.at.tip = step

    def went(self, branch: int, step: int) -> None:
        """The run is at a step of a branch now, as it was then."""
        self.at.left_at = self._clock = self._clock + 1
        self.at = self.branches[branch]
        self.at.tip = max(self.at.tip, step)
        self._pending = []
        self._on_changed()

    # ---- what is kept

    def keep(self, step: int, what: Any, num_bytes: int) -> None:
        """A snapshot of the present; nothing of it may be turned that no step has felt yet."""
        self._put(
            "snapshots",
            self.at.snapshots,
            Moment(step, what, num_bytes),
            round(self._budget.share * (1 - FRAMES_SHARE)),
        )

    def keep_frame(self, step: int, what: Any, num_bytes: int) -> None:
        """What is seen at present."""
        self._put("frames", self.at.frames, Moment(step, what, num_bytes), round(self._budget.share * FRAMES_SHARE))

    def has_snapshot(self, step: int) -> bool:
        """Whether the branch that goes on has one of just this step."""
        return _has(self.at.snapshots, step)

    @property
    def num_bytes(self) -> int:
        return sum(self._num_bytes.values())

    # ---- where one can go

    def frame(self, branch: int, step: int) -> Moment | None:
        """What was seen at the step, or at the nearest one before it that is kept; None where nothing is."""
        found: Moment | None = None
        for each, until in self._path(branch, step):
            index = bisect_right(each.frames, until, key=_step)
            found = each.frames[index - 1] if index else found
        if found is None and (first := self._path(branch, step)[0][0]).frames:
            return first.frames[0]
        return found

    def snapshot(self, branch: int, step: int) -> Moment | None:
        """The one of the step, or the nearest one before it on the way there; None where nothing is kept."""
        found: Moment | None = None
        for each, until in self._path(branch, step):
            index = bisect_right(each.snapshots, until, key=_step)
            found = each.snapshots[index - 1] if index else found
        return found

    def way(self, branch: int, step: int) -> Way | None:
        """How to get to a step of a branch, the nearest there is; None where there is no past."""
        if branch not in self.branches or self.is_empty:
            return None
        step = min(max(step, self.first_step), self.branches[branch].tip)
        path, snapshot = self._path(branch, step), self.snapshot(branch, step)
        assert snapshot is not None
        changes = [each for part, until in path for each in part.changes if snapshot.step <= each.step < until]
        return Way(path[-1][0].number, step, snapshot, tuple(changes))

    @property
    def first_step(self) -> int:
        """The earliest that can be gone to."""
        return self.branches[min(self.branches)].start

    def told(self) -> tuple[Told, ...]:
        """The branches for the window."""
        return tuple(Told(each.number, each.parent or 0, each.start, each.tip) for each in self.branches.values())

    def only(self, branch: int, step: int, budget: Budget, on_changed: Callable[[], None]) -> "Timeline":
        """A timeline of its own that holds the way to a step, as one branch; moments are shared."""
        step = min(max(step, self.first_step), self.branches[branch].tip)
        alone = Timeline(budget, on_changed)
        alone.start(self.first_step)
        trunk = alone.at
        for each, until in self._path(branch, step):
            trunk.snapshots += [moment for moment in each.snapshots if moment.step <= until]
            trunk.frames += [moment for moment in each.frames if moment.step <= until]
            trunk.changes += [change for change in each.changes if change.step < until]
        trunk.tip = step
        alone._num_bytes = {
            "snapshots": sum(each.num_bytes for each in trunk.snapshots),
            "frames": sum(each.num_bytes for each in trunk.frames),
        }
        return alone

    # ---- private

    def _path(self, branch: int, step: int) -> list[tuple[Branch, int]]:
        """The branches that lead to a step, from the first one on, each with the step up to which it is gone."""
        path, at, until = [], self.branches[branch], step
        while True:
            # Where a branch begins, the step is still its parent's.
            if at.parent is None or until > at.start:
                path.append((at, until))
            if at.parent is None:
                return path[::-1]
            at, until = self.branches[at.parent], min(until, at.start)

    def _fork(self, step: int) -> None:
        self._newest += 1
        self.at.left_at = self._clock = self._clock + 1
        self.at = self.branches[self._newest] = Branch(self._newest, self.at.number, step, step)
        if len(self.branches) > MOST_BRANCHES:
            self._forget_one()
        self._on_changed()

    def _forget_one(self) -> None:
        parents = {each.parent for each in self.branches.values()}
        leaves = [each for each in self.branches.values() if each.number not in parents and each is not self.at]
        if leaves:
            oldest = min(leaves, key=lambda each: each.left_at)
            for kind, moments in (("snapshots", oldest.snapshots), ("frames", oldest.frames)):
                self._num_bytes[kind] -= sum(each.num_bytes for each in moments)
            del self.branches[oldest.number]

    def _put(self, kind: str, moments: list[Moment], moment: Moment, most_bytes: int) -> None:
        """In its place by the step, in the stead of another of the same step; then what is too much goes."""
        index = bisect_left(moments, moment.step, key=_step)
        if index < len(moments) and moments[index].step == moment.step:
            self._num_bytes[kind] -= moments.pop(index).num_bytes
        moments.insert(index, moment)
        self._num_bytes[kind] += moment.num_bytes
        is_more = self._num_bytes[kind] > most_bytes
        while is_more and self._num_bytes[kind] > (1 - _FREED_SHARE) * most_bytes:
            is_more = self._thin(kind, round(self._num_bytes[kind] - (1 - _FREED_SHARE) * most_bytes))

    def _thin(self, kind: str, excess: int) -> bool:
        """Let those go that are missed least; False where each is needed."""
        kept: list[list[Moment]] = [getattr(branch, kind) for branch in self.branches.values()]
        tips = [branch.tip for branch in self.branches.values()]
        tracks = [
            ([each.step for each in moments], tip, [each.num_bytes for each in moments])
            for moments, tip in zip(kept, tips, strict=True)
        ]
        going = surplus(tracks, excess)
        for moments, gone in zip(kept, going, strict=True):
            self._num_bytes[kind] -= sum(moments[index].num_bytes for index in gone)
            moments[:] = [each for index, each in enumerate(moments) if index not in gone]
        return any(going)


def _do_nothing() -> None:
    return None


def _step(moment: Moment) -> int:
    return moment.step


def _has(moments: list[Moment], step: int) -> bool:
    index = bisect_left(moments, step, key=_step)
    return index < len(moments) and moments[index].step == step
