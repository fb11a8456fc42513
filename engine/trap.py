"""The trap: how often chains go from one basin to another, measured against the sharpness of the landscape.

Chains begin at exact draws, from the grid, so that no time has to pass before each switch counts; basins are the same
at every sharpness.
Not covered: when the steps happen (trap_run.py), and what a basin is (basins.py).
Source: Kramers (1940), Physica 7(4), for the rate at which barriers are climbed.
"""

import math
from collections.abc import Callable, Generator, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from engine import exact
from engine.catalogue import sampler_module
from engine.chains import Chains
from engine.exact import Exact
from engine.notice import Notice
from engine.recipe import Sampler
from engine.samplers import Target

# Chains that see one another are no independent ones: they walk in so many groups that do not.
_GROUPS = 4
_TRIES = 50


class Point(NamedTuple):
    """Of the sampler with this index: switches per 1,000 steps of a chain, their standard error, and of how many steps.

    The error is NaN for a single chain.
    """

    sampler: int
    sharpness: float
    switches: float
    error: float
    num_steps: int
    barrier: float


def trap(
    at: Callable[[float], Target],
    samplers: Sequence[Sampler],
    sharpnesses: Sequence[float],
    seed: int,
    device: torch.device,
) -> Iterator[Point | None]:
    """Every sampler at every sharpness; None after each step. at: the target of a sharpness.

    Raises Notice where there are no two basins, and what a sampler refuses.
    """
    truths = []
    for sharpness in sharpnesses:
        truths.append(exact.exact(at(sharpness), device))
        yield None
    reference = max(truths, key=lambda each: each.basins.num_basins)
    if reference.basins.num_basins < 2:
        raise Notice("This landscape has a single basin, so there is no other one to switch to: choose another target.")
    barrier = exact.lowest_pass(at(1.0), reference, device)
    for place, (sharpness, truth) in enumerate(zip(sharpnesses, truths, strict=True)):
        for index, sampler in enumerate(samplers):
            rng = torch.Generator(device).manual_seed(seed + 1000 * place + index)
            rates, num_steps = yield from _rates(sampler, at(sharpness), truth, reference, rng)
            error = float(np.std(rates, ddof=1)) / math.sqrt(len(rates)) if len(rates) > 1 else math.nan
            yield Point(index, sharpness, float(np.mean(rates)), error, num_steps, barrier)


def _rates(
    sampler: Sampler, target: Target, truth: Exact, reference: Exact, rng: torch.Generator
) -> Generator[None, None, tuple[np.ndarray, int]]:
    """Switches per 1,000 steps of each chain, or of each group of those that see one another."""
    interacts = getattr(sampler_module(sampler.name), "FEWEST_CHAINS", 1)
    groups = max(1, min(_GROUPS, sampler.chains // interacts)) if interacts > 1 else 1
    rates = []
    for _ in range(groups):
        x = exact_draws(truth, target, sampler.chains // groups, rng)
        draws = yield from _walk(sampler, target, x, rng)
        rates.append(exact.switch_rates(draws, reference, sampler.every))
    means = np.array([each.mean() for each in rates])
    num_chains = sum(len(each) for each in rates)
    return (means if interacts > 1 else rates[0]), num_chains * sampler.draws * sampler.every


def _walk(sampler: Sampler, target: Target, x: Tensor, rng: torch.Generator) -> Generator[None, None, np.ndarray]:
    """Where the chains come by, (chains, draws, 2)."""
    chains = Chains(sampler.name, sampler.params, target, x, rng)
    for _ in range(sampler.warmup):
        chains.warm_up()
        yield
    chains.end_warm_up()
    kept = []
    for _ in range(sampler.draws):
        for _ in range(sampler.every):
            chains.step()
            yield
        kept.append(chains.x)
    return torch.stack(kept, 1).cpu().numpy()


@torch.no_grad()
def exact_draws(truth: Exact, target: Target, count: int, rng: torch.Generator) -> Tensor:
    """Independent draws of the target in its home view, (count, 2), as fine as the grid of `Exact.fine`."""
    masses = torch.as_tensor(truth.fine[:-1], device=rng.device)
    side, width = exact.FINE_CELLS, 2 / exact.FINE_CELLS

    def drawn() -> Tensor:
        cell = torch.multinomial(masses, count, replacement=True, generator=rng)
        corner = torch.stack([cell % side, cell // side], 1)
        return (corner + torch.rand(count, 2, generator=rng, device=rng.device)) * width - 1

    x = drawn()
    for _ in range(_TRIES):
        is_lost = ~target.energy(x).isfinite()
        if not bool(is_lost.any()):
            break
        x = torch.where(is_lost[:, None], drawn(), x)
    return x
