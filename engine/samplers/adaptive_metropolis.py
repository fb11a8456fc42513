r"""Adaptive Metropolis

A random walk whose jumps take the shape of what the chains have seen: their covariance so far, scaled for a plane. All
chains learn one shape together, so that many of them know it after a few steps. Each step changes the shape less than
the one before, and a small share of the jumps keeps a fixed size whatever was learnt: so the chains still end up
sampling the target. It suits a narrow or slanted target with one hill. On several hills far apart, or on a bent
valley, no single shape suits, and most jumps are rejected.

Equation: x' \sim (1 - \beta) \, N\left(x, \tfrac{2.38^2}{2} \, \Sigma_t\right) + \beta \, N(x, \varepsilon^2 I), \quad
\Sigma_{t+1} = \Sigma_t + \gamma_t \left((x - \mu_t)(x - \mu_t)^T - \Sigma_t\right), \quad \gamma_t = \frac{2}{t + 10}
Try: Compare it with the random walk on a correlated normal, then on a ring of modes.
Source: Haario, Saksman, Tamminen (2001), Bernoulli 7(2); the fixed share is that of Roberts, Rosenthal (2009),
Journal of Computational and Graphical Statistics 18(2); the weights are after Andrieu, Thoms (2008), Statistics and
Computing 18(4).
"""

import math
from typing import NamedTuple

import msgspec
import torch
from torch import Tensor

from engine.draws import Draws
from engine.knobs import knob
from engine.samplers import Target
from engine.telling import NUM_TOLD, Made, Teller, tell_proposal, tell_test

# The best factor for a Gaussian in the plane, 2.38 / sqrt(2).
_SCALE = 2.38 / math.sqrt(2)
# The first shape counts as so many looks. Weights of 2 / t, and not 1 / t, forget the way in as 1 / t squared.
_FIRST_LOOKS = 10
# Successive draws are alike: the chains are looked at each so many steps, which t counts.
_EVERY = 4
# No shape shrinks below this standard deviation, of half the home view: Haario's epsilon.
_LEAST = 1e-4


class Params(msgspec.Struct, frozen=True):
    step_size: float = knob(
        0.1,
        low=1e-3,
        high=1.0,
        scale="log",
        unit="of half the home view",
        help="The size of the first jumps, before anything is learnt, and of those that never use it.",
    )
    fixed_share: float = knob(
        0.05, low=0.0, high=1.0, help="How many jumps do not use what was learnt; 1 never learns."
    )


class State(NamedTuple):
    """Positions (chains, 2) and the energy there (chains,); what all chains have learnt together: the mean (2,), the
    covariance (2, 2) and its lower triangular root, from so many steps.
    """

    x: Tensor
    energy: Tensor
    mean: Tensor
    covariance: Tensor
    root: Tensor
    num_steps: int


class Info(NamedTuple):
    """What was proposed (chains, 2), whether it was accepted, and how probable that was (chains,)."""

    proposal: Tensor
    is_accepted: Tensor
    acceptance: Tensor


def init(x: Tensor, target: Target, params: Params, draws: Draws) -> State:
    """Chains that start at `x`, (chains, 2), and know nothing yet."""
    most = torch.finfo(x.dtype).max
    # A chain that starts where nothing is known leaves with the first proposal whose energy is finite.
    energy = target.energy(x).nan_to_num(nan=most, posinf=most, neginf=most)
    # So that the first jumps have the step size.
    size = params.step_size / _SCALE
    root = torch.eye(2, dtype=x.dtype, device=x.device) * size
    return State(x, energy, x.mean(0), root * size, root, 0)


def step(state: State, target: Target, params: Params, draws: Draws) -> tuple[State, Info]:
    """One proposal for every chain, then a look at where all of them are."""
    noise = draws.normal()
    # Transposed, so that each coordinate stays together in memory.
    learnt = torch.addmm(state.x.T, state.root, noise.T, alpha=_SCALE).T
    fixed = torch.add(state.x, noise, alpha=params.step_size)
    is_fixed = draws.uniform() < params.fixed_share
    proposal = torch.where(is_fixed[:, None], fixed, learnt)
    energy = target.energy(proposal)
    log_ratio = state.energy - energy
    # No energy that is not finite is ever accepted, be it NaN or minus infinity.
    log_ratio.nan_to_num_(nan=-math.inf, posinf=-math.inf, neginf=-math.inf)
    is_accepted = draws.log_uniform() < log_ratio
    x = torch.where(is_accepted[:, None], proposal, state.x)
    after = state._replace(x=x, energy=torch.where(is_accepted, energy, state.energy), num_steps=state.num_steps + 1)
    return _learn(after), Info(proposal, is_accepted, log_ratio.exp_().clamp_(max=1))


def _learn(state: State) -> State:
    """The mean and the covariance a little nearer to those of the chains now, and its root."""
    if state.num_steps % _EVERY:
        return state
    weight = 2 / (state.num_steps / _EVERY + _FIRST_LOOKS)
    away = state.x - state.mean
    covariance = torch.addmm(state.covariance, away.T, away, beta=1 - weight, alpha=weight / len(away))
    covariance.diagonal().add_(weight * _LEAST**2)
    # Unlike its plain namesake it does not make the caller wait to hear whether it succeeded.
    root, _ = torch.linalg.cholesky_ex(covariance)
    return state._replace(mean=torch.add(state.mean, away.mean(0), alpha=weight), covariance=covariance, root=root)


def tell(teller: Teller, made: Made) -> None:
    """The phases of a step, with the shape of the jumps around each chain: one standard deviation."""
    x = made.before.x[:NUM_TOLD]
    turns = torch.linspace(0, 2 * math.pi, 65, device=x.device)
    circle = torch.stack([turns.cos(), turns.sin()])
    teller.phase("what was learnt", "the covariance of all chains so far")
    teller.lines("shape", x[:, None] + _SCALE * (made.before.root @ circle).T, "the shape of the jumps")
    is_fixed = bool(made.draws.seen("uniform")[0][0] < made.params.fixed_share)
    tell_proposal(teller, made, "propose a jump", "of the fixed size" if is_fixed else "of the shape that was learnt")
    tell_test(teller, made, "min(1, exp(−ΔE))")
