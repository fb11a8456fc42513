"""Annealed importance sampling

Each step is a whole pass: points drawn from a wide normal go down a ladder of levels from its energy to the target's,
with a few random-walk moves at each. Every level comes a little too soon for the points, and a weight for each of them
makes up for that. Modes are found that no walk would reach, and the mean of the weights gives log Z. The chains then
take the points by their weights, and a pass with lower weights than the last may be dropped as a whole: so few chains
are right too. With too few levels a handful of points has all the weight, and log Z is mostly too low.

Equation: \\log w = \\sum_k (\\beta_k - \\beta_{k-1}) \\left(E_0(x_{k-1}) - E(x_{k-1})\\right), \\quad
E_k = (1 - \\beta_k) E_0 + \\beta_k E, \\quad Z \\approx Z_0 \\, \\tfrac{1}{n} \\sum_i w_i
Try: On far modes take 3 levels, then 30: the effective sample size rises, and log Z stops changing.
Source: Neal (2001), Statistics and Computing 11; kept or dropped: Andrieu, Doucet, Holenstein (2010), JRSS B 72(3).
"""

import math
from collections.abc import Iterator
from typing import NamedTuple

import msgspec
import torch
from torch import Tensor

from engine.draws import Draws
from engine.knobs import knob
from engine.samplers import Target
from engine.telling import Made, Teller, apart
from engine.witness import Again

TARGET_ACCEPTANCE = 0.5
# By how much the levels come closer to one another towards the wide normal: there a narrow target is felt first.
_CROWDING = 30.0
# The largest float32 below 1.
_BELOW_ONE = 1 - 2**-24
# Of so many points a pass is told, in so many of its levels.
NUM_TOLD, _MOST_PHASES = 64, 8
IS_ENSEMBLE = True


class Params(msgspec.Struct, frozen=True):
    num_levels: int = knob(30, low=1, high=1000, scale="log", help="From the wide normal to the target.")
    num_moves: int = knob(2, low=1, high=20, help="Random-walk moves at each level.")
    step_size: float = knob(
        0.1,
        low=1e-3,
        high=2.0,
        scale="log",
        unit="of half the home view",
        help="Of a move at the last level. At those before it is larger, up to the spread at the first.",
    )
    spread: float = knob(
        0.7,
        low=0.1,
        high=5.0,
        scale="log",
        unit="of half the home view",
        help="The standard deviation of the normal at the start. It must reach all that is to be found.",
    )


class State(NamedTuple):
    """Positions on the plane (chains, 2); and, scalars in nats, the estimate of log Z of the pass they are of, that of
    all passes so far, and the log of the mean of the squared weights; and how many passes that are.
    """

    x: Tensor
    log_z_kept: Tensor
    log_z: Tensor
    log_square: Tensor
    num_passes: int


class Info(NamedTuple):
    """The points that this pass ended at (chains, 2), and the logs of their weights (chains,), whose mean estimates Z:
    minus infinity where nothing is known. Whether the pass was kept, a scalar. Of all passes so far: the log of the
    integral of exp(-E) over the plane and its standard error, scalars in nats, and how many equal weights would tell as
    much, a scalar. Which share of each chain's moves was accepted, (chains,).
    """

    ends: Tensor
    log_weights: Tensor
    is_kept: Tensor
    log_z: Tensor
    log_z_error: Tensor
    effective_sample_size: Tensor
    acceptance: Tensor
    num_evaluations: Tensor


def init(x: Tensor, target: Target, params: Params, draws: Draws) -> State:
    """Chains at `x`, (chains, 2), until the first pass; nothing is known of Z."""
    nothing = torch.full((), -torch.inf, device=x.device)
    return State(x, nothing, nothing, nothing, 0)


def step(state: State, target: Target, params: Params, draws: Draws) -> tuple[State, Info]:
    """One whole pass of all chains."""
    ends, log_weights, acceptance = _pass(target, params, draws, [])
    log_z, log_square = _log_mean(log_weights), _log_mean(log_weights * 2)
    # Independent Metropolis, with passes for points. One where all chains were lost (minus infinity, NaN) is dropped.
    is_kept = draws.log_uniform()[0] < log_z - state.log_z_kept
    x = torch.where(is_kept, ends[_by_weight(log_weights, draws)], state.x)
    after = State(
        x,
        torch.where(is_kept, log_z, state.log_z_kept),
        _with(state.log_z, log_z, state.num_passes),
        _with(state.log_square, log_square, state.num_passes),
        state.num_passes + 1,
    )
    num_weights = after.num_passes * len(x)
    # The effective sample size over the number of weights.
    share = (2 * after.log_z - after.log_square).exp_().nan_to_num_(0.0)
    error = share.reciprocal().sub_(1).clamp_(min=0).div_(num_weights - 1 or math.nan).sqrt_()
    evaluations = torch.full_like(acceptance, 1 + params.num_levels * params.num_moves)
    return after, Info(ends, log_weights, is_kept, after.log_z, error, share * num_weights, acceptance, evaluations)


def _pass(target: Target, params: Params, draws: Draws | Again, levels: list[Tensor]) -> tuple[Tensor, Tensor, Tensor]:
    """Independent of all before: where chains end (chains, 2), their log weights, and their acceptance, (chains,).

    levels: gets where they start, and are after each level, (chains, 2).
    """
    x = draws.normal() * params.spread
    levels.append(x)
    wide, narrow = _wide(x, params), _narrow(x, target)
    log_weights = torch.full_like(wide, math.log(2 * math.pi * params.spread**2))
    num_accepted = torch.zeros_like(wide)
    for rise, beta, size in _ladder(params):
        log_weights.add_(wide - narrow, alpha=rise)
        energy = _mixture(wide, narrow, beta)
        for _ in range(params.num_moves):
            to = torch.add(x, draws.normal(), alpha=size)
            to_wide, to_narrow = _wide(to, params), _narrow(to, target)
            to_energy = _mixture(to_wide, to_narrow, beta)
            # From nowhere to nowhere is NaN, which compares as false.
            is_accepted = draws.log_uniform() < energy - to_energy
            x = torch.where(is_accepted[:, None], to, x)
            wide, narrow = torch.where(is_accepted, to_wide, wide), torch.where(is_accepted, to_narrow, narrow)
            energy = torch.where(is_accepted, to_energy, energy)
            num_accepted.add_(is_accepted)
        levels.append(x)
    return x, log_weights, num_accepted.div_(params.num_levels * params.num_moves)


def _ladder(params: Params) -> Iterator[tuple[float, float, float]]:
    """Of each level how far the inverse temperature rises, what it is then, and the size of a move."""
    before = 0.0
    for level in range(1, params.num_levels + 1):
        beta = (_CROWDING ** (level / params.num_levels) - 1) / (_CROWDING - 1)
        # As the standard deviations of normals mix: by their precisions.
        yield beta - before, beta, 1 / math.sqrt((1 - beta) / params.spread**2 + beta / params.step_size**2)
        before = beta


def _wide(x: Tensor, params: Params) -> Tensor:
    """The energy of the normal at the start, (chains, 2) -> (chains,)."""
    return x.square().sum(1).div_(2 * params.spread**2)


def _narrow(x: Tensor, target: Target) -> Tensor:
    """The energy of the target, (chains, 2) -> (chains,): infinite where it is not finite."""
    energy = target.energy(x)
    return torch.where(energy.isfinite(), energy, torch.inf)


def _mixture(wide: Tensor, narrow: Tensor, beta: float) -> Tensor:
    return torch.add(wide * (1 - beta), narrow, alpha=beta)


def _log_mean(log_weights: Tensor) -> Tensor:
    """(chains,) -> a scalar."""
    return log_weights.logsumexp(0).sub_(math.log(len(log_weights)))


def _with(log_mean: Tensor, new: Tensor, num_before: int) -> Tensor:
    """The log of the mean of so many and a new one, from the log of their mean and that of the new one."""
    if not num_before:
        return new
    share = 1 / (num_before + 1)
    return torch.logaddexp(log_mean + math.log1p(-share), new + math.log(share))


def _by_weight(log_weights: Tensor, draws: Draws) -> Tensor:
    """As many chains' numbers as there are, each as often as its weight says, in random order: (chains,) int64.

    One random number for all: that of copies of a chain is its due, rounded down or up.
    """
    count = len(log_weights)
    filled = log_weights.softmax(0).cumsum(0)
    ruler = torch.arange(count, device=filled.device).add(draws.uniform()[0]).div_(count).clamp_(max=_BELOW_ONE)
    # A chain without weight fills nothing, and so is on the right of no mark.
    chosen = torch.searchsorted(filled.div_(filled[-1].clone()), ruler, right=True).clamp_(max=count - 1)
    return chosen[draws.order()]


def tell(teller: Teller, made: Made) -> None:
    """The phases of a pass, which is made once more from the same numbers, to see its levels."""
    levels: list[Tensor] = []
    _pass(made.target, made.params, made.draws.again(), levels)
    teller.phase("draw from a wide normal", "none of them knows of the last pass", at=levels[0][:NUM_TOLD])
    count = made.params.num_levels
    num_phases = min(count, _MOST_PHASES)
    betas = [beta for _, beta, _ in _ladder(made.params)]
    for level in (round(count * turn / num_phases) for turn in range(1, num_phases + 1)):
        teller.phase(f"level {level} of {count}", f"β = {betas[level - 1]:.2f}", at=levels[level][:NUM_TOLD], beats=0.4)
    weights = (made.info.log_weights - made.info.log_weights.amax()).exp().nan_to_num(0.0)
    own = 1 / float((weights / weights.sum()).square().sum())
    teller.phase("weigh", f"as much worth as {own:.1f} of {len(weights)} equal weights")
    teller.dots("weights", made.info.ends[:NUM_TOLD], "weight", sizes=weights[:NUM_TOLD])
    ratio = float(_log_mean(made.info.log_weights) - made.before.log_z_kept)
    if ratio < math.inf:
        drawn, chance = apart(float(made.draws.seen("log_uniform")[-1][0].exp()), math.exp(min(0.0, ratio)))
        teller.phase("compare passes", f"min(1, Z′ / Z) = {chance}, u = {drawn}")
    is_kept = bool(made.info.is_kept)
    name, says = ("take by weight", "heavy points several times") if is_kept else ("drop the pass", "the chains stay")
    teller.phase(name, says, at=made.after.x[:NUM_TOLD])
