"""Sparse auto-encoder

Sparse coding whose search is replaced by a network: an encoder guesses the code of a point at once, and is trained
together with the atoms to make the rest and the price of the code small. Its guess is never better than the search,
so its energy lies above that of sparse coding with the same atoms.

Equation: z = \\mathrm{ReLU}(f(x)), \\quad E(x) = \\frac{1}{2 \\sigma^2} \\| x - c - z D \\|^2 + \\lambda \\| z \\|_1
Try: Put it beside sparse coding with key A, on the same points and with the same price, and compare the valleys.
Source: Ranzato et al. (2007), NeurIPS, for the predictor; Ng (2011), CS294A lecture notes, for the penalty.
"""

from typing import ClassVar

import msgspec
import torch
from torch import Tensor, nn

from engine import sparse
from engine.knobs import knob
from engine.messages import Box, Machine
from engine.models import Batch, Drawing, Picture, Terms, no_energy
from engine.models import Model as Family
from engine.nets import Learner, chunked, cpu_rng, multilayer


class Params(msgspec.Struct, frozen=True):
    price: float = knob(
        2.0, low=0.0, high=50.0, unit="nats", help="Lambda: what a unit of code costs; higher makes codes sparser."
    )
    sigma: float = knob(
        0.1,
        low=0.02,
        high=1.0,
        scale="log",
        unit="of half the home view",
        help="A rest of this length costs half a nat.",
    )
    learning_rate: float = knob(3e-3, low=1e-5, high=0.1, scale="log", help="How far each step moves the weights.")
    batch_size: int = knob(256, low=1, high=8192, scale="log", help="How many points each step learns from.")
    averaging: int = knob(
        100, low=1, high=10000, scale="log", unit="steps", help="What is shown is the mean over this many last steps."
    )
    units: int = knob(
        16, low=1, high=64, scale="log", makes_new_network=True, help="Units of the code, each with its atom."
    )
    width: int = knob(
        64, low=2, high=512, scale="log", makes_new_network=True, help="Units of the encoder's inner layer."
    )


class _Network(nn.Module):
    """The encoder, the directions of the atoms and the middle that they start from."""

    def __init__(self, params: Params, rng: torch.Generator, device: torch.device) -> None:
        super().__init__()
        self.encoder = multilayer((2, params.width, params.units), "silu", rng, device)
        self.directions = nn.Parameter(torch.randn(params.units, 2, generator=rng).to(device))
        self.middle = nn.Parameter(torch.zeros(2, device=device))

    @property
    def atoms(self) -> Tensor:
        """(k, 2), of length 1: else the price would be dodged by long atoms and small codes."""
        return nn.functional.normalize(self.directions)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Codes (n, k) and what they make (n, 2)."""
        codes = self.encoder(x).relu()
        return codes, self.middle + codes @ self.atoms


class Model(Family):
    """The running mean of the network is what is shown."""

    kind = "Reconstruction"
    is_density = False
    layers = ("parts", "field", "cursor", "machine")
    machine: ClassVar = Machine(
        columns=(
            (Box("data", "data", "A batch of the points to learn from."),),
            (Box("encoder", "code", "What the encoder guesses, unit by unit, on average."),),
            (Box("rebuilt", "reconstruction", "The sums of atoms."),),
            (Box("loss", "energy of the data", "The rest, and the price of the code."),),
        ),
        arrows=(("data", "encoder"), ("encoder", "rebuilt"), ("rebuilt", "loss")),
        stages=(("data",), ("encoder",), ("rebuilt",), ("loss",)),
    )

    def __init__(self, params: Params, rng: torch.Generator, device: torch.device) -> None:
        self.params = params
        self._learner = Learner(_Network(params, cpu_rng(rng), device))
        self._batch = self._rebuilt = torch.zeros(0, 2, device=device)
        self._codes = torch.zeros(0, params.units, device=device)

    def settle(self) -> None:
        self._learner.settle()

    @torch.enable_grad()
    def step(self, batch: Batch, rng: torch.Generator) -> Terms:
        """One step down the mean energy of the batch."""
        codes, rebuilt = self._learner.network(batch.x)
        loss = self._cost(batch.x - rebuilt, codes).mean()
        self._learner.move(loss, self.params.learning_rate, averaging=self.params.averaging)
        self._batch, self._codes, self._rebuilt = batch.x, codes.detach(), rebuilt.detach()
        energy = loss.detach()
        return Terms(energy, energy, no_energy(energy))

    def energy(self, x: Tensor) -> Tensor:
        return chunked(self._energy, x)

    def parts(self) -> Drawing:
        drawing = sparse.drawn_atoms(self._mean.atoms, self._codes if len(self._codes) else self._batch.new_ones(1, 1))
        assert drawing.arrows is not None
        return Drawing(arrows=drawing.arrows + self._mean.middle.repeat(2))

    def at_cursor(self, x: Tensor) -> tuple[Drawing, str]:
        return sparse.head_to_tail(self._mean.middle, self._mean.atoms, self._mean(x)[0][0])

    def pictures(self, rng: torch.Generator) -> dict[str, Picture]:
        codes = self._codes if len(self._codes) else self._codes.new_zeros(1, self.params.units)
        return {
            "data": Picture("dots", self._batch[:200]),
            "encoder": Picture("bars", codes.mean(0)),
            "rebuilt": Picture("dots", self._rebuilt[:200]),
        }

    def tensors(self) -> dict[str, Tensor]:
        return self._learner.tensors("network")

    def on_loaded(self) -> None:
        self._learner.restart()

    @property
    def _mean(self) -> _Network:
        mean = self._learner.mean
        assert isinstance(mean, _Network)
        return mean

    def _energy(self, x: Tensor) -> Tensor:
        codes, rebuilt = self._mean(x)
        return self._cost(x - rebuilt, codes)

    def _cost(self, rest: Tensor, codes: Tensor) -> Tensor:
        return rest.square().sum(1) / (2 * self.params.sigma**2) + self.params.price * codes.abs().sum(1)
