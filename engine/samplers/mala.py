"""Langevin dynamics, Metropolis-adjusted

Proposes a Langevin move and accepts it with the probability that makes the density exact, whatever the step size.
A step that is too large is rejected, not believed: so a learning model cannot be misled by its own sampler. The way
downhill is at most a step size long: on a cliff an untruncated move would overshoot and be rejected for ever.

Equation: \\alpha = \\min\\left(1, \\frac{p(x') \\, q(x | x')}{p(x) \\, q(x' | x)}\\right), \\quad
q(x' | x) = N\\left(x + D(x), \\varepsilon^2 I\\right), \\quad
D(x) = -\\frac{\\varepsilon^2}{2} \\nabla E(x), \\; |D(x)| \\le \\varepsilon
Try: Compare it with the unadjusted one at the same large step size: it stands still where the other runs away.
Source: Roberts, Tweedie (1996), Bernoulli 2(4), with their truncated drift.
"""

from typing import NamedTuple

import msgspec
import torch
from torch import Tensor

from engine.draws import Draws
from engine.knobs import knob
from engine.samplers import Target, where
from engine.telling import Made, Teller, tell_downhill, tell_proposal, tell_test

TARGET_ACCEPTANCE = 0.574
_FEW = 64


class Params(msgspec.Struct, frozen=True):
    step_size: float = knob(
        0.03,
        low=1e-4,
        high=1.0,
        scale="log",
        unit="of half the home view",
        help="Larger moves travel further and fail more.",
    )
    noise: float = knob(
        1.0, low=0.01, high=2.0, help="1 samples the density itself; its square is the temperature of what is sampled."
    )


class State(NamedTuple):
    """Positions on the plane (chains, 2), and there the energy (chains,) and minus its gradient (chains, 2)."""

    x: Tensor
    energy: Tensor
    score: Tensor


class Info(NamedTuple):
    """What was proposed (chains, 2), whether it was accepted, and how probable that was (chains,)."""

    proposal: Tensor
    is_accepted: Tensor
    acceptance: Tensor


def init(x: Tensor, target: Target, params: Params, draws: Draws) -> State:
    """Chains that start at `x`, (chains, 2)."""
    return State(x, *target.energy_and_score(x))


def step(state: State, target: Target, params: Params, draws: Draws) -> tuple[State, Info]:
    """One proposal for every chain. With d = (D(x) + D(x')) / (eps * noise), the log of the ratio of proposals is
    -d . (2 xi + d) / 2.
    """
    size, noise, xi = params.step_size, params.noise, draws.normal()
    pull = _truncated(state.score, 2 / size)
    x = torch.add(state.x, pull, alpha=size**2 / 2).add_(xi, alpha=size * noise)
    proposed = State(x, *target.energy_and_score(x))
    both = pull + _truncated(proposed.score, 2 / size)
    backward = torch.add(xi, both, alpha=size / (4 * noise)).mul_(both).sum(1)
    log_ratio = (state.energy - proposed.energy).sub_(backward, alpha=size * noise / 2)
    if noise != 1:
        log_ratio.div_(noise**2)
    # A NaN energy compares as false and so rejects, instead of poisoning the chain.
    is_accepted = draws.log_uniform() < log_ratio
    # Far below zero torch's exp takes thirty times as long.
    acceptance = log_ratio.clamp_(-20, 0).exp_().nan_to_num_(0.0)
    return where(is_accepted, proposed, state), Info(x, is_accepted, acceptance)


def _truncated(score: Tensor, longest: float) -> Tensor:
    """The score of each chain, (chains, 2), shortened to this length where it is longer."""
    if len(score) < _FEW:
        # For few chains one call in place of five; for many its reduction takes ten times as long.
        return torch.renorm(score, 2, 0, longest)
    length = score.square().sum(1, True).sqrt_()
    return score / length.div_(longest).clamp_(min=1)


def tell(teller: Teller, made: Made) -> None:
    """The phases of a step."""
    size = made.params.step_size
    drift = made.before.x + size**2 / 2 * _truncated(made.before.score, 2 / size)
    tell_downhill(teller, drift, made, "along the slope, by at most a step size")
    tell_proposal(teller, made, "shake: the proposal")
    tell_test(teller, made, "min(1, p(x′) q(x|x′) / p(x) q(x′|x))")
