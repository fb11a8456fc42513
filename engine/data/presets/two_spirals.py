r"""Two spirals

Two arms that wind around each other and never meet. A classic that is hard for small networks.

Equation: x = \pm 3 s (\cos 2 \pi k s, \sin 2 \pi k s), \quad s \in [0, 1], \text{ evenly by length}

Source: Lang and Witbrock (1988), Learning to tell two spirals apart.
"""

import msgspec
import numpy as np

from engine.data.density import Arc, Curve, Density, by_length
from engine.knobs import knob

_RADIUS = 3.0


class Params(msgspec.Struct, frozen=True):
    turns: float = knob(1.5, low=0.5, high=3.0, help="How many times each arm goes around the centre.")
    noise: float = knob(
        0.1,
        low=0.0,
        high=0.5,
        help="Standard deviation of the blur around the arms; at 0 the points lie exactly on them.",
    )


def density(params: Params) -> Density:
    def arm(s: np.ndarray) -> np.ndarray:
        angle = 2 * np.pi * params.turns * s
        places: np.ndarray = _RADIUS * s[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
        return places

    first = by_length(arm)
    return Curve((Arc(first, label=0), Arc(lambda u: -first(u), label=1)), params.noise)
