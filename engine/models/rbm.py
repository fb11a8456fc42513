"""Restricted Boltzmann machine

Two visible units, the coordinates of a point, are joined to hidden units that are on or off, but not to one another.
Each hidden unit divides the plane in two and is likely on at one side of its line; where it is on, it moves the middle
of a Gaussian. All the ways to switch the units make very many Gaussians out of few numbers. Summed over these ways, the
energy of a point is its free energy, which is known exactly.

Learning pushes the free energy down at the data and up at the model's own samples. Those come from a grid over the
plane (exact), from the data after a few turns of sampling the units by the points and the points by the units (cd), or
from chains that are kept from step to step (pcd).

Equation: F(v) = \\frac{\\| v - b \\|^2}{2 \\sigma^2} - \\sum_j \\log\\left( 1 + e^{c_j + w_j \\cdot v / \\sigma^2}
\\right)
Try: Draw eight Gaussians, look at the half-planes, then change the negative phase to cd with one turn: deep valleys
appear where no chain ever comes by.
Source: Hinton (2002), Neural Computation 14(8), for contrastive divergence; Tieleman (2008), ICML, for persistent
chains; Welling, Rosen-Zvi, Hinton (2005), NeurIPS, for visible units that are real numbers.
"""

import math
from typing import ClassVar, NamedTuple

import msgspec
import torch
from torch import Tensor
from torch.nn.functional import softplus

from engine import fields, geometry
from engine.knobs import knob
from engine.messages import Box, Machine
from engine.mlp import linear
from engine.models import Batch, Drawing, Phases, Picture, Pushes, Terms
from engine.models import Model as Family
from engine.nets import chunked, cpu_rng

# Cells of the grid of the exact negative phase.
_INNER_CELLS, _OUTER_CELLS = 48, 8
# Chains start within this distance from the middle of the plane, in x and in y: a little more than the home view.
_START_REACH = 1.25
# Turns that samples take on the landscape that is shown, from where the last step's negative phase ended.
_SAMPLE_TURNS = 20
# On the plane: from a half-plane's line to its "on" side.
# Of many lines none can be followed.
_MOST_DRAWN = 12
_ARROW_LENGTH = 0.08
# Of learning b, w and c: the first two are lengths on the plane, c is in nats and ten times as large or more.
_PACES = (0.1, 0.1, 1.0)
# How far `pushes` moves all parameters together.
_PUSH_LENGTH = 1e-3


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
    hidden: int = knob(
        64, low=1, high=512, scale="log", makes_new_network=True, help="How many hidden units: half-planes."
    )
    sigma: float = knob(
        0.05,
        low=0.03,
        high=1.0,
        scale="log",
        unit="of half the home view",
        help="The standard deviation of a point, given the hidden units: no structure can be finer. Kept chains need "
        "0.1 or more, else they stay in their valleys.",
    )
    gibbs_steps: int = knob(
        5,
        low=1,
        high=100,
        scale="log",
        help="Turns of each chain between two pushes (cd and pcd): the k of CD-k. A turn draws all hidden units, then "
        "the point.",
    )
    chains: int = knob(512, low=1, high=4096, scale="log", help="How many chains push up (cd and pcd).")
    restart_rate: float = knob(
        0.1,
        low=0.0,
        high=0.2,
        help="Share of the kept chains that start anew at data points at each step (pcd). 0 is pure PCD, whose "
        "chains may all end in one valley.",
    )
    learning_rate: float = knob(0.01, low=1e-5, high=0.1, scale="log", help="How far each push moves the parameters.")
    batch_size: int = knob(512, low=1, high=8192, scale="log", help="How many data points push down in each step.")
    weight_decay: float = knob(0.0, low=0.0, high=10.0, help="Pulls the weights to zero: a smoother landscape.")
    averaging: int = knob(
        1000,
        low=1,
        high=10000,
        scale="log",
        unit="steps",
        help="The landscape shown is the mean over this many last steps.",
    )


class Units(NamedTuple):
    """The parameters: b (2,), w (hidden, 2), c (hidden,). All energies are in nats.

    The joint energy is E(v, h) = |v - b|^2 / (2 sigma^2) - sum_j h_j (c_j + w_j . v / sigma^2).
    """

    b: Tensor
    w: Tensor
    c: Tensor

    def inputs(self, v: Tensor, sigma: float) -> Tensor:
        """What each hidden unit gets, (n, 2) -> (n, hidden); it is on with the probability sigmoid of this."""
        return torch.addmm(self.c, v, (self.w / sigma**2).T)

    def free_energy(self, v: Tensor, inputs: Tensor, sigma: float) -> Tensor:
        """(n, 2), (n, hidden) -> (n,): the joint energy with the hidden units summed out."""
        return (v - self.b).square().sum(1) / (2 * sigma**2) - softplus(inputs).sum(1)

    def gradient(self, v: Tensor, inputs: Tensor, coefficients: Tensor, sigma: float) -> list[Tensor]:
        """Of sum_i coefficients_i F(v_i), in the order of the fields: correlations of points and hidden units."""
        on = torch.sigmoid(inputs) * coefficients[:, None]
        to_b = coefficients @ (self.b - v) / sigma**2
        return [to_b, linear(on.T, v.T) / -(sigma**2), -on.sum(0)]

    def middle(self, on: Tensor) -> Tensor:
        """The mean of the point given the hidden units, (n, hidden) -> (n, 2)."""
        return torch.addmm(self.b, on, self.w)

    def hidden_given(self, v: Tensor, sigma: float, rng: torch.Generator) -> Tensor:
        """Hidden units drawn given the points, (n, 2) -> (n, hidden), 0 or 1."""
        probability = torch.sigmoid(self.inputs(v, sigma))
        return (torch.rand(probability.shape, generator=rng, device=v.device) < probability).to(v)

    def turned(self, v: Tensor, sigma: float, rng: torch.Generator, turns: int) -> Tensor:
        """Block Gibbs sampling from v (n, 2): in each turn all hidden units given the point, then the point."""
        for _ in range(turns):
            noise = torch.randn(v.shape, generator=rng, device=v.device)
            v = self.middle(self.hidden_given(v, sigma, rng)).add_(noise, alpha=sigma)
        return v


class _Step(NamedTuple):
    """A step's points, (n, 2) and (m, 2), what each negative one counts, and how hard each point was pushed."""

    data: Tensor
    negative: Tensor
    weights: Tensor
    push_down: Tensor
    push_up: Tensor


class Model(Family):
    """`units` learn; their running mean is shown."""

    kind = "Latent variables"
    layers = ("phases", "field", "parts", "cursor", "machine")
    machine: ClassVar = Machine(
        columns=(
            (
                Box("data", "data", "A batch of the points to learn from."),
                Box("chains", "samples", "Points that the model itself believes in, drawn by chains or on a grid."),
            ),
            (Box("hidden", "hidden units", "How often each of the first 64 units is on at the data."),),
            (Box("back", "reconstruction", "The data after one turn: hidden units are drawn, then their middle."),),
            (Box("energy", "free energy", "The energy of a point, with the hidden units summed out."),),
            (Box("loss", "energy gap", "The data's free energy minus that of the samples; training closes it."),),
        ),
        arrows=(
            ("data", "hidden"),
            ("chains", "hidden"),
            ("hidden", "back"),
            ("hidden", "energy"),
            ("energy", "loss"),
        ),
        stages=(("data",), ("hidden",), ("back", "chains"), ("energy",), ("loss",)),
    )

    def __init__(self, params: Params, rng: torch.Generator, device: torch.device) -> None:
        self.params = params
        self._last: _Step | None = None
        self._edges = fields.cell_edges(_INNER_CELLS, _OUTER_CELLS).to(device)
        self._log_areas = fields.plane_grid(_INNER_CELLS, _OUTER_CELLS, device).log_areas
        self._chains = _anywhere(params.chains, rng)
        self._start(self._chains, rng)

    def begin(self, data: Batch, rng: torch.Generator) -> None:
        """Half-planes whose lines go through data points, in all directions."""
        self._start(data.x, rng)

    def settle(self) -> None:
        self._steps_since_change = 0

    def step(self, batch: Batch, rng: torch.Generator) -> Terms:
        """One push down at the batch and up at the negative phase."""
        params, data = self.params, batch.x
        negative = self._negative_phase(data, rng)
        points = torch.cat([data, negative])
        inputs = self.units.inputs(points, params.sigma)
        energy = self.units.free_energy(points, inputs, params.sigma)
        down, up = energy[: len(data)], energy[len(data) :]
        weights, baseline = self._weights(up)
        push_down, push_up = torch.full_like(down, 1 / len(down)), -weights
        if params.phases == "positive only":
            push_up = torch.zeros_like(push_up)
        elif params.phases == "negative only":
            push_down = torch.zeros_like(push_down)
        self._move(self.units.gradient(points, inputs, torch.cat([push_down, push_up]), params.sigma))
        self._last = _Step(data, negative, weights, push_down, push_up)
        mean_down = down.mean()
        return Terms(mean_down + baseline, mean_down, weights @ up)

    def energy(self, x: Tensor) -> Tensor:
        return chunked(lambda v: self._free_energy(self.mean, v), x)

    def score(self, x: Tensor) -> Tensor:
        """(m(x) - x) / sigma^2, where m is the mean of the point given how likely each hidden unit is on."""
        return (chunked(self._reconstructed, x) - x) / self.params.sigma**2

    def energy_and_score(self, x: Tensor) -> tuple[Tensor, Tensor]:
        return self.energy(x), self.score(x)

    def phases(self, rng: torch.Generator) -> Phases:
        """Where the last step pushed; of an exact negative phase, as many draws as there are chains."""
        last = self._last
        if last is None:
            return Phases(self._chains[:0], self._chains[:0])
        up = last.negative
        if self.params.negative_phase == "exact":
            up = up[torch.multinomial(last.weights, self.params.chains, replacement=True, generator=rng)]
        return Phases(last.data, up)

    def pushes(self, x: Tensor) -> Pushes | None:
        """How a small plain gradient step of each half alone changes the free energy at x."""
        last = self._last
        if last is None:
            return None
        before = self._free_energy(self.units, x)
        halves = ((last.data, last.push_down), (last.negative, last.push_up))
        return Pushes(*(self._free_energy(self._pushed(*half), x) - before for half in halves))

    def samples(self, count: int, rng: torch.Generator) -> Tensor:
        """Block Gibbs sampling from where the kept chains are, or from the grid in an exact negative phase."""
        if self.params.negative_phase == "exact":
            grid = fields.plane_grid(_INNER_CELLS, _OUTER_CELLS, rng.device)
            starts = fields.samples_from(grid, self.energy(grid.points), count, rng)
        else:
            chosen = torch.randint(len(self._chains), (count,), generator=rng, device=rng.device)
            starts = self._chains[chosen]
        return self.mean.turned(starts, self.params.sigma, rng, _SAMPLE_TURNS)

    def parts(self) -> Drawing:
        """The lines of the steepest half-planes, with arrows to the side where their unit is likely on."""
        steepest = self.mean.w.square().sum(1).argsort(descending=True)[:_MOST_DRAWN]
        normals, offsets = self.mean.w[steepest] / self.params.sigma**2, self.mean.c[steepest]
        lines, arrows = [], []
        for normal, offset in zip(normals, offsets, strict=True):
            line = geometry.line_across(normal, offset)
            if line is not None:
                foot = -offset * normal / normal.square().sum()
                lines.append(line)
                arrows.append(torch.cat([foot, foot + _ARROW_LENGTH * normal / normal.norm()]))
        return Drawing(lines=lines, arrows=torch.stack(arrows) if arrows else None)

    def at_cursor(self, x: Tensor) -> tuple[Drawing, str]:
        """The reconstruction, and how many hidden units are on."""
        likely = torch.sigmoid(self.mean.inputs(x, self.params.sigma))
        text = f"{float(likely.sum()):.1f} of {likely.shape[1]} hidden units are on"
        return Drawing(arrows=torch.cat([x, self._reconstructed(x)], 1)), text

    def pictures(self, rng: torch.Generator) -> dict[str, Picture]:
        data, negative = (each[:200] for each in self.phases(rng))
        on = self.mean.hidden_given(data, self.params.sigma, rng)
        likely = torch.sigmoid(self.mean.inputs(data, self.params.sigma)).sum(0) / max(1, len(data))
        return {
            "data": Picture("dots", data),
            "chains": Picture("dots", negative),
            "hidden": Picture("bars", likely[:64]),
            "back": Picture("dots", self.mean.middle(on)),
        }

    def tensors(self) -> dict[str, Tensor]:
        kinds = (("units", self.units), ("units_mean", self.mean))
        return {f"{kind}.{name}": each for kind, units in kinds for name, each in units._asdict().items()}

    def on_loaded(self) -> None:
        self._optimizer = self._new_optimizer()
        # The points of the last step were of other weights, perhaps of such as had run away.
        self._last = None

    def _start(self, points: Tensor, rng: torch.Generator) -> None:
        """New units, drawn on the CPU, alike for every device, with their lines through some of the points (n, 2)."""
        count, device = self.params.hidden, points.device
        spread = points.var(0, correction=0).sum().sqrt().clamp(min=self.params.sigma)
        drawn = torch.randn(count, 2, generator=cpu_rng(rng)).to(device)
        w = spread / math.sqrt(1 + count) * drawn
        at = points[torch.randint(len(points), (count,), generator=rng, device=device)]
        c = -(w * at).sum(1) / self.params.sigma**2
        self.units = Units(points.mean(0) - w.sum(0) / 2, w, c)
        self.mean = Units(*(each.clone() for each in self.units))
        self.on_loaded()
        self.settle()

    def _new_optimizer(self) -> torch.optim.Optimizer:
        groups = [{"params": [each]} for each in self.units]
        return torch.optim.AdamW(groups, betas=(0.9, 0.99), fused=True)

    def _free_energy(self, units: Units, v: Tensor) -> Tensor:
        return units.free_energy(v, units.inputs(v, self.params.sigma), self.params.sigma)

    def _reconstructed(self, v: Tensor) -> Tensor:
        """The mean of the point given how likely each hidden unit is on, (n, 2) -> (n, 2)."""
        return self.mean.middle(torch.sigmoid(self.mean.inputs(v, self.params.sigma)))

    def _negative_phase(self, batch: Tensor, rng: torch.Generator) -> Tensor:
        """The points to push up, (m, 2)."""
        params = self.params
        if params.negative_phase == "exact":
            return fields.jittered(self._edges, rng)
        at_data = batch[torch.randint(len(batch), (params.chains,), generator=rng, device=batch.device)]
        starts = at_data
        if params.negative_phase == "pcd":
            kept = self._chains[: params.chains]
            kept = torch.cat([kept, at_data[len(kept) :]])
            is_restarted = torch.rand(len(kept), generator=rng, device=kept.device) < params.restart_rate
            starts = torch.where(is_restarted[:, None], at_data, kept)
        moved = self.units.turned(starts, params.sigma, rng, params.gibbs_steps)
        self._chains = moved.clamp_(-fields.FAR, fields.FAR)
        return self._chains

    def _weights(self, up: Tensor) -> tuple[Tensor, Tensor]:
        """What each negative point counts, (m,), and what the loss adds to the data's energy: log Z, or -mean."""
        if self.params.negative_phase == "exact":
            log_masses = self._log_areas - up
            return torch.softmax(log_masses, 0), torch.logsumexp(log_masses, 0)
        return torch.full_like(up, 1 / len(up)), -up.mean()

    def _pushed(self, v: Tensor, coefficients: Tensor) -> Units:
        """Other units, a plain gradient step away, down sum_i coefficients_i F(v_i)."""
        sigma = self.params.sigma
        gradients = self.units.gradient(v, self.units.inputs(v, sigma), coefficients, sigma)
        norm = torch.stack(torch._foreach_norm(gradients)).norm().clamp_(min=1e-12)
        steps = torch._foreach_mul(gradients, _PUSH_LENGTH / norm)
        return Units(*torch._foreach_sub(list(self.units), steps))

    def _move(self, gradients: list[Tensor]) -> None:
        params = self.params
        decays = (0.0, params.weight_decay, 0.0)
        for group, pace, decay in zip(self._optimizer.param_groups, _PACES, decays, strict=True):
            group["lr"], group["weight_decay"] = params.learning_rate * pace, decay
        for parameter, gradient in zip(self.units, gradients, strict=True):
            parameter.grad = gradient
        self._optimizer.step()
        # The window of the mean grows with what there is to average: a tenth of the steps since the last change.
        self._steps_since_change += 1
        window = min(params.averaging, 1 + self._steps_since_change // 10)
        torch._foreach_lerp_(list(self.mean), list(self.units), 1 / window)


def _anywhere(count: int, rng: torch.Generator) -> Tensor:
    return (torch.rand(count, 2, generator=rng, device=rng.device) * 2 - 1) * _START_REACH
