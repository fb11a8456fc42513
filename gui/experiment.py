"""The window's side of one run: what the engine should be doing, told to it again whenever it is started anew.

The state here (model, knobs, seed, clock, view, points, last weights) outlives any engine: its death costs nothing.
Not covered: processes (link.py), the points' history (document.py), and what is drawn (labs/).
"""

import itertools
from collections.abc import Mapping

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
    Restore,
    SetClock,
    SetData,
    SetParams,
    SetView,
    StepOnce,
    Train,
)
from engine.recipe import Data, Model
from gui.edits import Floats, Labels, Sketch
from gui.link import Link


class Experiment(QObject):
    """One run of one model on the sketch."""

    became_ready = Signal(Ready)
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
        self.model = Model()
        self.seed = 0
        self.run = 1
        self._device = device
        self._link = link
        self._requests = itertools.count(1)
        self._clock = SetClock(self.run, is_playing=False)
        self._view: SetView | None = None
        self._data: SetData | None = None
        self._checkpoint: Checkpoint | None = None
        self._is_starting = False
        link.received.connect(self._on_received)
        link.died.connect(self._on_died)

    # ---- what the person asks for

    @property
    def is_playing(self) -> bool:
        return self._clock.is_playing

    @property
    def steps_per_second(self) -> float | None:
        """The chosen speed; None is as fast as the engine goes."""
        return self._clock.steps_per_second

    def entry(self) -> Entry | None:
        """The catalogue's entry of the model, once the engine is ready."""
        models = self.catalogue.models if self.catalogue is not None else ()
        return next((each for each in models if each.name == self.model.name), None)

    def play(self, is_playing: bool) -> None:
        self._set_clock(SetClock(self.run, is_playing, self._clock.steps_per_second))

    def set_speed(self, steps_per_second: float | None) -> None:
        self._set_clock(SetClock(self.run, self._clock.is_playing, steps_per_second))

    def step_once(self) -> None:
        """One step; a run that plays is paused by it."""
        self.play(False)
        self._link.send(StepOnce(self.run))

    def reset(self) -> None:
        """A new network of the same seed."""
        self._checkpoint = None
        self._link.send(self._train())

    def use(self, model: Model, seed: int) -> None:
        """Another experiment: its model, knobs and seed, in a new network."""
        self.model, self.seed = model, seed
        self.reset()
        self.model_changed.emit()

    def set_device(self, device: str) -> None:
        """Compute elsewhere from now on, in a new network."""
        if device != self._device:
            self._device = device
            self.reset()

    def set_params(self, params: Mapping[str, Value]) -> None:
        self.model = Model(self.model.name, dict(params))
        self._link.send(SetParams(self.run, self.model.params))

    def set_view(self, view: SetView) -> None:
        self._view = view
        self._link.send(view)

    def set_sketch(self, sketch: Sketch, version: int) -> None:
        self.set_points(sketch.points, sketch.labels, sketch, version)

    def set_points(self, points: Floats, labels: Labels, sketch: Sketch, version: int) -> None:
        """Points that may be more than the sketch holds: a stroke that is still being drawn belongs to none yet."""
        truth = sketch.truth if points is sketch.points else None
        self._data = SetData(self.run, version, points, labels, sketch.extent, truth)
        self._link.send(self._data)

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
        self._is_starting = True
        self._link.start()
        self._link.send(self._train())
        if self._checkpoint is not None:
            self._link.send(Restore(self.run, self._checkpoint.step, self._checkpoint.content))
        for message in (self._data, self._view, self._clock):
            if message is not None:
                self._link.send(message)

    def _train(self) -> Train:
        return Train(self.run, self.model.name, self.model.params, self.seed, self._device)

    def _set_clock(self, clock: SetClock) -> None:
        self._clock = clock
        self._link.send(clock)
        self.clock_changed.emit(clock)

    def _on_received(self, message: FromEngine) -> None:
        match message:
            case Landscape():
                self.landscape_came.emit(message)
            case Progress():
                self.progress_came.emit(message)
            case Checkpoint():
                self._checkpoint = message
            case DataMade():
                self.data_made.emit(message)
            case Began():
                # The weights kept so far are of the network before, unless they are about to be restored.
                self._checkpoint = self._checkpoint if self._is_starting else None
                self._is_starting = False
                self.network_began.emit(message)
            case Ready():
                self.catalogue = message
                self.became_ready.emit(message)
            case Noticed():
                self._on_stopped(message.run)
                self.noticed.emit(message)
            case Failed():
                self._on_stopped(message.run)
                self.failed.emit(message)

    def _on_stopped(self, run: int) -> None:
        """The engine has paused the run by itself."""
        if run == self.run and self._clock.is_playing:
            # Sent too: a clock that was set meanwhile may have let it play on.
            self._set_clock(SetClock(self.run, False, self._clock.steps_per_second))

    def _on_died(self, reason: str) -> None:
        self.catalogue = None
        # A new engine starts paused: what killed this one may have been the training.
        self._on_stopped(self.run)
        self.engine_died.emit(reason)
