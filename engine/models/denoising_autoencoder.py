"""Denoising auto-encoder

Points are corrupted by noise, and the network learns to undo it: r(x) is where, on average, a corrupted point came
from. No bottleneck is needed, as copying its input would not help. The arrows r(x) - x point back to the data, and
divided by sigma squared they are the score of the data blurred by the noise: the model learns which way is likelier.

Arrows need not be the slope of anything. With the default field they are: r(x) - x is minus sigma squared times the
slope of an energy, which is that of the blurred data, up to a constant that may differ between clumps without data in
between. A free field can swirl and has no such energy; its landscape is the reconstruction error instead, which is low
wherever r(x) = x: on the data, but also between clumps where the arrows part. That is no density, so no likelihood is
told for either.

Equation: L = \\tfrac{1}{2 \\sigma^2} \\mathbb{E} \\| r(x + \\sigma \\epsilon) - x \\|^2, \\quad
\\frac{r(x) - x}{\\sigma^2} \\approx \\nabla \\log p_\\sigma(x)
Try: Train on two spirals with the field in view (key 3): the arrows point to the spiral; now double sigma.
Source: Vincent, Larochelle, Bengio, Manzagol (2008), ICML; Vincent (2011), Neural Computation 23(7), for the energy;
Alain, Bengio (2014), JMLR 15, for the score.
"""

from typing import ClassVar, NamedTuple

import msgspec
import torch
from torch import Tensor, nn
from torch.nn.functional import cosine_similarity

from engine import reconstruction
from engine.knobs import knob
from engine.measures import smoothed_score
from engine.messages import Box, Machine
from engine.models import Batch, Drawing, Picture, Terms, Truth, no_energy
from engine.models import Model as Family
from engine.nets import ACTIVATIONS, Learner, chunked, cpu_rng, multilayer

# Those that bend everywhere: with others the slope of the energy would jump.
_SMOOTH = tuple(name for name in ACTIVATIONS if name != "relu")
_GRADIENT = "gradient of an energy"
# Points at which the score is judged, so many at a time.
_JUDGED, _PIECE = 256, 32
_SHOWN = 200


class Params(msgspec.Struct, frozen=True):
    field: str = knob(
        _GRADIENT,
        choices=(_GRADIENT, "free"),
        makes_new_network=True,
        help="What r(x) - x is: the slope of an energy, or two free numbers for each point, with the reconstruction "
        "error as the landscape.",
    )
    # A cell of the grid on which the truth is known is 0.016 wide: narrower noise could not be judged.
    sigma: float = knob(
        0.04,
        low=0.02,
        high=0.5,
        scale="log",
        unit="of half the home view",
        help="The standard deviation of the corruption. More is felt from further away, and blurs what is learnt.",
    )
    learning_rate: float = knob(2e-3, low=1e-5, high=0.1, scale="log", help="How far each step moves the weights.")
    batch_size: int = knob(
        256,
        low=1,
        high=8192,
        scale="log",
        help="How many data points a step corrupts, each by a noise and its opposite.",
    )
    weight_decay: float = knob(0.01, low=0.0, high=10.0, help="Pulls the weights to zero: smoother arrows.")
    confinement: float = knob(
        4.0, low=0.0, high=20.0, unit="nats", help="A bowl added to the energy, so that far away is unlikely."
    )
    averaging: int = knob(
        1000,
        low=1,
        high=10000,
        scale="log",
        unit="steps",
        help="The landscape shown is that of the mean of the weights over this many last steps.",
    )
    width: int = knob(128, low=2, high=1024, scale="log", makes_new_network=True, help="Units in each hidden layer.")
    depth: int = knob(
        2, low=1, high=6, makes_new_network=True, help="Hidden layers: more can bend more, and learn less evenly."
    )
    activation: str = knob("silu", choices=_SMOOTH, makes_new_network=True, help="What bends each unit.")
    detail: float = knob(
        4.0,
        low=0.1,
        high=50.0,
        scale="log",
        makes_new_network=True,
        help="How fine a structure the first layer, which is sines, starts with.",
    )


class _Step(NamedTuple):
    """A step's clean points, corrupted points, and what was made of these, (n, 2) each."""

    clean: Tensor
    corrupted: Tensor
    rebuilt: Tensor


class Model(Family):
    """The network gives an energy, (n, 2) -> (n, 1), or (r(x) - x) / sigma, (n, 2) -> (n, 2); its mean is shown."""

    kind = "Reconstruction"
    is_density = False
    layers = ("field", "cursor", "machine")
    machine: ClassVar = Machine(
        columns=(
            (Box("data", "data", "A batch of the points to learn from."),),
            (Box("corrupt", "corrupt", "The same points with noise."),),
            (Box("network", "reconstruct: r(x)", "Where the corrupted points came from, as the network sees it."),),
            (Box("compare", "compare", "The distance of each reconstruction from its clean point, in order."),),
            (Box("loss", "error", "Mean squared distance from the clean points, over 2 sigma squared."),),
        ),
        arrows=(
            ("data", "corrupt"),
            ("corrupt", "network"),
            ("network", "compare"),
            ("data", "compare"),
            ("compare", "loss"),
        ),
        stages=(("data",), ("corrupt",), ("network",), ("compare",), ("loss",)),
    )

    def __init__(self, params: Params, rng: torch.Generator, device: torch.device) -> None:
        self.params = params
        sizes = [2, *[params.width] * params.depth, 1 if params.field == _GRADIENT else 2]
        network = multilayer(sizes, params.activation, cpu_rng(rng), device, detail=params.detail)
        self._learner = Learner(network, first_pace=params.detail)
        nothing = torch.zeros(0, 2, device=device)
        self._last = _Step(nothing, nothing, nothing)

    def settle(self) -> None:
        self._learner.settle()

    def step(self, batch: Batch, rng: torch.Generator) -> Terms:
        """Undo the corruption of the batch by a noise and by its opposite, whose errors mostly cancel."""
        params, network = self.params, self._learner.network
        noise = torch.randn(batch.x.shape, generator=rng, device=batch.x.device)
        noise, clean = torch.cat([noise, -noise]), batch.x.repeat(2, 1)
        corrupted = clean + params.sigma * noise
        with torch.enable_grad():
            if params.field == _GRADIENT:
                corrupted.requires_grad_()
                energy = self._energy(network, corrupted)
                (slope,) = torch.autograd.grad(energy.sum(), corrupted, create_graph=True)
                arrows = -params.sigma * slope
            else:
                arrows = network(corrupted)
                energy = arrows.square().sum(1) / 2
            # In units of sigma: the way back is minus the noise.
            loss = (arrows + noise).square().sum(1).mean() / 2
            self._learner.move(loss, params.learning_rate, averaging=params.averaging, weight_decay=params.weight_decay)
        corrupted = corrupted.detach()
        self._last = _Step(clean, corrupted, corrupted + params.sigma * arrows.detach())
        energy = energy.detach().mean()
        return Terms(loss.detach(), energy, no_energy(energy))

    def energy(self, x: Tensor) -> Tensor:
        return chunked(lambda piece: self._energy(self._learner.mean, piece), x)

    def field(self, x: Tensor) -> Tensor:
        """r(x) - x, (n, 2) -> (n, 2)."""
        if self.params.field == _GRADIENT:
            return self.params.sigma**2 * self.score(x)
        return self.params.sigma * chunked(self._learner.mean, x)

    @property
    def corruption(self) -> float:
        """The standard deviation of the noise that it learns to undo."""
        sigma: float = self.params.sigma
        return sigma

    def denoised(self, x: Tensor) -> Tensor:
        """Where points came from, if they were corrupted: r(x), (n, 2) -> (n, 2)."""
        return x + self.field(x)

    def score_estimate(self, x: Tensor) -> Tensor:
        """(r(x) - x) / sigma^2, (n, 2) -> (n, 2): that of the data blurred by the noise."""
        return self.field(x) / self.params.sigma**2

    def at_cursor(self, x: Tensor) -> tuple[Drawing, str]:
        """The arrow to the reconstruction, and the estimate of the score."""
        across, up = (float(each) for each in self.score_estimate(x)[0])
        return Drawing(arrows=torch.cat([x, self.denoised(x)], 1)), f"(r(x) - x) / sigma² = ({across:.1f}, {up:.1f})"

    def pictures(self, rng: torch.Generator) -> dict[str, Picture]:
        clean, corrupted, rebuilt = (each[:_SHOWN] for each in self._last)
        return {
            "data": Picture("dots", clean),
            "corrupt": Picture("dots", corrupted),
            "network": Picture("dots", rebuilt),
            "compare": Picture("bars", reconstruction.error_bars((rebuilt - clean).norm(dim=1))),
        }

    def remark(self) -> str:
        if self.params.field == _GRADIENT:
            return ""
        return "A free field is the slope of no energy: this landscape is how far each point is moved, not how likely."

    def measures(self, truth: Truth | None, rng: torch.Generator) -> dict[str, float]:
        """The estimate against the exact score, at draws of the blurred truth: mean cosine, and error over length."""
        if truth is None:
            return {}
        cells = torch.multinomial(truth.log_masses.exp(), _JUDGED, replacement=True, generator=rng)
        x = truth.points[cells] + self.params.sigma * torch.randn(_JUDGED, 2, generator=rng, device=rng.device)
        # In pieces: each point looks at all cells of the grid.
        exact = chunked(lambda piece: smoothed_score(truth, piece, self.params.sigma), x, _PIECE)
        own = self.score_estimate(x)
        cosine = cosine_similarity(own, exact).mean()
        return {"score cosine": float(cosine), "score error": float((own - exact).norm() / exact.norm())}

    def tensors(self) -> dict[str, Tensor]:
        return self._learner.tensors("network")

    def on_loaded(self) -> None:
        self._learner.restart()
        # The points of the last step were of other weights.
        self._last = _Step(*(each[:0] for each in self._last))

    def _energy(self, network: nn.Module, x: Tensor) -> Tensor:
        """(n, 2) -> (n,): the network's with its bowl, or |r(x) - x|^2 / (2 sigma^2)."""
        value: Tensor = network(x)
        if self.params.field == _GRADIENT:
            return value[:, 0] + self.params.confinement / 2 * x.square().sum(1)
        return value.square().sum(1) / 2
