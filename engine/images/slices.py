"""Planes through the latent space, on which the samplers of the chains lab walk.

Not covered: the density that is cut (priors.py), and decoding what is met on the way.
"""

import torch
from torch import Tensor

from engine.images.gaussians import Prior
from engine.notice import Notice


class OnSlice:
    """A prior on the plane z = origin + u axis_1 + v axis_2: a target for the samplers, in the coordinates (u, v).

    Its energy is the prior's there; as a density on the plane it is not normalised.
    """

    def __init__(self, prior: Prior, origin: Tensor, axes: Tensor) -> None:
        """origin: (d,).  axes: (2, d), orthonormal, so that lengths on the plane are those of the latent space."""
        self._prior, self._origin, self._axes = prior, origin, axes

    def codes(self, x: Tensor) -> Tensor:
        """The codes of places on the plane, (n, 2) -> (n, d)."""
        return self._origin + x @ self._axes

    def energy(self, x: Tensor) -> Tensor:
        return self._prior.energy(self.codes(x))

    def score(self, x: Tensor) -> Tensor:
        return self._prior.score(self.codes(x)) @ self._axes.T

    def energy_and_score(self, x: Tensor) -> tuple[Tensor, Tensor]:
        energy, score = self._prior.energy_and_score(self.codes(x))
        return energy, score @ self._axes.T


def plane_through(a: Tensor, b: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
    """The plane through three codes (d,): its origin a, and two orthonormal axes (2, d), the first towards b.

    Raises Notice where they lie on one line.
    """
    first = b - a
    along = first / first.norm()
    second = (c - a) - ((c - a) @ along) * along
    if not bool(second.norm() > 1e-5 * first.norm()):
        raise Notice("The three codes lie on one line: choose another one, off it.")
    return a, torch.stack([along, second / second.norm()])


def plane_of(codes: Tensor) -> tuple[Tensor, Tensor]:
    """The plane in which codes (n, d) vary most: their mean, and their first two principal axes (2, d)."""
    mean = codes.double().mean(0)
    axes = torch.linalg.eigh((codes.double() - mean).T @ (codes.double() - mean)).eigenvectors[:, -2:].T.flip(0)
    return mean.to(codes.dtype), axes.to(codes.dtype)
