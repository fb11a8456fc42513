"""Every message between the window and the engine: frozen structs of builtins and numpy arrays, as msgpack.

A message is a frame: four bytes of length (little endian), then that many bytes of msgpack.
Coordinates are always the user's own numbers; an extent is (x0, x1, y0, y1).
Arrays that arrive are read-only: whoever wants another one makes another one.
Not covered: the pipe (gui/link.py, engine/pipe.py) and what is done on a message (engine/loop.py).
"""

import math
from typing import IO, Any, Literal

import msgspec
import numpy as np

from engine.knobs import Knob, Value
from engine.recipe import Data

MAX_FRAME_BYTES = 512 * 2**20
Extent = tuple[float, float, float, float]
# What a person can look at besides the energy, its contours and the samples.
LAYERS = ("phases", "field", "manifold", "parts", "cursor", "machine")
_NO_POINTS, _NO_FIELD, _NO_ARROWS = np.zeros((0, 2)), np.zeros((0, 0), np.float32), np.zeros((0, 4))
_DTYPES = {"<f4": np.float32, "<f8": np.float64, "|u1": np.uint8, "<i4": np.int32, "<i8": np.int64}


class Message(msgspec.Struct, frozen=True, tag=True):
    """A message. Newer ones replace waiting ones of the same kind and run, unless `is_event` says each counts."""

    @property
    def is_event(self) -> bool:
        return False

    @property
    def replaces(self) -> tuple[str, int]:
        """What a newer message takes the place of: those with the same value."""
        return type(self).__name__, getattr(self, "run", 0)

    @property
    def outdates(self) -> tuple[tuple[str, int], ...]:
        """Waiting messages that this one makes void, by what they `replace`."""
        return ()


class Event(Message, frozen=True):
    """A message that must arrive even when another of its kind follows at once."""

    @property
    def is_event(self) -> bool:
        return True


# ---- from the window to the engine ---------------------------------------------------------------


class Train(Event, frozen=True):
    """Make a new network for `run` (this is also Reset). It waits until there are points and the clock runs."""

    run: int
    model: str
    params: dict[str, Value]
    seed: int
    device: str = "auto"

    @property
    def outdates(self) -> tuple[tuple[str, int], ...]:
        # Else knobs turned after this would take the place of those turned before it, and be undone by it.
        return (("SetParams", self.run),)


class SetData(Message, frozen=True):
    """The points to learn from. The network stays; `version` comes back in each Landscape that knows of them.

    points: (n, 2) float64.  labels: (n,) uint8, 0 to 3.  extent: the home view, on which the model's own scale rests.
    truth: the preset (and its args) that drew exactly these points, or None; from it come truth's entropy and KL.
    """

    run: int
    version: int
    points: np.ndarray
    labels: np.ndarray
    extent: Extent
    truth: Data | None = None


class SetParams(Message, frozen=True):
    """New values of the knobs, all of them; they take effect at the next step."""

    run: int
    params: dict[str, Value]


class SetClock(Message, frozen=True):
    """Play or pause, and how fast: None is as fast as the engine goes."""

    run: int
    is_playing: bool
    steps_per_second: float | None = None


class StepOnce(Event, frozen=True):
    """One step, then a frame."""

    run: int


class Restore(Event, frozen=True):
    """Put the weights of a Checkpoint into the network of `run`, which must be of the same shape."""

    run: int
    step: int
    content: bytes


class SetView(Message, frozen=True):
    """What part of the plane to show, with how many columns and rows, and at which temperature to normalise.

    layers: which of LAYERS are looked at; the others are not computed.
    is_slope: the field is minus the slope of the energy, not the model's own.
    sea_share: the share of the mass that the sea covers, from the lowest ground up; 0 is no sea.
    """

    run: int
    extent: Extent
    columns: int = 128
    rows: int = 128
    temperature: float = 1.0
    has_contours: bool = True
    layers: tuple[str, ...] = ()
    is_slope: bool = False
    sea_share: float = 0.0


class SetCursor(Message, frozen=True):
    """Where the person points, in the user's numbers; answered by AtCursor, with each new landscape too.

    at: None once they point nowhere.
    """

    run: int
    at: tuple[float, float] | None


class Drop(Event, frozen=True):
    """Forget `run`: its pane is closed."""

    run: int


class MakeData(Event, frozen=True):
    """Draw points from a preset or along a word; answered by DataMade with the same `request`."""

    request: int
    data: Data


class ReadFile(Event, frozen=True):
    """Points from the content of a file (CSV, NPY, NPZ, picture); answered by DataMade. The engine opens no path."""

    request: int
    name: str
    content: bytes
    n: int = 2000
    seed: int = 0


# ---- from the engine to the window ---------------------------------------------------------------


class Box(msgspec.Struct, frozen=True):
    """One part of a model as it is drawn: its name in thumbnails and arrows, what stands on it, and what it does."""

    name: str
    title: str
    help: str


class Machine(msgspec.Struct, frozen=True):
    """A model as boxes and arrows: columns from left to right, boxes in each from the top, and (from, to) by names.

    stages: the boxes that act one after another in a step, for slow motion. The boxes "energy" and "loss" show the
    landscape and the loss that are on the screen anyway; the thumbnails of the others come in each Landscape.
    """

    columns: tuple[tuple[Box, ...], ...]
    arrows: tuple[tuple[str, str], ...]
    stages: tuple[tuple[str, ...], ...]


class Entry(msgspec.Struct, frozen=True):
    """One thing of the catalogue: a model, a sampler or a data set. `equation` is LaTeX, may be empty.

    Of models only: `to_try`, a thing to do with it; `kind`, its place in the menu; `is_density`, whether
    exp(-E) / Z is what it learns, so that a likelihood has a meaning; `layers`, which of LAYERS it has; `machine`.
    """

    name: str
    title: str
    help: str
    equation: str
    source: str
    knobs: tuple[Knob, ...]
    to_try: str = ""
    kind: str = ""
    is_density: bool = True
    layers: tuple[str, ...] = ()
    machine: Machine | None = None


class Ready(Event, frozen=True):
    """The engine is there: what it runs on and everything it has."""

    pid: int
    torch_version: str
    device: str
    devices: tuple[str, ...]
    models: tuple[Entry, ...]
    samplers: tuple[Entry, ...]
    datasets: tuple[Entry, ...]


class DataMade(Event, frozen=True):
    """Points for a request, with the extent in which they look right, and the truth behind them where it is known.

    note: a sentence about what was done with a file ("3 empty lines were skipped."), often empty.
    """

    request: int
    points: np.ndarray
    labels: np.ndarray
    extent: Extent
    truth: Data | None = None
    note: str = ""


class Figure(msgspec.Struct, frozen=True):
    """What a model draws on the plane, in the user's numbers, float64.

    lines: (k, 2), all lines one after another; offsets: (lines + 1,) int32, where each begins.
    arrows: (m, 4), from x, y to x, y.  dots: (n, 2).
    """

    lines: np.ndarray
    offsets: np.ndarray
    arrows: np.ndarray
    dots: np.ndarray


class Thumb(msgspec.Struct, frozen=True):
    """The small picture in a box. float32.

    dots: (n, 2) on the plane, of which -1 to 1 is the home view.  bars: (n,), any numbers.  heat: (rows, columns).
    """

    kind: Literal["dots", "bars", "heat"]
    values: np.ndarray


class Landscape(Message, frozen=True):
    """The energy over the plane after `step`, in nats; rows from the lowest y, columns from the lowest x.

    energy: (rows, columns) float32, each the value at the middle of its cell of `extent`.
    log_z: at `temperature`, so that the density is exp(-energy / temperature - log_z) per unit of the user's area.
    lowest: the lowest energy on the view now.  samples: (m, 2) float64, the model's own points: where the last step
    pushed up, or what it generates; empty where it has none.
    contours: (k, 2) float64, all lines one after another; offsets: (lines + 1,) int32, where each begins.

    Of the layers asked for, empty otherwise: data, (n, 2), where the last step pushed down; pushed_down and pushed_up,
    (rows, columns), the change of the energy by each half of the last step (only its sign and shape have a meaning);
    field, (n, 4), arrows at x, y of length dx, dy: the model's own field, or minus the slope of the energy;
    figures, "manifold" and "parts"; thumbs, the boxes' pictures.
    lit: the boxes that acted in the last step.  sea_level: the energy up to which the sea reaches, NaN without sea.
    remark: a sentence about what is seen now, often empty.
    """

    run: int
    step: int
    data_version: int
    energy: np.ndarray
    extent: Extent
    temperature: float
    log_z: float
    lowest: float
    samples: np.ndarray
    contours: np.ndarray
    offsets: np.ndarray
    steps_per_second: float
    data: np.ndarray = _NO_POINTS
    pushed_down: np.ndarray = _NO_FIELD
    pushed_up: np.ndarray = _NO_FIELD
    field: np.ndarray = _NO_ARROWS
    figures: dict[str, Figure] = {}
    thumbs: dict[str, Thumb] = {}
    lit: tuple[str, ...] = ()
    sea_level: float = math.nan
    remark: str = ""


class AtCursor(Message, frozen=True):
    """What the model makes of the point under the cursor: a figure, and a line of text, either may be empty."""

    run: int
    figure: Figure
    text: str


class Measures(Message, frozen=True):
    """How good the model is after `step`; NaN where it cannot be said. Made now and then, and at each pause.

    nll: as in Progress.  kl: from the truth to the model, nats, on a grid.  energy_distance and mmd: between the
    model's samples and held-out points, in the plane's unit, with what two sets of held-out points have between them
    (`energy_distance_of_truth`).  coverage: share of the data that have a sample nearby, 0 to 1.
    more: measures of this family alone, by their names.
    """

    run: int
    step: int
    nll: float
    kl: float
    energy_distance: float
    energy_distance_of_truth: float
    mmd: float
    coverage: float
    steps_per_second: float
    parameters: int
    more: dict[str, float] = {}


class Progress(Event, frozen=True):
    """The traces since the last Progress, one value a step, and the measures at the last of these steps.

    steps: (k,) int64.  loss, energy_of_data, energy_of_samples: (k,) float32, in nats; NaN where there are no samples.
    nll: nats, from the grid's log Z; on held-out points of the truth where `is_held_out`, else on the data, or NaN.
    entropy: of the truth in nats, NaN if unknown: no model's nll on held-out points can be lower on average.
    """

    run: int
    steps: np.ndarray
    loss: np.ndarray
    energy_of_data: np.ndarray
    energy_of_samples: np.ndarray
    nll: float = math.nan
    is_held_out: bool = False
    entropy: float = math.nan


class Began(Event, frozen=True):
    """A new network is there for `run`: what came before it is of another one."""

    run: int
    parameters: int
    device: str

    @property
    def outdates(self) -> tuple[tuple[str, int], ...]:
        # Else those of the new network would come in the old ones' place, before this.
        return ("Landscape", self.run), ("Checkpoint", self.run), ("Measures", self.run), ("AtCursor", self.run)


class Checkpoint(Message, frozen=True):
    """The weights after `step` as safetensors, now and then and at each pause: what survives the engine's death."""

    run: int
    step: int
    content: bytes


class Noticed(Event, frozen=True):
    """A sentence that the person can act on. The run (if any) is paused; request: the one it answers, else 0."""

    text: str
    run: int = 0
    request: int = 0


class Failed(Event, frozen=True):
    """A bug: the job of `run` has stopped, the others go on."""

    headline: str
    trace: str
    run: int = 0
    request: int = 0


ToEngine = (
    Train | SetData | SetParams | SetClock | StepOnce | Restore | SetView | SetCursor | Drop | MakeData | ReadFile
)
FromEngine = Ready | DataMade | Landscape | AtCursor | Measures | Progress | Began | Checkpoint | Noticed | Failed


# ---- bytes -----------------------------------------------------------------------------------------


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
