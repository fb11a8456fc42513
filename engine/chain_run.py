"""One run of the engine: chains that walk on a target, with their clock and what they say.

Not covered: whose turn it is (loop.py), a step (chains.py), training (run.py), pictures of chains (chain_frames.py).
"""

import math
import time
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from threading import Thread

import torch
from torch import Tensor

from engine import devices
from engine.chain_frames import Tally, frame, landscape_of, measured, rough, truth_of
from engine.chain_source import Source
from engine.chains import Chains
from engine.diagnostics import FEWEST_DRAWS
from engine.draws_file import Kept
from engine.exact import Exact
from engine.history import History
from engine.messages import ChainMeasures, Message, SetClock, SetParams, SetTarget, SetView, Skip, Walk, Walking
from engine.pace import SHARE, Pacer, StepRate
from engine.places import starts
from engine.samplers import Target
from engine.sculpture import shaped
from engine.truths import Shape, Truths

Send = Callable[[Message], None]
# Steps between two looks at the clock take about so long.
_SLICE_SECS = 0.004
# A frame waits for a slice to end and still comes 30 times a second.
_FRAME_SECS = 1 / 40
_POLL_SECS = 0.02
# Up to so many steps a second each can be followed.
_TOLD_PER_SECOND = 20
_MEASURES_SECS, _MEASURES_SHARE = 0.5, 0.2


class ChainRun:
    """Chains with their clock, history and measures."""

    def __init__(self, message: Walk, source: Source, send: Send) -> None:
        """Raises Notice: no such sampler or target, a wrong knob, a start where nothing is known."""
        self.number, self.sampler = message.run, message.sampler
        self._send = send
        self._device = devices.chosen(message.device)
        self._source = source
        self._wanted = SetTarget(message.run, message.sharpness)
        self._rng = torch.Generator(self._device).manual_seed(message.seed)
        self._clock = SetClock(message.run, is_playing=False)
        self._warm_up_left = message.warm_up
        self._steps_asked = 0
        self._step_due_at = 0.0
        self._is_stale = True
        self._pacer, self._rate = Pacer(_FRAME_SECS), StepRate()
        self._measures_due_at = self._measuring_since = 0.0
        self._measuring: Future[ChainMeasures] | None = None
        self._has_measured = False
        self.spent_secs = 0.0
        self._truths = Truths(self._device, is_costly=source.is_costly)
        self._told: Exact | None = None
        self._view: SetView | None = None
        # What the landscape that was sent last is of.
        self._painted: tuple[object, ...] | None = None
        places = source.plane.to_plane(message.starts, self._device)
        self._target = self._made_target()
        self._chains = Chains(message.sampler, message.params, self._target, self._begin_at(places, message), self._rng)
        self._version = source.version
        self._history = History(message.num_chains, self._device)
        self._tally = Tally(self._device)
        self._walked_secs, self._num_uncounted = 0.0, 0
        send(Walking(message.run, message.request))

    # ---- what messages do

    def set_params(self, message: SetParams) -> None:
        """The sampler's knobs; the step size that a warm-up has found stays, unless it is what was turned."""
        self._chains.set_params(message.params)
        self._is_stale = True

    def set_target(self, message: SetTarget) -> None:
        self._wanted = message
        self._renew()
        # What a hand does is shown at once.
        self._pacer.hurry()

    def set_clock(self, message: SetClock) -> None:
        if message.is_playing and not self._clock.is_playing:
            self._rate.pause(self._chains.num_steps)
        self._clock, self._step_due_at = message, 0.0
        self._is_stale = True

    def set_view(self, message: SetView) -> None:
        self._view, self._painted = message, None
        self._is_stale = True

    def skip(self, message: Skip) -> None:
        self._steps_asked += max(0, message.steps)

    def step_once(self) -> None:
        self._steps_asked += 1

    def pause(self) -> None:
        self._clock, self._steps_asked = SetClock(self.number, is_playing=False), 0
        self._is_stale = True

    stop = pause

    @property
    def is_playing(self) -> bool:
        return self._clock.is_playing

    @property
    def kept(self) -> Kept:
        """What was drawn so far."""
        return Kept(self._history.draws.clone(), self._history.every, self._target, self._source.plane)

    # ---- work

    def secs_until_work(self, now: float) -> float:
        """0 or less if there is something to do now, infinity if only a message can change that."""
        step = self._step_due_at - now if self._wants_step else math.inf
        frame = self._pacer.secs_until_due(now) if self._is_stale else math.inf
        # Nobody wakes the engine when the other thread is done.
        measures = _POLL_SECS if self._measuring is not None else math.inf
        if self._measuring is not None and self._measuring.done():
            measures = 0.0
        return 0.0 if self._truths.is_missing(self._shape) else min(step, frame, measures)

    def work(self, now: float, num_sharing: int) -> None:
        """Steps for a few milliseconds, and a frame if one is due."""
        if self._source.version != self._version:
            self._renew()
        if self._wants_step and now >= self._step_due_at:
            self._walk(now)
        if self._truths.is_missing(self._shape):
            self._truths.find(self._target, self._shape, self._version)
            self._is_stale |= not self._truths.is_missing(self._shape)
        if self._measuring is not None and self._measuring.done():
            found, self._measuring = self._measuring.result(), None
            # The other thread holds back this one, too: it may take a share of the time.
            now = time.perf_counter()
            cost_secs = (now - self._measuring_since) / _MEASURES_SHARE if self._has_measured else 0.0
            self._measures_due_at = now + max(_MEASURES_SECS, cost_secs)
            # The first with enough draws had a library to load, and says nothing of the next ones.
            self._has_measured |= found.num_draws >= FEWEST_DRAWS
            self._send(found)
            # In a pause the last measures are of the last step.
            self._is_stale |= found.step != self._chains.num_steps or (self._wants_density and not found.density.size)
        if self._is_stale and self._pacer.secs_until_due(time.perf_counter()) <= 0:
            self._show(num_sharing)

    @property
    def _wants_density(self) -> bool:
        return self._view is not None and "draws" in self._view.layers

    @property
    def _wants_step(self) -> bool:
        return self._clock.is_playing or self._steps_asked > 0

    @torch.no_grad()
    def _walk(self, now: float) -> None:
        rate = self._clock.steps_per_second
        is_slow = rate is not None and self._steps_asked == 0
        while True:
            self._step(is_told=self._steps_asked == 1 or (is_slow and rate is not None and rate <= _TOLD_PER_SECOND))
            if self._steps_asked:
                self._steps_asked -= 1
            is_done = not self._wants_step or is_slow
            if is_done or time.perf_counter() - now > _SLICE_SECS:
                break
        self._walked_secs += time.perf_counter() - now
        self._is_stale = True
        if is_slow and rate:
            self._step_due_at = now + 1 / rate

    def _step(self, *, is_told: bool) -> None:
        chains = self._chains
        if self._warm_up_left > 0:
            chains.warm_up(is_told=is_told)
            self._warm_up_left -= 1
            if self._warm_up_left == 0:
                chains.end_warm_up()
                self._forget()
        else:
            before = chains.x
            info = chains.step(is_told=is_told)
            self._history.add(chains.x)
            self._tally.add(before, chains.x, info)
        self._tally.remember(chains.x)

    def _show(self, num_sharing: int) -> None:
        began = time.perf_counter()
        self._is_stale = False
        chains, plane = self._chains, self._source.plane
        truth = None
        if not self._truths.is_missing(self._shape):
            truth = self._truths.now(self._target, self._shape, self._version, walks=self._wants_step)
        if truth is not None and truth is not self._told:
            self._told = truth
            self._send(truth_of(self.number, truth, plane))
        what = self._version, self._shape, truth is None
        if self._view is not None and self._painted != what:
            self._painted, target, step = what, self._target, self._version[1]
            if truth is None:
                self._send(rough(target, plane, self._view, step, self._device))
            else:
                log_z = truth.log_z + plane.log_area
                self._send(landscape_of(target, plane, self._view, log_z, step, self._device))
        rate = self._rate.at(chains.num_steps)
        self._send(
            frame(
                self.number, chains, self._tally, plane,
                is_warming_up=self._warm_up_left > 0, steps_per_second=rate,
            )
        )  # fmt: skip
        self._pacer.spent(began, time.perf_counter(), SHARE / num_sharing if self._wants_step else 1.0)
        if truth is not None:
            self._measure(truth)

    def _measure(self, truth: Exact) -> None:
        """In a thread of its own: sorting and transforming many draws may take longer than a frame."""
        now = time.perf_counter()
        if self._measuring is not None or len(self._history) < 2 or (self._wants_step and now < self._measures_due_at):
            return
        self._measuring_since = now
        draws = self._history.draws.transpose(0, 1).cpu().numpy().copy()
        # Of the time that was spent on walking, whatever the clock says.
        rate = (self._chains.num_steps - self._num_uncounted) / max(1e-9, self._walked_secs)
        step, every, plane = self._chains.num_steps, self._history.every, self._source.plane
        self._measuring = _in_background(
            partial(
                measured,
                self.number,
                step,
                draws,
                every,
                truth,
                plane,
                self._tally.told(),
                rate,
                has_density=self._wants_density,
            )
        )

    def _forget(self) -> None:
        """What was drawn so far does not count."""
        self._history.clear()
        self._tally.clear()
        self._walked_secs, self._num_uncounted = 0.0, self._chains.num_steps

    # ---- the target

    def _renew(self) -> None:
        """The target has changed: what was drawn before is of the old one."""
        self._version = self._source.version
        self._target = self._made_target()
        self._chains.set_target(self._target)
        self._forget()
        self._measuring = None
        self._is_stale = True

    @property
    def _shape(self) -> Shape:
        """What tells one SetTarget from another: arrays of different lengths cannot be compared."""
        return self._wanted.sharpness, self._wanted.bumps.tobytes()

    def _made_target(self) -> Target:
        wanted, plane = self._wanted, self._source.plane
        return shaped(self._source.target, wanted.bumps, wanted.sharpness, plane, self._device)

    def _begin_at(self, places: Tensor, message: Walk) -> Tensor:
        """Where the chains begin, (chains, 2): at the given places in turn, or from a wide normal."""
        if len(places):
            return places[torch.arange(message.num_chains, device=self._device) % len(places)]
        return starts(self._target, message.num_chains, self._rng)


def _in_background(do: Callable[[], ChainMeasures]) -> "Future[ChainMeasures]":
    """A thread that ends when it is done; what it raises comes with the result."""
    found: Future[ChainMeasures] = Future()

    def run() -> None:
        try:
            found.set_result(do())
        except Exception as error:
            found.set_exception(error)

    Thread(target=run, name="diagnostics", daemon=True).start()
    return found
