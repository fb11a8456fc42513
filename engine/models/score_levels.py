"""Score matching at many noise levels

A network gives every point an energy at every level of noise. At the coarse levels the data are blurred into one large
valley, at the fine ones every structure is there; each level is learnt by denoising. Together they show how a landscape
comes out of noise: turn the level from coarse to fine.

Samples are drawn by annealing. Points start anywhere, walk a little on the coarsest landscape, then on the next, and
end on the one that is shown: the coarse ones lead them to all valleys, where a single fine one would leave them stuck.

Equation: L = \\tfrac{1}{2} \\mathbb{E}_{\\sigma} \\, \\mathbb{E} \\, \\left\\| \\sigma \\nabla E(\\tilde{x}, \\sigma) -
\\frac{\\tilde{x} - x}{\\sigma} \\right\\|^2, \\quad \\tilde{x} = x + \\sigma \\, \\xi, \\quad \\xi \\sim N(0, I)
Try: Train on two spirals for a while, pause, and turn the level from 1 up to 10 with the samples shown.
Source: Song, Ermon (2019), NeurIPS, for levels and annealing; Vincent (2011), Neural Computation 23(7), for denoising;
Salimans, Ho (2021), ICLR workshop on energy-based models, for a network of the energy instead of the score.
"""

from typing import ClassVar, NamedTuple

import msgspec
import torch
from torch import Tensor, nn

from engine import fields
from engine.knobs import knob
from engine.measures import smoothed_score
from engine.messages import Box, Machine
from engine.models import Batch, Drawing, Picture, Terms, Truth, no_energy
from engine.models import Model as Family
from engine.nets import ACTIVATIONS, Learner, chunked, cpu_rng, multilayer

# The base energy at every level is that of data spread so far from the middle of the plane, blurred.
_DATA_SPREAD = 0.5
# A move of annealing is so many times as long as the noise of its level; from 1.4 on moves would swing ever wider.
_MOVE = 0.7
# Log sigma is given to the network in units of this, so that it bends as easily along levels as across the plane.
_LOG_SIGMA_UNIT = 3.0
# Unless the noise is about as wide as a cell of the truth's grid, the exact score is not known.
_LEAST_KNOWN_SIGMA = 0.01
_NUM_MEASURED = 256
_SMOOTH = tuple(name for name in ACTIVATIONS if name != "relu")


class Params(msgspec.Struct, frozen=True):
    level: int = knob(10, low=1, high=20, help="Which level is shown: 1 is the coarsest, the last the finest.")
    levels: int = knob(10, low=1, high=20, help="How many levels of noise, each finer than the one before by a factor.")
    coarsest: float = knob(
        1.0,
        low=0.2,
        high=2.0,
        scale="log",
        unit="of half the home view",
        help="The noise of level 1. It should be as wide as the data, so that all valleys are one.",
    )
    finest: float = knob(
        0.02,
        low=0.005,
        high=0.2,
        scale="log",
        unit="of half the home view",
        help="The noise of the last level: no structure can be finer.",
    )
    walk_steps: int = knob(10, low=1, high=100, scale="log", help="Moves of a sample on each level, when annealing.")
    learning_rate: float = knob(2e-3, low=1e-5, high=0.1, scale="log", help="How far each step moves the weights.")
    batch_size: int = knob(
        256, low=1, high=8192, scale="log", help="How many data points a step blurs, each by a noise and its opposite."
    )
    weight_decay: float = knob(0.03, low=0.0, high=10.0, help="Pulls the weights to zero: a smoother landscape.")
    averaging: int = knob(
        2000,
        low=1,
        high=10000,
        scale="log",
        unit="steps",
        help="The landscape shown is the mean over this many last steps.",
    )
    width: int = knob(128, low=2, high=1024, scale="log", makes_new_network=True, help="Units in each hidden layer.")
    depth: int = knob(
        2, low=1, high=6, makes_new_network=True, help="Hidden layers: more can bend more, and learn less evenly."
    )
    activation: str = knob("silu", choices=_SMOOTH, makes_new_network=True, help="What bends each unit.")
    detail: float = knob(
        4.0,
        low=0.1,
        high=50.0,
        scale="log",
        makes_new_network=True,
        help="How fine a structure the first layer, which is sines, starts with.",
    )


class _Step(NamedTuple):
    """A step's clean and blurred points, (n, 2) each, sigma (n, 1), and the slope of the energy, (n, 2)."""

    clean: Tensor
    blurred: Tensor
    sigma: Tensor
    slope: Tensor


class Model(Family):
    """E(x, sigma) = network(x, log sigma) + |x|^2 / (2 (spread^2 + sigma^2)), of the data blurred by sigma."""

    kind = "Neural energies"
    layers = ("field", "cursor", "machine")
    # Its energy costs a graph.
    finest = 256
    machine: ClassVar = Machine(
        columns=(
            (
                Box("data", "data", "A batch of the points to learn from."),
                Box("levels", "noise level", "The noise of each of the first 64 points of the batch."),
            ),
            (Box("blurred", "blurred data", "Each point with its noise."),),
            (Box("energy", "energy network", "Gives every point and level its energy, and so a slope."),),
            (Box("cleaned", "denoised data", "Blurred points after sigma squared times the score."),),
            (Box("loss", "compare", "Half the squared distance to the clean points, in units of the noise."),),
        ),
        arrows=(
            ("data", "blurred"),
            ("levels", "blurred"),
            ("blurred", "energy"),
            ("levels", "energy"),
            ("energy", "cleaned"),
            ("cleaned", "loss"),
            ("data", "loss"),
        ),
        stages=(("data", "levels"), ("blurred",), ("energy",), ("cleaned",), ("loss",)),
    )

    def __init__(self, params: Params, rng: torch.Generator, device: torch.device) -> None:
        self.params = params
        sizes = [3, *[params.width] * params.depth, 1]
        network = multilayer(sizes, params.activation, cpu_rng(rng), device, detail=params.detail)
        self.learner = Learner(network, first_pace=params.detail)
        self._device = device
        self._last: _Step | None = None
        self._settled_for = params

    def settle(self) -> None:
        """Let the mean begin anew; not where only another level is looked at."""
        before, self._settled_for = self._settled_for, self.params
        looks_elsewhere = before.level != self.params.level
        if not looks_elsewhere or msgspec.structs.replace(before, level=self.params.level) != self.params:
            self.learner.settle()

    def sigmas(self) -> list[float]:
        """Of each level, from coarse to fine."""
        params, last = self.params, max(1, self.params.levels - 1)
        ratio = params.finest / params.coarsest
        return [params.coarsest * ratio ** (level / last) for level in range(params.levels)]

    @property
    def sigma(self) -> float:
        """Of the level that is shown."""
        return self.sigmas()[min(self.params.level, self.params.levels) - 1]

    def step(self, batch: Batch, rng: torch.Generator) -> Terms:
        """One step on the batch, each point at a level of its own, with its noise and with the opposite one."""
        params, n = self.params, len(batch.x)
        all_sigmas = torch.tensor(self.sigmas(), device=self._device)
        levels = torch.randint(params.levels, (n,), generator=rng, device=rng.device)
        noise = torch.randn(n, 2, generator=rng, device=rng.device)
        # Opposite noises: most of the error that chance makes cancels.
        sigma, noise = all_sigmas[levels].repeat(2)[:, None], torch.cat([noise, -noise])
        clean = batch.x.repeat(2, 1)
        with torch.enable_grad():
            blurred = (clean + sigma * noise).requires_grad_()
            energy = self._energy(self.learner.network, blurred, sigma)
            (slope,) = torch.autograd.grad(energy.sum(), blurred, create_graph=True)
            loss = (sigma * slope - noise).square().sum(1).mean() / 2
            self.learner.move(loss, params.learning_rate, averaging=params.averaging, weight_decay=params.weight_decay)
        self._last = _Step(clean, blurred.detach(), sigma, slope.detach())
        mean_energy = energy.detach().mean()
        return Terms(loss.detach(), mean_energy, no_energy(mean_energy))

    def energy(self, x: Tensor) -> Tensor:
        """At the level that is shown."""
        return self.energy_at(x, self.sigma)

    def energy_at(self, x: Tensor, sigma: float) -> Tensor:
        """Of the data blurred by sigma, (n, 2) -> (n,), in nats."""
        return chunked(lambda piece: self._energy(self.learner.mean, piece, torch.full_like(piece[:, :1], sigma)), x)

    def samples(self, count: int, rng: torch.Generator) -> Tensor:
        """Annealed Langevin dynamics, from the coarsest level to the one that is shown."""
        x = torch.randn(count, 2, generator=rng, device=rng.device) * self.params.coarsest
        for sigma in self.sigmas()[: self.params.level]:
            move = _MOVE * sigma
            for shake in torch.randn(self.params.walk_steps, count, 2, generator=rng, device=rng.device):
                x = x + move**2 / 2 * self._score_at(x, sigma) + move * shake
                # Early in training a slope may lead far away.
                x = x.clamp(-fields.FAR, fields.FAR)
        return x

    def at_cursor(self, x: Tensor) -> tuple[Drawing, str]:
        """Where a point that the shown level blurred came from, on average: x + sigma^2 score(x)."""
        clean = x + self.sigma**2 * self.score(x)
        return Drawing(arrows=torch.cat([x, clean], 1)), f"sigma = {self.sigma:.3g}"

    def remark(self) -> str:
        shown = min(self.params.level, self.params.levels)
        return f"Level {shown} of {self.params.levels}: data blurred by {self.sigma:.3g} of half the home view."

    def pictures(self, rng: torch.Generator) -> dict[str, Picture]:
        nothing = torch.zeros(0, 2, device=self._device)
        last = _Step(nothing, nothing, nothing[:, :1], nothing) if self._last is None else self._last
        clean, blurred, sigma, slope = (each[:200] for each in last)
        return {
            "data": Picture("dots", clean),
            "levels": Picture("bars", sigma[:64, 0].sort().values),
            "blurred": Picture("dots", blurred),
            "cleaned": Picture("dots", blurred - sigma**2 * slope),
        }

    def measures(self, truth: Truth | None, rng: torch.Generator) -> dict[str, float]:
        """The score against that of the truth blurred alike, at draws of it: mean cosine, and relative error."""
        if truth is None or self.sigma < _LEAST_KNOWN_SIGMA:
            return {}
        cells = torch.multinomial(truth.log_masses.exp(), _NUM_MEASURED, replacement=True, generator=rng)
        x = truth.points[cells] + self.sigma * torch.randn(_NUM_MEASURED, 2, generator=rng, device=rng.device)
        exact, own = smoothed_score(truth, x, self.sigma), self.score(x)
        cosine = nn.functional.cosine_similarity(own, exact).mean()
        return {"score cosine": float(cosine), "score error": float((own - exact).norm() / exact.norm())}

    def tensors(self) -> dict[str, Tensor]:
        return self.learner.tensors("network")

    def on_loaded(self) -> None:
        self.learner.restart()
        # The points of the last step were of other weights.
        self._last = None

    def _score_at(self, x: Tensor, sigma: float) -> Tensor:
        with torch.enable_grad():
            x = x.detach().requires_grad_()
            (slope,) = torch.autograd.grad(self.energy_at(x, sigma).sum(), x)
        return -slope

    def _energy(self, network: nn.Module, x: Tensor, sigma: Tensor) -> Tensor:
        """x: (n, 2), sigma: (n, 1) -> (n,)."""
        inputs = torch.cat([x, sigma.log() / _LOG_SIGMA_UNIT], 1)
        base = x.square().sum(1) / (2 * (_DATA_SPREAD**2 + sigma[:, 0].square()))
        energy: Tensor = network(inputs)[:, 0] + base
        return energy
