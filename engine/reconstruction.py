"""Reconstruction error as an energy, and what the families built on it share: sparse codes, and how codes are drawn.

    E(x) = |x - r(x)|^2 / (2 sigma^2), in nats

Not covered: where reconstructions r(x) come from (models/).
Source: Beck, Teboulle (2009), SIAM J. Imaging Sci. 2(1), for FISTA; O'Donoghue, Candès (2015), Found. Comput. Math.
15(3), for its restarts.
"""

from collections import deque
from typing import NamedTuple

import torch
from torch import Tensor

from engine.models import Drawing

# Points that are remembered of each of so many last batches.
_BATCHES, _REMEMBERED = 8, 1000
# A picture in a box shows so many dots, and so many bars.
_DOTS, _BARS = 200, 64
# On the plane. Data that are a point are counted as this wide.
_LEAST_SPREAD = 0.02
# Codes below this are not there.
_LEAST_CODE = 1e-4


def energy(x: Tensor, rebuilt: Tensor, sigma: float | Tensor) -> Tensor:
    """Half the squared distance over sigma^2, (n, 2) and (n, 2) -> (n,), in nats."""
    return (x - rebuilt).square().sum(1) / (2 * sigma**2)


class Scale(NamedTuple):
    """Where the data are, (2,), and how wide, (): the same number for both axes keeps distances what they are."""

    shift: Tensor
    width: Tensor

    @classmethod
    def of(cls, x: Tensor) -> "Scale":
        """The mean of points (n, 2), and their mean standard deviation."""
        shift = x.mean(0)
        return cls(shift, (x - shift).square().mean().sqrt().clamp(min=_LEAST_SPREAD))

    def inside(self, x: Tensor) -> Tensor:
        """Of points on the plane, (n, 2): seen from the mean, in units of the width."""
        return (x - self.shift) / self.width

    def on_plane(self, inside: Tensor) -> Tensor:
        """And back."""
        return self.shift + self.width * inside


class Seen:
    """The points of the last steps, for the range of their codes and for pictures; remembering copies nothing."""

    def __init__(self, device: torch.device) -> None:
        self._batches: deque[Tensor] = deque(maxlen=_BATCHES)
        self._nothing = torch.zeros(0, 2, device=device)

    def add(self, x: Tensor) -> None:
        """The points of a step, (n, 2)."""
        self._batches.append(x)

    @property
    def points(self) -> Tensor:
        """Some thousand points of the last steps, (n, 2)."""
        return torch.cat([self._nothing, *(each[:_REMEMBERED] for each in self._batches)])

    @property
    def few(self) -> Tensor:
        """As many of the last step's as a picture shows, (n, 2)."""
        return self._batches[-1][:_DOTS] if self._batches else self._nothing


def code_range(codes: Tensor) -> tuple[Tensor, Tensor]:
    """The least and the greatest of each code, (n, k) -> (k,), (k,); from -1 to 1 where there are none."""
    if len(codes) == 0:
        one = codes.new_ones(codes.shape[1])
        return -one, one
    return codes.amin(0), codes.amax(0)


def code_dots(codes: Tensor) -> Tensor:
    """Codes (n, 1 or 2) as dots (n, 2) that fill the picture; a single code lies on a line."""
    low, high = code_range(codes)
    spread = 1.8 * (codes - (low + high) / 2) / (high - low).clamp(min=1e-6)
    return spread if codes.shape[1] == 2 else torch.cat([spread, torch.zeros_like(spread)], 1)


def error_bars(energies: Tensor) -> Tensor:
    """The energies of a picture's points in order, (n,) -> (at most 64,)."""
    return energies[:_BARS].sort().values


def sparse_codes(x: Tensor, atoms: Tensor, shrinkage: float, num_iterations: int, *, has_signs: bool = True) -> Tensor:
    """FISTA: the z (n, k) that make |x - z atoms|^2 / 2 + shrinkage |z|_1 least. x: (n, 2); atoms: (k, 2).

    has_signs: whether z may be negative. Momentum starts anew where it points uphill, for each row by itself.
    """
    gram = atoms @ atoms.T
    # Its largest eigenvalue, which is also that of the 2 x 2 matrix; a little more, as rounding may lose some.
    step = 1 / (1.0001 * torch.linalg.matrix_norm(atoms, 2).square())
    pull, least = step * (x @ atoms.T), step * shrinkage
    keep = torch.eye(len(atoms), device=x.device) - step * gram
    z = ahead = torch.zeros_like(pull)
    age = torch.ones_like(pull[:, :1])
    for _ in range(num_iterations):
        moved = torch.addmm(pull, ahead, keep)
        # Soft thresholding: towards zero by `least`, and no further.
        shrunk = moved - moved.clamp(-least, least) if has_signs else (moved - least).clamp_(min=0)
        change = shrunk - z
        is_uphill = ((ahead - shrunk) * change).sum(1, keepdim=True) > 0
        age = torch.where(is_uphill, 1.0, age)
        older = (1 + (1 + 4 * age.square()).sqrt()) / 2
        ahead = torch.addcmul(shrunk, (age - 1) / older, change)
        z, age = shrunk, older
    return z


def sparse_energy(x: Tensor, z: Tensor, atoms: Tensor, sigma: float | Tensor, penalty: float | Tensor) -> Tensor:
    """|x - z atoms|^2 / (2 sigma^2) + penalty |z|_1 in nats, (n, 2), (n, k), (k, 2) -> (n,)."""
    return energy(x, z @ atoms, sigma) + penalty * z.abs().sum(1)


def drawn_atoms(middle: Tensor, atoms: Tensor) -> Drawing:
    """Arrows from the middle (2,), as long as they are: (k, 2)."""
    return Drawing(arrows=torch.cat([middle.expand_as(atoms), middle + atoms], 1), dots=middle[None])


def explained(x: Tensor, middle: Tensor, z: Tensor, atoms: Tensor) -> tuple[Drawing, str]:
    """A point x (1, 2) by its code z (k,): the atoms that it uses from the middle, tip to tail, then what is left.

    And the code in words.
    """
    order = z.abs().argsort(descending=True)
    order = order[z[order].abs() > _LEAST_CODE]
    tips = middle + (z[order, None] * atoms[order]).cumsum(0)
    corners = torch.cat([middle[None], tips, x])
    return Drawing(arrows=torch.cat([corners[:-1], corners[1:]], 1)), _sparse_text(z)


def code_text(z: Tensor) -> str:
    """A short code (k,) in words."""
    return "z = " + ", ".join(f"{float(each):.2f}" for each in z)


def _sparse_text(z: Tensor) -> str:
    """The entries of a code (k,) that are there, in words."""
    there = [f"z{number + 1} = {float(each):.2f}" for number, each in enumerate(z) if abs(float(each)) > _LEAST_CODE]
    return ", ".join(there) if there else "z = 0"
