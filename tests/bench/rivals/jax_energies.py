"""The targets as anyone would write them in jax, for one chain; the gradient is jax's."""

import math
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from tests.bench.rivals.settings import SD, centres, weights


def energy_of(target: str) -> Callable[[Any], Any]:
    """(2,) -> (), in nats."""
    return _mlp() if target == "mlp" else _eight_gaussians()


def _eight_gaussians() -> Callable[[Any], Any]:
    means = jnp.asarray(centres())
    log_weight = -math.log(8 * 2 * math.pi * SD**2)

    def energy(x: Any) -> Any:
        squares = ((x - means) ** 2).sum(-1)
        return -jax.nn.logsumexp(log_weight - squares / (2 * SD**2))

    return energy


def _mlp() -> Callable[[Any], Any]:
    first, first_bias, second, second_bias, last, bias = map(jnp.asarray, weights())

    def energy(x: Any) -> Any:
        hidden = jnp.sin(first @ x + first_bias)
        hidden = jax.nn.silu(second @ hidden + second_bias)
        return hidden @ last + bias[0] + (x**2).sum() / 2

    return energy
