"""Mixtures of round Gaussians of one width: what several targets are made of.

    E(x) = -log sum_k w_k N(x; c_k, s^2 I)

Differences from the centres are taken before they are squared, so that far out and beside a distant centre the energy
is as exact as the numbers that came in. Not covered: Gaussians of different widths.
"""

import math

import numpy as np
import torch
from torch import Tensor

from engine.messages import Extent
from engine.plane import Plane
from engine.targets import Moments

# Below so many points it is the number of operators that costs.
_FEW = 512


class IsotropicMixture:
    """Energy and score in closed form; exp(-E) integrates to 1."""

    def __init__(
        self, centres: np.ndarray, weights: np.ndarray, sd: float, device: torch.device, *, log_area: float = 0.0
    ) -> None:
        """centres: (k, 2).  weights: (k,), which sum to 1.  sd: of each Gaussian in each direction.

        log_area: what each energy is raised by; see `on_plane`.
        """
        self._centres, self._weights, self._sd, self._log_area = centres, weights, sd, log_area
        log_weights = np.log(weights) - math.log(2 * math.pi * sd**2) - log_area
        self._x, self._y, self._log_weights = (
            torch.tensor(each[:, None], dtype=torch.float32, device=device) for each in (*centres.T, log_weights)
        )
        self._precision = 1 / sd**2
        self._pull = torch.tensor(centres.T / sd**2, dtype=torch.float32, device=device)

    def on_plane(self, plane: Plane) -> "IsotropicMixture | None":
        """The same energy as seen from a plane whose home view is a square; from others the Gaussians are not round."""
        scale, other = plane.half
        if not math.isclose(scale, other, rel_tol=1e-6):
            return None
        centres = (self._centres - np.array(plane.centre)) / scale
        log_area = self._log_area + plane.log_area
        return IsotropicMixture(centres, self._weights, self._sd / scale, self._x.device, log_area=log_area)

    def energy(self, x: Tensor) -> Tensor:
        return energy_of(self._logits(x.T))

    def score(self, x: Tensor) -> Tensor:
        columns = x.T
        return self._score(columns, shares_of(self._logits(columns)))

    def energy_and_score(self, x: Tensor) -> tuple[Tensor, Tensor]:
        columns = x.T
        energy, shares = energy_and_shares(self._logits(columns))
        return energy, self._score(columns, shares)

    def _score(self, x: Tensor, shares: Tensor) -> Tensor:
        """x: (2, n).  shares: (k, n).  Returns (n, 2)."""
        return torch.addmm(x, self._pull, shares, beta=-self._precision).T

    def _logits(self, x: Tensor) -> Tensor:
        """The log of each Gaussian's part of the density, (k, n). x: (2, n)."""
        first, second = x.unbind(0)
        across, up = first - self._x, second - self._y
        half = -self._precision / 2
        return torch.addcmul(self._log_weights, across, across, value=half).addcmul_(up, up, value=half)


def energy_of(logits: Tensor) -> Tensor:
    """Minus the log of the sum over the first dimension, (k, n) -> (n,); a third of the time of torch's own."""
    top = logits.amax(0)
    if logits.shape[1] < _FEW:
        return logits.softmax(0).amax(0).log().sub_(top)
    return _powers(logits - top).sum(0).log().add_(top).neg_()


def energy_and_shares(logits: Tensor) -> tuple[Tensor, Tensor]:
    """The same, and the share of each part in the sum, (k, n). Uses `logits` up."""
    top = logits.amax(0)
    if logits.shape[1] < _FEW:
        shares = logits.softmax(0)
        return shares.amax(0).log_().sub_(top), shares
    powers = _powers(logits.sub_(top))
    total = powers.sum(0)
    return total.log().add_(top).neg_(), powers.div_(total)


def shares_of(logits: Tensor) -> Tensor:
    """Those shares alone. Uses `logits` up."""
    if logits.shape[1] < _FEW:
        return logits.softmax(0)
    powers = _powers(logits.sub_(logits.amax(0)))
    return powers.div_(powers.sum(0))


def mixture_moments(centres: np.ndarray, weights: np.ndarray, sd: float) -> Moments:
    """The exact ones of the mixture."""
    mean = weights @ centres
    away = centres - mean
    return Moments(mean, (away * weights[:, None]).T @ away + sd**2 * np.eye(2), 0.0)


def home_view(centres: np.ndarray, sd: float, reach: float = 4.0) -> Extent:
    """The square around all centres, `reach` standard deviations and more beyond the outermost."""
    low, high = centres.min(0), centres.max(0)
    (x, y), half = (low + high) / 2, float((high - low).max()) / 2 + reach * sd
    return float(x) - half, float(x) + half, float(y) - half, float(y) + half


def _powers(logits: Tensor) -> Tensor:
    """exp in place. On a CPU torch.exp is ten times slower than this where the result is next to nothing."""
    return logits.mul_(math.log2(math.e)).exp2_()
