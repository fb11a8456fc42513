r"""Swiss roll

One strip that is rolled up, seen from its end. Neighbours on the page may be far apart along the
strip.

Equation: x = \tfrac{t}{5} (\cos t, \sin t), \quad t \in [\tfrac{3\pi}{2}, \tfrac{9\pi}{2}]

Source: scikit-learn, make_swiss_roll, without its depth and at a fifth of its scale.
"""

import msgspec
import numpy as np

from engine.data.density import Arc, Curve, Density
from engine.knobs import knob


class Params(msgspec.Struct, frozen=True):
    noise: float = knob(
        0.1,
        low=0.0,
        high=0.5,
        help="Standard deviation of the blur around the strip; at 0 the points lie exactly on it.",
    )


def density(params: Params) -> Density:
    return Curve((Arc(_strip),), params.noise)


def _strip(u: np.ndarray) -> np.ndarray:
    t = 1.5 * np.pi * (1 + 2 * u)
    places: np.ndarray = t[:, None] / 5 * np.stack([np.cos(t), np.sin(t)], axis=1)
    return places
