r"""Line

A straight line with length 2. The simplest concept: a valley of energy with two ends.

Equation: x = s\,(\cos \alpha, \sin \alpha), \quad s \in [-1, 1]

Source: ours; shapes as concepts to be learned as energies follow Mordatch (2018), arXiv:1811.02486.
"""

import msgspec
import numpy as np

from engine.data.density import Curve, Density, segment
from engine.knobs import knob


class Params(msgspec.Struct, frozen=True):
    angle: float = knob(30.0, low=0.0, high=180.0, unit="degrees", help="How far the line is turned from the x axis.")
    noise: float = knob(
        0.05,
        low=0.0,
        high=0.5,
        help="Standard deviation of the blur around the outline; at 0 the points lie exactly on it.",
    )


def density(params: Params) -> Density:
    tilt = np.pi / 180 * params.angle
    x, y = float(np.cos(tilt)), float(np.sin(tilt))
    return Curve((segment((-x, -y), (x, y)),), params.noise)
