"""Variational auto-encoder

The decoder turns latent numbers z, drawn from a standard normal distribution, into points, with noise whose width it
says too. How likely a point is would be an integral over all z. The encoder guesses, for each point, the z it may have
come from: a Gaussian, the posterior. With its help the integral is bounded from below by the ELBO, which training
raises: points must be rebuilt well (reconstruction), and the guess must not stray far from the prior (KL divergence).

The energy is minus this bound. Several guesses, each weighted by its importance, give a tighter one. Noise for the
guesses is the same at every point and in every frame. When beta is large, guessing nothing is cheapest: the posterior
collapses to the prior, and the decoder ignores z.

Equation: E(x) = -\\log \\frac{1}{k} \\sum_{i=1}^{k} \\frac{p(x \\mid z_i) p(z_i)}{q(z_i \\mid x)}, \\quad z_i \\sim
q(z \\mid x) = \\mathcal{N}(\\mu(x), \\sigma(x)^2)
Try: Train on two moons with the warped grid in view (manifold), then set beta to 10: the grid shrinks to a point.
Source: Kingma, Welling (2014), ICLR; Rezende, Mohamed, Wierstra (2014), ICML; Burda, Grosse, Salakhutdinov (2016),
ICLR, for importance weights; Higgins et al. (2017), ICLR, for beta; Sønderby et al. (2016), NeurIPS, for the warm-up.
"""

import math
from functools import lru_cache
from typing import ClassVar

import msgspec
import torch
from torch import Tensor, nn
from torch.nn.functional import softplus

from engine import geometry
from engine.knobs import knob
from engine.messages import Box, Machine
from engine.models import Batch, Drawing, Picture, Terms, Truth, no_energy
from engine.models import Model as Family
from engine.nets import ACTIVATIONS, Learner, chunked, cpu_rng, multilayer

# A kink of relu in each of many units would be a jump of the arrows.
_SMOOTH = tuple(name for name in ACTIVATIONS if name != "relu")
# On the plane. Widths of data that are a point or a line are counted as this.
_LEAST_SPREAD = 0.02
# Of the decoder's noise and of the posterior, in standard deviations of the data and of the prior.
_LEAST_NOISE, _LEAST_SD = 0.01, 1e-3
# In raw numbers, see `softplus`. A posterior that starts narrow tells the decoder something; a wide one soon collapses.
_START_NOISE, _START_SD = -1.0, -3.0
# Points times latent draws that are decoded at a time.
_CHUNK = 16_384
# How far out z is drawn, and its grid: lines each way, and corners of each.
_REACH, _LINES, _CORNERS = 2.5, 11, 61
# Below this a latent tells nothing, in nats.
_COLLAPSED = 0.05
_JUDGED_POINTS = 512


class Params(msgspec.Struct, frozen=True):
    latents: int = knob(2, low=1, high=2, makes_new_network=True, help="How many numbers z has: a curve or a sheet.")
    beta: float = knob(
        1.0,
        low=0.0,
        high=100.0,
        help="How much the KL divergence counts in the loss. 1 is the bound itself; large ones make the posterior "
        "collapse.",
    )
    estimate: str = knob(
        "importance weighted",
        choices=("importance weighted", "ELBO"),
        help="Which bound the landscape shows. The gap between the two is what the encoder's guess costs.",
    )
    draws: int = knob(
        32,
        low=2,
        high=512,
        scale="log",
        help="How many z are weighed for each point of the landscape: k. More give a tighter bound, and take longer.",
    )
    training_draws: int = knob(
        8,
        low=1,
        high=64,
        scale="log",
        help="How many z are weighed in each step. 1 trains the ELBO; more train the importance weighted bound, for "
        "which the posterior need not fit as well.",
    )
    warm_up: int = knob(
        4000,
        low=1,
        high=100_000,
        scale="log",
        unit="steps",
        help="Over so many first steps beta grows from 0, so that the posterior does not collapse at once.",
    )
    learning_rate: float = knob(2e-3, low=1e-5, high=0.1, scale="log", help="How far each step moves the weights.")
    batch_size: int = knob(64, low=1, high=8192, scale="log", help="How many data points are looked at in each step.")
    noise: float = knob(
        0.01,
        low=0.0,
        high=0.2,
        unit="of half the home view",
        help="Noise added to the points in each step. More makes the landscape smoother, and blurs what is sharp.",
    )
    weight_decay: float = knob(0.001, low=0.0, high=10.0, help="Pulls the weights to zero: a smoother landscape.")
    averaging: int = knob(
        4000,
        low=1,
        high=10000,
        scale="log",
        unit="steps",
        help="The landscape shown is the mean over this many last steps.",
    )
    width: int = knob(64, low=2, high=1024, scale="log", makes_new_network=True, help="Units in each hidden layer.")
    depth: int = knob(
        3,
        low=0,
        high=6,
        makes_new_network=True,
        help="Hidden layers of encoder and decoder each. With none it is probabilistic PCA.",
    )
    activation: str = knob("silu", choices=_SMOOTH, makes_new_network=True, help="What bends each unit.")
    detail: float = knob(
        3.0,
        low=0.1,
        high=50.0,
        scale="log",
        makes_new_network=True,
        help="How fine a structure the first layers start with: they are waves this short.",
    )


class Coders(nn.Module):
    """Encoder and decoder of whitened points u (n, 2) and latents z (n, k, latents); bounds are (n,), in nats."""

    def __init__(self, params: Params, rng: torch.Generator, device: torch.device) -> None:
        super().__init__()
        latents, hidden = params.latents, [params.width] * params.depth
        detail = params.detail if params.depth else None
        self.encoder = multilayer(
            [2, *hidden, 2 * latents], params.activation, rng, device, detail=detail, last_scale=0.1
        )
        self.decoder = multilayer([latents, *hidden, 3], params.activation, rng, device, detail=detail)

    def posterior(self, u: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and standard deviation of z, given the points, (n, latents) each."""
        mean, raw = self.encoder(u).chunk(2, 1)
        return mean, softplus(raw + _START_SD) + _LEAST_SD

    def decoded(self, z: Tensor) -> tuple[Tensor, Tensor]:
        """Mean (..., 2) and standard deviation (..., 1) of the points, given z (..., latents)."""
        mean, raw = self.decoder(z).split([2, 1], -1)
        return mean, softplus(raw + _START_NOISE) + _LEAST_NOISE

    def log_likelihood(self, u: Tensor, z: Tensor) -> Tensor:
        """log p(u | z), (n, 2) and (n, k, latents) -> (n, k)."""
        mean, sd = self.decoded(z)
        squared = ((u[:, None] - mean) / sd).square().sum(2)
        return -squared / 2 - 2 * sd[..., 0].log() - math.log(2 * math.pi)

    def elbo(self, u: Tensor, normal: Tensor, beta: Tensor | float = 1.0) -> Tensor:
        """Mean log likelihood of z drawn by standard normal numbers (n or 1, k, latents), minus beta times the KL."""
        mean, sd = self.posterior(u)
        likelihood = self.log_likelihood(u, mean[:, None] + sd[:, None] * normal).mean(1)
        return likelihood - beta * _kl(mean, sd).sum(1)

    def importance_weighted(self, u: Tensor, normal: Tensor, beta: Tensor | float = 1.0) -> Tensor:
        """The log of the mean of p(u | z) (p(z) / q(z | u))^beta over the same draws."""
        mean, sd = self.posterior(u)
        z = mean[:, None] + sd[:, None] * normal
        log_ratio = (normal.square() - z.square()).sum(2) / 2 + sd.log().sum(1, keepdim=True)
        weights = self.log_likelihood(u, z) + beta * log_ratio
        return torch.logsumexp(weights, 1) - math.log(weights.shape[1])


class Model(Family):
    """`shift` and `scale` (2,) whiten the plane; the averaged coders are shown."""

    kind = "Latent variables"
    layers = ("field", "manifold", "cursor", "machine")
    finest = 64
    machine: ClassVar = Machine(
        columns=(
            (Box("data", "data", "A batch of the points to learn from."),),
            (Box("encoder", "encoder", "Guesses z for each point: here the means of its posterior."),),
            (
                Box("prior", "prior", "Draws of z from the standard normal distribution."),
                Box("z", "z", "Draws of z from the posteriors; they should fill the prior."),
            ),
            (Box("decoder", "decoder", "Makes points of z: here of draws from the prior."),),
            (Box("rebuilt", "reconstruction", "The data's z, decoded again."),),
            (Box("loss", "minus the bound", "Misfit of the reconstruction plus beta times the KL divergence."),),
        ),
        arrows=(
            ("data", "encoder"),
            ("encoder", "z"),
            ("prior", "decoder"),
            ("z", "decoder"),
            ("decoder", "rebuilt"),
            ("rebuilt", "loss"),
        ),
        stages=(("data",), ("encoder",), ("z", "prior"), ("decoder",), ("rebuilt",), ("loss",)),
    )

    def __init__(self, params: Params, rng: torch.Generator, device: torch.device) -> None:
        self.params = params
        self.shift, self.scale = torch.zeros(2, device=device), torch.full((2,), 0.5, device=device)
        self._learner = Learner(Coders(params, cpu_rng(rng), device))
        # On the device and in the file: the warm-up goes on where it was.
        self._num_steps = torch.zeros((), device=device)
        self._batch = torch.zeros(0, 2, device=device)

    @property
    def coders(self) -> Coders:
        """The averaged ones, that are shown."""
        return self._learner.mean

    def begin(self, data: Batch, rng: torch.Generator) -> None:
        """Whiten by the data."""
        self.shift, self.scale = data.x.mean(0), data.x.std(0).clamp(min=_LEAST_SPREAD)

    def settle(self) -> None:
        self._learner.settle()

    def step(self, batch: Batch, rng: torch.Generator) -> Terms:
        """Raise the bound at the batch, a little shaken."""
        params, x, coders = self.params, batch.x, self._learner.network
        self._batch = x
        self._num_steps += 1
        beta = params.beta * (self._num_steps / params.warm_up).clamp(max=1)
        shake = torch.randn(x.shape, generator=rng, device=x.device)
        normal = torch.randn(len(x), params.training_draws, params.latents, generator=rng, device=x.device)
        bound = coders.elbo if params.training_draws == 1 else coders.importance_weighted
        with torch.enable_grad():
            loss = -bound(self._whitened(x + params.noise * shake), normal, beta).mean() + self.scale.log().sum()
            self._learner.move(loss, params.learning_rate, averaging=params.averaging, weight_decay=params.weight_decay)
        loss = loss.detach()
        return Terms(loss, loss, no_energy(loss))

    def energy(self, x: Tensor) -> Tensor:
        return self.energy_by(self.params.estimate, x)

    def energy_by(self, estimate: str, x: Tensor) -> Tensor:
        """Minus the bound of this name at beta 1, whatever the loss has, (n, 2) -> (n,)."""
        coders, normal = self.coders, standard_normal(self.params.draws, self.params.latents, x.device)
        bound = coders.elbo if estimate == "ELBO" else coders.importance_weighted
        size = max(1, _CHUNK // self.params.draws)
        return chunked(lambda piece: -bound(self._whitened(piece), normal), x, size) + self.scale.log().sum()

    def samples(self, count: int, rng: torch.Generator) -> Tensor:
        """The decoder's points of z from the prior, with its noise."""
        z = torch.randn(count, self.params.latents, generator=rng, device=rng.device)
        mean, sd = self.coders.decoded(z)
        noise = torch.randn(mean.shape, generator=rng, device=rng.device)
        return self.shift + self.scale * (mean + sd * noise)

    def manifold(self) -> Drawing:
        """The decoder's curve, or its warped grid, of all z that the prior makes likely."""
        device = self.shift.device
        if self.params.latents == 1:
            lines = [torch.linspace(-_REACH, _REACH, _LINES * _CORNERS, device=device)[:, None]]
        else:
            lines = geometry.grid_lines(_REACH, _LINES, _CORNERS, device)
        return Drawing(lines=geometry.warped(lines, self._on_plane))

    def at_cursor(self, x: Tensor) -> tuple[Drawing, str]:
        """The decoder's picture of the posterior at one and two standard deviations, and the reconstruction."""
        mean, sd = self.coders.posterior(self._whitened(x))
        along = torch.linspace(-1, 1, _CORNERS, device=x.device)[:, None]
        shape = along if self.params.latents == 1 else geometry.circle(x.device)
        lines = geometry.warped([mean + reach * sd * shape for reach in (1.0, 2.0)], self._on_plane)
        numbers = [" ".join(f"{float(each):.2f}" for each in row[0]) for row in (mean, sd)]
        text = f"z: mean {numbers[0]}, sd {numbers[1]}; KL = {float(_kl(mean, sd).sum()):.2f} nats"
        return Drawing(lines=lines, arrows=torch.cat([x, self._on_plane(mean)], 1)), text

    def pictures(self, rng: torch.Generator) -> dict[str, Picture]:
        data, latents = self._batch[:200], self.params.latents
        mean, sd = self.coders.posterior(self._whitened(data))
        z = mean + sd * torch.randn(mean.shape, generator=rng, device=rng.device)
        prior = torch.randn(200, latents, generator=rng, device=rng.device)
        dots = {"encoder": mean, "prior": prior, "z": z}
        # A single latent lies on a line.
        shown = {name: torch.cat([each, torch.zeros_like(each)], 1)[:, :2] / _REACH for name, each in dots.items()}
        if latents == 2:
            shown = {name: each / _REACH for name, each in dots.items()}
        shown |= {"data": data, "decoder": self._on_plane(prior), "rebuilt": self._on_plane(z)}
        return {name: Picture("dots", each) for name, each in shown.items()}

    def remark(self) -> str:
        """Which latents tell nothing any more."""
        if len(self._batch) == 0:
            return ""
        told = self._kl_per_latent()
        gone = [f"z{number + 1}" for number, nats in enumerate(told.tolist()) if nats < _COLLAPSED]
        if not gone:
            return ""
        verb = "has" if len(gone) == 1 else "have"
        return (
            f"{' and '.join(gone)} {verb} collapsed: the posterior is the prior, and the decoder learns nothing of x."
        )

    def measures(self, truth: Truth | None, rng: torch.Generator) -> dict[str, float]:
        """On points of the last batch: how much tighter importance weights make the bound, and what z tells."""
        if len(self._batch) == 0:
            return {}
        x = self._batch[:_JUDGED_POINTS]
        gap = self.energy_by("ELBO", x) - self.energy_by("importance weighted", x)
        return {"ELBO gap": float(gap.mean()), "KL per latent": float(self._kl_per_latent().mean())}

    def tensors(self) -> dict[str, Tensor]:
        own = {"shift": self.shift, "scale": self.scale, "num_steps": self._num_steps}
        return own | self._learner.tensors("coders")

    def on_loaded(self) -> None:
        self._learner.restart()

    def _whitened(self, x: Tensor) -> Tensor:
        return (x - self.shift) / self.scale

    def _on_plane(self, z: Tensor) -> Tensor:
        """The decoder's mean, (n, latents) -> (n, 2)."""
        return self.shift + self.scale * self.coders.decoded(z)[0]

    def _kl_per_latent(self) -> Tensor:
        """The mean over the last batch, (latents,), in nats."""
        return _kl(*self.coders.posterior(self._whitened(self._batch[:_JUDGED_POINTS]))).mean(0)


@lru_cache(maxsize=8)
def standard_normal(draws: int, latents: int, device: torch.device) -> Tensor:
    """The same spread-out draws (1, draws, latents) each time, with mean 0 and variance 1 exactly.

    By the exact moments both bounds have the same mean of log p(z) / q(z), so that the weighted one is never the lower.
    """
    uniform = torch.quasirandom.SobolEngine(latents, scramble=True, seed=0).draw(draws)  # type: ignore[no-untyped-call]
    normal = math.sqrt(2) * torch.erfinv(2 * uniform.clamp(1e-4, 1 - 1e-4) - 1)
    normal = (normal - normal.mean(0)) / normal.std(0, correction=0)
    return normal[None].to(device)


def _kl(mean: Tensor, sd: Tensor) -> Tensor:
    """KL(q(z | x), p(z)) of each latent, (n, latents), in nats."""
    return (mean.square() + sd.square() - 1) / 2 - sd.log()
