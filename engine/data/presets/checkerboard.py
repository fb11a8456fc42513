r"""Checkerboard

Every second square of a 4 by 4 board, evenly filled. Sharp edges and corners, which smooth models
can only approach.

Equation: p(x) = \tfrac1{32} \;\text{on the filled squares of}\; [-4, 4]^2

Source: Grathwohl et al. (2019), FFJORD, arXiv:1810.01367.
"""

import msgspec
import numpy as np

from engine.data.density import Cells, Density
from engine.knobs import knob


class Params(msgspec.Struct, frozen=True):
    noise: float = knob(
        0.0, low=0.0, high=0.5, help="Standard deviation of a blur that softens the edges; at 0 they are sharp."
    )


def density(params: Params) -> Density:
    columns, rows = np.indices((4, 4))
    return Cells((columns + rows) % 2 == 0, side=2.0, noise=params.noise)
