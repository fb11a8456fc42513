"""Training a model of pictures as a generator: a step for each `next`, and whoever owns it decides when that is.

Pictures stay bytes until they are looked at. Some are held out; the weights that are best on them are kept. The same
pictures, knobs and seed give the same numbers on the same device, however often one pauses.
Not covered: what is shown meanwhile, and files (checkpoints.py).
"""

import math
import time
from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec
import numpy as np
import torch
from torch import Tensor

from engine.images import Pictures, catalogue
from engine.images.held_out import split
from engine.images.models import Batch, Model, Stock
from engine.knobs import Value, make, starts_afresh
from engine.notice import Notice
from engine.recipe import Stop
from engine.states import Random, copied

FEWEST_PICTURES = 2
# Steps between two looks at the held-out pictures, and how many are looked at.
CHECK_EVERY_STEPS, _JUDGED = 200, 512
_JUDGING_SEED = 2**61


class Progress(NamedTuple):
    """share: of the training that is done, 0 to 1; 0 and no seconds_left (NaN) where it has no end."""

    step: int
    share: float
    seconds: float
    seconds_left: float


class Measured(NamedTuple):
    """What the steps since the last time said of themselves, by name (k,) each, and the last step's number."""

    step: int
    traces: dict[str, np.ndarray]
    held_out_loss: float


class TrainingMoment(NamedTuple):
    """What a training was. The best weights are shared: nobody changes them."""

    model: Any
    params: Any
    rng: Random
    num_steps: int
    seconds: float
    best_loss: float
    best: dict[str, Tensor] | None
    order: Tensor
    place: int


class Data(NamedTuple):
    """Pictures to learn from and to judge by, on the device; `kept` and `held_out` are where they were in the set."""

    learnt: Stock
    judged: Stock
    kept: np.ndarray
    held_out: np.ndarray
    num_classes: int


def data_of(pictures: Pictures, seed: int, device: torch.device) -> Data:
    """Some are held out, see held_out.py. Raises Notice where there are too few."""
    count = len(pictures.pixels)
    if count < FEWEST_PICTURES:
        raise Notice(f"Training needs at least {FEWEST_PICTURES} pictures; there are {count}.")
    kept, held_out = split(count, seed)
    num_classes = max(len(pictures.class_names), int(pictures.labels.max(initial=-1)) + 1)
    return Data(stock(pictures, kept, device), stock(pictures, held_out, device), kept, held_out, num_classes)


def stock(pictures: Pictures, chosen: np.ndarray | slice, device: torch.device) -> Stock:
    """Some of the pictures on the device, as bytes."""
    pixels = torch.from_numpy(np.require(pictures.pixels[chosen], requirements=["C", "W"])).permute(0, 3, 1, 2)
    labels = torch.from_numpy(pictures.labels[chosen].astype(np.int64))
    return Stock(pixels.to(device), labels.to(device))


class Training:
    """One model that learns; `model` may be looked at between steps."""

    def __init__(
        self, model_name: str, values: dict[str, Value], pictures: Pictures, seed: int, device: torch.device
    ) -> None:
        """Raises Notice for an unknown model, a knob's wrong value, and pictures that it cannot learn from."""
        self._module = catalogue.model_module(model_name)
        self.name, self.seed, self.device = model_name, seed, device
        self.params: msgspec.Struct = make(self._module.Params, values, "model.params")
        self.shape = pictures.shape
        self.data = data_of(pictures, seed, device)
        self.rng = torch.Generator(device).manual_seed(seed)
        self.model: Model = self._module.Model(self.params, self.shape, self.data.num_classes, self.rng, device)
        self.num_steps, self.seconds = 0, 0.0
        self.best_loss = math.inf
        self._best: dict[str, Tensor] | None = None
        self._said: list[dict[str, Tensor]] = []
        self._order, self._place = torch.zeros(0, dtype=torch.int64), 0
        # How much of the training was done at each step: by the clock it cannot be found again.
        self._shares: list[float] = []

    def set_params(self, values: dict[str, Value]) -> None:
        """Turn the knobs that need no new network. Raises Notice for a wrong value, and for those that need one."""
        params = make(self._module.Params, values, "model.params")
        if starts_afresh(self.params, params):
            raise Notice("This knob changes the network; stop, then train anew.")
        self.params = self.model.params = params

    def steps(self, stop: Stop | None = None) -> Iterator[Progress]:
        """Learn, one step for each `next`, until the stop; the best weights are in the model when it ends.

        Whoever drops it before calls `keep_best`.  Raises Notice where the loss has run away; the weights are then
        the best so far.
        """
        share = 0.0 if self.num_steps == 0 else self._share(stop)
        while share < 1:
            self._step_and_judge(share)
            share = self._share(stop)
            if share >= 1:
                self.judge()
                self.keep_best()
            yield self.progress(stop)

    def progress(self, stop: Stop | None) -> Progress:
        """How far it is."""
        share = self._share(stop) if self.num_steps else 0.0
        return Progress(self.num_steps, share, self.seconds, self._seconds_left(share))

    def _step_and_judge(self, share: float) -> None:
        began = time.perf_counter()
        self._step(share)
        if self.num_steps % CHECK_EVERY_STEPS == 0:
            self.judge()
        self.seconds += time.perf_counter() - began

    def again(self) -> None:
        """A step that was made before, of which nothing more is said."""
        self._step_and_judge(0.0)
        self._said.pop()

    def moment(self) -> tuple[TrainingMoment, int]:
        """All that it takes to go on from here, and its size in bytes."""
        model, num_bytes = copied(self.model, (*self.data.learnt, *self.data.judged))
        rng, best = Random(self.rng), self._best
        num_bytes += rng.num_bytes + sum(each.nbytes for each in (best or {}).values())
        kept = TrainingMoment(
            model, self.params, rng, self.num_steps, self.seconds, self.best_loss, best, self._order, self._place
        )
        return kept, num_bytes

    def become(self, moment: TrainingMoment) -> None:
        """Be what it was; whoever has `steps` asks for new ones."""
        self.model, _ = copied(moment.model, (*self.data.learnt, *self.data.judged))
        self.params, self.num_steps, self.seconds = moment.params, moment.num_steps, moment.seconds
        self.best_loss, self._best = moment.best_loss, moment.best
        self._order, self._place, self._said = moment.order, moment.place, []
        moment.rng.put_into(self.rng)

    @torch.no_grad()
    def judge(self) -> float:
        """The held-out loss of the model as it is now; its weights are kept if it is the best. NaN where there is none.

        Raises Notice where it has run away.
        """
        self.model.settle(self.data.learnt.batch(slice(0, _JUDGED)))
        loss = self.model.held_out_loss(self.data.judged.batch(slice(0, _JUDGED)), self._judging_rng())
        value = math.nan if loss is None else float(loss)
        if loss is not None and not math.isfinite(value):
            self.keep_best()
            raise Notice(f"The loss ran away at step {self.num_steps}. Lower the learning rate, then train on.")
        if loss is None or value < self.best_loss:
            self.best_loss, self._best = value, self.model.weights()
        return value

    def keep_best(self) -> None:
        """Put the best weights there were into the model; before the first judgement they are the newest."""
        if self._best is not None:
            self.model.load(self._best)

    def measure(self) -> Measured:
        """What the steps said since the last call; no step waits for the device, this does."""
        said, self._said = self._said, []
        names = said[0] if said else {}
        traces = {name: torch.stack([each[name] for each in said]).cpu().numpy() for name in names}
        return Measured(self.num_steps, traces, self.best_loss)

    @torch.no_grad()
    def _step(self, share: float) -> None:
        if self.num_steps == 0:
            self.model.begin(self.data.learnt, self.rng)
        if self.num_steps == len(self._shares):
            self._shares.append(share)
        # Of a step that was made before it is what it was then.
        self.model.stage(self._shares[self.num_steps])
        self._said.append(self.model.step(self._next_batch(), self.rng))
        self.num_steps += 1

    def _next_batch(self) -> Batch:
        """The next of a shuffled order, which is drawn anew when all have been seen."""
        size: Any = getattr(self.params, "batch_size")  # noqa: B009  each family has it
        if self._place + size > len(self._order):
            # Drawn on the CPU, so that it is the same on any device.
            rng = torch.Generator().manual_seed(self.seed * 1_000_003 + self.num_steps)
            shuffled = torch.randperm(self.data.learnt.size, generator=rng)
            self._order, self._place = shuffled.to(self.device), 0
        chosen = self._order[self._place : self._place + size]
        self._place += size
        return self.data.learnt.batch(chosen)

    def _share(self, stop: Stop | None) -> float:
        if self.model.is_closed_form:
            return 1.0
        if stop is None:
            return 0.0
        share = self.num_steps / stop.steps if stop.steps else self.seconds / (stop.seconds or 1)
        return min(1.0, share)

    def _seconds_left(self, share: float) -> float:
        return self.seconds * (1 - share) / share if share > 0 else math.nan

    def _judging_rng(self) -> torch.Generator:
        return torch.Generator(self.device).manual_seed(_JUDGING_SEED)
