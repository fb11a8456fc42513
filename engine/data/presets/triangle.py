"""Triangle

The outline of a triangle with equal sides and its corners at distance 1 from the centre. Watch the
corners: that is where smooth models cut.

Source: ours; shapes as concepts to be learned as energies follow Mordatch (2018), arXiv:1811.02486.
"""

import numpy as np

from engine.data.density import Curve, Density, polygon
from engine.data.outline import Params


def density(params: Params) -> Density:
    angle = np.pi * (1 / 2 + 2 / 3 * np.arange(3))
    return Curve(polygon(*zip(np.cos(angle), np.sin(angle), strict=True)), params.noise)
