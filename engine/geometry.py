"""Geometry of the plane that models draw with: ellipses, Voronoi edges, warped grids, and starts that are spread out.

All points are (n, 2) on the plane.
Source: Arthur, Vassilvitskii (2007), SODA, for `spread_points`.
"""

import math
from collections.abc import Callable

import torch
from torch import Tensor

from engine.fields import FAR

_CORNERS = 64
# Of `spread_points`: draws of which the best is kept, and points that are looked at.
_CANDIDATES = 16
_LOOKED_AT = 20_000


def circle(device: torch.device, corners: int = _CORNERS) -> Tensor:
    """The closed unit circle, (corners + 1, 2)."""
    angle = torch.linspace(0, 2 * math.pi, corners + 1, device=device)
    return torch.stack([angle.cos(), angle.sin()], 1)


def ellipse(centre: Tensor, factor: Tensor, reach: float = 2.0) -> Tensor:
    """The line `reach` standard deviations from the centre (2,) of a Gaussian with covariance factor factor^T."""
    return centre + reach * circle(centre.device) @ factor.T


def spread_points(points: Tensor, count: int, rng: torch.Generator) -> Tensor:
    """`count` of the points (n, 2), far from one another: greedy k-means++.

    Each is the best of several drawn by their squared distance from those before: the one after which all points are
    nearest to what is chosen. A single draw misses a clump now and then. Of very many points some are looked at.
    """
    if len(points) > _LOOKED_AT:
        points = points[torch.randint(len(points), (_LOOKED_AT,), generator=rng, device=points.device)]
    chosen = [points[torch.randint(len(points), (1,), generator=rng, device=points.device)]]
    nearest = (points - chosen[0]).square().sum(1)
    for _ in range(count - 1):
        # Where all points are taken already, any will do.
        candidates = points[_drawn(nearest + 1e-12, _CANDIDATES, rng)]
        squared = torch.minimum((points - candidates[:, None]).square().sum(2), nearest)
        best = squared.double().sum(1).argmin()[None]
        chosen.append(candidates[best])
        nearest = squared[best[0]]
    return torch.cat(chosen)


def voronoi_edges(centres: Tensor) -> list[Tensor]:
    """The edges between the cells of nearest centres (k, 2) as lines (2, 2), cut off at the plane's end."""
    points = centres.double().cpu()
    first, second = torch.triu_indices(len(points), len(points), 1)
    a, across = points[first], points[second] - points[first]
    length = across.norm(dim=1, keepdim=True)
    middle, along = a + across / 2, torch.stack([-across[:, 1], across[:, 0]], 1) / length
    # Which part of the bisector m + t u is nearer to a than to any other c: (c - a) . u t <= (c - a) . ((c + a)/2 - m).
    towards = points - a[:, None]
    slope = (towards * along[:, None]).sum(2)
    limit = (towards * ((points + a[:, None]) / 2 - middle[:, None])).sum(2)
    # a and b themselves are as near everywhere: their own limits hold always.
    is_own = torch.zeros_like(limit, dtype=torch.bool)
    is_own.scatter_(1, torch.stack([first, second], 1), True)
    slope, limit = slope.masked_fill(is_own, 0.0), limit.masked_fill(is_own, 0.0)
    low, high = _interval(slope, limit)
    ends = _interval(*_plane_limits(middle, along))
    low, high = torch.maximum(low, ends[0]), torch.minimum(high, ends[1])
    is_edge = (low < high) & (length[:, 0] > 1e-9)
    edges = torch.stack([middle + low[:, None] * along, middle + high[:, None] * along], 1)[is_edge]
    return list(edges.float().to(centres.device))


def line_across(normal: Tensor, offset: Tensor) -> Tensor | None:
    """The line normal . x + offset = 0 within the plane, (2, 2); None where it passes beside it."""
    length_squared = normal.square().sum()
    if float(length_squared) < 1e-12:
        return None
    foot = -offset * normal / length_squared
    along = torch.stack([-normal[1], normal[0]]) / length_squared.sqrt()
    low, high = _interval(*_plane_limits(foot[None], along[None]))
    return torch.stack([foot + low * along, foot + high * along]) if bool(low < high) else None


def grid_lines(reach: float, lines: int, corners: int, device: torch.device) -> list[Tensor]:
    """A square grid from -reach to reach: `lines` lines of `corners` points each way, for a map to warp."""
    fixed, moving = torch.linspace(-reach, reach, lines), torch.linspace(-reach, reach, corners)
    upright = [torch.stack([at.expand(corners), moving], 1) for at in fixed]
    return [each.to(device) for each in [*upright, *(line.flip(1) for line in upright)]]


def warped(lines: list[Tensor], function: Callable[[Tensor], Tensor]) -> list[Tensor]:
    """Each line's points under a map from (n, d) to (n, 2), all in one call."""
    if not lines:
        return []
    return list(torch.split(function(torch.cat(lines)), [len(line) for line in lines]))


def _drawn(weights: Tensor, count: int, rng: torch.Generator) -> Tensor:
    """Indices by weight, with replacement, (count,). By hand: torch.multinomial takes at most 2**24 weights."""
    total = weights.double().cumsum(0)
    at = torch.rand(count, generator=rng, device=weights.device, dtype=torch.float64) * total[-1]
    return torch.searchsorted(total, at).clamp(max=len(weights) - 1)


def _interval(slope: Tensor, limit: Tensor) -> tuple[Tensor, Tensor]:
    """The t with slope t <= limit in every column, (n, m) each: from, to; from is above to where there is none."""
    is_flat = slope.abs() < 1e-12
    at = limit / slope.masked_fill(is_flat, 1.0)
    high = at.masked_fill(is_flat | (slope < 0), math.inf).amin(1)
    low = at.masked_fill(is_flat | (slope > 0), -math.inf).amax(1)
    is_never = (is_flat & (limit < 0)).any(1)
    return low.masked_fill(is_never, math.inf), high


def _plane_limits(start: Tensor, along: Tensor) -> tuple[Tensor, Tensor]:
    """start + t along (n, 2) is on the plane, as slopes and limits (n, 4) of t."""
    return torch.cat([along, -along], 1), torch.cat([FAR - start, FAR + start], 1)
