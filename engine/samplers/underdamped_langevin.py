r"""Langevin dynamics, underdamped

A chain has a momentum, which friction wears away and noise renews a little at every step: between a random walk (much
friction) and a glide (little). Each step is tested, so that the density is exact whatever the step size. Where the test
fails the chain stays and turns back, and undoes the way it came: the step must be small enough that this is rare. Not
adjusted, every step is believed, and what is sampled is a little wrong.

Equation: dx = p \, dt, \quad dp = -\nabla E(x) \, dt - \gamma p \, dt + \sqrt{2 \gamma} \, dW, \quad
\alpha = \min\left(1, e^{H(x, p) - H(x', p')}\right), \quad (x, p) \leftarrow (x, -p) \text{ where rejected}
Try: Lower the friction until the chains glide from one end of a long valley to the other.
Source: Horowitz (1991), Physics Letters B 268(2); the splitting: Leimkuhler, Matthews (2013), Applied Mathematics
Research eXpress 2013(1), and Bussi, Parrinello (2007), Physical Review E 75, 056707.
"""

import math
from typing import NamedTuple

import msgspec
import torch
from torch import Tensor

from engine.draws import Draws
from engine.knobs import knob
from engine.samplers import Target, where
from engine.telling import ARROW, NUM_TOLD, Made, Teller, tell_proposal, tell_test, tell_untested

# A chain that is turned back as often as in other samplers would only go to and fro.
TARGET_ACCEPTANCE = 0.95
# An error of the energy, in nats, that no acceptance survives.
_ASTRAY = 1000.0


class Params(msgspec.Struct, frozen=True):
    step_size: float = knob(
        0.03,
        low=1e-4,
        high=1.0,
        scale="log",
        unit="of half the home view",
        help="Larger moves travel further and fail more.",
    )
    friction: float = knob(
        3.0,
        low=0.01,
        high=100.0,
        scale="log",
        unit="per half the home view",
        help="How soon a momentum is forgotten. Much is a random walk, little is a glide.",
    )
    is_adjusted: bool = knob(True, help="Accept or reject each move, which makes it exact.")


class State(NamedTuple):
    """Positions on the plane (chains, 2), and there the energy (chains,), minus its gradient (chains, 2), and the
    momentum (chains, 2); the mass is 1.
    """

    x: Tensor
    energy: Tensor
    score: Tensor
    momentum: Tensor


class Info(NamedTuple):
    """Where the move led (chains, 2), whether it was accepted, how probable that was (not adjusted: would have been),
    and whether the energy went astray, (chains,).
    """

    proposal: Tensor
    is_accepted: Tensor
    acceptance: Tensor
    is_divergent: Tensor


def init(x: Tensor, target: Target, params: Params, draws: Draws) -> State:
    """Chains that start at `x`, (chains, 2), each with a random momentum."""
    return State(x, *target.energy_and_score(x), draws.normal())


def step(state: State, target: Target, params: Params, draws: Draws) -> tuple[State, Info]:
    """One move of every chain: friction and noise for half the time, half a push, a leap, half a push, and again.

    The friction at the end of a step and the one at the start of the next are one, made at the start.
    """
    size, kept = params.step_size, math.exp(-params.friction * params.step_size)
    before = (state.momentum * kept).add_(draws.normal(), alpha=math.sqrt(1 - kept**2))
    momentum = torch.add(before, state.score, alpha=size / 2)
    x = torch.add(state.x, momentum, alpha=size)
    energy, score = target.energy_and_score(x)
    momentum.add_(score, alpha=size / 2)
    gain = (momentum + before).mul_(momentum - before).sum(1)
    # NaN is rejected, and so is an energy of minus infinity, which a chain could never leave.
    never = -torch.inf
    log_ratio = (state.energy - energy).sub_(gain, alpha=0.5).nan_to_num_(never, posinf=never, neginf=never)
    # Where nothing is known, a chain that is not adjusted turns back as well.
    is_accepted = log_ratio > (draws.log_uniform() if params.is_adjusted else never)
    # Were the momentum not turned where the move is rejected, the density would not be kept.
    chosen = where(is_accepted, State(x, energy, score, momentum), state._replace(momentum=before.neg_()))
    is_divergent = log_ratio < -_ASTRAY
    return chosen, Info(x, is_accepted, log_ratio.exp_().clamp_(max=1), is_divergent)


def tell(teller: Teller, made: Made) -> None:
    """The phases of a step."""
    x, old = made.before.x[:NUM_TOLD], made.before.momentum[:NUM_TOLD]
    kept = math.exp(-made.params.friction * made.params.step_size)
    new = old * kept + made.draws.seen("normal")[-1][:NUM_TOLD] * math.sqrt(1 - kept**2)
    teller.phase("friction and noise", f"{kept:.2f} of the momentum is kept")
    teller.lines("momentum", torch.stack([x, x + ARROW * new], 1), "momentum")
    tell_proposal(teller, made, "half a push, a leap, half a push")
    if made.params.is_adjusted:
        tell_test(teller, made, "min(1, exp(H − H′))", stay="stay and turn back")
    else:
        tell_untested(teller, made)
