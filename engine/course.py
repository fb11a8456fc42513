"""Chains with what they have drawn so far: steps of the warm-up and after it, counted, and kept in a bounded memory.

Not covered: a single step (chains.py), when steps happen and what is told of them (chain_run.py).
"""

import math
from typing import NamedTuple

import torch
from torch import Tensor

from engine import clock
from engine.chain_frames import Tally
from engine.chains import Chains, ChainsMoment
from engine.history import History
from engine.samplers import Target

# So much of the trail is kept of a moment.
PAST_TRAIL, PAST_TRAIL_CHAINS = 24, 16


class CourseMoment(NamedTuple):
    """What a course was; of the draws only how many there were, and the last of some chains, (t, m, 2)."""

    chains: ChainsMoment
    warm_up_left: int
    num_counted: int
    tally: Tally
    walked_secs: float
    num_uncounted: int
    trail: Tensor


class Course:
    """Its history is that of the way to here; another way has another one."""

    def __init__(self, chains: Chains, warm_up: int, device: torch.device) -> None:
        """warm_up: so many first steps do not count."""
        self.chains = chains
        self.warm_up_left = warm_up
        self.history = History(len(chains.x), device)
        self.tally = Tally(device)
        # Time that was spent on walking, and steps that do not count.
        self.walked_secs, self.num_uncounted = 0.0, 0

    def step(self, *, is_told: bool) -> None:
        """is_told: it is going to be told how it came about."""
        chains = self.chains
        if self.warm_up_left > 0:
            chains.warm_up(is_told=is_told)
            self.warm_up_left -= 1
            if self.warm_up_left == 0:
                chains.end_warm_up()
                self.forget()
        else:
            before = chains.x
            info = chains.step(is_told=is_told)
            self.history.add(chains.x)
            self.tally.add(before, chains.x, info)
        self.tally.remember(chains.x)

    @property
    def rate(self) -> float:
        """Steps of each chain in a second of walking; NaN in a film, where it takes no time."""
        if clock.is_filmed():
            return math.nan
        return (self.chains.num_steps - self.num_uncounted) / max(1e-9, self.walked_secs)

    def forget(self) -> None:
        """What was drawn so far does not count."""
        self.history.clear(self.chains.num_steps)
        self.tally.clear()
        self.walked_secs, self.num_uncounted = 0.0, self.chains.num_steps

    def moment(self) -> tuple[CourseMoment, int]:
        """All that it takes to go on from here, and its size in bytes."""
        chains, num_bytes = self.chains.moment()
        trail = self.tally.recent(PAST_TRAIL, PAST_TRAIL_CHAINS)
        kept = CourseMoment(
            chains, self.warm_up_left, self.history.num_counted, self.tally.sums(), self.walked_secs,
            self.num_uncounted, trail,
        )  # fmt: skip
        return kept, num_bytes + trail.nbytes

    def become(self, moment: CourseMoment, target: Target) -> None:
        """Be what it was. Draws that the history does not have are not brought back: it begins anew then."""
        self.chains.become(moment.chains, target)
        self.warm_up_left = moment.warm_up_left
        self.walked_secs, self.num_uncounted = moment.walked_secs, moment.num_uncounted
        history, count = self.history, moment.num_counted
        has_draws = history.since == moment.num_uncounted and history.num_counted >= count
        history.cut(count if has_draws else 0)
        self.tally = moment.tally.sums()
        for x in self.history.draws[-self.tally.longest_trail :]:
            self.tally.remember(x)
        if not has_draws and count:
            self.forget()
        elif not has_draws:
            history.clear(moment.num_uncounted)
