"""Circle

The outline of a circle with radius 1. A concept to learn: low energy on the outline, high inside
and outside.

Equation: x^2 + y^2 = 1

Source: ours; shapes as concepts to be learned as energies follow Mordatch (2018), arXiv:1811.02486.
"""

from engine.data.density import Arc, Curve, Density, circle
from engine.data.outline import Params


def density(params: Params) -> Density:
    return Curve((Arc(circle(1.0)),), params.noise)
