"""Landscapes to walk on that are known in full, one file each: found by scanning this folder.

A file has a docstring (first line: its title; then help, `Equation:` in LaTeX, `Source:`), `Params` made of knobs
(none is fine), and three functions, all in the target's own numbers:

    target(params, device) -> Target        energy and score in closed form, float32, (n, 2)
    extent(params) -> Extent                its home view (x0, x1, y0, y1), which holds nearly all of its mass
    moments(params) -> Moments | None       exact, None where there is no closed form (the grid's are taken then)

An energy may be infinite or NaN outside of where the density lives; it is a log density up to a constant.
Samplers walk on the plane: `seen_from` carries a target there.
"""

from typing import NamedTuple, Protocol, runtime_checkable

import numpy as np
import torch
from torch import Tensor

from engine.plane import Plane
from engine.samplers import Target


class Moments(NamedTuple):
    """Mean (2,) and covariance (2, 2), and the log of the integral of exp(-E), in nats; float64."""

    mean: np.ndarray
    covariance: np.ndarray
    log_z: float


@runtime_checkable
class Movable(Protocol):
    """A target that is one of its own kind on the plane too, which saves a map to and fro at each position."""

    def on_plane(self, plane: Plane) -> Target | None:
        """With the same energies; None where that plane is not for it."""
        ...


def seen_from(plane: Plane, target: Target, device: torch.device) -> Target:
    """A target in its own numbers, as a target on the plane."""
    moved = target.on_plane(plane) if isinstance(target, Movable) else None
    return OnPlane(target, plane, device) if moved is None else moved


class OnPlane:
    """A target in its own numbers, seen from the plane."""

    def __init__(self, target: Target, plane: Plane, device: torch.device) -> None:
        self._target = target
        self._centre = torch.tensor(plane.centre, device=device)
        self._half = torch.tensor(plane.half, device=device)

    def energy(self, x: Tensor) -> Tensor:
        return self._target.energy(torch.addcmul(self._centre, x, self._half))

    def score(self, x: Tensor) -> Tensor:
        return self._target.score(torch.addcmul(self._centre, x, self._half)) * self._half

    def energy_and_score(self, x: Tensor) -> tuple[Tensor, Tensor]:
        energy, score = self._target.energy_and_score(torch.addcmul(self._centre, x, self._half))
        return energy, score * self._half


class Sharpened:
    """A target at another inverse temperature: beta times its energy."""

    def __init__(self, target: Target, beta: float) -> None:
        self._target, self._beta = target, beta

    def energy(self, x: Tensor) -> Tensor:
        return self._target.energy(x) * self._beta

    def score(self, x: Tensor) -> Tensor:
        return self._target.score(x) * self._beta

    def energy_and_score(self, x: Tensor) -> tuple[Tensor, Tensor]:
        energy, score = self._target.energy_and_score(x)
        return energy * self._beta, score * self._beta
