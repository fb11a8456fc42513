"""The parts of a recipe as data: where points and pictures come from, models, samplers, and the three kinds of recipes.

Not covered: how they are read (recipe.py), and which values are right (recipe_checks.py).
"""

from typing import Literal

import msgspec

from engine.knobs import Value


class Data(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Where the points come from: exactly one of a preset, a file, points, or a word.

    `n` and `args` go with a preset, `n` also with a word or a picture; `labels` (0 to 3) go with points.
    `extent`, also with points, is their home view (x0, x1, y0, y1); left out, it is fitted around them.
    `seed` is that of the draw; left out, it is the recipe's own.
    """

    preset: str | None = None
    file: str | None = None
    points: tuple[tuple[float, float], ...] | None = None
    word: str | None = None
    n: int = 2000
    args: dict[str, Value] = {}
    labels: tuple[int, ...] | None = None
    extent: tuple[float, float, float, float] | None = None
    seed: int | None = None


class Model(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A model family by its name, and the knobs that are not at their defaults."""

    name: str = "energy_mlp"
    params: dict[str, Value] = {}


class Stop(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """When to stop: exactly one of `steps` and `seconds` of training."""

    steps: int | None = None
    seconds: float | None = None


class Energy(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A landscape that needs no training: exactly one of a formula in x and y, and an analytic target by its name.

    `params` go with an analytic target. `extent`, the home view (x0, x1, y0, y1), is found where it is left out.
    """

    formula: str | None = None
    analytic: str | None = None
    params: dict[str, Value] = {}
    extent: tuple[float, float, float, float] | None = None


class Sampler(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A sampler by its name, the knobs that are not at their defaults, and how much of it.

    `draws` are kept of each of so many `chains`, one every so many steps; `warmup` steps before do not count, and find
    the step size where the sampler has a rate of acceptance to aim at.
    """

    name: str
    params: dict[str, Value] = {}
    chains: int = 4
    draws: int = 1000
    warmup: int = 500
    every: int = 1


class Recipe(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="lab", tag="landscape"):
    """An experiment of the landscape lab.

    `device` is "auto", "cpu", "cuda" or "cuda:1"; auto takes a GPU where there is one.
    """

    data: Data
    version: Literal[1] = 1
    seed: int = 0
    model: Model = Model()
    stop: Stop = Stop(steps=2000)
    device: str = "auto"


class ChainsRecipe(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="lab", tag="chains"):
    """An experiment of the chains lab: samplers on one target, which is `energy`, or a model that is trained first.

    `sharpness` is the inverse temperature.  `start`: "wide" (a normal as wide as the home view), "data" (points that
    the model learnt from), or a place [x, y].  `places`: in its stead many [x, y], at which chains start in turn.
    `bumps`: what was raised or dug by hand, each [x, y, height in nats (negative: a hole), width], round and within the
    home view.  `sharpnesses`: where the trap is measured, too.  `export`: in which formats the draws of each sampler
    are written beside samples.npz.
    """

    samplers: tuple[Sampler, ...]
    energy: Energy | None = None
    data: Data | None = None
    model: Model = Model()
    stop: Stop = Stop(steps=2000)
    sharpness: float = 1.0
    sharpnesses: tuple[float, ...] = ()
    export: tuple[Literal["csv", "netcdf"], ...] = ()
    start: Literal["wide", "data"] | tuple[float, float] = "wide"
    places: tuple[tuple[float, float], ...] = ()
    bumps: tuple[tuple[float, float, float, float], ...] = ()
    version: Literal[1] = 1
    seed: int = 0
    device: str = "auto"


class Pictures(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Where pictures come from: exactly one of a source (faces, glyphs, digits) and a file or folder.

    `args` go with a source; `side` (pixels) and `is_grey`, both left out to keep what there is, with a file.
    `seed` is that of the draw; left out, it is the recipe's own.
    """

    source: str | None = None
    file: str | None = None
    args: dict[str, Value] = {}
    side: int | None = None
    is_grey: bool | None = None
    seed: int | None = None


Evaluation = Literal[
    "reconstruction_mse",
    "negative_elbo",
    "iwae_bound",
    "analogy_success",
    "nearest_neighbours",
    "class_histogram",
    "interpolation",
]


class LatentRecipe(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="lab", tag="latent"):
    """An experiment of the latent lab: a model of pictures, and what is measured of it.

    `evaluate` names what is measured; samples.png and interpolation.png come always.
    """

    data: Pictures = Pictures(source="faces")
    version: Literal[1] = 1
    seed: int = 0
    model: Model = Model(name="vae")
    stop: Stop = Stop(steps=2000)
    device: str = "auto"
    evaluate: tuple[Evaluation, ...] = ("reconstruction_mse",)


AnyRecipe = Recipe | ChainsRecipe | LatentRecipe
