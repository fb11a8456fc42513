"""What the variational auto-encoders share: two convolutional networks, the bound, and how they learn from it.

A family (models/vae.py, beta_vae.py, conditional_vae.py) says what the KL divergence costs, and if classes are told.
Not covered: bounds of the likelihood of data (bounds.py).
Source: Kingma, Welling (2014), ICLR; Rezende, Mohamed, Wierstra (2014), ICML.
"""

from typing import Any, ClassVar

import msgspec
import torch
from torch import Tensor, nn
from torch.nn.functional import softplus

from engine.images import Shape, likelihoods, nets
from engine.images.models import Batch
from engine.images.models import Model as Family
from engine.knobs import knob
from engine.nets import Learner, cpu_rng

# Of the posterior, in standard deviations of the prior, and where its raw number starts.
_LEAST_SD, _START_SD = 1e-3, 0.5
# The longest memory of a running mean of the weights, in steps.
_AVERAGING = 1000


class Knobs(msgspec.Struct, frozen=True):
    """What all of them may be told."""

    latents: int = knob(32, low=1, high=256, scale="log", makes_new_network=True, help="How many numbers a code has.")
    warm_up: int = knob(
        500,
        low=1,
        high=100_000,
        scale="log",
        unit="steps",
        help="Over so many first steps the price of the KL divergence grows to its full size, so that the posterior "
        "does not collapse at once.",
    )
    likelihood: str = knob(
        "automatic",
        choices=likelihoods.NAMES,
        makes_new_network=True,
        help="The noise on what is decoded. Bernoulli: each pixel is black or white by chance. Gaussian: errors cost "
        "their squares. Smooth Gaussian: likewise, and fine detail counts four times as much as patches. Laplace: "
        "errors cost what they are. Automatic: Bernoulli for grey pictures, else smooth Gaussian.",
    )
    least_noise: float = knob(
        0.1,
        low=1 / 255,
        high=1.0,
        scale="log",
        unit="of full brightness",
        help="How narrow the learnt noise of Gauss or Laplace may become. The pixels of a picture are no independent "
        "witnesses: with narrow noise they outvote the KL divergence, and codes of the prior decode to nothing.",
    )
    binarise: bool = knob(
        False, help="Whether each picture is turned into black and white by chance, anew each time it is learnt from."
    )
    learning_rate: float = knob(2e-3, low=1e-5, high=0.1, scale="log", help="How far each step moves the weights.")
    batch_size: int = knob(64, low=1, high=256, scale="log", help="How many pictures are looked at in each step.")
    width: int = knob(
        32, low=4, high=96, scale="log", makes_new_network=True, help="Channels of the outermost layer; more inwards."
    )


class Coders(nn.Module):
    """Encoder and decoder; `told` (n, classes) is what both are told besides, None for nothing."""

    def __init__(self, params: Any, shape: Shape, told: int, rng: torch.Generator) -> None:
        super().__init__()
        self.encoder = nets.ConvEncoder(shape, 2 * params.latents, params.width, rng, extra=told)
        self.decoder = nets.ConvDecoder(shape, params.latents + told, params.width, rng)
        self._least = params.least_noise
        self.log_width = nn.Parameter(torch.tensor(likelihoods.START_LOG_WIDTH))
        with torch.no_grad():
            # At first the posterior is near the prior, and all pictures are grey.
            self.encoder.last.weight.mul_(0.1)

    def posterior(self, x: Tensor, told: Tensor | None) -> tuple[Tensor, Tensor]:
        """Mean and standard deviation of z, (n, latents) each."""
        mean, raw = self.encoder(x, told).chunk(2, 1)
        return mean, softplus(raw + _START_SD) + _LEAST_SD

    @property
    def noise(self) -> Tensor:
        """The width of the noise, a scalar."""
        width: Tensor = self.log_width.exp() + self._least
        return width

    def raw(self, z: Tensor, told: Tensor | None) -> Tensor:
        """What the decoder says of each pixel, see likelihoods.py."""
        raw: Tensor = self.decoder(z if told is None else torch.cat([z, told], 1))
        return raw


class Variational(Family):
    """A VAE without the price of its KL divergence, which each family says by `cost`.

    The posterior of `tells_classes` is told the class too, and so is the decoder.
    """

    has_prior = True
    tells_classes: ClassVar[bool] = False

    def __init__(self, params: Any, shape: Shape, num_classes: int, rng: torch.Generator, device: torch.device) -> None:
        self.params, self.shape = params, shape
        self.num_classes = num_classes if self.tells_classes else 0
        self.kind = likelihoods.kind_of(params.likelihood, shape)
        self._learner = Learner(Coders(params, shape, self.num_classes, cpu_rng(rng)).to(device))
        self._share, self._num_steps = 0.0, 0

    def cost(self, kl: Tensor, num_steps: int) -> Tensor:
        """What the loss adds for these KL divergences, (n, latents) -> (n,), after so many steps."""
        raise NotImplementedError

    @property
    def coders(self) -> Coders:
        """The averaged ones, that are shown."""
        return self._learner.mean

    def stage(self, share: float) -> None:
        self._share = share

    def step(self, batch: Batch, rng: torch.Generator) -> dict[str, Tensor]:
        """One step up the bound, with one draw of z for each picture."""
        coders = self._learner.network
        self._num_steps += 1
        with torch.enable_grad():
            likelihood, kl = self._parts(coders, self._shown(batch, rng), rng, self._told_sometimes(batch, rng))
            loss = (self.cost(kl, self._num_steps) - likelihood).mean()
            # Nats for each number of the picture: the same size for any shape, so that one learning rate serves all.
            self._learner.move(
                loss / batch.x[0].numel(), nets.falling(self.params.learning_rate, self._share), averaging=_AVERAGING
            )
        return {"loss": loss.detach(), "reconstruction": -likelihood.detach().mean(), "KL": kl.detach().sum(1).mean()}

    def held_out_loss(self, batch: Batch, rng: torch.Generator) -> Tensor:
        """With the KL divergence as it counts after the warm-up."""
        likelihood, kl = self._parts(self.coders, self._shown(batch, rng), rng, self._told(batch.y, batch.x))
        return (self.cost(kl, 10**9) - likelihood).mean()

    def encode(self, x: Tensor, y: Tensor | None = None, layer: str = "latent") -> Tensor:
        return self.posterior(x, y)[0]

    def decode(self, z: Tensor, y: Tensor | None = None, layer: str = "latent") -> Tensor:
        return likelihoods.brightness(self.kind, self.coders.raw(z, self._told(y, z)))

    def posterior(self, x: Tensor, y: Tensor | None = None) -> tuple[Tensor, Tensor]:
        return self.coders.posterior(x, self._told(y, x))

    def log_likelihood(self, x: Tensor, z: Tensor, y: Tensor | None = None) -> Tensor:
        raw = self.coders.raw(z, self._told(y, z))
        return likelihoods.log_likelihood(self.kind, x, raw, self.coders.noise)

    def tensors(self) -> dict[str, Tensor]:
        return nets.kept(self._learner, "coders")

    def on_loaded(self) -> None:
        nets.sync(self._learner)

    def _parts(self, coders: Coders, x: Tensor, rng: torch.Generator, told: Tensor | None) -> tuple[Tensor, Tensor]:
        """log p(x | z) (n,) of one draw each, and the KL divergences of the latents (n, latents), in nats."""
        mean, sd = coders.posterior(x, told)
        z = mean + sd * torch.randn(mean.shape, generator=rng, device=mean.device)
        likelihood = likelihoods.log_likelihood(self.kind, x, coders.raw(z, told), coders.noise)
        return likelihood, kl_divergence(mean, sd)

    def _shown(self, batch: Batch, rng: torch.Generator) -> Tensor:
        return likelihoods.binarised(batch.x, rng) if self.params.binarise else batch.x

    def _told(self, y: Tensor | None, like: Tensor) -> Tensor | None:
        return nets.classes(y, self.num_classes, like) if self.num_classes else None

    def _told_sometimes(self, batch: Batch, rng: torch.Generator) -> Tensor | None:
        """One class in ten is kept secret, so that pictures without one can be encoded and decoded too."""
        told = self._told(batch.y, batch.x)
        if told is None:
            return None
        return told * (torch.rand(len(told), 1, generator=rng, device=told.device) > 0.1)


def kl_divergence(mean: Tensor, sd: Tensor) -> Tensor:
    """KL(N(mean, sd^2) || N(0, 1)) of each latent, in nats."""
    return (mean.square() + sd.square() - 1) / 2 - sd.log()
