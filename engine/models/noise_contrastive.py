"""Noise contrastive estimation

A network learns to tell data from noise whose density is known. If it tells them apart as well as can be, its odds are
the ratio of the two densities, and so it knows the density of the data: a density is learnt by a classifier. The energy
and log Z, which makes exp(-E) / Z integrate to one, are both learnt; no samples from the model are needed.

All depends on the noise. Where there is none, nothing pushes the energy up; where it is too unlike the data, telling
them apart is too easy to teach anything. The best noise looks like the data, only wider.

Equation: L = -\\mathbb{E}_{data}[\\log h(x)] - \\nu \\, \\mathbb{E}_{noise}[\\log(1 - h(x))], \\quad
h(x) = \\frac{e^{-E(x)} / Z}{e^{-E(x)} / Z + \\nu \\, q(x)}
Try: Draw rings and set the noise to uniform: most of it falls where telling is easy, and the landscape is learnt more
slowly. Then watch log Z learned come near log Z of the grid in the measures.
Source: Gutmann, Hyvärinen (2010), AISTATS; Gutmann, Hyvärinen (2012), JMLR 13.
"""

import math
from typing import ClassVar, NamedTuple

import msgspec
import torch
from torch import Tensor
from torch.nn.functional import softplus

from engine import energy_network, fields, noise
from engine.energy_network import EnergyNetwork, bowl
from engine.knobs import knob
from engine.messages import Box, Machine
from engine.mlp import ACTIVATIONS
from engine.models import Batch, Phases, Picture, Pushes, Terms, Truth
from engine.models import Model as Family


class Params(msgspec.Struct, frozen=True):
    noise: str = knob(
        "data, blurred",
        choices=("data, blurred", "gaussian", "uniform"),
        help="What the data are told from: the data themselves, blurred; a Gaussian of their mean and spread; or "
        "points anywhere on the plane.",
    )
    blur: float = knob(
        0.15,
        low=0.02,
        high=1.0,
        scale="log",
        unit="of half the home view",
        help="The standard deviation by which the data are blurred to make noise of them.",
    )
    even_share: float = knob(
        0.2,
        low=0.01,
        high=1.0,
        help="Share of the noise that falls anywhere on the plane, so that the energy is pushed up far away too.",
    )
    noise_ratio: int = knob(4, low=1, high=32, scale="log", help="Noise points for each data point in a step.")
    phases: str = knob(
        "both",
        choices=("both", "positive only", "negative only"),
        help="Only one half of each step, on purpose: without noise, energies fall everywhere; without data, they "
        "rise where the noise is.",
    )
    learning_rate: float = knob(1e-3, low=1e-5, high=0.1, scale="log", help="How far each push moves the weights.")
    batch_size: int = knob(512, low=1, high=8192, scale="log", help="How many data points push down in each step.")
    weight_decay: float = knob(0.03, low=0.0, high=10.0, help="Pulls the weights to zero: a smoother landscape.")
    confinement: float = knob(
        1.0, low=0.0, high=20.0, unit="nats", help="A bowl added to the network, so that far away is unlikely."
    )
    averaging: int = knob(
        1000,
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
    activation: str = knob("silu", choices=tuple(ACTIVATIONS), makes_new_network=True, help="What bends each unit.")
    has_waves: bool = knob(
        True,
        makes_new_network=True,
        help="The first layer is sines of all directions and lengths: fine structure is learnt much sooner.",
    )
    detail: float = knob(
        4.0,
        low=0.1,
        high=50.0,
        scale="log",
        makes_new_network=True,
        help="How fine a structure the first layer starts with.",
    )


class _Step(NamedTuple):
    """A step's points, (n, 2) and (m, 2), how hard each was pushed, and how sure it was to be data, 0 to 1."""

    data: Tensor
    noise: Tensor
    push_down: Tensor
    push_up: Tensor
    sure_of_data: Tensor
    sure_of_noise: Tensor


class Model(Family):
    """log p(x) = -network(x) - confinement |x|^2 / 2; the network's last bias is log Z, and the rest is the energy."""

    kind = "Neural energies"
    layers = ("phases", "field", "machine")
    machine: ClassVar = Machine(
        columns=(
            (
                Box("data", "data", "A batch of the points to learn from."),
                Box("noise", "noise", "Points from a density that is known."),
            ),
            (Box("energy", "energy and log Z", "Both are learnt: together they are a log density."),),
            (
                Box("is_data", "data, how sure", "How sure it is that data are data, from 0 to 1, in order."),
                Box("is_noise", "noise, how sure", "How sure it is that noise is data, from 0 to 1, in order."),
            ),
            (Box("loss", "surprise", "How wrong it was about which is which, in nats a data point."),),
        ),
        arrows=(
            ("data", "energy"),
            ("noise", "energy"),
            ("energy", "is_data"),
            ("energy", "is_noise"),
            ("is_data", "loss"),
            ("is_noise", "loss"),
        ),
        stages=(("data", "noise"), ("energy",), ("is_data", "is_noise"), ("loss",)),
    )

    def __init__(self, params: Params, rng: torch.Generator, device: torch.device) -> None:
        self.params = params
        self._learner = EnergyNetwork(params, rng, device)
        self.network = self._learner.network
        self._grid = fields.plane_grid(64, 8, device)
        self._last: _Step | None = None
        self.settle()

    def begin(self, data: Batch, rng: torch.Generator) -> None:
        """log Z starts where it belongs for the network as it is."""
        energy = self.energy(self._grid.points)
        for network in (self.network, self._learner.mean):
            network.parameters[-1].copy_(fields.log_z(energy, self._grid.log_areas))

    def settle(self) -> None:
        self._learner.settle()
        self._counts: Tensor | None = None
        self._num_counted = 0

    def step(self, batch: Batch, rng: torch.Generator) -> Terms:
        """One push down at the batch and up at the noise."""
        params, data = self.params, batch.x
        ratio = params.noise_ratio
        self._fit_noise(data)
        drawn = self._noise.samples(ratio * len(data), rng)
        points = torch.cat([data, drawn])
        surprise, tape = self.network.forward(points)
        surprise = surprise + bowl(points, params.confinement)
        # log h / (1 - h), where h is how sure it is that a point is data.
        log_odds = -surprise - self._noise.log_prob(points) - math.log(ratio)
        sure = torch.sigmoid(log_odds)
        of_data, of_noise = log_odds[: len(data)], log_odds[len(data) :]
        loss = softplus(-of_data).mean() + ratio * softplus(of_noise).mean()
        push_down, push_up = (1 - sure[: len(data)]) / len(data), -sure[len(data) :] / len(data)
        if params.phases == "positive only":
            push_up = torch.zeros_like(push_up)
        elif params.phases == "negative only":
            push_down = torch.zeros_like(push_down)
        self._learner.move(self.network.parameter_gradient(tape, torch.cat([push_down, push_up])), params)
        self._last = _Step(data, drawn, push_down, push_up, sure[: len(data)], sure[len(data) :])
        energy = surprise - self.network.parameters[-1]
        return Terms(loss, energy[: len(data)].mean(), energy[len(data) :].mean())

    def energy(self, x: Tensor) -> Tensor:
        """Of the averaged network, without log Z: (n, 2) -> (n,), in nats."""
        mean = self._learner.mean
        return mean.energy(x) + bowl(x, self.params.confinement) - mean.parameters[-1]

    def score(self, x: Tensor) -> Tensor:
        return energy_network.score(self._learner.mean, x, self.params.confinement)

    def energy_and_score(self, x: Tensor) -> tuple[Tensor, Tensor]:
        return self.energy(x), self.score(x)

    def phases(self, rng: torch.Generator) -> Phases:
        """The batch and the noise."""
        last = self._last
        return Phases(*(self._grid.points[:0],) * 2) if last is None else Phases(last.data, last.noise)

    def pushes(self, x: Tensor) -> Pushes | None:
        """How a small plain gradient step of each half alone changes -log p at x."""
        last = self._last
        if last is None:
            return None
        down, up = (last.data, last.push_down), (last.noise, last.push_up)
        return self._learner.pushes(down, up, lambda network: network.energy(x))

    def pictures(self, rng: torch.Generator) -> dict[str, Picture]:
        data, drawn = self.phases(rng)
        last, nothing = self._last, self._grid.points[:0, 0]
        sure = (nothing, nothing) if last is None else (last.sure_of_data, last.sure_of_noise)
        return {
            "data": Picture("dots", data[:200]),
            "noise": Picture("dots", drawn[:200]),
            "is_data": Picture("bars", sure[0][:64].sort().values),
            "is_noise": Picture("bars", sure[1][:64].sort().values),
        }

    def measures(self, truth: Truth | None, rng: torch.Generator) -> dict[str, float]:
        """log Z as it was learnt, and as the grid has it."""
        of_grid = fields.log_z(self.energy(self._grid.points), self._grid.log_areas)
        return {"log Z learned": float(self._learner.mean.parameters[-1]), "log Z of the grid": float(of_grid)}

    def tensors(self) -> dict[str, Tensor]:
        return self._learner.tensors()

    def on_loaded(self) -> None:
        self._learner.restart()
        # The points of the last step were of other weights, perhaps of such as had run away.
        self._last = None

    def _fit_noise(self, batch: Tensor) -> None:
        """To all the batches since the data or the knobs changed; anew after 1, 2, 4, 8 ... of them."""
        is_due = self._num_counted & (self._num_counted + 1) == 0
        counts = noise.counted(batch)
        self._counts = counts if self._counts is None else self._counts + counts
        self._num_counted += 1
        if not is_due:
            return
        params = self.params
        if params.noise == "uniform":
            self._noise = noise.uniform(batch.device)
        elif params.noise == "gaussian":
            self._noise = noise.gaussian(self._counts, params.even_share)
        else:
            self._noise = noise.blurred(self._counts, params.blur, params.even_share)
