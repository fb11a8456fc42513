r"""Two moons

Two half circles that reach into each other. No straight line parts them, and no two ellipses follow them.

Equation: x = (\cos t, \sin t) \;\text{or}\; (1 - \cos t, \tfrac12 - \sin t), \quad t \in [0, \pi]

Source: scikit-learn, make_moons (the same scale).
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
        help="Standard deviation of the blur around the arcs; at 0 the points lie exactly on them.",
    )


def density(params: Params) -> Density:
    return Curve((Arc(_upper, label=0), Arc(_lower, label=1)), params.noise)


def _upper(u: np.ndarray) -> np.ndarray:
    return np.stack([np.cos(np.pi * u), np.sin(np.pi * u)], axis=1)


def _lower(u: np.ndarray) -> np.ndarray:
    places: np.ndarray = np.array([1.0, 0.5]) - _upper(u)
    return places
