"""A run's past while it runs: snapshots as often as they are cheap, and the way back to any step.

A step between two snapshots is reached from the one before it by making the steps anew, which gives the same numbers.
Not covered: what a snapshot of a run holds (training_past.py, chain_past.py), which are kept (timeline.py).
"""

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple, Protocol

from engine.messages import Going, GoTo, LookBack, Message, WentTo
from engine.messages import Timeline as Told
from engine.timeline import Budget, Timeline, Way

# Snapshots may take this share of the thread's processor time, and come no more often than this: by the clock they
# would take far more where other programs have most of the time. What they cost is a mean: a slow one leaves no gap.
_SNAPSHOT_SHARE, _SNAPSHOT_SECS = 0.03, 0.004
_NEWEST_SHARE = 0.1
# Each moment counts as so much memory at least: thinning looks at all of them, and must not take long.
_LEAST_BYTES = 32 * 2**10
# Steps that are made anew take turns with other runs after so long, and are told of so often.
_SLICE_SECS, _TOLD_SECS = 0.008, 0.1
# Where more time than this would be spent on them, the run goes to the snapshot itself.
_MOST_AGAIN_SECS = 3.0


class Owner(Protocol):
    """A run that can go back. `what` of a snapshot and of a change is its own affair."""

    number: int

    @property
    def num_steps(self) -> int: ...

    def capture(self) -> tuple[Any, int]:
        """All that it takes to go on from here, and its size in bytes."""
        ...

    def put_back(self, what: Any) -> None:
        """Be what `capture` gave; it may be put back many times."""
        ...

    def again(self) -> None:
        """A step, as it was made before; nothing is told of it."""
        ...

    def change(self, what: Any) -> None:
        """Turn what was turned before."""
        ...

    def leave(self, branch: int) -> None:
        """The branch is left: what no snapshot holds is to be kept, if there is any."""
        ...

    def set_out(self, branch: int, asked: int) -> None:
        """The way leads to a step of this branch, and on it to the one that was asked for."""
        ...

    def forget(self) -> None:
        """There is no past any more."""
        ...

    def seen_again(self, what: Any) -> Sequence[Message]:
        """What is told of a frame."""
        ...

    def seen_of(self, what: Any) -> Sequence[Message]:
        """What is told of a snapshot, where no frame is as near; nothing where that would take too long."""
        ...

    def arrived(self, branch: int) -> WentTo:
        """It is where it was to go: to be told, and shown."""
        ...


class Replaced(NamedTuple):
    """A change by which the whole state became another one, such as weights from before the energies ran away."""

    state: Any


class Past:
    """Keeps an owner's timeline while it runs, and brings it back."""

    def __init__(
        self,
        owner: Owner,
        budget: Budget,
        send: Callable[[Message], None],
        secs_per_step: Callable[[], float] = lambda: 0.0,
    ) -> None:
        """secs_per_step: of runs whose steps are so slow that few can be made anew."""
        self._secs_per_step = secs_per_step
        self._owner, self._send, self._budget = owner, send, budget
        self._due_at = self._looked_at = self._told_at = self._cost_secs = 0.0
        self._journey: Iterator[None] | None = None
        self.is_looking = False
        self.timeline = Timeline(budget, self._tell)

    @property
    def is_going(self) -> bool:
        """Whether steps are being made anew, on the way to where one wants to be."""
        return self._journey is not None

    def forget(self, step: int) -> None:
        """Another network, other chains: they have no past."""
        self._journey, self.is_looking = None, False
        self._owner.forget()
        self.timeline.begin(step)

    def close(self) -> None:
        """The run is gone: its memory is free at once, and nothing more is told."""
        self._send = _say_nothing
        self.forget(0)

    def take_over(self, of: "Past", branch: int, step: int) -> bool:
        """Have the past that led another run to this step, and set out for it; False if there is no such step."""
        if of.timeline.is_empty or branch not in of.timeline.branches:
            return False
        self.timeline = of.timeline.only(branch, step, self._budget, self._tell)
        way = self.timeline.way(self.timeline.at.number, step)
        self._journey = None if way is None else self._travel(way)
        return True

    # ---- while the run goes on

    def turned(self, what: Any) -> None:
        """Something has been turned that the next step will feel."""
        self.timeline.turned(what)

    def replaced(self) -> None:
        """The state has become another one by itself."""
        self.timeline.turned(Replaced(self._owner.capture()[0]))

    @property
    def is_repeating(self) -> bool:
        """Whether the next steps have been made before: then each is to be told of by itself."""
        return self._owner.num_steps < self.timeline.at.tip

    def before_step(self) -> None:
        if self.timeline.is_empty:
            self.timeline.start(self._owner.num_steps)
            self._keep()
        self.timeline.before_step(self._owner.num_steps)

    def after_step(self) -> None:
        step = self._owner.num_steps
        self.timeline.after_step(step)
        # What is repeated is known already.
        if time.perf_counter() >= self._looked_at and step == self.timeline.at.tip and self._is_due():
            self._keep()

    def keep_frame(self, step: int, what: Any, num_bytes: int) -> None:
        """What is seen now; of what is repeated it is known already."""
        if not self.timeline.is_empty and step == self.timeline.at.tip:
            self.timeline.keep_frame(step, what, max(num_bytes, _LEAST_BYTES))

    # ---- going back

    def look_back(self, message: LookBack) -> bool:
        """Show what was seen; returns whether that is the past now, and not the present."""
        self.is_looking = message.step >= 0 and message.branch in self.timeline.branches
        for each in self._seen(message.branch, message.step) if self.is_looking else ():
            self._send(each)
        return self.is_looking

    def go_to(self, message: GoTo) -> None:
        """Set out; `go_on` is to be called until one is there."""
        self.is_looking = False
        if not self.is_going:
            self._leave()
            self._owner.leave(self.timeline.at.number)
        way = self.timeline.way(message.branch, message.step)
        if way is not None and (way.step - way.snapshot.step) * self._secs_per_step() > _MOST_AGAIN_SECS:
            way = self.timeline.way(message.branch, way.snapshot.step)
        if way is not None:
            self._owner.set_out(way.branch, message.branch)
        self._journey = None if way is None else self._travel(way)

    def go_on(self, until: float | None = None) -> None:
        """Some steps of the way, or all of them: until a time of time.perf_counter, by default a few milliseconds."""
        until = time.perf_counter() + _SLICE_SECS if until is None else until
        while self._journey is not None:
            try:
                next(self._journey)
            except StopIteration:
                self._journey = None
            except BaseException:
                # The run is not where its timeline says, so it has none.
                self.forget(self._owner.num_steps)
                raise
            if time.perf_counter() > until:
                break

    def finish(self) -> None:
        """Be there, before something is turned."""
        self.go_on(float("inf"))

    def _travel(self, way: Way) -> Iterator[None]:
        owner, changes = self._owner, list(way.changes)
        owner.put_back(way.snapshot.what)
        first, began = owner.num_steps, time.perf_counter()
        while owner.num_steps < way.step:
            while changes and changes[0].step == owner.num_steps:
                what = changes.pop(0).what
                if isinstance(what, Replaced):
                    owner.put_back(what.state)
                else:
                    owner.change(what)
            owner.again()
            now = time.perf_counter()
            if now > max(began, self._told_at) + _TOLD_SECS:
                self._told_at = now
                self._send(Going(owner.number, owner.num_steps - first, way.step - first))
            yield
        self.timeline.went(way.branch, way.step)
        if not self.timeline.has_snapshot(way.step):
            self._keep()
        self._send(owner.arrived(way.branch))

    def _seen(self, branch: int, step: int) -> Sequence[Message]:
        """As near before a step as it is known."""
        frame, snapshot = self.timeline.frame(branch, step), self.timeline.snapshot(branch, step)
        if snapshot is not None and (frame is None or not snapshot.step <= frame.step <= step):
            found = self._owner.seen_of(snapshot.what)
            if found:
                return found
        return self._owner.seen_again(frame.what) if frame is not None else ()

    def _leave(self) -> None:
        """Let one come back at once to where the run is now."""
        timeline, step = self.timeline, self._owner.num_steps
        if not (timeline.is_empty or timeline.is_changed or timeline.has_snapshot(step)):
            self._keep()

    def _keep(self) -> None:
        began = time.thread_time()
        if self.timeline.is_changed:
            return
        what, num_bytes = self._owner.capture()
        self.timeline.keep(self._owner.num_steps, what, max(num_bytes, _LEAST_BYTES))
        ended = time.thread_time()
        newest = ended - began
        self._cost_secs += (newest - self._cost_secs) * (_NEWEST_SHARE if self._cost_secs else 1.0)
        self._due_at = ended + max(_SNAPSHOT_SECS, self._cost_secs / _SNAPSHOT_SHARE)
        self._is_due()

    def _is_due(self) -> bool:
        """Whether a snapshot may be taken. The processor's time is slow to ask for, and never ahead of the clock."""
        left = self._due_at - time.thread_time()
        self._looked_at = time.perf_counter() + left
        return left <= 0

    def _tell(self) -> None:
        timeline = self.timeline
        self._send(Told(self._owner.number, timeline.at.number, timeline.first_step, timeline.told()))


def _say_nothing(message: Message) -> None:
    return None
