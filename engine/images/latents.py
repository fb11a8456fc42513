"""Arithmetic of codes: between two of them, beyond them, means of groups, and draws with short tails.

Not covered: formulas (code_algebra.py), the way along the data (graph_path.py).
Source: Shoemake (1985), SIGGRAPH, for spherical interpolation; White (2016), arXiv:1609.04468, for why.
"""

import math
from collections.abc import Sequence

import torch
from torch import Tensor

# How far beyond A (share 0) and B (share 1) an interpolation may go.
LOWEST_SHARE, HIGHEST_SHARE = -0.5, 1.5
# Directions closer than this to parallel, or to opposite, in radians, have no arc that float32 can tell.
_LEAST_ANGLE = 1e-3
# Shorter codes have no direction: their squares vanish in float32.
_LEAST_LENGTH = 1e-15


def shares(count: int, low: float = 0.0, high: float = 1.0, device: torch.device | None = None) -> Tensor:
    """Equal steps from low to high, (count,), kept within -0.5 to 1.5; the share of B."""
    low, high = max(low, LOWEST_SHARE), min(high, HIGHEST_SHARE)
    return torch.linspace(low, high, count, device=device)


def lerp(a: Tensor, b: Tensor, share: Tensor) -> Tensor:
    """On the straight line, (1 - t) a + t b: codes (d,) each, share t (n,) -> (n, d)."""
    t = share[:, None]
    return (1 - t) * a + t * b


def slerp(a: Tensor, b: Tensor, share: Tensor) -> Tensor:
    """On the arc from a to b: codes (d,) each, share t (n,) -> (n, d).

    The direction turns by equal angles, sin((1-t) w) / sin w and sin(t w) / sin w of the two; the length goes from that
    of a to that of b in equal steps, and not below 0. Parallel, opposite and zero codes have no arc: they give lerp.
    """
    length_a, length_b = a.norm(), b.norm()
    one, other = a / length_a, b / length_b
    # Unlike the arc cosine of a product this is exact for small angles too.
    angle = 2 * torch.atan2((one - other).norm(), (one + other).norm())
    t = share[:, None]
    direction = (torch.sin((1 - t) * angle) * one + torch.sin(t * angle) * other) / torch.sin(angle)
    length = ((1 - t) * length_a + t * length_b).clamp_min(0.0)
    is_long = torch.minimum(length_a, length_b) > _LEAST_LENGTH
    has_arc = is_long & (angle > _LEAST_ANGLE) & (angle < math.pi - _LEAST_ANGLE)
    return torch.where(has_arc, direction * length, lerp(a, b, share))


def weighted_sum(operands: Sequence[Tensor], weights: Sequence[float]) -> Tensor:
    """A weighted sum such as A - B + C of codes (d,) or groups (n, d), which count by their means -> (d,)."""
    terms = [weight * mean_of(each) for each, weight in zip(operands, weights, strict=True)]
    return torch.stack(terms).sum(0)


def mean_of(codes: Tensor) -> Tensor:
    """The mean of a group (n, d), or a single code (d,) as it is -> (d,)."""
    return codes.mean(0) if codes.dim() == 2 else codes


def truncated_normal(shape: tuple[int, ...], limit: float, rng: torch.Generator) -> Tensor:
    """Standard normal draws, each coordinate given that it is within -limit to limit; on the device of `rng`.

    By the inverse of the distribution function, in double precision. limit 0 gives zeros, infinity plain draws.
    """
    reach = math.erf(limit / math.sqrt(2))
    uniform = torch.rand(shape, generator=rng, device=rng.device, dtype=torch.float64).mul_(2).sub_(1)
    # rand may give exactly 0, whose inverse is minus infinity where there is no limit.
    uniform.clamp_(-1 + 1e-16, 1 - 1e-16)
    return (math.sqrt(2) * torch.erfinv(reach * uniform)).clamp_(-limit, limit).float()
