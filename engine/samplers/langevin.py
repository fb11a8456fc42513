"""Langevin dynamics, unadjusted

Each move goes downhill by half the squared step size times the slope, then is shaken by noise of the step size.
Small steps follow the density closely and travel slowly; large ones travel and blur it. Noise 0 is gradient descent.

Equation: x' = x - \\frac{\\varepsilon^2}{2} \\nabla E(x) + \\varepsilon \\, \\eta \\, \\xi, \\quad \\xi \\sim N(0, I)
Source: Roberts, Tweedie (1996), Bernoulli 2(4).
"""

from typing import NamedTuple, Protocol

import msgspec
import torch
from torch import Tensor

from engine.knobs import knob


class Target(Protocol):
    """What the sampler needs of a model: the gradient of its log density, (chains, 2) -> (chains, 2)."""

    def score(self, x: Tensor) -> Tensor: ...


class Params(msgspec.Struct, frozen=True):
    step_size: float = knob(0.03, low=1e-4, high=1.0, scale="log", help="Larger moves travel further and blur more.")
    noise: float = knob(1.0, low=0.0, high=2.0, help="1 samples the density; 0 only rolls downhill.")


class State(NamedTuple):
    """The chains' positions on the plane, (chains, 2)."""

    x: Tensor


class Info(NamedTuple):
    """The move of each chain that was made, (chains, 2)."""

    move: Tensor


def init(x: Tensor, target: Target) -> State:
    """Chains that start at `x`, (chains, 2)."""
    return State(x)


def step(state: State, target: Target, params: Params, rng: torch.Generator) -> tuple[State, Info]:
    """One move of every chain."""
    after = walk(state, target, params, rng, num_steps=1)
    return after, Info(after.x - state.x)


def walk(state: State, target: Target, params: Params, rng: torch.Generator, num_steps: int) -> State:
    """`num_steps` moves of every chain. The noise is drawn at once: on small batches it is the calls that cost."""
    x = state.x
    noise = torch.randn(num_steps, *x.shape, generator=rng, device=x.device) * (params.step_size * params.noise)
    half_square = params.step_size**2 / 2
    for shake in noise:
        x = torch.add(x + shake, target.score(x), alpha=half_square)
    return State(x)
