"""The operations of a formula as torch operators: as few as there are, in place where nobody looks at what was there.

A constant factor goes into the addition after it, and so does a product (`addcmul`). Constants stay Python's numbers:
nothing waits for a device and nothing has one.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from engine.formula_rules import Operation

# Each as it is, and in place of its first argument. Those without the latter have another kind or shape of result.
_PLAIN: dict[str, tuple[Callable[..., Tensor], Callable[..., Tensor] | None]] = {
    "add": (torch.add, Tensor.add_),
    "mul": (torch.mul, Tensor.mul_),
    "div": (torch.div, Tensor.div_),
    "reciprocal": (torch.reciprocal, Tensor.reciprocal_),
    "power": (torch.pow, Tensor.pow_),
    "sqrt": (torch.sqrt, Tensor.sqrt_),
    "exp": (torch.exp, Tensor.exp_),
    "log": (torch.log, Tensor.log_),
    "sin": (torch.sin, Tensor.sin_),
    "cos": (torch.cos, Tensor.cos_),
    "tanh": (torch.tanh, Tensor.tanh_),
    "abs": (torch.abs, Tensor.abs_),
    "sign": (torch.sign, Tensor.sign_),
    "sigmoid": (torch.sigmoid, Tensor.sigmoid_),
    "softplus": (lambda a: functional.softplus(a, threshold=40.0), None),
    "min": (torch.minimum, None),
    "max": (torch.maximum, None),
    "less": (torch.lt, None),
    "where": (torch.where, None),
    "stack": (lambda *each: torch.stack(each), None),
    "top": (lambda stacked: stacked.amax(0), None),
    # An exponential below 1e-38 takes twenty times as long, and is nothing beside the largest part, which is 1.
    "parts": (lambda stacked, top: torch.sub(stacked, top).clamp_(min=-80.0).exp_(), None),
    "total": (lambda parts: parts.sum(0), None),
    "dot": (lambda weights, each: (weights * each).sum(0), None),
}
_SWAPPED = ("add", "mul")
# Where the value of these is finite, so are their derivatives.
_TAME = {"constant", "x", "y", "add", "scale", "shift", "mul", "sin", "cos", "abs", "sign"}
_TAME |= {"min", "max", "less", "where"}


class _Step(NamedTuple):
    """An operator, its arguments' registers, and the registers that nobody needs after it."""

    function: Callable[..., Tensor]
    sources: tuple[int, ...]
    spent: tuple[int, ...]


class _Fused(NamedTuple):
    """What takes an operation and those before it that only it needs: arguments (places), and the operators."""

    args: tuple[int, ...]
    function: Callable[..., Tensor]
    in_place: Callable[..., Tensor] | None
    can_swap: bool = False


class Program:
    """So many of the operations as the outputs need; registers 0 and 1 are x and y."""

    def __init__(self, operations: list[Operation], outputs: tuple[int, ...]) -> None:
        """outputs: places of operations. The first is a tensor of its own; the others may be x or y or one another."""
        fused = _fused(operations, outputs)
        self.is_tame = all(operations[place].kind in _TAME for place in _needed(operations, outputs))
        self._steps: list[_Step] = []
        self._write(operations, fused, outputs)

    def __call__(self, x: Tensor, y: Tensor) -> list[Tensor]:
        """(n,) each -> the outputs, (n,) each, on the device of x."""
        registers: list[Any] = [x, y]
        for function, sources, spent in self._steps:
            registers.append(function(*[registers[each] for each in sources]))
            for each in spent:
                registers[each] = None
        return [registers[each] for each in self._outputs]

    @property
    def num_steps(self) -> int:
        """How many torch operators a call takes."""
        return len(self._steps)

    def _write(self, operations: list[Operation], fused: dict[int, _Fused], outputs: tuple[int, ...]) -> None:
        """The steps, in the order of the operations."""
        last_use = {arg: place for place in sorted(fused) for arg in fused[place].args}
        last_use |= dict.fromkeys(outputs, len(operations))
        registers = {place: "xy".index(each.kind) for place, each in enumerate(operations) if each.kind in ("x", "y")}
        # What may not be written on: the inputs are the caller's.
        given = set(registers)
        for place in sorted(fused):
            args, function, in_place, can_swap = fused[place]
            spent = [each for each in dict.fromkeys(args) if last_use[each] == place and each not in given]
            if in_place is not None and args[0] not in args[1:]:
                if args[0] in spent:
                    function = in_place
                elif can_swap and args[1] in spent:
                    function, args = in_place, (args[1], args[0])
            self._steps.append(_Step(function, tuple(registers[a] for a in args), tuple(registers[a] for a in spent)))
            registers[place] = len(self._steps) + 1
        self._outputs = [registers[place] for place in outputs]
        if outputs[0] in given:
            self._steps.append(_Step(torch.clone, (registers[outputs[0]],), ()))
            self._outputs[0] = len(self._steps) + 1


def _needed(operations: list[Operation], outputs: tuple[int, ...]) -> set[int]:
    """The places of all that the outputs are made of."""
    needed, waiting = set[int](), list(outputs)
    while waiting:
        place = waiting.pop()
        if place not in needed:
            needed.add(place)
            waiting.extend(operations[place].args)
    return needed


def _fused(operations: list[Operation], outputs: tuple[int, ...]) -> dict[int, _Fused]:
    """What is to be computed, by its place: from the last to the first, each with what only it needs."""
    uses = dict.fromkeys(range(len(operations)), 0)
    for place in _needed(operations, outputs):
        for each in operations[place].args:
            uses[each] += 1
    for place in outputs:
        uses[place] += 2  # never only a part of another

    fused: dict[int, _Fused] = {}
    wanted = set(outputs)
    for place in range(len(operations) - 1, -1, -1):
        if place in wanted and operations[place].kind not in ("x", "y"):
            fused[place] = _one(operations, place, uses)
            wanted.update(fused[place].args)
    return fused


def _one(operations: list[Operation], place: int, uses: dict[int, int]) -> _Fused:
    kind, args, number = operations[place]

    def only_here(at: int, kind: str) -> bool:
        return operations[at].kind == kind and uses[at] == 1

    match kind:
        case "add":
            for kept, other in (args, args[::-1]):
                is_scaled = only_here(other, "scale")
                factor, inner = (operations[other].number, operations[other].args[0]) if is_scaled else (1.0, other)
                if only_here(inner, "mul"):
                    left, right = operations[inner].args
                    return _add_product(kept, left, right, factor)
                if is_scaled:
                    return _add_scaled(kept, inner, factor)
        case "shift":
            if only_here(args[0], "scale"):
                against = -operations[args[0]].number
                return _Fused(operations[args[0]].args, lambda a: torch.rsub(a, number, alpha=against), None)
            return _Fused(args, lambda a: a + number, lambda a: a.add_(number))
        case "scale":
            return _Fused(args, lambda a: a * number, lambda a: a.mul_(number))
        case "pow":
            return _Fused(args, lambda a: a.pow(number), lambda a: a.pow_(number))
        case "base":
            return _Fused(args, lambda a: torch.pow(number, a), None)
        case "constant":
            at = _input(operations)
            return _Fused((at,), lambda a: torch.full_like(a, number), None)
    return _Fused(args, *_PLAIN[kind], can_swap=kind in _SWAPPED)


def _add_scaled(kept: int, other: int, factor: float) -> _Fused:
    return _Fused(
        (kept, other),
        lambda a, b: torch.add(a, b, alpha=factor),
        lambda a, b: a.add_(b, alpha=factor),
    )


def _add_product(kept: int, left: int, right: int, factor: float) -> _Fused:
    return _Fused(
        (kept, left, right),
        lambda a, b, c: torch.addcmul(a, b, c, value=factor),
        lambda a, b, c: a.addcmul_(b, c, value=factor),
    )


def _input(operations: list[Operation]) -> int:
    """The place of x, or of y where there is no x."""
    return next(place for place, each in enumerate(operations) if each.kind in ("x", "y"))
