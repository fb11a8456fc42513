"""The window's side of one model of pictures: which it is, the code that is looked at, the shelf, and the questions.

All of that outlives any engine: a new one is told what to open again.
Not covered: what is drawn (the pages).
"""

from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np
from PySide6.QtCore import QObject, Signal

from engine.knobs import Value
from engine.messages import (
    Answer,
    Drop,
    EndTraining,
    Entry,
    Failed,
    FromEngine,
    LatentReady,
    Message,
    Noticed,
    OpenTrained,
    PictureData,
    PictureKind,
    PictureProgress,
    Question,
    Ready,
    SetClock,
    TrainPictures,
)
from gui.latent.item import Item
from gui.link import Link

MOST_KEPT = 60


class Channel:
    """One view's line to the engine: of its questions only the newest waits, and answers never go back in time."""

    def __init__(self, session: "LatentSession", number: int, on_answer: Callable[[Any], object]) -> None:
        self._session, self._number, self._on_answer = session, number, on_answer
        self._asked = self._heard = 0

    @property
    def is_waiting(self) -> bool:
        """Something was asked and not answered yet."""
        return self._heard < self._asked

    def ask(self, question: type[Question], **fields: Any) -> None:
        """Ask; `on_answer` gets the answer, unless a newer one has come before."""
        self._asked += 1
        self._session.send(question(self._session.number, self._number, self._asked, **fields))

    def take(self, answer: Answer) -> None:
        if answer.serial > self._heard:
            self._heard = answer.serial
            self._on_answer(answer)

    def give_up(self) -> None:
        """No answer will come to what was asked so far."""
        self._heard = self._asked


class LatentSession(QObject):
    """`ready`: the model that can be asked, None until the engine has one; `item`: the picture that is looked at."""

    ready_came = Signal(LatentReady)
    catalogue_came = Signal(Ready)
    item_changed = Signal()
    shelf_changed = Signal()
    progress_came = Signal(PictureProgress)
    training_changed = Signal(bool)
    noticed = Signal(str)

    def __init__(self, link: Link, device: str, new_number: Callable[[], int], parent: QObject | None = None) -> None:
        """new_number: gives every run, of this lab and others, a name of its own."""
        super().__init__(parent)
        self._link, self._device, self._new_number = link, device, new_number
        self._channels: dict[int, Channel] = {}
        self._wanted: OpenTrained | TrainPictures | None = None
        self._is_shown = False
        self.number = new_number()
        self.catalogue: Ready | None = None
        self.ready: LatentReady | None = None
        self.item: Item | None = None
        self.shelf: list[Item] = []
        self.is_training = False
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
        self._use(OpenTrained(self._new_number(), name, content, card, self._device))

    def train(self, data: PictureData, model: str, params: dict[str, Value], seconds: float, seed: int) -> None:
        """Train a new model; until it is ready, the present one can be asked."""
        self.end_training()
        self._train(TrainPictures(self._new_number(), data, model, params, seconds, seed, self._device))

    def play_training(self, is_playing: bool) -> None:
        if isinstance(self._training, TrainPictures):
            self.send(SetClock(self._training.run, is_playing))

    def end_training(self) -> None:
        """Its best weights are used."""
        if self._training is not None:
            self.send(EndTraining(self._training.run))

    # ---- the picture that is looked at, and the shelf

    def look_at(self, item: Item) -> None:
        self.item = item
        self.item_changed.emit()

    def keep(self, item: Item) -> None:
        """Onto the shelf; the oldest goes when it is full."""
        self.shelf = [*self.shelf, item][-MOST_KEPT:]
        self.shelf_changed.emit()

    def forget(self, position: int) -> None:
        self.shelf = [each for index, each in enumerate(self.shelf) if index != position]
        self.shelf_changed.emit()

    # ---- questions

    def channel(self, on_answer: Callable[[Any], object]) -> Channel:
        """A line of its own for a view."""
        number = len(self._channels) + 1
        self._channels[number] = Channel(self, number, on_answer)
        return self._channels[number]

    def send(self, message: Message) -> None:
        self._link.send(message)

    # ---- the engine's life

    _training: TrainPictures | None = None

    def _use(self, wanted: OpenTrained | TrainPictures) -> None:
        self._wanted = wanted
        self._begin()

    def _train(self, wanted: TrainPictures) -> None:
        self._training, self.is_training = wanted, True
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
                    self.progress_came.emit(message)
            case Noticed() | Failed():
                self._on_trouble(message)
            case Answer():
                if message.run == self.number and message.channel in self._channels:
                    self._channels[message.channel].take(message)

    def _on_latent_ready(self, ready: LatentReady) -> None:
        wanted = (self._wanted, self._training)
        if all(each is None or each.run != ready.run for each in wanted):
            self.send(Drop(ready.run))
            return
        if self._training is not None and ready.run == self._training.run:
            self._wanted, self._training, self.is_training = self._training, None, False
            self.training_changed.emit(False)
        if self.ready is not None and self.ready.run != ready.run:
            self.send(Drop(self.ready.run))
        for channel in self._channels.values():
            channel.give_up()
        if self.ready is None or self.ready.shape != ready.shape:
            self.shelf = []
        # Codes of another model mean nothing here: pages encode the pictures anew.
        self.shelf = [msgspec.structs.replace(each, code=np.zeros(0, np.float32)) for each in self.shelf]
        self.number, self.ready, self.item = ready.run, ready, None
        self.ready_came.emit(ready)
        self.shelf_changed.emit()

    def _on_trouble(self, message: Noticed | Failed) -> None:
        if self._training is not None and message.run == self._training.run:
            self._training, self.is_training = None, False
            self.training_changed.emit(False)
        if message.run == self.number or (self._wanted is not None and message.run == self._wanted.run):
            for channel in self._channels.values():
                channel.give_up()

    def _on_died(self, reason: str) -> None:
        self.catalogue = None
        if self._training is not None:
            self._training, self.is_training = None, False
            self.training_changed.emit(False)
        for channel in self._channels.values():
            channel.give_up()
