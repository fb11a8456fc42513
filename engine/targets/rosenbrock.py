r"""Rosenbrock's valley

A curved valley that is narrow and hardly slopes along its floor, so that a chain feels its walls at every step and its
length hardly ever. This is Rosenbrock's function divided by 20, the two-dimensional density of Pagani et al.; its
moments are exact. It is the hardest bend here: the valley is less than a hundredth of the view wide.

Equation: E(x, y) = \frac{(x - 1)^2}{20} + b (y - x^2)^2, \quad b = \frac{100}{20} = 5
Try: Compare the variance of y that random walks find with the exact one, then let a sampler with momentum try.
Source: Pagani, Wiegand, Nadarajah (2022), An n-dimensional Rosenbrock distribution for Markov chain Monte Carlo
testing, Scandinavian Journal of Statistics 49(2); the function: Rosenbrock (1960), The Computer Journal 3(3).
"""

import math

import msgspec
import numpy as np
import torch
from torch import Tensor

from engine.knobs import knob
from engine.messages import Extent
from engine.targets import Moments

_MIDDLE, _VARIANCE = 1.0, 10.0  # of x
_REACH = 3.0  # standard deviations from the middle to the edge of the home view


class Params(msgspec.Struct, frozen=True):
    steepness: float = knob(5.0, low=0.05, high=50.0, scale="log", help="Of the valley's walls, b. Published: 5.")


class Target:
    """Energy and score in closed form."""

    def __init__(self, params: Params) -> None:
        self._steepness = params.steepness

    def energy(self, x: Tensor) -> Tensor:
        first, second = x.unbind(1)
        off, along = torch.addcmul(second, first, first, value=-1), first - _MIDDLE
        return torch.addcmul(along.square() / (2 * _VARIANCE), off, off, value=self._steepness)

    def score(self, x: Tensor) -> Tensor:
        return self.energy_and_score(x)[1]

    def energy_and_score(self, x: Tensor) -> tuple[Tensor, Tensor]:
        first, second = x.unbind(1)
        off, along = torch.addcmul(second, first, first, value=-1), first - _MIDDLE
        down = off * (-2 * self._steepness)
        sideways = (down * first).mul_(-2).sub_(along, alpha=1 / _VARIANCE)
        energy = along.square_().div_(2 * _VARIANCE).addcmul_(off, off, value=self._steepness)
        return energy, torch.stack([sideways, down]).T


def target(params: Params, device: torch.device) -> Target:
    return Target(params)


def extent(params: Params) -> Extent:
    reach, thick = _REACH * math.sqrt(_VARIANCE), _REACH / math.sqrt(2 * params.steepness)
    return _MIDDLE - reach, _MIDDLE + reach, -2 - thick, (_MIDDLE + reach) ** 2 + thick


def moments(params: Params) -> Moments:
    """x is normal with variance v about m, and y is normal about x^2: E y = m^2 + v, var x^2 = 2 v^2 + 4 m^2 v."""
    m, v, b = _MIDDLE, _VARIANCE, params.steepness
    height = 1 / (2 * b) + 2 * v**2 + 4 * m**2 * v
    covariance = np.array([[v, 2 * m * v], [2 * m * v, height]])
    return Moments(np.array([m, m**2 + v]), covariance, math.log(math.pi * math.sqrt(2 * v / b)))
