"""The window's side of one model of pictures: which it is, the code that is looked at, the shelf, and the questions.

All of that outlives any engine: a new one is told what to open again.
Not covered: what is drawn (the pages).
"""

from collections.abc import Callable
from typing import Any

import msgspec
from PySide6.QtCore import QObject, Signal

from engine.knobs import Value
from engine.messages import (
    Answer,
    AskForWeights,
    Drop,
    EndTraining,
    Entry,
    Failed,
    FromEngine,
    Going,
    LatentReady,
    Message,
    Noticed,
    OpenTrained,
    PictureData,
    PictureKind,
    PictureProgress,
    Ready,
    SetClock,
    SetParams,
    Timeline,
    TrainPictures,
    Weights,
    WentTo,
)
from gui.latent.channel import Channel
from gui.latent.item import NO_CODE, Item
from gui.latent.walking import LatentWalk
from gui.link import Link
from gui.past import RunPast

MOST_KEPT = 60


class LatentSession(QObject):
    """`ready`: the model that can be asked, None until the engine has one; `item`: the picture that is looked at."""

    ready_came = Signal(LatentReady)
    catalogue_came = Signal(Ready)
    item_changed = Signal()
    shelf_changed = Signal()
    progress_came = Signal(PictureProgress)
    training_changed = Signal(bool)
    # Why a training that ran has ended without a model.
    training_failed = Signal(str)
    opening_failed = Signal(str)
    # What is looked at is to be changed by hand.
    slide_wanted = Signal()
    noticed = Signal(str)
    weights_came = Signal(Weights)

    def __init__(self, link: Link, device: str, new_number: Callable[[], int], parent: QObject | None = None) -> None:
        """new_number: gives every run, of this lab and others, a name of its own."""
        super().__init__(parent)
        self._link, self._device, self._new_number = link, device, new_number
        self._channels: dict[int, Channel] = {}
        self._wanted: OpenTrained | TrainPictures | None = None
        # What was wanted before: it stays where the newer one cannot be opened.
        self._before: OpenTrained | TrainPictures | None = None
        self._is_shown = False
        self.number = new_number()
        self.catalogue: Ready | None = None
        self.ready: LatentReady | None = None
        self.item: Item | None = None
        self.shelf: list[Item] = []
        # Several pictures that were chosen together on the shelf or the map; a single one ends it.
        self.group: list[Item] = []
        self.is_training = False
        self._serial = 0
        self._keeping = self.channel(self._on_weights)
        self.walking = LatentWalk(link, device, new_number, self)
        link.received.connect(self._on_received)
        link.died.connect(self._on_died)

    # ---- the catalogue

    @property
    def kinds(self) -> tuple[PictureKind, ...]:
        """The weights that can be opened."""
        return self.catalogue.trained if self.catalogue is not None else ()

    @property
    def sources(self) -> tuple[Entry, ...]:
        return self.catalogue.picture_sources if self.catalogue is not None else ()

    @property
    def models(self) -> tuple[Entry, ...]:
        return self.catalogue.picture_models if self.catalogue is not None else ()

    # ---- the model

    def show(self) -> None:
        """The lab is looked at: from now on the engine is asked."""
        if not self._is_shown:
            self._is_shown = True
            self._begin()

    def open(self, name: str) -> None:
        """Shipped weights, by their name."""
        self._use(OpenTrained(self._new_number(), name, device=self._device))

    def open_file(self, name: str, content: bytes, card: bytes) -> None:
        """Weights of a file, with their card."""
        self._use(OpenTrained(self._new_number(), name, content, card, self._device))

    def ask_for_weights(self, name: str = "weights") -> None:
        """Those of the model that is asked, under this name; they come with `weights_came`."""
        self._keeping.ask(AskForWeights, name=name)

    def train(self, data: PictureData, model: str, params: dict[str, Value], seconds: float, seed: int) -> None:
        """Train a new model; until it is ready, the present one can be asked. One that is being trained is let go."""
        if self._training is not None:
            self.send(Drop(self._training.run))
        self._train(TrainPictures(self._new_number(), data, model, params, seconds, seed, self._device))

    def play_training(self, is_playing: bool) -> None:
        if isinstance(self._training, TrainPictures):
            self.send(SetClock(self._training.run, is_playing))

    def set_training_params(self, params: dict[str, Value]) -> None:
        """Turn the knobs of the model that is being trained; what needs a new network is refused with a sentence."""
        if self._training is not None:
            self.send(SetParams(self._training.run, params))

    def end_training(self) -> None:
        """Its best weights are used."""
        if self._training is not None:
            self.send(EndTraining(self._training.run))

    @property
    def kept(self) -> OpenTrained | None:
        """The model that outlives any engine, by its shipped name or with its weights; None before there is one."""
        return next((each for each in (self._wanted, self._before) if isinstance(each, OpenTrained)), None)

    # ---- the picture that is looked at, and the shelf

    def choose_group(self, items: list[Item]) -> None:
        """What the next slot takes."""
        self.group = items

    def look_at(self, item: Item) -> None:
        self.item, self.group = item, []
        self.item_changed.emit()

    def keep(self, item: Item) -> None:
        """Onto the shelf; the oldest goes when it is full."""
        self.shelf = [*self.shelf, item][-MOST_KEPT:]
        self.shelf_changed.emit()

    def forget(self, position: int) -> None:
        self.shelf = [each for index, each in enumerate(self.shelf) if index != position]
        self.shelf_changed.emit()

    # ---- questions

    def channel(self, on_answer: Callable[[Any], object], on_refusal: Callable[[str], object] | None = None) -> Channel:
        """A line of its own for a view. on_refusal: told why no answer comes; "" where that is of no interest."""
        number = len(self._channels) + 1
        self._channels[number] = Channel(self, number, on_answer, on_refusal)
        return self._channels[number]

    def next_serial(self) -> int:
        """Of all questions of this window, so that what the engine says of one is about that one."""
        self._serial += 1
        return self._serial

    def send(self, message: Message) -> None:
        self._link.send(message)

    # ---- the engine's life

    _training: TrainPictures | None = None
    # Of the training that goes on, or went on last.
    past: RunPast | None = None
    # A training that broke off: what it had learnt until then may still come.
    _broken: TrainPictures | None = None

    def _use(self, wanted: OpenTrained) -> None:
        self._before, self._wanted, self._broken = self._wanted, wanted, None
        self._begin()

    def _train(self, wanted: TrainPictures) -> None:
        self._training, self._broken, self.is_training = wanted, None, True
        self.past = RunPast(wanted.run, self._link, self)
        self.send(wanted)
        self.send(SetClock(wanted.run, True))
        self.training_changed.emit(True)

    def _begin(self) -> None:
        if not self._is_shown or self.catalogue is None:
            return
        if self._wanted is None and self.kinds:
            self._wanted = OpenTrained(self._new_number(), self.kinds[0].name, device=self._device)
        if isinstance(self._wanted, OpenTrained):
            self.send(self._wanted)
        elif self._wanted is not None:
            self._train(self._wanted)

    def _on_received(self, message: FromEngine) -> None:
        match message:
            case Ready():
                self.catalogue = message
                self.catalogue_came.emit(message)
                self._begin()
            case LatentReady():
                self._on_latent_ready(message)
            case PictureProgress():
                if self._training is not None and message.run == self._training.run:
                    assert self.past is not None
                    self.past.note_step(message.step)
                    self.progress_came.emit(message)
            case Timeline() | Going() | WentTo():
                if self.past is not None and message.run == self.past.number:
                    self.past.take(message)
            case Noticed() | Failed():
                self._on_trouble(message)
            case Answer():
                if message.run == self.number and message.channel in self._channels:
                    self._channels[message.channel].take(message)

    def _on_latent_ready(self, ready: LatentReady) -> None:
        wanted = (self._wanted, self._training, self._broken)
        if all(each is None or each.run != ready.run for each in wanted):
            self.send(Drop(ready.run))
            return
        trained = next((each for each in wanted[1:] if each is not None and each.run == ready.run), None)
        if trained is not None:
            self._wanted = trained
            self._training, self._broken, self.is_training = None, None, False
        before, self.ready = self.ready, ready
        # An engine that was started anew opens what was open: then all stays as it is.
        is_same = before is not None and before.run == ready.run
        if before is not None and not is_same:
            self.send(Drop(before.run))
        for channel in self._channels.values():
            channel.give_up()
        self.number = ready.run
        if not is_same:
            self._forget_codes(before is None or before.shape != ready.shape)
        self.ready_came.emit(ready)
        self.shelf_changed.emit()
        if trained is not None:
            self.ask_for_weights()
            self.training_changed.emit(False)

    def _forget_codes(self, is_other_shape: bool) -> None:
        """Codes of another model mean nothing here: pages encode the pictures anew."""
        self.item, self.group = None, []
        self.shelf = [] if is_other_shape else [msgspec.structs.replace(each, code=NO_CODE) for each in self.shelf]

    def _on_weights(self, weights: Weights) -> None:
        """From now on a new engine need not train again."""
        if isinstance(self._wanted, TrainPictures) and self._wanted.run == weights.run:
            trained = self._wanted
            self._wanted = OpenTrained(
                weights.run, weights.name, weights.content, weights.card, self._device, trained.data
            )  # fmt: skip
        self.weights_came.emit(weights)

    def _on_trouble(self, message: Noticed | Failed) -> None:
        text = message.text if isinstance(message, Noticed) else message.headline
        if self._training is not None and message.run == self._training.run:
            self._end_without_model(text)
        elif message.request:
            for channel in self._channels.values():
                channel.refuse(message.request, text)
        elif self._wanted is not None and message.run == self._wanted.run and message.run != self.number:
            self._wanted = self._before
            self.opening_failed.emit(text)

    def _on_died(self, reason: str) -> None:
        self.catalogue = None
        if self._training is not None:
            self._end_without_model("The engine ended while it trained, and what was learnt is lost. Train again.")
        for channel in self._channels.values():
            channel.give_up()

    def _end_without_model(self, why: str) -> None:
        self._broken, self._training, self.is_training = self._training, None, False
        self.training_changed.emit(False)
        self.training_failed.emit(why)
