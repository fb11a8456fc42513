"""The energy network that learns with gradients in closed form: it, its running mean, its optimiser, and a bowl.

    E(x) = network(x) + confinement |x|^2 / 2

Not covered: the network itself (mlp.py), what it is trained by (models/), and what learns by autograd (nets.py).
Source: Loshchilov, Hutter (2019), ICLR, for the optimiser; Polyak, Juditsky (1992), SIAM J. Control Optim. 30(4), for
the mean; Tancik et al. (2020), NeurIPS, for the waves.
"""

from collections.abc import Callable, Sequence
from typing import Protocol

import torch
from torch import Tensor

from engine.mlp import Mlp
from engine.models import Pushes


class Shape(Protocol):
    """The knobs that make a new network."""

    @property
    def width(self) -> int: ...
    @property
    def depth(self) -> int: ...
    @property
    def activation(self) -> str: ...
    @property
    def has_waves(self) -> bool: ...
    @property
    def detail(self) -> float: ...


class Pace(Protocol):
    """The knobs of each move."""

    @property
    def learning_rate(self) -> float: ...
    @property
    def weight_decay(self) -> float: ...
    @property
    def averaging(self) -> int: ...


class EnergyNetwork:
    """`network` learns; `mean`, its running mean, is shown."""

    def __init__(self, shape: Shape, rng: torch.Generator, device: torch.device) -> None:
        """`rng` is the run's generator on `device`; the weights are drawn on the CPU, alike for every device."""
        seed = int(torch.randint(2**62, (1,), generator=rng, device=device))
        self.network, self.mean = (_new_network(shape, seed, device) for _ in range(2))
        self._detail = shape.detail
        self.restart()

    def restart(self) -> None:
        """Forget what the optimiser remembers: the weights are others."""
        # The first layer's weights are `detail` times as large, so its moves are too; else it would hardly change.
        first, others = self.network.parameters[:2], self.network.parameters[2:]
        groups = [{"params": first, "pace": self._detail}, {"params": others, "pace": 1.0}]
        self._optimizer = torch.optim.AdamW(groups, betas=(0.9, 0.99), fused=True)
        self.settle()

    def settle(self) -> None:
        """Let the mean begin anew: the data or the knobs have changed, and what was before them is another story."""
        self._steps_since_change = 0

    def move(self, gradients: Sequence[Tensor], pace: Pace) -> None:
        """One step of Adam down the gradients, in the order of the network's parameters."""
        for group in self._optimizer.param_groups:
            group["lr"] = pace.learning_rate * group["pace"]
            group["weight_decay"] = pace.weight_decay
        for parameter, gradient in zip(self.network.parameters, gradients, strict=True):
            parameter.grad = gradient
        self._optimizer.step()
        # The window of the mean grows with what there is to average: a tenth of the steps since the last change.
        self._steps_since_change += 1
        window = min(pace.averaging, 1 + self._steps_since_change // 10)
        torch._foreach_lerp_(self.mean.parameters, self.network.parameters, 1 / window)

    def pushes(self, down: tuple[Tensor, Tensor], up: tuple[Tensor, Tensor], energy: Callable[[Mlp], Tensor]) -> Pushes:
        """How a small plain gradient step of each half alone changes `energy`.

        down, up: points (n, 2), and the derivative of the loss by the network's value at each, (n,).
        """
        before = energy(self.network)
        return Pushes(*(energy(self.network.pushed(*half)) - before for half in (down, up)))

    def tensors(self) -> dict[str, Tensor]:
        """What a file keeps, by names."""
        kinds = (("network", self.network), ("network_mean", self.mean))
        return {f"{kind}.{index}": each for kind, network in kinds for index, each in enumerate(network.parameters)}


def bowl(x: Tensor, confinement: float) -> Tensor:
    """The energy that is added to the network's, so that far away is unlikely: (n, 2) -> (n,)."""
    return x.square().sum(1).mul_(confinement / 2)


def energy(network: Mlp, x: Tensor, confinement: float) -> Tensor:
    """Of a network with its bowl: (n, 2) -> (n,)."""
    return network.energy(x).add_(x.square().sum(1), alpha=confinement / 2)


def energy_and_score(network: Mlp, x: Tensor, confinement: float) -> tuple[Tensor, Tensor]:
    """Both: (n, 2) -> (n,) and (n, 2)."""
    value, gradient = network.energy_and_input_gradient(x)
    value.add_(x.square().sum(1), alpha=confinement / 2)
    return value, gradient.add_(x, alpha=confinement).neg_()


def score(network: Mlp, x: Tensor, confinement: float) -> Tensor:
    """Minus the gradient of the energy, for any number of points: (n, 2) -> (n, 2)."""
    return network.input_gradient(x).add_(x, alpha=confinement).neg_()


def _new_network(shape: Shape, seed: int, device: torch.device) -> Mlp:
    first = "sine" if shape.has_waves else shape.activation
    activations = [first] + [shape.activation] * (shape.depth - 1)
    return Mlp(shape.width, activations, detail=shape.detail, rng=torch.Generator().manual_seed(seed), device=device)
