"""Energy, log Z, KL divergence, samples and contours on grids over the plane.

A grid is points (rows * columns, 2), rows from the lowest y, and the log of the area that each point stands for.
Not covered: what a field is drawn as (gui/heat.py).
Source: the midpoint rule; marching squares by contourpy.
"""

from functools import lru_cache
from typing import NamedTuple

import contourpy
import numpy as np
import torch
from torch import Tensor

from engine.messages import Extent

# The plane reaches to FAR in every direction: what a model must push up, and over which log Z is taken.
FAR = 3.0


class Grid(NamedTuple):
    """Cells of a rectangle: their middles and sizes (n, 2), the log of their areas (n,), and rows and columns."""

    points: Tensor
    sizes: Tensor
    log_areas: Tensor
    shape: tuple[int, int]


def cell_edges(inner: int, outer: int) -> Tensor:
    """The edges of `inner` equal cells from -1 to 1 and of `outer` on each side that widen out to FAR.

    Data are in the middle, so that is where a grid should be fine; (inner + 2 outer + 1,).
    """
    middle = torch.linspace(-1, 1, inner + 1)
    beyond = 1 + (FAR - 1) * torch.linspace(0, 1, outer + 1)[1:] ** 1.7
    return torch.cat([-beyond.flip(0), middle, beyond])


@lru_cache(maxsize=8)
def plane_grid(inner: int, outer: int, device: torch.device) -> Grid:
    """The whole plane, finely between -1 and 1."""
    return grid_of(cell_edges(inner, outer), cell_edges(inner, outer), device)


@lru_cache(maxsize=8)
def view_grid(extent: Extent, columns: int, rows: int, device: torch.device) -> Grid:
    """Equal cells over `extent`, in the plane's coordinates."""
    x0, x1, y0, y1 = extent
    return grid_of(
        torch.linspace(x0, x1, columns + 1, dtype=torch.float64),
        torch.linspace(y0, y1, rows + 1, dtype=torch.float64),
        device,
    )


def grid_of(x_edges: Tensor, y_edges: Tensor, device: torch.device) -> Grid:
    """The cells between two sets of edges."""
    widths, heights = x_edges.diff(), y_edges.diff()
    x = (x_edges[:-1] + widths / 2).expand(len(heights), -1)
    y = (y_edges[:-1] + heights / 2)[:, None].expand(-1, len(widths))
    sizes = torch.stack([widths.expand(len(heights), -1), heights[:, None].expand(-1, len(widths))], -1).reshape(-1, 2)
    points = torch.stack([x, y], -1).reshape(-1, 2)
    log_areas = sizes.log().sum(1).float().to(device)
    return Grid(points.float().to(device), sizes.float().to(device), log_areas, (len(heights), len(widths)))


def jittered(edges: Tensor, rng: torch.Generator) -> Tensor:
    """One uniformly drawn point in each cell of edges x edges: (cells**2, 2), on the edges' device."""
    widths = edges.diff()
    cells = len(widths)
    drawn = torch.rand(cells, cells, 2, generator=rng, device=edges.device)
    x = torch.addcmul(edges[:-1], drawn[..., 0], widths)
    y = torch.addcmul(edges[:-1, None], drawn[..., 1], widths[:, None])
    return torch.stack([x, y], -1).reshape(-1, 2)


def log_z(energy: Tensor, log_areas: Tensor, temperature: float = 1.0) -> Tensor:
    """log of the integral of exp(-energy / temperature), in nats; a scalar, in double precision."""
    return torch.logsumexp((log_areas - energy / temperature).double(), 0)


def sea_level(energy: Tensor, log_areas: Tensor, temperature: float, share: float) -> float:
    """The energy below which lies this share of the mass of exp(-energy / temperature), in nats."""
    order = energy.argsort()
    masses = torch.softmax((log_areas - energy / temperature).double(), 0)[order].cumsum(0)
    last = int(torch.searchsorted(masses, share).clamp(max=len(order) - 1))
    return float(energy[order[last]])


def kl_divergence(log_p: np.ndarray, log_q: np.ndarray) -> float:
    """KL(p || q) in nats from two log densities on the same cells of equal area; p is normalised over them."""
    is_there = np.isfinite(log_p)
    weights = np.exp(log_p[is_there] - log_p[is_there].max())
    return float((weights * (log_p[is_there] - log_q[is_there])).sum() / weights.sum())


def samples_from(grid: Grid, energy: Tensor, count: int, rng: torch.Generator) -> Tensor:
    """`count` independent points from exp(-energy) on a grid: a cell by its mass, then anywhere in it. (count, 2)."""
    masses = torch.softmax(grid.log_areas - energy, 0)
    cells = torch.multinomial(masses, count, replacement=True, generator=rng)
    shake = torch.rand(count, 2, generator=rng, device=energy.device) - 0.5
    return grid.points[cells] + shake * grid.sizes[cells]


def contours(energy: np.ndarray, extent: Extent, levels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The lines of equal energy: all their points one after another (k, 2), and where each begins (lines + 1,).

    energy: (rows, columns), values at the middles of the cells of `extent`.
    """
    rows, columns = energy.shape
    x0, x1, y0, y1 = extent
    x = x0 + (np.arange(columns) + 0.5) * (x1 - x0) / columns
    y = y0 + (np.arange(rows) + 0.5) * (y1 - y0) / rows
    generator = contourpy.contour_generator(x, y, energy, line_type=contourpy.LineType.Separate)
    lines = [line for level in levels for line in generator.lines(level)]
    offsets = np.cumsum([0, *(len(line) for line in lines)]).astype(np.int32)
    joined = np.concatenate(lines) if lines else np.zeros((0, 2))
    return joined, offsets
