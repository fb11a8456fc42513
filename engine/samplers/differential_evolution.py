r"""Differential evolution

Every chain moves by the difference of two others, drawn at random, and a little noise; what is downhill is accepted,
what is uphill is the rarer the higher. The differences know how wide and how slanted the density is, so that no step
size has to be found. Where chains sit in several modes some differences lead from one mode to another: now and then
a move takes the whole difference, which lands a chain exactly there. Modes in which no chain ever was are not found
so. Needs many chains, and these are not independent of one another.

Equation: x_i' = x_i + \gamma \, (x_a - x_b) + \nu \, \xi, \quad \xi \sim N(0, I), \quad
\alpha = \min\left(1, e^{E(x_i) - E(x_i')}\right)
Try: On three modes start from a wide normal, then set mode jumps to 0 and compare the mode switches.
Source: ter Braak (2006), Statistics and Computing 16(3).
"""

import msgspec
import torch
from torch import Tensor

from engine.draws import Draws
from engine.knobs import knob
from engine.samplers import Target
from engine.samplers._halves import Info, State, begin, each_half, move
from engine.telling import NUM_TOLD, Made, Teller, tell_partners, tell_proposal, tell_test

FEWEST_CHAINS = 4


class Params(msgspec.Struct, frozen=True):
    gamma: float = knob(
        1.19,
        low=0.01,
        high=3.0,
        scale="log",
        help="How much of a difference is taken. 2.38 / sqrt(2 d), here 1.19, suits a Gaussian.",
    )
    mode_jumps: float = knob(
        0.1, low=0.0, high=1.0, help="Share of moves that take a difference as it is: they lead from mode to mode."
    )
    noise: float = knob(
        0.01,
        low=1e-5,
        high=0.5,
        scale="log",
        unit="of half the home view",
        help="Noise on every move, so that every place can be reached. Small against the density's width.",
    )


def init(x: Tensor, target: Target, params: Params, draws: Draws) -> State:
    """Chains that start at `x`, (chains, 2)."""
    return begin(x, target)


def step(state: State, target: Target, params: Params, draws: Draws) -> tuple[State, Info]:
    """One proposal for every chain; the difference of two of the other half is as likely as its opposite."""

    def propose(own: Tensor, others: Tensor, part: Draws) -> tuple[Tensor, float]:
        first, second = pairs(len(others), part)
        difference = others.index_select(0, first).sub_(others.index_select(0, second))
        share = torch.where(part.uniform() < params.mode_jumps, 1.0, params.gamma)
        proposal = torch.addcmul(own, difference, share[:, None])
        return proposal.add_(part.normal(), alpha=params.noise), 0.0

    return move(state, target, draws, propose)


def pairs(count: int, draws: Draws) -> tuple[Tensor, Tensor]:
    """Two different numbers below `count` for every chain, each pair as likely, (chains,) int64."""
    first = draws.integers(count)
    return first, draws.integers(count - 1).add_(first).add_(1).remainder_(count)


def tell(teller: Teller, made: Made) -> None:
    """The phases of a step, with the two others of each chain."""
    x, picks = made.before.x, made.draws.seen("integers")
    one, other, is_jump = torch.empty_like(x), torch.empty_like(x), torch.zeros_like(x[:, 0], dtype=torch.bool)
    for half, (moving, others) in enumerate(each_half(made)):
        first, shift = picks[2 * half], picks[2 * half + 1]
        one[moving], other[moving] = others[first], others[(shift + first + 1) % len(others)]
        is_jump[moving] = made.draws.seen("uniform")[half] < made.params.mode_jumps
    teller.phase("take two others", "at random, of the other half")
    tell_partners(teller, other[:NUM_TOLD], one[:NUM_TOLD], "their difference")
    teller.dots("partner", other[:NUM_TOLD])
    share = "all of it: a mode jump" if is_jump[0] else f"{made.params.gamma:.2f} of it, and a little noise"
    tell_proposal(teller, made, "propose: move by their difference", share)
    tell_test(teller, made, "min(1, exp(−ΔE))", u=float(made.draws.seen("log_uniform")[0][0].exp()))
