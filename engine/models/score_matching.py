"""Score matching

The score is the slope of a log density, so log Z is not in it. A network gives every point its energy, and training
makes minus its slope the score of the data. The data are first blurred by noise, because points alone have no slope.
Denoising compares the slope with the way back to the point that the noise came from; sliced and exact score matching
know nothing of the noise and use how the slope bends instead. All three have the same answer.

A slope says nothing about how far apart two valleys are in depth when no data lie between them: single score matching
is blind to the weight of distant clumps. A small share of the noise is therefore much larger, and builds bridges.

Equation: L_{denoising} = \\tfrac{1}{2} \\mathbb{E} \\| \\nabla E(\\tilde{x}) + \\nabla \\log k(\\tilde{x} - x) \\|^2,
\\quad L_{exact} = \\mathbb{E}\\left[ \\tfrac{1}{2} \\| \\nabla E(\\tilde{x}) \\|^2 - \\Delta E(\\tilde{x}) \\right]
Try: Draw eight Gaussians, erase most of one and set the broad share to 0: the small clump looks as deep as the others.
Source: Hyvärinen (2005), JMLR 6; Vincent (2011), Neural Computation 23(7), for denoising; Song et al. (2019), UAI, for
slices.
"""

import math
from typing import ClassVar, NamedTuple

import msgspec
import torch
from torch import Tensor, nn

from engine.knobs import knob
from engine.messages import Box, Machine
from engine.models import Batch, Drawing, Picture, Terms, Truth, no_energy
from engine.models import Model as Family
from engine.nets import ACTIVATIONS, Learner, chunked, cpu_rng, multilayer

# The broad share of the noise has these standard deviations, in equal parts; on the plane.
_BROAD_SIGMAS = (0.1, 0.5)
# How often each kind of noise is drawn, the narrow first. What is drawn more often than its share counts less: broad
# noise alone comes to the places between the valleys, where few draws would teach little.
_DRAWN = (0.5, 0.25, 0.25)
# Unless the noise is about as wide as a cell of the truth's grid, the exact score is not known.
_LEAST_KNOWN_SIGMA = 0.01
_NUM_MEASURED, _PIECE = 256, 32
# Those that bend everywhere: the slope of a kink does not bend at all.
_SMOOTH = tuple(name for name in ACTIVATIONS if name != "relu")


class Params(msgspec.Struct, frozen=True):
    method: str = knob(
        "denoising",
        choices=("denoising", "sliced", "exact"),
        help="What the slope is compared with: the way back to the clean point (denoising), or how the slope bends, "
        "in one direction drawn anew for each point (sliced) or in all (exact).",
    )
    sigma: float = knob(
        0.02,
        low=0.005,
        high=0.5,
        scale="log",
        unit="of half the home view",
        help="The standard deviation of the noise: the landscape is that of the data blurred by it.",
    )
    broad_share: float = knob(
        0.06,
        low=0.0,
        high=0.5,
        help="Share of the noise that is much larger. It joins valleys that are far apart, so that their depths can "
        "be compared, and blurs the landscape a little.",
    )
    learning_rate: float = knob(1e-3, low=1e-5, high=0.1, scale="log", help="How far each step moves the weights.")
    batch_size: int = knob(
        256, low=1, high=8192, scale="log", help="How many data points a step blurs, each by a noise and its opposite."
    )
    weight_decay: float = knob(0.03, low=0.0, high=10.0, help="Pulls the weights to zero: a smoother landscape.")
    confinement: float = knob(
        1.0, low=0.0, high=20.0, unit="nats", help="A bowl added to the network, so that far away is unlikely."
    )
    averaging: int = knob(
        3000,
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
    detail: float = knob(
        4.0,
        low=0.1,
        high=50.0,
        scale="log",
        makes_new_network=True,
        help="How fine a structure the first layer, which is sines, starts with.",
    )


class Kernel(NamedTuple):
    """The density k of the noise: Gaussians with these standard deviations and shares, the first the narrow one."""

    sigmas: Tensor
    shares: Tensor

    def samples(self, count: int, rng: torch.Generator) -> tuple[Tensor, Tensor]:
        """Noise (count, 2), and what each counts, (count,): 1 on average."""
        drawn = self.shares.new_tensor(_DRAWN).masked_fill(self.shares == 0, 0.0)
        drawn = drawn / drawn.sum()
        chosen = torch.multinomial(drawn, count, replacement=True, generator=rng)
        noise = self.sigmas[chosen, None] * torch.randn(count, 2, generator=rng, device=rng.device)
        return noise, (self.shares / drawn.clamp(min=1e-9))[chosen]

    def log_prob_and_precision(self, squared: Tensor) -> tuple[Tensor, Tensor]:
        """log k, and the c in grad log k(r) = -c r, from squared lengths |r|^2, of any shape."""
        squared = squared[..., None]
        logs = self.shares.log() - 2 * self.sigmas.log() - math.log(2 * math.pi) - squared / (2 * self.sigmas**2)
        return torch.logsumexp(logs, -1), (torch.softmax(logs, -1) / self.sigmas**2).sum(-1)


class _Step(NamedTuple):
    """A step's clean points, their noise, and the slope of the energy at the blurred ones, (n, 2) each."""

    clean: Tensor
    noise: Tensor
    slope: Tensor


class Model(Family):
    """E(x) = network(x) + confinement |x|^2 / 2, of the data blurred by the noise."""

    kind = "Neural energies"
    layers = ("field", "cursor", "machine")
    machine: ClassVar = Machine(
        columns=(
            (
                Box("data", "data", "A batch of the points to learn from."),
                Box("noise", "noise", "What blurs them; large noise is drawn often, and counts little."),
            ),
            (Box("blurred", "blurred data", "The sum of the two."),),
            (Box("energy", "energy network", "Gives every point its energy, and so a slope."),),
            (Box("slope", "score", "Minus the slope of the energy at the blurred points, as points."),),
            (Box("loss", "score's error", "Half its square, times sigma squared, up to a constant."),),
        ),
        arrows=(
            ("data", "blurred"),
            ("noise", "blurred"),
            ("blurred", "energy"),
            ("energy", "slope"),
            ("slope", "loss"),
            ("noise", "loss"),
        ),
        stages=(("data", "noise"), ("blurred",), ("energy",), ("slope",), ("loss",)),
    )

    def __init__(self, params: Params, rng: torch.Generator, device: torch.device) -> None:
        self.params = params
        sizes = [2, *[params.width] * params.depth, 1]
        network = multilayer(sizes, params.activation, cpu_rng(rng), device, detail=params.detail)
        self.learner = Learner(network, first_pace=params.detail)
        self._device = device
        self._last: _Step | None = None

    def settle(self) -> None:
        self.learner.settle()

    def step(self, batch: Batch, rng: torch.Generator) -> Terms:
        """One step on the batch, blurred by noise and by its opposite, whose errors mostly cancel."""
        params = self.params
        noise, counts = self.kernel().samples(len(batch.x), rng)
        noise, counts, clean = torch.cat([noise, -noise]), counts.repeat(2), batch.x.repeat(2, 1)
        with torch.enable_grad():
            blurred = (clean + noise).requires_grad_()
            energy = self._energy(self.learner.network, blurred)
            (slope,) = torch.autograd.grad(energy.sum(), blurred, create_graph=True)
            loss = params.sigma**2 * (counts @ self._losses(blurred, slope, noise, rng)) / len(clean)
            self.learner.move(loss, params.learning_rate, averaging=params.averaging, weight_decay=params.weight_decay)
        self._last = _Step(clean, noise, slope.detach())
        energy_of_data = (counts @ energy.detach()) / len(clean)
        return Terms(loss.detach(), energy_of_data, no_energy(energy_of_data))

    def kernel(self) -> Kernel:
        """Of the noise, by the knobs."""
        share = self.params.broad_share
        shares = [1 - share, *[share / len(_BROAD_SIGMAS)] * len(_BROAD_SIGMAS)]
        sigmas = [self.params.sigma, *_BROAD_SIGMAS]
        return Kernel(*(torch.tensor(each, device=self._device) for each in (sigmas, shares)))

    def energy(self, x: Tensor) -> Tensor:
        return chunked(lambda piece: self._energy(self.learner.mean, piece), x)

    def at_cursor(self, x: Tensor) -> tuple[Drawing, str]:
        """Where a point blurred by sigma most likely came from, on average: x + sigma^2 score(x)."""
        score = self.score(x)
        clean = x + self.params.sigma**2 * score
        return Drawing(arrows=torch.cat([x, clean], 1)), f"score ({float(score[0, 0]):.1f}, {float(score[0, 1]):.1f})"

    def pictures(self, rng: torch.Generator) -> dict[str, Picture]:
        nothing = torch.zeros(0, 2, device=self._device)
        clean, noise, slope = _Step(nothing, nothing, nothing) if self._last is None else self._last
        # Each other point and its opposite: the first half of a step is half the picture.
        chosen = slice(None, None, max(1, -(-len(clean) // 200)))
        return {
            "data": Picture("dots", clean[chosen]),
            "noise": Picture("dots", noise[chosen]),
            "blurred": Picture("dots", (clean + noise)[chosen]),
            "slope": Picture("dots", -slope[chosen] * self.params.sigma),
        }

    def measures(self, truth: Truth | None, rng: torch.Generator) -> dict[str, float]:
        """The score against that of the blurred truth, at its draws with small noise: mean cosine, relative error."""
        if truth is None or self.params.sigma < _LEAST_KNOWN_SIGMA:
            return {}
        kernel = self.kernel()
        cells = torch.multinomial(truth.log_masses.exp(), _NUM_MEASURED, replacement=True, generator=rng)
        x = truth.points[cells] + self.params.sigma * torch.randn(_NUM_MEASURED, 2, generator=rng, device=rng.device)
        exact, own = blurred_score(truth, x, kernel), self.score(x)
        cosine = torch.nn.functional.cosine_similarity(own, exact).mean()
        return {"score cosine": float(cosine), "score error": float((own - exact).norm() / exact.norm())}

    def tensors(self) -> dict[str, Tensor]:
        return self.learner.tensors("network")

    def on_loaded(self) -> None:
        self.learner.restart()
        # The points of the last step were of other weights.
        self._last = None

    def _energy(self, network: nn.Module, x: Tensor) -> Tensor:
        energy: Tensor = network(x)[:, 0] + self.params.confinement / 2 * x.square().sum(1)
        return energy

    def _losses(self, blurred: Tensor, slope: Tensor, noise: Tensor, rng: torch.Generator) -> Tensor:
        """Of each point, (n,); all methods differ by constants only, in expectation."""
        if self.params.method == "denoising":
            _, precision = self.kernel().log_prob_and_precision(noise.square().sum(1))
            return (slope - precision[:, None] * noise).square().sum(1) / 2
        half_square = slope.square().sum(1) / 2
        if self.params.method == "exact":
            return half_square - laplacian(slope, blurred)
        # Of length sqrt(2), so that the mean over all directions is the sum over the axes.
        angle = 2 * math.pi * torch.rand(len(slope), generator=rng, device=rng.device)
        direction = math.sqrt(2) * torch.stack([angle.cos(), angle.sin()], 1)
        (bend,) = torch.autograd.grad((slope * direction).sum(), blurred, create_graph=True)
        return half_square - (bend * direction).sum(1)


def laplacian(slope: Tensor, x: Tensor) -> Tensor:
    """The sum of second derivatives of the energy whose slope (n, 2) was computed at x (n, 2) with a graph; (n,)."""
    bends = [torch.autograd.grad(slope[:, axis].sum(), x, create_graph=True)[0][:, axis] for axis in (0, 1)]
    return bends[0] + bends[1]


def blurred_score(truth: Truth, x: Tensor, kernel: Kernel) -> Tensor:
    """The exact score of the truth blurred by the kernel, at x (n, 2): the mean of grad log k(x - y) over y given x."""
    scores = []
    for piece in torch.split(x, _PIECE):
        log_k, precision = kernel.log_prob_and_precision(torch.cdist(piece, truth.points).square())
        weights = torch.softmax(truth.log_masses + log_k, 1) * precision
        scores.append(weights @ truth.points - weights.sum(1, keepdim=True) * piece)
    return torch.cat(scores)
