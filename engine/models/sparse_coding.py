"""Sparse coding

Every point is supposed to be a sum of few atoms, arrows of length one from the middle of the data. Which of them, and
how much of each, is the code z: it is not computed by a network but found, for each point, by making the energy least.
The energy charges for what the atoms do not explain, and for using them. Without this charge on z any two atoms could
rebuild the whole plane at no cost: sparsity regularises, not the size of the code.

A step finds the codes of a batch, then turns the atoms, one after another, to where they explain most. It costs least
to be near the middle or along an atom, so the contours are polygons with rounded edges and their corners on the atoms.
The energy is convex: there is one valley, however many clumps there are.

Equation: E(x) = \\min_z \\frac{1}{2 \\sigma^2} \\| x - m - D z \\|^2 + \\lambda \\| z \\|_1, \\quad \\| d_j \\| = 1
Try: Take the cross as data, with 2 atoms, and watch them find its arms; then set the penalty to 0: all goes flat.
Source: Olshausen, Field (1996), Nature 381; Beck, Teboulle (2009), SIAM J. Imaging Sci. 2(1), for FISTA; Mairal, Bach,
Ponce, Sapiro (2010), JMLR 11, for the learning.
"""

from typing import ClassVar

import msgspec
import torch
from torch import Tensor

from engine import reconstruction
from engine.knobs import knob
from engine.messages import Box, Machine
from engine.models import Batch, Drawing, Picture, Terms, no_energy
from engine.models import Model as Family
from engine.nets import chunked

# Points whose codes are found together.
_CHUNK = 2048
# An atom whose mean squared code is below this explains nothing.
_UNUSED = 1e-7


class Params(msgspec.Struct, frozen=True):
    atoms: int = knob(4, low=1, high=32, makes_new_network=True, help="How many atoms the dictionary has: k.")
    is_nonnegative: bool = knob(
        False, help="Whether atoms may only be added. Then what lies behind all of them stays unexplained."
    )
    penalty: float = knob(
        4.0, low=0.0, high=100.0, unit="nats per half the home view", help="lambda: what each unit of an atom costs."
    )
    sigma: float = knob(
        0.2,
        low=0.02,
        high=1.0,
        scale="log",
        unit="of half the home view",
        help="Scales distances to energies: so far from what its atoms explain, a point has half a nat.",
    )
    iterations: int = knob(
        60,
        low=1,
        high=1000,
        scale="log",
        help="Steps of FISTA that find the code. Many atoms or a small sigma need more.",
    )
    batch_size: int = knob(256, low=1, high=8192, scale="log", help="How many data points are looked at in each step.")
    memory: int = knob(
        100,
        low=1,
        high=10000,
        scale="log",
        unit="steps",
        help="The atoms are fitted to the codes of so many last steps.",
    )


class Model(Family):
    """`atoms` (k, 2), each of length 1, from `middle` (2,)."""

    kind = "Reconstruction"
    is_density = False
    layers = ("field", "parts", "cursor", "machine")
    finest = 128
    machine: ClassVar = Machine(
        columns=(
            (Box("data", "data", "A batch of the points to learn from."),),
            (Box("code", "code z", "How much all points together use each atom, found by FISTA."),),
            (Box("atoms", "atoms", "The tips of the dictionary's arrows, and of their opposites."),),
            (Box("rebuilt", "reconstruction", "The sums of few atoms."),),
            (Box("energy", "energy", "What is not explained, and the charge on the code."),),
        ),
        arrows=(
            ("data", "code"),
            ("atoms", "code"),
            ("code", "atoms"),
            ("atoms", "rebuilt"),
            ("rebuilt", "energy"),
        ),
        stages=(("data",), ("code",), ("atoms",), ("rebuilt",), ("energy",)),
    )

    def __init__(self, params: Params, rng: torch.Generator, device: torch.device) -> None:
        self.params = params
        self.middle = torch.zeros(2, device=device)
        self.atoms = torch.nn.functional.normalize(torch.randn(params.atoms, 2, generator=rng, device=device))
        self._uses = torch.zeros(params.atoms, device=device)
        self._seen = reconstruction.Seen(device)
        self.settle()

    def begin(self, data: Batch, rng: torch.Generator) -> None:
        """The middle is where the data are."""
        self.middle = data.x.mean(0)

    def settle(self) -> None:
        """What is remembered was of other data or knobs."""
        count = len(self.atoms)
        self._gram, self._mixed = self.atoms.new_zeros(count, count), self.atoms.new_zeros(count, 2)
        self._steps_since_change = 0

    def step(self, batch: Batch, rng: torch.Generator) -> Terms:
        """The codes of the batch, then the atoms that suit them best."""
        x, params = batch.x, self.params
        away = x - self.middle
        z = self._codes(away)
        energy = reconstruction.sparse_energy(away, z, self.atoms, params.sigma, params.penalty).mean()
        self._steps_since_change += 1
        weight = 1 / min(params.memory, self._steps_since_change)
        self._gram.lerp_(z.T @ z / len(x), weight)
        self._mixed.lerp_(z.T @ away / len(x), weight)
        self._turn_atoms(away, rng)
        self._uses = z.abs().mean(0)
        self._seen.add(x)
        return Terms(energy, energy, no_energy(energy))

    def energy(self, x: Tensor) -> Tensor:
        return chunked(self._energy, x, _CHUNK)

    def codes(self, x: Tensor) -> Tensor:
        """The z that make the energy least, (n, 2) -> (n, k)."""
        return self._codes(x - self.middle)

    def rebuilt(self, x: Tensor) -> Tensor:
        """The middle plus the atoms of each point's code, (n, 2) -> (n, 2)."""
        return self.middle + self.codes(x) @ self.atoms

    def parts(self) -> Drawing:
        """The atoms."""
        return reconstruction.drawn_atoms(self.middle, self.atoms)

    def at_cursor(self, x: Tensor) -> tuple[Drawing, str]:
        """The atoms that the point is made of, tip to tail, and the rest, which they do not explain."""
        return reconstruction.explained(x, self.middle, self.codes(x)[0], self.atoms)

    def pictures(self, rng: torch.Generator) -> dict[str, Picture]:
        data = self._seen.few
        atoms = self.atoms if self.params.is_nonnegative else torch.cat([self.atoms, -self.atoms])
        return {
            "data": Picture("dots", data),
            "code": Picture("bars", self._uses),
            "atoms": Picture("dots", atoms),
            "rebuilt": Picture("dots", self.rebuilt(data)),
        }

    def remark(self) -> str:
        if self.params.penalty == 0:
            return "Atoms cost nothing: any sum of them will do, and the energy is zero wherever they reach."
        return ""

    def tensors(self) -> dict[str, Tensor]:
        return {"middle": self.middle, "atoms": self.atoms}

    def _codes(self, away: Tensor) -> Tensor:
        params = self.params
        # The energy times sigma^2 is what FISTA makes least.
        shrinkage, has_signs = params.penalty * params.sigma**2, not params.is_nonnegative
        return reconstruction.sparse_codes(away, self.atoms, shrinkage, params.iterations, has_signs=has_signs)

    def _energy(self, x: Tensor) -> Tensor:
        away = x - self.middle
        # At the minimum over z the slope is that with z held fast (the envelope theorem).
        with torch.no_grad():
            z = self._codes(away)
        return reconstruction.sparse_energy(away, z, self.atoms, self.params.sigma, self.params.penalty)

    def _turn_atoms(self, away: Tensor, rng: torch.Generator) -> None:
        """Each atom in turn to where it explains most of what the others leave; those not used, to some point."""
        chosen = torch.randint(len(away), (len(self.atoms),), generator=rng, device=away.device)
        somewhere, atoms = away[chosen], self.atoms.clone()
        for index in range(len(atoms)):
            used = self._gram[index, index]
            wanted = self._mixed[index] - self._gram[index] @ atoms + used * atoms[index]
            wanted = torch.where(used > _UNUSED, wanted, somewhere[index])
            length = wanted.norm()
            atoms[index] = torch.where(length > 1e-9, wanted / length.clamp(min=1e-9), atoms[index])
        self.atoms = atoms
