r"""Donut

A ring: the density depends on the distance from the centre alone, and in that it is a Gaussian. A chain must walk round
it in small turns, because each straight move leaves the ring; the thinner the ring, the longer that takes.

Equation: E(x, y) = \frac{(r - R)^2}{2 \sigma^2}, \quad r = \sqrt{x^2 + y^2}
Try: Start on one side and watch how long the mean takes to come back to the middle, where no chain ever is.
Source: Feng (2016), The Markov-chain Monte Carlo interactive gallery, chi-feng.github.io/mcmc-demo.
"""

import math

import msgspec
import numpy as np
import torch
from torch import Tensor

from engine.knobs import knob
from engine.messages import Extent
from engine.targets import Moments
from engine.targets._ring import radial_integrals

_TINY = 1e-30  # at the very centre there is no way outwards: the score is 0 there


class Params(msgspec.Struct, frozen=True):
    radius: float = knob(2.6, low=0.5, high=10.0, help="Distance of the ring from the centre.")
    width: float = knob(
        0.3, low=0.03, high=1.0, scale="log", help="Standard deviation across the ring. A thin ring is walked slowly."
    )


class Target:
    """Energy and score in closed form."""

    def __init__(self, params: Params) -> None:
        self._radius, self._precision = params.radius, 1 / params.width**2

    def energy(self, x: Tensor) -> Tensor:
        return (_distance(x) - self._radius).square() * (self._precision / 2)

    def score(self, x: Tensor) -> Tensor:
        return self.energy_and_score(x)[1]

    def energy_and_score(self, x: Tensor) -> tuple[Tensor, Tensor]:
        distance = _distance(x)
        off = distance - self._radius
        score = x * (off * -self._precision).div_(distance)[:, None]
        return off.square_().mul_(self._precision / 2), score


def target(params: Params, device: torch.device) -> Target:
    return Target(params)


def extent(params: Params) -> Extent:
    half = params.radius + 4 * params.width
    return -half, half, -half, half


def moments(params: Params) -> Moments:
    first, third = radial_integrals(params.radius, params.width)
    return Moments(np.zeros(2), np.eye(2) * third / first / 2, math.log(2 * math.pi * first))


def _distance(x: Tensor) -> Tensor:
    """From the centre, (n,), and never quite 0. By hand: torch's norm of pairs is a hundred times slower."""
    return x.square().sum(1).add_(_TINY).sqrt()
