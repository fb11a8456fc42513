"""One experiment as data: what `run` executes, what the window holds, and what a project file will keep.

A recipe is JSON. Its keys are the fields below; a key that is not here is an error, so that a misspelt one is not lost.
Not covered: the meaning of `args` and `params`, which their preset and model check (knobs.py).
"""

import json
import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal

import msgspec

from engine.knobs import Value
from engine.notice import Notice

MAX_POINTS = 1_000_000
MAX_RECIPE_BYTES = 64 * 2**20
MAX_CHAINS = 65_536
# In all chains of one sampler together; and of the steps of a warm-up.
MAX_DRAWS = 20_000_000
# What is raised and dug by hand; each bump costs as much as a simple target does.
MAX_BUMPS, MAX_BUMP_NATS = 256, 1000.0
MAX_SHARPNESSES = 100
_SOURCES = ("preset", "file", "points", "word")


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


def default() -> Recipe:
    """The experiment that a new window and `make demo` start from."""
    preset = Data(preset="eight_gaussians", n=2000, args={"radius": 2.0, "noise": 0.2})
    return Recipe(data=preset, stop=Stop(seconds=20.0))


def read(path: Path | None, settings: Iterable[str] = ()) -> AnyRecipe:
    """The recipe in a JSON file, changed by settings such as "model.params.step_size=0.1", and checked.

    Without a path it is the default one.  A relative `data.file` is taken from the recipe's own folder.
    Raises Notice: no such file, not JSON, an unknown key, a wrong type, a value out of range.
    """
    recipe = _changed(to_plain(default()) if path is None else _content(path), settings)
    if recipe.data is not None and recipe.data.file is not None and path is not None:
        absolute = str(path.parent / recipe.data.file)
        recipe = msgspec.structs.replace(recipe, data=msgspec.structs.replace(recipe.data, file=absolute))
    return recipe


def from_text(text: str | bytes, settings: Iterable[str] = ()) -> AnyRecipe:
    """The recipe that a JSON text holds, such as one that was copied from the window. Raises Notice as `read`."""
    if len(text) > MAX_RECIPE_BYTES:
        raise Notice(f"The text is longer than {MAX_RECIPE_BYTES >> 20} MiB, so it is not read as a recipe.")
    return _changed(_parsed(text, "The text"), settings)


def from_plain(plain: Any) -> Recipe:
    """A checked recipe of the landscape lab from what a JSON text holds.

    Raises Notice with a sentence that names the wrong key.
    """
    return of_landscape(any_from_plain(plain))


def of_landscape(recipe: AnyRecipe) -> Recipe:
    """The recipe, if it is one of the landscape lab. Raises Notice."""
    if not isinstance(recipe, Recipe):
        raise Notice(f"This recipe is of the {recipe.__struct_config__.tag} lab; run it with `main.py run`.")
    return recipe


def any_from_plain(plain: Any) -> AnyRecipe:
    """A checked recipe of any lab; one that names no lab is of the landscape lab. Raises Notice as `from_plain`."""
    if isinstance(plain, dict):
        plain = {"lab": "landscape", **plain}
    try:
        recipe: AnyRecipe = msgspec.convert(plain, AnyRecipe)
    except msgspec.ValidationError as error:
        raise Notice(f"The recipe is not right: {in_words(str(error))}") from None
    if isinstance(recipe, ChainsRecipe):
        _check_chains(recipe)
    elif isinstance(recipe, LatentRecipe):
        _check_latent(recipe)
    else:
        _check(recipe)
    return recipe


def to_plain(recipe: AnyRecipe) -> dict[str, Any]:
    """The recipe as what `json.dumps` takes; `from_plain` of it gives the same recipe."""
    plain: dict[str, Any] = msgspec.to_builtins(recipe)
    return plain


def in_words(error: str) -> str:
    """msgspec's error as a sentence: "Object contains unknown field `x` - at `$.model`" names model.x."""
    message, _, place = error.partition(" - at `$")
    place = place.strip("`.")
    message = message.replace("Object contains unknown field", "there is no key").replace("`", "'")
    return f"{message} (in {place or 'the outermost braces'})."


def schema() -> dict[str, Any]:
    """The JSON Schema of a recipe."""
    # As it is read again: a tuple of defaults is a list.
    plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(msgspec.json.schema(AnyRecipe)))
    return plain


def _content(path: Path) -> Any:
    """What the JSON text of a file holds."""
    try:
        if path.stat().st_size > MAX_RECIPE_BYTES:
            raise Notice(f"{path} is larger than {MAX_RECIPE_BYTES >> 20} MiB, so it is not read as a recipe.")
        text = path.read_bytes()
    except OSError as error:
        raise Notice(f"{path} cannot be read: {error.strerror}.") from None
    return _parsed(text, str(path))


def _parsed(text: str | bytes, name: str) -> Any:
    try:
        return json.loads(text)
    except RecursionError:
        raise Notice(f"{name} is nested too deeply to be a recipe.") from None
    except ValueError as error:
        raise Notice(f"{name} is not JSON: {error}.") from None


def _changed(plain: Any, settings: Iterable[str]) -> AnyRecipe:
    for setting in settings:
        _set(plain, setting)
    return any_from_plain(plain)


def _set(plain: Any, setting: str) -> None:
    path, equals, text = setting.partition("=")
    if not equals or not path:
        raise Notice(f"--set {setting}: write it as key=value, such as model.params.step_size=0.1.")
    try:
        value = json.loads(text)
    except ValueError:
        value = text
    *parents, last = path.split(".")
    if parents == ["stop"] and isinstance(plain, dict):
        # There is one way to stop: a new one takes the place of the recipe's.
        plain["stop"] = {}
    place = plain
    for key in parents:
        if not isinstance(place, dict):
            break
        place = place.setdefault(key, {})
    if not isinstance(place, dict):
        raise Notice(f"--set {setting}: {path} leads through something that has no keys.")
    if path == "data.preset" and place.get("preset") != value:
        # The knobs of another preset mean nothing to it.
        place.pop("args", None)
    place[last] = value


def _check(recipe: Recipe) -> None:
    _check_data(recipe.data)
    _check_stop(recipe.stop)
    _check_seeds(recipe)


def _check_chains(recipe: ChainsRecipe) -> None:
    if (recipe.energy is None) == (recipe.data is None):
        raise Notice("The recipe needs exactly one of energy (a formula or an analytic target) and data (for a model).")
    if recipe.energy is not None:
        _check_energy(recipe.energy)
    if recipe.data is not None:
        _check_data(recipe.data)
    elif recipe.start == "data":
        raise Notice("The recipe's start is data, but it has no data; take wide, or a place [x, y].")
    _check_stop(recipe.stop)
    _check_seeds(recipe)
    if not 0 < recipe.sharpness < math.inf:
        raise Notice(f"The recipe's sharpness is {recipe.sharpness:g}; it must be positive and finite.")
    _check_bumps(recipe.bumps)
    if recipe.places and recipe.start != "wide":
        raise Notice("The recipe has both start and places; give one of them.")
    if len(recipe.places) > MAX_CHAINS or not all(math.isfinite(each) for place in recipe.places for each in place):
        raise Notice(f"The recipe's places must be at most {MAX_CHAINS} of [x, y], all finite.")
    if len(recipe.sharpnesses) > MAX_SHARPNESSES or not all(0 < each < math.inf for each in recipe.sharpnesses):
        raise Notice(f"The recipe's sharpnesses must be at most {MAX_SHARPNESSES} numbers, positive and finite.")
    if not recipe.samplers:
        raise Notice("The recipe's samplers are empty; name at least one.")
    for index, sampler in enumerate(recipe.samplers):
        for name, low, high in (
            ("chains", 1, MAX_CHAINS),
            ("draws", 1, MAX_DRAWS),
            ("warmup", 0, MAX_DRAWS),
            ("every", 1, 10_000),
        ):
            value = getattr(sampler, name)
            if not low <= value <= high:
                raise Notice(f"The recipe's samplers[{index}].{name} is {value}; it must be from {low} to {high}.")
        if sampler.chains * sampler.draws > MAX_DRAWS:
            raise Notice(f"The recipe's samplers[{index}] would keep more than {MAX_DRAWS} draws; use a larger every.")


def _check_latent(recipe: LatentRecipe) -> None:
    data = recipe.data
    if (data.source is None) == (data.file is None):
        raise Notice("The recipe's data needs exactly one of source (such as faces) and file.")
    if data.args and data.source is None:
        raise Notice("The recipe's data.args go with a source only.")
    if data.source is not None and (data.side is not None or data.is_grey is not None):
        raise Notice("The recipe's data.side and data.is_grey go with a file only.")
    _check_stop(recipe.stop)
    _check_seeds(recipe)


def _check_bumps(bumps: tuple[tuple[float, float, float, float], ...]) -> None:
    if len(bumps) > MAX_BUMPS:
        raise Notice(f"The recipe has {len(bumps)} bumps; {MAX_BUMPS} is the most.")
    for index, bump in enumerate(bumps):
        _, _, height, width = bump
        if not (all(map(math.isfinite, bump)) and abs(height) <= MAX_BUMP_NATS and width > 0):
            raise Notice(
                f"The recipe's bumps[{index}] is {list(bump)}; it must be x, y, a height of at most "
                f"{MAX_BUMP_NATS:g} nats, and a width above 0."
            )


def _check_energy(energy: Energy) -> None:
    if (energy.formula is None) == (energy.analytic is None):
        raise Notice("The recipe's energy needs exactly one of formula and analytic.")
    if energy.params and energy.analytic is None:
        raise Notice("The recipe's energy.params go with an analytic target only.")
    if energy.extent is not None:
        x0, x1, y0, y1 = energy.extent
        if not (all(map(math.isfinite, energy.extent)) and x0 < x1 and y0 < y1):
            raise Notice("The recipe's energy.extent must be x0, x1, y0, y1, with x0 < x1 and y0 < y1.")


def _check_data(data: Data) -> None:
    given = [source for source in _SOURCES if getattr(data, source) is not None]
    if len(given) != 1:
        raise Notice(f"The recipe's data needs exactly one of {', '.join(_SOURCES)}; it has {len(given)}.")
    if data.args and data.preset is None:
        raise Notice("The recipe's data.args go with a preset only.")
    if not 1 <= data.n <= MAX_POINTS:
        raise Notice(f"The recipe's data.n is {data.n}; it must be from 1 to {MAX_POINTS}.")
    _check_points(data)


def _check_stop(stop: Stop) -> None:
    if (stop.steps is None) == (stop.seconds is None):
        raise Notice("The recipe's stop needs exactly one of steps and seconds.")
    if stop.steps is not None and stop.steps < 1:
        raise Notice(f"The recipe's stop.steps is {stop.steps}; it must be at least 1.")
    if stop.seconds is not None and not (0 < stop.seconds < math.inf):
        raise Notice(f"The recipe's stop.seconds is {stop.seconds:g}; it must be positive and finite.")


def _check_seeds(recipe: AnyRecipe) -> None:
    own = 0 if recipe.data is None else recipe.data.seed or 0
    for name, seed in (("seed", recipe.seed), ("data.seed", own)):
        if not 0 <= seed < 2**63:
            raise Notice(f"The recipe's {name} is {seed}; it must be from 0 to 2**63 - 1.")


def _check_points(data: Data) -> None:
    if data.labels is not None and len(data.labels) != len(data.points or ()):
        raise Notice("The recipe's data.labels needs one label for each of data.points.")
    if data.extent is not None:
        x0, x1, y0, y1 = data.extent
        is_right = all(map(math.isfinite, data.extent)) and x0 < x1 and y0 < y1
        if data.points is None or not is_right:
            raise Notice("The recipe's data.extent goes with points: x0, x1, y0, y1, with x0 < x1 and y0 < y1.")
    for index, label in enumerate(data.labels or ()):
        if not 0 <= label <= 3:
            raise Notice(f"The recipe's data.labels[{index}] is {label}; labels go from 0 to 3.")
    for index, point in enumerate(data.points or ()):
        if not (math.isfinite(point[0]) and math.isfinite(point[1])):
            raise Notice(f"The recipe's data.points[{index}] is {list(point)}; both numbers must be finite.")
