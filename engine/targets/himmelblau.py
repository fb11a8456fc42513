r"""Himmelblau's function

Four minima of the same depth, with walls of unequal height between them. A test of optimisers; as an energy its minima
are modes of unequal weight, because they are of unequal width. The hotter, the easier to pass from one to another.

Equation: E(x, y) = \frac{(x^2 + y - 11)^2 + (x + y^2 - 7)^2}{T}
Try: Cool it down slowly while the chains walk, and see how many end in each minimum.
Source: Himmelblau (1972), Applied Nonlinear Programming.
"""

import msgspec
import torch
from torch import Tensor

from engine.knobs import knob
from engine.messages import Extent
from engine.targets import Moments


class Params(msgspec.Struct, frozen=True):
    temperature: float = knob(
        20.0, low=2.0, high=100.0, scale="log", help="The function is divided by it. High: the walls are low."
    )


class Target:
    """Energy and score in closed form."""

    def __init__(self, params: Params) -> None:
        self._beta = 1 / params.temperature

    def energy(self, x: Tensor) -> Tensor:
        first, second = x.unbind(1)
        a = torch.addcmul(second - 11, first, first)
        b = torch.addcmul(first - 7, second, second)
        return torch.addcmul(a.square(), b, b) * self._beta

    def score(self, x: Tensor) -> Tensor:
        return self.energy_and_score(x)[1]

    def energy_and_score(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """With a and b for the two brackets the gradient is (4 x a + 2 b, 2 a + 4 y b) / T."""
        first, second = x.unbind(1)
        a = torch.addcmul(second - 11, first, first)
        b = torch.addcmul(first - 7, second, second)
        score = torch.stack([torch.addcmul(b, first, a, value=2), torch.addcmul(a, second, b, value=2)])
        energy = a.square_().addcmul_(b, b).mul_(self._beta)
        return energy, score.mul_(-2 * self._beta).T


def target(params: Params, device: torch.device) -> Target:
    return Target(params)


def extent(params: Params) -> Extent:
    return -6.0, 6.0, -6.0, 6.0


def moments(params: Params) -> Moments | None:
    return None
