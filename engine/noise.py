"""Noise on the plane with a density that is known exactly: constant within each cell of a grid.

It is fitted to counts of data in the cells, so that neither drawing nor asking for a density depends on how many data
there are. Not covered: what it is compared with (models/noise_contrastive.py).
Source: Silverman (1986), Density Estimation for Statistics and Data Analysis, for blurred histograms.
"""

from typing import NamedTuple

import torch
from torch import Tensor

from engine.fields import FAR

# Cells a side, over the whole plane; one is a sixteenth of half the home view wide.
CELLS = 96
_WIDTH = 2 * FAR / CELLS
# So narrow at least is the Gaussian: narrower ones would be narrower than a cell.
_LEAST_SPREAD = 0.1


class Noise(NamedTuple):
    """log_density: of each cell, (CELLS * CELLS,), row by row from the lowest y.  up_to: the mass up to each cell."""

    log_density: Tensor
    up_to: Tensor

    def samples(self, count: int, rng: torch.Generator) -> Tensor:
        """(count, 2): a cell by its mass, then anywhere in it."""
        drawn = torch.rand(3, count, generator=rng, device=rng.device)
        cell = torch.searchsorted(self.up_to, drawn[0].double()).clamp_(max=CELLS**2 - 1)
        column_and_row = torch.stack([cell % CELLS, cell // CELLS], 1)
        return (column_and_row + drawn[1:].T) * _WIDTH - FAR

    def log_prob(self, x: Tensor) -> Tensor:
        """(n, 2) on the plane -> (n,), in nats."""
        return self.log_density[cells_of(x)]


def cells_of(x: Tensor) -> Tensor:
    """The cell that each point is in, (n, 2) -> (n,) int64."""
    column_and_row = ((x + FAR) / _WIDTH).long().clamp_(0, CELLS - 1)
    return column_and_row[:, 0] + CELLS * column_and_row[:, 1]


def counted(x: Tensor) -> Tensor:
    """How many of the points (n, 2) are in each cell, (CELLS * CELLS,)."""
    return torch.zeros(CELLS**2, device=x.device).index_add_(0, cells_of(x), torch.ones_like(x[:, 0]))


def uniform(device: torch.device) -> Noise:
    """The same density everywhere on the plane."""
    return _noise(torch.ones(CELLS**2, device=device), 0.0)


def gaussian(counts: Tensor, even_share: float) -> Noise:
    """The mean and covariance of the counted points; `even_share` of it is uniform instead."""
    points = _middles(counts.device)
    masses = counts / counts.sum()
    mean = masses @ points
    centred = points - mean
    covariance = (masses[:, None] * centred).T @ centred + _LEAST_SPREAD**2 * torch.eye(2, device=counts.device)
    exponent = (centred @ torch.linalg.inv(covariance) * centred).sum(1) / 2
    return _noise(torch.softmax(-exponent, 0), even_share)


def blurred(counts: Tensor, spread: float, even_share: float) -> Noise:
    """The counted points, blurred by a Gaussian of this standard deviation; `even_share` is uniform instead."""
    middles = (torch.arange(CELLS, device=counts.device) + 0.5) * _WIDTH
    # Across and along separately: a Gaussian is a product of two.
    kernel = torch.softmax(-(middles[:, None] - middles).square() / (2 * spread**2), 0)
    return _noise((kernel @ counts.reshape(CELLS, CELLS) @ kernel.T).flatten(), even_share)


def _noise(masses: Tensor, even_share: float) -> Noise:
    masses = masses.double()
    masses = (1 - even_share) * masses / masses.sum() + even_share / CELLS**2
    return Noise((masses.log() - 2 * torch.tensor(_WIDTH).double().log()).float(), masses.cumsum(0))


def _middles(device: torch.device) -> Tensor:
    """Of all cells, (CELLS * CELLS, 2)."""
    middles = (torch.arange(CELLS, device=device) + 0.5) * _WIDTH - FAR
    return torch.cartesian_prod(middles, middles).flip(1)
