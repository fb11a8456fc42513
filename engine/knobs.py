"""Hyperparameters that know their range, unit, scale and meaning.

A model, a sampler or a data set declares its hyperparameters once, as a frozen struct whose fields are knobs:

    class Params(msgspec.Struct, frozen=True):
        step_size: float = knob(0.05, low=1e-4, high=1.0, scale="log", help="Larger moves travel further.")

From that the panel builds its controls, `make` checks what a person or a recipe asks for, and Help explains.
Not covered: where values are kept (recipe.py), and the controls themselves (gui/panel.py).
"""

import math
import sys
from collections.abc import Mapping
from typing import Any, Literal, TypeVar

import msgspec

from engine.notice import Notice

Value = bool | int | float | str
Params = TypeVar("Params", bound=msgspec.Struct)


class Knob(msgspec.Struct, frozen=True):
    """What is known of one hyperparameter; called, it gives the default (which is how a struct field holds it)."""

    default: Value
    help: str
    low: float | None = None
    high: float | None = None
    scale: Literal["linear", "log"] = "linear"
    choices: tuple[str, ...] = ()
    unit: str = ""
    makes_new_network: bool = False
    name: str = ""

    def __call__(self) -> Value:
        return self.default

    @property
    def label(self) -> str:
        """The name as a person reads it: `step_size` is "step size"."""
        return self.name.replace("_", " ")


def knob(
    default: Value,
    *,
    help: str,
    low: float | None = None,
    high: float | None = None,
    scale: Literal["linear", "log"] = "linear",
    choices: tuple[str, ...] = (),
    unit: str = "",
    makes_new_network: bool = False,
) -> Any:
    """A field of a `Params` struct: `default` within `low` and `high` (numbers) or one of `choices` (text).

    `makes_new_network` marks a knob that changes the shape of the network, so that turning it starts afresh.
    Raises ValueError where the declaration contradicts itself, at import.
    """
    declared = Knob(default, help, low, high, scale, choices, unit, makes_new_network)
    wrong = _wrong_with(declared, default)
    if wrong or (scale == "log" and not (low and low > 0)):
        raise ValueError(f"knob({default!r}): {wrong or 'a log scale needs a positive low'}")
    return msgspec.field(default_factory=declared)


def knobs_of(params_type: type[msgspec.Struct]) -> tuple[Knob, ...]:
    """The knobs of a `Params` struct in their order, each with its field's name."""
    return tuple(
        msgspec.structs.replace(field.default_factory, name=field.name)
        for field in msgspec.structs.fields(params_type)
        if isinstance(field.default_factory, Knob)
    )


def make(params_type: type[Params], values: Mapping[str, Value], where: str) -> Params:
    """A checked `params_type` from plain values; those not named keep their defaults.

    `where` is how the values are called in a sentence, such as "model.params".
    Raises Notice for an unknown name, a wrong type, and a value outside its range.
    """
    return params_type(**checked(knobs_of(params_type), values, where))


def checked(knobs: tuple[Knob, ...], values: Mapping[str, Value], where: str) -> dict[str, Value]:
    """The given values, each of its knob's type and within its range. Raises Notice otherwise."""
    by_name = {each.name: each for each in knobs}
    result: dict[str, Value] = {}
    for name, value in values.items():
        if name not in by_name:
            known = ", ".join(by_name) or "none"
            raise Notice(f"{where} has no {name!r}; it has: {known}.")
        each = by_name[name]
        if isinstance(value, int) and abs(value) > sys.float_info.max:
            # Neither can it be compared with a range nor, past some digits, be written out.
            raise Notice(f"{where}.{name} is too large a number.")
        if isinstance(value, int) and not isinstance(value, bool) and type(each.default) is float:
            value = float(value)
        if isinstance(value, float) and value.is_integer() and type(each.default) is int:
            value = int(value)
        if wrong := _wrong_with(each, value):
            raise Notice(f"{where}.{name} is {_shown(value)}; {wrong}.")
        result[name] = value
    return result


def starts_afresh(old: msgspec.Struct, new: msgspec.Struct) -> bool:
    """Whether going from `old` to `new` changes the shape of the network."""
    return type(old) is not type(new) or any(
        each.makes_new_network and getattr(old, each.name) != getattr(new, each.name) for each in knobs_of(type(new))
    )


def _wrong_with(each: Knob, value: Value) -> str:
    """What is wrong with a value for this knob, as the end of a sentence; empty if nothing is."""
    kind = type(each.default)
    if type(value) is not kind:
        names = {bool: "true or false", int: "a whole number", float: "a number", str: "text"}
        return f"it must be {names[kind]}"
    if isinstance(value, str):
        is_known = not each.choices or value in each.choices
        return "" if is_known else f"it must be one of {', '.join(each.choices)}"
    if isinstance(value, bool):
        return ""
    if not math.isfinite(value):
        return "it must be finite"
    is_low = each.low is not None and value < each.low
    is_high = each.high is not None and value > each.high
    return f"it must be from {each.low:g} to {each.high:g}" if is_low or is_high else ""


def _shown(value: Value) -> str:
    text = repr(value)
    return text if len(text) <= 40 else text[:40] + "..."
