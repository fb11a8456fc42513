"""Messages as bytes: four of length (little endian), then msgpack."""

import math
from typing import IO, Any

import msgspec
import numpy as np

from engine.messages.answering import (
    Combined,
    Decoded,
    Direction,
    Encoded,
    Interpolated,
    Mapped,
    Nearest,
    PlaneEnergy,
    Sampled,
    Seen,
    Weights,
)
from engine.messages.asking import (
    AskForWeights,
    Combine,
    Decode,
    Encode,
    FindDirection,
    FindNearest,
    Interpolate,
    Look,
    Map,
    Plane,
    Sample,
)
from engine.messages.imaging import (
    EndTraining,
    LatentReady,
    OpenTrained,
    PictureProgress,
    TrainPictures,
)
from engine.messages.kinds import Message
from engine.messages.measuring import DrawsFile, MeasureTrap, SendDraws, TrapPoint
from engine.messages.session import (
    DataMade,
    Drop,
    Failed,
    MakeData,
    Noticed,
    ReadFile,
    Ready,
    SetClock,
    SetParams,
    StepOnce,
    Tick,
    Ticked,
)
from engine.messages.timeline import CopyRun, Going, GoTo, LookBack, Timeline, WentTo
from engine.messages.training import (
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
    Train,
)
from engine.messages.walking import ChainMeasures, Chains, SetTarget, Skip, Truth, Walk, Walking

MAX_FRAME_BYTES = 512 * 2**20
_DTYPES = {"<f4": np.float32, "<f8": np.float64, "|u1": np.uint8, "<i4": np.int32, "<i8": np.int64}

ToEngine = (
    Train | SetData | SetParams | SetClock | StepOnce | Restore | SetView | SetCursor | Drop | MakeData | ReadFile
    | Walk | SetTarget | Skip | MeasureTrap | SendDraws
    | LookBack | GoTo | CopyRun
    | OpenTrained | TrainPictures | EndTraining
    | Decode | Encode | Look | Map | Interpolate | Combine | FindDirection | FindNearest | Sample | Plane
    | AskForWeights | Tick
)  # fmt: skip
FromEngine = (
    Ready | DataMade | Landscape | AtCursor | Measures | Progress | Began | Checkpoint | Noticed | Failed
    | Walking | Chains | Truth | ChainMeasures | TrapPoint | DrawsFile
    | Timeline | Going | WentTo
    | LatentReady | PictureProgress
    | Decoded | Encoded | Seen | Mapped | Interpolated | Combined | Direction | Nearest | Sampled | PlaneEnergy
    | Weights | Ticked
)  # fmt: skip


def encode(message: Message) -> bytes:
    """The frame of a message, length first. Raises TypeError for what is not builtin or numpy."""
    body = _encoder.encode(message)
    return len(body).to_bytes(4, "little") + body


def decode_for_engine(body: bytes) -> ToEngine:
    """A message from the window. Raises msgspec.ValidationError or ValueError for anything else."""
    message: ToEngine = _decoded(_for_engine, body)
    return message


def decode_for_window(body: bytes) -> FromEngine:
    """A message from the engine. Raises msgspec.ValidationError or ValueError for anything else."""
    message: FromEngine = _decoded(_for_window, body)
    return message


def read_frame(stream: IO[bytes]) -> bytes | None:
    """The body of the next frame, or None at the end of the stream. Raises ValueError for a length over the limit."""
    head = stream.read(4)
    if len(head) < 4:
        return None
    length = int.from_bytes(head, "little")
    if length > MAX_FRAME_BYTES:
        raise ValueError(f"a frame of {length} bytes: this is not our protocol")
    body = stream.read(length)
    return body if len(body) == length else None


def _decoded(decoder: Any, body: bytes) -> Any:
    try:
        return decoder.decode(body)
    except RecursionError:
        raise ValueError("a message that is nested too deeply") from None


def _to_plain(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        array = np.ascontiguousarray(value)
        return (array.dtype.str, array.shape, array.data.cast("B") if array.size else b"")
    raise TypeError(f"{type(value).__name__} is no part of a message")


def _from_plain(kind: type, value: Any) -> Any:
    if kind is not np.ndarray:
        raise NotImplementedError(kind)
    dtype_name, shape, content = value
    if dtype_name not in _DTYPES:
        raise ValueError(f"arrays of {dtype_name!r} are no part of a message")
    dtype = np.dtype(_DTYPES[dtype_name])
    if any(side < 0 for side in shape) or math.prod(shape) * dtype.itemsize != len(content):
        raise ValueError(f"an array of shape {shape} does not fit its {len(content)} bytes")
    return np.frombuffer(content, dtype).reshape(shape)


_encoder = msgspec.msgpack.Encoder(enc_hook=_to_plain)
_for_engine = msgspec.msgpack.Decoder(ToEngine, dec_hook=_from_plain)
_for_window = msgspec.msgpack.Decoder(FromEngine, dec_hook=_from_plain)
