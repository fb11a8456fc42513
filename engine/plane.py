"""The affine map between the user's numbers and the plane on which models live.

On the plane the home view is the square from -1 to 1, so that a step size or a learning rate means the same
for data in metres and in light years. Energies are the same on both sides; log densities differ by `log_area`.
"""

import math
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from engine.messages import Extent


class Plane(NamedTuple):
    """user = centre + half * plane, by coordinates."""

    centre: tuple[float, float]
    half: tuple[float, float]

    @classmethod
    def of(cls, extent: Extent) -> "Plane":
        """The plane whose square from -1 to 1 is `extent` (x0, x1, y0, y1) in the user's numbers."""
        x0, x1, y0, y1 = extent
        return cls(((x0 + x1) / 2, (y0 + y1) / 2), ((x1 - x0) / 2, (y1 - y0) / 2))

    @property
    def log_area(self) -> float:
        """log of the user's area that one unit of the plane's area covers: log p_user = log p_plane - log_area."""
        return math.log(self.half[0]) + math.log(self.half[1])

    def to_plane(self, points: np.ndarray, device: torch.device) -> Tensor:
        """(n, 2) in the user's numbers, float64 -> (n, 2) float32 on the plane; no accuracy is lost far from zero."""
        return torch.as_tensor((points - self.centre) / self.half, dtype=torch.float32, device=device)

    def to_user(self, points: Tensor) -> np.ndarray:
        """(n, 2) on the plane -> (n, 2) float64 in the user's numbers."""
        return points.detach().cpu().double().numpy() * self.half + self.centre

    def extent_on_plane(self, extent: Extent) -> Extent:
        """The same rectangle in the plane's coordinates."""
        x0, x1, y0, y1 = extent
        (cx, cy), (hx, hy) = self.centre, self.half
        return (x0 - cx) / hx, (x1 - cx) / hx, (y0 - cy) / hy, (y1 - cy) / hy
