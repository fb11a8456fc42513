"""Kernel density

Parzen's windows, the baseline that everything else must beat: a little Gaussian stands on every point, and the density
is their mean. Nothing is learnt but how wide they are. Too narrow, and only the points themselves are likely; too wide,
and all structure is blurred. Leave-one-out asks how likely each point is by the kernels of all the others, and each
step makes the width suit that better; Scott's rule takes it from the spread and the number of points alone.

Each look costs a distance to every kernel, so of many points a random choice is kept.

Equation: E(x) = -\\log \\frac{1}{n} \\sum_{i=1}^{n} \\mathcal{N}(x; x_i, h^2 I)
Try: Choose the bandwidth by hand and pull it from its lowest to its highest: from one spike a point to a single hill.
Source: Parzen (1962), Ann. Math. Stat. 33(3); Scott (1992), Multivariate density estimation; Habbema, Hermans, van den
Broek (1974), COMPSTAT, for leaving one out.
"""

import math
from collections.abc import Iterator, Mapping
from typing import ClassVar

import msgspec
import torch
from torch import Tensor

from engine import geometry
from engine.knobs import knob
from engine.messages import Box, Machine
from engine.models import Batch, Drawing, Picture, Terms, no_energy
from engine.models import Model as Family
from engine.nets import chunked

_MOST_KERNELS = 5000
# Distances that are looked at together: half a megabyte, which stays in the cache.
_CHUNK = 2**17
# On the plane; two points in one place would make it zero.
_LEAST_BANDWIDTH = 0.005
_FIRST_BANDWIDTH = 0.3
# Of a kernel's exponent, below the highest: e^-60 is nothing, and smaller numbers are slow on the CPU.
_LEAST_EXPONENT = -60.0
# A kernel's own distance to itself, when it is left out.
_FAR_SQUARED = 1e6
_SHOWN_CIRCLES = 100
_CELLS = 32


class Params(msgspec.Struct, frozen=True):
    rule: str = knob(
        "leave one out",
        choices=("leave one out", "Scott", "by hand"),
        help="What sets the bandwidth: how likely each point is by the others, Scott's rule, or the knob below.",
    )
    bandwidth: float = knob(
        0.05,
        low=_LEAST_BANDWIDTH,
        high=1.0,
        scale="log",
        unit="of half the home view",
        help="Standard deviation of each kernel, where it is set by hand.",
    )
    kernels: int = knob(
        2000,
        low=2,
        high=_MOST_KERNELS,
        scale="log",
        help="At most so many points are kept, a random choice of them; more are slower to draw.",
    )


class Model(Family):
    """`kernels` (m, 2), points of the data; `bandwidth` ()."""

    kind = "Centres and mixtures"
    layers = ("field", "parts", "cursor", "machine")
    finest = 96
    machine: ClassVar = Machine(
        columns=(
            (Box("data", "data", "The points to learn from."),),
            (Box("kernels", "kernels", "The points that are kept; on each stands a Gaussian."),),
            (
                Box(
                    "others", "by the others", "How high each point's energy is by all other kernels, from low to high."
                ),
            ),
            (Box("bandwidth", "bandwidth", "One kernel, as wide as all are, in the home view."),),
            (Box("energy", "energy", "Minus the log of the mean of all kernels."),),
        ),
        arrows=(("data", "kernels"), ("kernels", "others"), ("others", "bandwidth"), ("bandwidth", "energy")),
        stages=(("data",), ("kernels",), ("others",), ("bandwidth",), ("energy",)),
    )

    def __init__(self, params: Params, rng: torch.Generator, device: torch.device) -> None:
        self.params = params
        self.kernels = torch.rand(2, 2, generator=rng, device=device) * 2 - 1
        self.bandwidth = torch.tensor(_FIRST_BANDWIDTH, device=device)
        self._by_the_others = torch.zeros(1, device=device)
        # What the kernels were chosen from.
        self._source: tuple[Tensor, int] | None = None

    def begin(self, data: Batch, rng: torch.Generator) -> None:
        """Kernels on the data, as wide as Scott's rule has them."""
        self._choose_kernels(data.x, rng)
        self.bandwidth = self._scott()

    def settle(self) -> None:
        """A width that is not learnt is seen at once."""
        if self.params.rule == "Scott":
            self.bandwidth = self._scott()
        elif self.params.rule == "by hand":
            self.bandwidth = torch.full_like(self.bandwidth, self.params.bandwidth)

    def step(self, batch: Batch, rng: torch.Generator) -> Terms:
        """How likely each kernel's point is by the others; by that rule, one step of EM on the width."""
        # Chosen anew only for other data: else the landscape of a choice of many would flicker with every knob.
        if self._source is None or self._source[0] is not batch.x or self._source[1] != self.params.kernels:
            self._choose_kernels(batch.x, rng)
            self.settle()
        energies, squared = zip(*self._left_out(), strict=True)
        self._by_the_others = torch.cat(energies)
        if self.params.rule == "leave one out":
            mean = torch.stack(squared).sum() / len(self.kernels)
            self.bandwidth = (mean / 2).sqrt().clamp(min=_LEAST_BANDWIDTH)
        energy = self._by_the_others.mean()
        return Terms(energy, energy, no_energy(energy))

    def energy(self, x: Tensor) -> Tensor:
        return chunked(lambda piece: self._log_mean(self._squared(piece))[0].neg(), x, self._rows)

    def energy_and_score(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """The score points to the mean of the kernels, weighted by how much each counts here: mean shift."""
        pieces = [self._log_mean(self._squared(piece)) for piece in torch.split(x, self._rows)]
        towards = torch.cat([shares @ self.kernels for _, shares in pieces])
        return torch.cat([-log_mean for log_mean, _ in pieces]), (towards - x) / self.bandwidth.square()

    def samples(self, count: int, rng: torch.Generator) -> Tensor:
        """Any kernel, then a point of it."""
        chosen = torch.randint(len(self.kernels), (count,), generator=rng, device=rng.device)
        noise = torch.randn(count, 2, generator=rng, device=rng.device)
        return self.kernels[chosen] + self.bandwidth * noise

    def parts(self) -> Drawing:
        """Some of the kernels: circles, as wide as the bandwidth."""
        circle = self.bandwidth * geometry.circle(self.kernels.device, corners=24)
        return Drawing(lines=[centre + circle for centre in self.kernels[:_SHOWN_CIRCLES]])

    def at_cursor(self, x: Tensor) -> tuple[Drawing, str]:
        """A kernel around the point, and how many count there."""
        _, shares = self._log_mean(self._squared(x))
        line = x + self.bandwidth * geometry.circle(x.device)
        count = float(1 / shares.square().sum())
        return Drawing(lines=[line]), f"as if {count:.1f} kernels counted here, bandwidth {float(self.bandwidth):.3f}"

    def pictures(self, rng: torch.Generator) -> dict[str, Picture]:
        cells = torch.linspace(-1, 1, _CELLS, device=rng.device)
        one = torch.exp(-(cells.square()[:, None] + cells.square()) / (2 * self.bandwidth.square()))
        order = self._by_the_others.sort().values
        places = torch.linspace(0, len(order) - 1, 64, device=rng.device).long()
        return {
            "data": Picture("dots", self.kernels[:200]),
            "kernels": Picture("dots", self.kernels[:200]),
            "others": Picture("bars", order[places] - order[0]),
            "bandwidth": Picture("heat", one),
        }

    def remark(self) -> str:
        return f"{len(self.kernels)} kernels, bandwidth {float(self.bandwidth):.3g} of half the home view."

    def tensors(self) -> dict[str, Tensor]:
        return {"kernels": self.kernels, "bandwidth": self.bandwidth}

    def load(self, weights: Mapping[str, Tensor]) -> None:
        """Any number of kernels up to the most there may be."""
        kernels, bandwidth = weights["kernels"], weights["bandwidth"]
        is_shaped = kernels.ndim == 2 and kernels.shape[1] == 2 and 1 <= len(kernels) <= _MOST_KERNELS
        if not is_shaped or bandwidth.shape != ():
            raise RuntimeError(f"kernels has the shape {tuple(kernels.shape)}, bandwidth {tuple(bandwidth.shape)}")
        if not (kernels.isfinite().all() and bandwidth.isfinite() and bandwidth >= _LEAST_BANDWIDTH):
            raise RuntimeError("kernels and bandwidth must be finite, and the bandwidth not too small")
        self.kernels = kernels.detach().clone().to(self.kernels)
        self.bandwidth = bandwidth.detach().clone().to(self.bandwidth)
        self._by_the_others = self.kernels.new_zeros(1)
        self._source = None

    @property
    def _rows(self) -> int:
        """How many points are looked at together."""
        return max(1, _CHUNK // len(self.kernels))

    def _choose_kernels(self, x: Tensor, rng: torch.Generator) -> None:
        self.kernels = x[torch.randperm(len(x), generator=rng, device=x.device)[: self.params.kernels]]
        self._source = x, self.params.kernels

    def _scott(self) -> Tensor:
        """Scott's rule in two dimensions, with the mean variance of both."""
        spread = self.kernels.var(0, correction=0).mean().sqrt()
        return torch.clamp(spread * len(self.kernels) ** (-1 / 6), min=_LEAST_BANDWIDTH)

    def _squared(self, x: Tensor) -> Tensor:
        """Squared distances to all kernels, (n, 2) -> (n, m)."""
        return (x[:, :1] - self.kernels[:, 0]).square_().add_((x[:, 1:] - self.kernels[:, 1]).square_())

    def _log_mean(self, squared: Tensor) -> tuple[Tensor, Tensor]:
        """The log of the mean of all kernels, (n,), and each one's share in it, (n, m)."""
        exponents = squared.mul(-1 / (2 * self.bandwidth.square()))
        highest = exponents.amax(1, keepdim=True)
        kernels = exponents.sub_(highest).clamp_(min=_LEAST_EXPONENT).exp_()
        total = kernels.sum(1, keepdim=True)
        norm = (2 * math.pi * len(self.kernels) * self.bandwidth.square()).log()
        return (total.log() + highest)[:, 0] - norm, kernels.div_(total)

    def _left_out(self) -> Iterator[tuple[Tensor, Tensor]]:
        """Of each piece of the kernels: their energies by all others, and their mean squared distance from them."""
        count = len(self.kernels)
        for start in range(0, count, self._rows):
            squared = self._squared(self.kernels[start : start + self._rows])
            own = torch.arange(len(squared), device=squared.device)
            squared[own, start + own] = _FAR_SQUARED
            log_mean, shares = self._log_mean(squared)
            # The mean is over one kernel less.
            yield -log_mean - math.log(count / max(count - 1, 1)), (shares * squared).sum()
