"""One step of a few chains, told in phases: what happens in each, and what is drawn of it.

Not covered: who tells it (engine/telling.py and each sampler's `tell`), how it looks (gui/story_layer.py).
"""

import msgspec
import numpy as np

from engine.messages.kinds import NO_POINTS

# What a mark may look like: lines, then dots.
LINES = ("way", "faint", "shape", "interval", "momentum", "attraction", "repulsion", "swap")
DOTS = ("proposal", "accepted", "rejected", "partner", "leaps", "forward", "backward", "weights", "copies")
_NO_OFFSETS, _NO_SIZES = np.zeros(0, np.int32), np.zeros(0, np.float32)


class Mark(msgspec.Struct, frozen=True):
    """Lines or dots of one look, in the user's numbers; seen from phase `since` until before phase `until`.

    points: (n, 2) float64; of lines, all one after another.  offsets: (lines + 1,) int32, where each begins.
    says: what it is, for the legend; often empty.  sizes: (n,) float32 of dots, 0 to 1; empty where all are alike.
    label: is written beside the last point.  group: of leaves, in which doubling they came.
    rung: on which landscape of the ladder it lies, 0 is cold; -1 on the canvas. A swap leads to the rung above.
    is_aside: of other chains than the first, which is followed.
    """

    look: str
    points: np.ndarray
    offsets: np.ndarray = _NO_OFFSETS
    since: int = 0
    until: int = 0
    says: str = ""
    sizes: np.ndarray = _NO_SIZES
    label: str = ""
    group: int = 0
    rung: int = -1
    is_aside: bool = False


class Phase(msgspec.Struct, frozen=True):
    """A part of a step. `name` is short, `says` has the numbers; both are of the first chain.

    places: (m, 2) float64, where the first chains are meanwhile.  beats: how long it is to be seen, 1 for most.
    """

    name: str
    says: str
    places: np.ndarray
    beats: float = 1.0


class Story(msgspec.Struct, frozen=True):
    """The last phase is the step as a whole. temperatures: (rungs,) float64 of a ladder, cold first; often empty."""

    phases: tuple[Phase, ...] = ()
    marks: tuple[Mark, ...] = ()
    temperatures: np.ndarray = NO_POINTS[:, 0]


NO_STORY = Story()
