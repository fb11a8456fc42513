r"""Affine-invariant stretch

Every chain picks another one and moves on the line through both: towards it, or away from it. Where the chains lie
along a narrow valley, so do their moves: a target that is stretched or sheared costs nothing, and no step size has to
be found. Chains that lie in one point or on one line would never leave it, so a few moves are plain random walks. It
fails between modes far apart: the line from one to the other seldom ends in either. Needs many chains, and these are
not independent of one another.

Equation: x_i' = x_j + z \, (x_i - x_j), \quad g(z) \propto \frac{1}{\sqrt{z}} \text{ on } [1/a, a], \quad
\alpha = \min\left(1, z^{d - 1} e^{E(x_i) - E(x_i')}\right), \quad d = 2
Try: Compare it with the random walk on the correlated normal, and raise the correlation to 0.99.
Source: Goodman, Weare (2010), Communications in Applied Mathematics and Computational Science 5(1).
"""

from functools import lru_cache

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
    stretch: float = knob(
        2.0, low=1.05, high=10.0, scale="log", help="The most that a distance grows, or shrinks, in one move; a above."
    )
    walks: float = knob(
        0.1, low=0.0, high=1.0, help="Share of moves that are a random walk. At 0, chains that start alike stay so."
    )
    walk_size: float = knob(
        0.05, low=1e-4, high=1.0, scale="log", unit="of half the home view", help="Standard deviation of such a walk."
    )


def init(x: Tensor, target: Target, params: Params, draws: Draws) -> State:
    """Chains that start at `x`, (chains, 2)."""
    return begin(x, target)


def step(state: State, target: Target, params: Params, draws: Draws) -> tuple[State, Info]:
    """One proposal for every chain."""

    def propose(own: Tensor, others: Tensor, part: Draws) -> tuple[Tensor, Tensor]:
        partner = others.index_select(0, part.integers(len(others)))
        z = stretches(part.uniform(), params.stretch)
        proposal, log_factor = torch.lerp(partner, own, z[:, None]), z.log()
        if params.walks == 0:
            return proposal, log_factor
        is_walk = part.uniform() < params.walks
        walk = torch.add(own, part.normal(), alpha=params.walk_size)
        return torch.where(is_walk[:, None], walk, proposal), log_factor.masked_fill_(is_walk, 0)

    return move(state, target, draws, propose)


def stretches(uniform: Tensor, most: float) -> Tensor:
    """How much each distance is stretched, from numbers uniform in 0 to 1: density 1 / sqrt(z) on 1 / most to most."""
    return torch.lerp(*_roots(most, uniform.device), uniform).square_()


@lru_cache(maxsize=8)
def _roots(most: float, device: torch.device) -> tuple[Tensor, Tensor]:
    """Of the least and of the most stretch: for few chains a number that is no tensor yet costs as much as a move."""
    return torch.tensor(most**-0.5, device=device), torch.tensor(most**0.5, device=device)


def tell(teller: Teller, made: Made) -> None:
    """The phases of a step, with the partner of each chain."""
    x, uniform, params = made.before.x, made.draws.seen("uniform"), made.params
    partner, z, is_walk = torch.empty_like(x), torch.empty_like(x[:, 0]), torch.zeros_like(x[:, 0], dtype=torch.bool)
    each = 1 if params.walks == 0 else 2
    for half, (moving, others) in enumerate(each_half(made)):
        partner[moving] = others[made.draws.seen("integers")[half]]
        z[moving] = stretches(uniform[half * each], params.stretch)
        if params.walks > 0:
            is_walk[moving] = uniform[half * each + 1] < params.walks
    partner[is_walk] = torch.nan
    teller.phase(
        "pick another chain", "this time none: a random walk" if is_walk[0] else "at random, of the other half"
    )
    tell_partners(teller, x[:NUM_TOLD], partner[:NUM_TOLD], "line through both")
    says = "a random walk" if is_walk[0] else f"z = {z[0]:.2f} times as far from it as now"
    tell_proposal(teller, made, "propose", says)
    u = float(made.draws.seen("log_uniform")[0][0].exp())
    tell_test(teller, made, "min(1, exp(−ΔE))" if is_walk[0] else "min(1, z exp(−ΔE))", u=u)
