"""The targets as anyone would write them in torch; the gradient is autograd's."""

import math
from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

from tests.bench.rivals.settings import SD, centres, weights

Energy = Callable[[Tensor], Tensor]


def energy_of(target: str) -> Energy:
    """(n, 2) -> (n,), in nats."""
    return _mlp() if target == "mlp" else _eight_gaussians()


def _eight_gaussians() -> Energy:
    means = torch.from_numpy(centres())
    log_weight = -math.log(8 * 2 * math.pi * SD**2)

    def energy(x: Tensor) -> Tensor:
        squares = ((x[:, None] - means) ** 2).sum(-1)
        return -torch.logsumexp(log_weight - squares / (2 * SD**2), -1)

    return energy


def _mlp() -> Energy:
    first, first_bias, second, second_bias, last, bias = map(torch.from_numpy, weights())

    def energy(x: Tensor) -> Tensor:
        hidden = torch.sin(functional.linear(x, first, first_bias))
        hidden = functional.silu(functional.linear(hidden, second, second_bias))
        return hidden @ last + bias + (x**2).sum(-1) / 2

    return energy
