"""The engine's only loop: read messages, advance each run by a step, send the newest frame.

Three kinds of errors, each handled here once: Notice (told to the person, the run pauses), any other exception
(Failed: that run stops, the others go on), and death, which needs no code.
Not covered: the pipe (pipe.py), steps (jobs.py) and pictures (frames.py).
"""

import math
import os
import time
import traceback
from collections.abc import Callable, Iterator
from functools import partial, singledispatchmethod

import torch

from engine import data as datasets
from engine import devices
from engine.catalogue import dataset_modules, entries, model_modules, sampler_modules
from engine.data import files
from engine.frames import Pacer, StepRate, landscape, mass, progress
from engine.jobs import FEWEST_POINTS, Dataset, Training, dataset
from engine.layers import at_cursor
from engine.measures import Judge
from engine.messages import (
    Began,
    Checkpoint,
    DataMade,
    Drop,
    Failed,
    MakeData,
    Measures,
    Message,
    Noticed,
    ReadFile,
    Ready,
    Restore,
    SetClock,
    SetCursor,
    SetData,
    SetParams,
    SetView,
    StepOnce,
    ToEngine,
    Train,
)
from engine.notice import Notice
from engine.pipe import Inbox

Send = Callable[[Message], None]
_CHECKPOINT_SECS = 2.0
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
        self._is_stale = False
        self._checkpoint_due_at = 0.0
        self._kept_step = 0
        self._cursor: tuple[float, float] | None = None
        self._judge: Judge | None = None
        self._measures_due_at = 0.0
        self._measured_at: tuple[int, int] | None = None
        self._pacer = Pacer()
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
        self._is_stale = True

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
        self._is_stale = True

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

    def secs_until_work(self, now: float) -> float:
        """0 or less if there is something to do now, infinity if only a message can change that."""
        if self._training is None or self._data is None:
            return 0.0 if self._wants_step() else math.inf
        step = self._step_due_at - now if self._wants_step() else math.inf
        frame = self._pacer.secs_until_due(now) if self._is_stale and self._view is not None else math.inf
        return min(step, frame)

    def work(self, now: float, num_sharing: int) -> None:
        """A step if one is due, a frame if one is due; so many runs share the time."""
        if self._wants_step() and now >= self._step_due_at:
            self._step(now)
        is_due = self._pacer.secs_until_due(time.perf_counter()) <= 0
        if self._is_stale and is_due and self._view is not None and self._data is not None:
            self._show(self._view, self._data, num_sharing)

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
        self._is_stale = False
        measured = training.measure()
        # Only now: on a GPU `measure` has waited for the steps, which are not the frame's cost.
        began = time.perf_counter()
        masses = mass(training, view.temperature, view.sea_share)
        rate = self._rate.at(training.num_steps)
        version = self._points.version
        self._send(
            landscape(
                training, data, view,
                data_version=version, mass=masses, steps_per_second=rate, rng=self._view_rng,
            )
        )  # fmt: skip
        if len(measured.steps):
            nll = training.nll(data, masses.log_z) if training.model.is_density else math.nan
            self._send(progress(self.number, measured, nll, data))
        self._tell_cursor()
        self._keep(training)
        self._pacer.spent(began, time.perf_counter(), num_sharing)
        self._measure(training, data, rate, num_sharing)

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


class Engine:
    """Everything the engine knows: its runs, by the numbers that the window gave them.

    Of runs that have work, the one goes next that has worked least, so that each gets the same time whatever its
    steps cost. One that comes back from a pause is not owed the time it did not want.
    """

    def __init__(self, inbox: Inbox[ToEngine], send: Send) -> None:
        self._inbox, self._send = inbox, send
        self._runs: dict[int, Run] = {}
        devices.set_up_cpu()

    def serve(self) -> None:
        """Work for ever; the process ends when the window's pipe does."""
        self._send(ready())
        while True:
            for message in self._inbox.take(self._secs_to_wait()):
                self._guarded(message, partial(self._take, message))
            self.work_once(time.perf_counter())

    def work_once(self, now: float) -> None:
        """The turn of one run, if any has work."""
        busy = [run for run in self._runs.values() if run.secs_until_work(now) <= 0]
        if not busy:
            return
        run = min(busy, key=lambda each: each.spent_secs)
        num_sharing = max(1, sum(each.is_playing for each in self._runs.values()))
        self._guarded(run, partial(run.work, now, num_sharing))
        run.spent_secs += time.perf_counter() - now
        least = min(each.spent_secs for each in busy)
        for each in self._runs.values():
            each.spent_secs = max(each.spent_secs, least)

    def _secs_to_wait(self) -> float | None:
        now = time.perf_counter()
        soonest = min((run.secs_until_work(now) for run in self._runs.values()), default=math.inf)
        return None if soonest == math.inf else max(0.0, soonest)

    def _guarded(self, what: Run | Message, do: Callable[[], None]) -> None:
        number = what.number if isinstance(what, Run) else getattr(what, "run", 0)
        request = getattr(what, "request", 0)
        try:
            do()
        except Notice as notice:
            if number in self._runs:
                self._runs[number].pause()
            self._send(Noticed(str(notice), number, request))
        except Exception as error:
            if number in self._runs:
                self._runs[number].stop()
            headline = f"{type(error).__name__}: {error}"
            self._send(Failed(headline, traceback.format_exc(), number, request))

    def _run(self, number: int) -> Run:
        return self._runs.setdefault(number, Run(number, self._send))

    @singledispatchmethod
    def _take(self, message: ToEngine) -> None:
        raise TypeError(f"the engine has no use for {type(message).__name__}")

    @_take.register
    def _(self, message: Train) -> None:
        self._run(message.run).train(message)

    @_take.register
    def _(self, message: SetData) -> None:
        self._run(message.run).set_data(message)

    @_take.register
    def _(self, message: SetParams) -> None:
        self._run(message.run).set_params(message)

    @_take.register
    def _(self, message: SetClock) -> None:
        self._run(message.run).set_clock(message)

    @_take.register
    def _(self, message: SetView) -> None:
        self._run(message.run).set_view(message)

    @_take.register
    def _(self, message: SetCursor) -> None:
        self._run(message.run).set_cursor(message)

    @_take.register
    def _(self, message: Drop) -> None:
        self._runs.pop(message.run, None)

    @_take.register
    def _(self, message: StepOnce) -> None:
        self._run(message.run).step_once()

    @_take.register
    def _(self, message: Restore) -> None:
        self._run(message.run).restore(message)

    @_take.register
    def _(self, message: MakeData) -> None:
        self._send(_made(message.request, datasets.draw(message.data, seed=0)))

    @_take.register
    def _(self, message: ReadFile) -> None:
        drawn = files.read(message.name, message.content, message.n, message.seed)
        self._send(_made(message.request, drawn))


def ready() -> Ready:
    """What the engine runs on and everything it has."""
    return Ready(
        pid=os.getpid(),
        torch_version=str(torch.__version__),  # its own type would drag torch into the window
        device=str(devices.chosen("auto")),
        devices=devices.available(),
        models=entries(model_modules()),
        samplers=entries(sampler_modules()),
        datasets=entries(dataset_modules()),
    )


def _made(request: int, drawn: datasets.Draw) -> DataMade:
    return DataMade(request, drawn.points, drawn.labels, drawn.extent, drawn.truth, drawn.note)
