"""Two halves of an ensemble, of which each moves by what it sees of the other: what two samplers are made of.

While one half moves, the other stands still. So a proposal that looks at the others is an ordinary proposal of
Metropolis, with them as constants, and the step leaves the density of all chains together as it is. The halves are
cut in two ways in turn, the first and the last chains, then every other one: so a few chains all meet. All chains at
once, each looking at the others before they move, would be wrong.

Source: Foreman-Mackey, Hogg, Lang, Goodman (2013), PASP 125(925), section 3.
"""

import math
from collections.abc import Callable, Iterator
from typing import NamedTuple

import torch
from torch import Tensor

from engine.draws import Draws
from engine.samplers import Target
from engine.telling import Made

# From one half's positions, (k, 2), the other's, (m, 2), and draws for k chains: the proposals, (k, 2), and the log of
# what the acceptance is to be multiplied by, (k,) or 0.
Propose = Callable[[Tensor, Tensor, Draws], tuple[Tensor, Tensor | float]]


class State(NamedTuple):
    """Positions on the plane (chains, 2), the energy there (chains,), and how many steps were made."""

    x: Tensor
    energy: Tensor
    num_steps: int


class Info(NamedTuple):
    """What was proposed (chains, 2), whether it was accepted, and how probable that was (chains,)."""

    proposal: Tensor
    is_accepted: Tensor
    acceptance: Tensor


def begin(x: Tensor, target: Target) -> State:
    """Chains that start at `x`, (chains, 2)."""
    most = torch.finfo(x.dtype).max
    # A chain that starts where nothing is known leaves with the first proposal whose energy is finite.
    return State(x, target.energy(x).nan_to_num(nan=most, posinf=most, neginf=most), 0)


def move(state: State, target: Target, draws: Draws, propose: Propose) -> tuple[State, Info]:
    """One proposal for every chain: for the one half, then for the other, which sees the first where it now is."""
    one, two = cuts_of(state.x, state.num_steps)
    x, energy, proposals = torch.empty_like(state.x), torch.empty_like(state.energy), torch.empty_like(state.x)
    is_accepted, acceptance = torch.empty_like(energy, dtype=torch.bool), torch.empty_like(energy)
    for moving, others in ((one, state.x[two]), (two, x[one])):
        own, own_energy = state.x[moving], state.energy[moving]
        part = draws.part(len(own))
        proposal, log_factor = propose(own, others, part)
        new_energy = target.energy(proposal)
        log_ratio = (own_energy - new_energy).add_(log_factor)
        # No energy that is not finite is ever accepted, be it NaN or minus infinity.
        log_ratio.nan_to_num_(nan=-math.inf, posinf=-math.inf, neginf=-math.inf)
        # Each half is written where it belongs as it is found.
        chosen = torch.lt(part.log_uniform(), log_ratio, out=is_accepted[moving])
        torch.where(chosen[:, None], proposal, own, out=x[moving])
        torch.where(chosen, new_energy, own_energy, out=energy[moving])
        torch.exp(log_ratio, out=acceptance[moving]).clamp_(max=1)
        proposals[moving] = proposal
    return State(x, energy, state.num_steps + 1), Info(proposals, is_accepted, acceptance)


def each_half(made: Made) -> Iterator[tuple[slice, Tensor]]:
    """Of a step that was made which chains moved, and where the others were then, (m, 2); for the one half and the
    other.
    """
    x = made.before.x.clone()
    one, two = cuts_of(x, made.before.num_steps)
    yield one, x[two]
    x[one] = made.after.x[one]
    yield two, x[one]


def cuts_of(x: Tensor, num_steps: int) -> tuple[slice, slice]:
    """The two halves in this step. The first chain is always in the first one."""
    middle = len(x) // 2
    cuts = (slice(0, middle), slice(middle, None)), (slice(0, None, 2), slice(1, None, 2))
    return cuts[num_steps % 2]
