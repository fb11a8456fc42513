r"""Cross

Two lines with length 2 that cross in the middle. Where they meet the density doubles, so the energy
is lowest there.

Equation: x y = 0, \quad \max(|x|, |y|) \le 1

Source: ours; shapes as concepts to be learned as energies follow Mordatch (2018), arXiv:1811.02486.
"""

from engine.data.density import Curve, Density, segment
from engine.data.outline import Params


def density(params: Params) -> Density:
    return Curve((segment((-1.0, 0.0), (1.0, 0.0)), segment((0.0, -1.0), (0.0, 1.0))), params.noise)
