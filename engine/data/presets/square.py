r"""Square

The outline of a square with sides of length 2. A concept to learn: low energy on the outline, high
inside and outside.

Equation: \max(|x|, |y|) = 1

Source: ours; shapes as concepts to be learned as energies follow Mordatch (2018), arXiv:1811.02486.
"""

from engine.data.density import Curve, Density, polygon
from engine.data.outline import Params


def density(params: Params) -> Density:
    return Curve(polygon((-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)), params.noise)
