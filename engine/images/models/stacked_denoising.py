"""Stacked denoising auto-encoder

Three auto-encoders one on top of the other. The first learns to mend spoilt pictures; the second to mend spoilt codes
of the first; the third likewise, and its code is the latent space. At the end all three learn together, each layer
rebuilding the picture. Every layer unfolds the data a little: halfway between two pictures, a code of layer 1 still
decodes to something of both, a code further in to one picture.

Equation: \\mathcal{L}_k = \\| h_{k-1} - D_k(E_k(\\tilde h_{k-1})) \\|, \\quad h_0 = x, \\quad h_k = E_k(h_{k-1})
Try: Interpolate from 9 to 3 and look at the rows one under another: pixels, layer 1, layer 2, latent.
Source: Vincent et al. (2010), JMLR 11; Bengio et al. (2013), ICML, for interpolation layer by layer.
"""

import torch
from torch import Tensor, nn
from torch.nn.functional import mse_loss

from engine.images import Shape, likelihoods, nets
from engine.images.coding import AVERAGING, NOISES, Knobs, corrupted, reconstruction_error
from engine.images.models import Batch
from engine.images.models import Model as Family
from engine.knobs import knob
from engine.nets import Learner, cpu_rng

_LAYERS = ("layer 1", "layer 2", "latent")
# Shares of the training after which the next layer is learnt, and after the last all together.
_STAGES = (0.15, 0.3, 0.45)
_LEAST_SPREAD = 1e-6


class Params(Knobs, frozen=True):
    width: int = knob(
        32,
        low=4,
        high=96,
        scale="log",
        makes_new_network=True,
        help="Layer 1 has 16 times as many units, layer 2 has 8 times as many.",
    )
    noise: str = knob("masking", choices=NOISES, help="How pictures are spoilt; codes always get Gaussian noise.")
    amount: float = knob(
        0.25, low=0.0, high=1.0, help="How much each layer's input is spoilt: a share, or a deviation of its own size."
    )
    layer_steps: int = knob(
        3000,
        low=1,
        high=1_000_000,
        scale="log",
        unit="steps",
        help="After so many steps at the latest the next layer is learnt.",
    )


class Stack(nn.Module):
    """Encoders and decoders, one pair a layer; the first pair sees and gives pictures."""

    def __init__(self, shape: Shape, sizes: list[int], rng: torch.Generator) -> None:
        super().__init__()
        pixels = shape.height * shape.width * shape.channels
        down, up = [pixels, *sizes[:-1]], sizes
        bends: list[nn.Module] = [nn.SiLU(), nn.SiLU(), nn.Identity()]
        self.encoders = nn.ModuleList(
            nn.Sequential(nn.Linear(a, b), bend) for a, b, bend in zip(down, up, bends, strict=True)
        )
        # The decoder of a layer gives what its encoder was given: pictures as any numbers, codes bent as they were.
        back: list[nn.Module] = [nn.Identity(), nn.SiLU(), nn.SiLU()]
        self.decoders = nn.ModuleList(
            nn.Sequential(nn.Linear(b, a), bend) for a, b, bend in zip(down, up, back, strict=True)
        )
        nets.initialise(self, rng)

    def up(self, x: Tensor, first: int, last: int) -> Tensor:
        """Through the encoders from `first` to before `last`."""
        for each in list(self.encoders)[first:last]:
            x = each(x)
        return x

    def down(self, h: Tensor, first: int) -> Tensor:
        """A code of `first` encoders to the raw numbers of pictures, (n, pixels)."""
        for each in list(self.decoders)[:first][::-1]:
            h = each(h)
        return h


class Model(Family):
    """`middle` and `spread` (latents,) are those of the raw codes of the last layer, found by `settle`."""

    params: Params

    def __init__(
        self, params: Params, shape: Shape, num_classes: int, rng: torch.Generator, device: torch.device
    ) -> None:
        self.params, self.shape = params, shape
        self.kind = likelihoods.kind_of("automatic", shape)
        sizes = [16 * params.width, 8 * params.width, params.latents]
        self._learner = Learner(Stack(shape, sizes, cpu_rng(rng)).to(device))
        self.middle = torch.zeros(params.latents, device=device)
        self.spread = torch.ones(params.latents, device=device)
        self._share, self._num_steps = 0.0, 0

    @property
    def layers(self) -> tuple[str, ...]:
        return _LAYERS

    @property
    def stack(self) -> Stack:
        """The averaged one, that is shown."""
        return self._learner.mean

    @property
    def learning(self) -> int:
        """Which layer is learnt now, 0 to 2; 3 is all together."""
        by_share = sum(self._share >= each for each in _STAGES)
        return min(len(_STAGES), max(by_share, self._num_steps // self.params.layer_steps))

    def stage(self, share: float) -> None:
        self._share = share

    def step(self, batch: Batch, rng: torch.Generator) -> dict[str, Tensor]:
        network = self._learner.network
        with torch.enable_grad():
            loss = self._loss(network, batch.x, self.learning, rng)
            self._learner.move(loss, nets.falling(self.params.learning_rate, self._share), averaging=AVERAGING)
        self._num_steps += 1
        return {"loss": loss.detach()}

    def settle(self, batch: Batch) -> None:
        code = self.stack.up(batch.x.flatten(1), 0, 3)
        self.middle, self.spread = code.mean(0), code.std(0, correction=0).clamp(min=_LEAST_SPREAD)

    def held_out_loss(self, batch: Batch, rng: torch.Generator) -> Tensor:
        """Of all layers together, whichever is learnt now."""
        return self._together(self.stack, batch.x, rng)

    def encode(self, x: Tensor, y: Tensor | None = None, layer: str = "latent") -> Tensor:
        code = self.stack.up(x.flatten(1), 0, 1 + _LAYERS.index(layer))
        return (code - self.middle) / self.spread if layer == "latent" else code

    def decode(self, z: Tensor, y: Tensor | None = None, layer: str = "latent") -> Tensor:
        code = z * self.spread + self.middle if layer == "latent" else z
        raw = self.stack.down(code, 1 + _LAYERS.index(layer))
        x = likelihoods.brightness(self.kind, raw)
        return x.reshape(-1, self.shape.channels, self.shape.height, self.shape.width)

    def tensors(self) -> dict[str, Tensor]:
        return {"middle": self.middle, "spread": self.spread, **nets.kept(self._learner, "stack")}

    def on_loaded(self) -> None:
        nets.sync(self._learner)

    def _loss(self, network: Stack, x: Tensor, layer: int, rng: torch.Generator) -> Tensor:
        """Of one layer, which mends its own input while the layers below keep still; or of all."""
        if layer == len(_LAYERS):
            return self._together(network, x, rng)
        if layer == 0:
            return self._rebuilt(network, x, 1, rng)
        with torch.no_grad():
            inner = network.up(x.flatten(1), 0, layer)
        spoilt = corrupted(inner, "Gaussian", self.params.amount, rng)
        return mse_loss(network.decoders[layer](network.encoders[layer](spoilt)), inner)

    def _together(self, network: Stack, x: Tensor, rng: torch.Generator) -> Tensor:
        """The errors of pictures rebuilt from each layer, added."""
        return torch.stack([self._rebuilt(network, x, depth, rng) for depth in (1, 2, 3)]).sum()

    def _rebuilt(self, network: Stack, x: Tensor, depth: int, rng: torch.Generator) -> Tensor:
        """The error of spoilt pictures that go up so many layers and down again.

        The wide code of layer 1 could just copy the picture; so it is spoilt too.
        """
        spoilt = corrupted(x, self.params.noise, self.params.amount, rng).flatten(1)
        code = network.up(spoilt, 0, depth)
        if depth == 1:
            noise = torch.randn(code.shape, generator=rng, device=code.device)
            code = code + self.params.amount * code.detach().std(0, correction=0) * noise
        raw = network.down(code, depth)
        return reconstruction_error(self.kind, x.flatten(1), raw)
