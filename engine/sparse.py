"""What sparse models share: codes by shrinkage, and how atoms and codes are drawn.

Atoms are the rows of (k, 2), of length 1. Codes z (n, k) make x = z atoms.
Source: Beck, Teboulle (2009), SIAM J. Imaging Sci. 2(1), for FISTA; O'Donoghue, Candès (2015), Found. Comput. Math.
15(3), for beginning its momentum anew.
"""

import torch
from torch import Tensor

from engine.models import Drawing


def fista(x: Tensor, atoms: Tensor, penalty: float, is_nonnegative: bool, iterations: int) -> Tensor:
    """The codes (n, k) that make |x - z atoms|^2 / 2 + penalty |z|_1 least, for x (n, 2)."""
    gram, target = atoms @ atoms.T, x @ atoms.T
    step = 1 / _largest_eigenvalue(atoms)
    shrunk = penalty * step
    # From the best single atom, whose code has a closed form as atoms are of length 1: most of the way already.
    alone = _shrink(target, torch.full_like(shrunk, penalty), is_nonnegative)
    best = alone.abs().argmax(1, keepdim=True)
    codes = ahead = torch.zeros_like(target).scatter_(1, best, alone.gather(1, best))
    momentum = torch.ones_like(target[:, :1])
    for _ in range(iterations):
        moved = ahead - step * (ahead @ gram - target)
        after = _shrink(moved, shrunk, is_nonnegative)
        change = after - codes
        # A row whose momentum leads uphill begins its momentum anew: else it would swing about the minimum.
        is_uphill = ((ahead - after) * change).sum(1, keepdim=True) > 0
        momentum = torch.where(is_uphill, 1.0, momentum)
        next_momentum = (1 + (1 + 4 * momentum**2).sqrt()) / 2
        ahead = after + (momentum - 1) / next_momentum * change
        codes, momentum = after, next_momentum
    return codes


def drawn_atoms(atoms: Tensor, codes: Tensor) -> Drawing:
    """Each atom as an arrow from the origin, as long as its mean code where it is used; (k, 2), (n, k)."""
    used = codes.abs() > 1e-6
    lengths = (codes.abs().sum(0) / used.sum(0).clamp(min=1)).clamp(0.08, 1.5)
    return Drawing(arrows=torch.cat([torch.zeros_like(atoms), lengths[:, None] * atoms], 1))


def head_to_tail(start: Tensor, atoms: Tensor, codes: Tensor) -> tuple[Drawing, str]:
    """How one code (k,) adds its atoms up from the start (2,), the largest first, and which ones they are."""
    order = codes.abs().argsort(descending=True)
    order = order[codes[order].abs() > 1e-6]
    corners = torch.cat([start[None], start + (codes[order, None] * atoms[order]).cumsum(0)])
    numbers = "   ".join(f"z{int(index) + 1} = {float(codes[index]):.2f}" for index in order[:4])
    text = f"{len(order)} of {len(codes)} atoms   {numbers}".strip()
    return Drawing(arrows=torch.cat([corners[:-1], corners[1:]], 1), dots=corners[-1:]), text


def _shrink(codes: Tensor, by: Tensor, is_nonnegative: bool) -> Tensor:
    """Towards zero, and not past it."""
    if is_nonnegative:
        return (codes - by).clamp_(min=0)
    return codes - torch.minimum(torch.maximum(codes, -by), by)


def _largest_eigenvalue(atoms: Tensor) -> Tensor:
    """Of atoms^T atoms, 2 x 2, in closed form."""
    a, b, d = atoms[:, 0].square().sum(), (atoms[:, 0] * atoms[:, 1]).sum(), atoms[:, 1].square().sum()
    return (a + d) / 2 + (((a - d) / 2).square() + b.square()).sqrt()
