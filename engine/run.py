"""One run of the engine: a training with its data, clock, view and cursor, as the window set them, and what it says.

Not covered: whose turn it is (loop.py), steps (jobs.py), pictures (frames.py).
"""

import math
from collections.abc import Callable, Iterator

import torch

from engine import clock, devices
from engine.frames import progress
from engine.jobs import FEWEST_POINTS, Dataset, Training, dataset
from engine.layers import at_cursor
from engine.messages import (
    Began,
    CopyRun,
    GoTo,
    LookBack,
    Message,
    Restore,
    SetClock,
    SetCursor,
    SetData,
    SetParams,
    SetView,
    Train,
)
from engine.notice import Notice
from engine.pace import SHARE, Pacer, StepRate
from engine.past import Past
from engine.past_frames import small
from engine.reports import Reports
from engine.seen import Seen
from engine.timeline import Budget
from engine.training_past import Other, Present, TrainingPast, is_same

Send = Callable[[Message], None]
# At most so fast, each step is shown in full.
_SLOW_STEPS_PER_SECOND = 5.0
# What a person turns is shown quickly, and in full when it has stood still for so long.
_TOUCHED_SECS = 0.3


class Run:
    """One training with its data, clock and view, as the window set them."""

    def __init__(self, number: int, send: Send, budget: Budget) -> None:
        """budget: of the memory for what has been."""
        self.number = number
        self._send = send
        self._points: SetData | None = None
        self._clock = SetClock(number, is_playing=False)
        self._view: SetView | None = None
        self._training: Training | None = None
        self._data: Dataset | None = None
        self._steps: Iterator[None] | None = None
        self._steps_asked = 0
        self._step_due_at = 0.0
        self._is_stale = self._is_preview = False
        self._touched_until = 0.0
        self._cursor: tuple[float, float] | None = None
        self._reports = Reports(number, send)
        self._pacer = Pacer()
        self._seen = Seen()
        self._rate = StepRate()
        # How long this run has worked, beside the others; see Engine.
        self.spent_secs = 0.0
        owner = TrainingPast(number, self._present, self._put_data, self._on_arrived, lambda: self._view)
        self._past = Past(owner, budget, send)
        # The points that the window has told last, and whether it is to get others back.
        self._told_points: SetData | None = None
        self._is_copy = False

    def train(self, message: Train) -> None:
        device = devices.chosen(message.device)
        self._training = Training(message.model, message.params, message.seed, device)
        self._view_rng = torch.Generator(device).manual_seed(message.seed)
        self._took_new_network()
        self._took_data()

    def set_data(self, message: SetData) -> None:
        self._past.finish()
        self._told_points, is_known = message, is_same(message, self._points)
        self._points = message
        if is_known and self._data is not None:
            # What was restored comes back from the window: it is no news to the model.
            self._is_stale = True
            return
        self._took_data()
        if self._data is not None:
            self._past.turned(Other(self._data, message))
        self._pacer.hurry()

    def set_params(self, message: SetParams) -> None:
        self._past.finish()
        before = None if self._training is None else self._training.params
        if self._training is not None and self._training.set_params(message.params):
            self._took_new_network()
            self._took_data()
        elif self._training is not None and self._training.params != before:
            self._past.turned(message)
        self._reports.forget_measures()
        self._touched()

    def set_cursor(self, message: SetCursor) -> None:
        self._cursor = message.at
        self._tell_cursor()

    def set_clock(self, message: SetClock) -> None:
        if message.is_playing and not self._clock.is_playing and self._training is not None:
            self._rate.pause(self._training.num_steps)
        self._past.is_looking &= not message.is_playing
        self._clock = message
        self._step_due_at = 0.0
        self._is_stale = True

    def set_view(self, message: SetView) -> None:
        self._view = message
        self._touched()

    def restore(self, message: Restore) -> None:
        # Weights of another shape are let go: a knob that makes a new network was turned since.
        if self._training is not None and self._training.restore(message.content, message.step):
            self._past.forget(message.step)
            self._is_stale = True

    # ---- the past

    def look_back(self, message: LookBack) -> None:
        self.pause()
        self._past.finish()
        self._is_stale = not self._past.look_back(message)

    def go_to(self, message: GoTo) -> None:
        self.pause()
        self._past.go_to(message)

    def copy(self, message: CopyRun, budget: Budget) -> "Run":
        """A run of its own that goes on from a step of this one. Raises Notice where there is nothing to copy yet."""
        training, data = self.trained
        self._past.finish()
        made = Run(message.run, self._send, budget)
        made._training, made._data, made._points = training.copy(), data, self._points
        made._view_rng = torch.Generator(training.device).manual_seed(0)
        made._is_copy = True
        if not made._past.take_over(self._past, message.branch, message.step):
            raise Notice("There is nothing to open beside yet: play first.")
        self._send(Began(message.run, training.num_parameters, str(training.device)))
        return made

    def step_once(self) -> None:
        self._past.is_looking = False
        self._steps_asked += 1

    def pause(self) -> None:
        self._clock = SetClock(self.number, is_playing=False)
        self._steps_asked = 0
        # What made it pause may have put other weights in place of those that were shown.
        self._is_stale = True

    def stop(self) -> None:
        self.pause()
        self._training = self._steps = None
        self._past.forget(0)
        self._is_stale = False

    def close(self) -> None:
        """It is gone."""
        self._past.close()

    @property
    def is_playing(self) -> bool:
        return self._clock.is_playing

    @property
    def trained(self) -> tuple[Training, Dataset]:
        """The training and its data, for chains that walk on its model. Raises Notice where there is none yet."""
        if self._training is None or self._data is None:
            raise Notice("There is no model to walk on yet: draw points and train one, or choose a known landscape.")
        return self._training, self._data

    def secs_until_work(self, now: float) -> float:
        """0 or less if there is something to do now, infinity if only a message can change that."""
        if self._past.is_going:
            return 0.0
        if self._training is None or self._data is None:
            return 0.0 if self._wants_step() else math.inf
        step = self._step_due_at - now if self._wants_step() else math.inf
        return min(step, self._secs_until_frame(now))

    def work(self, now: float, num_sharing: int) -> None:
        """A step if one is due, a frame if one is due; so many runs share the time."""
        if self._past.is_going:
            self._past.go_on()
            return
        if self._wants_step() and now >= self._step_due_at:
            self._step(now)
        is_due = self._secs_until_frame(clock.now()) <= 0
        if is_due and self._view is not None and self._data is not None:
            self._show(self._view, self._data, num_sharing)

    def _secs_until_frame(self, now: float) -> float:
        if self._view is None or self._past.is_looking:
            return math.inf
        if self._is_stale:
            return self._pacer.secs_until_due(now)
        return self._touched_until - now if self._is_preview else math.inf

    def _touched(self) -> None:
        """A person has turned something, and may be turning it still."""
        self._is_stale = True
        self._touched_until = clock.now() + _TOUCHED_SECS

    @property
    def _is_training(self) -> bool:
        """Whether steps follow each other too fast to be looked at one by one."""
        rate = self._clock.steps_per_second
        return self._clock.is_playing and (rate is None or rate > _SLOW_STEPS_PER_SECOND)

    def _wants_step(self) -> bool:
        return self._clock.is_playing or self._steps_asked > 0

    def _step(self, now: float) -> None:
        if self._training is None:
            raise Notice("There is no network to train; Reset makes a new one.")
        # Asked here each time, as a generator that has raised is at its end.
        if self._steps is None or self._data is None or len(self._data.points) < FEWEST_POINTS:
            raise Notice(f"Draw at least {FEWEST_POINTS} points before training.")
        self._past.before_step()
        next(self._steps)
        self._past.after_step()
        self._steps_asked = max(0, self._steps_asked - 1)
        self._is_stale = True
        if self._clock.steps_per_second:
            # From now, not from when it was due: a slow machine must not catch up in a burst.
            self._step_due_at = now + 1 / self._clock.steps_per_second

    def _show(self, view: SetView, data: Dataset, num_sharing: int) -> None:
        training = self._training
        if training is None or self._points is None:
            return
        is_training = self._is_training
        is_moving = is_training or clock.now() < self._touched_until
        share = SHARE / num_sharing if is_training else 1.0
        self._is_stale = False
        try:
            measured = training.measure()
        except Notice:
            # Other weights are in place of those that ran away.
            self._past.replaced()
            raise
        # Only now: on a GPU `measure` has waited for the steps, which are not the frame's cost.
        began = clock.now()
        rate = self._rate.at(training.num_steps)
        shown = self._pacer.moving(view, share) if is_moving else view
        seen, nll = self._seen.landscape(
            training, data, view, self._view_rng, self._points.version, rate,
            shown=shown, is_moving=is_moving, is_training=is_training,
        )  # fmt: skip
        self._is_preview = not is_training and (shown != view or not self._seen.is_fresh)
        self._send(seen)
        self._past.keep_frame(seen.step, *small(seen))
        if len(measured.steps):
            self._send(progress(self.number, measured, nll, data))
        self._tell_cursor()
        self._pacer.spent(began, clock.now(), share)
        self._reports.tell(training, data, rate, num_sharing, self._view_rng, is_paused=not self._wants_step())

    def _tell_cursor(self) -> None:
        """Another family may say something of the same place, and the same one another thing after a step."""
        if self._cursor is not None and self._training is not None and self._data is not None:
            self._send(at_cursor(self._training, self._data, self.number, self._cursor))

    def _present(self) -> Present:
        assert self._training is not None
        assert self._data is not None
        assert self._points is not None
        return Present(self._training, self._data, self._points)

    def _put_data(self, other: Other, is_news: bool) -> None:
        assert self._training is not None
        self._data, self._points = other
        self._steps = self._training.steps(self._data) if is_news else self._training.resumed(self._data)

    def _on_arrived(self) -> bool:
        """All that was kept is of another step."""
        assert self._training is not None
        self._seen = Seen()
        self._reports.begin_anew(-1)
        self._rate.pause(self._training.num_steps)
        self._is_stale = True
        is_copy, self._is_copy = self._is_copy, False
        return not is_copy and not is_same(self._told_points, self._points)

    def _took_new_network(self) -> None:
        training = self._training
        assert training is not None
        self._send(Began(self.number, training.num_parameters, str(training.device)))
        self._past.forget(training.num_steps)
        self._rate = StepRate()
        self._pacer = Pacer()
        self._seen = Seen()
        self._reports.begin_anew(0)
        self._is_stale = True

    def _took_data(self) -> None:
        if self._training is None or self._points is None:
            return
        points = self._points
        self._data = dataset(points.points, points.labels, points.extent, points.truth, self._training.device)
        self._reports.forget_data()
        self._steps = self._training.steps(self._data)
        self._is_stale = True
