"""Models that learn from a sketch: what they are told, and what they show."""

import math
from typing import Literal

import msgspec
import numpy as np

from engine.knobs import Value
from engine.messages.kinds import NO_ARROWS, NO_FIELD, NO_POINTS, Event, Extent, Figure, Message
from engine.recipe import Data

# What a person can look at besides the energy, its contours and the samples.
LAYERS = ("phases", "field", "manifold", "parts", "cursor", "machine")


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


class Restore(Event, frozen=True):
    """Put the weights of a Checkpoint into the network of `run`, which must be of the same shape."""

    run: int
    step: int
    content: bytes


class SetView(Message, frozen=True):
    """What part of the plane to show, with how many columns and rows, and at which temperature to normalise.

    layers: which of LAYERS are looked at; the others are not computed. Of chains: "draws", for their density.
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
    data: np.ndarray = NO_POINTS
    pushed_down: np.ndarray = NO_FIELD
    pushed_up: np.ndarray = NO_FIELD
    field: np.ndarray = NO_ARROWS
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
