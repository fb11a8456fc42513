"""Families of models, one file each: found by scanning this folder, so a new model is one new file.

A file has a docstring (first line: its title; then help, `Equation:` in LaTeX, `Try:` one thing to do, `Source:`),
`Params` made of knobs, and a class `Model(models.Model)`. A knob called `batch_size` makes steps get that many points;
without it they get all. Everything is on the plane (see plane.py); (n, 2) are n of its points, float32.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, NamedTuple, Protocol

import torch
from torch import Tensor

from engine.messages import Machine
from engine.weights import copied, put

NO_POINTS = torch.zeros(0, 2)


class Batch(NamedTuple):
    """Data: x (n, 2) on the plane, y (n,) int64, the labels from 0 to 3."""

    x: Tensor
    y: Tensor


class Terms(NamedTuple):
    """What a step says of itself, all scalars on the device; a step never waits for them.

    loss: what the step makes smaller.  energy_of_data, energy_of_samples: means, in nats; the second is NaN (see
    `no_energy`) where a step has no samples.
    """

    loss: Tensor
    energy_of_data: Tensor
    energy_of_samples: Tensor


class Phases(NamedTuple):
    """Points of the last step, (n, 2) and (m, 2): where it pushed down, and where up."""

    down: Tensor
    up: Tensor


class Pushes(NamedTuple):
    """How each half of the last step changed the energy at some points, (n,) each; their scale has no meaning."""

    down: Tensor
    up: Tensor


class Drawing(NamedTuple):
    """Lines (k, 2) each, arrows (m, 4) from x, y to x, y, and dots (n, 2)."""

    lines: Sequence[Tensor] = ()
    arrows: Tensor | None = None
    dots: Tensor | None = None


class Picture(NamedTuple):
    """The small picture in a box: dots (n, 2), at most 200; bars (n,), at most 64; heat (rows, columns)."""

    kind: str
    values: Tensor


class Truth(NamedTuple):
    """The density behind the data on a grid: points (n, 2) and the log of the mass that each stands for, (n,)."""

    points: Tensor
    log_masses: Tensor


class Model(Protocol):
    """A family of models, made by `Model(params, rng, device)`; `params` may be set between steps.

    What is not said here of a family stays as it is below: it has no such thing. All but `step` run without gradients;
    a `step` that needs them says so with `torch.enable_grad`.
    """

    # Its place in the menu, one of catalogue.KINDS.
    kind: ClassVar[str]
    # Whether exp(-E) / Z is what it learns, so that nll and KL have a meaning.
    is_density: ClassVar[bool] = True
    # Which of messages.LAYERS it has.
    layers: ClassVar[tuple[str, ...]] = ()
    machine: ClassVar[Machine | None] = None
    # The most cells a side that its energy can be computed on several times a second.
    finest: ClassVar[int] = 1024
    params: Any

    def __init__(self, params: Any, rng: torch.Generator, device: torch.device) -> None:
        """`rng` is the run's generator on `device`."""

    def begin(self, data: Batch, rng: torch.Generator) -> None:
        """The data are known, and no step has been made: start from them (k-means++, scales). May be called again."""

    def settle(self) -> None:
        """The data or the knobs have changed."""

    def step(self, batch: Batch, rng: torch.Generator) -> Terms:
        """One step of learning."""
        raise NotImplementedError

    def energy(self, x: Tensor) -> Tensor:
        """(n, 2) -> (n,), in nats; lower is likelier. Differentiable in x, unless `score` is given too."""
        raise NotImplementedError

    def score(self, x: Tensor) -> Tensor:
        """Minus the gradient of the energy, (n, 2) -> (n, 2)."""
        return self.energy_and_score(x)[1]

    def energy_and_score(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Both, (n,) and (n, 2)."""
        with torch.enable_grad():
            x = x.detach().requires_grad_()
            energy = self.energy(x)
            (gradient,) = torch.autograd.grad(energy.sum(), x)
        return energy.detach(), -gradient

    def field(self, x: Tensor) -> Tensor:
        """The arrows that the model itself follows, (n, 2) -> (n, 2)."""
        return self.score(x)

    def phases(self, rng: torch.Generator) -> Phases:
        """The points of the last step; `rng` is for views, so that looking does not change the run."""
        return Phases(NO_POINTS, NO_POINTS)

    def pushes(self, x: Tensor) -> Pushes | None:
        """How each half of the last step changed the energy at x (n, 2); None: there are no two halves, or no step."""
        return None

    def samples(self, count: int, rng: torch.Generator) -> Tensor | None:
        """(count, 2) from the model's own way to generate; None: it has none, and the grid is asked."""
        return None

    def manifold(self) -> Drawing:
        """The decoder's curve, or the warped grid."""
        return Drawing()

    def parts(self) -> Drawing:
        """What the model is made of: centres, ellipses, atoms, half-planes."""
        return Drawing()

    def at_cursor(self, x: Tensor) -> tuple[Drawing, str]:
        """What the model makes of one point (1, 2): a drawing, and a line of text with names and numbers."""
        return Drawing(), ""

    def pictures(self, rng: torch.Generator) -> dict[str, Picture]:
        """The small pictures of the machine's boxes, by their names, of the last step where there was one."""
        return {}

    def lit(self) -> tuple[str, ...]:
        """The boxes that acted in the last step; none means all."""
        return ()

    def remark(self) -> str:
        """A sentence about what is seen now, such as what a knob at its end has turned the model into."""
        return ""

    def measures(self, truth: Truth | None, rng: torch.Generator) -> dict[str, float]:
        """What is measured of this family alone, by names such as "score cosine"."""
        return {}

    def tensors(self) -> dict[str, Tensor]:
        """All that a file keeps, by names, not copied; running means of others end in "_mean"."""
        raise NotImplementedError

    def on_loaded(self) -> None:
        """Other weights have been put in: what an optimiser remembers is of the old ones."""

    def weights(self) -> dict[str, Tensor]:
        """Copies of all that a file keeps."""
        return copied(self.tensors())

    def load(self, weights: Mapping[str, Tensor]) -> None:
        """Take over what `weights` gave.

        Raises KeyError or RuntimeError on a misfit, and has then changed nothing.
        """
        put(weights, into=self.tensors())
        self.on_loaded()
        self.settle()


def no_energy(like: Tensor) -> Tensor:
    """The mean energy of samples that are not there."""
    return torch.full((), torch.nan, device=like.device)
