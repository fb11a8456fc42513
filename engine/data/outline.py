"""The knob that all outlines have."""

import msgspec

from engine.knobs import knob


class Params(msgspec.Struct, frozen=True):
    noise: float = knob(
        0.05,
        low=0.0,
        high=0.5,
        help="Standard deviation of the blur around the outline; at 0 the points lie exactly on it.",
    )
