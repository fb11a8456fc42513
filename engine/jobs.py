"""Training as a generator: a job that yields after every step, and whoever owns it decides when the next one is.

Cancel: drop it. Pause: do not call it. A new value of a knob: read at the next step.
Not covered: when steps and frames happen (loop.py), and what is sent (frames.py).
"""

import copy
import math
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from engine import checkpoints, fields
from engine import data as datasets
from engine.catalogue import model_module
from engine.data.density import Density
from engine.knobs import Value, make, starts_afresh
from engine.messages import Extent
from engine.models import Batch, Model, Terms
from engine.notice import Notice
from engine.plane import Plane
from engine.recipe import Data

FEWEST_POINTS = 2
HIGHEST_ENERGY = 1e6
# Cells of the grid that log Z and nll are taken on while training.
INNER_CELLS, OUTER_CELLS = 64, 6
_HELD_OUT_POINTS = 2000
_HELD_OUT_SEED = 2**62
# Of the tensors that a model keeps, those that are no parameters.
_IS_ASIDE = re.compile(r"\w+_mean\b|chains\b|num_steps\b")


class Dataset(NamedTuple):
    """Points on the plane, on the device, with what is needed to judge a model of them.

    points: (n, 2).  labels: (n,) int64.
    held_out: (m, 2), fresh draws of the truth; where that is unknown, the points themselves.
    density: the truth, None where unknown.  entropy: its own, in nats of the user's area; NaN where unknown.
    """

    points: Tensor
    labels: Tensor
    plane: Plane
    held_out: Tensor
    density: Density | None
    entropy: float

    @property
    def has_truth(self) -> bool:
        return self.density is not None

    @property
    def batch(self) -> Batch:
        """All of it."""
        return Batch(self.points, self.labels)


def dataset(
    points: np.ndarray, labels: np.ndarray, extent: Extent, truth: Data | None, device: torch.device
) -> Dataset:
    """The data of a run. points: (n, 2) in the user's numbers; labels: (n,), 0 to 3; `truth` drew them, if one did.

    Raises Notice for points that are not on the plane.
    """
    plane = Plane.of(extent)
    on_plane = plane.to_plane(points, device)
    num_far = int((on_plane.abs() > fields.FAR).any(dim=1).sum())
    if num_far:
        # There nothing would push up what these push down.
        raise Notice(
            f"{num_far} points lie too far outside the home view, x from {extent[0]:g} to {extent[1]:g}, "
            f"y from {extent[2]:g} to {extent[3]:g}: move or delete them."
        )
    classes = torch.as_tensor(labels.astype(np.int64), device=device)
    density = None if truth is None else datasets.density_of(truth)
    if density is None or not density.has_log_prob:
        return Dataset(on_plane, classes, plane, on_plane, None, math.nan)
    fresh, _ = density.sample(_HELD_OUT_POINTS, np.random.default_rng(_HELD_OUT_SEED))
    return Dataset(on_plane, classes, plane, plane.to_plane(fresh, device), density, density.entropy())


class Measured(NamedTuple):
    """The traces since the last time, (k,) each, and the last step they belong to."""

    steps: np.ndarray
    loss: np.ndarray
    energy_of_data: np.ndarray
    energy_of_samples: np.ndarray


class Training:
    """One network that learns. The same seed, knobs and data give the same numbers on the same device."""

    def __init__(self, model_name: str, values: dict[str, Value], seed: int, device: torch.device) -> None:
        """Raises Notice for an unknown model or a knob's wrong value."""
        self.module = model_module(model_name)
        self.params = make(self.module.Params, values, "model.params")
        self.device = device
        self.rng = torch.Generator(device).manual_seed(seed)
        self._seed = seed
        self.model: Model = self.module.Model(self.params, self.rng, device)
        self.num_steps = 0
        self._terms: list[Terms] = []
        self._good_weights = self._newest_weights = self.model.weights()

    @property
    def num_parameters(self) -> int:
        """How many numbers were learnt; running means of them and chains are none."""
        learnt = (each for name, each in self.model.tensors().items() if not _IS_ASIDE.match(name))
        return sum(each.numel() for each in learnt)

    def set_params(self, values: dict[str, Value]) -> bool:
        """Turn the knobs; returns whether that made a new network. Raises Notice for a wrong value."""
        params = make(self.module.Params, values, "model.params")
        if params == self.params:
            return False
        is_new = starts_afresh(self.params, params)
        self.params = params
        if is_new:
            self.model = self.module.Model(params, self.rng, self.device)
            self._good_weights = self._newest_weights = self.model.weights()
            self._terms, self.num_steps = [], 0
        self.model.params = params
        self.model.settle()
        return is_new

    def checkpoint(self) -> bytes:
        """The weights as a safetensors file; `restore` takes it."""
        return checkpoints.to_bytes(self.model.weights(), {"step": str(self.num_steps)})

    def restore(self, content: bytes, step: int) -> bool:
        """Go on from a checkpoint as `step`; False, and nothing is changed, if it is of a network of another shape.

        Raises Notice for what is no checkpoint.
        """
        try:
            self.model.load(checkpoints.from_bytes(content))
        except (KeyError, RuntimeError):
            return False
        self.num_steps, self._terms = step, []
        self._good_weights = self._newest_weights = self.model.weights()
        return True

    def become(self, model: Model, params: Any, num_steps: int) -> None:
        """Be what was kept of another moment of this training; its generator is the caller's affair."""
        self.model, self.params, self.num_steps, self._terms = model, params, num_steps, []
        self._good_weights = self._newest_weights = model.weights()

    def copy(self) -> "Training":
        """Another one that is to `become` what this one was; its generator is its own."""
        made = copy.copy(self)
        made.rng = torch.Generator(self.device)
        made._terms = []
        return made

    def resumed(self, data: Dataset) -> Iterator[None]:
        """As `steps`, from what `become` made: the data are no news to the model."""
        return self._steps(data.batch)

    def again(self, data: Batch) -> None:
        """A step of which the traces are known already."""
        self.step(data)
        self._terms.pop()

    @torch.no_grad()
    def steps(self, data: Dataset) -> Iterator[None]:
        """Learn from `data`, one step for each `next`. Raises Notice where there is too little of it, at the first."""
        everything = data.batch
        if len(data.points) >= FEWEST_POINTS:
            if self.num_steps == 0:
                # From the seed each time: how often a stroke was told while it was drawn must not matter.
                self.model.begin(everything, torch.Generator(self.device).manual_seed(self._seed))
                self._good_weights = self._newest_weights = self.model.weights()
            self.model.settle()
        return self._steps(everything)

    def _steps(self, everything: Batch) -> Iterator[None]:
        if len(everything.x) < FEWEST_POINTS:
            raise Notice(f"Draw at least {FEWEST_POINTS} points before training.")
        while True:
            self.step(everything)
            yield

    @torch.no_grad()
    def step(self, data: Batch) -> None:
        """One step on a batch of the data, or on all where the family learns from all."""
        size = getattr(self.params, "batch_size", len(data.x))
        if size < len(data.x):
            chosen = torch.randint(len(data.x), (size,), generator=self.rng, device=self.device)
            data = Batch(data.x[chosen], data.y[chosen])
        self._terms.append(self.model.step(data, self.rng))
        self.num_steps += 1

    @torch.no_grad()
    def samples(self, count: int, rng: torch.Generator) -> Tensor:
        """(count, 2) from the model: its own way, or from exp(-E) on a grid. rng: not the run's own."""
        drawn = self.model.samples(count, rng)
        if drawn is None:
            grid = fields.plane_grid(2 * INNER_CELLS, 2 * OUTER_CELLS, self.device)
            drawn = fields.samples_from(grid, self.model.energy(grid.points), count, rng)
        return drawn.clamp(-fields.FAR, fields.FAR)

    def measure(self) -> Measured:
        """The traces since the last call; no step waits for the device, this does.

        Raises Notice if the energies have run away; the network is then what it was at an earlier call, the last one
        whose weights are known to give sane energies.
        """
        terms, self._terms = self._terms, []
        values = torch.stack([torch.stack(each) for each in terms]) if terms else torch.zeros(0, 3)
        loss, of_data, of_samples = np.ascontiguousarray(values.cpu().numpy().T)
        # Without samples their energy is NaN, which is not too high.
        is_good = np.isfinite(loss) & (abs(of_data) < HIGHEST_ENERGY) & ~(abs(of_samples) >= HIGHEST_ENERGY)
        if is_good[:1].any():
            # A step tells the energies before its move, so only now is it known that the last call's weights were good.
            self._good_weights = self._newest_weights
        if not is_good.all():
            self._newest_weights = self._good_weights
            self.model.load(self._good_weights)
            first = self.num_steps - len(loss) + 1 + int(np.argmin(is_good))
            raise Notice(self._advice(first))
        if terms:
            self._newest_weights = self.model.weights()
        steps = np.arange(self.num_steps - len(loss), self.num_steps, dtype=np.int64) + 1
        return Measured(steps, loss, of_data, of_samples)

    @torch.no_grad()
    def log_z(self, temperature: float = 1.0, inner: int = INNER_CELLS, outer: int = OUTER_CELLS) -> float:
        """log of the integral of exp(-E / temperature) over the plane, in nats of the plane's area."""
        grid = fields.plane_grid(inner, outer, self.device)
        return float(fields.log_z(self.model.energy(grid.points), grid.log_areas, temperature))

    @torch.no_grad()
    def nll(self, data: Dataset, log_z: float) -> float:
        """Mean negative log-likelihood of the held-out points, in nats of the user's area."""
        return float(self.model.energy(data.held_out).mean()) + log_z + data.plane.log_area

    def _advice(self, step: int) -> str:
        suspects = [name for name in ("learning_rate", "step_size") if hasattr(self.params, name)]
        if getattr(self.params, "negative_phase", "") == "exact":
            suspects = suspects[:1]
        first, *more = (f"{name.replace('_', ' ')} (now {getattr(self.params, name):g})" for name in suspects)
        shown = ", ".join([first, *(f"or the {each}" for each in more)])
        return f"The energies ran away at step {step}. Lower the {shown}, then play on from just before."
