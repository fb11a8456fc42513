"""One run of the engine: a training with its data, clock, view and cursor, as the window set them, and what it says.

Not covered: whose turn it is (loop.py), steps (jobs.py), pictures (frames.py).
"""

import math
import time
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor

from engine import devices
from engine.frames import Mass, landscape, mass, own_points, progress
from engine.jobs import FEWEST_POINTS, Dataset, Training, dataset
from engine.layers import at_cursor, layers_of
from engine.measures import Judge
from engine.messages import (
    Began,
    Checkpoint,
    Measures,
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
from engine.pace import SHARE, Kept, Pacer, StepRate

Send = Callable[[Message], None]
_CHECKPOINT_SECS = 2.0
# At most so fast, each step is shown in full.
_SLOW_STEPS_PER_SECOND = 5.0
# What a person turns is shown quickly, and in full when it has stood still for so long.
_TOUCHED_SECS = 0.3
# Measures may take this share of the time, and come no more often than this.
_MEASURES_SHARE, _MEASURES_SECS = 0.05, 1.0


class Run:
    """One training with its data, clock and view, as the window set them."""

    def __init__(self, number: int, send: Send) -> None:
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
        self._checkpoint_due_at = 0.0
        self._kept_step = 0
        self._cursor: tuple[float, float] | None = None
        self._judge: Judge | None = None
        self._measures_due_at = 0.0
        self._measured_at: tuple[int, int] | None = None
        self._pacer = Pacer()
        self._masses, self._own_points, self._layers = (
            Kept[tuple[Mass, float]](),
            Kept[Tensor](),
            Kept[dict[str, Any]](),
        )
        self._rate = StepRate()
        # How long this run has worked, beside the others; see Engine.
        self.spent_secs = 0.0

    def train(self, message: Train) -> None:
        device = devices.chosen(message.device)
        self._training = Training(message.model, message.params, message.seed, device)
        self._view_rng = torch.Generator(device).manual_seed(message.seed)
        self._took_new_network()
        self._took_data()

    def set_data(self, message: SetData) -> None:
        self._points = message
        self._took_data()
        self._pacer.hurry()

    def set_params(self, message: SetParams) -> None:
        if self._training is not None and self._training.set_params(message.params):
            self._took_new_network()
            self._took_data()
        self._measured_at = None
        self._touched()

    def set_cursor(self, message: SetCursor) -> None:
        self._cursor = message.at
        self._tell_cursor()

    def set_clock(self, message: SetClock) -> None:
        if message.is_playing and not self._clock.is_playing and self._training is not None:
            self._rate.pause(self._training.num_steps)
        self._clock = message
        self._step_due_at = 0.0
        self._is_stale = True

    def set_view(self, message: SetView) -> None:
        self._view = message
        self._touched()

    def restore(self, message: Restore) -> None:
        # Weights of another shape are let go: a knob that makes a new network was turned since.
        if self._training is not None and self._training.restore(message.content, message.step):
            self._is_stale = True

    def step_once(self) -> None:
        self._steps_asked += 1

    def pause(self) -> None:
        self._clock = SetClock(self.number, is_playing=False)
        self._steps_asked = 0
        # What made it pause may have put other weights in place of those that were shown.
        self._is_stale = True

    def stop(self) -> None:
        self.pause()
        self._training = self._steps = None
        self._is_stale = False

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
        if self._training is None or self._data is None:
            return 0.0 if self._wants_step() else math.inf
        step = self._step_due_at - now if self._wants_step() else math.inf
        return min(step, self._secs_until_frame(now))

    def work(self, now: float, num_sharing: int) -> None:
        """A step if one is due, a frame if one is due; so many runs share the time."""
        if self._wants_step() and now >= self._step_due_at:
            self._step(now)
        is_due = self._secs_until_frame(time.perf_counter()) <= 0
        if is_due and self._view is not None and self._data is not None:
            self._show(self._view, self._data, num_sharing)

    def _secs_until_frame(self, now: float) -> float:
        if self._view is None:
            return math.inf
        if self._is_stale:
            return self._pacer.secs_until_due(now)
        return self._touched_until - now if self._is_preview else math.inf

    def _touched(self) -> None:
        """A person has turned something, and may be turning it still."""
        self._is_stale = True
        self._touched_until = time.perf_counter() + _TOUCHED_SECS

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
        next(self._steps)
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
        is_moving = is_training or time.perf_counter() < self._touched_until
        share = SHARE / num_sharing if is_training else 1.0
        self._is_stale = False
        measured = training.measure()
        # Only now: on a GPU `measure` has waited for the steps, which are not the frame's cost.
        began = time.perf_counter()
        version = self._points.version
        masses, nll = self._masses.get(
            lambda: self._mass_and_nll(training, data, view),
            (view.temperature, view.sea_share, version),
            is_moving=is_moving,
        )
        points = self._own_points.get(
            lambda: own_points(training.model, self._view_rng), version, is_moving=is_training
        )
        layers = self._layers.get(
            lambda: layers_of(training, data, view, self._view_rng),
            (view.extent, view.layers, view.is_slope, version),
            is_moving=is_training,
        )
        rate = self._rate.at(training.num_steps)
        shown = self._pacer.moving(view, share) if is_moving else view
        self._is_preview = not is_training and (shown != view or not self._masses.is_fresh)
        self._send(
            landscape(
                training, data, shown,
                data_version=version, mass=masses, own_points=points, layers=layers, steps_per_second=rate,
            )
        )  # fmt: skip
        if len(measured.steps):
            self._send(progress(self.number, measured, nll, data))
        self._tell_cursor()
        self._keep(training)
        self._pacer.spent(began, time.perf_counter(), share)
        self._measure(training, data, rate, num_sharing)

    def _mass_and_nll(self, training: Training, data: Dataset, view: SetView) -> tuple[Mass, float]:
        masses = mass(training, view.temperature, view.sea_share)
        return masses, training.nll(data, masses.log_z) if training.model.is_density else math.nan

    def _tell_cursor(self) -> None:
        """Another family may say something of the same place, and the same one another thing after a step."""
        if self._cursor is not None and self._training is not None and self._data is not None:
            self._send(at_cursor(self._training, self._data, self.number, self._cursor))

    def _measure(self, training: Training, data: Dataset, rate: float, num_sharing: int) -> None:
        """Compare the model with the data now and then, and when it pauses."""
        began = time.perf_counter()
        at = training.num_steps, len(data.points)
        is_due = began >= self._measures_due_at or not self._wants_step()
        if not is_due or at == self._measured_at or len(data.points) < FEWEST_POINTS:
            return
        self._measured_at = at
        if self._judge is None:
            self._judge = Judge(data)
        found = self._judge.measure(training, self._view_rng)
        self._send(
            Measures(
                self.number, training.num_steps,
                steps_per_second=rate, parameters=training.num_parameters, **found._asdict(),
            )
        )  # fmt: skip
        spent = time.perf_counter() - began
        self._measures_due_at = began + max(_MEASURES_SECS, num_sharing * spent / _MEASURES_SHARE)

    def _keep(self, training: Training) -> None:
        """Give the window the weights, so that the engine's death does not take them along."""
        now = time.perf_counter()
        is_due = now >= self._checkpoint_due_at or not self._wants_step()
        if is_due and training.num_steps != self._kept_step:
            self._checkpoint_due_at, self._kept_step = now + _CHECKPOINT_SECS, training.num_steps
            self._send(Checkpoint(self.number, training.num_steps, training.checkpoint()))

    def _took_new_network(self) -> None:
        training = self._training
        assert training is not None
        self._send(Began(self.number, training.num_parameters, str(training.device)))
        self._rate = StepRate()
        self._pacer = Pacer()
        self._masses, self._own_points, self._layers = Kept(), Kept(), Kept()
        self._kept_step, self._checkpoint_due_at = 0, 0.0
        self._measures_due_at, self._measured_at = 0.0, None
        self._is_stale = True

    def _took_data(self) -> None:
        if self._training is None or self._points is None:
            return
        points = self._points
        self._data = dataset(points.points, points.labels, points.extent, points.truth, self._training.device)
        self._judge = self._measured_at = None
        self._steps = self._training.steps(self._data)
        self._is_stale = True
