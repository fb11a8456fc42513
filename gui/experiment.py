"""One experiment on one sketch: one to four runs side by side, and what they share, told to every new engine.

The state here and in the runs outlives any engine: its death costs nothing.
Not covered: one run (run.py), processes (link.py), the points' history (document.py), and what is drawn (labs/).
"""

import itertools
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from PySide6.QtCore import QObject, Signal

from engine.knobs import Value
from engine.messages import (
    Began,
    Checkpoint,
    DataMade,
    Entry,
    Failed,
    FromEngine,
    Landscape,
    MakeData,
    Noticed,
    Progress,
    ReadFile,
    Ready,
    SetClock,
    SetData,
)
from engine.recipe import Data, Model
from gui.edits import Floats, Labels, Sketch
from gui.link import Link
from gui.run import Run

MOST_RUNS = 4


class Laid(NamedTuple):
    """What was laid aside: the runs, which was active, whether they played, how fast, and their points."""

    runs: list[Run]
    active: Run
    is_playing: bool
    speed: float | None
    data: SetData | None


class Experiment(QObject):
    """The runs, of which one is active: the one whose knobs are in the panel. Signals of a run are the active one's."""

    became_ready = Signal(Ready)
    runs_changed = Signal()
    active_changed = Signal()
    model_changed = Signal()
    network_began = Signal(Began)
    landscape_came = Signal(Landscape)
    progress_came = Signal(Progress)
    data_made = Signal(DataMade)
    clock_changed = Signal(SetClock)
    noticed = Signal(Noticed)
    failed = Signal(Failed)
    engine_died = Signal(str)

    def __init__(self, link: Link, device: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.catalogue: Ready | None = None
        self._device = device
        self._link = link
        self._requests = itertools.count(1)
        self._numbers = itertools.count(1)
        self._speed: float | None = None
        self._data: SetData | None = None
        self.runs: list[Run] = []
        # Runs that wait in the engine, paused, while others are looked at.
        self.aside: list[Run] = []
        self.active = self.add_run(Model(), seed=0)
        link.received.connect(self._on_received)
        link.died.connect(self._on_died)

    # ---- the runs

    def add_run(self, model: Model, seed: int) -> Run:
        """One more run beside the others; it plays if they do. The first one is the active one."""
        run = self._new_run(model, seed)
        run.begin()
        self.runs_changed.emit()
        return run

    def _new_run(self, model: Model, seed: int) -> Run:
        run = Run(next(self._numbers), model, seed, self._device, self._link, self)
        is_playing = self.is_playing
        self.runs.append(run)
        run.stopped.connect(self._tell_clock)
        for mine, its in (
            (self.model_changed, run.model_changed),
            (self.network_began, run.network_began),
            (self.landscape_came, run.landscape_came),
            (self.progress_came, run.progress_came),
        ):
            its.connect(lambda *about, run=run, mine=mine: mine.emit(*about) if run is self.active else None)
        run.prepare(self._data, is_playing, self._speed)
        return run

    def copy_run(self, of: Run, branch: int, step: int) -> Run:
        """One more run that begins as what another was at a step of its past; it is paused, as all are then."""
        self.play(False)
        run = self._new_run(of.model, of.seed)
        run.begin_as(of, branch, step)
        self.runs_changed.emit()
        return run

    def new_number(self) -> int:
        """A name that no other run has, for the runs of other labs."""
        return next(self._numbers)

    def remove_run(self, run: Run) -> None:
        """End a run, if it is not the last one."""
        if len(self.runs) == 1 or run not in self.runs:
            return
        self.runs.remove(run)
        run.end()
        run.deleteLater()
        if run is self.active:
            self.activate(self.runs[-1])
        self.runs_changed.emit()
        self._tell_clock()

    def activate(self, run: Run) -> None:
        if run is not self.active:
            self.active = run
            self.active_changed.emit()

    def take_over(self, kept: Sequence[tuple[Model, int, int, bytes]], active: int) -> None:
        """Other runs in the place of those that are there, paused: (model, seed, step, weights), one to four."""
        self.play(False)
        for run in self.runs[len(kept) :]:
            self.remove_run(run)
        for model, seed, _, _ in kept[len(self.runs) :]:
            self.add_run(model, seed)
        for run, (model, seed, step, weights) in zip(self.runs, kept, strict=True):
            run.take_over(model, seed, Checkpoint(run.number, step, weights) if weights else None)
        self.activate(self.runs[active])

    def lay_aside(self) -> Laid:
        """A new run in the place of all, which wait in the engine until `take_back`: what they have learnt stays."""
        laid = Laid(self.runs, self.active, self.is_playing, self._speed, self._data)
        self.play(False)
        self.aside, self.runs = laid.runs, []
        self.active = self._new_run(Model(), 0)
        self.active.begin()
        self._tell_other_runs()
        return laid

    def take_back(self, laid: Laid) -> None:
        """The runs that were laid aside, as they were, in the place of those that are there."""
        gone, self.runs, self.active, self.aside = self.runs, laid.runs, laid.active, []
        self._speed, self._data = laid.speed, laid.data
        for run in gone:
            run.end()
            run.deleteLater()
        self._tell_other_runs()
        for run in self.runs:
            run.set_clock(laid.is_playing, laid.speed)
        self._tell_clock()

    def _tell_other_runs(self) -> None:
        self.runs_changed.emit()
        self.active_changed.emit()

    def entry(self, run: Run | None = None) -> Entry | None:
        """The catalogue's entry of a run's model, by default of the active one's, once the engine is ready."""
        models = self.catalogue.models if self.catalogue is not None else ()
        return next((each for each in models if each.name == (run or self.active).model.name), None)

    # ---- the active run

    @property
    def model(self) -> Model:
        return self.active.model

    @property
    def seed(self) -> int:
        return self.active.seed

    def use(self, model: Model, seed: int) -> None:
        """Another model in the active run."""
        self.active.use(model, seed)

    def set_params(self, params: Mapping[str, Value]) -> None:
        self.active.set_params(params)

    # ---- what all runs share

    @property
    def is_playing(self) -> bool:
        return any(run.is_playing for run in self.runs)

    @property
    def steps_per_second(self) -> float | None:
        """The chosen speed; None is as fast as the engine goes."""
        return self._speed

    def play(self, is_playing: bool) -> None:
        for run in self.runs:
            run.set_clock(is_playing, self._speed)
        self._tell_clock()

    def set_speed(self, steps_per_second: float | None) -> None:
        self._speed = steps_per_second
        for run in self.runs:
            run.set_clock(run.is_playing, steps_per_second)
        self._tell_clock()

    def step_once(self) -> None:
        """One step of each; runs that play are paused by it."""
        self.play(False)
        for run in self.runs:
            run.step_once()

    def reset(self) -> None:
        """New networks of the same seeds."""
        for run in self.runs:
            run.reset()

    def set_device(self, device: str) -> None:
        """Compute elsewhere from now on, in new networks."""
        if device != self._device:
            self._device = device
            for run in self.runs:
                run.set_device(device)

    def set_sketch(self, sketch: Sketch, version: int) -> None:
        self.set_points(sketch.points, sketch.labels, sketch, version)

    def set_points(self, points: Floats, labels: Labels, sketch: Sketch, version: int) -> None:
        """Points that may be more than the sketch holds: a stroke that is still being drawn belongs to none yet."""
        truth = sketch.truth if points is sketch.points else None
        self._data = SetData(0, version, points, labels, sketch.extent, truth)
        for run in self.runs:
            run.set_data(self._data)

    def make_data(self, data: Data) -> int:
        """Ask for points of a preset or a word; returns the request's number, which DataMade or Noticed brings back."""
        request = next(self._requests)
        self._link.send(MakeData(request, data))
        return request

    def read_file(self, name: str, content: bytes, n: int = 2000, seed: int = 0) -> int:
        """Ask for the points in a file; returns the request's number, as `make_data` does."""
        request = next(self._requests)
        self._link.send(ReadFile(request, name, content, n, seed))
        return request

    # ---- the engine's life

    def start(self) -> None:
        """Start the engine, or another in its place, and tell it all that is known here."""
        self.catalogue = None
        self._link.start()
        for run in (*self.runs, *self.aside):
            run.begin_in_new_engine()

    def _tell_clock(self) -> None:
        self.clock_changed.emit(SetClock(0, self.is_playing, self._speed))

    def _on_received(self, message: FromEngine) -> None:
        match message:
            case DataMade():
                self.data_made.emit(message)
            case Ready():
                self.catalogue = message
                self.became_ready.emit(message)
            case Noticed():
                self._stop(message.run)
                self.noticed.emit(message)
            case Failed():
                self._stop(message.run)
                self.failed.emit(message)
            case _:
                for run in (*self.runs, *self.aside):
                    if run.number == message.run:
                        run.take(message)

    def _stop(self, number: int) -> None:
        for run in self.runs:
            if run.number == number:
                run.stop()

    def _on_died(self, reason: str) -> None:
        self.catalogue = None
        # A new engine starts paused: what killed this one may have been the training.
        for run in self.runs:
            run.stop()
        self.engine_died.emit(reason)
