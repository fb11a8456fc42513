"""What the auto-encoders share: two networks, how a reconstruction is judged, and codes of unit variance.

A family says what its networks are, what it hides from the encoder, and what a code costs.
Not covered: the stack (models/stacked_denoising.py), which has a network for each layer.
Source: Hinton, Salakhutdinov (2006), Science 313.
"""

from typing import Any

import msgspec
import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits

from engine.images import Shape, likelihoods, nets
from engine.images.models import Batch
from engine.images.models import Model as Family
from engine.knobs import knob
from engine.nets import Learner, cpu_rng

AVERAGING = 1000
# Of a latent that is the same for all pictures.
_LEAST_SPREAD = 1e-6
NOISES = ("masking", "Gaussian", "salt and pepper")


class Knobs(msgspec.Struct, frozen=True):
    """What all of them may be told."""

    latents: int = knob(32, low=1, high=512, scale="log", makes_new_network=True, help="How many numbers a code has.")
    learning_rate: float = knob(2e-3, low=1e-5, high=0.1, scale="log", help="How far each step moves the weights.")
    batch_size: int = knob(64, low=1, high=256, scale="log", help="How many pictures are looked at in each step.")
    width: int = knob(
        32,
        low=4,
        high=96,
        scale="log",
        makes_new_network=True,
        help="Channels of the outermost convolution; dense layers have 16 and 8 times as many units.",
    )


def networks_knob() -> Any:
    """Which kind of networks `coders` makes, for the families that leave it to the person."""
    return knob(
        "convolutional",
        choices=("convolutional", "dense"),
        makes_new_network=True,
        help="Convolutional ones look at small windows, the same way everywhere; dense ones at all pixels at once.",
    )


class Coders(nn.Module):
    """Two networks: (n, channels, height, width) to (n, latents), and back to any number for each pixel."""

    def __init__(self, encoder: nn.Module, decoder: nn.Module) -> None:
        super().__init__()
        self.encoder, self.decoder = encoder, decoder


def coders(shape: Shape, latents: int, width: int, rng: torch.Generator, *, is_dense: bool) -> Coders:
    """Convolutional networks, or dense ones with two hidden layers. rng: on the CPU."""
    if is_dense:
        hidden = [16 * width, 8 * width, latents]
        return Coders(nets.dense_encoder(shape, hidden, rng), nets.dense_decoder(shape, hidden[::-1], rng))
    return Coders(nets.ConvEncoder(shape, latents, width, rng), nets.ConvDecoder(shape, latents, width, rng))


class Coding(Family):
    """An auto-encoder; `middle` and `spread` (latents,) are those of the raw codes of data, found by `settle`."""

    def __init__(self, params: Any, shape: Shape, num_classes: int, rng: torch.Generator, device: torch.device) -> None:
        self.params, self.shape = params, shape
        self.kind = likelihoods.kind_of("automatic", shape)
        self._learner = Learner(self.networks(cpu_rng(rng)).to(device))
        self.middle = torch.zeros(params.latents, device=device)
        self.spread = torch.ones(params.latents, device=device)
        self._share = 0.0

    def networks(self, rng: torch.Generator) -> Coders:
        raise NotImplementedError

    def hidden_from(self, x: Tensor, rng: torch.Generator) -> Tensor:
        """The pictures as the encoder sees them while it learns."""
        return x

    def cost(self, code: Tensor) -> Tensor:
        """What the loss adds for raw codes (n, latents): a scalar."""
        return code.new_zeros(())

    @property
    def coders(self) -> Coders:
        """The averaged ones, that are shown."""
        return self._learner.mean

    def stage(self, share: float) -> None:
        self._share = share

    def step(self, batch: Batch, rng: torch.Generator) -> dict[str, Tensor]:
        """One step down the error of the reconstruction, and what the code costs."""
        networks = self._learner.network
        with torch.enable_grad():
            code = networks.encoder(self.hidden_from(batch.x, rng))
            error = reconstruction_error(self.kind, batch.x, networks.decoder(code))
            loss = error + self.cost(code)
            self._learner.move(loss, nets.falling(self.params.learning_rate, self._share), averaging=AVERAGING)
        return {"loss": loss.detach(), "reconstruction": error.detach()}

    def settle(self, batch: Batch) -> None:
        code = self.coders.encoder(batch.x)
        self.middle, self.spread = code.mean(0), code.std(0, correction=0).clamp(min=_LEAST_SPREAD)

    def held_out_loss(self, batch: Batch, rng: torch.Generator) -> Tensor:
        code = self.coders.encoder(self.hidden_from(batch.x, rng))
        return reconstruction_error(self.kind, batch.x, self.coders.decoder(code)) + self.cost(code)

    def encode(self, x: Tensor, y: Tensor | None = None, layer: str = "latent") -> Tensor:
        code: Tensor = (self.coders.encoder(x) - self.middle) / self.spread
        return code

    def decode(self, z: Tensor, y: Tensor | None = None, layer: str = "latent") -> Tensor:
        return likelihoods.brightness(self.kind, self.coders.decoder(z * self.spread + self.middle))

    def tensors(self) -> dict[str, Tensor]:
        return {"middle": self.middle, "spread": self.spread, **nets.kept(self._learner, "coders")}

    def on_loaded(self) -> None:
        nets.sync(self._learner)


def reconstruction_error(kind: str, x: Tensor, raw: Tensor) -> Tensor:
    """For each number of the picture: the cross-entropy in nats (Bernoulli), else the absolute error."""
    if kind == "Bernoulli":
        return binary_cross_entropy_with_logits(raw, x)
    return (x - 0.5 - 0.5 * raw).abs().mean()


def corrupted(x: Tensor, noise: str, amount: float, rng: torch.Generator) -> Tensor:
    """Numbers (n, ...) from 0 to 1 with noise of one of NOISES; amount: the share that is hit, or the deviation."""
    if noise == "Gaussian":
        return x + amount * torch.randn(x.shape, generator=rng, device=x.device)
    drawn = torch.rand(x.shape, generator=rng, device=x.device)
    kept = torch.where(drawn < amount, torch.zeros_like(x), x)
    # Half of those that are hit are black and half are white.
    return kept if noise == "masking" else torch.where(drawn < amount / 2, torch.ones_like(x), kept)
