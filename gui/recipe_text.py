"""A recipe as a short text: without what is as it would be anyway, to be copied, pasted, mailed and run.

Not covered: reading one (engine/recipe.py).
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from engine.knobs import Knob, Value
from engine.messages import Entry, Ready
from engine.recipe import AnyRecipe, ChainsRecipe, LatentRecipe, Model, Recipe

# Left out, these are taken as they stand here.
_DEFAULTS: dict[type, dict[str, Any]] = {
    Recipe: {"version": 1, "seed": 0, "device": "auto", "model": {"name": Model().name, "params": {}}},
    ChainsRecipe: {"version": 1, "seed": 0, "device": "auto", "sharpness": 1.0, "start": "wide"},
    LatentRecipe: {"version": 1, "seed": 0, "device": "auto"},
}
_EMPTY: tuple[Any, ...] = (None, (), [], {})


def compact(made: AnyRecipe, ready: Ready | None) -> str:
    """The recipe as JSON on one line. ready: knows the defaults of knobs, which are left out then."""
    return msgspec.json.encode(short(made, ready)).decode()


def short(made: AnyRecipe, ready: Ready | None) -> dict[str, Any]:
    """The same as what a JSON text holds."""
    plain: dict[str, Any] = msgspec.to_builtins(trimmed(made, ready))
    if isinstance(made, ChainsRecipe) and made.data is None:
        plain.pop("model"), plain.pop("stop")
    usual = _DEFAULTS[type(made)]
    return {name: value for name, value in plain.items() if value not in _EMPTY and (name, value) not in usual.items()}


def trimmed(made: AnyRecipe, ready: Ready | None) -> AnyRecipe:
    """The same recipe without knobs that are at their defaults."""
    if isinstance(made, ChainsRecipe):
        return trimmed_chains(made, ready)
    if isinstance(made, Recipe) or ready is None:
        return msgspec.structs.replace(made, model=trimmed_model(made.model, ready))
    entry = _entry(ready.picture_models, made.model.name)
    return msgspec.structs.replace(made, model=Model(made.model.name, _trimmed(made.model.params, entry)))


def trimmed_chains(made: ChainsRecipe, ready: Ready | None) -> ChainsRecipe:
    if ready is None:
        return made
    samplers = tuple(
        msgspec.structs.replace(each, params=_trimmed(each.params, _entry(ready.samplers, each.name)))
        for each in made.samplers
    )
    energy = made.energy
    if energy is not None and energy.analytic is not None:
        params = _trimmed(energy.params, _entry(ready.targets, energy.analytic))
        energy = msgspec.structs.replace(energy, params=params)
    model = trimmed_model(made.model, ready)
    return msgspec.structs.replace(made, samplers=samplers, energy=energy, model=model)


def trimmed_model(model: Model, ready: Ready | None) -> Model:
    """One of the landscape lab."""
    return Model(model.name, _trimmed(model.params, None if ready is None else _entry(ready.models, model.name)))


def _entry(entries: Sequence[Entry], name: str) -> Entry | None:
    return next((each for each in entries if each.name == name), None)


def _trimmed(params: Mapping[str, Value], entry: Entry | None) -> dict[str, Value]:
    knobs: dict[str, Knob] = {} if entry is None else {each.name: each for each in entry.knobs}
    return {name: value for name, value in params.items() if name not in knobs or knobs[name].default != value}
