r"""Müller-Brown surface

Three wells of a small model of a chemical reaction, joined by a crooked valley. The shortest way between the two deep
ones is not the way that chains take: they pass through the shallow one in the middle.

Equation: E(x, y) = \frac1T \sum_{k=1}^{4} A_k
\exp\left(a_k (x - x_k)^2 + b_k (x - x_k)(y - y_k) + c_k (y - y_k)^2\right)
Try: Start in the well at the upper left, watch the way to the one at the lower right, then halve the temperature.
Source: Müller, Brown (1979), Theoretica Chimica Acta 53(1).
"""

import math

import msgspec
import torch
from torch import Tensor

from engine.knobs import knob
from engine.messages import Extent
from engine.targets import Moments

# For each of the four terms: A, a, b, c, x, y.
_TERMS = (
    (-200.0, -1.0, 0.0, -10.0, 1.0, 0.0),
    (-100.0, -1.0, 0.0, -10.0, 0.0, 0.5),
    (-170.0, -6.5, 11.0, -6.5, -0.5, 1.5),
    (15.0, 0.7, 0.6, 0.7, -1.0, 1.0),
)
_STEEPEST = 60.0  # far out the last term would overflow: it grows no more there, and pulls back as hard


class Params(msgspec.Struct, frozen=True):
    temperature: float = knob(
        20.0, low=5.0, high=40.0, scale="log", help="The surface is divided by it. Low: wells are rarely left."
    )


class Target:
    """Energy and score in closed form."""

    def __init__(self, params: Params, device: torch.device) -> None:
        columns = torch.tensor(_TERMS, dtype=torch.float64).T[:, :, None]
        self._height, self._a, self._b, self._c, self._x, self._y = columns.float().to(device)
        self._height = self._height / params.temperature

    def energy(self, x: Tensor) -> Tensor:
        return self._terms(x)[0].sum(0)

    def score(self, x: Tensor) -> Tensor:
        return self.energy_and_score(x)[1]

    def energy_and_score(self, x: Tensor) -> tuple[Tensor, Tensor]:
        terms, across, up = self._terms(x)
        sideways = (self._a * across).mul_(2).addcmul_(self._b, up).mul_(terms).sum(0)
        upwards = (self._c * up).mul_(2).addcmul_(self._b, across).mul_(terms).sum(0)
        return terms.sum(0), torch.stack([sideways, upwards]).neg_().T

    def _terms(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Each term, and how far each point is from its middle in x and in y, (4, n) each."""
        first, second = x.unbind(1)
        across, up = first - self._x, second - self._y
        exponent = (self._a * across + self._b * up) * across + self._c * up.square()
        # exp2: on a CPU torch.exp is slow where the result is next to nothing.
        return self._height * (exponent.clamp(max=_STEEPEST) * math.log2(math.e)).exp2(), across, up


def target(params: Params, device: torch.device) -> Target:
    return Target(params, device)


def extent(params: Params) -> Extent:
    return -2.2, 1.6, -1.1, 2.7


def moments(params: Params) -> Moments | None:
    return None
