"""The nearest training pictures of a sample, in pixels or in codes, and whether it is nearer than pictures usually are.

The measure is how near the training pictures are to one another: each one's nearest, with itself left out.
Not covered: what to compare with (pixels from 0 to 1, or codes); any rows of numbers will do.
"""

import math
from typing import NamedTuple

import torch
from torch import Tensor

# Training rows at once: of their numbers, so that memory stays bounded.
_CHUNK_NUMBERS = 2**22
# Products lose digits of small distances: so many more than asked for are looked at exactly.
_SPARE = 4
# Nearer than this share of the training pictures' own distances counts as copied.
COPIED_SHARE = 0.99


class Nearest(NamedTuple):
    """Of each of m queries the k nearest rows, nearest first: distances (m, k) float32, and places (m, k) int64."""

    distances: Tensor
    places: Tensor


class Usual(NamedTuple):
    """The distances of training rows to their nearest others, sorted, (s,) float32."""

    distances: Tensor

    @property
    def median(self) -> Tensor:
        return self.distances.median()


def nearest(queries: Tensor, training: Tensor, count: int = 1, left_out: Tensor | None = None) -> Nearest:
    """The nearest of the training rows (n, ...) to each of the queries (m, ...), by Euclidean distance.

    uint8 counts as 0 to 1. All axes but the first are one row. left_out: (m,), a training row that does not count for
    each query. count is cut to how many rows there are.  Memory: a few times 16 MB, and a few times the queries.
    """
    wanted = _rows(queries)
    count = min(count, len(training) - (left_out is not None))
    candidates = min(count + _SPARE, len(training))
    best = torch.full((len(wanted), 0), torch.inf, device=wanted.device)
    places = torch.zeros(len(wanted), 0, dtype=torch.int64, device=wanted.device)
    # Around the origin products lose less.
    centre = wanted.mean(0)
    around = wanted - centre
    size = max(1, _CHUNK_NUMBERS // max(1, wanted.shape[1], len(wanted)))
    for start in range(0, len(training), size):
        rows = _rows(training[start : start + size]) - centre
        # |q - t|^2 without |q|^2, which is the same for all rows.
        squared = torch.addmm(rows.square().sum(1), around, rows.T, alpha=-2)
        if left_out is not None:
            own = torch.arange(start, start + len(rows), device=wanted.device)
            squared.masked_fill_(left_out[:, None] == own, torch.inf)
        found, at = squared.topk(min(candidates, len(rows)), 1, largest=False)
        best, places = torch.cat([best, found], 1), torch.cat([places, at + start], 1)
        best, at = best.topk(min(candidates, best.shape[1]), 1, largest=False)
        places = places.gather(1, at)
    return _exact(wanted, training, Nearest(best, places), count)


def usual_distances(training: Tensor, rng: torch.Generator, most: int = 1000) -> Usual:
    """How near training rows (n, ...) are to their nearest others: of all of them, or of `most` drawn by `rng`."""
    chosen = torch.randperm(len(training), generator=rng, device=rng.device)[:most].to(training.device)
    found = nearest(training[chosen], training, 1, left_out=chosen)
    return Usual(found.distances.flatten().sort().values)


def nearer_than(usual: Usual, distances: Tensor) -> Tensor:
    """The share of the training rows' own nearest distances that are larger than each of `distances`, same shape.

    At 0.99 a sample is closer to a training picture than 99 % of the training pictures are to theirs.
    """
    at = torch.searchsorted(usual.distances, distances.contiguous(), right=True)
    return 1 - at / max(1, len(usual.distances))


def in_words(distance: float, usual: Usual) -> str:
    """What a sample's nearest distance says, as a sentence."""
    share = float(nearer_than(usual, torch.tensor([distance], device=usual.distances.device)))
    median = float(usual.median)
    verdict = "copied" if share >= COPIED_SHARE else "not copied"
    return (
        f"Nearest at {distance:.3g}, where training pictures have theirs at {median:.3g}: "
        f"closer than {math.floor(100 * share)} % of the training set's own, so {verdict}."
    )


def _rows(values: Tensor) -> Tensor:
    """(n, ...) as (n, d) float32; uint8 becomes 0 to 1."""
    flat = values.flatten(1)
    return flat.float() / 255 if flat.dtype == torch.uint8 else flat.float()


def _exact(queries: Tensor, training: Tensor, rough: Nearest, count: int) -> Nearest:
    """The candidates' distances by differences, which are exact where products are not, and their order."""
    is_lost = rough.distances.isinf()
    exact = torch.stack(
        [(queries - _rows(training[rough.places[:, rank]])).norm(dim=1) for rank in range(rough.places.shape[1])], 1
    ).masked_fill(is_lost, torch.inf)
    # Stable, so that among equals the one that was found first stays first.
    distances, order = exact.sort(dim=1, stable=True)
    return Nearest(distances[:, :count], rough.places.gather(1, order)[:, :count])
