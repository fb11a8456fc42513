"""A landscape that was raised and dug by hand: round bumps on top of a target.

Source: Laio, Parrinello (2002), PNAS 99(20), for landscapes that are filled by Gaussian bumps.
"""

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from engine.messages import Extent
from engine.notice import Notice
from engine.plane import Plane
from engine.samplers import Target
from engine.targets import Sharpened

# Of half the home view: a narrower bump falls between the cells of the grid that gives the exact answers.
NARROWEST = 0.02
_MANY = 1024
# The logarithm of nothing: further below zero torch's exp takes thirty times as long.
_NOTHING = -80.0


class Bumps(NamedTuple):
    """Middles (k, 2), heights (k,) in nats (negative: holes), widths (k,): standard deviations; on the plane."""

    middles: Tensor
    heights: Tensor
    widths: Tensor


class Sculpted:
    """The target plus all bumps."""

    def __init__(self, target: Target, bumps: Bumps) -> None:
        self._target, self._bumps = target, bumps

    def energy(self, x: Tensor) -> Tensor:
        is_grid = len(x) >= _MANY
        return self._target.energy(x) + (self._sums(x) if is_grid else self._parts(x)[2].sum(1))

    def score(self, x: Tensor) -> Tensor:
        return self.energy_and_score(x)[1]

    def energy_and_score(self, x: Tensor) -> tuple[Tensor, Tensor]:
        energy, score = self._target.energy_and_score(x)
        dx, dy, parts = self._parts(x)
        pull = parts / self._bumps.widths.square()
        return energy + parts.sum(1), score + torch.stack([dx.mul_(pull).sum(1), dy.mul_(pull).sum(1)], 1)

    def _sums(self, x: Tensor) -> Tensor:
        """What all bumps add at each of many points, (n,): exponents by one product of matrices, a third of the time.

        It multiplies out the square of a difference, whose error is 1e-4 of a bump's height for the narrowest.
        """
        middles, heights, widths = self._bumps
        precision = 1 / widths.square()
        slopes = torch.stack([-precision / 2, middles[:, 0] * precision, middles[:, 1] * precision])
        offsets = middles.square().sum(1) * (-precision / 2)
        features = torch.cat([x.square().sum(1, keepdim=True), x], 1)
        return torch.addmm(offsets, features, slopes).clamp_(min=_NOTHING).exp_() @ heights

    def _parts(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """From each middle to each point, along x and along y, and the energy that each bump adds there; (n, k) each.

        Two coordinates apart: a sum over a last axis of two takes several times as long.
        """
        middles, heights, widths = self._bumps
        dx, dy = (x[:, axis, None] - middles[:, axis] for axis in (0, 1))
        squares = torch.addcmul(dx.square(), dy, dy).div_(-2 * widths.square())
        return dx, dy, squares.clamp(min=_NOTHING).exp() * heights


def shaped(target: Target, bumps: np.ndarray, sharpness: float, plane: Plane, device: torch.device) -> Target:
    """The target with bumps on top, and all of that at a sharpness. bumps: (k, 4), as in messages.SetTarget."""
    if len(bumps):
        middles = plane.to_plane(bumps[:, :2], device)
        heights, widths = torch.as_tensor(bumps[:, 2:], dtype=torch.float32, device=device).unbind(1)
        target = Sculpted(target, Bumps(middles, heights, widths / min(plane.half)))
    return Sharpened(target, sharpness) if sharpness != 1 else target


def check_bumps(bumps: np.ndarray, extent: Extent) -> None:
    """Raises Notice for bumps (k, 4) of which the exact answers would know nothing: too narrow, or far out."""
    x0, x1, y0, y1 = extent
    narrowest = NARROWEST * min(x1 - x0, y1 - y0) / 2
    for index, (x, y, _, width) in enumerate(bumps.tolist()):
        if width < narrowest:
            raise Notice(f"The recipe's bumps[{index}] is {width:g} wide; here {narrowest:.3g} is the least.")
        if not (x0 <= x <= x1 and y0 <= y <= y1):
            raise Notice(f"The recipe's bumps[{index}] is outside of the home view {list(extent)}.")
