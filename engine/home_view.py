"""The square in which nearly all of the mass of exp(-E) lies, for an energy of which nothing else is known.

The plane is covered with cells: small ones around zero, larger ones further out, up to ten millions. A cell in which
the energy changes much is split into four, and those again, as long as mass may lie there; so a narrow valley is found
far from zero too. A slope bounds how much lower the energy can be elsewhere in its cell, if the energy is convex
there: a hole with upright walls, narrower than a sixteenth of its distance from zero, is missed.
"""

import math
from typing import NamedTuple

import numpy as np
import torch

from engine.messages import Extent
from engine.notice import Notice
from engine.samplers import Target

_CELLS = 16  # along each side of a ring
_NUM_RINGS = 24  # each twice as large as the one before; the first reaches from -1 to 1
_FAR = 1e6  # mass out there has no end
_MOST_ROUNDS = 60
_MOST_SPLIT = 4000  # in a round
_MOST_WAITING = 20_000
_NUM_FALLING, _NUM_FALLS = 512, 60
_CHUNK = 4096
_SMALLEST_CELL = 1e-9
# Nats: what changes more within a cell is rough; no higher than this is low; what is that much higher, or has
# that much less mass, is nothing.
_ROUGH, _LOW, _NOTHING_ENERGY, _NOTHING_MASS = 1.0, 6.0, 60.0, 10.0
# Of the mass: left outside on each of the four sides; taken for a pit without a ground.
_OUTSIDE, _PIT = 1e-3, 0.1
_MARGIN = 1.15
_REMEDY = "add for example (x**2 + y**2) / 50"
_NO_PIT = "keep what is divided by, or in a log, away from 0, as in 1 / (x**2 + 0.1)"


class _Cells(NamedTuple):
    """Squares: centres (n, 2), half the side (n,), at the centre the energy (n,), the log mass (n,) if it were the
    same all over, and what the energy may fall to (n,); float64.
    """

    centres: np.ndarray
    half: np.ndarray
    energy: np.ndarray
    log_mass: np.ndarray
    low: np.ndarray

    def those(self, chosen: np.ndarray) -> "_Cells":
        return _Cells(*(each[chosen] for each in self))


def home_view(target: Target, device: torch.device | None = None) -> Extent:
    """The square (x0, x1, y0, y1), in the target's own numbers, that holds at least 99 % of the mass.

    device: of what the target is asked. Raises Notice where there is no finite mass, or nowhere a finite energy.
    """
    device = device or torch.device("cpu")
    cells, left = _covered(target, device)
    log_masses = cells.log_mass
    masses = np.exp(log_masses - log_masses.max())
    masses /= masses.sum()
    low, high = np.array([_ends(cells.centres[:, axis], cells.half, masses) for axis in (0, 1)]).T
    known = cells.energy[np.isfinite(cells.energy)]
    if max(np.abs(low).max(), np.abs(high).max()) > _FAR:
        what = "This formula is flat and" if np.ptp(known) < 1e-3 else "This formula"
        raise Notice(f"{what} has no finite mass: {_REMEDY}.")
    extent = _rounded((low + high) / 2, float((high - low).max()) / 2 * _MARGIN)
    if len(left.half):
        _refuse_valley(left, extent, float(known.min()), target, device)
    return extent


def _covered(target: Target, device: torch.device) -> tuple[_Cells, _Cells]:
    """Cells all over the plane, so small that the sum of their masses is about the mass, and those among them that
    nobody had time to make as small as they should be.
    """
    centres, half = _rings()
    nothing = np.zeros(len(half))
    active = _Cells(centres, half, nothing, nothing, nothing)
    waiting = active.those(half < 0)
    done: list[_Cells] = []
    log_z, lowest = -math.inf, math.inf
    for _ in range(_MOST_ROUNDS):
        cells, is_rough = _split(active, target, device)
        lowest = min(lowest, _lowest(cells))
        is_small = cells.half < np.maximum(1e-7 * np.abs(cells.centres).max(1), _SMALLEST_CELL)
        is_open = is_rough & ~is_small
        done.append(cells.those(~is_open))
        log_z = np.logaddexp(log_z, _log_sum(done[-1].log_mass))
        is_near = np.abs(cells.centres).max(1) < _FAR
        _refuse_pit(cells.those(is_rough & is_small & is_near), log_z)
        waiting = _joined([waiting, cells.those(is_open)])
        bound = -np.maximum(waiting.low, lowest) + 2 * np.log(2 * waiting.half)
        is_worth = (waiting.low < lowest + _NOTHING_ENERGY) & (bound > log_z - _NOTHING_MASS)
        urgent = is_worth & _first(np.where(is_worth, bound, -np.inf), waiting.log_mass, _MOST_SPLIT)
        is_kept = is_worth & ~urgent & _first(np.where(is_worth, bound, -np.inf), waiting.log_mass, _MOST_WAITING)
        done.append(waiting.those(~urgent & ~is_kept))
        active, waiting = waiting.those(urgent), waiting.those(is_kept)
        if not len(active.half):
            break
    left = _joined([active, waiting])
    whole = _joined([*done, left])
    if not np.isfinite(whole.log_mass).any():
        raise Notice("No place was found where this energy is finite: look for a log or sqrt of negative numbers.")
    return whole, left


def _rings() -> tuple[np.ndarray, np.ndarray]:
    """Centres and half sides of the first cells: a grid around zero, and rings of grids twice as wide each."""
    along = (np.arange(_CELLS) * 2 + 1 - _CELLS) / _CELLS
    grid = np.stack(np.meshgrid(along, along), -1).reshape(-1, 2)
    ring = grid[np.abs(grid).max(1) > 0.5]
    centres = [grid, *(ring * 2.0**k for k in range(1, _NUM_RINGS))]
    half = [np.full(len(each), 2.0**k / _CELLS) for k, each in enumerate(centres)]
    return np.concatenate(centres), np.concatenate(half)


def _split(cells: _Cells, target: Target, device: torch.device) -> tuple[_Cells, np.ndarray]:
    """The four quarters of each, one after the other, and whether the energy changes much within them."""
    corners = np.array([[-0.5, -0.5], [-0.5, 0.5], [0.5, -0.5], [0.5, 0.5]])
    centres = (cells.centres[:, None] + corners * cells.half[:, None, None]).reshape(-1, 2)
    half = np.repeat(cells.half / 2, 4)
    points = torch.as_tensor(centres, dtype=torch.float32, device=device)
    with torch.no_grad():
        pieces = [target.energy_and_score(piece) for piece in torch.split(points, _CHUNK)]
    energy = torch.cat([each.double() for each, _ in pieces]).cpu().numpy()
    slope = torch.cat([torch.hypot(*each.double().unbind(1)) for _, each in pieces]).cpu().numpy()
    is_known = np.isfinite(energy)
    log_mass = np.where(is_known, -energy, -np.inf) + 2 * np.log(2 * half)
    reach = np.where(is_known & np.isfinite(slope), slope, 0.0) * half * math.sqrt(2)
    low = np.where(is_known, energy - reach, np.inf)
    # The four quarters of a cell know more of it than each alone: a hole, a top, the other side of a wall.
    num_known = is_known.reshape(-1, 4).sum(1)
    lowest, highest = low.reshape(-1, 4).min(1), np.where(is_known, energy + reach, -np.inf).reshape(-1, 4).max(1)
    is_torn = (num_known > 0) & (num_known < 4)
    is_rough = is_torn | ((num_known == 4) & (highest > lowest + _ROUGH))
    low = np.where(np.repeat(is_torn, 4), np.repeat(lowest, 4), low)
    return _Cells(centres, half, energy, log_mass, low), np.repeat(is_rough, 4)


def _joined(cells: list[_Cells]) -> _Cells:
    return _Cells(*(np.concatenate(each) for each in zip(*cells, strict=True)))


def _lowest(cells: _Cells) -> float:
    """The lowest energy. Raises Notice where it is minus infinity."""
    if (cells.energy == -math.inf).any():
        raise Notice(f"The energy of this formula falls without end: {_NO_PIT}; or {_REMEDY}.")
    return float(np.min(cells.energy, initial=math.inf, where=np.isfinite(cells.energy)))


def _first(bound: np.ndarray, log_mass: np.ndarray, most: int) -> np.ndarray:
    """Of too many cells those that may hold most, and those that seem to: half of them each."""
    chosen = np.full(len(bound), len(bound) <= most)
    if len(bound) > most:
        for rank in (bound, np.where(np.isneginf(bound), -np.inf, log_mass)):
            chosen[np.argpartition(-rank, most // 2)[: most // 2]] = True
    return chosen


def _refuse_pit(small: _Cells, log_z: float) -> None:
    """Raise Notice where cells that cannot become smaller, and still are rough, hold much of the mass."""
    if _log_sum(small.log_mass) >= log_z + math.log(_PIT) and math.isfinite(log_z):
        x, y = small.centres[small.log_mass.argmax()]
        x, y = round(float(x), 6) + 0.0, round(float(y), 6) + 0.0
        raise Notice(f"The energy of this formula falls without end near ({x:.3g}, {y:.3g}): {_NO_PIT}.")


def _refuse_valley(left: _Cells, extent: Extent, lowest: float, target: Target, device: torch.device) -> None:
    """Raise Notice where the way downhill from unfinished cells ends outside, and not higher than the mass lies."""
    some = np.argsort(np.abs(left.centres).max(1))[:: max(1, len(left.half) // _NUM_FALLING)]
    x = torch.as_tensor(left.centres[some], dtype=torch.float32, device=device)
    with torch.no_grad():
        energy, score = target.energy_and_score(x)
        size = torch.as_tensor(left.half[some], dtype=torch.float32, device=device) / score.norm(dim=1)
        for _ in range(_NUM_FALLS):
            further = x + score * size[:, None]
            its_energy, its_score = target.energy_and_score(further)
            is_lower = its_energy < energy
            x, score = (torch.where(is_lower[:, None], a, b) for a, b in ((further, x), (its_score, score)))
            energy, size = torch.where(is_lower, its_energy, energy), torch.where(is_lower, size * 1.5, size / 4)
    x0, x1, y0, y1 = extent
    away = (x.double().cpu() - torch.tensor([x0 + x1, y0 + y1]).double() / 2).abs().amax(1)
    if bool(((energy.cpu() < lowest + _LOW) & (away > x1 - x0)).any()):
        raise Notice(f"This formula has no finite mass, or its valleys are too thin: {_REMEDY}.")


def _log_sum(log_masses: np.ndarray) -> float:
    top = float(np.max(log_masses, initial=-math.inf))
    return top + math.log(float(np.exp(log_masses - top).sum())) if math.isfinite(top) else -math.inf


def _ends(centres: np.ndarray, half: np.ndarray, masses: np.ndarray) -> tuple[float, float]:
    """From where to where nearly all of the mass lies along one axis."""
    order = np.argsort(centres)
    up_to = masses[order].cumsum()
    first, last = np.searchsorted(up_to, [_OUTSIDE, up_to[-1] - _OUTSIDE])
    a, b = order[first], order[min(last, len(order) - 1)]
    return float(centres[a] - half[a]), float(centres[b] + half[b])


def _rounded(centre: np.ndarray, half: float) -> Extent:
    """A square of numbers that are short to write: half its side has two digits."""
    unit = 10.0 ** (math.floor(math.log10(half)) - 1)
    x, y = (round(float(each) / unit / 2) * 2 * unit for each in centre)
    half = (math.ceil(half / unit) + 1) * unit
    return tuple(float(f"{each:.12g}") for each in (x - half, x + half, y - half, y + half))  # type: ignore[return-value]
