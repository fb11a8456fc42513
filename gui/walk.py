"""The window's side of one run of chains: a sampler with its knobs, on a target, and whether it plays.

All of that outlives any engine.
Not covered: what walks share, such as the target (walks.py).
"""

from collections.abc import Mapping

import msgspec
import numpy as np
from PySide6.QtCore import QObject, Signal

from engine.knobs import Value
from engine.messages import (
    ChainMeasures,
    Chains,
    Drop,
    Going,
    Landscape,
    LatentPlane,
    Message,
    SetClock,
    SetParams,
    SetTarget,
    SetView,
    Skip,
    StepOnce,
    Timeline,
    Truth,
    Walk,
    Walking,
    WentTo,
)
from engine.recipe import Energy
from gui.link import Link
from gui.past import RunPast


class Place(msgspec.Struct, frozen=True):
    """What all walks have in common: the target, how many chains start where, how long they warm up.

    energy: None for the model of the landscape lab, which `model_run` trains, and for a `plane` of a latent space.
    starts: (k, 2), in the user's numbers.
    """

    energy: Energy | None = None
    model_run: int = 0
    num_chains: int = 4
    starts: np.ndarray = msgspec.field(default_factory=lambda: np.zeros((0, 2)))
    warm_up: int = 200
    sharpness: float = 1.0
    bumps: np.ndarray = msgspec.field(default_factory=lambda: np.zeros((0, 4)))
    seed: int = 0
    plane: LatentPlane | None = None


class SamplerWalk(QObject):
    """Chains of one sampler. `number` is their name in messages."""

    sampler_changed = Signal()
    began = Signal()
    chains_came = Signal(Chains)
    truth_came = Signal(Truth)
    measures_came = Signal(ChainMeasures)
    landscape_came = Signal(Landscape)
    stopped = Signal()
    trouble_changed = Signal()

    def __init__(self, number: int, sampler: str, device: str, link: Link, parent: QObject) -> None:
        super().__init__(parent)
        self.number, self.sampler = number, sampler
        self.params: dict[str, Value] = {}
        self.is_playing = False
        self._device, self._link = device, link
        self.speed: float | None = None
        self._view: SetView | None = None
        self._place = Place()
        # Which Walk was sent last, and which one the engine's messages are about.
        self._request = self._begun = 0
        # What the engine has said last of these chains, as long as it is so.
        self.trouble = ""
        self._is_refused = False
        # Whether the engine has some, be it from before.
        self.has_chains = False
        self.past = RunPast(number, link, self)
        self.past.went.connect(self._on_went)

    @property
    def is_on_model(self) -> bool:
        """Whether the target is a model, which may be learning."""
        return self._place.energy is None and self._place.plane is None

    def begin(self, place: Place) -> None:
        """Chains from the start, on this place; an engine that was started anew knows nothing of the old ones."""
        self._place = place
        self._request -= 1
        self._is_refused = False
        self._set_trouble("")
        self.past.forget(keeps_marks=False)
        self._link.send(
            Walk(
                self.number, self.sampler, self.params,
                energy=place.energy, model_run=place.model_run, num_chains=place.num_chains, starts=place.starts,
                warm_up=place.warm_up, sharpness=place.sharpness, seed=place.seed, device=self._device,
                request=self._request, plane=place.plane,
            )
        )  # fmt: skip
        if len(place.bumps):
            self.set_target(place.sharpness, place.bumps)
        if self._view is not None:
            self._link.send(self._view)
        self._link.send(SetClock(self.number, self.is_playing, self.speed))
        self.began.emit()

    def use(self, sampler: str, params: Mapping[str, Value] = {}) -> None:
        """Another sampler, from the start."""
        self.sampler, self.params = sampler, dict(params)
        self.begin(self._place)
        self.sampler_changed.emit()

    def end(self) -> None:
        self._link.send(Drop(self.number))

    def set_params(self, params: Mapping[str, Value]) -> None:
        self.params = dict(params)
        self._link.send(SetParams(self.number, self.params))

    def set_target(self, sharpness: float, bumps: np.ndarray) -> None:
        self._place = msgspec.structs.replace(self._place, sharpness=sharpness, bumps=bumps)
        self._link.send(SetTarget(self.number, sharpness, bumps))

    def set_clock(self, is_playing: bool, steps_per_second: float | None) -> None:
        self.is_playing, self.speed = is_playing and self._is_there, steps_per_second
        if self.is_playing:
            self._try_again()
        self._link.send(SetClock(self.number, self.is_playing, steps_per_second))

    def set_view(self, view: SetView) -> None:
        self._view = msgspec.structs.replace(view, run=self.number)
        self._link.send(self._view)

    def step_once(self) -> None:
        if self._is_there:
            self._try_again()
            self._link.send(StepOnce(self.number))

    def skip(self, steps: int) -> None:
        """So many steps as fast as the engine goes."""
        if self._is_there:
            self._try_again()
            self._link.send(Skip(self.number, steps))

    def stop(self) -> None:
        """The engine has paused the run by itself, or is dead."""
        if self.is_playing:
            self.set_clock(False, self.speed)
            self.stopped.emit()

    def refuse(self, text: str, request: int) -> None:
        """The engine cannot walk on with this, or not begin; what it says of older chains is of no interest."""
        if request in (0, self._request):
            self._is_refused = request != 0
            stays = " Until then the chains stay as they are." if self._is_refused and self.has_chains else ""
            self._set_trouble(text + stays)
            self.stop()

    @property
    def _is_there(self) -> bool:
        """Whether the engine has chains to walk on with; those that it refuses before there were any are none."""
        return self.has_chains or not self._is_refused

    def _try_again(self) -> None:
        """The person goes on: what stopped the chains may be over. Chains that were refused stay so."""
        if not self._is_refused:
            self._set_trouble("")

    def _set_trouble(self, text: str) -> None:
        if text != self.trouble:
            self.trouble = text
            self.trouble_changed.emit()

    def take(self, message: Message) -> None:
        """A message of the engine that is about these chains. What comes late from those before them is let go."""
        if isinstance(message, Walking):
            self._begun = message.request
        if self._begun != self._request and not self._is_refused:
            return
        match message:
            case Chains():
                self.has_chains = True
                self.past.note_step(message.step)
                self.chains_came.emit(message)
            case Landscape():
                self.landscape_came.emit(message)
            case Truth():
                self.truth_came.emit(message)
            case ChainMeasures():
                self.measures_came.emit(message)
            case Timeline() | Going() | WentTo():
                self.past.take(message)

    def _on_went(self, went: WentTo) -> None:
        """The knobs are those that it had there."""
        self.params = went.params
        self.sampler_changed.emit()
