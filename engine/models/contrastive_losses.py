"""Contrastive losses

An energy-based model needs not be a density: it is enough that data have lower energies than other points. Each loss
here lowers the energy of data, and all but one raise that of negative points, each in its own way: until it is a margin
higher (hinge, square-square), for ever less and less (log), or by how low it is among all negatives (negative
log-likelihood). The energy cannot be negative.

Collapse is what happens without negatives: the energy becomes zero everywhere, and the loss is content.

Equation: L_{hinge} = \\max(0, m + E(x) - E(\\bar{x})), \\quad L_{log} = \\log(1 + e^{E(x) - E(\\bar{x})}), \\quad
L_{square} = E(x)^2 + \\max(0, m - E(\\bar{x}))^2, \\quad L_{nll} = E(x) + \\log \\sum e^{-E(\\bar{x})}
Try: Train with hinge until the data lie in a valley, then change the loss to collapse and watch the landscape go flat.
Source: LeCun, Chopra, Hadsell, Ranzato, Huang (2006), A Tutorial on Energy-Based Learning, in Predicting Structured
Data; Barron (2021), arXiv:2112.11687, for squareplus.
"""

from typing import ClassVar, NamedTuple

import msgspec
import torch
from torch import Tensor
from torch.nn.functional import relu, softplus

from engine.draws import Draws
from engine.energy_network import EnergyNetwork
from engine.fields import FAR
from engine.knobs import knob
from engine.messages import Box, Machine
from engine.mlp import ACTIVATIONS
from engine.models import Batch, Phases, Picture, Pushes, Terms
from engine.models import Model as Family
from engine.samplers import langevin, walk

# Negatives start within this distance from the middle of the plane, in x and in y: a little more than the home view.
_START_REACH = 1.25
_FAR_SHARE = 0.25
# With kinks the landscape would have no slope to walk down in places.
_SMOOTH = tuple(name for name in ACTIVATIONS if name != "relu")


class Params(msgspec.Struct, frozen=True):
    loss: str = knob(
        "hinge",
        choices=("hinge", "square-square", "log", "negative log-likelihood", "collapse"),
        help="What a step makes smaller: how the energies of data and of negative points are compared. Collapse "
        "lowers that of the data and has no negatives.",
    )
    margin: float = knob(
        4.0,
        low=0.1,
        high=20.0,
        unit="nats",
        help="How much higher a negative point must be before the loss is content (hinge, square-square).",
    )
    negatives: str = knob(
        "anywhere",
        choices=("anywhere", "most offending"),
        help="Points anywhere in and around the home view, or such points after they have walked down the landscape: "
        "those the model likes best.",
    )
    walk_steps: int = knob(
        10, low=1, high=200, scale="log", help="Moves of a negative point down the landscape (most offending)."
    )
    step_size: float = knob(
        0.05,
        low=1e-4,
        high=0.5,
        scale="log",
        unit="of half the home view",
        help="How far a negative point moves at a time (most offending).",
    )
    noise: float = knob(1.0, low=0.0, high=2.0, help="1 walks at random too; 0 only rolls downhill (most offending).")
    learning_rate: float = knob(1e-3, low=1e-5, high=0.1, scale="log", help="How far each push moves the weights.")
    batch_size: int = knob(
        512, low=1, high=8192, scale="log", help="How many data points push down in each step, and as many push up."
    )
    weight_decay: float = knob(0.03, low=0.0, high=10.0, help="Pulls the weights to zero: a smoother landscape.")
    averaging: int = knob(
        300,
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
    has_waves: bool = knob(
        True,
        makes_new_network=True,
        help="The first layer is sines of all directions and lengths: fine structure is learnt much sooner.",
    )
    detail: float = knob(
        3.0,
        low=0.1,
        high=50.0,
        scale="log",
        makes_new_network=True,
        help="How fine a structure the first layer starts with.",
    )


class Compared(NamedTuple):
    """A loss, scalar, and its derivatives by the energies of the data (n,) and of the negatives (m,)."""

    loss: Tensor
    down: Tensor
    up: Tensor


class _Step(NamedTuple):
    """A step's points, (n, 2) and (m, 2), and how hard the network's value was pushed at each."""

    data: Tensor
    negative: Tensor
    push_down: Tensor
    push_up: Tensor


class Model(Family):
    """E(x) = squareplus(network(x)), which is never below zero."""

    kind = "Neural energies"
    is_density = False
    layers = ("phases", "field", "machine")
    machine: ClassVar = Machine(
        columns=(
            (
                Box("data", "data", "A batch of the points to learn from."),
                Box("negatives", "negative points", "Points that are to have higher energies than the data."),
            ),
            (Box("energy", "energy network", "Gives every point its energy, which is never below zero."),),
            (
                Box("down", "energy of data", "The energies of the data, in order; to be lowered."),
                Box("up", "energy of others", "The energies of the negative points, in order; to be raised."),
            ),
            (Box("loss", "loss", "Compares the two."),),
        ),
        arrows=(
            ("data", "energy"),
            ("negatives", "energy"),
            ("energy", "negatives"),
            ("energy", "down"),
            ("energy", "up"),
            ("down", "loss"),
            ("up", "loss"),
        ),
        stages=(("data", "negatives"), ("energy",), ("down", "up"), ("loss",)),
    )

    def __init__(self, params: Params, rng: torch.Generator, device: torch.device) -> None:
        self.params = params
        self._learner = EnergyNetwork(params, rng, device)
        self.network = self._learner.network
        self._last: _Step | None = None

    def settle(self) -> None:
        self._learner.settle()

    def step(self, batch: Batch, rng: torch.Generator) -> Terms:
        """One push down at the batch and up at as many negative points."""
        data = batch.x
        negative = self._negatives(len(data), rng)
        value, tape = self.network.forward(torch.cat([data, negative]))
        energy, slope = squareplus(value)
        of_data, of_negatives = energy[: len(data)], energy[len(data) :]
        compared = compare(self.params.loss, of_data, of_negatives, self.params.margin)
        pushes = torch.cat([compared.down, compared.up]) * slope
        self._learner.move(self.network.parameter_gradient(tape, pushes), self.params)
        self._last = _Step(data, negative, pushes[: len(data)], pushes[len(data) :])
        return Terms(compared.loss, of_data.mean(), of_negatives.mean())

    def energy(self, x: Tensor) -> Tensor:
        """Of the averaged network: (n, 2) -> (n,), in nats, at least 0."""
        return squareplus(self._learner.mean.energy(x))[0]

    def energy_and_score(self, x: Tensor) -> tuple[Tensor, Tensor]:
        value, gradient = self._learner.mean.energy_and_input_gradient(x)
        energy, slope = squareplus(value)
        return energy, -slope[:, None] * gradient

    def phases(self, rng: torch.Generator) -> Phases:
        """The batch, and the negatives unless the loss has none."""
        last = self._last
        if last is None:
            nothing = self.network.parameters[0][:0]
            return Phases(nothing, nothing)
        return Phases(last.data, last.negative[:0] if self.params.loss == "collapse" else last.negative)

    def pushes(self, x: Tensor) -> Pushes | None:
        """How a small plain gradient step of each half alone changes the energy at x."""
        last = self._last
        if last is None:
            return None
        down, up = (last.data, last.push_down), (last.negative, last.push_up)
        return self._learner.pushes(down, up, lambda network: squareplus(network.energy(x))[0])

    def pictures(self, rng: torch.Generator) -> dict[str, Picture]:
        data, negative = self.phases(rng)
        return {
            "data": Picture("dots", data[:200]),
            "negatives": Picture("dots", negative[:200]),
            "down": Picture("bars", self.energy(data[:64]).sort().values),
            "up": Picture("bars", self.energy(negative[:64]).sort().values),
        }

    def lit(self) -> tuple[str, ...]:
        return ("data", "energy", "down", "loss") if self.params.loss == "collapse" else ()

    def remark(self) -> str:
        if self.params.loss == "collapse":
            return "Nothing is pushed up: the energy goes to zero everywhere."
        return ""

    def tensors(self) -> dict[str, Tensor]:
        return self._learner.tensors()

    def on_loaded(self) -> None:
        self._learner.restart()
        # The points of the last step were of other weights, perhaps of such as had run away.
        self._last = None

    def _negatives(self, count: int, rng: torch.Generator) -> Tensor:
        """The points to push up, (count, 2)."""
        params = self.params
        anywhere = torch.rand(count, 2, generator=rng, device=rng.device) * 2 - 1
        # Most around the data, and one in four on the whole plane: what no negative ever visits could be low.
        is_far = torch.rand(count, 1, generator=rng, device=rng.device) < _FAR_SHARE
        anywhere = anywhere * torch.where(is_far, FAR, _START_REACH)
        if params.negatives == "anywhere":
            return anywhere
        moves = langevin.Params(step_size=params.step_size, noise=params.noise)
        draws = Draws(rng, len(anywhere), steps_at_once=params.walk_steps)
        walked: Tensor = walk(langevin, anywhere, self, moves, draws, params.walk_steps).x
        return walked.clamp_(-FAR, FAR)


def squareplus(value: Tensor) -> tuple[Tensor, Tensor]:
    """(v + sqrt(v^2 + 4)) / 2, above zero, and its derivative.

    It goes to zero so slowly that even in a flat valley a push is felt; that of softplus is lost there.
    """
    root = (value.square() + 4).sqrt()
    # The same number twice; far below zero the first would be a difference of two that are almost equal.
    energy = torch.where(value > 0, (value + root) / 2, 2 / (root + value.abs()))
    return energy, energy / root


def compare(loss: str, of_data: Tensor, of_negatives: Tensor, margin: float) -> Compared:
    """The mean loss of energies of data (n,) and of as many negatives, each compared with its own or with all."""
    n = len(of_data)
    if loss == "hinge":
        short = margin + of_data - of_negatives
        wrong = (short > 0).to(of_data) / n
        return Compared(relu(short).mean(), wrong, -wrong)
    if loss == "square-square":
        short = relu(margin - of_negatives)
        return Compared(of_data.square().mean() + short.square().mean(), 2 * of_data / n, -2 * short / n)
    if loss == "log":
        gap = of_data - of_negatives
        wrong = torch.sigmoid(gap) / n
        return Compared(softplus(gap).mean(), wrong, -wrong)
    even = torch.full_like(of_data, 1 / n)
    if loss == "negative log-likelihood":
        likely = torch.softmax(-of_negatives, 0)
        return Compared(of_data.mean() + torch.logsumexp(-of_negatives, 0), even, -likely)
    return Compared(of_data.mean(), even, torch.zeros_like(of_negatives))
