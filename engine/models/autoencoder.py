"""Auto-encoder

An encoder makes a short code z of each point, and a decoder makes a point of the code again. Training makes the
squared distance between the two small, which is also the energy. With one number for a code the decoder can only reach
a curve, so far from it the energy stays high without being pushed up there: capacity regularises. The linear one has a
straight line and ends as PCA; the deep one bends its curve to follow the data.

With two numbers for a code nothing need be lost: every point of the plane can be rebuilt, and the landscape goes flat.
That is collapse, the reason why a bottleneck, noise or sparsity is needed.

Equation: E(x) = \\frac{1}{2 \\sigma^2} \\| x - g(f(x)) \\|^2, \\quad z = f(x)
Try: Train on two moons and watch the curve; set the bottleneck to 2: the landscape goes flat and dark everywhere.
Source: Bourlard, Kamp (1988), Biological Cybernetics 59, for the linear one; Kramer (1991), AIChE Journal 37(2), for
the deep one.
"""

from typing import ClassVar

import msgspec
import torch
from torch import Tensor, nn

from engine import geometry, reconstruction
from engine.knobs import knob
from engine.messages import Box, Machine
from engine.models import Batch, Drawing, Picture, Terms, no_energy
from engine.models import Model as Family
from engine.nets import ACTIVATIONS, Learner, chunked, cpu_rng, multilayer

# A kink of relu in each of many units would be a jump of the arrows.
_SMOOTH = tuple(name for name in ACTIVATIONS if name != "relu")
# Of the drawn curve; and of the warped grid, lines each way and corners of each.
_CURVE, _LINES, _CORNERS = 600, 11, 61


class Params(msgspec.Struct, frozen=True):
    shape: str = knob(
        "deep",
        choices=("deep", "linear"),
        makes_new_network=True,
        help="Linear: no hidden layers, and the same answer as PCA. Deep: both halves can bend.",
    )
    bottleneck: int = knob(
        1,
        low=1,
        high=2,
        makes_new_network=True,
        help="How many numbers the code has: 1 is a curve, 2 reach everything.",
    )
    sigma: float = knob(
        0.05,
        low=0.01,
        high=1.0,
        scale="log",
        unit="of half the home view",
        help="Scales distances to energies: so far from its reconstruction, a point has half a nat.",
    )
    learning_rate: float = knob(5e-3, low=1e-5, high=0.1, scale="log", help="How far each step moves the weights.")
    batch_size: int = knob(256, low=1, high=8192, scale="log", help="How many data points are looked at in each step.")
    weight_decay: float = knob(
        0.0, low=0.0, high=10.0, help="Pulls the weights to zero: a smoother curve, and no longer quite PCA."
    )
    averaging: int = knob(
        500,
        low=1,
        high=10000,
        scale="log",
        unit="steps",
        help="The landscape shown is that of the mean of the weights over this many last steps.",
    )
    width: int = knob(
        64, low=2, high=1024, scale="log", makes_new_network=True, help="Units in each hidden layer of the deep one."
    )
    depth: int = knob(
        3, low=1, high=6, makes_new_network=True, help="Hidden layers of the deep encoder, and of its decoder."
    )
    activation: str = knob(
        "tanh",
        choices=_SMOOTH,
        makes_new_network=True,
        help="What bends each unit. With tanh the curve ends where the data end; with the others it goes on for ever.",
    )


class Coders(nn.Module):
    """Encoder and decoder, of points seen from the middle of the data in units of their width."""

    def __init__(self, params: Params, rng: torch.Generator, device: torch.device) -> None:
        super().__init__()
        hidden = [params.width] * params.depth if params.shape == "deep" else []
        self.encoder = multilayer([2, *hidden, params.bottleneck], params.activation, rng, device)
        self.decoder = multilayer([params.bottleneck, *hidden, 2], params.activation, rng, device)

    def forward(self, inside: Tensor) -> Tensor:
        """The reconstruction, (n, 2) -> (n, 2)."""
        rebuilt: Tensor = self.decoder(self.encoder(inside))
        return rebuilt


class Model(Family):
    """`shift` (2,) and `width` () say where the data are and how wide; the averaged coders are shown."""

    kind = "Reconstruction"
    is_density = False
    layers = ("field", "manifold", "cursor", "machine")
    machine: ClassVar = Machine(
        columns=(
            (Box("data", "data", "A batch of the points to learn from."),),
            (Box("code", "encoder: z", "The code of each point, the only thing that the decoder gets."),),
            (Box("rebuilt", "decoder", "The reconstructions: all on the curve, or on the sheet."),),
            (Box("compare", "compare", "The energy of each point, in order."),),
            (Box("loss", "error", "The mean squared distance between points and reconstructions."),),
        ),
        arrows=(
            ("data", "code"),
            ("code", "rebuilt"),
            ("rebuilt", "compare"),
            ("data", "compare"),
            ("compare", "loss"),
        ),
        stages=(("data",), ("code",), ("rebuilt",), ("compare",), ("loss",)),
    )

    def __init__(self, params: Params, rng: torch.Generator, device: torch.device) -> None:
        self.params = params
        self.shift, self.width = torch.zeros(2, device=device), torch.full((), 0.5, device=device)
        self._learner = Learner(Coders(params, cpu_rng(rng), device))
        self._seen = reconstruction.Seen(device)

    @property
    def coders(self) -> Coders:
        """The averaged ones, that are shown."""
        return self._learner.mean

    def begin(self, data: Batch, rng: torch.Generator) -> None:
        """Where the data are."""
        self.shift, self.width = reconstruction.Scale.of(data.x)

    def settle(self) -> None:
        self._learner.settle()

    def step(self, batch: Batch, rng: torch.Generator) -> Terms:
        """Rebuild the batch a little better."""
        params, width = self.params, self.width
        self._seen.add(batch.x)
        inside = self._scale.inside(batch.x)
        with torch.enable_grad():
            loss = (self._learner.network(inside) - inside).square().sum(1).mean()
            self._learner.move(loss, params.learning_rate, averaging=params.averaging, weight_decay=params.weight_decay)
        loss = loss.detach() * width.square()
        energy = loss / (2 * params.sigma**2)
        return Terms(loss, energy, no_energy(energy))

    def energy(self, x: Tensor) -> Tensor:
        return chunked(lambda piece: reconstruction.energy(piece, self.rebuilt(piece), self.params.sigma), x)

    def rebuilt(self, x: Tensor) -> Tensor:
        """What the decoder makes of each point's code, (n, 2) -> (n, 2)."""
        return self._scale.on_plane(self.coders(self._scale.inside(x)))

    def manifold(self) -> Drawing:
        """The decoder's curve, or its warped grid, of all codes between those of the data."""
        low, high = reconstruction.code_range(self._codes(self._seen.points))
        if self.params.bottleneck == 1:
            along = torch.linspace(0, 1, _CURVE, device=low.device)[:, None]
            return Drawing(lines=[self._decoded(low + along * (high - low))])
        grid = geometry.grid_lines(1.0, _LINES, _CORNERS, low.device)
        return Drawing(lines=geometry.warped(grid, lambda z: self._decoded((low + high + z * (high - low)) / 2)))

    def at_cursor(self, x: Tensor) -> tuple[Drawing, str]:
        """The arrow to the reconstruction, and the code."""
        text = reconstruction.code_text(self._codes(x)[0])
        return Drawing(arrows=torch.cat([x, self.rebuilt(x)], 1)), text

    def pictures(self, rng: torch.Generator) -> dict[str, Picture]:
        data = self._seen.few
        return {
            "data": Picture("dots", data),
            "code": Picture("dots", reconstruction.code_dots(self._codes(data))),
            "rebuilt": Picture("dots", self.rebuilt(data)),
            "compare": Picture("bars", reconstruction.error_bars(self.energy(data))),
        }

    def remark(self) -> str:
        if self.params.bottleneck == 2:
            return "A code of two numbers can hold every point: nothing keeps the energy up, and the landscape is flat."
        return ""

    def tensors(self) -> dict[str, Tensor]:
        return {"shift": self.shift, "width": self.width} | self._learner.tensors("coders")

    def on_loaded(self) -> None:
        self._learner.restart()

    @property
    def _scale(self) -> reconstruction.Scale:
        return reconstruction.Scale(self.shift, self.width)

    def _codes(self, x: Tensor) -> Tensor:
        """(n, 2) -> (n, bottleneck)."""
        codes: Tensor = self.coders.encoder(self._scale.inside(x))
        return codes

    def _decoded(self, z: Tensor) -> Tensor:
        """(n, bottleneck) -> (n, 2)."""
        return self._scale.on_plane(self.coders.decoder(z))
