r"""Hamiltonian Monte Carlo

A chain is given a random push and then glides over the landscape without friction, for a fixed number of short leaps.
The total energy hardly changes on such a glide, so that its far end is nearly always accepted: that is how it travels
where a random walk only trembles. Leaps that are too long for the narrowest valley make the energy run away. Glides
that are too short are a random walk again; ones that are too long come back to where they began.

Equation: H(x, p) = E(x) + \tfrac12 |p|^2, \quad
p \leftarrow p - \tfrac{\varepsilon}{2} \nabla E(x), \;
x \leftarrow x + \varepsilon p, \;
p \leftarrow p - \tfrac{\varepsilon}{2} \nabla E(x), \quad
\alpha = \min\left(1, e^{H(x, p) - H(x', p')}\right)
Try: Set jitter to 0 on a round Gaussian and look for a number of leaps after which every chain is back where it began.
Source: Duane, Kennedy, Pendleton, Roweth (1987), Physics Letters B 195(2); the random step size: Neal (2011), MCMC
using Hamiltonian dynamics, Handbook of Markov Chain Monte Carlo, section 5.4.2.
"""

from itertools import pairwise
from typing import NamedTuple

import msgspec
import torch
from torch import Tensor

from engine.draws import Draws
from engine.knobs import knob
from engine.samplers import Target, where
from engine.telling import Made, Teller, tell_leaps, tell_momentum, tell_test

TARGET_ACCEPTANCE = 0.8
# An error of the energy, in nats, that no acceptance survives.
_ASTRAY = 1000.0


class Params(msgspec.Struct, frozen=True):
    step_size: float = knob(
        0.05,
        low=1e-4,
        high=1.0,
        scale="log",
        unit="of half the home view",
        help="The length of a leap. Longer ones travel further and keep the energy less well.",
    )
    num_leapfrog: int = knob(10, low=1, high=100, scale="log", help="Leaps in a step, one gradient for each.")
    jitter: float = knob(
        0.2,
        low=0.0,
        high=1.0,
        help="How much shorter a glide may be, at random, so that none comes back to its start for ever. 0 is never.",
    )


class State(NamedTuple):
    """Positions on the plane (chains, 2), and there the energy (chains,) and minus its gradient (chains, 2)."""

    x: Tensor
    energy: Tensor
    score: Tensor


class Info(NamedTuple):
    """Where the leaps led: their end (chains, 2), and all of them (leaps + 1, chains, 2); whether that was accepted,
    how probable it was, whether the energy went astray, and the gradients that it took, (chains,).
    """

    proposal: Tensor
    is_accepted: Tensor
    acceptance: Tensor
    is_divergent: Tensor
    path: Tensor
    num_evaluations: Tensor


def init(x: Tensor, target: Target, params: Params, draws: Draws) -> State:
    """Chains that start at `x`, (chains, 2)."""
    return State(x, *target.energy_and_score(x))


def step(state: State, target: Target, params: Params, draws: Draws) -> tuple[State, Info]:
    """One glide of every chain, each after its own push and with its own step size."""
    size: float | Tensor = params.step_size
    if params.jitter:
        size = draws.uniform().mul(-params.jitter).add_(1).mul_(params.step_size)[:, None]
    push = draws.normal()
    path, proposed, push_after = leapfrog(state, push, target, size, params.num_leapfrog)
    gain = (push + push_after).mul_(push_after.sub_(push)).sum(1)
    # NaN stays in the momentum from wherever on the way it was met. An infinite gain is a place where the energy is
    # minus infinity, which a chain could never leave. Both are rejected.
    never = -torch.inf
    log_ratio = (state.energy - proposed.energy).sub_(gain, alpha=0.5).nan_to_num_(never, posinf=never, neginf=never)
    is_accepted = draws.log_uniform() < log_ratio
    is_divergent = log_ratio < -_ASTRAY
    evaluations = torch.full_like(log_ratio, params.num_leapfrog)
    acceptance = log_ratio.exp_().clamp_(max=1)
    info = Info(proposed.x, is_accepted, acceptance, is_divergent, path, evaluations)
    return where(is_accepted, proposed, state), info


def leapfrog(
    state: State, momentum: Tensor, target: Target, size: float | Tensor, num_leaps: int
) -> tuple[Tensor, State, Tensor]:
    """The positions from the first to the last, (leaps + 1, chains, 2), what is known of the last, and the momentum
    there, (chains, 2), all new.  size: of a leap, for all chains or (chains, 1).

    What is kept is not the momentum but the way of a leap, the momentum times the step size. It grows by the squared
    step size times the score, and two half pushes at the same position are one whole push.
    """
    path = state.x.new_empty(num_leaps + 1, 2, len(state.x)).transpose(1, 2)
    rows = path.unbind(0)
    rows[0].copy_(state.x)
    square = size * size
    way = _pushed(momentum * size, state.score, square, 0.5)
    for here, there in pairwise(rows[:-1]):
        torch.add(here, way, out=there)
        way = _pushed(way, target.score(there), square)
    torch.add(rows[-2], way, out=rows[-1])
    last = State(rows[-1], *target.energy_and_score(rows[-1]))
    return path, last, _pushed(way, last.score, square, 0.5).div_(size)


def _pushed(way: Tensor, score: Tensor, square: float | Tensor, share: float = 1.0) -> Tensor:
    """`way`, changed in place."""
    if isinstance(square, float):
        return way.add_(score, alpha=square * share)
    return way.addcmul_(score, square, value=share)


def tell(teller: Teller, made: Made) -> None:
    """The phases of a step."""
    tell_momentum(teller, made)
    tell_leaps(teller, made.info.path, "leapfrog")
    tell_test(teller, made, "min(1, exp(H − H′))")
