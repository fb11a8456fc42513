"""The measures of chains, taken in a thread of their own: many draws may take longer than a frame.

Not covered: the measures themselves (chain_frames.py).
"""

import math
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from threading import Thread

from engine import clock
from engine.chain_frames import measured
from engine.course import Course
from engine.diagnostics import FEWEST_DRAWS
from engine.exact import Exact
from engine.messages import ChainMeasures
from engine.plane import Plane

_POLL_SECS = 0.02
_MEASURES_SECS, _MEASURES_SHARE = 0.5, 0.2


class Measuring:
    """One measurement at a time, and when the next one is due."""

    def __init__(self) -> None:
        self._due_at = self._since = 0.0
        self._at_work: Future[ChainMeasures] | None = None
        self._has_measured = False

    def secs_until_done(self) -> float:
        """Infinity if nothing is being measured."""
        if self._at_work is None:
            return math.inf
        # Nobody wakes the engine when the other thread is done.
        return 0.0 if self._at_work.done() else _POLL_SECS

    def found(self) -> ChainMeasures | None:
        """What has been measured, once."""
        if self._at_work is None or not self._at_work.done():
            return None
        found, self._at_work = self._at_work.result(), None
        # The other thread holds back this one, too: it may take a share of the time.
        now = clock.now()
        cost_secs = (now - self._since) / _MEASURES_SHARE if self._has_measured else 0.0
        self._due_at = now + max(_MEASURES_SECS, cost_secs)
        # The first with enough draws had a library to load, and says nothing of the next ones.
        self._has_measured |= found.num_draws >= FEWEST_DRAWS
        return found

    def forget(self) -> None:
        """What is being measured is of no interest any more."""
        self._at_work = None

    def begin(
        self, number: int, course: Course, truth: Exact, plane: Plane, *, has_density: bool, is_paused: bool
    ) -> None:
        """If it is due; in a pause it is."""
        now = clock.now()
        if self._at_work is not None or len(course.history) < 2 or (not is_paused and now < self._due_at):
            return
        self._since = now
        draws = course.history.draws.transpose(0, 1).cpu().numpy().copy()
        self._at_work = _in_background(
            partial(
                measured, number, course.chains.num_steps, draws, course.history.every, truth, plane,
                # Of the time that was spent on walking, whatever the clock says.
                course.tally.told(), course.rate, has_density=has_density,
            )
        )  # fmt: skip


def _in_background(do: Callable[[], ChainMeasures]) -> "Future[ChainMeasures]":
    """A thread that ends when it is done; what it raises comes with the result."""
    found: Future[ChainMeasures] = Future()

    def run() -> None:
        try:
            found.set_result(do())
        except Exception as error:
            found.set_exception(error)

    if clock.is_filmed():
        # When a thread is done is the machine's affair.
        run()
    else:
        Thread(target=run, name="diagnostics", daemon=True).start()
    return found
