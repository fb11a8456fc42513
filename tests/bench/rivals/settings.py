"""What every library is asked to do: the same targets, starts and step sizes, in numbers that all of them can read.

Everything here is in the targets' own numbers; nothing adapts while it is timed.
"""

import time
from collections.abc import Callable

import numpy as np
import torch

from engine.mlp import Mlp

# By their names in tables: their file in this folder, and the package without which they are left out.
LIBRARIES = {
    "plain torch": ("plain_torch", "torch"),
    "blackjax": ("with_blackjax", "blackjax"),
    "NumPyro": ("with_numpyro", "numpyro"),
    "emcee": ("with_emcee", "emcee"),
    "Pyro": ("with_pyro", "pyro"),
    "TorchEBM": ("with_torchebm", "torchebm"),
}
TARGETS = {"eight_gaussians": "eight Gaussians", "mlp": "MLP energy"}

STEP_SIZE = 0.1
LEAPFROG_STEPS = 10
MOST_DOUBLINGS = 10
# The ensemble sampler needs so many: one chain is measured as four.
FEWEST_WALKERS = 4
# Each pair of particles is looked at, so that their number is chosen and not swept.
PARTICLES = 1024

RADIUS, SD = 2.0, 0.2
WIDTH, DETAIL = 128, 4.0

_TIMINGS, _SECS = 5, 0.5


def centres() -> np.ndarray:
    """Of the eight Gaussians, (8, 2) float32."""
    angle = np.pi * np.arange(8) / 4
    return (RADIUS * np.stack([np.cos(angle), np.sin(angle)], 1)).astype(np.float32)


def network() -> Mlp:
    """E(x) = network(x) + |x|^2 / 2 is the other target: 2-128-128-1, first sine, then silu; untrained."""
    rng = torch.Generator().manual_seed(0)
    return Mlp(WIDTH, ("sine", "silu"), detail=DETAIL, rng=rng, device=torch.device("cpu"))


def weights() -> list[np.ndarray]:
    """Of the network: W_1 (128, 2), b_1, W_2 (128, 128), b_2, w (128,), c (1,)."""
    return [each.numpy() for each in network().parameters]


def starts(target: str, num_chains: int) -> np.ndarray:
    """(chains, 2) float32, where the target's mass is."""
    rng = np.random.default_rng(0)
    noise = rng.standard_normal((num_chains, 2), dtype=np.float32)
    if target == "mlp":
        return noise
    found: np.ndarray = centres()[rng.integers(8, size=num_chains)] + np.float32(SD) * noise
    return found


def best_rate(advance: Callable[[int], object], num_chains: int) -> float:
    """Chain-steps per second, the best of five timings. advance(n): n steps of every chain, and wait until done."""
    # What compiles compiles now.
    advance(1)
    count = 1
    while (secs := _secs(advance, count)) < _SECS / 5:
        count *= 2
    count = max(1, round(count * _SECS / secs))
    return num_chains * count / min(_secs(advance, count) for _ in range(_TIMINGS))


def _secs(advance: Callable[[int], object], count: int) -> float:
    began = time.perf_counter()
    advance(count)
    return time.perf_counter() - began
