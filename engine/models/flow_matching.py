"""Flow matching

Noise becomes data along straight lines: each point of noise is paired with a data point, and walks to it at a constant
speed from time 0 to time 1. A network learns the mean velocity of all that pass a place at a time. Who follows this
velocity walks on curves that never cross, and yet is spread at every time as the walkers are.

The energy is minus the log density at time t: the point is carried back to time 0, where the density is a normal one,
and what the flow shrinks or stretches on the way, the divergence of the velocity, is summed up. With t you move through
the landscapes from the round hill of the noise to the data.

Equation: E_t(x) = -\\log \\mathcal{N}(x_0; 0, I) + \\int_0^t \\nabla \\cdot v(x_s, s) \\, ds, \\quad
\\min_v \\mathbb{E} \\, \\| v(x_t, t) - (x_1 - x_0) \\|^2
Try: Train on the two moons, pause, show the parts and turn t slowly from 0 to 1: the round hill splits into the moons.
Source: Lipman, Chen, Ben-Hamu, Nickel, Le (2023), Flow matching for generative modeling, ICLR; Liu, Gong, Liu (2023),
Flow straight and fast, ICLR; Chen, Rubanova, Bettencourt, Duvenaud (2018), NeurIPS, for the density.
"""

import math
from collections.abc import Callable
from typing import ClassVar

import msgspec
import torch
from torch import Tensor, nn

from engine import geometry
from engine.knobs import knob
from engine.messages import Box, Machine
from engine.models import Batch, Drawing, Picture, Terms, no_energy
from engine.models import Model as Family
from engine.nets import Learner, chunked, cpu_rng, multilayer

# On the plane. The spread of data that are a point or a line counts as this.
_LEAST_SPREAD = 0.02
# The grid that is warped: how far, in standard deviations, how many lines each way, and points on each.
_GRID_REACH, _GRID_LINES, _GRID_CORNERS = 2.5, 11, 41
_NUM_DOTS, _NUM_PATHS = 200, 150
# The energy of the data, which takes many velocities, is looked at once in so many steps, at so many points.
_STEPS_BETWEEN_LOOKS, _LOOKED_AT = 100, 128
# Points that are carried together: more make temporaries that no longer fit the cache.
_CHUNK = 1024
_HEAT_CELLS = 24
# Knobs that change what is seen, and not what is learnt.
_OF_VIEWS = {"t": 1.0, "solver_steps": 1}

# Points (n, 2) and a time to their velocities (n, 2) and its divergence (n,).
Velocity = Callable[[Tensor, float], tuple[Tensor, Tensor]]


class Params(msgspec.Struct, frozen=True):
    t: float = knob(
        1.0, low=0.0, high=1.0, help="The time of the landscape, samples and arrows: 0 is the noise, 1 the data."
    )
    solver_steps: int = knob(
        6,
        low=1,
        high=64,
        scale="log",
        help="Steps of Runge and Kutta's method between the times 0 and t, of four velocities each. With few, the "
        "density is no longer exact.",
    )
    learning_rate: float = knob(3e-3, low=1e-5, high=0.1, scale="log", help="How far each step moves the weights.")
    batch_size: int = knob(
        512, low=1, high=8192, scale="log", help="How many data points are paired with new noise in each step."
    )
    noise: float = knob(
        0.01,
        low=0.0,
        high=0.2,
        unit="of half the home view",
        help="Noise added to the points in each step. More makes the landscape smoother, and blurs what is sharp.",
    )
    averaging: int = knob(
        2000,
        low=1,
        high=10000,
        scale="log",
        unit="steps",
        help="The velocity shown is the mean over this many last steps.",
    )
    weight_decay: float = knob(0.03, low=0.0, high=10.0, help="Pulls the weights to zero: a smoother flow.")
    width: int = knob(
        96, low=2, high=512, scale="log", makes_new_network=True, help="Units in each of the two hidden layers."
    )
    detail: float = knob(
        5.0,
        low=0.1,
        high=50.0,
        scale="log",
        makes_new_network=True,
        help="How fine a structure the velocity starts with: the network's first layer is waves this short.",
    )


class VelocityNetwork(nn.Module):
    """v(x, t) = C silu(B sin(A [x, 2 t - 1] + a) + b) + c, and its divergence in closed form.

    With f' and g' the slopes of the two layers' activations, the Jacobian is C diag(g') B diag(f') A, and its trace is
    g'^T M f' with M_ij = B_ij (A C)_ji: one more product of matrices, and no second pass.
    """

    def __init__(self, params: Params, rng: torch.Generator, device: torch.device) -> None:
        super().__init__()
        sizes = [3, params.width, params.width, 2]
        self.layers = multilayer(sizes, "silu", rng, device, detail=params.detail, last_scale=0.1)

    def forward(self, x: Tensor, t: Tensor) -> Tensor:
        """(n, 2) and a time for each, (n, 1), to (n, 2)."""
        velocity: Tensor = self.layers(torch.cat([x, 2 * t - 1], 1))
        return velocity

    def with_divergence(self, x: Tensor, t: float) -> tuple[Tensor, Tensor]:
        """Velocities (n, 2) and divergences (n,) at one time."""
        (a_weight, a_bias), (b_weight, b_bias), (c_weight, c_bias) = self._weights()
        by_x, by_t = a_weight[:, :2], a_weight[:, 2]
        a = torch.addmm(a_bias + (2 * t - 1) * by_t, x, by_x.T)
        b = torch.addmm(b_bias, a.sin(), b_weight.T)
        gate = b.sigmoid()
        both = b_weight * (by_x @ c_weight).T
        silu = b * gate
        divergence = ((a.cos() @ both.T) * (gate + silu * (1 - gate))).sum(1)
        return torch.addmm(c_bias, silu, c_weight.T), divergence

    def _weights(self) -> list[tuple[Tensor, Tensor]]:
        return [(each.weight, each.bias) for each in self.layers if isinstance(each, nn.Linear)]


class Model(Family):
    """The network works on whitened points: `shift` and `scale` (2,)."""

    kind = "Exact likelihood"
    layers = ("field", "manifold", "parts", "cursor", "machine")
    finest = 64
    machine: ClassVar = Machine(
        columns=(
            (
                Box("noise", "noise", "Normal random points: where the walkers start."),
                Box("data", "data", "A batch of the points to learn from: where they arrive."),
            ),
            (
                Box(
                    "between", "on the way", "Each pair's point at a random time, on the straight line between the two."
                ),
            ),
            (Box("velocity", "velocity network", "How fast the flow is at time t: the arrows' length."),),
            (
                Box("loss", "squared error", "How far the velocity is from each walker's own."),
                Box("energy", "energy", "Minus the log density at time t, by carrying points back to the noise."),
            ),
        ),
        arrows=(
            ("noise", "between"),
            ("data", "between"),
            ("between", "velocity"),
            ("velocity", "loss"),
            ("velocity", "energy"),
        ),
        stages=(("noise", "data"), ("between",), ("velocity",), ("loss",), ("energy",)),
    )

    def __init__(self, params: Params, rng: torch.Generator, device: torch.device) -> None:
        self.params = params
        self.shift, self.scale = torch.zeros(2, device=device), torch.full((2,), 0.5, device=device)
        self._learner = Learner(VelocityNetwork(params, cpu_rng(rng), device))
        self._settled = params
        # The same noise in every frame, so that its paths can be watched as they change.
        self._noise = torch.randn(_NUM_PATHS, 2, generator=torch.Generator().manual_seed(0)).to(device)
        self._pairs = torch.zeros(3, 0, 2, device=device)
        self._steps, self._energy_of_data = 0, torch.zeros((), device=device)

    def begin(self, data: Batch, rng: torch.Generator) -> None:
        """Whiten by the data."""
        self.shift, self.scale = data.x.mean(0), data.x.std(0).clamp(min=_LEAST_SPREAD)

    def settle(self) -> None:
        """Where only what is seen has changed, the mean of the weights goes on."""
        old, new = (msgspec.structs.replace(each, **_OF_VIEWS) for each in (self._settled, self.params))
        is_of_views = self.params != self._settled and old == new
        self._settled = self.params
        self._steps = 0
        if not is_of_views:
            self._learner.settle()

    def step(self, batch: Batch, rng: torch.Generator) -> Terms:
        """Towards the velocity of straight lines from new noise to the batch, at times spread evenly."""
        count, device = len(batch.x), batch.x.device
        noise, shake = torch.randn(2, count, 2, generator=rng, device=device)
        data = self._whitened(torch.add(batch.x, shake, alpha=self.params.noise))
        # One time in each of as many equal spans: the loss varies less from step to step than with free ones.
        t = (torch.rand(count, 1, generator=rng, device=device) + torch.arange(count, device=device)[:, None]) / count
        between = torch.lerp(noise, data, t)
        with torch.enable_grad():
            loss = (self._learner.network(between, t) - (data - noise)).square().mean()
            self._learner.move(
                loss,
                self.params.learning_rate,
                averaging=self.params.averaging,
                weight_decay=self.params.weight_decay,
            )
        self._pairs = torch.stack([noise, data, between])
        if self._steps % _STEPS_BETWEEN_LOOKS == 0:
            self._energy_of_data = self.energy(batch.x[:_LOOKED_AT]).mean()
        self._steps += 1
        return Terms(loss.detach(), self._energy_of_data, no_energy(loss))

    def energy(self, x: Tensor) -> Tensor:
        """At time t."""
        return chunked(self._energy, x, _CHUNK)

    def field(self, x: Tensor) -> Tensor:
        """The velocity at time t, on the plane."""
        return self.velocity(self._whitened(x), self.params.t)[0] * self.scale

    def velocity(self, z: Tensor, t: float) -> tuple[Tensor, Tensor]:
        """Of whitened points (n, 2), by the averaged network, and its divergence (n,)."""
        return self._learner.mean.with_divergence(z, t)

    def samples(self, count: int, rng: torch.Generator) -> Tensor:
        """Noise, carried to time t."""
        return self._on_plane(self._carried(torch.randn(count, 2, generator=rng, device=rng.device))[-1])

    def manifold(self) -> Drawing:
        """A square grid of noise, carried to time t."""
        lines = geometry.grid_lines(_GRID_REACH, _GRID_LINES, _GRID_CORNERS, self.shift.device)
        return Drawing(lines=geometry.warped(lines, lambda z: self._on_plane(self._carried(z)[-1])))

    def parts(self) -> Drawing:
        """The paths of some noise from time 0 to t, and where it is."""
        path = self._on_plane(torch.stack(self._carried(self._noise), 1))
        return Drawing(lines=list(path), dots=path[:, -1])

    def at_cursor(self, x: Tensor) -> tuple[Drawing, str]:
        """The way of the point back to the noise."""
        back, _ = carried(self.velocity, self._whitened(x), self.params.t, 0.0, self.params.solver_steps)
        way, (u, v) = self._on_plane(torch.cat(back)), back[-1][0].tolist()
        said = f"noise ({u:.2f}, {v:.2f}), log p = {-float(self.energy(x)):.2f} at t = {self.params.t:.2f}"
        return Drawing(lines=[way], dots=way[-1:]), said

    def pictures(self, rng: torch.Generator) -> dict[str, Picture]:
        """Of "velocity": the speed on the home view, at time t."""
        noise, data, between = (self._on_plane(each[:_NUM_DOTS]) for each in self._pairs)
        axis = torch.linspace(-1, 1, _HEAT_CELLS, device=self.shift.device)
        y, x = torch.meshgrid(axis, axis, indexing="ij")
        speed = self.field(torch.stack([x.flatten(), y.flatten()], 1)).norm(dim=1)
        return {
            "noise": Picture("dots", noise),
            "data": Picture("dots", data),
            "between": Picture("dots", between),
            "velocity": Picture("heat", speed.view(_HEAT_CELLS, _HEAT_CELLS)),
        }

    def remark(self) -> str:
        if self.params.t == 0:
            return "At t = 0 this is the noise itself: a round hill of density, whatever has been learnt."
        return (
            "" if self.params.t == 1 else f"At t = {self.params.t:.2f} the points are still on their way to the data."
        )

    def tensors(self) -> dict[str, Tensor]:
        return {"shift": self.shift, "scale": self.scale, **self._learner.tensors("velocity")}

    def on_loaded(self) -> None:
        self._learner.restart()

    def _whitened(self, x: Tensor) -> Tensor:
        return (x - self.shift) / self.scale

    def _on_plane(self, z: Tensor) -> Tensor:
        return self.shift + self.scale * z

    def _carried(self, z: Tensor) -> list[Tensor]:
        return carried(self.velocity, z, 0.0, self.params.t, self.params.solver_steps)[0]

    def _energy(self, x: Tensor) -> Tensor:
        log_p = log_density(self.velocity, self._whitened(x), self.params.t, self.params.solver_steps)
        return self.scale.log().sum() - log_p


def carried(velocity: Velocity, z: Tensor, start: float, end: float, steps: int) -> tuple[list[Tensor], Tensor]:
    """Along the flow from one time to another by Runge and Kutta's method of fourth order.

    Returns where the points (n, 2) are at the start and after each step, and the log of the stretching, (n,): the
    integral of the divergence.
    """
    path, log_stretch, h = [z], z.new_zeros(len(z)), (end - start) / steps
    for index in range(steps):
        t = start + index * h
        v1, d1 = velocity(z, t)
        v2, d2 = velocity(z + h / 2 * v1, t + h / 2)
        v3, d3 = velocity(z + h / 2 * v2, t + h / 2)
        v4, d4 = velocity(z + h * v3, t + h)
        z = z + h / 6 * (v1 + 2 * (v2 + v3) + v4)
        log_stretch = log_stretch + h / 6 * (d1 + 2 * (d2 + d3) + d4)
        path.append(z)
    return path, log_stretch


def log_density(velocity: Velocity, z: Tensor, t: float, steps: int) -> Tensor:
    """Of the points (n, 2) at time t, (n,), where it is the standard normal one at time 0."""
    path, log_stretch = carried(velocity, z, t, 0.0, steps)
    return log_stretch - path[-1].square().sum(1) / 2 - math.log(2 * math.pi)
