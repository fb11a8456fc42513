r"""Stein variational gradient descent

Particles that move together: the landscape pulls each one downhill, by the slopes at all particles near it, and they
push one another apart. They end as an even cover of the density, not as independent draws: the spread comes out too
small where particles are few, and one alone goes to the bottom of the nearest mode. How far a push reaches follows
from the median of their distances, so modes far apart blur into one width. With more than 2,048 particles each step
looks at a random 2,048 of them, which bounds its time and adds a little noise; the memory is bounded in any case.

Equation: x_i' = x_i + \varepsilon \, \phi(x_i), \quad
\phi(x) = \frac{1}{n} \sum_j \left[ -k(x_j, x) \nabla E(x_j) + \nabla_{x_j} k(x_j, x) \right], \quad
k(x', x) = e^{-|x' - x|^2 / h}, \quad h = \frac{\text{median}^2}{\log (n + 1)}
Try: Start all particles from one click and watch them push one another over the density; then do it with one.
Source: Liu, Wang (2016), NeurIPS, arXiv:1608.04471; random batches: Li, Li, Liu, Liu, Lu (2020), arXiv:1902.03394.
"""

import math
from typing import NamedTuple

import msgspec
import torch
from torch import Tensor

from engine.draws import Draws
from engine.knobs import knob
from engine.samplers import Target
from engine.telling import Made, Teller

IS_EXACT = False
# At most so many particles act on each one; of so few all distances are measured.
_MOST_OTHERS, _FEW = 2048, 128
# The shortest reach of a push, in halves of the home view; and what one slope may count at most, per such a half.
_SHORTEST, _STEEPEST = 1e-3, 1e4
# How much of its past the mean of squares remembers in one step.
_MEMORY = 0.9
# Of so many particles the arrows are told, and nine of ten are no longer than this.
NUM_TOLD, _LONGEST = 100, 0.2
IS_ENSEMBLE = True


class Params(msgspec.Struct, frozen=True):
    step_size: float = knob(
        0.02,
        low=1e-4,
        high=0.5,
        scale="log",
        unit="of half the home view",
        help="About how far a particle goes in a step. A plain one goes its square times the slope, at most so far.",
    )
    step_rule: str = knob(
        "adagrad",
        choices=("adagrad", "plain"),
        help="Adagrad divides each coordinate's move by its recent size: fast anywhere, and it never quite rests.",
    )
    width: float = knob(
        1.0, low=0.1, high=10.0, scale="log", help="How far particles act on one another, times the median's rule."
    )
    shake: float = knob(
        1e-4,
        low=0.0,
        high=0.1,
        unit="of half the home view",
        help="Noise on every move. A little of it parts particles that start in one point.",
    )


class State(NamedTuple):
    """Positions on the plane (chains, 2), weighted sums of squared moves (chains, 2), and the number of steps made."""

    x: Tensor
    squares: Tensor
    num_steps: int


class Info(NamedTuple):
    """The two parts of phi for each particle, (chains, 2): where the landscape and where the others push it."""

    attraction: Tensor
    repulsion: Tensor


def init(x: Tensor, target: Target, params: Params, draws: Draws) -> State:
    """Particles that start at `x`, (chains, 2)."""
    return State(x, torch.zeros_like(x), 0)


def step(state: State, target: Target, params: Params, draws: Draws) -> tuple[State, Info]:
    """One move of every particle. The slope is taken at the particles that act, once at each position."""
    others = state.x if len(state.x) <= _MOST_OTHERS else state.x.index_select(0, draws.order()[:_MOST_OTHERS])
    # Where nothing is known nothing pulls; on a cliff one particle does not throw all the others out.
    score = target.score(others).nan_to_num(0, 0, 0).clamp_(-_STEEPEST, _STEEPEST)
    info = Info(*forces(state.x, others, score, squared_reach(state.x) * params.width**2))
    move = info.attraction + info.repulsion
    squares, num_steps = state.squares, state.num_steps + 1
    if params.step_rule == "adagrad":
        squares = torch.mul(squares, _MEMORY).addcmul_(move, move, value=1 - _MEMORY)
        size = (squares / (1 - _MEMORY**num_steps)).sqrt_().add_(1e-6)
        move.mul_(params.step_size).div_(size)
    else:
        length = torch.linalg.vector_norm(move, dim=1, keepdim=True).mul_(params.step_size).clamp_(min=1)
        move.mul_(params.step_size**2).div_(length)
    x = move.add_(state.x).add_(draws.normal(), alpha=params.shake)
    return State(x, squares, num_steps), info


def forces(x: Tensor, others: Tensor, score: Tensor, squared_reach: Tensor) -> tuple[Tensor, Tensor]:
    """Attraction and repulsion of each x by the others, (n, 2) both. others, score: (m, 2).  squared_reach: h, ()."""
    # Sums of large numbers cancel badly: near the centre they are small.
    centre = others.mean(0)
    x, others = (x - centre).T, (others - centre).T
    # -|x - y|^2 / h as one product, (y, |y|^2, 1) . (2 x, -1, -|x|^2) / h; powers of 2 are faster than those of e.
    nearness = math.log2(math.e) / squared_reach
    ones = torch.ones_like(others[:1])
    theirs = torch.cat([others, others.square().sum(0, True), ones]).T.contiguous()
    own = torch.cat([x * 2, -torch.ones_like(x[:1]), x.square().sum(0, True).neg_()]).mul_(nearness)
    weights = torch.cat([score.T, others, ones]).div_(others.shape[1])
    # A block of the kernel's matrix, (m, block), stays in the processor's cache; a GPU likes few large ones.
    block = max(1, (2**17 if x.is_cpu else 2**25) // others.shape[1])
    sums = torch.cat([weights @ (theirs @ each).exp2_() for each in torch.split(own, block, 1)], 1)
    repulsion = torch.addcmul(-sums[2:4], x, sums[4:]).mul_(2 / squared_reach)
    return sums[:2].T, repulsion.T


def squared_reach(x: Tensor) -> Tensor:
    """h by the median's rule, (): of the distances between two different particles; of many, from some 8,000 pairs."""
    count = len(x)
    if count == 1:
        return x.new_ones(())
    distances = torch.pdist(x) if count <= _FEW else _some_distances(x, max(4, _FEW**2 // 2 // count))
    return distances.median().clamp_(min=_SHORTEST).square_().div_(math.log(count + 1))


def _some_distances(x: Tensor, num_shifts: int) -> Tensor:
    """From every particle to as many others, which are so many places further on; (shifts, n)."""
    # Places near and far, because particles that start along a stroke are in order.
    shifts = torch.arange(1, 2 * num_shifts, 2, device=x.device).mul_(len(x) // 2).floor_divide_(2 * num_shifts).add_(1)
    partners = (shifts[:, None] + torch.arange(len(x), device=x.device)).remainder_(len(x))
    across, up = (each[partners].sub_(each) for each in x.unbind(1))
    return torch.hypot(across, up)


def tell(teller: Teller, made: Made) -> None:
    """The phases of a step: both parts of phi at each particle, to one scale."""
    x, after = made.before.x[:NUM_TOLD], made.after.x[:NUM_TOLD]
    attraction, repulsion = made.info.attraction[:NUM_TOLD], made.info.repulsion[:NUM_TOLD]
    lengths = torch.cat([attraction, repulsion]).nan_to_num(0, 0, 0).square().sum(1).sqrt()
    scale = _LONGEST / lengths.quantile(0.9).clamp(min=1e-12)
    teller.phase("attraction", "the slopes at all particles near by pull downhill")
    teller.lines("attraction", torch.stack([x, x + scale * attraction], 1), "attraction")
    teller.phase("repulsion", "the particles push one another apart")
    teller.lines("repulsion", torch.stack([x, x + scale * repulsion], 1), "repulsion")
    teller.phase("move", "by the sum of both", at=after)
    teller.lines("way", torch.stack([x, after], 1), "move")
