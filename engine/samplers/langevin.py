"""Langevin dynamics, unadjusted

Each move goes downhill by half the squared step size times the slope, then is shaken by noise of the step size.
Small steps follow the density closely and travel slowly; large ones travel and blur it, because no move is ever
rejected. Noise 0 is gradient descent.

Equation: x' = x - \\frac{\\varepsilon^2}{2} \\nabla E(x) + \\varepsilon \\, \\eta \\, \\xi, \\quad \\xi \\sim N(0, I)
Try: On a narrow target raise the step size: the chains' spread becomes too wide, and then they run away.
Source: Roberts, Tweedie (1996), Bernoulli 2(4).
"""

from typing import NamedTuple

import msgspec
import torch
from torch import Tensor

from engine.draws import Draws
from engine.knobs import knob
from engine.samplers import Target
from engine.telling import NUM_TOLD, Made, Teller, tell_downhill

IS_EXACT = False


class Params(msgspec.Struct, frozen=True):
    step_size: float = knob(
        0.03,
        low=1e-4,
        high=1.0,
        scale="log",
        unit="of half the home view",
        help="Larger moves travel further and blur more.",
    )
    noise: float = knob(1.0, low=0.0, high=2.0, help="1 samples the density; 0 only rolls downhill.")


class State(NamedTuple):
    """Positions on the plane (chains, 2), and there the energy (chains,) and minus its gradient (chains, 2)."""

    x: Tensor
    energy: Tensor
    score: Tensor


class Info(NamedTuple):
    """Where each chain would have gone without the noise, (chains, 2)."""

    drift: Tensor


def init(x: Tensor, target: Target, params: Params, draws: Draws) -> State:
    """Chains that start at `x`, (chains, 2)."""
    return State(x, *target.energy_and_score(x))


def step(state: State, target: Target, params: Params, draws: Draws) -> tuple[State, Info]:
    """One move of every chain."""
    drift = torch.add(state.x, state.score, alpha=params.step_size**2 / 2)
    x = torch.add(drift, draws.normal(), alpha=params.step_size * params.noise)
    return State(x, *target.energy_and_score(x)), Info(drift)


def tell(teller: Teller, made: Made) -> None:
    """The phases of a step."""
    tell_downhill(teller, made.info.drift, made, "by half the squared step size times the slope")
    after = made.after.x[:NUM_TOLD]
    teller.phase("shake", "by noise of the step size; nothing is rejected", at=after)
    teller.lines("way", torch.stack([made.info.drift[:NUM_TOLD], after], 1), "noise")
