"""k-means

The energy of a point is its squared distance to the nearest of k centres. Each step is one of Lloyd's: every point
goes to its nearest centre, then every centre to the mean of its points, which can only lower the mean energy. The
energy cannot be low everywhere because there are only k centres: it is regularised by its architecture.

Equation: E(x) = \\min_z \\frac{1}{2 \\sigma^2} \\| x - c_z \\|^2, \\quad c_z \\leftarrow
\\frac{1}{|S_z|} \\sum_{x \\in S_z} x
Try: Sketch three clumps and set the number of centres to 2, then to 8; Reset tries another start.
Source: Lloyd (1982), IEEE Trans. Inf. Theory 28(2); Arthur, Vassilvitskii (2007), SODA, for the k-means++ start.
"""

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

# Points that are looked at together.
_CHUNK = 16_384


class Params(msgspec.Struct, frozen=True):
    centres: int = knob(8, low=1, high=64, scale="log", makes_new_network=True, help="How many centres: k.")
    start: str = knob(
        "k-means++",
        choices=("k-means++", "random points"),
        makes_new_network=True,
        help="k-means++ draws first centres far from one another; random points may share a clump and stay stuck.",
    )
    sigma: float = knob(
        0.1,
        low=0.01,
        high=1.0,
        scale="log",
        unit="of half the home view",
        help="Scales distances to energies: at this distance from a centre the energy is half a nat.",
    )


class Model(Family):
    """`centres` (k, 2)."""

    kind = "Centres and mixtures"
    is_density = False
    layers = ("parts", "cursor", "machine")
    machine: ClassVar = Machine(
        columns=(
            (Box("data", "data", "The points to learn from."),),
            (Box("assign", "nearest centre", "How many points each centre has."),),
            (Box("centres", "centres", "Each moves to the mean of its points."),),
            (Box("energy", "energy", "The squared distance to the nearest centre."),),
        ),
        arrows=(("data", "assign"), ("assign", "centres"), ("centres", "energy"), ("centres", "assign")),
        stages=(("data",), ("assign",), ("centres",), ("energy",)),
    )

    def __init__(self, params: Params, rng: torch.Generator, device: torch.device) -> None:
        self.params = params
        self.centres = torch.rand(params.centres, 2, generator=rng, device=device) * 2 - 1
        self._counts = torch.zeros(params.centres, device=device)
        self._batch = self.centres[:0]

    def begin(self, data: Batch, rng: torch.Generator) -> None:
        """The start: centres on data points."""
        if self.params.start == "random points":
            # Each at most once, so that no two centres are the same, unless there are fewer points than centres.
            order = torch.randperm(len(data.x), generator=rng, device=rng.device)
            self.centres = data.x[order[torch.arange(self.params.centres, device=rng.device) % len(order)]]
            return
        self.centres = geometry.spread_points(data.x, self.params.centres, rng)

    def step(self, batch: Batch, rng: torch.Generator) -> Terms:
        """Lloyd's step on all points; a centre without points stays where it is."""
        # In double precision: of a million points, single would lose the last ones.
        sums = torch.zeros_like(self.centres, dtype=torch.float64)
        total, counts = sums.new_zeros(()), sums.new_zeros(len(sums))
        for piece in torch.split(batch.x, _CHUNK):
            nearest, index = self._squared(piece).min(1)
            total += nearest.sum()
            sums.index_add_(0, index, piece.double())
            counts.index_add_(0, index, counts.new_ones(len(piece)))
        means = (sums / counts.clamp(min=1)[:, None]).float()
        self.centres = torch.where(counts[:, None] > 0, means, self.centres)
        self._counts = counts.float()
        self._batch = batch.x
        loss = (total / len(batch.x)).float()
        energy = loss / (2 * self.params.sigma**2)
        return Terms(loss, energy, no_energy(energy))

    def energy(self, x: Tensor) -> Tensor:
        return chunked(lambda piece: self._squared(piece).amin(1), x) / (2 * self.params.sigma**2)

    def parts(self) -> Drawing:
        """The centres, and the edges between their cells."""
        return Drawing(lines=geometry.voronoi_edges(self.centres), dots=self.centres)

    def at_cursor(self, x: Tensor) -> tuple[Drawing, str]:
        index = self._squared(x).argmin(1)
        centre = self.centres[index]
        return Drawing(arrows=torch.cat([x, centre], 1)), f"z = {int(index) + 1} of {len(self.centres)}"

    def pictures(self, rng: torch.Generator) -> dict[str, Picture]:
        return {
            "data": Picture("dots", self._batch[:200]),
            "assign": Picture("bars", self._counts),
            "centres": Picture("dots", self.centres),
        }

    def tensors(self) -> dict[str, Tensor]:
        return {"centres": self.centres}

    def _squared(self, x: Tensor) -> Tensor:
        """Squared distances to all centres, (n, 2) -> (n, k), differentiable everywhere.

        Not by torch.cdist, whose product of matrices confuses near centres that are far from the middle.
        """
        return (x[:, :1] - self.centres[:, 0]).square() + (x[:, 1:] - self.centres[:, 1]).square()
