"""Flow matching

A point of noise is paired with a point of the data, and goes to it in a straight line while t runs from 0 to 1. At each
place and time many such lines cross; the network v(x, t) learns their mean velocity. Carried along by v, the whole
cloud of noise becomes the data, and each point finds its own way that crosses no other.

The energy is minus the log density at time t: follow v back to the noise, whose density is known, and add up how much
the flow has spread on the way, the divergence of v. It needs no log Z. Turn t to see the density, the samples and the
grid on their way; as a model of the data it is meant at t = 1, where nll and KL are to be read.

Equation: \\dot{x} = v(x, t), \\quad E_t(x_t) = -\\log \\mathcal{N}(x_0; 0, I) + \\int_0^t \\nabla \\cdot v(x_s, s) \\,
ds, \\quad L = \\mathbb{E} \\, |v((1 - t) x_0 + t x_1, t) - (x_1 - x_0)|^2
Try: Train on two moons with parts and manifold in view, pause, and drag t from 0 to 1. Then set the pairing to random,
train again, and see the paths bend.
Source: Lipman, Chen, Ben-Hamu, Nickel, Le (2023), ICLR; Liu, Gong, Liu (2023), ICLR; Chen, Rubanova, Bettencourt,
Duvenaud (2018), NeurIPS, for the density; Tong et al. (2024), TMLR, for pairs that are near.
"""

import itertools
import math
from collections.abc import Callable
from typing import ClassVar, NamedTuple

import msgspec
import torch
from torch import Tensor, nn
from torch.nn import functional

from engine import geometry, mlp
from engine.knobs import knob
from engine.messages import Box, Machine
from engine.models import Batch, Drawing, Picture, Terms, no_energy
from engine.models import Model as Family
from engine.nets import Learner, cpu_rng, multilayer

# On the plane. The spread of data that are a point or a line counts as this.
_LEAST_SPREAD = 0.02
# Points that are carried at a time; with what autograd keeps, fewer.
_CHUNK, _CHUNK_WITH_GRADIENT = 2048, 512
# How often pairs are looked at that might be crossed: each time every pair with one other.
_ROUNDS = 16
# The grid that is warped: how far, in standard deviations, how many lines each way, and points on each.
_REACH, _LINES, _CORNERS = 2.5, 11, 61
_NUM_PATHS = 150
_NUM_DOTS = 200
# The mean energy of the data is asked for only now and then: following points back takes as long as many steps.
_TOLD_EVERY_STEPS, _TOLD_POINTS = 100, 128

Velocity = Callable[[Tensor, float], Tensor]
VelocityAndDivergence = Callable[[Tensor, float], tuple[Tensor, Tensor]]


class Params(msgspec.Struct, frozen=True):
    t: float = knob(
        1.0,
        low=0.0,
        high=1.0,
        help="The time at which all is shown: 0 is the noise, 1 the data. Training does not depend on it.",
    )
    solver_steps: int = knob(
        12, low=1, high=100, scale="log", help="Steps of the way between noise and data; more follow it more exactly."
    )
    pairing: str = knob(
        "near",
        choices=("near", "random"),
        help="Which noise goes to which point of a batch: one not far off, so that lines seldom cross and paths are "
        "almost straight, or any.",
    )
    learning_rate: float = knob(2e-3, low=1e-5, high=0.1, scale="log", help="How far each step moves the weights.")
    batch_size: int = knob(256, low=1, high=8192, scale="log", help="How many data points are looked at in each step.")
    noise: float = knob(
        0.01,
        low=0.0,
        high=0.2,
        unit="of half the home view",
        help="Noise added to the points in each step. More makes the landscape smoother, and blurs what is sharp.",
    )
    weight_decay: float = knob(0.01, low=0.0, high=10.0, help="Pulls the weights to zero: a smoother landscape.")
    averaging: int = knob(
        2000,
        low=1,
        high=10000,
        scale="log",
        unit="steps",
        help="The landscape shown is the mean over this many last steps.",
    )
    width: int = knob(
        128, low=2, high=1024, scale="log", makes_new_network=True, help="Units in each of the two hidden layers."
    )
    detail: float = knob(
        2.0,
        low=0.1,
        high=50.0,
        scale="log",
        makes_new_network=True,
        help="How fine a structure the first layer starts with: it is waves this short.",
    )


class VelocityNetwork(nn.Module):
    """v(u, t) of whitened points, W3 silu(W2 sin(W1 (u, t) + b1) + b2) + b3.

    It has two hidden layers because then its divergence, the trace of W3 diag(f2') W2 diag(f1') W1, costs one product
    more: it is f2' (W2 * (W1 W3)^T) f1', with W1 of u only and f' the slopes of sine and silu.
    """

    def __init__(self, params: Params, rng: torch.Generator, device: torch.device) -> None:
        super().__init__()
        sizes = [3, params.width, params.width, 2]
        self.layers = multilayer(sizes, "silu", rng, device, detail=params.detail)

    def forward(self, u: Tensor, t: Tensor) -> Tensor:
        """(n, 2) and (n, 1) -> (n, 2)."""
        v: Tensor = self.layers(torch.cat([u, t], 1))
        return v

    def velocity(self, u: Tensor, t: float) -> Tensor:
        """At one time, (n, 2) -> (n, 2)."""
        w1, b1, w2, b2, w3, b3 = self._weights(t)
        return _linear(functional.silu(_linear(torch.sin(_linear(u, w1, b1)), w2, b2)), w3, b3)

    def with_divergence(self, u: Tensor, t: float) -> tuple[Tensor, Tensor]:
        """Velocity (n, 2), and its divergence by u, (n,)."""
        w1, b1, w2, b2, w3, b3 = self._weights(t)
        a1 = _linear(u, w1, b1)
        a2 = _linear(torch.sin(a1), w2, b2)
        gate = torch.sigmoid(a2)
        slope = gate * (1 + a2 * (1 - gate))
        spread = _linear(torch.cos(a1), (w2 * (w1 @ w3).t()).contiguous())
        return _linear(a2 * gate, w3, b3), (slope * spread).sum(1)

    def _weights(self, t: float) -> list[Tensor]:
        """As of a network of u alone: the time is a part of the first bias."""
        w1, b1, *others = self.layers.parameters()
        # A view with gaps would make the product a hundred times slower.
        return [w1[:, :2].contiguous(), b1 + t * w1[:, 2], *others]


class _Step(NamedTuple):
    """A step's noise, data, and where they were on their way, (n, 2) each; whitened."""

    noise: Tensor
    data: Tensor
    way: Tensor


class Model(Family):
    """`shift` and `scale` (2,) whiten the plane; the averaged network is shown."""

    kind = "Exact likelihood"
    layers = ("field", "manifold", "parts", "cursor", "machine")
    finest = 64
    machine: ClassVar = Machine(
        columns=(
            (
                Box("noise", "noise", "Points from a standard normal distribution."),
                Box("data", "data", "A batch of the points to learn from."),
            ),
            (Box("way", "on the way", "Each pair somewhere on its straight line, at a time of its own."),),
            (Box("network", "velocity network", "Says how fast to go where: here the speed over the home view at t."),),
            (
                Box("loss", "error", "How far the velocity is from that of the straight line."),
                Box("landed", "samples", "Where the flow has carried noise by the time t."),
            ),
        ),
        arrows=(
            ("noise", "way"),
            ("data", "way"),
            ("way", "network"),
            ("network", "loss"),
            ("network", "landed"),
        ),
        stages=(("noise", "data"), ("way",), ("network",), ("loss", "landed")),
    )

    def __init__(self, params: Params, rng: torch.Generator, device: torch.device) -> None:
        self.params = self._seen = params
        self.shift, self.scale = torch.zeros(2, device=device), torch.full((2,), 0.5, device=device)
        draws = cpu_rng(rng)
        self._learner = Learner(VelocityNetwork(params, draws, device), first_pace=params.detail)
        # Always the same, so that they move and do not jump when t is turned.
        self._starts = torch.randn(_NUM_PATHS, 2, generator=draws).to(device)
        self._num_steps = 0
        self._energy_of_data = torch.zeros((), device=device)
        self._last: _Step | None = None

    @property
    def network(self) -> VelocityNetwork:
        """The averaged one, that is shown."""
        mean = self._learner.mean
        assert isinstance(mean, VelocityNetwork)
        return mean

    def begin(self, data: Batch, rng: torch.Generator) -> None:
        """Whiten by the data."""
        self.shift, self.scale = data.x.mean(0), data.x.std(0).clamp(min=_LEAST_SPREAD)

    def settle(self) -> None:
        """Unless only what is looked at has changed."""
        old, self._seen = self._seen, self.params
        if old == self.params or _learnt_by(old) != _learnt_by(self.params):
            self._learner.settle()

    def step(self, batch: Batch, rng: torch.Generator) -> Terms:
        """Learn the velocity of straight lines between noise and the batch, a little shaken."""
        params, x = self.params, batch.x
        noise, shake = torch.randn(2, *x.shape, generator=rng, device=x.device)
        data = self._whitened(x + params.noise * shake)
        if params.pairing == "near":
            data = uncrossed(noise, data, rng)
        t = torch.rand(len(x), 1, generator=rng, device=x.device)
        way = torch.lerp(noise, data, t)
        with torch.enable_grad():
            loss = (self._learner.network(way, t) - (data - noise)).square().sum(1).mean()
            self._learner.move(loss, params.learning_rate, averaging=params.averaging, weight_decay=params.weight_decay)
        self._last = _Step(noise, data, way)
        if self._num_steps % _TOLD_EVERY_STEPS == 0:
            self._energy_of_data = self._energy(x[:_TOLD_POINTS], 1.0).mean()
        self._num_steps += 1
        return Terms(loss.detach(), self._energy_of_data, no_energy(loss))

    def energy(self, x: Tensor) -> Tensor:
        """Minus the log density at the time t, (n, 2) -> (n,)."""
        return torch.cat([self._energy(piece, self.params.t) for piece in torch.split(x, _CHUNK)])

    def energy_and_score(self, x: Tensor) -> tuple[Tensor, Tensor]:
        whole = super().energy_and_score
        energies, scores = zip(*map(whole, torch.split(x, _CHUNK_WITH_GRADIENT)), strict=True)
        return torch.cat(energies), torch.cat(scores)

    def field(self, x: Tensor) -> Tensor:
        """v(x, t) in the plane's unit."""
        return self.scale * self.network.velocity(self._whitened(x), self.params.t)

    def samples(self, count: int, rng: torch.Generator) -> Tensor:
        """Normal noise, carried to the time t."""
        return self._carried(torch.randn(count, 2, generator=rng, device=rng.device))

    def manifold(self) -> Drawing:
        """A square grid on the noise, carried to the time t."""
        lines = geometry.grid_lines(_REACH, _LINES, _CORNERS, self.shift.device)
        return Drawing(lines=geometry.warped(lines, self._carried))

    def parts(self) -> Drawing:
        """The ways of the same points from the noise to the time t."""
        path = torch.stack(self._path(self._starts), 1)
        return Drawing(lines=list(path), dots=path[:, -1])

    def at_cursor(self, x: Tensor) -> tuple[Drawing, str]:
        """The way of a point that is here at the time t, back to the noise."""
        times = times_to(self.params.t, self.params.solver_steps)
        path = carried(self.network.velocity, self._whitened(x), times[::-1])
        z, log_p = path[-1][0].tolist(), -float(self.energy(x))
        way = self._on_plane(torch.cat(path))
        return Drawing(lines=[way], dots=way[-1:]), f"from z = ({z[0]:.2f}, {z[1]:.2f}), log p = {log_p:.2f}"

    def pictures(self, rng: torch.Generator) -> dict[str, Picture]:
        last, nothing = self._last, self.shift.new_zeros(0, 2)
        noise, data, way = (nothing,) * 3 if last is None else map(self._on_plane, last)
        side = torch.linspace(-1, 1, 32, device=nothing.device)
        # Rows from the lowest y.
        grid = torch.cartesian_prod(side, side).flip(1)
        dots = {"noise": noise, "data": data, "way": way, "landed": self._carried(self._starts)}
        heat = {"network": Picture("heat", self.field(grid).norm(dim=1).reshape(32, 32))}
        return heat | {name: Picture("dots", each[:_NUM_DOTS]) for name, each in dots.items()}

    def remark(self) -> str:
        t = self.params.t
        return "" if t == 1 else f"On the way from noise to data, at t = {t:.2f}; nll and KL are to be read at t = 1."

    def tensors(self) -> dict[str, Tensor]:
        own = {"shift": self.shift, "scale": self.scale, "starts": self._starts}
        return own | self._learner.tensors("network")

    def on_loaded(self) -> None:
        self._learner.restart()
        self._num_steps = 0
        self._last = None

    def _whitened(self, x: Tensor) -> Tensor:
        return (x - self.shift) / self.scale

    def _on_plane(self, u: Tensor) -> Tensor:
        return self.shift + self.scale * u

    def _path(self, z: Tensor) -> list[Tensor]:
        """Where noise (n, 2) is at each time of the solver up to t, on the plane."""
        times = times_to(self.params.t, self.params.solver_steps)
        return [self._on_plane(u) for u in carried(self.network.velocity, z, times)]

    def _carried(self, z: Tensor) -> Tensor:
        return torch.cat([self._path(piece)[-1] for piece in torch.split(z, _CHUNK)])

    def _energy(self, x: Tensor, t: float) -> Tensor:
        times = times_to(t, self.params.solver_steps)
        return energy_along(self.network.with_divergence, self._whitened(x), times) + self.scale.log().sum()


def times_to(t: float, steps: int) -> list[float]:
    """The solver's times from 0 to t: denser towards 1, where the flow converges on what is fine in the data."""
    return [t * (1 - (1 - step / steps) ** 1.5) for step in range(steps + 1)]


def carried(velocity: Velocity, u: Tensor, times: list[float]) -> list[Tensor]:
    """Where points (n, 2) that are at u at the first of the times are at each of them; by the midpoint rule."""
    path = [u]
    for now, then in itertools.pairwise(times):
        half = (then - now) / 2
        middle = path[-1] + half * velocity(path[-1], now)
        path.append(path[-1] + 2 * half * velocity(middle, now + half))
    return path


def energy_along(flow: VelocityAndDivergence, u: Tensor, times: list[float]) -> Tensor:
    """Minus the log density of points (n, 2) at the last of the times, in nats, (n,); at the first it is normal.

    flow: velocity and divergence at a time. By the midpoint rule backwards, of point and divergence alike.
    """
    spread = torch.zeros_like(u[:, 0])
    for now, then in itertools.pairwise(reversed(times)):
        half = (then - now) / 2
        middle = u + half * flow(u, now)[0]
        velocity, divergence = flow(middle, now + half)
        u = u + 2 * half * velocity
        # `half` is negative on the way back.
        spread = spread - 2 * half * divergence
    return u.square().sum(1) / 2 + math.log(2 * math.pi) + spread


def uncrossed(noise: Tensor, data: Tensor, rng: torch.Generator) -> Tensor:
    """The data (n, 2) in an order that brings each nearer to its noise (n, 2): two pairs swap if that is shorter.

    Repeated for ever, and for groups of more than two, this would be optimal transport between the two clouds.
    """
    half = len(data) // 2
    for _ in range(_ROUNDS):
        order = torch.randperm(len(data), generator=rng, device=data.device)
        one, other = order[:half], order[half : 2 * half]
        a, b = data[one], data[other]
        # |n1 - b|^2 + |n2 - a|^2 < |n1 - a|^2 + |n2 - b|^2.
        is_longer = ((noise[one] - noise[other]) * (a - b)).sum(1, keepdim=True) < 0
        data = data.index_copy(0, one, torch.where(is_longer, b, a)).index_copy(0, other, torch.where(is_longer, a, b))
    return data


def _learnt_by(params: Params) -> Params:
    """The knobs, without those that only change what is shown."""
    return msgspec.structs.replace(params, t=1.0, solver_steps=1)


def _linear(x: Tensor, weights: Tensor, biases: Tensor | None = None) -> Tensor:
    """x W^T + b, the faster way where no gradient is asked for."""
    return functional.linear(x, weights, biases) if torch.is_grad_enabled() else mlp.linear(x, weights, biases)
