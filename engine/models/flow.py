"""Normalising flow

A stack of layers that can be undone carries the data to a standard normal. Each layer bends one coordinate by a rising
curve that a small network reads off the other coordinate, so that the area it stretches or shrinks is known: the
density is exact, log Z is zero, and the energy is minus the log density of where a point lands, minus the log of the
stretching. Backwards, the same layers turn normal noise into samples and a square grid into the warped one.

With rational-quadratic splines a curve has many bends; affine layers only shift and stretch. Few points are soon learnt
by heart; a little noise on the points in every step, weight decay and a running mean of the weights keep the landscape
smooth.

Equation: E(x) = -\\log \\mathcal{N}(f(x); 0, I) - \\log \\left| \\det \\frac{\\partial f(x)}{\\partial x} \\right|
Try: Draw the eight Gaussians and show the manifold: see where the grid is stretched to leave the gaps between them
empty. Then set the coupling to affine.
Source: Durkan, Bekasov, Murray, Papamakarios (2019), Neural spline flows, NeurIPS; Dinh, Sohl-Dickstein, Bengio (2017),
Real NVP, ICLR.
"""

import math
from typing import ClassVar

import msgspec
import torch
from torch import Tensor, nn
from torch.nn.functional import pad, softplus

from engine import geometry
from engine.knobs import knob
from engine.messages import Box, Machine
from engine.models import Batch, Drawing, Picture, Terms, no_energy
from engine.models import Model as Family
from engine.nets import ACTIVATIONS, Learner, chunked, cpu_rng, multilayer

# On the plane. The spread of data that are a point or a line counts as this.
_LEAST_SPREAD = 0.02
# Splines bend between -REACH and REACH, in standard deviations; beyond, they change nothing.
_REACH = 4.0
# Of a spline: a bin's least size before all are scaled to fill the reach, and the least slope between two. They keep
# the inverse accurate in float32.
_LEAST_SIZE = 1e-2
_LEAST_SLOPE = 1e-3
# softplus of this, plus the least slope, is 1: a network that says 0 leaves the points where they are.
_SLOPE_OFFSET = math.log(math.expm1(1 - _LEAST_SLOPE))
# An affine layer stretches or shrinks at most e^this times.
_MOST_LOG_STRETCH = 3.0
# The grid that is warped: how far, in standard deviations, how many lines each way, and points on each.
_GRID_REACH, _GRID_LINES, _GRID_CORNERS = 2.5, 11, 81
_NUM_DOTS = 200
# Adam's first steps are as large as its later ones and know little: they grow to their size over so many.
_WARM_UP_STEPS = 50


class Params(msgspec.Struct, frozen=True):
    coupling: str = knob(
        "spline",
        choices=("spline", "affine"),
        makes_new_network=True,
        help="How a layer moves one coordinate, given the other: along a spline with many bends, or only by a shift "
        "and a stretch.",
    )
    layers: int = knob(4, low=1, high=24, makes_new_network=True, help="How many layers; they move x and y in turn.")
    bins: int = knob(
        32, low=2, high=64, scale="log", makes_new_network=True, help="Pieces of each spline: more can bend more."
    )
    learning_rate: float = knob(5e-3, low=1e-5, high=0.1, scale="log", help="How far each step moves the weights.")
    batch_size: int = knob(
        128,
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
    weight_decay: float = knob(0.05, low=0.0, high=10.0, help="Pulls the weights to zero: a smoother landscape.")
    averaging: int = knob(
        3000,
        low=1,
        high=10000,
        scale="log",
        unit="steps",
        help="The landscape shown is the mean over this many last steps.",
    )
    width: int = knob(
        32, low=2, high=512, scale="log", makes_new_network=True, help="Units in each hidden layer of the networks."
    )
    depth: int = knob(2, low=1, high=4, makes_new_network=True, help="Hidden layers of each network.")
    activation: str = knob("silu", choices=tuple(ACTIVATIONS), makes_new_network=True, help="What bends each unit.")
    detail: float = knob(
        2.0,
        low=0.1,
        high=50.0,
        scale="log",
        makes_new_network=True,
        help="How fast a layer's curve can change along the other coordinate: its network's first layer is waves "
        "this short.",
    )


class Coupling(nn.Module):
    """Layers that move one of two coordinates in turn, the second first, each as a network of the other says."""

    def __init__(self, params: Params, rng: torch.Generator, device: torch.device) -> None:
        super().__init__()
        self._is_spline = params.coupling == "spline"
        outputs = 3 * params.bins - 1 if self._is_spline else 2
        sizes = [1, *[params.width] * params.depth, outputs]
        self.networks = nn.ModuleList(
            multilayer(sizes, params.activation, rng, device, detail=params.detail, last_scale=0.01)
            for _ in range(params.layers)
        )
        for network in self.networks:
            nn.init.zeros_(network[-1].bias)  # type: ignore[index]

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """To the normal: (n, 2) -> (n, 2), and the log of the stretching, (n,)."""
        path, log_stretch = self.path(x)
        return path[-1], log_stretch

    def path(self, x: Tensor) -> tuple[list[Tensor], Tensor]:
        """Where each point is before the first layer and after each, (n, 2), and the log of all stretching, (n,)."""
        u, v = torch.split(x, 1, 1)
        path, log_stretch = [x], torch.zeros_like(u)
        for index, network in enumerate(self.networks):
            v, log_slope = self._moved(network(u), v)
            log_stretch = log_stretch + log_slope
            u, v = v, u
            path.append(torch.cat([u, v] if index % 2 else [v, u], 1))
        return path, log_stretch[:, 0]

    def inverse(self, z: Tensor) -> Tensor:
        """From the normal: (n, 2) -> (n, 2)."""
        u, v = torch.split(z if len(self.networks) % 2 == 0 else z.flip(1), 1, 1)
        for network in reversed(self.networks):
            u, v = v, u
            v = self._moved_back(network(u), v)
        return torch.cat([u, v], 1)

    def _moved(self, raw: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
        if self._is_spline:
            return spline(v, raw)
        log_stretch, shift = _affine(raw)
        return v * log_stretch.exp() + shift, log_stretch

    def _moved_back(self, raw: Tensor, v: Tensor) -> Tensor:
        if self._is_spline:
            return spline_inverse(v, raw)
        log_stretch, shift = _affine(raw)
        return (v - shift) * (-log_stretch).exp()


class Model(Family):
    """`shift` and `scale` (2,) whiten the plane."""

    kind = "Exact likelihood"
    layers = ("field", "manifold", "cursor", "machine")
    machine: ClassVar = Machine(
        columns=(
            (Box("data", "data", "A batch of the points to learn from."),),
            (
                Box("half", "half the layers", "Where the data are in the middle of the way."),
                Box("stretch", "log stretching", "How much the layers shrink or stretch the area at each point."),
            ),
            (Box("base", "standard normal", "Where the data land: training makes a round hill of them."),),
            (Box("energy", "energy", "Minus the log density: of where a point lands, and of the stretching."),),
            (Box("loss", "nll", "The mean energy of the data; training lowers it."),),
        ),
        arrows=(
            ("data", "half"),
            ("half", "base"),
            ("half", "stretch"),
            ("stretch", "energy"),
            ("base", "energy"),
            ("energy", "loss"),
        ),
        stages=(("data",), ("half", "stretch"), ("base",), ("energy",), ("loss",)),
    )

    def __init__(self, params: Params, rng: torch.Generator, device: torch.device) -> None:
        self.params = params
        self.shift, self.scale = torch.zeros(2, device=device), torch.full((2,), 0.5, device=device)
        self._learner = Learner(Coupling(params, cpu_rng(rng), device))
        self._warmth = 0
        self._batch = torch.zeros(0, 2, device=device)

    @property
    def coupling(self) -> Coupling:
        """The averaged layers, that are shown."""
        return self._learner.mean

    def begin(self, data: Batch, rng: torch.Generator) -> None:
        """Whiten by the data."""
        self.shift, self.scale = data.x.mean(0), data.x.std(0).clamp(min=_LEAST_SPREAD)

    def settle(self) -> None:
        self._learner.settle()

    def step(self, batch: Batch, rng: torch.Generator) -> Terms:
        """Make the batch, a little shaken, more likely."""
        self._batch = batch.x
        self._warmth = min(self._warmth + 1, _WARM_UP_STEPS)
        shake = torch.randn(batch.x.shape, generator=rng, device=batch.x.device)
        with torch.enable_grad():
            loss = self._energy(self._learner.network, batch.x + self.params.noise * shake).mean()
            self._learner.move(
                loss,
                self.params.learning_rate * self._warmth / _WARM_UP_STEPS,
                averaging=self.params.averaging,
                weight_decay=self.params.weight_decay,
            )
        loss = loss.detach()
        return Terms(loss, loss, no_energy(loss))

    def energy(self, x: Tensor) -> Tensor:
        return chunked(lambda piece: self._energy(self.coupling, piece), x)

    def samples(self, count: int, rng: torch.Generator) -> Tensor:
        """Normal noise, carried back through the layers."""
        return self._back(torch.randn(count, 2, generator=rng, device=rng.device))

    def manifold(self) -> Drawing:
        """A square grid on the normal, carried back to the plane."""
        lines = geometry.grid_lines(_GRID_REACH, _GRID_LINES, _GRID_CORNERS, self.shift.device)
        return Drawing(lines=geometry.warped(lines, self._back))

    def at_cursor(self, x: Tensor) -> tuple[Drawing, str]:
        """The way of the point through the layers, each of which moves it in one direction."""
        path, _ = self.coupling.path(self._whitened(x))
        way = self.shift + self.scale * torch.cat(path)
        z, log_p = path[-1][0].tolist(), -float(self.energy(x))
        return Drawing(lines=[way], dots=way[-1:]), f"z = ({z[0]:.2f}, {z[1]:.2f}), log p = {log_p:.2f}"

    def pictures(self, rng: torch.Generator) -> dict[str, Picture]:
        """Of "stretch": the logs at the points of the batch, in order."""
        data = self._batch[:_NUM_DOTS]
        path, log_stretch = self.coupling.path(self._whitened(data))
        return {
            "data": Picture("dots", data),
            "half": Picture("dots", path[len(path) // 2]),
            "stretch": Picture("bars", log_stretch[:64].sort().values),
            "base": Picture("dots", path[-1]),
        }

    def tensors(self) -> dict[str, Tensor]:
        return {"shift": self.shift, "scale": self.scale, **self._learner.tensors("coupling")}

    def on_loaded(self) -> None:
        self._learner.restart()
        self._warmth = 0

    def _whitened(self, x: Tensor) -> Tensor:
        return (x - self.shift) / self.scale

    def _back(self, z: Tensor) -> Tensor:
        return self.shift + self.scale * self.coupling.inverse(z)

    def _energy(self, coupling: nn.Module, x: Tensor) -> Tensor:
        z: Tensor
        log_stretch: Tensor
        z, log_stretch = coupling(self._whitened(x))
        constant = math.log(2 * math.pi) + self.scale.log().sum()
        return z.square().sum(1) / 2 - log_stretch + constant


def spline(v: Tensor, raw: Tensor) -> tuple[Tensor, Tensor]:
    """A rising rational-quadratic spline of each number, (n, 1), and the log of its slope there, (n, 1).

    raw: (n, 3 k - 1), what a network says of the k bins' widths, heights, and the slopes between them.
    """
    left, w, low, h, d, e = _bins(v, raw, by_height=False)
    s, t = h / w, ((v - left) / w).clamp(0, 1)
    both = t - t * t
    below = s + (d + e - 2 * s) * both
    moved = low + h * (t * d + (s - d) * t * t) / below
    log_slope = ((d + (e - d) * t + (2 * s - d - e) * both) * (s / below).square()).log()
    is_within = v.abs() < _REACH
    return torch.where(is_within, moved, v), torch.where(is_within, log_slope, 0.0)


def spline_inverse(v: Tensor, raw: Tensor) -> Tensor:
    """The number that `spline` takes to v, (n, 1) -> (n, 1): the root of a quadratic equation in its bin."""
    left, w, low, h, d, e = _bins(v, raw, by_height=True)
    s, up = h / w, v - low
    bend = up * (d + e - 2 * s)
    a, b, c = h * (s - d) + bend, h * d - bend, -s * up
    # This form of the root loses no digits where a is small.
    t = -2 * c / (b + (b * b - 4 * a * c).clamp(min=0).sqrt())
    return torch.where(v.abs() < _REACH, left + w * t.clamp(0, 1), v)


def _bins(v: Tensor, raw: Tensor, *, by_height: bool) -> tuple[Tensor, ...]:
    """Of each number's bin: the left end, width, lower end, height, and the slopes at both ends, (n, 1) each."""
    k = (raw.shape[1] + 1) // 3
    sizes, slopes = torch.split(softplus(raw + _SLOPE_OFFSET), [2 * k, k - 1], 1)
    # Shares of the reach by softplus, not by softmax, whose short rows take ten times as long.
    sizes = sizes.view(-1, 2, k) + _LEAST_SIZE
    sizes = sizes * (2 * _REACH / sizes.sum(2, keepdim=True))
    ends = sizes.cumsum(2) - _REACH
    slopes = pad(slopes + _LEAST_SLOPE, (1, 1), value=1.0)
    bin = (v >= ends[:, int(by_height), :-1].detach()).sum(1, keepdim=True)
    at = bin[:, None].expand(-1, 2, 1)
    (w, h), (right, top) = sizes.gather(2, at).unbind(1), ends.gather(2, at).unbind(1)
    return right - w, w, top - h, h, slopes.gather(1, bin), slopes.gather(1, bin + 1)


def _affine(raw: Tensor) -> tuple[Tensor, Tensor]:
    """The log of the stretch, which is bounded softly, and the shift, (n, 1) each, from raw numbers (n, 2)."""
    log_stretch, shift = torch.split(raw, 1, 1)
    return _MOST_LOG_STRETCH * (log_stretch / _MOST_LOG_STRETCH).tanh(), shift
