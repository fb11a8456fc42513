"""Ours: each sampler's file in a plain loop, on the plane, as the app's chains walk; nothing is recorded."""

import time
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from engine import energy_network
from engine.catalogue import sampler_module, sampler_modules
from engine.chains import Chains
from engine.draws import Draws
from engine.knobs import Value, make
from engine.plane import Plane
from engine.samplers import Target
from engine.targets import eight_gaussians, seen_from
from tests.bench.rivals.settings import (
    FEWEST_WALKERS,
    LEAPFROG_STEPS,
    MOST_DOUBLINGS,
    PARTICLES,
    RADIUS,
    SD,
    STEP_SIZE,
    best_rate,
    network,
    starts,
)

_CPU = torch.device("cpu")


class Network:
    """The energy network as a target, which is on the plane already."""

    def __init__(self) -> None:
        self._network = network()

    def energy(self, x: Tensor) -> Tensor:
        return energy_network.energy(self._network, x, 1.0)

    def score(self, x: Tensor) -> Tensor:
        return energy_network.score(self._network, x, 1.0)

    def energy_and_score(self, x: Tensor) -> tuple[Tensor, Tensor]:
        return energy_network.energy_and_score(self._network, x, 1.0)


def rates(target: str, num_chains: int) -> dict[str, float]:
    on_plane, plane = target_on_plane(target)
    found = {}
    for name, values in _samplers(float(plane.half[0])).items():
        count = max(num_chains, FEWEST_WALKERS) if name == "stretch" else num_chains
        if name in sampler_modules() and (name != "svgd" or count == PARTICLES):
            # As engine.chains lays them out.
            x = plane.to_plane(starts(target, count), _CPU).T.contiguous().T
            found[name] = best_rate(_loop(sampler_module(name), values, on_plane, x), count)
    return found


def change_secs(num_chains: int) -> dict[str, list[float]]:
    """Until one step with another knob, or on another target, is done; to and fro, so the first is the coldest."""
    first, plane = target_on_plane("eight_gaussians")
    second, _ = target_on_plane("mlp")
    x = plane.to_plane(starts("eight_gaussians", num_chains), _CPU)
    values = _samplers(float(plane.half[0]))["hmc"]
    chains = Chains("hmc", values, first, x, torch.Generator().manual_seed(0))
    chains.step()

    def changed(change: Callable[[Any], None], to: Any) -> float:
        began = time.perf_counter()
        change(to)
        chains.step()
        return time.perf_counter() - began

    return {
        "knob": [changed(chains.set_params, {**values, "step_size": size}) for size in (0.05, 0.02, 0.03, 0.01, 0.04)],
        "target": [changed(chains.set_target, each) for each in (second, first, second, first, second)],
    }


def target_on_plane(target: str) -> tuple[Target, Plane]:
    """A target of settings.py as our samplers see it."""
    if target == "mlp":
        return Network(), Plane.of((-1.0, 1.0, -1.0, 1.0))
    params = eight_gaussians.Params(radius=RADIUS, noise=SD)
    plane = Plane.of(eight_gaussians.extent(params))
    return seen_from(plane, eight_gaussians.target(params, _CPU), _CPU), plane


def _samplers(half: float) -> dict[str, dict[str, Value]]:
    """Knobs by sampler; a step size is a share of half the view."""
    size: dict[str, Value] = {"step_size": STEP_SIZE / half}
    return {
        "random_walk": size,
        "langevin": size,
        "mala": size,
        "hmc": {**size, "num_leapfrog": LEAPFROG_STEPS, "jitter": 0.0},
        "nuts": {**size, "max_depth": MOST_DOUBLINGS},
        # The same algorithm as the other library's, without our walks in between.
        "stretch": {"walks": 0.0},
        "svgd": size,
    }


@torch.no_grad()
def _loop(sampler: Any, values: dict[str, Value], target: Target, x: Tensor) -> Callable[[int], None]:
    params, draws = make(sampler.Params, values, "params"), Draws(torch.Generator().manual_seed(0), len(x))
    state = sampler.init(x, target, params, draws)

    @torch.no_grad()
    def advance(count: int) -> None:
        nonlocal state
        for _ in range(count):
            state, _ = sampler.step(state, target, params, draws)

    return advance
