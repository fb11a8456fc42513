"""Pyro: HMC and NUTS on a potential. It walks one chain after the other: the rate of many is the rate of one."""

from collections.abc import Callable
from typing import Any

import torch
from pyro.infer import HMC, NUTS
from torch import Tensor

from tests.bench.rivals.settings import LEAPFROG_STEPS, MOST_DOUBLINGS, STEP_SIZE, best_rate, starts
from tests.bench.rivals.torch_energies import energy_of


def rates(target: str, num_chains: int) -> dict[str, float]:
    energy = energy_of(target)
    x = torch.from_numpy(starts(target, 1))

    def potential(named: dict[str, Tensor]) -> Tensor:
        return energy(named["x"][None]).squeeze()

    fixed = {"step_size": STEP_SIZE, "adapt_step_size": False, "adapt_mass_matrix": False}
    hmc = HMC(potential_fn=potential, num_steps=LEAPFROG_STEPS, **fixed)
    nuts = NUTS(potential_fn=potential, max_tree_depth=MOST_DOUBLINGS, **fixed)
    return {name: best_rate(_loop(kernel, x[0]), 1) for name, kernel in (("hmc", hmc), ("nuts", nuts))}


def _loop(kernel: Any, x: Tensor) -> Callable[[int], None]:
    kernel.initial_params = {"x": x}
    kernel.setup(0)
    state = kernel.initial_params

    def advance(count: int) -> None:
        nonlocal state
        for _ in range(count):
            state = kernel.sample(state)

    return advance
