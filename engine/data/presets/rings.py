r"""Four rings

Four circles around one centre, a quarter of the points on each. The gaps are narrow, so this shows
how fine a landscape can be.

Equation: x = r (\cos t, \sin t), \quad r \in \{0.75, 1.5, 2.25, 3\}

Source: Grathwohl et al. (2019), FFJORD, arXiv:1810.01367.
"""

import msgspec

from engine.data.density import Arc, Curve, Density, circle
from engine.knobs import knob

_RADII = (0.75, 1.5, 2.25, 3.0)


class Params(msgspec.Struct, frozen=True):
    noise: float = knob(
        0.08,
        low=0.0,
        high=0.5,
        help="Standard deviation of the blur around the rings; at 0 the points lie exactly on them.",
    )


def density(params: Params) -> Density:
    return Curve(tuple(Arc(circle(radius), label=label) for label, radius in enumerate(_RADII)), params.noise)
