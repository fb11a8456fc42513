"""Sums and integrals behind the densities: quadrature along curves, sums of Gaussian kernels, entropies on a lattice.

Not covered: which density needs which (density.py).
"""

import math
from collections.abc import Callable

import numpy as np

_KERNELS_AT_ONCE = 2**20  # values in memory at a time
_NEGLIGIBLE_NATS = 40.0


def gauss_legendre(breaks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Places and weights of five-node Gauss-Legendre quadrature on each panel between `breaks`."""
    places, weights = np.polynomial.legendre.leggauss(5)
    widths = np.diff(breaks)[:, None]
    middles = (breaks[:-1] + breaks[1:])[:, None] / 2
    return (middles + places * widths / 2).ravel(), (weights * widths / 2).ravel()


def log_kernel_sum(points: np.ndarray, nodes: np.ndarray, log_weights: np.ndarray, sd: float) -> np.ndarray:
    """log sum_j w_j N(x; node_j, sd^2) at points (k, 2), from nodes (m, 2) and log w (m,)."""
    result = np.empty(len(points))
    for group in _neighbours(points):
        result[group] = _sum_nearby(points[group], nodes, log_weights, sd)
    return result


def entropy_near(
    log_prob: Callable[[np.ndarray], np.ndarray], centres: np.ndarray, least_sd: float, largest_sd: float
) -> float:
    """The entropy, in nats, of a density made of Gaussians around centres (m, 2), by a sum over a lattice.

    Its step is half of `least_sd`. Only lattice points within 7 `largest_sd` of a centre count, so a thin density
    in a wide plane costs little.
    """
    step = least_sd / 2
    reach = math.ceil(7 * largest_sd / step)
    corner = np.rint(centres.min(axis=0) / step) - reach
    at = np.unique((np.rint(centres / step) - corner).astype(np.int64), axis=0)
    is_near = np.zeros(at.max(axis=0) + reach + 1, bool)
    for x, y in at:
        is_near[x - reach : x + reach + 1, y - reach : y + reach + 1] = True
    log_density = log_prob((np.argwhere(is_near) + corner) * step)
    return -float((np.exp(log_density) * log_density).sum()) * step**2


def shares_of(values: np.ndarray, edges: np.ndarray, sd: float) -> np.ndarray:
    """How much of each interval between `edges` (m + 1,) a Gaussian around each value (k,) covers: (k, m)."""
    if sd == 0:
        is_inside: np.ndarray = (values[:, None] >= edges[:-1]) & (values[:, None] < edges[1:])
        return is_inside.astype(float)
    distances = (edges - values[:, None]) / (sd * math.sqrt(2))
    lower, upper = distances[:, :-1], distances[:, 1:]
    # Always the difference of the small tails: that of numbers close to 1 has no digits left away from the edges.
    is_above = lower > 0
    share: np.ndarray = 0.5 * (_erfc(np.where(is_above, lower, -upper)) - _erfc(np.where(is_above, upper, -lower)))
    return share


def _neighbours(points: np.ndarray) -> list[np.ndarray]:
    """The indices of points (k, 2) in groups that lie close together."""
    if len(points) == 0:
        return []
    tiles = int(np.clip(math.sqrt(len(points) / 256), 1, 64))
    low = points.min(axis=0)
    width = np.maximum(points.max(axis=0) - low, 1e-300)
    column, row = np.minimum((points - low) / width * tiles, tiles - 1).astype(np.int64).T
    tile = column * tiles + row
    order = np.argsort(tile, kind="stable")
    starts = np.flatnonzero(np.diff(tile[order])) + 1
    return np.split(order, starts)


def _sum_nearby(points: np.ndarray, nodes: np.ndarray, log_weights: np.ndarray, sd: float) -> np.ndarray:
    """`log_kernel_sum` at points that lie close together; nodes too far away to count are left out."""
    low, high = points.min(axis=0), points.max(axis=0)
    nearest = (np.maximum(np.maximum(low - nodes, nodes - high), 0) ** 2).sum(axis=1)
    farthest = (np.maximum(nodes - low, high - nodes) ** 2).sum(axis=1)
    counts = nearest <= farthest.min() + 2 * _NEGLIGIBLE_NATS * sd**2
    nodes, log_weights = nodes[counts], log_weights[counts] - math.log(2 * math.pi * sd**2)
    result = np.empty(len(points))
    rows = max(1, _KERNELS_AT_ONCE // len(nodes))
    for first in range(0, len(points), rows):
        some = slice(first, first + rows)
        dx, dy = (points[some, axis, None] - nodes[None, :, axis] for axis in (0, 1))
        exponent = log_weights - (dx**2 + dy**2) / (2 * sd**2)
        highest = exponent.max(axis=1, keepdims=True)
        result[some] = highest[:, 0] + np.log(np.exp(exponent - highest).sum(axis=1))
    return result


_erfc_of_one = np.frompyfunc(math.erfc, 1, 1)


def _erfc(values: np.ndarray) -> np.ndarray:
    result: np.ndarray = _erfc_of_one(values).astype(float)
    return result
