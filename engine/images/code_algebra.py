"""A typed formula of codes, such as A - B + 0.5*(C + D), becomes the weight of each code.

Codes are added, subtracted, and multiplied or divided by numbers; nothing else makes sense of them. The text goes
through a whitelist over Python's syntax tree and is never run as code.
Without torch: the window reads formulas too.
Not covered: what the names stand for (latents.py adds codes and means of groups).
"""

import ast
import math
import re
from collections.abc import Collection
from typing import NamedTuple

from engine.formula_text import FormulaError

MOST_CHARACTERS = 400
_MOST_PARENTHESES = 40
_LARGEST = 1e6
_STRANGER = re.compile(r"[^A-Za-z0-9_.+\-*/() ]")
_NUMBER_THEN_NAME = re.compile(r"(?<![A-Za-z0-9_.])([0-9.]+)(?![eE][+-]?[0-9])([A-Za-z_][A-Za-z0-9_]*)")
_INSTEAD = {"−": "type - for minus", "–": "type - for minus", "·": "write *", "×": "write *", "÷": "write /"}
_EXAMPLE = "A - B + C"


class _Part(NamedTuple):
    """A part of a formula: a number, and the weight of each code; one of the two is there."""

    number: float
    weights: dict[str, float]


def weights_of(text: str, names: Collection[str]) -> dict[str, float]:
    """The weight of each code in a formula, without those that cancel out. names: of the codes that there are.

    Raises FormulaError with the place of what is wrong.
    """
    spaced = "".join(" " if each.isspace() else each for each in text)
    _check_signs(spaced)
    try:
        root = ast.parse(f"({spaced})", mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        # The parenthesis in front is one column, and Python counts from 1.
        place = min(max((getattr(error, "offset", None) or 2) - 2, 0), len(text))
        raise FormulaError(
            f"This is not understood: write a sum of codes, such as {_EXAMPLE}.", place, len(text)
        ) from None
    part = _part(root, names)
    if not part.weights:
        raise FormulaError(f"This has no code in it: write a sum of codes, such as {_EXAMPLE}.", 0, len(text))
    return {name: weight for name, weight in part.weights.items() if weight != 0}


def _check_signs(text: str) -> None:
    if len(text) > MOST_CHARACTERS:
        raise FormulaError(
            f"The formula has {len(text)} characters: {MOST_CHARACTERS} is the most.", MOST_CHARACTERS, len(text)
        )
    if not text.strip():
        raise FormulaError(f"Type a sum of codes, such as {_EXAMPLE}.", 0, len(text))
    if found := _STRANGER.search(text):
        remedy = _INSTEAD.get(found[0], "use names, numbers, + - * / and parentheses")
        shown = found[0] if found[0].isprintable() else f"U+{ord(found[0]):04X}"
        raise FormulaError(f"The sign {shown} has no meaning here: {remedy}.", *found.span())
    if found := _NUMBER_THEN_NAME.search(text):
        raise FormulaError(f"A * is missing here: write {found[1][:20]}*{found[2][:20]}.", *found.span())
    depth = 0
    for place, sign in enumerate(text):
        depth += (sign == "(") - (sign == ")")
        if depth < 0:
            raise FormulaError("No parenthesis was opened for this one: remove it.", place, place + 1)
        if depth > _MOST_PARENTHESES:
            raise FormulaError(f"More than {_MOST_PARENTHESES} parentheses within one another.", place, place + 1)
    if depth:
        place = text.rindex("(")
        raise FormulaError("This parenthesis is never closed: add a ).", place, place + 1)


def _part(at: ast.expr, names: Collection[str]) -> _Part:
    """The weights of a part: the whitelist. Its depth is bounded by the number of characters."""
    match at:
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
            # A whole number of hundreds of digits is no float.
            return _checked(_Part(float(min(value, 2 * _LARGEST)), {}), at)
        case ast.Name(id=name):
            if name not in names:
                known = ", ".join(sorted(names)) or "no code yet"
                raise FormulaError(f"There is no {name[:20]}: there is {known}.", *_columns(at))
            return _Part(0.0, {name: 1.0})
        case ast.UnaryOp(op=ast.USub() | ast.UAdd() as sign, operand=operand):
            return _scaled(_part(operand, names), -1.0 if isinstance(sign, ast.USub) else 1.0, at)
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub() as sign, right=right):
            return _added(_part(left, names), _part(right, names), -1.0 if isinstance(sign, ast.Sub) else 1.0, at)
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            one, other = _part(left, names), _part(right, names)
            if one.weights and other.weights:
                raise FormulaError("Two codes cannot be multiplied: one of the two must be a number.", *_columns(at))
            return _scaled(one, other.number, at) if one.weights else _scaled(other, one.number, at)
        case ast.BinOp(left=left, op=ast.Div(), right=right):
            above, below = _part(left, names), _part(right, names)
            if below.weights or below.number == 0:
                what = "by a code" if below.weights else "by zero"
                raise FormulaError(f"This divides {what}: divide by a number.", *_columns(right))
            return _scaled(above, 1 / below.number, at)
    raise FormulaError("This is no part of a formula: use names, numbers, + - * / and parentheses.", *_columns(at))


def _added(one: _Part, other: _Part, sign: float, at: ast.expr) -> _Part:
    if bool(one.weights) != bool(other.weights):
        raise FormulaError("A number cannot be added to a code: multiply by it instead.", *_columns(at))
    weights = dict(one.weights)
    for name, weight in other.weights.items():
        weights[name] = weights.get(name, 0.0) + sign * weight
    return _checked(_Part(one.number + sign * other.number, weights), at)


def _scaled(part: _Part, factor: float, at: ast.expr) -> _Part:
    return _checked(_Part(part.number * factor, {name: weight * factor for name, weight in part.weights.items()}), at)


def _checked(part: _Part, at: ast.expr) -> _Part:
    if not all(math.isfinite(each) and abs(each) <= _LARGEST for each in (part.number, *part.weights.values())):
        raise FormulaError(f"This number is too large: {_LARGEST:g} is the most.", *_columns(at))
    return part


def _columns(at: ast.expr) -> tuple[int, int]:
    assert at.end_col_offset is not None
    return at.col_offset - 1, at.end_col_offset - 1
