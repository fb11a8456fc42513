"""A formula in x and y that a person types, as an energy with its gradient in closed form.

`parse` says what is wrong and where; the text is never run as code. What there is: numbers, pi, x, y, + - * / **,
parentheses, and exp log sqrt sin cos tanh abs min max logsumexp softplus.
Not covered: whether exp(-E) has a finite mass, and where it lies (home_view.py).
"""

import torch
from torch import Tensor

from engine.formula_latex import latex
from engine.formula_program import Program
from engine.formula_rules import derive
from engine.formula_text import FormulaError, Node, read
from engine.home_view import home_view

__all__ = ["Formula", "FormulaError", "FormulaTarget", "home_view", "parse"]


class Formula:
    """What was typed, how it looks, and what can be sampled of it."""

    def __init__(self, text: str, nodes: list[Node]) -> None:
        """nodes: of that text."""
        self.text = text
        self.latex = latex(nodes, text)
        self._nodes = nodes

    def target(self, device: torch.device) -> "FormulaTarget":
        """The energy in the user's own numbers. It holds no tensors: it computes on the device of what it is asked."""
        return FormulaTarget(self._nodes)


class FormulaTarget:
    """Energy and score of a formula, (n, 2) -> (n,) and (n, 2).

    Where the energy is infinite or NaN, both coordinates of the score are NaN. Where the energy is finite and has no
    slope (the tip of a cone) or an infinite one, that coordinate of the score is 0: a chain must get away from there.
    """

    def __init__(self, nodes: list[Node]) -> None:
        operations, *outputs = derive(nodes)
        self._energy = Program(operations, (outputs[0],))
        self._both = Program(operations, tuple(outputs))

    def energy(self, x: Tensor) -> Tensor:
        return self._energy(*x.unbind(1))[0]

    def score(self, x: Tensor) -> Tensor:
        return self.energy_and_score(x)[1]

    def energy_and_score(self, x: Tensor) -> tuple[Tensor, Tensor]:
        energy, along_x, along_y = self._both(*x.unbind(1))
        gradient = torch.stack((along_x, along_y))
        if not self._both.is_tame:
            gradient.nan_to_num_(0.0, 0.0, 0.0)
        # Zero where the energy is finite, NaN elsewhere. Each coordinate lies together in memory.
        return energy, torch.sub(energy * 0.0, gradient).T

    @property
    def num_steps(self) -> int:
        """How many torch operators energy and gradient take."""
        return self._both.num_steps


def parse(text: str) -> Formula:
    """The formula of a text. Raises FormulaError with the wrong place."""
    return Formula(text, read(text))
