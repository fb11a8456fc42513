r"""Correlated normal

One Gaussian, drawn out along a diagonal. A step that suits its narrow side takes long to walk its long side.

Equation: p(x, y) = \mathcal{N}\left(0, \begin{pmatrix} 1 & \rho \\ \rho & 1 \end{pmatrix}\right)
Source: Neal (2011), MCMC using Hamiltonian dynamics, Handbook of Markov Chain Monte Carlo, section 5.3.
"""

import math

import msgspec
import numpy as np
import torch
from torch import Tensor

from engine.knobs import knob
from engine.messages import Extent
from engine.targets import Moments


class Params(msgspec.Struct, frozen=True):
    correlation: float = knob(0.9, low=-0.999, high=0.999, help="1 is a line.")


class Target:
    """Energy and score in closed form."""

    def __init__(self, params: Params, device: torch.device) -> None:
        rho = params.correlation
        precision = torch.tensor([[1.0, -rho], [-rho, 1.0]], dtype=torch.float64) / (1 - rho**2)
        self._precision = precision.float().to(device)

    def energy(self, x: Tensor) -> Tensor:
        return ((x @ self._precision) * x).sum(1) / 2

    def score(self, x: Tensor) -> Tensor:
        return -(x @ self._precision)

    def energy_and_score(self, x: Tensor) -> tuple[Tensor, Tensor]:
        pull = x @ self._precision
        return (pull * x).sum(1) / 2, pull.neg_()


def target(params: Params, device: torch.device) -> Target:
    return Target(params, device)


def extent(params: Params) -> Extent:
    return -4.0, 4.0, -4.0, 4.0


def moments(params: Params) -> Moments:
    rho = params.correlation
    covariance = np.array([[1.0, rho], [rho, 1.0]])
    return Moments(np.zeros(2), covariance, math.log(2 * math.pi * math.sqrt(1 - rho**2)))
