r"""Ring of wells

A ring with equal wells around it, and barriers between neighbours as high as one likes. A chain gets from well to well
only along the ring, never across: to see all of them it must pass each barrier in turn.

Equation: E(x, y) = \frac{(r - R)^2}{2 \sigma^2} + \frac{h}{2} \left(1 - \cos m \varphi\right),
\quad (x, y) = r (\cos \varphi, \sin \varphi)
Try: Raise the barrier by 1 and again by 1, and count the moves between wells: each time about e times fewer.
Source: Energyscape's own; around the ring it is the von Mises density: Mardia, Jupp (2000), Directional Statistics.
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

_TINY = 1e-12  # keeps the score finite at the very centre, where the angle jumps


class Params(msgspec.Struct, frozen=True):
    wells: int = knob(6, low=3, high=12, help="How many wells there are around the ring.")
    barrier: float = knob(4.0, low=0.0, high=20.0, unit="nats", help="Height of the barriers between neighbours.")
    radius: float = knob(2.0, low=1.0, high=5.0, help="Distance of the wells from the centre.")
    width: float = knob(0.25, low=0.05, high=0.5, scale="log", help="Standard deviation across the ring.")


class Target:
    """Energy and score in closed form."""

    def __init__(self, params: Params) -> None:
        self._wells, self._half_barrier = params.wells, params.barrier / 2
        self._radius, self._precision = params.radius, 1 / params.width**2

    def energy(self, x: Tensor) -> Tensor:
        first, second = x.unbind(1)
        off = torch.addcmul(first.square(), second, second).add_(_TINY).sqrt() - self._radius
        angle = torch.atan2(second, first) * self._wells
        return off.square() * (self._precision / 2) + (1 - angle.cos()) * self._half_barrier

    def score(self, x: Tensor) -> Tensor:
        return self.energy_and_score(x)[1]

    def energy_and_score(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Outwards the score is -(r - R) / sigma^2, and around -(m h / 2) sin(m phi) / r; both are divided by r."""
        first, second = x.unbind(1)
        squared = torch.addcmul(first.square(), second, second).add_(_TINY)
        distance = squared.sqrt()
        angle = torch.atan2(second, first).mul_(self._wells)
        off = distance - self._radius
        outwards = (off * -self._precision).div_(distance)
        around = angle.sin().mul_(-self._wells * self._half_barrier).div_(squared)
        score = torch.stack(
            [
                (outwards * first).addcmul_(around, second, value=-1),
                (outwards * second).addcmul_(around, first),
            ]
        ).T
        energy = off.square_().mul_(self._precision / 2).sub_(angle.cos_(), alpha=self._half_barrier)
        return energy.add_(self._half_barrier), score


def target(params: Params, device: torch.device) -> Target:
    return Target(params)


def extent(params: Params) -> Extent:
    half = params.radius + 4 * params.width
    return -half, half, -half, half


def moments(params: Params) -> Moments:
    """The mean is 0 and both directions alike, as for all that looks the same after a turn of a third or less."""
    first, third = radial_integrals(params.radius, params.width)
    half = params.barrier / 2
    around = 2 * math.pi * math.exp(-half) * float(np.i0(half))
    return Moments(np.zeros(2), np.eye(2) * third / first / 2, math.log(first * around))
