"""emcee: the stretch move, with a log density of all walkers at once in numpy, and nothing stored."""

import math
from collections.abc import Callable

import emcee
import numpy as np

from tests.bench.rivals.settings import FEWEST_WALKERS, SD, best_rate, centres, starts, weights


def rates(target: str, num_chains: int) -> dict[str, float]:
    num_walkers = max(num_chains, FEWEST_WALKERS)
    sampler = emcee.EnsembleSampler(
        num_walkers, 2, _log_density(target), moves=emcee.moves.StretchMove(a=2.0), vectorize=True
    )
    state = starts(target, num_walkers)

    def advance(count: int) -> None:
        nonlocal state
        state = sampler.run_mcmc(state, count, store=False)

    return {"stretch": best_rate(advance, num_walkers)}


def _log_density(target: str) -> Callable[[np.ndarray], np.ndarray]:
    """(n, 2) -> (n,). In float32, which is faster than what emcee hands over."""
    means = centres()
    first, first_bias, second, second_bias, last, bias = weights()

    def mlp(x: np.ndarray) -> np.ndarray:
        x = x.astype(np.float32)
        hidden = np.sin(x @ first.T + first_bias) @ second.T + second_bias
        hidden /= 1 + np.exp(-hidden)
        energy: np.ndarray = hidden @ last + bias + (x**2).sum(1) / 2
        return -energy

    def eight_gaussians(x: np.ndarray) -> np.ndarray:
        squares = ((x.astype(np.float32)[:, None] - means) ** 2).sum(-1)
        logits = squares / np.float32(-2 * SD**2)
        top = logits.max(1)
        log_sum: np.ndarray = top + np.log(np.exp(logits - top[:, None]).sum(1))
        return log_sum - math.log(8 * 2 * math.pi * SD**2)

    return mlp if target == "mlp" else eight_gaussians
