"""A landscape that was raised and dug by hand: round bumps on top of a target.

Source: Laio, Parrinello (2002), PNAS 99(20), for landscapes that are filled by Gaussian bumps.
"""

from typing import NamedTuple

import torch
from torch import Tensor

from engine.samplers import Target


class Bumps(NamedTuple):
    """Middles (k, 2), heights (k,) in nats (negative: holes), widths (k,): standard deviations; on the plane."""

    middles: Tensor
    heights: Tensor
    widths: Tensor


class Sculpted:
    """The target plus all bumps."""

    def __init__(self, target: Target, bumps: Bumps) -> None:
        self._target, self._bumps = target, bumps

    def energy(self, x: Tensor) -> Tensor:
        return self._target.energy(x) + self._parts(x)[1].sum(1)

    def score(self, x: Tensor) -> Tensor:
        return self.energy_and_score(x)[1]

    def energy_and_score(self, x: Tensor) -> tuple[Tensor, Tensor]:
        energy, score = self._target.energy_and_score(x)
        away, parts = self._parts(x)
        pull = parts / self._bumps.widths.square()
        return energy + parts.sum(1), score + (away * pull[..., None]).sum(1)

    def _parts(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """From each middle to each point (n, k, 2), and the energy that each bump adds there (n, k)."""
        middles, heights, widths = self._bumps
        away = x[:, None] - middles
        return away, heights * torch.exp(-away.square().sum(2) / (2 * widths.square()))
