r"""Banana

A long Gaussian, bent into a crescent. What is a good step in its middle is too long in its thin arms, and no straight
direction suits both arms. The published bends are 0.03 (moderate) and 0.1 (strong).

Equation: E(x, y) = \frac{x^2}{200} + \frac{(y + b x^2 - 100 b)^2}{2}
Try: Turn the bend from 0 to 0.1 and look at the arms: which sampler still reaches their ends?
Source: Haario, Saksman, Tamminen (1999), Computational Statistics 14(3).
"""

import math

import msgspec
import numpy as np
import torch
from torch import Tensor

from engine.knobs import knob
from engine.messages import Extent
from engine.targets import Moments

_VARIANCE = 100.0  # of x
_REACH = 3.2  # standard deviations from the middle to the edge of the home view


class Params(msgspec.Struct, frozen=True):
    bend: float = knob(0.03, low=0.0, high=0.2, help="0 is a Gaussian; 0.1 is strongly bent.")


class Target:
    """Energy and score in closed form."""

    def __init__(self, params: Params) -> None:
        self._bend = params.bend

    def energy(self, x: Tensor) -> Tensor:
        first, off = self._parts(x)
        return torch.addcmul(first.square() / (2 * _VARIANCE), off, off, value=0.5)

    def score(self, x: Tensor) -> Tensor:
        return self.energy_and_score(x)[1]

    def energy_and_score(self, x: Tensor) -> tuple[Tensor, Tensor]:
        first, off = self._parts(x)
        slope = torch.add(off * (2 * self._bend), 1 / _VARIANCE).mul_(first)
        energy = first.square().div_(2 * _VARIANCE).addcmul_(off, off, value=0.5)
        return energy, torch.stack([slope, off]).neg_().T

    def _parts(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """x, and how far y is above the ridge, (n,) each."""
        first, second = x.unbind(1)
        return first, torch.addcmul(second - _VARIANCE * self._bend, first, first, value=self._bend)


def target(params: Params, device: torch.device) -> Target:
    return Target(params)


def extent(params: Params) -> Extent:
    half = _REACH * math.sqrt(_VARIANCE)
    top = _VARIANCE * params.bend
    return -half, half, top - params.bend * half**2 - _REACH, top + _REACH


def moments(params: Params) -> Moments:
    """y is a normal number minus b (x^2 - 100), and x^2 has the variance 2 * 100^2."""
    covariance = np.diag([_VARIANCE, 1 + 2 * (params.bend * _VARIANCE) ** 2])
    return Moments(np.zeros(2), covariance, math.log(2 * math.pi * math.sqrt(_VARIANCE)))
