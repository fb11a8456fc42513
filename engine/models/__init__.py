"""Families of models, one file each: found by scanning this folder, so a new model is one new file.

A file has a docstring (first line: its title; then help, `Equation:` in LaTeX, `Source:`), `Params` made of knobs, and
a class `Model` that fulfils the protocol below.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

import torch
from torch import Tensor


class Terms(NamedTuple):
    """What a step says of itself, all scalars on the device, in nats; a step never waits for them."""

    loss: Tensor
    energy_of_data: Tensor
    energy_of_samples: Tensor


class Phases(NamedTuple):
    """Points of the last step on the plane, (n, 2) and (m, 2): where it pushed down, and where up."""

    down: Tensor
    up: Tensor


class Model(Protocol):
    """A model on the plane (see plane.py), made by `Model(params, rng, device)`; `params` may be set between steps."""

    params: Any

    def settle(self) -> None:
        """The data or the knobs have changed."""

    def step(self, batch: Tensor, rng: torch.Generator) -> Terms:
        """One step of learning from `batch`, (n, 2)."""

    def energy(self, x: Tensor) -> Tensor:
        """(n, 2) -> (n,), in nats; lower is likelier."""

    def score(self, x: Tensor) -> Tensor:
        """The gradient of the log density, (n, 2) -> (n, 2)."""

    def phases(self, rng: torch.Generator) -> Phases:
        """The points of the last step; `rng` is for views, so that looking does not change the run."""

    def weights(self) -> dict[str, Tensor]:
        """Copies of all that a file keeps."""

    def load(self, weights: Mapping[str, Tensor]) -> None:
        """Take over what `weights` gave."""
