"""What chains have to keep so that they can go back and go on just as they did.

Their draws are one history that is cut; of branches that were left lately a copy is kept.
Not covered: when (past.py).
"""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import msgspec
import numpy as np

from engine.course import PAST_TRAIL, PAST_TRAIL_CHAINS, Course, CourseMoment
from engine.history import History
from engine.messages import Chains, Message, SetParams, SetTarget, Story, WentTo
from engine.plane import Plane
from engine.samplers import Target
from engine.training_past import not_at_default

# Of so many left branches all draws are kept.
_MOST_HISTORIES = 4


class WalkState(NamedTuple):
    """A moment of chains on a target."""

    course: CourseMoment
    target: SetTarget


class ChainPast:
    """The owner of a past (see past.py) for chains."""

    def __init__(
        self, number: int, course: Course, wanted: Callable[[], SetTarget], put_target: Callable[[SetTarget], Target],
        on_arrived: Callable[[], None], plane: Plane,
    ) -> None:  # fmt: skip
        """wanted: how the target is shaped now.  put_target: shape it so from now on."""
        self.number, self._plane = number, plane
        self._course = course
        self._wanted, self._put_target, self._on_arrived = wanted, put_target, on_arrived
        self._histories: dict[int, History] = {}

    @property
    def num_steps(self) -> int:
        return self._course.chains.num_steps

    def capture(self) -> tuple[WalkState, int]:
        moment, num_bytes = self._course.moment()
        return WalkState(moment, self._wanted()), num_bytes

    def put_back(self, what: WalkState) -> None:
        self._course.become(what.course, self._put_target(what.target))

    def again(self) -> None:
        self._course.step(is_told=False)

    def change(self, what: SetParams | SetTarget) -> None:
        if isinstance(what, SetParams):
            self._course.chains.set_params(what.params)
        else:
            self._course.chains.set_target(self._put_target(what))
            self._course.forget()

    def seen_again(self, what: Chains) -> Sequence[Message]:
        wide = {name: getattr(what, name).astype(np.float64) for name in ("positions", "trail")}
        return (msgspec.structs.replace(what, **wide),)

    def seen_of(self, what: WalkState) -> Sequence[Message]:
        return (_seen(self.number, what.course, self._plane),)

    def leave(self, branch: int) -> None:
        """The branch is left for another place: its draws are kept, unless more of them are kept already."""
        history, before = self._course.history, self._histories.pop(branch, None)
        is_less = before is not None and history.since + history.num_counted < before.since + before.num_counted
        self._histories[branch] = before if before is not None and is_less else history.copy()
        for oldest in list(self._histories)[:-_MOST_HISTORIES]:
            del self._histories[oldest]

    def set_out(self, branch: int, asked: int) -> None:
        """The history is what was drawn on the branch, or on the one that was asked for."""
        found = self._histories.get(branch, self._histories.get(asked))
        if found is not None:
            self._course.history = found.copy()
        else:
            self._course.history.clear()

    def forget(self) -> None:
        self._histories = {}

    def arrived(self, branch: int) -> WentTo:
        self._on_arrived()
        chains = self._course.chains
        return WentTo(self.number, branch, chains.num_steps, not_at_default(chains.asked), target=self._wanted())


def _seen(run: int, moment: CourseMoment, plane: Plane) -> Chains:
    """Where the chains were; of a sampler that keeps no energies there are none."""
    chains, trail = moment.chains, moment.trail
    energy = chains.state.energy if "energy" in chains.state._fields else chains.state.x.new_zeros(0)
    return Chains(
        run=run,
        step=chains.counts[0],
        positions=plane.to_user(chains.state.x),
        energy=energy.float().cpu().numpy(),
        trail=plane.to_user(trail.reshape(-1, 2)).reshape(*trail.shape),
        num_warm_up=chains.counts[1],
        is_warming_up=moment.warm_up_left > 0,
        step_size=float(getattr(chains.params, "step_size", math.nan)),
        acceptance=moment.tally.told().acceptance,
        steps_per_second=0.0,
    )


def small(chains: Chains) -> tuple[Chains, int]:
    """A frame to be kept, without its story, and how many bytes it takes."""
    kept = msgspec.structs.replace(
        chains,
        positions=chains.positions.astype(np.float32),
        trail=chains.trail[-PAST_TRAIL:, :PAST_TRAIL_CHAINS].astype(np.float32),
        story=Story(temperatures=chains.story.temperatures),
    )
    return kept, kept.positions.nbytes + kept.energy.nbytes + kept.trail.nbytes
