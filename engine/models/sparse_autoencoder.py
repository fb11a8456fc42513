"""Sparse auto-encoder

The code has many numbers, more than a point, so its size keeps nothing from being rebuilt. Instead each number costs:
few may be above zero at a time. As in sparse coding the decoder adds up atoms, arrows of length one from a middle, but
here an encoder guesses the code in one go instead of searching for the best. That is amortised inference: quick, and
only good where it was trained. So the energy is never below that of sparse coding with the same atoms, and it may rise
far from the data for no other reason than a bad guess. The gap between the two is measured.

Equation: E(x) = \\frac{1}{2 \\sigma^2} \\| x - m - D z \\|^2 + \\lambda \\| z \\|_1, \\quad
z = \\max(0, D^T (x - m) + f(x)), \\quad \\| d_j \\| = 1
Try: Train on eight Gaussians and move the cursor from clump to clump: other atoms light up. Then set the penalty to 0.
Source: Ranzato, Poultney, Chopra, LeCun (2006), NeurIPS; Gregor, LeCun (2010), ICML, for the amortised inference.
"""

import math
from typing import ClassVar

import msgspec
import torch
from torch import Tensor, nn

from engine import reconstruction
from engine.knobs import knob
from engine.messages import Box, Machine
from engine.models import Batch, Drawing, Picture, Terms, Truth, no_energy
from engine.models import Model as Family
from engine.nets import ACTIVATIONS, Learner, chunked, cpu_rng, multilayer

# A kink of relu in each of many hidden units would be a jump of the arrows.
_SMOOTH = tuple(name for name in ACTIVATIONS if name != "relu")
# The best codes are searched for so long when the gap is measured.
_ITERATIONS = 500


class Params(msgspec.Struct, frozen=True):
    atoms: int = knob(8, low=1, high=64, scale="log", makes_new_network=True, help="How many numbers the code has: k.")
    penalty: float = knob(
        4.0, low=0.0, high=100.0, unit="nats per half the home view", help="lambda: what each unit of an atom costs."
    )
    sigma: float = knob(
        0.1,
        low=0.02,
        high=1.0,
        scale="log",
        unit="of half the home view",
        help="Scales distances to energies: so far from its reconstruction, a point has half a nat.",
    )
    learning_rate: float = knob(3e-3, low=1e-5, high=0.1, scale="log", help="How far each step moves the weights.")
    batch_size: int = knob(256, low=1, high=8192, scale="log", help="How many data points are looked at in each step.")
    weight_decay: float = knob(0.0, low=0.0, high=10.0, help="Pulls the weights to zero: a smoother encoder.")
    averaging: int = knob(
        500,
        low=1,
        high=10000,
        scale="log",
        unit="steps",
        help="The landscape shown is that of the mean of the weights over this many last steps.",
    )
    width: int = knob(64, low=2, high=1024, scale="log", makes_new_network=True, help="Units in each hidden layer.")
    depth: int = knob(
        1,
        low=0,
        high=6,
        makes_new_network=True,
        help="Hidden layers of the encoder. With none, each number of the code begins at a straight edge.",
    )
    activation: str = knob("tanh", choices=_SMOOTH, makes_new_network=True, help="What bends each hidden unit.")


class Coders(nn.Module):
    """Encoder and dictionary. Points are seen from the middle of the data in units of their width; codes are not."""

    def __init__(self, params: Params, rng: torch.Generator, device: torch.device) -> None:
        super().__init__()
        sizes = [2, *[params.width] * params.depth, params.atoms]
        self.encoder = multilayer(sizes, params.activation, rng, device, last_scale=0.1)
        # All around, so that no direction is left without an atom.
        angle = (torch.arange(params.atoms) + torch.rand(params.atoms, generator=rng)) * (2 * math.pi / params.atoms)
        self.directions = nn.Parameter(torch.stack([angle.cos(), angle.sin()], 1).to(device))
        self.shift = nn.Parameter(torch.zeros(2, device=device))

    @property
    def atoms(self) -> Tensor:
        """(k, 2), of length 1: else long atoms would make short codes, and cost nothing."""
        return nn.functional.normalize(self.directions)

    def codes(self, inside: Tensor) -> Tensor:
        """(n, 2) -> (n, k), none below zero."""
        # What a first step of the search would give, which the network corrects: an atom that points to data is used.
        return torch.relu((inside - self.shift) @ self.atoms.T + self.encoder(inside))


class Model(Family):
    """`shift` (2,) and `width` () say where the data are and how wide; the averaged coders are shown."""

    kind = "Reconstruction"
    is_density = False
    layers = ("field", "parts", "cursor", "machine")
    machine: ClassVar = Machine(
        columns=(
            (Box("data", "data", "A batch of the points to learn from."),),
            (Box("code", "encoder: z", "How much all points together use each number of the code."),),
            (Box("atoms", "atoms", "The tips of the decoder's arrows."),),
            (Box("rebuilt", "reconstruction", "The sums of few atoms."),),
            (Box("compare", "compare", "The energy of each point, in order, with what its code costs."),),
            (Box("loss", "mean energy", "Of the batch; a step lowers it."),),
        ),
        arrows=(
            ("data", "code"),
            ("code", "atoms"),
            ("atoms", "rebuilt"),
            ("rebuilt", "compare"),
            ("compare", "loss"),
        ),
        stages=(("data",), ("code",), ("atoms",), ("rebuilt",), ("compare",), ("loss",)),
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

    @property
    def middle(self) -> Tensor:
        """Where the atoms begin, (2,)."""
        return self.shift + self.width * self.coders.shift

    def begin(self, data: Batch, rng: torch.Generator) -> None:
        """Where the data are."""
        self.shift, self.width = reconstruction.Scale.of(data.x)

    def settle(self) -> None:
        self._learner.settle()

    def step(self, batch: Batch, rng: torch.Generator) -> Terms:
        """Lower the energy of the batch, the charge on the code included."""
        params, coders = self.params, self._learner.network
        self._seen.add(batch.x)
        with torch.enable_grad():
            loss = self._energy(coders, batch.x).mean()
            self._learner.move(loss, params.learning_rate, averaging=params.averaging, weight_decay=params.weight_decay)
        loss = loss.detach()
        return Terms(loss, loss, no_energy(loss))

    def energy(self, x: Tensor) -> Tensor:
        return chunked(lambda piece: self._energy(self.coders, piece), x)

    def codes(self, x: Tensor) -> Tensor:
        """What the encoder guesses, (n, 2) -> (n, k)."""
        return self.width * self.coders.codes(self._scale.inside(x))

    def rebuilt(self, x: Tensor) -> Tensor:
        """The middle plus the atoms of each point's code, (n, 2) -> (n, 2)."""
        return self.middle + self.codes(x) @ self.coders.atoms

    def parts(self) -> Drawing:
        """The atoms."""
        return reconstruction.drawn_atoms(self.middle, self.coders.atoms)

    def at_cursor(self, x: Tensor) -> tuple[Drawing, str]:
        """The atoms that the point is made of, tip to tail, and the rest, which they do not explain."""
        return reconstruction.explained(x, self.middle, self.codes(x)[0], self.coders.atoms)

    def pictures(self, rng: torch.Generator) -> dict[str, Picture]:
        data = self._seen.few
        uses = self.codes(data).sum(0) / max(1, len(data))
        return {
            "data": Picture("dots", data),
            "code": Picture("bars", uses),
            "atoms": Picture("dots", self.coders.atoms),
            "rebuilt": Picture("dots", self.rebuilt(data)),
            "compare": Picture("bars", reconstruction.error_bars(self.energy(data))),
        }

    def remark(self) -> str:
        if self.params.penalty == 0:
            return "The code costs nothing: what the encoder can tell is rebuilt, and the landscape goes flat."
        return ""

    def measures(self, truth: Truth | None, rng: torch.Generator) -> dict[str, float]:
        """On points of the last steps: the encoder's energy minus the least that any code gives, and how many count."""
        x = self._seen.few
        if len(x) == 0:
            return {}
        guessed = self.codes(x)
        return {"inference gap": float(self.gap(x).mean()), "active atoms": float((guessed > 0).float().sum(1).mean())}

    def gap(self, x: Tensor) -> Tensor:
        """How many nats the encoder's code costs more than the best, (n, 2) -> (n,)."""
        params, away, atoms = self.params, x - self.middle, self.coders.atoms
        best = reconstruction.sparse_codes(away, atoms, params.penalty * params.sigma**2, _ITERATIONS, has_signs=False)
        return self.energy(x) - reconstruction.sparse_energy(away, best, atoms, params.sigma, params.penalty)

    def tensors(self) -> dict[str, Tensor]:
        return {"shift": self.shift, "width": self.width} | self._learner.tensors("coders")

    def on_loaded(self) -> None:
        self._learner.restart()

    @property
    def _scale(self) -> reconstruction.Scale:
        return reconstruction.Scale(self.shift, self.width)

    def _energy(self, coders: Coders, x: Tensor) -> Tensor:
        inside = self._scale.inside(x)
        z, atoms = coders.codes(inside), coders.atoms
        # In units of the width, as the network sees it: z is as much longer on the plane, and sigma shorter here.
        sigma, penalty = self.params.sigma / self.width, self.params.penalty * self.width
        return reconstruction.sparse_energy(inside - coders.shift, z, atoms, sigma, penalty)
