"""Langevin dynamics, Metropolis-adjusted

Proposes a Langevin move and accepts it with the probability that makes the density exact, whatever the step size.
A step that is too large is rejected, not believed: so a learning model cannot be misled by its own sampler. The way
downhill is at most a step size long: on a cliff an untruncated move would overshoot and be rejected for ever.

Equation: \\alpha = \\min\\left(1, \\frac{p(x') \\, q(x | x')}{p(x) \\, q(x' | x)}\\right), \\quad
q(x' | x) = N\\left(x + D(x), \\varepsilon^2 I\\right), \\quad
D(x) = -\\frac{\\varepsilon^2}{2} \\nabla E(x), \\; |D(x)| \\le \\varepsilon
Source: Roberts, Tweedie (1996), Bernoulli 2(4), with their truncated drift.
"""

from typing import NamedTuple, Protocol

import msgspec
import torch
from torch import Tensor

from engine.knobs import knob


class Target(Protocol):
    """What the sampler needs of a model: energy (chains,) and gradient of log density (chains, 2) at (chains, 2)."""

    def energy_and_score(self, x: Tensor) -> tuple[Tensor, Tensor]: ...


class Params(msgspec.Struct, frozen=True):
    step_size: float = knob(0.03, low=1e-4, high=1.0, scale="log", help="Larger moves travel further and fail more.")
    noise: float = knob(
        1.0, low=0.01, high=2.0, help="1 samples the density itself; its square is the temperature of what is sampled."
    )


class State(NamedTuple):
    """Positions (chains, 2), and there the energy (chains,) and the gradient of log density (chains, 2)."""

    x: Tensor
    energy: Tensor
    score: Tensor


class Info(NamedTuple):
    """What was proposed (chains, 2), and whether it was accepted (chains,)."""

    proposal: Tensor
    is_accepted: Tensor


def init(x: Tensor, target: Target) -> State:
    """Chains that start at `x`, (chains, 2)."""
    return State(x, *target.energy_and_score(x))


def step(state: State, target: Target, params: Params, rng: torch.Generator) -> tuple[State, Info]:
    """One proposal for every chain."""
    noise, log_uniform = _draws(state.x, 1, rng)
    return _move(state, target, params, noise[0], log_uniform[0])


def walk(state: State, target: Target, params: Params, rng: torch.Generator, num_steps: int) -> State:
    """`num_steps` proposals for every chain. The noise is drawn at once: on small batches it is the calls that cost."""
    for noise, log_uniform in zip(*_draws(state.x, num_steps, rng), strict=True):
        state, _ = _move(state, target, params, noise, log_uniform)
    return state


def _draws(x: Tensor, num_steps: int, rng: torch.Generator) -> tuple[Tensor, Tensor]:
    noise = torch.randn(num_steps, *x.shape, generator=rng, device=x.device)
    return noise, torch.rand(num_steps, len(x), generator=rng, device=x.device).log_()


def _move(state: State, target: Target, params: Params, noise: Tensor, log_uniform: Tensor) -> tuple[State, Info]:
    """With d = (D(x) + D(x')) / (eps * noise), the log of the ratio of proposals is -d . (2 xi + d) / 2."""
    shake = params.step_size * params.noise
    drift = _drift(state.score, params.step_size)
    x = (state.x + drift).add_(noise, alpha=shake)
    energy, score = target.energy_and_score(x)
    both = drift.add_(_drift(score, params.step_size)).div_(shake)
    backward = torch.add(both, noise, alpha=2).mul_(both).sum(1)
    log_ratio = (state.energy - energy).div_(params.noise**2).sub_(backward, alpha=0.5)
    # A NaN energy compares as false and so rejects, instead of poisoning the chain.
    is_accepted = log_uniform < log_ratio
    chosen = is_accepted[:, None]
    after = State(
        torch.where(chosen, x, state.x),
        torch.where(is_accepted, energy, state.energy),
        torch.where(chosen, score, state.score),
    )
    return after, Info(x, is_accepted)


def _drift(score: Tensor, step_size: float) -> Tensor:
    """The way downhill, (chains, 2): half the squared step size times the score, but no longer than the step size."""
    length: Tensor = torch.linalg.vector_norm(score, dim=1, keepdim=True)
    length = length.mul_(step_size / 2).clamp_(min=1)
    return score * (step_size**2 / 2 / length)
