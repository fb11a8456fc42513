"""Principal components (PCA)

The line through the mean along which the data vary most is the one from which they are least far away. A point's
code z is where it is along the line; its reconstruction is the nearest point of the line; its energy is the squared
distance between the two. The energy cannot be low everywhere because a line reaches few points: capacity regularises.
With two components the line becomes the whole plane, every point is rebuilt, and the landscape is flat.

Equation: E(x) = \\frac{1}{2 \\sigma^2} \\| x - r(x) \\|^2, \\quad r(x) = m + W^T W (x - m), \\quad W W^T = I
Try: Sketch a long slanted cloud and step once. Then set the components to 2: the energy is zero everywhere.
Source: Pearson (1901), Philosophical Magazine 2(11); Hotelling (1933), J. Educ. Psychol. 24.
"""

from typing import ClassVar

import msgspec
import torch
from torch import Tensor

from engine import geometry, reconstruction
from engine.fields import FAR
from engine.knobs import knob
from engine.messages import Box, Machine
from engine.models import Batch, Drawing, Picture, Terms, no_energy
from engine.models import Model as Family

# Lines each way of the grid that two components span, and corners of each.
_LINES, _CORNERS = 9, 2


class Params(msgspec.Struct, frozen=True):
    components: int = knob(
        1, low=0, high=2, help="How many numbers z has: 0 leaves the mean alone, 1 is a line, 2 is the whole plane."
    )
    sigma: float = knob(
        0.1,
        low=0.01,
        high=1.0,
        scale="log",
        unit="of half the home view",
        help="Scales distances to energies: at this distance from the line the energy is half a nat.",
    )


class Model(Family):
    """`mean` (2,); `directions` (2, 2), orthonormal rows, and `sds` (2,) of the data along them, the longest first."""

    kind = "Reconstruction"
    is_density = False
    layers = ("manifold", "parts", "cursor", "machine")
    machine: ClassVar = Machine(
        columns=(
            (Box("data", "data", "The points to learn from."),),
            (Box("spread", "standard deviation", "Of the data along each of the two directions."),),
            (Box("code", "code z", "Where each point is along the line."),),
            (Box("rebuilt", "reconstruction", "Each point's nearest on the line."),),
            (Box("energy", "energy", "Half the squared distance to it over sigma squared."),),
        ),
        arrows=(("data", "spread"), ("spread", "code"), ("code", "rebuilt"), ("rebuilt", "energy"), ("data", "energy")),
        stages=(("data",), ("spread",), ("code",), ("rebuilt",), ("energy",)),
    )

    def __init__(self, params: Params, rng: torch.Generator, device: torch.device) -> None:
        self.params = params
        self.mean, self.sds = torch.zeros(2, device=device), torch.full((2,), 0.5, device=device)
        # Any two to start from; the data say the lines, and these which end of each is the front.
        self.directions: Tensor = torch.linalg.qr(torch.randn(2, 2, generator=rng, device=device)).Q.contiguous()
        self._seen = reconstruction.Seen(device)

    def step(self, batch: Batch, rng: torch.Generator) -> Terms:
        """Everything there is to learn, at once: the mean and the eigenvectors of the covariance of all points."""
        # In double precision: of a million points far from the middle, single would lose the spread.
        x = batch.x.double()
        mean = x.mean(0)
        away = x - mean
        variances, vectors = torch.linalg.eigh(away.T @ away / len(x))
        directions = vectors.T.flip(0).float()
        # An eigenvector's sign has no meaning: it stays what it was, and arrows do not flip.
        is_back = (directions * self.directions).sum(1, keepdim=True) < 0
        self.directions = torch.where(is_back, -directions, directions)
        variances = variances.flip(0).clamp(min=0)
        self.mean, self.sds = mean.float(), variances.sqrt().float()
        self._seen.add(batch.x)
        # What no component holds is the mean squared distance.
        loss = variances[self.params.components :].sum().float()
        energy = loss / (2 * self.params.sigma**2)
        return Terms(loss, energy, no_energy(energy))

    def energy(self, x: Tensor) -> Tensor:
        # By the directions that are left out, not by a difference of squares: that of two components is exactly zero.
        left_out = (x - self.mean) @ self.directions[self.params.components :].T
        return left_out.square().sum(1) / (2 * self.params.sigma**2)

    def rebuilt(self, x: Tensor) -> Tensor:
        """Each point's nearest of those that the components reach, (n, 2) -> (n, 2)."""
        return self.mean + self._codes(x) @ self._kept

    def manifold(self) -> Drawing:
        """The line across the plane; of two components, a grid along both."""
        if self.params.components == 0:
            return Drawing(dots=self.mean[None])
        if self.params.components == 1:
            normal = self.directions[1]
            line = geometry.line_across(normal, -normal @ self.mean)
            return Drawing(lines=[] if line is None else [line])
        grid = geometry.grid_lines(FAR, _LINES, _CORNERS, self.mean.device)
        return Drawing(lines=geometry.warped(grid, lambda z: self.mean + z @ self.directions))

    def parts(self) -> Drawing:
        """The mean, and from it each direction as long as the data's standard deviation along it."""
        tips = self.mean + self.sds[:, None] * self.directions
        return Drawing(arrows=torch.cat([self.mean.expand_as(tips), tips], 1), dots=self.mean[None])

    def at_cursor(self, x: Tensor) -> tuple[Drawing, str]:
        """The arrow to the reconstruction, and the code."""
        text = reconstruction.code_text(self._codes(x)[0]) if self.params.components else "no code: the mean alone"
        return Drawing(arrows=torch.cat([x, self.rebuilt(x)], 1)), text

    def pictures(self, rng: torch.Generator) -> dict[str, Picture]:
        data = self._seen.few
        # Without a component, all codes are at nothing.
        codes = self._codes(data) if self.params.components else torch.zeros_like(data)
        return {
            "data": Picture("dots", data),
            "spread": Picture("bars", self.sds),
            "code": Picture("dots", reconstruction.code_dots(codes)),
            "rebuilt": Picture("dots", self.rebuilt(data)),
        }

    def remark(self) -> str:
        if self.params.components == 2:
            return "Two components rebuild every point of the plane: the energy is zero everywhere."
        return ""

    def tensors(self) -> dict[str, Tensor]:
        return {"mean": self.mean, "directions": self.directions, "sds": self.sds}

    @property
    def _kept(self) -> Tensor:
        return self.directions[: self.params.components]

    def _codes(self, x: Tensor) -> Tensor:
        """(n, 2) -> (n, components)."""
        return (x - self.mean) @ self._kept.T
