r"""Pinwheel

Arms of a wheel, bent by a turn that grows with the distance from the centre. Long thin clusters
that a Gaussian mixture needs many parts for.

Equation: x = R(\omega e^{|y|})\, y, \quad y \sim \tfrac1m \sum_a \mathcal{N}(\text{along arm } a)

Source: Johnson et al. (2016), arXiv:1603.06277; here the turn depends on the distance from the
centre, which keeps areas.
"""

import msgspec
import numpy as np

from engine.data.density import Density, Gaussians, Twist
from engine.knobs import knob

_ARM_SD = 0.3


class Params(msgspec.Struct, frozen=True):
    arms: int = knob(5, low=2, high=8, help="How many arms the wheel has.")
    twist: float = knob(0.25, low=0.0, high=0.6, help="How strongly the arms are bent; 0 leaves them straight.")
    noise: float = knob(0.1, low=0.02, high=0.3, help="Standard deviation across an arm: how thick it is.")


def density(params: Params) -> Density:
    along = 2 * np.pi * np.arange(params.arms) / params.arms
    outward = np.stack([np.cos(along), np.sin(along)], axis=1)
    sideways = np.stack([-np.sin(along), np.cos(along)], axis=1)
    factors = np.stack([_ARM_SD * outward, params.noise * sideways], axis=2)
    arms = Gaussians(outward, factors, (np.arange(params.arms) % 4).astype(np.uint8))
    return Twist(arms, lambda radius: params.twist * np.exp(radius))
