"""Sparse auto-encoder

Each picture is the sum of a few of many small pictures, the atoms. The encoder says how much of each, never less than
none, and each amount costs: so most are nothing, and an atom is worth its price only if it says much about a picture,
such as one stroke of a digit. The atoms all have length 1, or amounts could be made small by making atoms large.

Equation: \\mathcal{L} = \\| x - b - \\sum_i z_i a_i \\|^2 + \\lambda \\sum_i z_i, \\quad z = \\max(0, W x + c)
Try: Move one slider from 0: one stroke comes in.
Source: Olshausen, Field (1996), Nature 381; Ranzato et al. (2007), NeurIPS; Ng (2011), lecture notes CS294A.
"""

import torch
from torch import Tensor, nn
from torch.nn.functional import linear, normalize

from engine.images import Shape, nets
from engine.images.coding import AVERAGING, Knobs
from engine.images.models import Batch, Stock
from engine.images.models import Model as Family
from engine.knobs import knob
from engine.nets import Learner, cpu_rng

_LEAST_SPREAD = 1e-6


class Params(Knobs, frozen=True):
    latents: int = knob(128, low=1, high=512, scale="log", makes_new_network=True, help="How many atoms there are.")
    penalty: float = knob(
        0.1, low=0.0, high=10.0, help="What each amount costs, against squared errors: more make codes sparser."
    )


class Coders(nn.Module):
    """weight (latents, pixels) and bias of the encoder; atoms (latents, pixels), and the picture they are added to."""

    def __init__(self, latents: int, pixels: int, rng: torch.Generator) -> None:
        super().__init__()
        atoms = normalize(torch.randn(latents, pixels, generator=rng))
        self.weight, self.bias = nn.Parameter(atoms.clone()), nn.Parameter(torch.zeros(latents))
        self.atoms, self.shift = nn.Parameter(atoms), nn.Parameter(torch.zeros(pixels))

    def codes(self, x: Tensor) -> Tensor:
        return linear(x.flatten(1) - self.shift, self.weight, self.bias).relu()

    def decoded(self, z: Tensor) -> Tensor:
        return self.shift + z @ normalize(self.atoms)


class Model(Family):
    """Codes are in units of `spread` (latents,), their root mean square over data; zero stays zero."""

    params: Params

    def __init__(
        self, params: Params, shape: Shape, num_classes: int, rng: torch.Generator, device: torch.device
    ) -> None:
        self.params, self.shape = params, shape
        pixels = shape.height * shape.width * shape.channels
        self._learner = Learner(Coders(params.latents, pixels, cpu_rng(rng)).to(device))
        self.spread = torch.ones(params.latents, device=device)
        self._share = 0.0

    @property
    def coders(self) -> Coders:
        """The averaged ones, that are shown."""
        return self._learner.mean

    @torch.no_grad()
    def begin(self, data: Stock, rng: torch.Generator) -> None:
        """From the mean picture."""
        mean = data.batch(slice(0, 1024)).x.flatten(1).mean(0)
        for each in (self._learner.network, self._learner.mean):
            each.shift.copy_(mean)

    def stage(self, share: float) -> None:
        self._share = share

    def step(self, batch: Batch, rng: torch.Generator) -> dict[str, Tensor]:
        networks = self._learner.network
        with torch.enable_grad():
            error, cost = self._parts(networks, batch.x)
            loss = error + cost
            self._learner.move(loss, nets.falling(self.params.learning_rate, self._share), averaging=AVERAGING)
        return {"loss": loss.detach(), "reconstruction": error.detach()}

    def settle(self, batch: Batch) -> None:
        self.spread = self.coders.codes(batch.x).square().mean(0).sqrt().clamp(min=_LEAST_SPREAD)

    def held_out_loss(self, batch: Batch, rng: torch.Generator) -> Tensor:
        error, cost = self._parts(self.coders, batch.x)
        return error + cost

    def encode(self, x: Tensor, y: Tensor | None = None, layer: str = "latent") -> Tensor:
        return self.coders.codes(x) / self.spread

    def decode(self, z: Tensor, y: Tensor | None = None, layer: str = "latent") -> Tensor:
        x = self.coders.decoded(z * self.spread).clamp(0, 1)
        return x.reshape(-1, self.shape.channels, self.shape.height, self.shape.width)

    def tensors(self) -> dict[str, Tensor]:
        return {"spread": self.spread, **nets.kept(self._learner, "coders")}

    def on_loaded(self) -> None:
        nets.sync(self._learner)

    def _parts(self, networks: Coders, x: Tensor) -> tuple[Tensor, Tensor]:
        """The mean squared error of whole pictures, and what the codes cost."""
        z = networks.codes(x)
        error = (x.flatten(1) - networks.decoded(z)).square().sum(1).mean()
        return error, self.params.penalty * z.sum(1).mean()
