"""A multilayer perceptron from the plane to one energy, with its gradients in closed form.

    h_0 = x,   a_l = h_{l-1} W_l^T + b_l,   h_l = f_l(a_l),   E(x) = h_L . w + c

The gradient with respect to x is g_L = w, g_{l-1} = (g_l * f_l'(a_l)) W_l; no graph is built, so a Langevin step costs
two matrix products a layer and little else. A test holds both gradients against autograd.
Not covered: what the energy is trained by (models/energy_mlp.py).
Source: Rumelhart, Hinton, Williams (1986), Nature 323, for the recursion; He et al. (2015), ICCV, for the scales.
"""

import copy
import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

# Larger batches make temporaries that no longer fit the cache, and cost page faults.
CHUNK = 4096
# Up to so many rows oneDNN takes longer to begin than the whole product takes otherwise: 13 us against 2.
_FEW = 64
_aten = torch.ops.aten


class Activation(NamedTuple):
    """f, and the product of an incoming gradient with f' from the values before and after f."""

    forward: Callable[[Tensor], Tensor]
    backward: Callable[[Tensor, Tensor, Tensor], Tensor]


ACTIVATIONS = {
    "silu": Activation(functional.silu, lambda grad, before, after: _aten.silu_backward(grad, before)),
    "gelu": Activation(functional.gelu, lambda grad, before, after: _aten.gelu_backward(grad, before)),
    "softplus": Activation(
        functional.softplus, lambda grad, before, after: _aten.softplus_backward(grad, before, 1, 20)
    ),
    "tanh": Activation(torch.tanh, lambda grad, before, after: _aten.tanh_backward(grad, after)),
    "relu": Activation(torch.relu, lambda grad, before, after: _aten.threshold_backward(grad, before, 0)),
    "sine": Activation(torch.sin, lambda grad, before, after: torch.cos(before).mul_(grad)),
}


class Tape(NamedTuple):
    """What the way back needs: the input, and each hidden layer before and after its activation."""

    x: Tensor
    before: list[Tensor]
    after: list[Tensor]


class Mlp:
    """The network. `parameters` holds W_1, b_1, ..., w, c in this order; an optimiser may change them in place."""

    def __init__(
        self,
        width: int,
        activations: Sequence[str],
        *,
        detail: float,
        rng: torch.Generator,
        device: torch.device,
    ) -> None:
        """`activations` has one name a hidden layer.

        `detail` multiplies the first layer's weights: how fine a structure the untrained network can express.
        """
        depth = len(activations)
        self._activations = [ACTIVATIONS[name] for name in activations]
        self.parameters: list[Tensor] = []
        inputs = 2
        for layer in range(depth):
            scale = detail if layer == 0 else math.sqrt(2 / inputs)
            weights = scale * torch.randn(width, inputs, generator=rng)
            # Kinks of the first layer are spread over the plane instead of all meeting at its middle.
            spread = detail if layer == 0 else 0.0
            biases = spread * (2 * torch.rand(width, generator=rng) - 1)
            self.parameters += [weights.to(device), biases.to(device)]
            inputs = width
        last = torch.randn(width, generator=rng) / width
        self.parameters += [last.to(device), torch.zeros(1, device=device)]

    def energy(self, x: Tensor) -> Tensor:
        """(n, 2) -> (n,), in nats."""
        if len(x) <= CHUNK:
            return self._values(x)
        return torch.cat([self._values(chunk) for chunk in torch.split(x, CHUNK)])

    def input_gradient(self, x: Tensor) -> Tensor:
        """dE/dx, (n, 2) -> (n, 2), in nats per unit of x."""
        if len(x) <= CHUNK:
            return self._way_back(self._tape(x))
        return torch.cat([self._way_back(self._tape(chunk)) for chunk in torch.split(x, CHUNK)])

    def energy_and_input_gradient(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """E (n,) and dE/dx (n, 2) on one way there and back."""
        energy, tape = self.forward(x)
        return energy, self._way_back(tape)

    def forward(self, x: Tensor) -> tuple[Tensor, Tape]:
        """The energies (n,) and the tape for `parameter_gradient`."""
        tape = self._tape(x)
        return tape.after[-1].mv(self.parameters[-2]).add_(self.parameters[-1]), tape

    def parameter_gradient(self, tape: Tape, coefficients: Tensor) -> list[Tensor]:
        """The gradient of sum_i coefficients_i E(x_i) in the order of `parameters`. coefficients: (n,)."""
        gradients = [coefficients.sum().reshape(1), coefficients @ tape.after[-1]]
        upstream = coefficients[:, None] * self.parameters[-2]
        for layer in reversed(range(len(tape.before))):
            delta = self._activations[layer].backward(upstream, tape.before[layer], tape.after[layer])
            below = tape.after[layer - 1] if layer else tape.x
            gradients += [delta.sum(0), linear(delta.t(), below.t())]
            if layer:
                upstream = product(delta, self.parameters[2 * layer])
        return gradients[::-1]

    def pushed(self, x: Tensor, coefficients: Tensor, length: float = 1e-3) -> "Mlp":
        """Another network, a plain gradient step of this length away, down sum_i coefficients_i E(x_i)."""
        gradients = self.parameter_gradient(self.forward(x)[1], coefficients)
        norm = torch.stack(torch._foreach_norm(gradients)).norm().clamp_(min=1e-12)
        moved = copy.copy(self)
        moved.parameters = list(torch._foreach_sub(self.parameters, torch._foreach_mul(gradients, length / norm)))
        return moved

    def _tape(self, x: Tensor) -> Tape:
        before, after, hidden = [], [], x
        for layer, activation in enumerate(self._activations):
            pre = linear(hidden, self.parameters[2 * layer], self.parameters[2 * layer + 1])
            hidden = activation.forward(pre)
            before.append(pre)
            after.append(hidden)
        return Tape(x, before, after)

    def _way_back(self, tape: Tape) -> Tensor:
        """dE/dx, (n, 2)."""
        upstream = self.parameters[-2].expand_as(tape.before[-1])
        for layer in reversed(range(len(tape.before))):
            delta = self._activations[layer].backward(upstream, tape.before[layer], tape.after[layer])
            upstream = product(delta, self.parameters[2 * layer])
        return upstream

    def _values(self, x: Tensor) -> Tensor:
        for layer, activation in enumerate(self._activations):
            x = activation.forward(linear(x, self.parameters[2 * layer], self.parameters[2 * layer + 1]))
        return x.mv(self.parameters[-2]).add_(self.parameters[-1])


def linear(x: Tensor, weights: Tensor, biases: Tensor | None = None) -> Tensor:
    """x W^T + b without a graph: (n, inputs), (outputs, inputs), (outputs,) -> (n, outputs).

    On a CPU this asks oneDNN for the product, which ran at 180 to 240 GFLOP/s on one Zen 5 core where the default (MKL)
    ran at 103; the two agree to the last bits of float32. Elsewhere, and for a few rows, it is torch's own.
    """
    if _has_onednn and len(x) > _FEW and x.device.type == "cpu" and x.dtype == torch.float32:
        product: Tensor = torch.ops.mkldnn._linear_pointwise(x, weights, biases, "none", [], "")
        return product
    return functional.linear(x, weights, biases)


def product(x: Tensor, weights: Tensor) -> Tensor:
    """x W, likewise: (n, outputs), (outputs, inputs) -> (n, inputs)."""
    return x.mm(weights) if len(x) <= _FEW else linear(x, weights.t())


_has_onednn = torch.backends.mkldnn.is_available() and hasattr(  # type: ignore[no-untyped-call]
    torch.ops.mkldnn, "_linear_pointwise"
)
