r"""Checkerboard

Every second square of a 4 by 4 board, filled evenly, with edges that fall off smoothly. Within a square there is no
slope to follow, at its edges a cliff; squares meet only at their corners. With sharp edges a sampler that follows
slopes sees nothing of the cliff before it falls.

Equation: p(x, y) = \frac{1}{32} \sum_{(i, j) \text{ filled}} f_i(x) \, f_j(y), \quad
f_i(x) = S\left(\tfrac{x - a_i}{s}\right) - S\left(\tfrac{x - a_i - 2}{s}\right), \quad S(u) = \frac{1}{1 + e^{-u}}
Try: Make the edges sharp and follow one chain: how many squares does it see in 1,000 steps?
Source: Grathwohl et al. (2019), FFJORD, arXiv:1810.01367, for the board; the logistic edges are ours.
"""

import math

import msgspec
import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import softplus

from engine.knobs import knob
from engine.messages import Extent
from engine.targets import Moments
from engine.targets._mixture import energy_and_shares, energy_of

_SIDE, _COUNT = 2.0, 4
_CELLS = [(i, j) for i in range(_COUNT) for j in range(_COUNT) if (i + j) % 2 == 0]


class Params(msgspec.Struct, frozen=True):
    smoothness: float = knob(0.1, low=0.02, high=0.5, scale="log", help="Width of the edges, s. Small is sharp.")


class Target:
    """Energy and score in closed form; exp(-E) integrates to 1.

    S(u) - S(v) = S(u) S(-v) (1 - exp(v - u)), and v - u is the same everywhere: so its log is exact far out as well.
    """

    def __init__(self, params: Params, device: torch.device) -> None:
        self._s = params.smoothness
        edges = _SIDE * (torch.arange(_COUNT, device=device) - _COUNT / 2)
        self._left, self._right = edges[:, None, None], edges[:, None, None] + _SIDE
        self._constant = math.log1p(-math.exp(-_SIDE / self._s)) * 2 - math.log(len(_CELLS) * _SIDE**2)
        self._column, self._row = torch.tensor(_CELLS, device=device).T.contiguous()
        # Which cells are in each column and in each row, (4, 8) each.
        at = torch.arange(_COUNT, device=device)[:, None]
        self._of_columns, self._of_rows = (at == self._column).float(), (at == self._row).float()

    def energy(self, x: Tensor) -> Tensor:
        return energy_of(self._logits(*self._offsets(x)))

    def score(self, x: Tensor) -> Tensor:
        return self.energy_and_score(x)[1]

    def energy_and_score(self, x: Tensor) -> tuple[Tensor, Tensor]:
        inwards, outwards = self._offsets(x)
        energy, shares = energy_and_shares(self._logits(inwards, outwards))
        # The slope of each strip's log, (4, 2, n), in the order columns, rows.
        slopes = inwards.sigmoid_().sub_(outwards.sigmoid_()).div_(self._s)
        across = (self._of_columns @ shares).mul_(slopes[:, 0]).sum(0)
        up = (self._of_rows @ shares).mul_(slopes[:, 1]).sum(0)
        return energy, torch.stack([across, up]).T

    def _offsets(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """How far each point is before each strip's first edge, and beyond its second, in units of s: (4, 2, n)."""
        scaled = x.T
        return (self._left - scaled) / self._s, (scaled - self._right) / self._s

    def _logits(self, before: Tensor, beyond: Tensor) -> Tensor:
        """The log of each filled cell's part of the density, (8, n)."""
        log_strips = softplus(before) + softplus(beyond)
        return self._constant - log_strips[self._column, 0] - log_strips[self._row, 1]


def target(params: Params, device: torch.device) -> Target:
    return Target(params, device)


def extent(params: Params) -> Extent:
    half = _SIDE * _COUNT / 2 + 6 * params.smoothness
    return -half, half, -half, half


def moments(params: Params) -> Moments:
    """The even board, plus a logistic number of scale s in each direction: its variance is (pi s)^2 / 3."""
    middles = _SIDE * (np.array(_CELLS) - (_COUNT - 1) / 2)
    blur = _SIDE**2 / 12 + (math.pi * params.smoothness) ** 2 / 3
    return Moments(np.zeros(2), middles.T @ middles / len(_CELLS) + blur * np.eye(2), 0.0)
