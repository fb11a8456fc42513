r"""Two circles

A small circle inside a large one, half of the points on each. A model must put a hill of energy
between them.

Equation: x = r (\cos t, \sin t), \quad r \in \{1, f\}

Source: scikit-learn, make_circles.
"""

import msgspec

from engine.data.density import Arc, Curve, Density, circle
from engine.knobs import knob


class Params(msgspec.Struct, frozen=True):
    factor: float = knob(0.5, low=0.1, high=0.9, help="Radius of the inner circle; that of the outer one is 1.")
    noise: float = knob(
        0.08,
        low=0.0,
        high=0.5,
        help="Standard deviation of the blur around the curve; at 0 the points lie exactly on it.",
    )


def density(params: Params) -> Density:
    return Curve(
        tuple(Arc(circle(radius), label=label) for label, radius in enumerate((1.0, params.factor))), params.noise
    )
