"""One run of the engine: chains that walk on a target, with their clock and what they say.

Not covered: whose turn it is (loop.py), a step (chains.py), training (run.py), pictures of chains (chain_frames.py).
"""

import math
from collections.abc import Callable

import torch
from torch import Tensor

from engine import clock, devices
from engine.chain_frames import frame, landscape_of, rough, truth_of
from engine.chain_measuring import Measuring
from engine.chain_past import ChainPast, small
from engine.chain_source import Source
from engine.chains import Chains
from engine.course import Course
from engine.draws_file import Kept
from engine.exact import Exact
from engine.messages import GoTo, LookBack, Message, SetClock, SetParams, SetTarget, SetView, Skip, Walk, Walking
from engine.pace import SHARE, Pacer, StepRate
from engine.past import Past
from engine.places import starts
from engine.samplers import Target
from engine.sculpture import shaped
from engine.timeline import Budget
from engine.truths import Shape, Truths

Send = Callable[[Message], None]
# Steps between two looks at the clock take about so long.
_SLICE_SECS = 0.004
# A frame waits for a slice to end and still comes 30 times a second.
_FRAME_SECS = 1 / 40
# Up to so many steps a second each can be followed.
_TOLD_PER_SECOND = 20


class ChainRun:
    """Chains with their clock, history and measures."""

    def __init__(self, message: Walk, source: Source, send: Send, budget: Budget) -> None:
        """Raises Notice: no such sampler or target, a wrong knob, a start where nothing is known."""
        self.number, self.sampler = message.run, message.sampler
        self._send = send
        self._device = devices.chosen(message.device)
        self._source = source
        self._wanted = SetTarget(message.run, message.sharpness)
        self._rng = torch.Generator(self._device).manual_seed(message.seed)
        self._clock = SetClock(message.run, is_playing=False)
        self._steps_asked = 0
        self._step_due_at = 0.0
        self._is_stale = True
        self._pacer, self._rate = Pacer(_FRAME_SECS), StepRate()
        self._measuring = Measuring()
        self.spent_secs = 0.0
        self._truths = Truths(self._device, is_costly=source.is_costly)
        self._told: Exact | None = None
        self._view: SetView | None = None
        # What the landscape that was sent last is of.
        self._painted: tuple[object, ...] | None = None
        places = source.plane.to_plane(message.starts, self._device)
        self._target = self._made_target(self._wanted)
        chains = Chains(message.sampler, message.params, self._target, self._begin_at(places, message), self._rng)
        self._course = Course(chains, message.warm_up, self._device)
        self._version = source.version
        owner = ChainPast(
            message.run, self._course, lambda: self._wanted, self._put_target, self._on_arrived, source.plane
        )
        send(Walking(message.run, message.request))
        self._past = Past(owner, budget, send)

    # ---- what messages do

    def set_params(self, message: SetParams) -> None:
        """The sampler's knobs; the step size that a warm-up has found stays, unless it is what was turned."""
        self._past.finish()
        before = self._chains.asked
        self._chains.set_params(message.params)
        if self._chains.asked != before:
            self._past.turned(message)
        self._is_stale = True

    def set_target(self, message: SetTarget) -> None:
        self._past.finish()
        if _shape(message) == _shape(self._wanted):
            return
        self._wanted = message
        self._past.turned(message)
        self._renew()
        # What a hand does is shown at once.
        self._pacer.hurry()

    def set_clock(self, message: SetClock) -> None:
        if message.is_playing and not self._clock.is_playing:
            self._rate.pause(self._chains.num_steps)
        self._past.is_looking &= not message.is_playing
        self._clock, self._step_due_at = message, 0.0
        self._is_stale = True

    def set_view(self, message: SetView) -> None:
        self._view, self._painted = message, None
        self._is_stale = True

    def look_back(self, message: LookBack) -> None:
        self.pause()
        self._past.finish()
        self._is_stale = not self._past.look_back(message)

    def go_to(self, message: GoTo) -> None:
        self.pause()
        self._past.go_to(message)

    def skip(self, message: Skip) -> None:
        self._past.is_looking = False
        self._steps_asked += max(0, message.steps)

    def step_once(self) -> None:
        self._past.is_looking = False
        self._steps_asked += 1

    def pause(self) -> None:
        self._clock, self._steps_asked = SetClock(self.number, is_playing=False), 0
        self._is_stale = True

    stop = pause

    def close(self) -> None:
        """It is gone."""
        self._past.close()

    @property
    def is_playing(self) -> bool:
        return self._clock.is_playing

    @property
    def kept(self) -> Kept:
        """What was drawn so far."""
        history = self._course.history
        return Kept(history.draws.clone(), history.every, self._target, self._source.plane)

    # ---- work

    def secs_until_work(self, now: float) -> float:
        """0 or less if there is something to do now, infinity if only a message can change that."""
        if self._past.is_going:
            return 0.0
        step = self._step_due_at - now if self._wants_step else math.inf
        frame = self._pacer.secs_until_due(now) if self._is_stale and not self._past.is_looking else math.inf
        missing = 0.0 if self._truths.is_missing(self._shape) else math.inf
        return min(missing, step, frame, self._measuring.secs_until_done())

    def work(self, now: float, num_sharing: int) -> None:
        """Steps for a few milliseconds, and a frame if one is due."""
        if self._source.version != self._version:
            self._renew()
            # The landscape on which it was made is gone.
            self._past.forget(self._chains.num_steps)
        if self._past.is_going:
            self._past.go_on()
            return
        if self._wants_step and now >= self._step_due_at:
            self._walk(now)
        if self._truths.is_missing(self._shape):
            self._truths.find(self._target, self._shape, self._version)
            self._is_stale |= not self._truths.is_missing(self._shape)
        if (found := self._measuring.found()) is not None:
            self._send(found)
            # In a pause the last measures are of the last step.
            self._is_stale |= found.step != self._chains.num_steps or (self._wants_density and not found.density.size)
        is_due = self._is_stale and not self._past.is_looking
        if is_due and self._pacer.secs_until_due(clock.now()) <= 0:
            self._show(num_sharing)

    @property
    def _chains(self) -> Chains:
        return self._course.chains

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
        self._past.before_step()
        while True:
            is_repeating = self._past.is_repeating
            if is_repeating:
                self._past.before_step()
            self._course.step(
                is_told=self._steps_asked == 1 or (is_slow and rate is not None and rate <= _TOLD_PER_SECOND)
            )
            if is_repeating:
                self._past.after_step()
            if self._steps_asked:
                self._steps_asked -= 1
            is_done = not self._wants_step or is_slow
            if is_done or clock.now() - now > _SLICE_SECS:
                break
        self._course.walked_secs += clock.now() - now
        self._past.after_step()
        self._is_stale = True
        if is_slow and rate:
            self._step_due_at = now + 1 / rate

    def _show(self, num_sharing: int) -> None:
        began = clock.now()
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
        seen = frame(
            self.number, chains, self._course.tally, plane,
            is_warming_up=self._course.warm_up_left > 0, steps_per_second=rate,
        )  # fmt: skip
        self._send(seen)
        self._past.keep_frame(seen.step, *small(seen))
        self._pacer.spent(began, clock.now(), SHARE / num_sharing if self._wants_step else 1.0)
        if truth is not None:
            self._measuring.begin(
                self.number, self._course, truth, plane, has_density=self._wants_density, is_paused=not self._wants_step
            )

    def _put_target(self, wanted: SetTarget) -> Target:
        """The landscape is shaped so from now on."""
        self._wanted, self._target = wanted, self._made_target(wanted)
        return self._target

    def _on_arrived(self) -> None:
        self._measuring.forget()
        self._rate.pause(self._chains.num_steps)
        self._is_stale = True

    # ---- the target

    def _renew(self) -> None:
        """The target has changed: what was drawn before is of the old one."""
        self._version = self._source.version
        self._target = self._made_target(self._wanted)
        self._chains.set_target(self._target)
        self._course.forget()
        self._measuring.forget()
        self._is_stale = True

    @property
    def _shape(self) -> Shape:
        return _shape(self._wanted)

    def _made_target(self, wanted: SetTarget) -> Target:
        plane = self._source.plane
        return shaped(self._source.target, wanted.bumps, wanted.sharpness, plane, self._device)

    def _begin_at(self, places: Tensor, message: Walk) -> Tensor:
        """Where the chains begin, (chains, 2): at the given places in turn, or from a wide normal."""
        if len(places):
            return places[torch.arange(message.num_chains, device=self._device) % len(places)]
        return starts(self._target, message.num_chains, self._rng)


def _shape(wanted: SetTarget) -> Shape:
    """What tells one SetTarget from another: arrays of different lengths cannot be compared."""
    return wanted.sharpness, wanted.bumps.tobytes()
