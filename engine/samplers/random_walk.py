r"""Random walk Metropolis

Proposes a jump in any direction and accepts it where the energy falls; where it rises, the higher the rise the rarer.
It asks for the energy alone, no slope, and is exact at any step size. Small steps are accepted and go nowhere, large
ones are mostly rejected: about four in ten accepted is best in a plane. A narrow target forces steps as small as its
narrow side, and a gap much wider than a step is never crossed.

Equation: x' = x + \varepsilon \, \xi, \quad \xi \sim N(0, I), \quad
\alpha = \min\left(1, e^{E(x) - E(x')}\right)
Try: Raise the step size until most proposals are rejected, then lower it until the trace is a slow curve.
Source: Metropolis, Rosenbluth, Rosenbluth, Teller, Teller (1953), Journal of Chemical Physics 21(6).
"""

import math
from typing import NamedTuple

import msgspec
import torch
from torch import Tensor

from engine.draws import Draws
from engine.knobs import knob
from engine.samplers import Target, where
from engine.telling import Made, Teller, tell_proposal, tell_test

TARGET_ACCEPTANCE = 0.4


class Params(msgspec.Struct, frozen=True):
    step_size: float = knob(
        0.15,
        low=1e-4,
        high=2.0,
        scale="log",
        unit="of half the home view",
        help="Larger jumps travel further and are rejected more.",
    )


class State(NamedTuple):
    """Positions on the plane (chains, 2), and the energy there (chains,)."""

    x: Tensor
    energy: Tensor


class Info(NamedTuple):
    """What was proposed (chains, 2), whether it was accepted, and how probable that was (chains,)."""

    proposal: Tensor
    is_accepted: Tensor
    acceptance: Tensor


def init(x: Tensor, target: Target, params: Params, draws: Draws) -> State:
    """Chains that start at `x`, (chains, 2)."""
    most = torch.finfo(x.dtype).max
    # A chain that starts where nothing is known leaves with the first proposal whose energy is finite.
    return State(x, target.energy(x).nan_to_num(nan=most, posinf=most, neginf=most))


def step(state: State, target: Target, params: Params, draws: Draws) -> tuple[State, Info]:
    """One proposal for every chain."""
    x = torch.add(state.x, draws.normal(), alpha=params.step_size)
    proposed = State(x, target.energy(x))
    log_ratio = state.energy - proposed.energy
    # No energy that is not finite is ever accepted, be it NaN or minus infinity.
    log_ratio.nan_to_num_(nan=-math.inf, posinf=-math.inf, neginf=-math.inf)
    is_accepted = draws.log_uniform() < log_ratio
    return where(is_accepted, proposed, state), Info(x, is_accepted, log_ratio.exp_().clamp_(max=1))


def tell(teller: Teller, made: Made) -> None:
    """The phases of a step."""
    tell_proposal(teller, made, "propose a jump", f"about {made.params.step_size:.2g} of half the home view long")
    tell_test(teller, made, "min(1, exp(−ΔE))")
