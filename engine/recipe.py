"""One experiment as data: what `run` executes, what the window holds, and what a project file keeps.

A recipe is JSON. Its keys are the fields of its parts (recipe_parts.py); a key that is not there is an error, so that a
misspelt one is not lost.
"""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from engine.notice import Notice
from engine.recipe_checks import MAX_BUMPS, MAX_POINTS, check
from engine.recipe_parts import (
    AnyRecipe,
    ChainsRecipe,
    Data,
    Energy,
    Evaluation,
    LatentRecipe,
    Model,
    Pictures,
    Recipe,
    Sampler,
    Stop,
)

# What others know recipes by.
__all__ = [
    "MAX_BUMPS",
    "MAX_POINTS",
    "MAX_RECIPE_BYTES",
    "AnyRecipe",
    "ChainsRecipe",
    "Data",
    "Energy",
    "Evaluation",
    "LatentRecipe",
    "Model",
    "Pictures",
    "Recipe",
    "Sampler",
    "Stop",
    "any_from_plain",
    "default",
    "from_plain",
    "from_text",
    "in_words",
    "of_landscape",
    "read",
    "schema",
    "to_plain",
]

MAX_RECIPE_BYTES = 64 * 2**20


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
    check(recipe)
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
