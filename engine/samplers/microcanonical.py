"""Microcanonical Hamiltonian Monte Carlo

A chain moves at a speed that never changes, and the landscape only turns it: downhill, and the more the steeper it is.
That alone keeps it for longest where the density is high: there is no mass, and no speed to draw. A step makes some
leaps, with a random turn in each; then it is accepted or rejected as a whole, and the next starts in a new direction.
Not adjusted, every leap is believed and the direction is kept: cheaper to reach far, and a little wrong, the less so
the shorter the leaps are. It fails where a leap is longer than what it should see: narrow valleys, walls.

Equation: \\dot x = u, \\quad \\dot u = -(I - u u^T) \\nabla E(x) / (d - 1), \\quad |u| = 1, \\quad
\\Delta K = (d - 1) \\log(\\cosh \\delta + e \\cdot u \\sinh \\delta), \\quad
e = \\frac{-\\nabla E}{|\\nabla E|}, \\quad \\delta = \\frac{\\varepsilon |\\nabla E|}{d - 1}
Try: Turn off `is adjusted` on a narrow target and raise the step size: nothing is rejected, and the energy is too high.
Source: Robnik, De Luca, Silverstein, Seljak (2023), JMLR 24; adjusted: Robnik, Cohn-Gordon, Seljak (2025),
arXiv:2503.01707; random turns within a step that is adjusted: Riou-Durand, Vogrinc (2022), arXiv:2202.13230.
"""

import math
from typing import NamedTuple

import msgspec
import torch
from torch import Tensor

from engine.draws import Draws
from engine.knobs import knob
from engine.samplers import Target, where
from engine.telling import ARROW, NUM_TOLD, Made, Teller, tell_leaps, tell_test, tell_untested

TARGET_ACCEPTANCE = 0.8
# An error of the energy, in nats, that no acceptance survives.
_ASTRAY = 1000.0


class Params(msgspec.Struct, frozen=True):
    step_size: float = knob(
        0.1,
        low=1e-4,
        high=1.0,
        scale="log",
        unit="of half the home view",
        help="The length of a leap. Longer ones travel further and turn less truly.",
    )
    num_leaps: int = knob(8, low=1, high=100, scale="log", help="Leaps in a step, one gradient for each.")
    memory: float = knob(
        1.0,
        low=0.01,
        high=100.0,
        scale="log",
        unit="of half the home view",
        help="The way after which random turns have made the direction forgotten. Short is diffusion, long is a glide.",
    )
    is_adjusted: bool = knob(
        True, help="Accept or reject each step, which makes it exact. Without, the direction lives on between steps."
    )


class State(NamedTuple):
    """Positions on the plane (chains, 2), and there the energy (chains,), minus its gradient (chains, 2), and the angle
    of the direction, (chains,) in radians.
    """

    x: Tensor
    energy: Tensor
    score: Tensor
    angle: Tensor


class Info(NamedTuple):
    """Where the leaps led: their end (chains, 2), and all of them (leaps + 1, chains, 2); whether that was accepted,
    how probable it was (not adjusted: would have been), and whether the energy went astray, (chains,).
    """

    proposal: Tensor
    is_accepted: Tensor
    acceptance: Tensor
    is_divergent: Tensor
    path: Tensor
    num_evaluations: Tensor


def init(x: Tensor, target: Target, params: Params, draws: Draws) -> State:
    """Chains that start at `x`, (chains, 2), each in a random direction."""
    return State(x, *target.energy_and_score(x), _any_direction(draws))


def step(state: State, target: Target, params: Params, draws: Draws) -> tuple[State, Info]:
    """Leaps of every chain: half a turn by the landscape, half the way, a random turn, half the way, half a turn."""
    size, angle = params.step_size, _any_direction(draws) if params.is_adjusted else state.angle
    angle, kinetic = _turned(angle, state.score, size / 2)
    x, path = state.x, [state.x]
    for leap, shake in enumerate(_shakes(params, draws), 1):
        ahead, angle = _direction(angle), torch.add(angle, shake, alpha=math.sqrt(2 * size / params.memory))
        x = torch.add(x, ahead.add_(_direction(angle)), alpha=size / 2)
        energy, score = target.energy_and_score(x)
        # Two half turns by the same slope, of one leap and the next, are one whole turn.
        angle, change = _turned(angle, score, size / 2 if leap == params.num_leaps else size)
        kinetic.add_(change)
        path.append(x)
    total = kinetic.add_(energy)
    log_ratio = state.energy - total
    # NaN compares as false.
    is_divergent = ~(log_ratio > -_ASTRAY)
    # Where nothing is known, a chain that is not adjusted goes back to where it was, and looks the other way.
    is_accepted = draws.log_uniform() < log_ratio if params.is_adjusted else total.isfinite()
    chosen = where(is_accepted, State(x, energy, score, angle), state._replace(angle=state.angle + math.pi))
    acceptance = log_ratio.exp_().clamp_(max=1).nan_to_num_(0.0)
    evaluations = torch.full_like(energy, params.num_leaps)
    return chosen, Info(x, is_accepted, acceptance, is_divergent, torch.stack(path), evaluations)


def _turned(angle: Tensor, score: Tensor, time: float) -> tuple[Tensor, Tensor]:
    """The direction after so long under one slope, and what that adds to the kinetic part of the energy, (chains,).

    The angle a from downhill obeys da/dt = -|score| sin a, so that t = tan(a / 2) falls to t exp(-delta), with delta =
    |score| * time. The change is minus the log of how much this crowds directions together, delta + log(1 +
    exp(-2 delta) t^2) - log(1 + t^2): the log(cosh delta + cos a sinh delta), with nothing in it that overflows.
    """
    across, up = score.unbind(1)
    downhill, delta = torch.atan2(up, across), torch.hypot(across, up).mul_(time)
    before = (angle - downhill).mul_(0.5).tan_()
    after = delta.neg().exp_().mul_(before)
    angle = torch.add(downhill, after.atan(), alpha=2)
    return angle, delta.add_(after.square_().log1p_()).sub_(before.square_().log1p_())


def _shakes(params: Params, draws: Draws) -> list[Tensor]:
    """Standard normal, (chains,), for each leap. Turns by them, scaled, are Brownian motion on the circle: over the
    length of the memory the mean direction falls by a factor e.
    """
    pairs = (draws.normal().unbind(1) for _ in range((params.num_leaps + 1) // 2))
    return [each for pair in pairs for each in pair][: params.num_leaps]


def _direction(angle: Tensor) -> Tensor:
    """(chains,) -> (chains, 2), of length 1; each coordinate lies together in memory."""
    return torch.stack([angle.cos(), angle.sin()]).t()


def _any_direction(draws: Draws) -> Tensor:
    return draws.uniform() * (2 * math.pi)


def tell(teller: Teller, made: Made) -> None:
    """The phases of a step."""
    is_adjusted, x = made.params.is_adjusted, made.before.x[:NUM_TOLD]
    angle = made.draws.seen("uniform")[0] * (2 * math.pi) if is_adjusted else made.before.angle
    teller.phase("draw a direction" if is_adjusted else "keep the direction", "the speed never changes")
    teller.lines("momentum", torch.stack([x, x + ARROW * _direction(angle[:NUM_TOLD])], 1), "direction")
    tell_leaps(teller, made.info.path, "leap")
    if is_adjusted:
        tell_test(teller, made, "min(1, exp(−Δ(E + K)))")
    else:
        tell_untested(teller, made)
