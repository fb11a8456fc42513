"""Classifier as an energy

A network gives every point one number for each class. Minus that number is the energy of the point together with the
class; the class with the lowest energy is the answer. The energy of the point alone is the free energy, with the
classes summed out. Only classes that have points take part; with a single one there is nothing to tell apart.

Cross-entropy pushes down the energy of the right class and up those of the others, at the data alone. So only the
differences between classes are learnt: the height of E(x) has no meaning, and far from the data a class can be as low
as it likes. That is why a point that rolls down towards another class ends up where no data are. The generative weight
adds the other half, the likelihood of the points themselves over a grid; then E(x) becomes a density's energy, too.

Equation: E(x, y) = -f_y(x), \\quad E(x) = -\\log \\sum_y e^{-E(x, y)}, \\quad p(y \\mid x) = e^{E(x) - E(x, y)}
Try: Draw two moons, set the target to class 2 and point at class 1: the path crosses the border to the other moon. Then
set the generative weight to 0, a plain classifier, and watch it run off to where no data are.
Source: Grathwohl et al. (2020), ICLR, Your classifier is secretly an energy based model; Szegedy et al. (2014), ICLR,
for adversarial points; Mordvintsev, Olah, Tyka (2015), Inceptionism, for pictures dreamt from a class.
"""

from typing import ClassVar

import msgspec
import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import one_hot

from engine import fields
from engine.knobs import knob
from engine.messages import Box, Extent, Machine
from engine.models import Batch, Drawing, Picture, Terms, no_energy
from engine.models import Model as Family
from engine.nets import ACTIVATIONS, Learner, chunked, cpu_rng, multilayer

NUM_CLASSES = 4
_CLASSES = tuple(f"class {number}" for number in range(1, NUM_CLASSES + 1))
# A kink of relu in each of many units would be a jump of the arrows.
_SMOOTH = tuple(name for name in ACTIVATIONS if name != "relu")
# Steps without a point of a class, after which it is gone from the sketch; a rare one may miss many batches.
_PATIENCE = 500.0
# Cells of the grid that the generative term is summed over.
_INNER_CELLS, _OUTER_CELLS = 48, 8
# Where borders are looked for, on the plane, and in how many cells a side.
_BORDER_EXTENT: Extent = (-1.25, 1.25, -1.25, 1.25)
_BORDER_CELLS = 96
# On the plane: no step of a path is longer.
_LONGEST_STEP = 0.05
# Of relaxing the label: steps, and how much of the way to the minimum each goes.
_LABEL_STEPS, _LABEL_RATE = 100, 0.1
_PICTURE_CELLS = 48
_ZERO = np.zeros(1)


class Params(msgspec.Struct, frozen=True):
    shown: str = knob(
        "all classes",
        choices=("all classes", *_CLASSES),
        help="The landscape of E(x), or of E(x, y) for one class y.",
    )
    target: str = knob(
        "none",
        choices=("none", *_CLASSES),
        help="From the cursor, a point follows the gradient down the energy of this class.",
    )
    path_steps: int = knob(60, low=1, high=500, scale="log", help="How many steps the point at the cursor takes.")
    path_step_size: float = knob(
        2e-3,
        low=1e-5,
        high=0.1,
        scale="log",
        help="How far it moves for each nat of slope; steps have a longest length.",
    )
    label_temperature: float = knob(
        1.0,
        low=0.05,
        high=10.0,
        scale="log",
        help="At the cursor the label is relaxed down E(x, y) as a mixture of classes. Low decides for one class.",
    )
    generative_weight: float = knob(
        1.0,
        low=0.0,
        high=10.0,
        help="How much the likelihood of the points counts beside that of their labels. 0 is a plain classifier.",
    )
    learning_rate: float = knob(3e-3, low=1e-5, high=0.1, scale="log", help="How far each step moves the weights.")
    batch_size: int = knob(128, low=1, high=8192, scale="log", help="How many data points are looked at in each step.")
    weight_decay: float = knob(0.3, low=0.0, high=10.0, help="Pulls the weights to zero: smoother borders, less sure.")
    averaging: int = knob(
        500,
        low=1,
        high=10000,
        scale="log",
        unit="steps",
        help="The landscape shown is the mean over this many last steps.",
    )
    width: int = knob(64, low=2, high=1024, scale="log", makes_new_network=True, help="Units in each hidden layer.")
    depth: int = knob(
        2, low=0, high=6, makes_new_network=True, help="Hidden layers. With none, every border is a straight line."
    )
    activation: str = knob("silu", choices=_SMOOTH, makes_new_network=True, help="What bends each unit.")
    detail: float = knob(
        2.0,
        low=0.1,
        high=50.0,
        scale="log",
        makes_new_network=True,
        help="How fine a structure the first layer starts with: it is waves this short.",
    )


class Model(Family):
    """The network gives four numbers, of which those of classes without points are left out."""

    kind = "Classifier"
    is_density = False
    layers = ("field", "parts", "cursor", "machine")
    machine: ClassVar = Machine(
        columns=(
            (Box("data", "data", "A batch of labelled points."),),
            (Box("classes", "E(x, y)", "A row for each point, sorted by label; a column for each class."),),
            (
                Box("label", "p(y | x)", "The same rows: how likely each class is, given the point."),
                Box("energy", "E(x)", "The energy of the point, with the classes summed out."),
            ),
            (Box("sure", "how sure", "Over the home view, how likely the likeliest class is."),),
            (Box("loss", "cross-entropy", "How surprised the classifier is by the labels; training lowers it."),),
        ),
        arrows=(
            ("data", "classes"),
            ("classes", "label"),
            ("classes", "energy"),
            ("label", "sure"),
            ("label", "loss"),
        ),
        stages=(("data",), ("classes",), ("label", "energy"), ("sure",), ("loss",)),
    )

    def __init__(self, params: Params, rng: torch.Generator, device: torch.device) -> None:
        self.params = params
        sizes = [2, *[params.width] * params.depth, NUM_CLASSES]
        detail = params.detail if params.depth else None
        network = multilayer(sizes, params.activation, cpu_rng(rng), device, detail=detail, last_scale=0.1)
        self._learner = Learner(network)
        # Steps since each class was seen.
        self._unseen = torch.zeros(NUM_CLASSES, device=device)
        self._edges = fields.cell_edges(_INNER_CELLS, _OUTER_CELLS).to(device)
        self._log_areas = fields.plane_grid(_INNER_CELLS, _OUTER_CELLS, device).log_areas
        self._batch = Batch(torch.zeros(0, 2, device=device), torch.zeros(0, dtype=torch.int64, device=device))

    def begin(self, data: Batch, rng: torch.Generator) -> None:
        """Which classes there are."""
        is_there = one_hot(data.y, NUM_CLASSES).amax(0) > 0
        self._unseen = torch.where(is_there, 0.0, _PATIENCE)

    def settle(self) -> None:
        self._learner.settle()

    def step(self, batch: Batch, rng: torch.Generator) -> Terms:
        """Make the labels of the batch likelier, and with a generative weight its points."""
        params, self._batch = self.params, batch
        is_right = one_hot(batch.y, NUM_CLASSES)
        self._unseen = torch.where(is_right.amax(0) > 0, 0.0, (self._unseen + 1).clamp(max=_PATIENCE))
        weight, of_samples = params.generative_weight, None
        with torch.enable_grad():
            energies = self._energies(self._learner.network, batch.x)
            free = _free_energy(energies)
            loss = (energies.gather(1, batch.y[:, None])[:, 0] - free).mean()
            if weight > 0:
                up = _free_energy(self._energies(self._learner.network, fields.jittered(self._edges, rng)))
                log_masses = self._log_areas - up
                loss = loss + weight * (free.mean() + torch.logsumexp(log_masses, 0))
                of_samples = (log_masses.softmax(0) @ up).detach()
            self._learner.move(loss, params.learning_rate, averaging=params.averaging, weight_decay=params.weight_decay)
        loss = loss.detach()
        return Terms(loss, free.detach().mean(), no_energy(loss) if of_samples is None else of_samples)

    def energies(self, x: Tensor) -> Tensor:
        """E(x, y) of each class, (n, 2) -> (n, 4); infinite for a class without points."""
        return chunked(lambda piece: self._energies(self._learner.mean, piece), x)

    def energy(self, x: Tensor) -> Tensor:
        if self.params.shown == "all classes":
            return _free_energy(self.energies(x))
        return self._energy_of(x, self.params.shown)

    def path(self, x: Tensor) -> Tensor:
        """Where a point (1, 2) goes down the energy of the target class, (steps + 1, 2)."""
        places = [x]
        for _ in range(self.params.path_steps):
            with torch.enable_grad():
                at = places[-1].detach().requires_grad_()
                (slope,) = torch.autograd.grad(self._energy_of(at, self.params.target).sum(), at)
            move = -self.params.path_step_size * slope
            move = move * (_LONGEST_STEP / move.norm().clamp(min=_LONGEST_STEP))
            places.append((places[-1] + move).clamp(-fields.FAR, fields.FAR))
        return torch.cat(places)

    def relaxed_label(self, x: Tensor) -> Tensor:
        """The mixture of classes y that minimises sum_y y E(x, y) + T sum_y y log y, (n, 2) -> (n, 4).

        From the even mixture, by gradient steps on log y, which stay among the mixtures.
        """
        energies, temperature = self.energies(x), self.params.label_temperature
        log_y = torch.where(self._is_present, 0.0, -torch.inf).log_softmax(0).expand_as(energies)
        for _ in range(_LABEL_STEPS):
            slope = energies / temperature + log_y
            log_y = torch.where(self._is_present, log_y - _LABEL_RATE * slope, -torch.inf).log_softmax(1)
        return log_y.exp()

    def parts(self) -> Drawing:
        """The borders between classes: where the two best are equally good."""
        grid = fields.view_grid(_BORDER_EXTENT, _BORDER_CELLS, _BORDER_CELLS, self._unseen.device)
        energies = self.energies(grid.points)
        lines: list[Tensor] = []
        present = self._is_present.nonzero()[:, 0].tolist()
        # The last class has no border that is not another's too.
        for number in present[:-1]:
            others = [other for other in present if other != number]
            lead = (energies[:, number] - energies[:, others].amin(1)).reshape(grid.shape)
            points, offsets = fields.contours(lead.cpu().numpy(), _BORDER_EXTENT, _ZERO)
            pieces = torch.as_tensor(points, dtype=torch.float32).tensor_split(offsets[1:-1].tolist())
            lines += [piece.to(grid.points.device) for piece in pieces if len(piece)]
        return Drawing(lines=lines)

    def at_cursor(self, x: Tensor) -> tuple[Drawing, str]:
        """The path to the target class, and what is known of the label."""
        energies, label = self.energies(x)[0], self.relaxed_label(x)[0]
        present = self._is_present.nonzero()[:, 0].tolist()
        said = ", ".join(f"{number + 1}: {float(energies[number]):.2f}" for number in present)
        relaxed = " ".join(f"{float(label[number]):.2f}" for number in present)
        text = f"E(x, y) {said}; class {int(energies.argmin()) + 1}; y: {relaxed}"
        if self.params.target == "none":
            return Drawing(), text
        path = self.path(x)
        return Drawing(lines=[path], dots=path[-1:]), text

    def pictures(self, rng: torch.Generator) -> dict[str, Picture]:
        order = self._batch.y[:64].argsort()
        energies = self.energies(self._batch.x[:64][order])[:, self._is_present]
        grid = fields.view_grid((-1.0, 1.0, -1.0, 1.0), _PICTURE_CELLS, _PICTURE_CELLS, rng.device)
        sure = self.energies(grid.points).neg().softmax(1).amax(1)
        return {
            "data": Picture("dots", self._batch.x[:200]),
            "classes": Picture("heat", energies),
            "label": Picture("heat", energies.neg().softmax(1)),
            "sure": Picture("heat", sure.reshape(grid.shape)),
        }

    def remark(self) -> str:
        """What the landscape can and cannot mean now."""
        if int(self._is_present.sum()) < 2:
            return "All points are of one class: draw some of another one, so that there is something to tell apart."
        shown = self.params.shown
        if shown != "all classes" and not bool(self._is_present[_CLASSES.index(shown)]):
            return f"No point is of {shown}, so its energy means nothing."
        if self.params.generative_weight == 0:
            return "Only differences between classes are learnt: the height of the landscape is no density's."
        return ""

    def tensors(self) -> dict[str, Tensor]:
        return {"unseen": self._unseen, **self._learner.tensors("classes")}

    def on_loaded(self) -> None:
        self._learner.restart()

    @property
    def _is_present(self) -> Tensor:
        """Which classes have points, (4,)."""
        return self._unseen < _PATIENCE

    def _energies(self, network: torch.nn.Module, x: Tensor) -> Tensor:
        logits: Tensor = network(x)
        return (-logits).masked_fill(~self._is_present, torch.inf)

    def _energy_of(self, x: Tensor, name: str) -> Tensor:
        """E(x, y) of the class of this name, whether it has points or not, (n, 2) -> (n,)."""
        number = _CLASSES.index(name)
        return chunked(lambda piece: -self._learner.mean(piece)[:, number], x)


def _free_energy(energies: Tensor) -> Tensor:
    """-log sum_y exp(-E(x, y)), (n, 4) -> (n,)."""
    return -torch.logsumexp(-energies, 1)
