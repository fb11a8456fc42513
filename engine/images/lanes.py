"""Which thread of the engine takes a message: the loop, the one that decodes, the one for longer questions, or the one
for those that take seconds.

Without torch: it is asked from the first message on, before torch is loaded.
"""

from engine.messages import Decode, FindDirection, Interpolate, Map, OpenTrained, Plane, Question, Sample, ToEngine

LOOP, FAST, SLOW, SLOWEST = 0, 1, 2, 3
# More pictures than these would make the slider wait.
_FEW = 4


def lane_of(message: ToEngine) -> int:
    if isinstance(message, Decode) and len(message.codes) <= _FEW:
        return FAST
    if isinstance(message, Question | OpenTrained):
        return SLOWEST if _is_long(message) else SLOW
    return LOOP


def _is_long(message: ToEngine) -> bool:
    """Whether something is fitted for it, or searched in a graph."""
    match message:
        case Sample() | Plane():
            return message.prior != "standard"
        case Map():
            return message.method == "tsne"
        case Interpolate():
            return message.kind == "data"
    return isinstance(message, FindDirection)
