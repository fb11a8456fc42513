"""The engine itself: what it has, the data it makes, and what goes wrong."""

import msgspec
import numpy as np

from engine.knobs import Knob, Value
from engine.messages.formulas import Formula
from engine.messages.kinds import Event, Extent, Message
from engine.recipe import Data


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


class Drop(Event, frozen=True):
    """Forget `run`: its pane is closed."""

    run: int


class SetClock(Message, frozen=True):
    """Play or pause, and how fast: None is as fast as the engine goes."""

    run: int
    is_playing: bool
    steps_per_second: float | None = None


class Tick(Event, frozen=True):
    """Of films: so many seconds pass, from one picture to the next; all that is seen then is told, and last Ticked."""

    seconds: float


class Ticked(Event, frozen=True):
    """All is told that belongs to a Tick. run: of none."""

    run: int = 0


class StepOnce(Event, frozen=True):
    """One step, then a frame."""

    run: int


class SetParams(Message, frozen=True):
    """New values of the knobs, all of them; they take effect at the next step."""

    run: int
    params: dict[str, Value]


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
    """One thing of the catalogue: a model, a sampler or a data set. `equation` is LaTeX, may be empty; `formulas` is
    the same and more, in terms; of models and samplers only.

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
    formulas: tuple[Formula, ...] = ()


class PictureKind(msgspec.Struct, frozen=True):
    """Weights that can be opened in the latent lab: their name and title, the source of the pictures, the model."""

    name: str
    title: str
    data: str
    model: str


class Ready(Event, frozen=True):
    """The engine is there: what it runs on and everything it has."""

    pid: int
    torch_version: str
    device: str
    devices: tuple[str, ...]
    models: tuple[Entry, ...]
    samplers: tuple[Entry, ...]
    datasets: tuple[Entry, ...]
    targets: tuple[Entry, ...] = ()
    picture_sources: tuple[Entry, ...] = ()
    picture_models: tuple[Entry, ...] = ()
    trained: tuple[PictureKind, ...] = ()


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
