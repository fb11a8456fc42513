r"""Slice sampling

Draws a level a little above the energy where the chain is, lays a line through it in a random direction, and goes to a
random point of that line below the level. An interval is put around the chain and widened while its ends are below;
then points are tried in it, and each that fails cuts the interval down to itself. So the jumps find their own length:
the width may be wrong by a factor of ten and costs only evaluations. A line rarely points along a long thin valley, and
a gap wider than the interval is not crossed. A chain that fails too often stays where it is. That keeps the target
exact: a move and the move back go through the same failed tries, so a bound forbids both or neither.

Equation: y = E(x) - \log u, \quad x' \sim \mathrm{Uniform}\left\{ x + t \, d : E(x + t \, d) \le y \right\}
Try: Set the width to 0.01, then to 2, and look at how many evaluations a step takes.
Source: Neal (2003), Annals of Statistics 31(3), sections 4 and 5.
"""

from typing import NamedTuple

import msgspec
import torch
from torch import Tensor

from engine.draws import Draws
from engine.knobs import knob
from engine.samplers import Target, where
from engine.telling import NUM_TOLD, Made, Teller


class Params(msgspec.Struct, frozen=True):
    width: float = knob(
        0.4,
        low=1e-3,
        high=4.0,
        scale="log",
        unit="of half the home view",
        help="Length of the first interval. Too short takes many widenings, too long many tries.",
    )
    most_widths: int = knob(4, low=1, high=32, help="The interval grows to at most so many widths; 1 never widens it.")
    most_tries: int = knob(6, low=1, high=32, help="After so many failed tries a chain stays where it is.")


class State(NamedTuple):
    """Positions on the plane (chains, 2), and the energy there (chains,)."""

    x: Tensor
    energy: Tensor


class Info(NamedTuple):
    """Whether a point was found (chains,); the way there (most_tries + 4, chains, 2): start, the interval's ends, each
    try, end; and what that took. A chain that is done counts no more, though the others' loop goes on for it.
    """

    is_accepted: Tensor
    path: Tensor
    num_evaluations: Tensor


class _Interval(NamedTuple):
    """Where it begins and ends on the line, in widths from the chain, and what it took to find that; (chains,) each."""

    left: Tensor
    right: Tensor
    num_evaluations: Tensor


def init(x: Tensor, target: Target, params: Params, draws: Draws) -> State:
    """Chains that start at `x`, (chains, 2)."""
    most = torch.finfo(x.dtype).max
    # For a chain that starts where nothing is known, every finite energy is below the level.
    return State(x, target.energy(x).nan_to_num(nan=most, posinf=most, neginf=most))


def step(state: State, target: Target, params: Params, draws: Draws) -> tuple[State, Info]:
    """One line through every chain, and one point of it."""
    level = state.energy - draws.log_uniform()
    noise = draws.normal()
    line = noise * (params.width / torch.hypot(noise[:, 0], noise[:, 1]))[:, None]
    left, right, num_evaluations = _interval(state.x, line, level, target, params, draws)
    path = [state.x, _at(state.x, line, left), _at(state.x, line, right)]
    for _ in range(params.most_tries):
        t = torch.lerp(left, right, draws.uniform())
        x = _at(state.x, line, t)
        energy = target.energy(x)
        is_below, is_left = energy <= level, t < 0
        # A point below the level becomes both ends, so that all later tries are the same point.
        left = torch.where(is_below | is_left, t, left)
        right = torch.where(is_left > is_below, right, t)
        num_evaluations += ~is_below
        path.append(x)
    # A NaN energy is below no level. Minus infinity is, and is no place to stay: such a try ends the search in vain.
    is_found = is_below & energy.isfinite()
    after = where(is_found, State(x, energy), state)
    num_evaluations += is_below
    return after, Info(is_found, torch.stack([*path, after.x]), num_evaluations)


def _interval(x: Tensor, line: Tensor, level: Tensor, target: Target, params: Params, draws: Draws) -> _Interval:
    """A width that lies at random around the chain, stepped out to the left and to the right while the end is below.

    Of the `most_widths` - 1 steps out a random number may go to the left and the rest to the right: without that lot a
    bounded interval would not be as probable from the other end of a move. All ends that there can be are evaluated
    at once, and each chain takes as many as it would have come to.
    """
    left = draws.uniform().neg()
    most = params.most_widths - 1
    if most == 0:
        return _Interval(left, left + 1, torch.zeros_like(left))
    order = torch.arange(most, device=left.device)[:, None]
    most_left = (draws.uniform() * params.most_widths).floor_()
    goes_left = order < most_left
    # The ends one after the other: to the left from the left end, then to the right from the right end.
    steps = torch.where(goes_left, -order, order - most_left + 1)
    ends = _at(x, line, left + steps)
    is_below = target.energy(ends.flatten(0, 1)).reshape(most, -1) <= level
    num_left = (goes_left & is_below).cumprod(0).sum(0)
    num_right = (goes_left | is_below).cumprod(0).sum(0) - most_left
    # One more evaluation a side, for the end that was above, unless the bound came first.
    num_evaluations = torch.minimum(num_left + 1, most_left) + torch.minimum(num_right + 1, most - most_left)
    return _Interval(left - num_left, left + (num_right + 1), num_evaluations)


def _at(x: Tensor, line: Tensor, t: Tensor) -> Tensor:
    """The points (..., chains, 2) at t (..., chains) along each chain's line."""
    return torch.addcmul(x, line, t[..., None])


def tell(teller: Teller, made: Made) -> None:
    """The phases of a step: the interval, and the tries that shrink it."""
    path = made.info.path[:, :NUM_TOLD].clone()
    start, left, right, tries, end = path[0], path[1], path[2], path[3:-1], path[-1]
    rise = -float(made.draws.seen("log_uniform")[0][0])
    teller.phase("draw a level", f"{rise:.2f} nats above the energy here")
    teller.phase("lay an interval", "on a random line, widened while its ends are below the level")
    teller.lines("interval", torch.stack([left, right], 1), "interval", lasts=1)
    teller.lines("faint", torch.stack([left, right], 1), "first interval")
    # What was found is tried again and again; when the first chain is done, those tries of the others come at once.
    is_accepted = made.info.is_accepted[:NUM_TOLD]
    is_found = is_accepted & (tries == end).all(2)
    is_over = torch.zeros_like(is_accepted)
    for number, (x, is_it) in enumerate(zip(tries, is_found, strict=True), 1):
        if not is_over[0]:
            says = "below the level: found" if is_it[0] else "above the level: the interval shrinks to it"
            teller.phase(f"try {number}", says)
        is_failed = ~is_it & ~is_over
        teller.dots("rejected", x, "failed try", only=is_failed)
        teller.dots("proposal", x, "found", only=is_it & ~is_over)
        is_left = ((x - start) * (right - left)).sum(1) < 0
        left = torch.where((is_failed & is_left)[:, None], x, left)
        right = torch.where((is_failed & ~is_left)[:, None], x, right)
        if not is_over[0]:
            teller.lines("interval", torch.stack([left, right], 1), "interval", lasts=1)
        is_over = is_over | is_it
    teller.phase("move" if is_accepted[0] else "stay", "" if is_accepted[0] else "too many tries failed", at=end)
    teller.end("proposal")
    teller.lines("way", torch.stack([start, end], 1))
    teller.dots("accepted", end, "found", only=is_accepted)
