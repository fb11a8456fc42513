"""A project as data: the experiment of every lab, the points, the weights, the marks, and how the window looks.

Not covered: files of it (container.py), and how it comes from a window and into one (state.py).
"""

from dataclasses import dataclass, field, replace
from typing import Literal

import msgspec

from engine.knobs import Value
from engine.messages import Extent
from engine.recipe import ChainsRecipe, Data, LatentRecipe, Model
from gui.edits import Sketch

# In a recipe inside a project: the points of the project itself.
OWN_POINTS = Data(file="points.npy")

LabName = Literal["landscape", "chains", "latent"]


class Pane(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A model of the landscape lab. step: that of its weights; 0 where there are none."""

    model: Model = Model()
    seed: int = 0
    step: int = 0


class Landscape(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The landscape lab. truth: the preset that drew exactly the points, None where a person did.

    active: the pane whose knobs are in the panel.  steps_per_second: None is as fast as the engine goes.
    """

    panes: tuple[Pane, ...] = (Pane(),)
    extent: Extent = Sketch().extent
    truth: Data | None = None
    active: int = 0
    temperature: float = 1.0
    steps_per_second: float | None = None


class Chains(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The chains lab. A recipe that walks on a model has OWN_POINTS as its data."""

    recipe: ChainsRecipe
    steps_per_second: float | None = None


class Latent(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The latent lab. shipped: the name of the model, if it came with the app; else its weights are in the project.

    train: what the page Train is set to.  page: the title of the page that is looked at.
    card: of the model; `directions` that were found in it, as the text of gui/latent/kept_directions.py.
    """

    train: LatentRecipe | None = None
    shipped: str = ""
    page: str = ""
    card: str = ""
    directions: str = ""


class Mark(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A step of a timeline and its name. pane: of the landscape or the chains lab, from 0."""

    step: int
    name: str
    lab: LabName = "landscape"
    pane: int = 0


class Layout(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How the window looks: nothing of it changes an experiment, and a change of it alone need not be saved.

    checked: commands that are on or off, by their names.  view: the knobs of the landscape lab's page View.
    """

    lab: LabName = "landscape"
    mode: Literal["energy", "density", "log_density"] = "energy"
    checked: dict[str, bool] = {}
    view: dict[str, Value] = {}


@dataclass(frozen=True, eq=False)
class Project:
    """Everything. weights: of each pane, as safetensors; empty where it has none yet.

    latent_weights: of the latent lab's model where it is none of the shipped ones; its card is `latent.card`.
    marks: of the timelines.  origin: the file that an autosave is a later state of.
    thumbnail: a small PNG.
    """

    sketch: Sketch = field(default_factory=Sketch)
    landscape: Landscape = field(default_factory=Landscape)
    weights: tuple[bytes, ...] = (b"",)
    chains: Chains | None = None
    latent: Latent | None = None
    latent_weights: bytes = b""
    layout: Layout = field(default_factory=Layout)
    marks: tuple[Mark, ...] = ()
    origin: str = ""
    thumbnail: bytes = b""

    def without_origin(self) -> "Project":
        """As it is given to others: it tells nothing of where it lies."""
        return replace(self, origin="")

    def with_thumbnail(self, png: bytes) -> "Project":
        return replace(self, thumbnail=png)
