"""The derivatives of a formula, symbolically: every node gives its value and its two partial derivatives in one pass.

All that is computed is one list of operations, in which nothing is there twice: what a derivative shares with the value
(the exp of an exp) costs nothing, and constants are folded. Factors that are constant travel outwards, where an
addition takes them along (formula_program.py).
Source: Wengert (1964), Communications of the ACM 7(8), for the forward mode.
"""

import math
from typing import NamedTuple

from engine.formula_text import Node

# A power this high is a chain of products: exact signs, and faster than pow.
_MOST_PRODUCTS = 64
# Constants are merged while float32 holds them.
_LARGEST, _SMALLEST = 1e37, 1e-37


class Operation(NamedTuple):
    """kind, the places of its arguments in the list of operations, and the number of those that have one:
    constant; scale (number * a); shift (a + number); pow (a ** number); base (number ** a).
    """

    kind: str
    args: tuple[int, ...] = ()
    number: float = 0.0


class Derived(NamedTuple):
    """The operations, each after its arguments, and the places of the energy and its derivatives along x and y."""

    operations: list[Operation]
    energy: int
    along_x: int
    along_y: int


def derive(nodes: list[Node]) -> Derived:
    """The energy of a formula with its gradient."""
    graph = _Graph()
    zero, one = graph.constant(0.0), graph.constant(1.0)
    values, slopes = list[int](), list[tuple[int, int]]()
    for node in nodes:
        if node.value is not None:
            value, both = graph.constant(node.value), (zero, zero)
        elif node.kind in ("x", "y"):
            value = graph.put(node.kind)
            both = (one, zero) if node.kind == "x" else (zero, one)
        else:
            args = [values[each] for each in node.args]
            along = [[slopes[each][axis] for each in node.args] for axis in (0, 1)]
            value, (x, y) = _ruled(graph, node.kind, args, along)
            both = x, y
        values.append(value)
        slopes.append(both)
    return Derived(graph.operations, values[-1], *slopes[-1])


class _Graph:
    """Operations, each there once; its methods simplify before they put another one."""

    def __init__(self) -> None:
        self.operations: list[Operation] = []
        self._places: dict[Operation, int] = {}

    def put(self, kind: str, *args: int, number: float = 0.0) -> int:
        operation = Operation(kind, args, number)
        if operation not in self._places:
            self._places[operation] = len(self.operations)
            self.operations.append(operation)
        return self._places[operation]

    def constant(self, value: float) -> int:
        return self.put("constant", number=value)

    def known(self, a: int) -> float | None:
        """The value of a constant."""
        kind, _, number = self.operations[a]
        return number if kind == "constant" else None

    def scale(self, factor: float, a: int) -> int:
        known = self.known(a)
        if known is not None:
            return self.constant(factor * known)
        inner, within = self._split(a)
        if inner != 1.0 and (factor * inner == 0 or _SMALLEST < abs(factor * inner) < _LARGEST):
            return self.scale(factor * inner, within)
        return a if factor == 1 else self.put("scale", a, number=factor)

    def shift(self, a: int, by: float) -> int:
        kind, args, number = self.operations[a]
        if kind == "shift":
            return self.shift(args[0], number + by)
        return a if by == 0 else self.put("shift", a, number=by)

    def add(self, a: int, b: int) -> int:
        u, v = self.known(a), self.known(b)
        if u is not None and v is not None:
            return self.constant(u + v)
        if u is not None or v is not None:
            return self.shift(b, u) if u is not None else self.shift(a, v or 0.0)
        if a == b:
            return self.scale(2.0, a)
        (s, c), (t, d) = self._split(a), self._split(b)
        if s == t != 1.0:
            return self.scale(s, self.add(c, d))
        if s == -t and s != 1.0 and t != 1.0:
            return self.scale(s, self.add(c, self.scale(-1.0, d)))
        return self.put("add", *sorted((a, b)))

    def mul(self, a: int, b: int) -> int:
        u, v = self.known(a), self.known(b)
        if u is not None or v is not None:
            return self.scale(u, b) if u is not None else self.scale(v or 0.0, a)
        (s, c), (t, d) = self._split(a), self._split(b)
        product = self.put("mul", *sorted((c, d)))
        return self.scale(t, self.scale(s, product))

    def div(self, a: int, b: int) -> int:
        below = self.known(b)
        if below is not None:
            return self.scale(1 / below, a)
        above = self.known(a)
        if above is not None:
            return self.scale(above, self.put("reciprocal", b))
        factor, inner = self._split(a)
        return self.scale(factor, self.put("div", inner, b))

    def whole_power(self, a: int, exponent: int) -> int:
        """By squares and products; the exponent is not negative."""
        if exponent < 2:
            return a if exponent else self.constant(1.0)
        if exponent % 2:
            return self.mul(self.whole_power(a, exponent - 1), a)
        half = self.whole_power(a, exponent // 2)
        return self.mul(half, half)

    def power(self, a: int, exponent: float) -> int:
        if exponent == 0.5:
            return self.put("sqrt", a)
        if exponent != int(exponent) or abs(exponent) > _MOST_PRODUCTS:
            return self.put("pow", a, number=exponent)
        power = self.whole_power(a, abs(int(exponent)))
        return power if exponent >= 0 else self.div(self.constant(1.0), power)

    def times(self, a: int, b: int) -> int:
        """A product within a derivative: nothing is left of what does not change."""
        return self.constant(0.0) if 0.0 in (self.known(a), self.known(b)) else self.mul(a, b)

    def _split(self, a: int) -> tuple[float, int]:
        """A constant factor and what it is multiplied with."""
        kind, args, number = self.operations[a]
        return (number, args[0]) if kind == "scale" else (1.0, a)


def _ruled(graph: _Graph, kind: str, args: list[int], along: list[list[int]]) -> tuple[int, tuple[int, int]]:
    """The value of a node and its derivatives along x and y, of the arguments' values and derivatives."""
    if kind in ("min", "max"):
        return _chosen(graph, kind, args, along)
    if kind == "logsumexp":
        return _soft_maximum(graph, args, along)
    value, factors = _by_factors(graph, kind, args)
    x, y = (
        _total(graph, [graph.times(f, slope) for f, slope in zip(factors, slopes, strict=True)]) for slopes in along
    )
    return value, (x, y)


def _total(graph: _Graph, terms: list[int]) -> int:
    total = terms[0]
    for each in terms[1:]:
        total = graph.add(total, each)
    return total


def _by_factors(graph: _Graph, kind: str, args: list[int]) -> tuple[int, list[int]]:
    """The value, and for each argument the factor of its derivative (the chain rule)."""
    g, a, b = graph, args[0], args[-1]
    one = g.constant(1.0)
    match kind:
        case "+":
            return g.add(a, b), [one, one]
        case "-":
            return g.add(a, g.scale(-1.0, b)), [one, g.constant(-1.0)]
        case "*":
            return g.mul(a, b), [b, a]
        case "/":
            value = g.div(a, b)
            return value, [g.div(one, b), g.scale(-1.0, g.div(value, b))]
        case "neg":
            return g.scale(-1.0, a), [g.constant(-1.0)]
        case "**":
            return _raised(g, a, b)
        case "log":
            return g.put("log", a), [g.div(one, a)]
        case "cos":
            return g.put("cos", a), [g.scale(-1.0, g.put("sin", a))]
    value = g.put(kind, a)
    match kind:
        case "exp":
            factor = value
        case "sqrt":
            factor = g.div(g.constant(0.5), value)
        case "sin":
            factor = g.put("cos", a)
        case "tanh":
            factor = g.shift(g.scale(-1.0, g.mul(value, value)), 1.0)
        case "abs":
            factor = g.put("sign", a)
        case "softplus":
            factor = g.put("sigmoid", a)
        case _:
            raise AssertionError(kind)
    return value, [factor]


def _raised(g: _Graph, a: int, b: int) -> tuple[int, list[int]]:
    """a ** b. A negative base has whole powers only: where the exponent is one and stands still, the base counts."""
    base, exponent = g.known(a), g.known(b)
    if exponent is not None:
        value = g.power(a, exponent)
        if exponent == 0.5:
            slope = g.div(g.constant(0.5), value)
        elif exponent < 0:
            slope = g.scale(exponent, g.div(value, a))
        else:
            slope = g.scale(exponent, g.power(a, exponent - 1)) if exponent else g.constant(0.0)
        return value, [slope, g.constant(0.0)]
    if base is not None:
        value = g.put("base", b, number=base)
        return value, [g.constant(0.0), g.scale(math.log(base) if base > 0 else 0.0, value)]
    value = g.put("power", a, b)
    less = g.put("power", a, g.shift(b, -1.0))
    return value, [g.mul(b, less), g.mul(value, g.put("log", g.put("abs", a)))]


def _chosen(g: _Graph, kind: str, args: list[int], along: list[list[int]]) -> tuple[int, tuple[int, int]]:
    """The least or the largest, with the derivatives of that argument which it is."""
    value, slopes = args[0], [along[0][0], along[1][0]]
    for place, other in enumerate(args[1:], 1):
        is_first = g.put("less", value, other) if kind == "min" else g.put("less", other, value)
        for axis in (0, 1):
            mine, its = slopes[axis], along[axis][place]
            slopes[axis] = mine if mine == its else g.put("where", is_first, mine, its)
        value = g.put(kind, value, other)
    return value, (slopes[0], slopes[1])


def _soft_maximum(g: _Graph, args: list[int], along: list[list[int]]) -> tuple[int, tuple[int, int]]:
    """logsumexp: its derivative is the mean of the arguments' derivatives, with weights that are their softmax.

    Each exponential is computed once, for the value and for the weights.
    """
    stacked = g.put("stack", *args)
    top = g.put("top", stacked)
    parts = g.put("parts", stacked, top)
    total = g.put("total", parts)
    value, weights = g.add(g.put("log", total), top), g.put("div", parts, total)
    x, y = (
        slopes[0] if len(set(slopes)) == 1 and g.known(slopes[0]) is not None else _mean(g, weights, slopes)
        for slopes in along
    )
    return value, (x, y)


def _mean(g: _Graph, weights: int, slopes: list[int]) -> int:
    return g.put("dot", weights, g.put("stack", *slopes))
