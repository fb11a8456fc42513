r"""Eight Gaussians

Eight round clusters on a circle. The first test of whether chains find every mode and whether a
model forgets some.

Equation: p(x) = \tfrac18 \sum_{k=0}^{7} \mathcal{N}(x; r (\cos \tfrac{\pi k}{4}, \sin \tfrac{\pi k}{4}), \sigma^2 I)

Source: Metz et al. (2017), Unrolled generative adversarial networks, arXiv:1611.02163.
"""

import msgspec
import numpy as np

from engine.data.density import Density, isotropic
from engine.knobs import knob


class Params(msgspec.Struct, frozen=True):
    radius: float = knob(2.0, low=0.5, high=10.0, help="Distance of the clusters from the centre.")
    noise: float = knob(0.2, low=0.01, high=1.0, help="Standard deviation of each cluster.")


def density(params: Params) -> Density:
    angle = np.pi * np.arange(8) / 4
    centres = params.radius * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return isotropic(centres, params.noise, labels=np.arange(8) % 4)
