"""Sparse coding

A point is explained as a sum of few atoms out of many. Its energy is what the best such sum costs: the squared rest
plus a price for every bit of code. With more atoms than dimensions any point could be copied; the price alone keeps
the energy from being flat, so this is an energy that is regularised instead of contrasted.

Equation: E(x) = \\min_z \\frac{1}{2 \\sigma^2} \\| x - z D \\|^2 + \\lambda \\| z \\|_1
Try: Draw three rays from the middle: with enough price on the codes one atom turns to each of them.
Source: Olshausen, Field (1996), Nature 381; Mairal et al. (2010), JMLR 11, for learning the dictionary; Beck, Teboulle
(2009), SIAM J. Imaging Sci. 2(1), for FISTA.
"""

from typing import ClassVar

import msgspec
import torch
from torch import Tensor

from engine import geometry, sparse
from engine.knobs import knob
from engine.messages import Box, Machine
from engine.models import Batch, Drawing, Picture, Terms, no_energy
from engine.models import Model as Family

# Of the learnt sums, how much each new batch leaves: they look back on the last hundred.
_MEMORY = 0.99


class Params(msgspec.Struct, frozen=True):
    price: float = knob(
        3.0, low=0.0, high=50.0, unit="nats", help="Lambda: what a unit of code costs; higher makes codes sparser."
    )
    sigma: float = knob(
        0.1,
        low=0.02,
        high=1.0,
        scale="log",
        unit="of half the home view",
        help="A rest of this length costs half a nat.",
    )
    is_nonnegative: bool = knob(True, help="Codes cannot be negative: an atom is a ray. Otherwise it is a whole line.")
    iterations: int = knob(200, low=20, high=1000, scale="log", help="Steps of FISTA, which finds the best code.")
    batch_size: int = knob(512, low=8, high=8192, scale="log", help="How many points each step learns from.")
    atoms: int = knob(8, low=1, high=64, scale="log", makes_new_network=True, help="How many there are to choose from.")


class Model(Family):
    """`atoms` (k, 2), of length 1."""

    kind = "Reconstruction"
    is_density = False
    layers = ("parts", "field", "cursor", "machine")
    finest = 64
    machine: ClassVar = Machine(
        columns=(
            (Box("data", "data", "A batch of the points to learn from."),),
            (
                Box("code", "codes", "How much of each atom is used on average: FISTA finds the best code."),
                Box("atoms", "dictionary", "The atoms; each turns to what it has to explain."),
            ),
            (Box("rebuilt", "reconstruction", "The sums of atoms."),),
            (Box("loss", "energy of the data", "The rest, and the price of the codes."),),
        ),
        arrows=(("data", "code"), ("atoms", "code"), ("code", "rebuilt"), ("atoms", "rebuilt"), ("rebuilt", "loss")),
        stages=(("data",), ("code",), ("rebuilt",), ("loss",), ("atoms",)),
    )

    def __init__(self, params: Params, rng: torch.Generator, device: torch.device) -> None:
        self.params = params
        drawn = torch.randn(params.atoms, 2, generator=rng, device=device)
        self.atoms = torch.nn.functional.normalize(drawn)
        # Sums over past batches of z^T z and of z^T x: all that the dictionary is learnt from.
        self._squares = torch.zeros(params.atoms, params.atoms, device=device)
        self._products = torch.zeros(params.atoms, 2, device=device)
        self._batch = self._rebuilt = self.atoms[:0]
        self._codes = self._squares[:0]

    def begin(self, data: Batch, rng: torch.Generator) -> None:
        """Atoms towards points that are far from one another."""
        chosen = geometry.spread_points(data.x, self.params.atoms, rng)
        shake = 1e-3 * torch.randn(chosen.shape, generator=rng, device=chosen.device)
        self.atoms = torch.nn.functional.normalize(chosen + shake)

    def settle(self) -> None:
        self._squares.zero_()
        self._products.zero_()

    def step(self, batch: Batch, rng: torch.Generator) -> Terms:
        """The best codes of the batch, then each atom in turn to where it explains most."""
        codes = self._code(batch.x)
        self._squares.mul_(_MEMORY).addmm_(codes.T, codes, alpha=1 / len(codes))
        self._products.mul_(_MEMORY).addmm_(codes.T, batch.x, alpha=1 / len(codes))
        rebuilt = codes @ self.atoms
        energy = self._cost(batch.x - rebuilt, codes).mean()
        self._batch, self._codes, self._rebuilt = batch.x, codes, rebuilt
        atoms = self.atoms.clone()
        for index in range(len(atoms)):
            # Where the atom has never been used, both sums are 0 and it stays.
            wanted = self._products[index] - self._squares[index] @ atoms + self._squares[index, index] * atoms[index]
            length = torch.linalg.vector_norm(wanted)
            atoms[index] = torch.where(length > 1e-8, wanted / length.clamp(min=1e-8), atoms[index])
        self.atoms = atoms
        return Terms(energy, energy, no_energy(energy))

    def energy(self, x: Tensor) -> Tensor:
        return self.energy_and_score(x)[0]

    def energy_and_score(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """At the best code its own change does not count, so the score is the rest over sigma squared."""
        codes = self._code(x)
        rest = x - codes @ self.atoms
        return self._cost(rest, codes), -rest / self.params.sigma**2

    def parts(self) -> Drawing:
        return sparse.drawn_atoms(self.atoms, self._codes if len(self._codes) else self.atoms.new_ones(1, 1))

    def at_cursor(self, x: Tensor) -> tuple[Drawing, str]:
        return sparse.head_to_tail(torch.zeros_like(x[0]), self.atoms, self._code(x)[0])

    def pictures(self, rng: torch.Generator) -> dict[str, Picture]:
        """Of "code": the mean of each atom's codes."""
        codes = self._codes if len(self._codes) else self.atoms.new_zeros(1, len(self.atoms))
        return {
            "data": Picture("dots", self._batch[:200]),
            "code": Picture("bars", codes.mean(0)),
            "atoms": Picture("dots", self.atoms),
            "rebuilt": Picture("dots", self._rebuilt[:200]),
        }

    def tensors(self) -> dict[str, Tensor]:
        return {"atoms": self.atoms}

    def _code(self, x: Tensor) -> Tensor:
        params = self.params
        penalty = params.price * params.sigma**2
        return sparse.fista(x, self.atoms, penalty, params.is_nonnegative, params.iterations)

    def _cost(self, rest: Tensor, codes: Tensor) -> Tensor:
        return rest.square().sum(1) / (2 * self.params.sigma**2) + self.params.price * codes.abs().sum(1)
