"""The text of a formula, checked sign by sign and read into a list of nodes; what is wrong is said with its place.

First the signs are looked at one after the other: nearly all mistakes are found there, and what goes on to Python's
parser is short, not deep, and ASCII. So columns are characters of the text (code points), not bytes. Then a whitelist
over Python's syntax tree gives the nodes. Nothing is ever run as code.
Not covered: derivatives (formula_rules.py), torch (formula_program.py), typesetting (formula_latex.py).
"""

import ast
import math
import operator
import re
from collections.abc import Callable
from typing import NamedTuple

from engine.notice import Notice

MOST_CHARACTERS = 2000
MOST_LEVELS = 40
# Numbers are float32 in the end: beyond it all is infinite or zero.
_LARGEST, _SMALLEST = 3.4e38, 1.2e-38

VARIABLES = ("x", "y")
_MANY = 1000
# Name: least and most number of arguments.
FUNCTIONS = dict.fromkeys(("exp", "log", "sqrt", "sin", "cos", "tanh", "abs", "softplus"), (1, 1))
FUNCTIONS |= dict.fromkeys(("min", "max", "logsumexp"), (2, _MANY))
_NAMES = (*VARIABLES, "pi", *FUNCTIONS)

_OPERATORS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**"}
_TOKEN = re.compile(
    r"(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)|(?P<name>[A-Za-z_][A-Za-z_0-9]*)"
    r"|(?P<operator>\*\*|[-+*/])|(?P<open>\()|(?P<close>\))|(?P<comma>,)|(?P<space> +)|(?P<other>.)",
    re.DOTALL,
)
_INSTEAD = {
    "^": "Write ** for a power, as in x**2.",
    "−": "This is a typographic minus: type -.",
    "–": "This is a dash: type - for minus.",
    "·": "Write * for a product.",
    "×": "Write * for a product.",
    "÷": "Write / for a fraction.",
    "²": "Write **2 for a square.",
    "³": "Write **3 for a cube.",
    "π": "Write pi.",
    "√": "Write sqrt( ).",
    "|": "Write abs( ) for the absolute value.",
    **dict.fromkeys("[]{}", "Write round parentheses ( )."),
    **dict.fromkeys("=<>!:", "An energy is one number at each place: it has no comparison and no assignment."),
    **dict.fromkeys("\"'`", "An energy is made of numbers: there is no text in it."),
    ".": "A point belongs between digits, as in 0.5; nothing else has one.",
    "%": "Write a fraction instead: there is no %.",
    ";": "Write one formula, without a semicolon.",
}
_NAMES_INSTEAD = {"e": "exp(1)", "ln": "log", "pow": "**", "power": "**", "lambda": "a number", "fabs": "abs"}
_NOT_REAL = {
    "log": "log needs a number above 0.",
    "sqrt": "sqrt needs a number that is not negative.",
    "**": "A negative number has whole powers only, and 0 has no negative ones.",
}


class FormulaError(Notice):
    """What is wrong with a formula, from column `start` up to but not including `end`; columns count from 0."""

    def __init__(self, sentence: str, start: int, end: int) -> None:
        super().__init__(sentence)
        self.start, self.end = start, end


class Node(NamedTuple):
    """One part of a formula. kind: number, pi, x, y, neg, an operator, or a function. args: places in the list of
    nodes, all before this one. value: of a constant, finite. start, end: its columns in the text.
    """

    kind: str
    args: tuple[int, ...]
    value: float | None
    start: int
    end: int


class _Token(NamedTuple):
    kind: str
    text: str
    start: int
    end: int


def read(text: str) -> list[Node]:
    """The nodes of a formula, each after its arguments; the last one is the whole. Raises FormulaError."""
    if len(text) > MOST_CHARACTERS:
        raise FormulaError(
            f"The formula has {len(text)} characters: {MOST_CHARACTERS} is the most.", MOST_CHARACTERS, len(text)
        )
    spaced = "".join(" " if each.isspace() else each for each in text)
    tokens = [_Token(found.lastgroup or "", found[0], *found.span()) for found in _TOKEN.finditer(spaced)]
    tokens = [each for each in tokens if each.kind != "space"]
    if not tokens:
        raise FormulaError("Type an energy in x and y, for example (x**2 + y**2) / 2.", 0, len(text))
    for each in tokens:
        _check_spelling(each)
    _check_order(tokens)
    _check_depth(tokens)
    try:
        # Parentheses around all: spaces in front are no indentation then. Every column is one more.
        root = ast.parse(f"({spaced})", mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise FormulaError("This is not understood: write it with fewer parts.", 0, len(text)) from None
    nodes = _nodes(root, text)
    if not any(each.kind in VARIABLES for each in nodes):
        raise FormulaError("There is no x and no y in it: the landscape would be flat.", 0, len(text))
    return nodes


def _check_spelling(token: _Token) -> None:
    """That the sign or the name is one of ours."""
    sign = token.text
    if token.kind == "other":
        raise FormulaError(_INSTEAD.get(sign) or _stranger(sign), token.start, token.end)
    if token.kind == "number" and re.fullmatch("0+[1-9][0-9]*", sign):
        raise FormulaError(f"Write {sign.lstrip('0')} without a 0 in front.", token.start, token.end)
    if token.kind != "name" or sign in _NAMES:
        return
    parts = re.findall("pi|[xy]|[0-9]+", sign)
    if "".join(parts) == sign and len(sign) <= 20:
        raise FormulaError(f"An operator is missing here: write {' * '.join(parts)}.", token.start, token.end)
    shown = sign if len(sign) <= 20 else f"{sign[:20]}..."
    instead = sign.lower() if sign.lower() in _NAMES else _NAMES_INSTEAD.get(sign)
    remedy = f"write {instead}" if instead else f"there is {', '.join(_NAMES)}"
    raise FormulaError(f"There is no {shown}: {remedy}.", token.start, token.end)


def _stranger(sign: str) -> str:
    code = f"U+{ord(sign):04X}"
    shown = f"{sign} ({code})" if sign.isprintable() else code
    return f"The sign {shown} has no meaning here: type letters and digits of the plain alphabet."


def _check_order(tokens: list[_Token]) -> None:
    """That operands and operators take turns, and that parentheses are in pairs."""
    is_operand_next, opened, last = True, list[tuple[_Token, bool]](), None
    for token in tokens:
        is_called = last is not None and last.text in FUNCTIONS
        if is_called and token.kind != "open":
            break
        if token.kind in ("number", "name", "open"):
            if last and not is_operand_next:
                raise _no_operator(last, token)
            if token.kind == "open":
                opened.append((token, is_called))
            is_operand_next = token.kind == "open" or token.text in FUNCTIONS
        elif is_operand_next and token.text not in ("+", "-"):
            raise _no_operand(last, token)
        elif token.kind == "close":
            if not opened:
                raise FormulaError("No parenthesis was opened for this one: remove it.", token.start, token.end)
            opened.pop()
        else:
            if token.kind == "comma" and not (opened and opened[-1][1]):
                raise FormulaError(
                    "A comma stands between a function's arguments only; a decimal number has a point, as in 0.5.",
                    token.start,
                    token.end,
                )
            is_operand_next = True
        last = token
    if last and last.text in FUNCTIONS:
        raise FormulaError(f"{last.text} needs parentheses around its argument: {last.text}( ).", last.start, last.end)
    if is_operand_next:
        raise _no_operand(last, None)
    if opened:
        raise FormulaError("This parenthesis is never closed: add a ).", opened[-1][0].start, opened[-1][0].end)


def _no_operator(left: _Token, right: _Token) -> FormulaError:
    a, b = ("( )" if each.kind in ("open", "close") else each.text[:20] for each in (left, right))
    return FormulaError(f"An operator is missing here: write for example {a} * {b}.", left.start, right.end)


def _no_operand(left: _Token | None, right: _Token | None) -> FormulaError:
    where = " and ".join(
        f"{word} {each.text}" for word, each in (("after", left), ("before", right)) if each is not None
    )
    first, final = left or right, right or left
    assert first is not None
    assert final is not None
    return FormulaError(f"Something is missing {where}: a number, x, y or a function.", first.start, final.end)


def _check_depth(tokens: list[_Token]) -> None:
    """That no parser needs to go deep: parentheses, and signs and powers that wait for what comes after them."""
    waiting, last = [0], "open"
    for token in tokens:
        if token.kind == "open":
            waiting.append(0)
        elif token.kind == "close":
            waiting.pop()
        elif token.text == "**" or (token.kind == "operator" and last in ("open", "comma", "operator")):
            waiting[-1] += 1
        elif token.kind in ("operator", "comma"):
            waiting[-1] = 0
        if len(waiting) + sum(waiting) > MOST_LEVELS:
            raise FormulaError(
                f"More than {MOST_LEVELS} levels within one another: write it with fewer.", token.start, token.end
            )
        last = token.kind


def _nodes(root: ast.expr, text: str) -> list[Node]:
    """The tree as a list, without recursion: a sum of a thousand terms is a thousand levels deep."""
    nodes, found = list[Node](), list[int]()
    waiting = [(root, False)]
    while waiting:
        at, is_ready = waiting.pop()
        kind, operands = _kind(at, text)
        if not is_ready:
            waiting.append((at, True))
            waiting.extend((each, False) for each in reversed(operands))
            continue
        if kind == "plus":  # a sign that changes nothing
            continue
        first = len(found) - len(operands)
        args = tuple(found[first:])
        start, end = _columns(at)
        value = _folded(kind, [nodes[each].value for each in args], text, start, end)
        found[first:] = [len(nodes)]
        nodes.append(Node(kind, args, value, start, end))
    return nodes


def _kind(at: ast.expr, text: str) -> tuple[str, list[ast.expr]]:
    """The kind of a node and its operands: the whitelist."""
    match at:
        case ast.Constant(value=value) if type(value) in (int, float):
            return "number", []
        case ast.Name(id=name) if name in VARIABLES or name == "pi":
            return name, []
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return "neg", [operand]
        case ast.UnaryOp(op=ast.UAdd(), operand=operand):
            return "plus", [operand]
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
            return _OPERATORS[type(op)], [left, right]
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in FUNCTIONS:
            least, most = FUNCTIONS[name]
            if not least <= len(args) <= most:
                wanted = "one argument" if most == 1 else "two or more arguments"
                raise FormulaError(f"{name} takes {wanted}, not {len(args)}.", *_columns(at))
            return name, args
    raise FormulaError("This is no part of a formula: use numbers, x, y, operators and functions.", *_columns(at))


def _columns(at: ast.expr) -> tuple[int, int]:
    assert at.end_col_offset is not None
    return at.col_offset - 1, at.end_col_offset - 1


def _folded(kind: str, values: list[float | None], text: str, start: int, end: int) -> float | None:
    """The value of a part without x and y, in double precision; None for others. Raises FormulaError."""
    if kind == "/" and values[1] == 0:
        raise FormulaError("This divides by zero.", start, end)
    constants = [each for each in values if each is not None]
    if kind in VARIABLES or len(constants) < len(values):
        return None
    try:
        value = float(text[start:end]) if kind == "number" else _FOLDS[kind](*constants)
    except OverflowError:
        value = math.inf
    except ValueError:
        raise FormulaError(f"This is no real number. {_NOT_REAL[kind]}", start, end) from None
    if abs(value) > _LARGEST:
        raise FormulaError(f"This number is too large: {_LARGEST:g} is the most.", start, end)
    return value if abs(value) >= _SMALLEST else 0.0


def _logsumexp(*values: float) -> float:
    top = max(values)
    return top + math.log(math.fsum(math.exp(each - top) for each in values))


_FOLDS: dict[str, Callable[..., float]] = {
    "pi": lambda: math.pi,
    "neg": operator.neg,
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "**": math.pow,
    "min": min,
    "max": max,
    "abs": abs,
    "logsumexp": _logsumexp,
    "softplus": lambda value: _logsumexp(value, 0.0),
    **{name: getattr(math, name) for name in ("exp", "log", "sqrt", "sin", "cos", "tanh")},
}
