"""Ellipse

The outline of an ellipse, evenly covered. Compare what a model makes of its flat and of its pointed
ends.

Equation: x^2 + (y / q)^2 = 1

Source: ours; shapes as concepts to be learned as energies follow Mordatch (2018), arXiv:1811.02486.
"""

import msgspec
import numpy as np

from engine.data.density import Arc, Curve, Density, by_length, circle
from engine.knobs import knob


class Params(msgspec.Struct, frozen=True):
    ratio: float = knob(0.5, low=0.1, high=1.0, help="Height of the ellipse as a share of its width; 1 is a circle.")
    noise: float = knob(
        0.05,
        low=0.0,
        high=0.5,
        help="Standard deviation of the blur around the outline; at 0 the points lie exactly on it.",
    )


def density(params: Params) -> Density:
    outline = circle(1.0)
    return Curve((Arc(by_length(lambda u: outline(u) * np.array([1.0, params.ratio]))),), params.noise)
