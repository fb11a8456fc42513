"""Neural energy

A small network gives every point of the plane its energy. Training pushes the energy down at the data (the positive
phase) and up at points that the model itself believes in (the negative phase), until the two agree. The second kind of
points comes from an exact sum over the plane, or from short chains that walk on the landscape.

Equation: \\nabla_\\theta L = \\mathbb{E}_{data}[\\nabla_\\theta E(x)] - \\mathbb{E}_{model}[\\nabla_\\theta E(x)]
Try: Play at one step a second with the layers of pushes (keys 1 and 2): the pushes cancel where model and data agree.
Source: Hinton (2002), Neural Computation 14(8), for contrastive divergence; Tieleman (2008), ICML, for persistent
chains; Polyak, Juditsky (1992), SIAM J. Control Optim. 30(4), for the averaging; Tancik et al. (2020), NeurIPS, for
the waves.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, NamedTuple

import msgspec
import torch
from torch import Tensor

from engine import energy_network, fields
from engine.draws import Draws
from engine.energy_network import EnergyNetwork, bowl
from engine.knobs import knob
from engine.messages import Box, Machine
from engine.mlp import ACTIVATIONS, Mlp
from engine.models import Batch, Phases, Picture, Pushes, Terms
from engine.models import Model as Family
from engine.samplers import langevin, mala, walk

# A chain that starts anew walks so many training steps before it counts.
_STEPS_UNSEEN = 25
# Chains start within this distance from the middle of the plane, in x and in y: a little more than the home view.
_START_REACH = 1.25


class _Step(NamedTuple):
    """A step's points, (n, 2) and (m, 2), what each negative one counts, and how hard each point was pushed."""

    data: Tensor
    negative: Tensor
    weights: Tensor
    push_down: Tensor
    push_up: Tensor
    is_exact: bool


class Params(msgspec.Struct, frozen=True):
    negative_phase: str = knob(
        "exact",
        choices=("exact", "cd", "pcd"),
        help="Where the points to push up come from: the whole plane (exact), short chains from the data (cd), "
        "or chains that are kept from step to step (pcd).",
    )
    phases: str = knob(
        "both",
        choices=("both", "positive only", "negative only"),
        help="Only one half of each step, on purpose: without a push up, energies fall everywhere; without a push "
        "down, they rise where the samples are.",
    )
    learning_rate: float = knob(1e-3, low=1e-5, high=0.1, scale="log", help="How far each push moves the weights.")
    batch_size: int = knob(512, low=1, high=8192, scale="log", help="How many data points push down in each step.")
    chains: int = knob(256, low=1, high=4096, scale="log", help="How many chains push up (cd and pcd).")
    langevin_steps: int = knob(
        20, low=1, high=500, scale="log", help="Moves of each chain between two pushes: the k of CD-k."
    )
    step_size: float = knob(
        0.03, low=1e-4, high=0.5, scale="log", unit="of half the home view", help="How far a chain moves at a time."
    )
    noise: float = knob(1.0, low=0.0, high=2.0, help="1 samples the model; 0 only rolls downhill.")
    is_adjusted: bool = knob(
        True,
        help="Metropolis' test of each move, so that the chains sample the model itself and not a blurred one. "
        "Without it a narrow valley can run away.",
    )
    restart_rate: float = knob(
        0.01,
        low=0.0,
        high=0.2,
        help="Share of the kept chains that start anew somewhere on the plane at each step (pcd). They find valleys "
        "that no chain is in, and count only after they have walked a while.",
    )
    weight_decay: float = knob(0.03, low=0.0, high=10.0, help="Pulls the weights to zero: a smoother landscape.")
    energy_regularisation: float = knob(
        0.0, low=0.0, high=1.0, help="Pulls all energies towards zero, so that the two phases cannot run away together."
    )
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


class _Learning(NamedTuple):
    """The network that is being trained, as a target of its own chains; what is shown is the averaged one."""

    network: Mlp
    confinement: float

    def energy(self, x: Tensor) -> Tensor:
        return energy_network.energy(self.network, x, self.confinement)

    def score(self, x: Tensor) -> Tensor:
        return energy_network.score(self.network, x, self.confinement)

    def energy_and_score(self, x: Tensor) -> tuple[Tensor, Tensor]:
        return energy_network.energy_and_score(self.network, x, self.confinement)


class Model(Family):
    """E(x) = network(x) + confinement |x|^2 / 2, with x on the plane."""

    kind = "Neural energies"
    layers = ("phases", "field", "machine")
    machine: ClassVar = Machine(
        columns=(
            (
                Box("data", "data", "A batch of the points to learn from."),
                Box("chains", "samples", "Points that the model itself believes in, drawn by chains or on a grid."),
            ),
            (Box("energy", "energy network", "Gives every point its energy."),),
            (
                Box("down", "push down", "The positive phase: the energy of the data, to be lowered."),
                Box("up", "push up", "The negative phase: the energy of the samples, to be raised."),
            ),
            (Box("loss", "energy gap", "The difference of the two; training closes it."),),
        ),
        arrows=(
            ("data", "energy"),
            ("chains", "energy"),
            ("energy", "chains"),
            ("energy", "down"),
            ("energy", "up"),
            ("down", "loss"),
            ("up", "loss"),
        ),
        stages=(("data",), ("chains", "energy"), ("energy",), ("down", "up"), ("loss",)),
    )

    def __init__(self, params: Params, rng: torch.Generator, device: torch.device) -> None:
        self.params = params
        self._learner = EnergyNetwork(params, rng, device)
        self.network = self._learner.network
        self._edges = fields.cell_edges(inner=48, outer=8).to(device)
        self._log_areas = fields.plane_grid(48, 8, device).log_areas
        self._chains = self._anywhere(params.chains, rng)
        self._ages = torch.full((params.chains,), _STEPS_UNSEEN, device=device)
        self._last: _Step | None = None

    def settle(self) -> None:
        self._learner.settle()

    def step(self, batch: Batch, rng: torch.Generator) -> Terms:
        """One push down at the batch and up at the negative phase."""
        data = batch.x
        negative = self._negative_phase(data, rng)
        points = torch.cat([data, negative])
        energy, tape = self.network.forward(points)
        energy = energy + bowl(points, self.params.confinement)
        down, up = energy[: len(data)], energy[len(data) :]
        weights, baseline = self._weights(up)
        mean_down, mean_up = down.mean(), weights @ up
        pull = 2 * self.params.energy_regularisation
        push_down, push_up = (1 + pull * down) / len(data), (pull * up - 1) * weights
        if self.params.phases == "positive only":
            push_up = torch.zeros_like(push_up)
        elif self.params.phases == "negative only":
            push_down = torch.zeros_like(push_down)
        self._learner.move(self.network.parameter_gradient(tape, torch.cat([push_down, push_up])), self.params)
        self._last = _Step(data, negative, weights, push_down, push_up, self.params.negative_phase == "exact")
        return Terms(mean_down + baseline, mean_down, mean_up)

    def energy(self, x: Tensor) -> Tensor:
        """Of the averaged network, on the plane: (n, 2) -> (n,), in nats."""
        return energy_network.energy(self._learner.mean, x, self.params.confinement)

    def score(self, x: Tensor) -> Tensor:
        """Minus its gradient, (n, 2) -> (n, 2)."""
        return energy_network.score(self._learner.mean, x, self.params.confinement)

    def energy_and_score(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Both, (n,) and (n, 2)."""
        return energy_network.energy_and_score(self._learner.mean, x, self.params.confinement)

    def phases(self, rng: torch.Generator) -> Phases:
        """Where the last step pushed; of an exact negative phase, as many draws as there are chains."""
        if self._last is None:
            return Phases(self._chains[:0], self._chains[:0])
        last, negative = self._last, self._last.negative
        if last.is_exact:
            negative = negative[torch.multinomial(last.weights, self.params.chains, replacement=True, generator=rng)]
        return Phases(last.data, negative)

    def pushes(self, x: Tensor) -> Pushes | None:
        """How a small plain gradient step of each half alone changes the energy at x."""
        last = self._last
        if last is None:
            return None
        down, up = (last.data, last.push_down), (last.negative, last.push_up)
        return self._learner.pushes(down, up, lambda network: network.energy(x))

    def pictures(self, rng: torch.Generator) -> dict[str, Picture]:
        """Of "down" and "up": the energies of the points, in order."""
        data, negative = (each[:200] for each in self.phases(rng))
        return {
            "data": Picture("dots", data),
            "chains": Picture("dots", negative),
            "down": Picture("bars", self.energy(data[:64]).sort().values),
            "up": Picture("bars", self.energy(negative[:64]).sort().values),
        }

    def tensors(self) -> dict[str, Tensor]:
        """What a file keeps, by names."""
        return {"chains": self._chains} | self._learner.tensors()

    def load(self, weights: Mapping[str, Tensor]) -> None:
        """Take over what `weights` gave; the optimiser begins anew.

        Raises KeyError or RuntimeError on a misfit, and has then changed nothing.
        """
        for name, mine in self.tensors().items():
            # Copying would spread a short row over a whole matrix. There may be any number of chains.
            if weights[name].shape != mine.shape and not (name == "chains" and weights[name].shape[1:] == (2,)):
                raise RuntimeError(f"{name} has the shape {tuple(weights[name].shape)}")
        for name, mine in self._learner.tensors().items():
            mine.copy_(weights[name])
        self._chains = weights["chains"].to(self._chains.device)
        self._ages = torch.full((len(self._chains),), _STEPS_UNSEEN, device=self._chains.device)
        self._learner.restart()
        # The points of the last step were of other weights, perhaps of such as had run away.
        self._last = None

    def _negative_phase(self, batch: Tensor, rng: torch.Generator) -> Tensor:
        """The points to push up, (m, 2)."""
        params = self.params
        if params.negative_phase == "exact":
            return fields.jittered(self._edges, rng)
        if params.negative_phase == "cd":
            starts = batch[torch.randint(len(batch), (params.chains,), generator=rng, device=batch.device)]
            self._ages = torch.full((params.chains,), _STEPS_UNSEEN, device=batch.device)
        else:
            starts = self._kept_chains(rng)
        kernel: Any = mala if params.is_adjusted and params.noise > 0 else langevin
        moves = kernel.Params(step_size=params.step_size, noise=params.noise)
        draws = Draws(rng, len(starts), steps_at_once=params.langevin_steps)
        self._chains = walk(
            kernel, starts, _Learning(self.network, params.confinement), moves, draws, params.langevin_steps
        ).x
        # Without a bowl a chain may leave the plane, where nothing would ever push it back.
        return self._chains.clamp_(-fields.FAR, fields.FAR)

    def _weights(self, up: Tensor) -> tuple[Tensor, Tensor]:
        """What each negative point counts, (m,), and what the loss adds to the data's energy: log Z, or -mean."""
        if self.params.negative_phase == "exact":
            log_masses = self._log_areas - up
            return torch.softmax(log_masses, 0), torch.logsumexp(log_masses, 0)
        if self.params.negative_phase == "cd":
            weights = torch.full_like(up, 1 / len(up))
        else:
            has_walked = self._ages >= _STEPS_UNSEEN
            counts = (has_walked | ~has_walked.any()).to(up)
            weights = counts / counts.sum()
        return weights, -(weights @ up)

    def _kept_chains(self, rng: torch.Generator) -> Tensor:
        """Where the kept chains go on from; a share of them starts anew, and counts again once it has walked a while.

        Were they to count at once, they would push up wherever they come by, and the model would have to dig its
        valleys ever deeper to make up for it.
        """
        chains, wanted = self._chains, self.params.chains
        if len(chains) != wanted:
            missing = wanted - min(len(chains), wanted)
            chains = torch.cat([chains[:wanted], self._anywhere(missing, rng)])
            self._ages = torch.cat([self._ages[:wanted], self._ages.new_zeros(missing)])
        self._ages = self._ages + 1
        if self.params.restart_rate == 0:
            return chains
        is_restarted = torch.rand(wanted, generator=rng, device=chains.device) < self.params.restart_rate
        self._ages = torch.where(is_restarted, 0, self._ages)
        return torch.where(is_restarted[:, None], self._anywhere(wanted, rng), chains)

    def _anywhere(self, count: int, rng: torch.Generator) -> Tensor:
        return (torch.rand(count, 2, generator=rng, device=rng.device) * 2 - 1) * _START_REACH
