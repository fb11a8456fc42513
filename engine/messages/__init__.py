"""Every message between the window and the engine: frozen structs of builtins and numpy arrays, as msgpack.

Coordinates are always the user's own numbers; an extent is (x0, x1, y0, y1).
Arrays that arrive are read-only: whoever wants another one makes another one.
Not covered: the pipe (gui/link.py, engine/pipe.py) and what is done on a message (engine/loop.py).
"""

from engine.messages.kinds import NO_FIGURE, Event, Extent, Figure, Message
from engine.messages.measuring import MeasureTrap, TrapPoint
from engine.messages.session import (
    Box,
    DataMade,
    Drop,
    Entry,
    Failed,
    Machine,
    MakeData,
    Noticed,
    ReadFile,
    Ready,
    SetClock,
    SetParams,
    StepOnce,
)
from engine.messages.training import (
    LAYERS,
    AtCursor,
    Began,
    Checkpoint,
    Landscape,
    Measures,
    Progress,
    Restore,
    SetCursor,
    SetData,
    SetView,
    Thumb,
    Train,
)
from engine.messages.walking import ChainMeasures, Chains, SetTarget, Skip, Truth, Walk
from engine.messages.wire import (
    MAX_FRAME_BYTES,
    FromEngine,
    ToEngine,
    decode_for_engine,
    decode_for_window,
    encode,
    read_frame,
)

__all__ = [
    "LAYERS",
    "MAX_FRAME_BYTES",
    "NO_FIGURE",
    "AtCursor",
    "Began",
    "Box",
    "ChainMeasures",
    "Chains",
    "Checkpoint",
    "DataMade",
    "Drop",
    "Entry",
    "Event",
    "Extent",
    "Failed",
    "Figure",
    "FromEngine",
    "Landscape",
    "Machine",
    "MakeData",
    "MeasureTrap",
    "Measures",
    "Message",
    "Noticed",
    "Progress",
    "ReadFile",
    "Ready",
    "Restore",
    "SetClock",
    "SetCursor",
    "SetData",
    "SetParams",
    "SetTarget",
    "SetView",
    "Skip",
    "StepOnce",
    "Thumb",
    "ToEngine",
    "Train",
    "TrapPoint",
    "Truth",
    "Walk",
    "decode_for_engine",
    "decode_for_window",
    "encode",
    "read_frame",
]
