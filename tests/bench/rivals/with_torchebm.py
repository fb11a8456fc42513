"""TorchEBM: its samplers of a model whose energy alone is given, as its documentation does."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torchebm.core import BaseModel
from torchebm.samplers import HamiltonianMonteCarlo, LangevinDynamics

from tests.bench.rivals.settings import LEAPFROG_STEPS, STEP_SIZE, best_rate, starts
from tests.bench.rivals.torch_energies import Energy, energy_of


class Given(BaseModel):  # type: ignore[misc]
    """An energy, as TorchEBM wants it."""

    def __init__(self, energy: Energy) -> None:
        super().__init__()
        self._energy = energy

    def forward(self, x: Tensor) -> Tensor:
        return self._energy(x)


def rates(target: str, num_chains: int) -> dict[str, float]:
    model = Given(energy_of(target))
    x = torch.from_numpy(starts(target, num_chains))
    samplers = {
        # Its step size is what others call eps^2 / 2.
        "langevin": LangevinDynamics(model, step_size=STEP_SIZE**2 / 2),
        "hmc": HamiltonianMonteCarlo(model, step_size=STEP_SIZE, n_leapfrog_steps=LEAPFROG_STEPS),
    }
    return {name: best_rate(_loop(sampler, x), num_chains) for name, sampler in samplers.items()}


def _loop(sampler: Any, x: Tensor) -> Callable[[int], None]:
    def advance(count: int) -> None:
        nonlocal x
        x = sampler.sample(x=x, n_steps=count)

    return advance
