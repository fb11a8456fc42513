r"""25 Gaussians

Round clusters on a 5 by 5 grid. Many modes, each easy: what is hard is to visit them all.

Equation: p(x) = \tfrac1{25} \sum_{i,j=-2}^{2} \mathcal{N}(x; d\,(i, j), \sigma^2 I)

Source: Dumoulin et al. (2017), Adversarially learned inference, arXiv:1606.00704.
"""

import msgspec
import numpy as np

from engine.data.density import Density, isotropic
from engine.knobs import knob


class Params(msgspec.Struct, frozen=True):
    spacing: float = knob(2.0, low=0.5, high=5.0, help="Distance between neighbouring clusters.")
    noise: float = knob(0.2, low=0.01, high=1.0, help="Standard deviation of each cluster.")


def density(params: Params) -> Density:
    columns, rows = (index.ravel() for index in np.indices((5, 5)))
    centres = params.spacing * (np.stack([columns, rows], axis=1) - 2.0)
    return isotropic(centres, params.noise, labels=(columns + rows) % 4)
