"""The algorithms in a few lines of torch with autograd, as anyone would write them first."""

from collections.abc import Callable

import torch
from torch import Tensor

from tests.bench.rivals.settings import LEAPFROG_STEPS, STEP_SIZE, best_rate, starts
from tests.bench.rivals.torch_energies import Energy, energy_of

# Positions (chains, 2), and there the energy (chains,) and its gradient (chains, 2).
State = tuple[Tensor, Tensor, Tensor]


def rates(target: str, num_chains: int) -> dict[str, float]:
    energy = energy_of(target)
    x = torch.from_numpy(starts(target, num_chains))
    return {step.__name__: best_rate(_loop(step, energy, x), num_chains) for step in (langevin, mala, hmc)}


def langevin(state: State, energy: Energy) -> State:
    x, _, gradient = state
    return evaluated(x - STEP_SIZE**2 / 2 * gradient + STEP_SIZE * torch.randn_like(x), energy)


def mala(state: State, energy: Energy) -> State:
    x, value, gradient = state
    mean = x - STEP_SIZE**2 / 2 * gradient
    proposal, new_value, new_gradient = evaluated(mean + STEP_SIZE * torch.randn_like(x), energy)
    there = ((proposal - mean) ** 2).sum(1) / (2 * STEP_SIZE**2)
    back = ((x - proposal + STEP_SIZE**2 / 2 * new_gradient) ** 2).sum(1) / (2 * STEP_SIZE**2)
    is_accepted = torch.rand(len(x)).log() < value - new_value + there - back
    return chosen(is_accepted, (proposal, new_value, new_gradient), state)


def hmc(state: State, energy: Energy) -> State:
    x, value, gradient = state
    momentum = torch.randn_like(x)
    before = value + (momentum**2).sum(1) / 2
    for _ in range(LEAPFROG_STEPS):
        momentum = momentum - STEP_SIZE / 2 * gradient
        x, value, gradient = evaluated(x + STEP_SIZE * momentum, energy)
        momentum = momentum - STEP_SIZE / 2 * gradient
    is_accepted = torch.rand(len(x)).log() < before - value - (momentum**2).sum(1) / 2
    return chosen(is_accepted, (x, value, gradient), state)


def evaluated(x: Tensor, energy: Energy) -> State:
    x = x.detach().requires_grad_()
    value = energy(x)
    (gradient,) = torch.autograd.grad(value.sum(), x)
    return x.detach(), value.detach(), gradient


def chosen(is_accepted: Tensor, new: State, old: State) -> State:
    wide = is_accepted[:, None]
    return (
        torch.where(wide, new[0], old[0]),
        torch.where(is_accepted, new[1], old[1]),
        torch.where(wide, new[2], old[2]),
    )


def _loop(step: Callable[[State, Energy], State], energy: Energy, x: Tensor) -> Callable[[int], None]:
    state = evaluated(x, energy)

    def advance(count: int) -> None:
        nonlocal state
        for _ in range(count):
            state = step(state, energy)

    return advance
