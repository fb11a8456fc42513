"""Generative adversarial network

Two networks play against each other. The generator turns noise into points; the discriminator tells them from the data
and is the landscape: its energy is minus its logit, low where it would bet on data and high where on the generator. It
pushes the energy down at the data and up at the generated points, and these roll down the slope that it made.

When the two agree the landscape is flat: it never tells how likely a point is, only where data and generator differ.
A generator that is quicker than its judge may crowd on a few clumps and be chased from one to the next: mode collapse.
The gradient penalty keeps the slopes gentle, so that neither side overshoots: at the data its squared length is to be
small (R1); with Wasserstein's loss its length, between data and generated points, is to be 1.

Equation: E(x) = -\\log \\frac{D(x)}{1 - D(x)}, \\quad \\min_D \\; -\\mathbb{E}_{data}[\\log D(x)] -
\\mathbb{E}_{noise}[\\log(1 - D(G(z)))]
Try: On the eight Gaussians set discriminator width to 16, its depth to 1, detail to 0.5, penalty to 0, averaging to 1
and generator learning rate to 0.01: the generated points crowd on a few clumps, leave the others empty, and run from
one to the next, which is mode collapse.
Source: Goodfellow et al. (2014), NeurIPS; Mao et al. (2017), ICCV, for least squares; Gulrajani et al. (2017), NeurIPS,
for Wasserstein's; Lim, Ye (2017), arXiv:1705.02894, for the hinge; Mescheder, Geiger, Nowozin (2018), ICML, for R1.
"""

import copy
from collections.abc import Callable
from typing import ClassVar, NamedTuple

import msgspec
import torch
from torch import Tensor, nn
from torch.nn.functional import softplus

from engine import geometry
from engine.fields import FAR
from engine.knobs import knob
from engine.messages import Box, Machine
from engine.models import NO_POINTS, Batch, Drawing, Phases, Picture, Pushes, Terms
from engine.models import Model as Family
from engine.nets import ACTIVATIONS, Learner, chunked, cpu_rng, multilayer

# What Adam remembers of the slopes: with a short memory the two networks swing less around each other.
_BETAS = (0.5, 0.99)
# The grid of noise that is warped: how far, in standard deviations, how many lines each way, and points on each.
_GRID_REACH, _GRID_LINES, _GRID_CORNERS = 2.5, 11, 81
_NUM_DOTS = 200
# The penalty is on slopes, which must be able to change: between the kinks of relu they cannot.
SMOOTH = tuple(name for name in ACTIVATIONS if name != "relu")
# How long the small plain gradient step of a push is.
_PUSH = 1e-3


class _Losses(NamedTuple):
    """What each player makes smaller, from energies (n,): the discriminator of data and fakes, then the generator."""

    data: Callable[[Tensor], Tensor]
    fake: Callable[[Tensor], Tensor]
    generator: Callable[[Tensor], Tensor]


LOSSES = {
    "non-saturating": _Losses(softplus, lambda energy: softplus(-energy), softplus),
    "least squares": _Losses(
        lambda energy: (energy + 1).square(), lambda energy: (energy - 1).square(), lambda energy: energy.square()
    ),
    "Wasserstein": _Losses(lambda energy: energy, lambda energy: -energy, lambda energy: energy),
    "hinge": _Losses(lambda energy: (1 + energy).relu(), lambda energy: (1 - energy).relu(), lambda energy: energy),
}


class Params(msgspec.Struct, frozen=True):
    loss: str = knob(
        "non-saturating",
        choices=tuple(LOSSES),
        help="What the players want. Non-saturating: to tell data from fakes by their odds. Least squares: energy -1 "
        "at data, 1 at fakes, and 0 for the generator. Wasserstein: the largest gap between the mean energies. Hinge: "
        "a gap of 2, and no more.",
    )
    turns: str = knob(
        "both",
        choices=("both", "discriminator only", "generator only"),
        help="Who learns. With the generator held still, the energy settles at the log of how much likelier a point is "
        "to be generated than to be data.",
    )
    discriminator_steps: int = knob(
        1, low=1, high=10, help="How many steps the discriminator makes before each of the generator."
    )
    penalty: float = knob(
        0.03,
        low=0.0,
        high=10.0,
        help="Weight of the gradient penalty: R1, or with Wasserstein's loss the distance of the slope from 1.",
    )
    generator_learning_rate: float = knob(
        5e-4, low=1e-5, high=0.1, scale="log", help="How far each step moves the generator's weights."
    )
    discriminator_learning_rate: float = knob(
        2e-3, low=1e-5, high=0.1, scale="log", help="How far each step moves the discriminator's weights."
    )
    batch_size: int = knob(
        256, low=1, high=8192, scale="log", help="How many data points, and as many fakes, are compared in each step."
    )
    averaging: int = knob(
        1000,
        low=1,
        high=10000,
        scale="log",
        unit="steps",
        help="The landscape and the generator shown are means over this many last steps; 1 shows the newest.",
    )
    latent: int = knob(
        2,
        low=1,
        high=2,
        makes_new_network=True,
        help="Numbers of noise that the generator starts from: with 1 all it makes lies on a curve.",
    )
    generator_width: int = knob(
        128, low=2, high=512, scale="log", makes_new_network=True, help="Units in each hidden layer of the generator."
    )
    generator_depth: int = knob(
        3,
        low=0,
        high=4,
        makes_new_network=True,
        help="Hidden layers of the generator; with 0 it makes one round clump.",
    )
    discriminator_width: int = knob(
        128, low=2, high=512, scale="log", makes_new_network=True, help="Units in each layer of the discriminator."
    )
    discriminator_depth: int = knob(
        2, low=1, high=4, makes_new_network=True, help="Hidden layers of the discriminator: more can bend more."
    )
    activation: str = knob("silu", choices=SMOOTH, makes_new_network=True, help="What bends each unit.")
    detail: float = knob(
        2.0,
        low=0.1,
        high=50.0,
        scale="log",
        makes_new_network=True,
        help="How fine a structure the discriminator sees: its first layer is waves this short.",
    )


class _Step(NamedTuple):
    """A step's data and fakes, (n, 2) each, the noise of the fakes (n, latent), and whose turn it was."""

    data: Tensor
    fake: Tensor
    noise: Tensor
    turns: str


class Model(Family):
    """Both networks, and of each the running mean that is shown."""

    kind = "Adversarial"
    is_density = False
    layers = ("phases", "field", "manifold", "cursor", "machine")
    machine: ClassVar = Machine(
        columns=(
            (Box("noise", "noise", "Normal random numbers, the generator's input."),),
            (Box("generator", "generator", "A network from noise to points: where it carries a square grid."),),
            (
                Box("samples", "generated points", "What the generator made of the noise."),
                Box("data", "data", "A batch of the points to learn from."),
            ),
            (Box("energy", "discriminator", "Tells data from fakes: low energy where it bets on data."),),
            (Box("loss", "loss", "How badly the discriminator tells the two apart."),),
        ),
        arrows=(
            ("noise", "generator"),
            ("generator", "samples"),
            ("samples", "energy"),
            ("data", "energy"),
            ("energy", "loss"),
            ("energy", "generator"),
        ),
        stages=(("noise",), ("generator",), ("samples", "data"), ("energy",), ("loss",)),
    )

    def __init__(self, params: Params, rng: torch.Generator, device: torch.device) -> None:
        self.params = params
        self._device = device
        weights = cpu_rng(rng)

        generator = [params.latent, *[params.generator_width] * params.generator_depth, 2]
        discriminator = [2, *[params.discriminator_width] * params.discriminator_depth, 1]
        self._generator = Learner(multilayer(generator, params.activation, weights, device), _BETAS)
        self._discriminator = Learner(
            multilayer(discriminator, params.activation, weights, device, detail=params.detail), _BETAS
        )
        self._last: _Step | None = None

    def settle(self) -> None:
        self._generator.settle()
        self._discriminator.settle()

    def step(self, batch: Batch, rng: torch.Generator) -> Terms:
        """The discriminator's turns on the batch, each against new fakes, then the generator's on the last of them."""
        params, losses = self.params, LOSSES[self.params.loss]
        is_judging, is_generating = params.turns != "generator only", params.turns != "discriminator only"
        with torch.enable_grad():
            for _ in range(params.discriminator_steps if is_judging else 1):
                noise = torch.randn(len(batch.x), params.latent, generator=rng, device=batch.x.device)
                fake = generated(self._generator.network, noise)
                energies = self._discriminator.network(torch.cat([batch.x, fake.detach()]))[:, 0]
                of_data, of_fake = energies[: len(batch.x)], energies[len(batch.x) :]
                loss = losses.data(of_data).mean() + losses.fake(of_fake).mean()
                if is_judging:
                    self._judge(loss, batch.x, fake.detach(), rng)
            if is_generating:
                generator_loss = self._generate(fake)
                loss = loss if is_judging else generator_loss
        self._last = _Step(batch.x, fake.detach(), noise, params.turns)
        return Terms(loss.detach(), of_data.detach().mean(), of_fake.detach().mean())

    def energy(self, x: Tensor) -> Tensor:
        return chunked(lambda piece: self._discriminator.mean(piece)[:, 0], x)

    def phases(self, rng: torch.Generator) -> Phases:
        """The data and the fakes that were compared, also where the discriminator did not learn from them."""
        return Phases(NO_POINTS, NO_POINTS) if self._last is None else Phases(self._last.data, self._last.fake)

    def pushes(self, x: Tensor) -> Pushes | None:
        """How a small plain gradient step of each half of the discriminator's loss alone changes the energy at x."""
        last = self._last
        if last is None:
            return None
        if last.turns == "generator only":
            return Pushes(x.new_zeros(len(x)), x.new_zeros(len(x)))
        losses = LOSSES[self.params.loss]
        return Pushes(self._pushed(last.data, losses.data, x), self._pushed(last.fake, losses.fake, x))

    def samples(self, count: int, rng: torch.Generator) -> Tensor:
        """Of the averaged generator."""
        noise = torch.randn(count, self.params.latent, generator=rng, device=rng.device)
        return generated(self._generator.mean, noise)

    def manifold(self) -> Drawing:
        """Where the averaged generator carries a square grid of noise, or with one number of it the line."""
        if self.params.latent == 1:
            lines = [torch.linspace(-_GRID_REACH, _GRID_REACH, 400, device=self._device)[:, None]]
        else:
            lines = geometry.grid_lines(_GRID_REACH, _GRID_LINES, _GRID_CORNERS, self._device)
        return Drawing(lines=geometry.warped(lines, lambda z: generated(self._generator.mean, z)))

    def at_cursor(self, x: Tensor) -> tuple[Drawing, str]:
        """Which way a generated point would be moved from here, at most a tenth of the plane far."""
        energy, score = self.energy_and_score(x)
        towards = 0.1 * score / score.norm().clamp(min=1.0)
        bet = float(torch.sigmoid(-energy))
        return Drawing(arrows=torch.cat([x, x + towards], 1), dots=x), f"E = {float(energy):.2f}, D = {bet:.2f}"

    def pictures(self, rng: torch.Generator) -> dict[str, Picture]:
        """Before the first step, of noise that is drawn for the picture."""
        latent, last = self.params.latent, self._last
        noise = torch.randn(_NUM_DOTS, latent, generator=rng, device=rng.device) if last is None else last.noise
        noise = noise[:_NUM_DOTS]
        axis = torch.linspace(-_GRID_REACH, _GRID_REACH, 14 if latent == 2 else _NUM_DOTS, device=self._device)
        grid = torch.cartesian_prod(axis, axis) if latent == 2 else axis[:, None]
        return {
            "noise": Picture("dots", noise if latent == 2 else torch.cat([noise, torch.zeros_like(noise)], 1)),
            "generator": Picture("dots", generated(self._generator.mean, grid)),
            "samples": Picture("dots", generated(self._generator.network, noise)),
            "data": Picture("dots", NO_POINTS if last is None else last.data[:_NUM_DOTS]),
        }

    def lit(self) -> tuple[str, ...]:
        """Without the player who was held still; the generator asks for no data."""
        if self._last is None or self._last.turns == "both":
            return ()
        is_judging = self._last.turns == "discriminator only"
        return ("noise", "samples", "data", "energy", "loss") if is_judging else ("noise", "generator", "samples")

    def tensors(self) -> dict[str, Tensor]:
        return self._generator.tensors("generator") | self._discriminator.tensors("discriminator")

    def on_loaded(self) -> None:
        self._generator.restart()
        self._discriminator.restart()
        self._last = None

    def _judge(self, loss: Tensor, data: Tensor, fake: Tensor, rng: torch.Generator) -> None:
        """The discriminator's step."""
        params = self.params
        if params.penalty > 0:
            loss = loss + params.penalty * gradient_penalty(self._discriminator.network, params.loss, data, fake, rng)
        self._discriminator.move(loss, params.discriminator_learning_rate, averaging=params.averaging)

    def _generate(self, fake: Tensor) -> Tensor:
        """The generator's step, against the discriminator as it is now; returns its loss."""
        loss = LOSSES[self.params.loss].generator(self._discriminator.network(fake)[:, 0]).mean()
        # Only as far back as the points, so that nothing is computed for the discriminator's weights.
        (slope,) = torch.autograd.grad(loss, fake)
        pulled = (fake * slope).sum()
        self._generator.move(pulled, self.params.generator_learning_rate, averaging=self.params.averaging)
        return loss

    @torch.enable_grad()
    def _pushed(self, points: Tensor, half: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
        network = copy.deepcopy(self._discriminator.network)
        before = network(x)[:, 0].detach()
        parameters: list[Tensor] = list(network.parameters())
        slopes = torch.autograd.grad(half(network(points)[:, 0]).mean(), parameters)
        with torch.no_grad():
            torch._foreach_add_(parameters, slopes, alpha=-_PUSH)
            after: Tensor = (network(x)[:, 0] - before) / _PUSH
        return after


def generated(network: nn.Module, noise: Tensor) -> Tensor:
    """Points on the plane from noise, (n, latent) -> (n, 2); none can leave it."""
    raw: Tensor = network(noise)
    return FAR * torch.tanh(raw / FAR)


def gradient_penalty(network: nn.Module, loss: str, data: Tensor, fake: Tensor, rng: torch.Generator) -> Tensor:
    """From the slope of the energy: half its squared length at the data, for Wasserstein's the squared distance of its
    length from 1 at points that are drawn between data and fakes; the mean over (n, 2) points, a scalar.
    """
    at = data
    if loss == "Wasserstein":
        at = torch.lerp(data, fake, torch.rand(len(data), 1, generator=rng, device=data.device))
    at = at.detach().requires_grad_()
    (slope,) = torch.autograd.grad(network(at).sum(), at, create_graph=True)
    squared = slope.square().sum(1)
    if loss == "Wasserstein":
        # The root has no slope at 0.
        return ((squared + 1e-12).sqrt() - 1).square().mean()
    return squared.mean() / 2
