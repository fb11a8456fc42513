"""The window's side of one run: a model with its knobs, whether it plays, and its last weights.

All of that outlives any engine.
Not covered: what runs share, such as the sketch and the speed (experiment.py).
"""

from collections.abc import Mapping

import msgspec
from PySide6.QtCore import QObject, Signal

from engine.knobs import Value
from engine.messages import (
    AtCursor,
    Began,
    Checkpoint,
    CopyRun,
    Drop,
    Going,
    Landscape,
    Measures,
    Message,
    Progress,
    Restore,
    SetClock,
    SetCursor,
    SetData,
    SetParams,
    SetView,
    StepOnce,
    Timeline,
    Train,
    WentTo,
)
from engine.recipe import Model
from gui.link import Link
from gui.past import RunPast


class Run(QObject):
    """One model that learns from the sketch. `number` is its name in messages."""

    model_changed = Signal()
    network_began = Signal(Began)
    landscape_came = Signal(Landscape)
    progress_came = Signal(Progress)
    measures_came = Signal(Measures)
    at_cursor_came = Signal(AtCursor)
    stopped = Signal()

    def __init__(self, number: int, model: Model, seed: int, device: str, link: Link, parent: QObject) -> None:
        super().__init__(parent)
        self.number, self.model, self.seed = number, model, seed
        self.is_playing = False
        self._device, self._link = device, link
        self._speed: float | None = None
        self._view: SetView | None = None
        self._data: SetData | None = None
        self._checkpoint: Checkpoint | None = None
        self._is_starting = False
        # Networks that were asked for and have not begun yet.
        self._num_awaited = 0
        self.past = RunPast(number, link, self)
        self.past.went.connect(self._on_went)

    def prepare(self, data: SetData | None, is_playing: bool, steps_per_second: float | None) -> None:
        """What `begin` is to tell. A clock told twice would take the place of the first in the queue, before the data,
        and the run would play without points."""
        self._data = None if data is None else msgspec.structs.replace(data, run=self.number)
        self.is_playing, self._speed = is_playing, steps_per_second

    def begin_in_new_engine(self) -> None:
        """What was asked of the one before will not come."""
        self._num_awaited = 0
        self.begin()

    def begin(self) -> None:
        """Tell the engine all that is known here; an engine that was started anew knows nothing."""
        self._is_starting = True
        self._send(self._train())
        if self._checkpoint is not None:
            self._send(Restore(self.number, self._checkpoint.step, self._checkpoint.content))
        for message in (self._data, self._view, self._clock()):
            if message is not None:
                self._send(message)

    def begin_as(self, of: "Run", branch: int, step: int) -> None:
        """Begin as what another run was at a step of its past; the points are those of now."""
        self._is_starting = True
        self._send(CopyRun(self.number, of.number, branch, step))
        for message in (self._data, self._view, self._clock()):
            if message is not None:
                self._send(message)

    def end(self) -> None:
        self._send(Drop(self.number))

    def reset(self) -> None:
        """A new network of the same seed."""
        self._checkpoint, self._is_starting = None, False
        self._send(self._train())

    def use(self, model: Model, seed: int) -> None:
        """Another model, or other knobs and seed, in a new network."""
        self.model, self.seed = model, seed
        self.reset()
        self.model_changed.emit()

    def take_over(self, model: Model, seed: int, checkpoint: Checkpoint | None) -> None:
        """Another model with weights that were learnt before, or with none."""
        self.model, self.seed, self._checkpoint = model, seed, checkpoint
        self.begin()
        self.model_changed.emit()

    @property
    def checkpoint(self) -> Checkpoint | None:
        """The last weights that came, at most some seconds old; None where nothing has been learnt yet."""
        return self._checkpoint

    def set_device(self, device: str) -> None:
        self._device = device
        self.reset()

    def set_params(self, params: Mapping[str, Value]) -> None:
        self.model = Model(self.model.name, dict(params))
        self._send(SetParams(self.number, self.model.params))

    def set_clock(self, is_playing: bool, steps_per_second: float | None) -> None:
        self.is_playing, self._speed = is_playing, steps_per_second
        self._send(self._clock())

    def step_once(self) -> None:
        self._send(StepOnce(self.number))

    def set_view(self, view: SetView) -> None:
        self._view = msgspec.structs.replace(view, run=self.number)
        self._send(self._view)

    def set_data(self, data: SetData) -> None:
        """Points that it has already are not told again: the engine would take them for others."""
        if self._data is not None and _is_same(data, self._data):
            return
        self._data = msgspec.structs.replace(data, run=self.number)
        self._send(self._data)

    def set_cursor(self, at: tuple[float, float] | None) -> None:
        self._send(SetCursor(self.number, at))

    def stop(self) -> None:
        """The engine has paused the run by itself, or is dead."""
        # It may have refused the network.
        self._num_awaited = 0
        if self.is_playing:
            # Sent too: a clock that was set meanwhile may have let it play on.
            self.set_clock(False, self._speed)
            self.stopped.emit()

    def take(self, message: Message) -> None:
        """A message of the engine that is about this run."""
        match message:
            case Landscape():
                self.past.note_step(message.step)
                self.landscape_came.emit(message)
            case Progress():
                self.progress_came.emit(message)
            case Measures():
                self.measures_came.emit(message)
            case AtCursor():
                self.at_cursor_came.emit(message)
            case Checkpoint():
                # Of a network that is about to go there may still come some.
                if not self._num_awaited:
                    self._checkpoint = message
            case Timeline() | Going() | WentTo():
                self.past.take(message)
            case Began():
                # The engine is another one: what it knew of the past is gone, names are not.
                self.past.forget(keeps_marks=self._is_starting)
                self._num_awaited = max(0, self._num_awaited - 1)
                if not self._num_awaited:
                    # The weights kept so far are of the network before, unless they are about to be restored.
                    self._checkpoint = self._checkpoint if self._is_starting else None
                    self._is_starting = False
                self.network_began.emit(message)

    def _on_went(self, went: WentTo) -> None:
        """The knobs are those that it had there."""
        self._checkpoint = None
        self.model = Model(self.model.name, went.params)
        self.model_changed.emit()

    def _train(self) -> Train:
        self._num_awaited += 1
        return Train(self.number, self.model.name, self.model.params, self.seed, self._device)

    def _clock(self) -> SetClock:
        return SetClock(self.number, self.is_playing, self._speed)

    def _send(self, message: Message) -> None:
        self._link.send(message)


def _is_same(data: SetData, before: SetData) -> bool:
    """Arrays are replaced and never edited, so that the same ones hold the same points."""
    has_same_arrays = data.points is before.points and data.labels is before.labels
    return has_same_arrays and (data.extent, data.truth) == (before.extent, before.truth)
