r"""Squiggle

A Gaussian whose height is shifted by a sine: a ridge that winds. To walk along it a chain must turn all the time; one
with a step as long as a wave only jumps to and fro.

Equation: (x, \; y + \sin \omega x) \sim \mathcal{N}\left(0, \begin{pmatrix} a^2 & 0 \\ 0 & s^2 \end{pmatrix}\right)
Try: Make the width small, and find the step size at which the chain still follows the waves.
Source: The idea: Feng (2016), The Markov-chain Monte Carlo interactive gallery, chi-feng.github.io/mcmc-demo; the
numbers are ours.
"""

import math

import msgspec
import numpy as np
import torch
from torch import Tensor

from engine.knobs import knob
from engine.messages import Extent
from engine.targets import Moments

_REACH = 3.2  # standard deviations from the middle to the edge of the home view


class Params(msgspec.Struct, frozen=True):
    frequency: float = knob(5.0, low=0.0, high=10.0, help="How fast the ridge winds; 0 is a Gaussian.")
    length: float = knob(1.2, low=0.5, high=3.0, help="Standard deviation of x.")
    width: float = knob(0.3, low=0.05, high=1.0, scale="log", help="Standard deviation of y about the ridge.")


class Target:
    """Energy and score in closed form."""

    def __init__(self, params: Params) -> None:
        self._frequency = params.frequency
        self._along, self._across = 1 / params.length**2, 1 / params.width**2

    def energy(self, x: Tensor) -> Tensor:
        first, second = x.unbind(1)
        off = second + (first * self._frequency).sin()
        return torch.addcmul(off.square() * (self._across / 2), first, first, value=self._along / 2)

    def score(self, x: Tensor) -> Tensor:
        return self.energy_and_score(x)[1]

    def energy_and_score(self, x: Tensor) -> tuple[Tensor, Tensor]:
        first, second = x.unbind(1)
        angle = first * self._frequency
        off = angle.sin().add_(second)
        down = off * -self._across
        sideways = angle.cos_().mul_(down).mul_(self._frequency).sub_(first, alpha=self._along)
        energy = off.square_().mul_(self._across / 2).addcmul_(first, first, value=self._along / 2)
        return energy, torch.stack([sideways, down]).T


def target(params: Params, device: torch.device) -> Target:
    return Target(params)


def extent(params: Params) -> Extent:
    half, high = _REACH * params.length, 1 + _REACH * params.width
    return -half, half, -high, high


def moments(params: Params) -> Moments:
    """With u of variance v: E sin^2(w u) = (1 - exp(-2 w^2 v)) / 2, and E u sin(w u) = w v exp(-w^2 v / 2)."""
    v, w = params.length**2, params.frequency
    together = -w * v * math.exp(-(w**2) * v / 2)
    height = params.width**2 + (1 - math.exp(-2 * w**2 * v)) / 2
    log_z = math.log(2 * math.pi * params.length * params.width)
    return Moments(np.zeros(2), np.array([[v, together], [together, height]]), log_z)
