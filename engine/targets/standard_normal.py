r"""Standard normal

The round Gaussian. Every sampler should be at ease here: whoever fails on it is wrongly tuned or wrongly written.

Equation: p(x, y) = \mathcal{N}(0, I)
Try: Let two samplers walk here and compare how many steps each needs for one independent draw.
Source: Gauss (1809), Theoria motus corporum coelestium.
"""

import math

import msgspec
import numpy as np
import torch
from torch import Tensor

from engine.messages import Extent
from engine.targets import Moments


class Params(msgspec.Struct, frozen=True):
    """There is nothing to turn."""


class Target:
    """Energy and score in closed form."""

    def energy(self, x: Tensor) -> Tensor:
        return x.square().sum(1) / 2

    def score(self, x: Tensor) -> Tensor:
        return -x

    def energy_and_score(self, x: Tensor) -> tuple[Tensor, Tensor]:
        return x.square().sum(1).div_(2), -x


def target(params: Params, device: torch.device) -> Target:
    return Target()


def extent(params: Params) -> Extent:
    return -4.0, 4.0, -4.0, 4.0


def moments(params: Params) -> Moments:
    return Moments(np.zeros(2), np.eye(2), math.log(2 * math.pi))
