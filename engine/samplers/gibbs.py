r"""Gibbs sampling on a grid

Draws x anew with y held fixed, then y with x held fixed, each from its whole conditional density at once. That density
is known by its values on a grid, which covers the whole line and is finest in the middle of the home view; what the
grid gets wrong is put right by accepting or rejecting, so the result is exact. No step size is needed and a gap along
an axis is no obstacle. Each step moves along the axes only: in a slanted narrow valley, or between two modes on a
diagonal, it goes slowly or not at all. Every step costs two grids of evaluations, and details smaller than a cell are
mostly rejected.

Equation: x' \sim p(x \mid y), \quad y' \sim p(y \mid x'), \quad
\alpha = \min\left(1, \frac{p(x' \mid y) \, q(x)}{p(x \mid y) \, q(x')}\right)
Try: On a correlated normal raise the correlation from 0 to 0.99 and watch the moves become short.
Source: Ritter, Tanner (1992), Journal of the American Statistical Association 87(419); the moves are those
of Geman, Geman (1984), IEEE Transactions on Pattern Analysis and Machine Intelligence 6(6).
"""

import math
from functools import lru_cache
from typing import NamedTuple

import msgspec
import torch
from torch import Tensor

from engine.draws import Draws
from engine.knobs import knob
from engine.samplers import Target
from engine.telling import NUM_TOLD, Made, Teller

# So much of the highest of the grid's values is added to each: nothing that the grid missed is impossible.
_FLOOR = 1e-3


class Params(msgspec.Struct, frozen=True):
    num_cells: int = knob(
        48,
        low=8,
        high=256,
        scale="log",
        help="Cells of the grid. More see finer details, and each costs an evaluation.",
    )


class State(NamedTuple):
    """Positions on the plane (chains, 2), and the energy there (chains,)."""

    x: Tensor
    energy: Tensor


class Info(NamedTuple):
    """Start, after the move along x, after that along y: (3, chains, 2). The mean of their two probabilities of
    acceptance (chains,), and how many evaluations they took (chains,).
    """

    path: Tensor
    acceptance: Tensor
    num_evaluations: Tensor


class _Grid(NamedTuple):
    """The inner edges of cells that cover the whole line, (cells - 1, 1), and there the log of `_stretch`."""

    edges: Tensor
    log_stretch: Tensor


def init(x: Tensor, target: Target, params: Params, draws: Draws) -> State:
    """Chains that start at `x`, (chains, 2)."""
    most = torch.finfo(x.dtype).max
    # A chain that starts where nothing is known leaves with the first proposal whose energy is finite.
    return State(x, target.energy(x).nan_to_num(nan=most, posinf=most, neginf=most))


def step(state: State, target: Target, params: Params, draws: Draws) -> tuple[State, Info]:
    """One move of every chain along x, then one along y."""
    grid = _grid(params.num_cells, state.x.device)
    half_way, first = _move(0, state, grid, target, draws)
    after, second = _move(1, half_way, grid, target, draws)
    info = Info(
        torch.stack([state.x, half_way.x, after.x]),
        (first + second).div_(2),
        torch.full_like(after.energy, 2 * params.num_cells),
    )
    return after, info


def _move(axis: int, state: State, grid: _Grid, target: Target, draws: Draws) -> tuple[State, Tensor]:
    """A draw of one coordinate with the other held fixed, and the probability with which it was accepted, (chains,)."""
    old = state.x[:, axis]
    masses = _masses(axis, state.x, grid, target)
    num_cells = len(masses)
    sums = masses.cumsum(0)
    cell = (sums <= draws.uniform() * sums[-1]).sum(0).clamp_(max=num_cells - 1)
    # Where in the cell is drawn apart: what is left of the first number has too few digits in a cell of little mass.
    u = (cell + draws.uniform()).mul_(2 / num_cells).sub_(1)
    new = _from_unit(u)
    x = _with(axis, new, state.x)
    energy = target.energy(x)
    cells = torch.stack([_cell_of(old, num_cells), cell])
    log_proposal = masses.gather(0, cells).log_() - _log_stretch(torch.stack([old, new]))
    log_ratio = (state.energy - energy).add_(log_proposal[0]).sub_(log_proposal[1])
    # No energy that is not finite is ever accepted, be it NaN or minus infinity.
    log_ratio.nan_to_num_(nan=-math.inf, posinf=-math.inf, neginf=-math.inf)
    is_accepted = draws.log_uniform() < log_ratio
    after = State(torch.where(is_accepted[:, None], x, state.x), torch.where(is_accepted, energy, state.energy))
    return after, log_ratio.exp_().clamp_(max=1)


def _masses(axis: int, x: Tensor, grid: _Grid, target: Target) -> Tensor:
    """How probable each cell is, up to a factor for each chain, (cells, chains); never 0.

    A cell's mass is the mean of its two edges, so that one that is cut by a fence is not lost.
    """
    most = torch.finfo(x.dtype).max
    points = torch.empty(2, len(grid.edges), len(x), dtype=x.dtype, device=x.device)
    points[axis] = grid.edges
    points[1 - axis] = x[:, 1 - axis]
    energy = target.energy(points.flatten(1).T).reshape(-1, len(x))
    # Where the energy is not finite there is no height, not NaN of it.
    heights = (grid.log_stretch - energy).nan_to_num_(nan=-most, posinf=-most, neginf=-most)
    heights.sub_(heights.amax(0)).exp_().add_(_FLOOR)
    # Infinitely far out, at the ends, there is nothing.
    masses = torch.nn.functional.pad(heights, (0, 0, 0, 1))
    masses[1:].add_(heights)
    return masses


def _with(axis: int, new: Tensor, x: Tensor) -> Tensor:
    """x (chains, 2) with another coordinate, (chains,)."""
    return torch.stack([new, x[:, 1]] if axis == 0 else [x[:, 0], new]).T


@lru_cache(maxsize=8)
def _grid(num_cells: int, device: torch.device) -> _Grid:
    u = torch.linspace(-1, 1, num_cells + 1, device=device)[1:-1, None]
    edges = _from_unit(u)
    return _Grid(edges, _log_stretch(edges))


def _from_unit(u: Tensor) -> Tensor:
    """The whole line from (-1, 1): seven tenths of it become the home view, and the ends go far out.

    With u even, x is distributed as Student's t with 2 degrees of freedom, divided by the root of 2.
    """
    return u * (1 - u * u).clamp_(min=1e-12).rsqrt_()


def _cell_of(x: Tensor, num_cells: int) -> Tensor:
    """In which of the cells each x lies."""
    u = x * (x * x + 1).rsqrt_()
    return u.add_(1).mul_(num_cells / 2).long().clamp_(max=num_cells - 1)


def _log_stretch(x: Tensor) -> Tensor:
    """log dx/du at x: how much wider a cell is there than in the middle."""
    return (x * x).log1p_().mul_(1.5)


def tell(teller: Teller, made: Made) -> None:
    """The phases of a step; the conditional density of the first chain is drawn along its line."""
    path = made.info.path[:, :NUM_TOLD]
    for axis, (drawn, fixed) in enumerate((("x", "y"), ("y", "x"))):
        start, end = path[axis], path[axis + 1]
        teller.phase(f"{drawn} given {fixed}", f"the density along the line, {fixed} held fixed")
        lines = _conditional(axis, start[:1], made.target)
        teller.lines("faint", lines[:1], lasts=2)
        teller.lines("shape", lines[1:], "density along the line", lasts=2)
        is_moved = not torch.equal(start[0], end[0])
        teller.phase(f"draw {drawn}", "anew, from that" if is_moved else "the grid's draw was rejected: stay", at=end)
        teller.lines("way", torch.stack([start, end], 1), "move")


def _conditional(axis: int, x: Tensor, target: Target) -> Tensor:
    """The line through x (1, 2) along an axis, and the density over it, (2, places, 2)."""
    along = torch.linspace(-1.2, 1.2, 241, device=x.device)
    line = _with(axis, along, x.expand(len(along), 2))
    heights = (-target.energy(line)).nan_to_num(nan=-math.inf, posinf=-math.inf).softmax(0)
    lift = 0.3 * heights / heights.amax()
    return torch.stack([line, _with(1 - axis, line[:, 1 - axis] + lift, line)])
