"""What a target's chains should find, from a sum over a grid: in two dimensions the truth is known.

All on the plane. Source: the midpoint rule; `fields.plane_grid` is fine within the home view and coarse beyond.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from engine import fields
from engine.basins import Basins, basins, num_switches, visits
from engine.notice import Notice
from engine.samplers import Target

_INNER_CELLS, _OUTER_CELLS = 320, 40
_BASIN_CELLS = 160
# Draws are compared with the truth in squares so many to a side of the home view, and all the rest.
COARSE_CELLS = 32
# And shown beside it in finer ones.
FINE_CELLS = 80
_PIECE = 16_384


class Exact(NamedTuple):
    """log_z (nats of the plane's area), mean (2,), covariance (2, 2), basins of the home view and the mass of each.

    coarse (COARSE_CELLS ** 2 + 1,) of masses: rows from the lowest y; the last entry is all that lies outside of the
    home view.  fine: likewise, of FINE_CELLS.
    """

    log_z: float
    mean: np.ndarray
    covariance: np.ndarray
    basins: Basins
    basin_masses: np.ndarray
    coarse: np.ndarray
    fine: np.ndarray


def exact(target: Target, device: torch.device) -> Exact:
    """Raises Notice where the energy is nowhere finite."""
    *_, found = steps(target, device)
    assert found is not None
    return found


def steps(target: Target, device: torch.device) -> Iterator[Exact | None]:
    """The same piece by piece, for a target that takes long: None after each piece, and last of all what is found."""
    grid = fields.plane_grid(_INNER_CELLS, _OUTER_CELLS, device)
    pieces = list[Tensor]()
    for piece in torch.split(grid.points, _PIECE):
        pieces.append(_energies(target.energy, piece))
        yield None
    yield _summed(torch.cat(pieces).cpu().numpy(), grid)


def _summed(energy: np.ndarray, grid: fields.Grid) -> Exact:
    """energy: of the grid's points."""
    log_masses = grid.log_areas.double().cpu().numpy() - energy
    top = log_masses.max()
    if not np.isfinite(top):
        raise Notice("The energy of this target is finite nowhere, so there is nothing to sample.")
    masses = np.exp(log_masses - top)
    total = masses.sum()
    masses /= total
    points = grid.points.double().cpu().numpy()
    mean = masses @ points
    away = points - mean
    found, basin_masses = _basins(energy.reshape(grid.shape), masses.reshape(grid.shape))
    return Exact(
        log_z=float(np.log(total) + top),
        mean=mean,
        covariance=(away * masses[:, None]).T @ away,
        basins=found,
        basin_masses=basin_masses,
        coarse=_binned(points, masses, COARSE_CELLS),
        fine=_binned(points, masses, FINE_CELLS),
    )


def total_variation(x: np.ndarray, truth: Exact) -> float:
    """Half the sum of differences between the draws' shares (n, 2) and the exact masses, 0 to 1."""
    return float(abs(shares(x) - truth.coarse).sum() / 2)


def kl_divergence(x: np.ndarray, truth: Exact) -> float:
    """KL of the draws' shares (n, 2) from the exact masses, in nats; never below 0, and inf where nothing can be."""
    found = shares(x)
    is_there = found > 0
    with np.errstate(divide="ignore", over="ignore"):
        return float((found[is_there] * np.log(found[is_there] / truth.coarse[is_there])).sum())


def occupancy(x: np.ndarray, truth: Exact) -> np.ndarray:
    """The share of draws (chains, draws, 2) in each basin, (k,)."""
    labels, _ = _cells(x, truth)
    counts = np.bincount(labels[labels >= 0].ravel(), minlength=truth.basins.num_basins)
    share: np.ndarray = counts / max(1, labels.size)
    return share


def basin_of(x: np.ndarray, truth: Exact) -> np.ndarray:
    """The basin of each of (..., 2) places on the plane, (...); -1 outside of the home view."""
    return _cells(x, truth)[0]


def switches_per_1000(x: np.ndarray, truth: Exact, every: int = 1) -> float:
    """How often a chain goes to another basin in 1,000 steps. x: (chains, draws, 2), one draw `every` so many steps."""
    return float(switch_rates(x, truth, every).mean())


def switch_rates(x: np.ndarray, truth: Exact, every: int = 1) -> np.ndarray:
    """The same for each chain, (chains,)."""
    chains, draws, _ = x.shape
    if draws < 2:
        return np.full(chains, np.nan)
    labels, core = _cells(x, truth)
    rates: np.ndarray = 1000 * num_switches(visits(labels, core)) / ((draws - 1) * every)
    return rates


@torch.no_grad()
def lowest_pass(target: Target, truth: Exact, device: torch.device) -> float:
    """How high the lowest pass between two basins is above the deepest floor, in nats of `target`."""
    grid = fields.plane_grid(_INNER_CELLS, _OUTER_CELLS, device)
    energy = _squares(_energies(target.energy, grid.points).cpu().numpy().reshape(grid.shape)).min((1, 3))
    cores = [truth.basins.core & (truth.basins.labels == basin) for basin in range(truth.basins.num_basins)]
    # A core ends where the lowest pass out of its basin is.
    return float(min(energy[core].max() for core in cores if core.any()) - energy[np.isfinite(energy)].min())


@torch.no_grad()
def _energies(energy: Callable[[Tensor], Tensor], points: Tensor) -> Tensor:
    """In double precision, and infinite wherever the target has no energy."""
    values = torch.cat([energy(piece) for piece in torch.split(points, _PIECE)]).double()
    return torch.where(values.isnan(), torch.inf, values)


def _basins(energy: np.ndarray, masses: np.ndarray) -> tuple[Basins, np.ndarray]:
    """Of the inner cells, both (rows, columns) of the whole plane: in squares of them, which have their lowest energy.

    So the floor of a valley that is thinner than a square stays in one piece.
    """
    lowest, mass = _squares(energy).min((1, 3)), _squares(masses).sum((1, 3))
    found = basins(lowest, mass)
    is_in = found.labels >= 0
    return found, np.bincount(found.labels[is_in], mass[is_in], found.num_basins)


def _squares(values: np.ndarray) -> np.ndarray:
    """The inner cells of (rows, columns) of the whole plane, as (_BASIN_CELLS, side, _BASIN_CELLS, side)."""
    inner = slice(_OUTER_CELLS, _OUTER_CELLS + _INNER_CELLS)
    side = _INNER_CELLS // _BASIN_CELLS
    return values[inner, inner].reshape(_BASIN_CELLS, side, _BASIN_CELLS, side)


def _cells(x: np.ndarray, truth: Exact) -> tuple[np.ndarray, np.ndarray]:
    """The basin of each draw's cell, -1 outside of the home view, and whether it is in its core; (chains, draws)."""
    side = truth.basins.labels.shape[0]
    at = np.floor((np.nan_to_num(x, nan=9.0) + 1) / 2 * side)
    is_home = ((at >= 0) & (at < side)).all(-1)
    column, row = (np.clip(at[..., axis], 0, side - 1).astype(int) for axis in (0, 1))
    labels = np.where(is_home, truth.basins.labels[row, column], -1)
    return labels, is_home & truth.basins.core[row, column]


def shares(x: np.ndarray, cells: int = COARSE_CELLS) -> np.ndarray:
    """The share of draws (n, 2) in each cell, as `Exact.coarse` (or, with FINE_CELLS, `Exact.fine`)."""
    return _binned(x, np.full(len(x), 1 / max(1, len(x))), cells)


def _binned(x: np.ndarray, weights: np.ndarray, cells: int) -> np.ndarray:
    """The weights (n,) of points (n, 2) in each of `cells` a side, and last of all outside, (cells ** 2 + 1,)."""
    at = np.floor((np.nan_to_num(x, nan=9.0) + 1) / 2 * cells)
    is_home = ((at >= 0) & (at < cells)).all(1)
    inside = np.clip(at, 0, cells - 1).astype(int)
    index = np.where(is_home, inside[:, 1] * cells + inside[:, 0], cells**2)
    return np.bincount(index, weights, cells**2 + 1)
