r"""Funnel

A mouth as wide as one likes above a neck that is as narrow: the height y is the log variance of x. No step size suits
both: what is right in the mouth is refused in the neck, and chains that cannot enter the neck do not show it.
The home view holds 99 % of the mass or more. At Neal's own spread, 3, the neck is finer than any grid, and four fifths
of the variance of x come from beyond the view: only the exact moments are to be trusted there.

Equation: y \sim \mathcal{N}(0, s^2), \quad x \mid y \sim \mathcal{N}(0, e^y)
Try: Turn the spread up to 3 and compare the chains' mean of y with 0: who misses the neck is too high.
Source: Neal (2003), Slice sampling, Annals of Statistics 31(3), section 8; here with one x in place of nine.
"""

import math

import msgspec
import numpy as np
import torch
from torch import Tensor

from engine.knobs import knob
from engine.messages import Extent
from engine.targets import Moments


class Params(msgspec.Struct, frozen=True):
    spread: float = knob(1.0, low=0.2, high=3.0, help="Standard deviation of the height, s. Neal's is 3.")


class Target:
    """Energy and score in closed form."""

    def __init__(self, params: Params) -> None:
        self._precision = 1 / params.spread**2

    def energy(self, x: Tensor) -> Tensor:
        first, second = x.unbind(1)
        height = second * (second * self._precision + 1)
        return torch.addcmul(height, first.square(), (-second).exp()) / 2

    def score(self, x: Tensor) -> Tensor:
        return self.energy_and_score(x)[1]

    def energy_and_score(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """E = (y^2 / s^2 + y + x^2 exp(-y)) / 2."""
        first, second = x.unbind(1)
        narrow = (-second).exp_().mul_(first)
        squeezed = narrow * first
        energy = (second * self._precision).add_(1).mul_(second).add_(squeezed).div_(2)
        up = squeezed.sub_(1).div_(2).sub_(second, alpha=self._precision)
        return energy, torch.stack([narrow.neg_(), up]).T


def target(params: Params, device: torch.device) -> Target:
    return Target(params)


def extent(params: Params) -> Extent:
    """The mouth is cut where it is three times as wide as a standard deviation above the middle."""
    half, high = 3.2 * math.exp(0.8 * params.spread), 3.2 * params.spread
    return -half, half, -high, high


def moments(params: Params) -> Moments:
    """The variance of x is E exp(y), a log-normal's mean."""
    variance = params.spread**2
    covariance = np.diag([math.exp(variance / 2), variance])
    return Moments(np.zeros(2), covariance, math.log(2 * math.pi * params.spread))
