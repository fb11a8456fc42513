"""Which thread of the engine takes a message: the loop, the one that decodes, or the one for longer questions.

Without torch: it is asked from the first message on, before torch is loaded.
"""

from engine.messages import Decode, OpenTrained, Question, ToEngine

LOOP, FAST, SLOW = 0, 1, 2
# More pictures than these would make the slider wait.
_FEW = 4


def lane_of(message: ToEngine) -> int:
    if isinstance(message, Decode) and len(message.codes) <= _FEW:
        return FAST
    return SLOW if isinstance(message, Question | OpenTrained) else LOOP
