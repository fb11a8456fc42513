"""Mixtures of Gaussians on a plane: the log density of each part is a quadratic of the place, six numbers.

What a grid asks for is computed in blocks of neighbouring points, each from the parts that count there: a concave
quadratic lies below its tangents, which tells of a whole block which parts those are. A thousand parts on a grid of
160,000 points take a quarter of a second of one core.
Not covered: where such mixtures come from (gaussians.py).
"""

import math

import torch
from torch import Tensor

# Points of a block, and products of points and parts that are computed at a time: few enough for a core's cache.
_BLOCK, _AT_ONCE = 64, 2**17
# Fewer products than these are computed as they are.
_FEW = 2**18
# What is left out of an energy at most, in nats.
_LEFT_OUT = 1e-7
# The log density of a part that has none.
_NOTHING = -1e300


class Quadratics:
    """The energy -log sum_k exp(c_k + l_k . x - x . P_k x / 2) of places x on a plane, in nats."""

    def __init__(self, constants: Tensor, slopes: Tensor, precisions: Tensor) -> None:
        """constants c: (k,).  slopes l: (k, 2).  precisions P: (k, 2, 2), positive definite. In double precision."""
        self._slopes, self._precisions = slopes, precisions
        # (6, k), in the order of `_features`; the last part has no density.
        rows = [constants, slopes[:, 0], slopes[:, 1]]
        rows += [-precisions[:, 0, 0] / 2, -precisions[:, 0, 1], -precisions[:, 1, 1] / 2]
        self._rows = torch.stack(rows)
        nothing = self._rows.new_tensor([[_NOTHING], *[[0.0]] * 5])
        self._padded = torch.cat([self._rows, nothing], 1).T.contiguous()

    def energy(self, x: Tensor) -> Tensor:
        """(n, 2) -> (n,)."""
        if len(x) * len(self._slopes) <= _FEW:
            return -_log_sum(self._logs(x.double())).to(x.dtype)
        return self._in_blocks(x.double()).to(x.dtype)

    def score(self, x: Tensor) -> Tensor:
        """The gradient of the log density, (n, 2) -> (n, 2)."""
        return self.energy_and_score(x)[1]

    def energy_and_score(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Both, for little more than one costs."""
        parts = [self._both(each) for each in torch.split(x.double(), max(1, _AT_ONCE // len(self._slopes)))]
        energies, scores = (torch.cat(each) for each in zip(*parts, strict=True))
        return energies.to(x.dtype), scores.to(x.dtype)

    def _both(self, x: Tensor) -> tuple[Tensor, Tensor]:
        logs = self._logs(x)
        shares = logs.softmax(1)
        pulls = (shares @ self._precisions.flatten(1)).reshape(-1, 2, 2)
        return -_log_sum(logs), shares @ self._slopes - (pulls @ x[:, :, None]).squeeze(2)

    def _logs(self, x: Tensor) -> Tensor:
        """The log density of each part, (n, 2) -> (n, k)."""
        return _features(x) @ self._rows

    def _in_blocks(self, x: Tensor) -> Tensor:
        """The energies of many places, (n, 2) -> (n,)."""
        order = _by_neighbours(x)
        blocks = x[order].reshape(-1, _BLOCK, 2)
        parts, counts = self._parts_of(blocks)
        features = _features(blocks)
        found = x.new_empty(blocks.shape[:2])
        # Blocks with about as many parts are computed together.
        by_count = counts.argsort()
        sizes, start = counts[by_count].tolist(), 0
        while start < len(sizes):
            stop = start + 1
            while stop < len(sizes) and (stop + 1 - start) * _BLOCK * sizes[stop] <= _AT_ONCE:
                stop += 1
            chosen = by_count[start:stop]
            rows = self._padded[parts[chosen, : sizes[stop - 1]]]
            found[chosen] = -_log_sum(features[chosen] @ rows.transpose(1, 2))
            start = stop
        energies = x.new_empty(len(x))
        energies[order] = found.flatten()
        return energies

    def _parts_of(self, blocks: Tensor) -> tuple[Tensor, Tensor]:
        """Which parts count in each block (b, points, 2): (b, most) of their numbers, and how many there are, (b,).

        Rows with fewer are filled up with the part without density.
        """
        low, high = blocks.amin(1), blocks.amax(1)
        middle, half = (low + high) / 2, (high - low) / 2
        at_middle = self._logs(middle)
        u, v = middle[:, :1], middle[:, 1:]
        _, across, up, uu, uv, vv = self._rows
        rise = (across + 2 * uu * u + uv * v).abs_().mul_(half[:, :1])
        rise += (up + uv * u + 2 * vv * v).abs_().mul_(half[:, 1:])
        bend = torch.stack([half[:, 0] ** 2, half[:, 0] * half[:, 1], half[:, 1] ** 2], 1) @ self._rows[3:].abs()
        # Below its tangent everywhere, and no further below than it bends.
        lowest = (at_middle - rise - bend).amax(1, keepdim=True)
        counts_there = at_middle + rise >= lowest + math.log(_LEFT_OUT / len(self._slopes))
        counts = counts_there.sum(1)
        parts = torch.full((len(blocks), int(counts.max())), len(self._slopes), device=blocks.device)
        found = counts_there.nonzero()
        parts[found[:, 0], counts_there.cumsum(1)[counts_there] - 1] = found[:, 1]
        return parts, counts


def _features(x: Tensor) -> Tensor:
    """(..., 2) -> (..., 6)."""
    u, v = x.unbind(-1)
    return torch.stack([torch.ones_like(u), u, v, u * u, u * v, v * v], -1)


def _log_sum(logs: Tensor) -> Tensor:
    """The log of the sum of exponentials along the last axis; these are summed in single precision, half the time."""
    top = logs.amax(-1, keepdim=True)
    return (top + (logs - top).float().exp_().sum(-1, keepdim=True).double().log()).squeeze(-1)


def _by_neighbours(x: Tensor) -> Tensor:
    """Places of x (n, 2) in an order in which each block is one of neighbours: strips by height, in each by width.

    The last place stands there again as often as blocks need it.
    """
    num_strips = max(1, math.ceil(math.sqrt(len(x) / _BLOCK)))
    length = math.ceil(len(x) / num_strips / _BLOCK) * _BLOCK
    order = x[:, 1].argsort(stable=True)
    strips = torch.cat([order, order[-1:].expand(num_strips * length - len(x))]).reshape(num_strips, length)
    return strips.gather(1, x[strips, 0].argsort(dim=1, stable=True)).flatten()
