r"""Double well

Two wells side by side with a barrier between them, and a plain bowl in the other direction. The standard picture of a
rare event: a chain shakes in one well for long and crosses in a moment. Tilted, one well is the likelier.

Equation: E(x, y) = h (x^2 - 1)^2 + \frac{t x}{2} + \frac{k y^2}{2}
Try: Raise the barrier by 1 at a time, and count crossings: each time about e times fewer.
Source: Kramers (1940), Brownian motion in a field of force, Physica 7(4).
"""

import math

import msgspec
import torch
from torch import Tensor

from engine.knobs import knob
from engine.messages import Extent
from engine.targets import Moments


class Params(msgspec.Struct, frozen=True):
    barrier: float = knob(4.0, low=1.0, high=20.0, unit="nats", help="Height of the barrier between the wells, h.")
    tilt: float = knob(0.0, low=-4.0, high=4.0, unit="nats", help="How much the right well is above the left one, t.")
    stiffness: float = knob(4.0, low=1.0, high=20.0, help="How steep the bowl is in y, k.")


class Target:
    """Energy and score in closed form."""

    def __init__(self, params: Params) -> None:
        self._barrier, self._tilt, self._stiffness = params.barrier, params.tilt / 2, params.stiffness

    def energy(self, x: Tensor) -> Tensor:
        first, second = x.unbind(1)
        # (x - 1)(x + 1): no digit is lost beside the bottom of a well.
        off = (first - 1) * (first + 1)
        energy = torch.addcmul(first * self._tilt, off, off, value=self._barrier)
        return energy.addcmul_(second, second, value=self._stiffness / 2)

    def score(self, x: Tensor) -> Tensor:
        return self.energy_and_score(x)[1]

    def energy_and_score(self, x: Tensor) -> tuple[Tensor, Tensor]:
        first, second = x.unbind(1)
        off = (first - 1).mul_(first + 1)
        sideways = (off * first).mul_(-4 * self._barrier).sub_(self._tilt)
        energy = (first * self._tilt).addcmul_(off, off, value=self._barrier)
        energy.addcmul_(second, second, value=self._stiffness / 2)
        return energy, torch.stack([sideways, second * -self._stiffness]).T


def target(params: Params, device: torch.device) -> Target:
    return Target(params)


def extent(params: Params) -> Extent:
    high = 3.5 / math.sqrt(params.stiffness)
    return -2.2, 2.2, -high, high


def moments(params: Params) -> Moments | None:
    return None
