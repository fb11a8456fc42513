"""Autoregressive mixture

The chain rule: any density in two dimensions is that of the first coordinate times that of the second, given the first.
The first is a mixture of Gaussians with free weights, means and widths; the second is a mixture whose weights, means
and widths a network reads off the first coordinate. Both are normalised by construction, so log Z is zero and training
simply makes the data likely. The energy is minus the sum of the two log densities. It is drawn from in the same order.

Few points are soon learnt by heart; a little noise on the points in every step, weight decay, small batches and a
running mean of the weights keep the landscape smooth.

Equation: E(x) = -\\log p(x_1) - \\log p(x_2 \\mid x_1), \\quad p(x_2 \\mid x_1) = \\sum_k \\pi_k(x_1) \\,
\\mathcal{N}(x_2; \\mu_k(x_1), \\sigma_k(x_1)^2)
Try: Draw two moons and move the cursor from left to right: watch the curve along its line get two hills where the
moons overlap. Then change the order.
Source: Bishop (1994), Mixture density networks, NCRG/94/004; Uria, Murray, Larochelle (2013), RNADE, NeurIPS.
"""

import math
from typing import ClassVar

import msgspec
import torch
from torch import Tensor, nn
from torch.nn.functional import softplus

from engine.knobs import knob
from engine.messages import Box, Machine
from engine.models import Batch, Drawing, Picture, Terms, no_energy
from engine.models import Model as Family
from engine.nets import ACTIVATIONS, Learner, chunked, cpu_rng, multilayer

# On the plane. Widths of data that are a point or a line are counted as this.
_LEAST_SPREAD = 0.02
# Of a mixture's Gaussians, in standard deviations of the data: else one that sits on a single point has no end.
_LEAST_WIDTH = 0.02
# The mixture that a conditional starts from reaches this many standard deviations from the mean.
_START_REACH = 1.5
# Of the curves at the cursor, on the plane.
_CURVE_HEIGHT = 0.35
_CURVE_CORNERS = 257
_CELLS = 48


class Params(msgspec.Struct, frozen=True):
    order: str = knob(
        "x then y",
        choices=("x then y", "y then x"),
        makes_new_network=True,
        help="Which coordinate is drawn first. Either order can describe any density, but one may be easier to learn.",
    )
    components: int = knob(
        24, low=1, high=64, scale="log", makes_new_network=True, help="Gaussians in each of the two mixtures."
    )
    learning_rate: float = knob(7e-3, low=1e-5, high=0.1, scale="log", help="How far each step moves the weights.")
    batch_size: int = knob(
        64,
        low=1,
        high=8192,
        scale="log",
        help="How many data points are looked at in each step. With few, steps are unsteady and the mean of many is "
        "smoother.",
    )
    noise: float = knob(
        0.01,
        low=0.0,
        high=0.2,
        unit="of half the home view",
        help="Noise added to the points in each step. More makes the landscape smoother, and blurs what is sharp.",
    )
    weight_decay: float = knob(0.02, low=0.0, high=10.0, help="Pulls the weights to zero: a smoother landscape.")
    averaging: int = knob(
        5000,
        low=1,
        high=10000,
        scale="log",
        unit="steps",
        help="The landscape shown is the mean over this many last steps.",
    )
    width: int = knob(64, low=2, high=1024, scale="log", makes_new_network=True, help="Units in each hidden layer.")
    depth: int = knob(3, low=1, high=6, makes_new_network=True, help="Hidden layers of the network.")
    activation: str = knob("silu", choices=tuple(ACTIVATIONS), makes_new_network=True, help="What bends each unit.")
    detail: float = knob(
        2.0,
        low=0.1,
        high=50.0,
        scale="log",
        makes_new_network=True,
        help="How fast the second mixture can change along the first coordinate: the first layer is waves this short.",
    )


class ChainRule(nn.Module):
    """Both factors of points whose coordinates are whitened and in the order in which they are drawn.

    first: (3, k), a mixture in raw numbers: logits, means, widths (see `_mixture`).  network: 1 -> 3 k, likewise.
    """

    def __init__(self, params: Params, rng: torch.Generator, device: torch.device) -> None:
        super().__init__()
        k = params.components
        start = torch.zeros(3, k)
        start[1] = torch.linspace(-_START_REACH, _START_REACH, k) if k > 1 else 0.0
        # Wide enough that neighbours overlap.
        start[2] = _raw_width(max(0.1, 2 * _START_REACH / k))
        self.first = nn.Parameter(start.to(device))
        sizes = [1, *[params.width] * params.depth, 3 * k]
        self.network = multilayer(sizes, params.activation, rng, device, detail=params.detail, last_scale=0.1)
        with torch.no_grad():
            self.network[-1].bias.add_(start.flatten().to(device))  # type: ignore[operator]

    def log_first(self, u: Tensor) -> Tensor:
        """log p(u) of first coordinates, (n,) -> (n,)."""
        return _log_mixture(u, *_mixture(self.first[None]))

    def log_second(self, u: Tensor, v: Tensor) -> Tensor:
        """log p(v | u) of second coordinates, (n,), (n,) -> (n,)."""
        return _log_mixture(v, *self.mixture_at(u))

    def mixture_at(self, u: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Log weights, means and widths of the second coordinate, given the first: (n,) -> (n, k) each."""
        return _mixture(self.network(u[:, None]).unflatten(1, (3, -1)))


class Model(Family):
    """`shift` and `scale` (2,) whiten the plane, in the order of the chain rule."""

    kind = "Exact likelihood"
    layers = ("field", "cursor", "machine")
    machine: ClassVar = Machine(
        columns=(
            (Box("data", "data", "A batch of the points to learn from."),),
            (
                Box("first", "first coordinate", "The mixture for the first coordinate, alone."),
                Box("second", "second given first", "What the network makes of the second, for each first one."),
            ),
            (Box("energy", "energy", "Minus the sum of both log densities."),),
            (Box("loss", "nll", "The mean energy of the data; training lowers it."),),
        ),
        arrows=(
            ("data", "first"),
            ("data", "second"),
            ("first", "second"),
            ("first", "energy"),
            ("second", "energy"),
            ("energy", "loss"),
        ),
        stages=(("data",), ("first",), ("second",), ("energy",), ("loss",)),
    )

    def __init__(self, params: Params, rng: torch.Generator, device: torch.device) -> None:
        self.params = params
        self._axes = [0, 1] if params.order == "x then y" else [1, 0]
        self.shift, self.scale = torch.zeros(2, device=device), torch.full((2,), 0.5, device=device)
        self._learner = Learner(ChainRule(params, cpu_rng(rng), device))
        self._batch = torch.zeros(0, 2, device=device)

    @property
    def factors(self) -> ChainRule:
        """The averaged ones, that are shown."""
        return self._learner.mean

    @torch.no_grad()
    def begin(self, data: Batch, rng: torch.Generator) -> None:
        """Whiten by the data, and start the first mixture at their quantiles."""
        x = data.x[:, self._axes]
        self.shift, self.scale = x.mean(0), x.std(0).clamp(min=_LEAST_SPREAD)
        network = self._learner.network
        k = self.params.components
        places = ((torch.arange(k, device=x.device) + 0.5) / k * len(x)).long()
        means = ((x[:, 0] - self.shift[0]) / self.scale[0]).sort().values[places]
        for each in (network, self.factors):
            each.first[1] = means

    def settle(self) -> None:
        self._learner.settle()

    def step(self, batch: Batch, rng: torch.Generator) -> Terms:
        """Make the batch, a little shaken, more likely."""
        self._batch = batch.x
        shake = torch.randn(batch.x.shape, generator=rng, device=batch.x.device)
        network = self._learner.network
        with torch.enable_grad():
            loss = self._energy(network, batch.x + self.params.noise * shake).mean()
            self._learner.move(
                loss,
                self.params.learning_rate,
                averaging=self.params.averaging,
                weight_decay=self.params.weight_decay,
            )
        loss = loss.detach()
        return Terms(loss, loss, no_energy(loss))

    def energy(self, x: Tensor) -> Tensor:
        return chunked(lambda piece: self._energy(self.factors, piece), x)

    def samples(self, count: int, rng: torch.Generator) -> Tensor:
        """The first coordinate from its mixture, then the second from the one that the network gives for it."""
        factors = self.factors
        first = _drawn(_mixture(factors.first.expand(count, 3, -1)), rng)
        second = _drawn(factors.mixture_at(first), rng)
        return (self.shift + self.scale * torch.stack([first, second], 1))[:, self._axes]

    def at_cursor(self, x: Tensor) -> tuple[Drawing, str]:
        """p of the first coordinate along the home view's edge, and that of the second along the cursor's line."""
        names = "xy" if self._axes == [0, 1] else "yx"
        at = self._whitened(x)
        along = torch.linspace(-1, 1, _CURVE_CORNERS, device=x.device)
        firsts, seconds = ((along - self.shift[axis]) / self.scale[axis] for axis in (0, 1))
        first, second = self.factors.log_first(firsts), self.factors.log_second(at[:1, 0].expand_as(along), seconds)
        here = x[0, self._axes[0]]
        marginal = torch.stack([along, -1 + _curve(first)], 1)
        conditional = torch.stack([here + _curve(second), along], 1)
        line = torch.stack([here.expand(2), along[[0, -1]]], 1)
        lines = [each[:, self._axes] for each in (marginal, conditional, line)]
        logs = self.factors.log_first(at[:, 0]), self.factors.log_second(at[:, 0], at[:, 1])
        one, other = (float(log) - math.log(float(scale)) for log, scale in zip(logs, self.scale, strict=True))
        text = f"log p({names[0]}) = {one:.2f}, log p({names[1]} | {names[0]}) = {other:.2f}"
        return Drawing(lines=lines), text

    def pictures(self, rng: torch.Generator) -> dict[str, Picture]:
        """Of "second": one column for each first coordinate, as bright as its own highest."""
        bars = torch.linspace(-1, 1, 64, device=rng.device)
        cells = torch.linspace(-1, 1, _CELLS, device=rng.device)
        u, v = ((cells - self.shift[axis]) / self.scale[axis] for axis in (0, 1))
        log_second = self.factors.log_second(u.repeat(_CELLS), v.repeat_interleave(_CELLS)).view(_CELLS, _CELLS)
        heat = (log_second - log_second.amax(0)).exp()
        return {
            "data": Picture("dots", self._batch[:200]),
            "first": Picture("bars", self.factors.log_first((bars - self.shift[0]) / self.scale[0]).exp()),
            "second": Picture("heat", heat if self._axes == [0, 1] else heat.T),
        }

    def tensors(self) -> dict[str, Tensor]:
        return {"shift": self.shift, "scale": self.scale, **self._learner.tensors("factors")}

    def on_loaded(self) -> None:
        self._learner.restart()

    def _whitened(self, x: Tensor) -> Tensor:
        return (x[:, self._axes] - self.shift) / self.scale

    def _energy(self, factors: nn.Module, x: Tensor) -> Tensor:
        assert isinstance(factors, ChainRule)
        first, second = self._whitened(x).unbind(1)
        return self.scale.log().sum() - factors.log_first(first) - factors.log_second(first, second)


def _raw_width(width: float) -> float:
    """The raw number that stands for a width."""
    return math.log(math.expm1(width - _LEAST_WIDTH))


def _mixture(raw: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Log weights, means and widths, (n, k) each, from raw numbers (n, 3, k)."""
    logits, means, widths = raw.unbind(1)
    return logits.log_softmax(1), means, softplus(widths) + _LEAST_WIDTH


def _log_mixture(at: Tensor, log_weights: Tensor, means: Tensor, widths: Tensor) -> Tensor:
    """The log density of a mixture of Gaussians (n, k) at one number each, (n,)."""
    squared = ((at[:, None] - means) / widths).square()
    return torch.logsumexp(log_weights - squared / 2 - widths.log(), 1) - math.log(2 * math.pi) / 2


def _drawn(mixture: tuple[Tensor, Tensor, Tensor], rng: torch.Generator) -> Tensor:
    """One number from each of n mixtures, (n, k) each, as `_mixture` gives them."""
    log_weights, means, widths = mixture
    chosen = torch.multinomial(log_weights.exp(), 1, generator=rng)
    normal = torch.randn(chosen.shape, generator=rng, device=rng.device)
    return torch.addcmul(means.gather(1, chosen), widths.gather(1, chosen), normal)[:, 0]


def _curve(log_p: Tensor) -> Tensor:
    """A density's curve, as high as all curves are."""
    return _CURVE_HEIGHT * (log_p - log_p.max()).exp()
