"""Networks that learn by autograd: made alike on every device, moved by Adam, shown as a running mean.

Not covered: the energy network with its gradients in closed form (mlp.py), and what is learnt (models/).
Source: Kingma, Ba (2015), ICLR; Loshchilov, Hutter (2019), ICLR; Polyak, Juditsky (1992), SIAM J. Control Optim. 30(4).
"""

import copy
import itertools
import math
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

import torch
from torch import Tensor, nn

from engine.mlp import CHUNK

N = TypeVar("N", bound=nn.Module)

ACTIVATIONS: dict[str, Callable[[], nn.Module]] = {
    "silu": nn.SiLU,
    "gelu": nn.GELU,
    "softplus": nn.Softplus,
    "tanh": nn.Tanh,
    "relu": nn.ReLU,
}


class Sine(nn.Module):
    """Waves: as a first layer's activation, fine structure is learnt much sooner."""

    def forward(self, x: Tensor) -> Tensor:
        return torch.sin(x)


def cpu_rng(rng: torch.Generator) -> torch.Generator:
    """A generator on the CPU, seeded from the run's: weights drawn with it are alike on every device."""
    return torch.Generator().manual_seed(int(torch.randint(2**62, (1,), generator=rng, device=rng.device)))


def multilayer(
    sizes: Sequence[int],
    activation: str,
    rng: torch.Generator,
    device: torch.device,
    *,
    detail: float | None = None,
    last_scale: float = 1.0,
) -> nn.Sequential:
    """A multilayer perceptron, sizes[0] -> ... -> sizes[-1], without an activation at its end.

    rng: on the CPU, see `cpu_rng`.  detail: makes the first layer sines with weights of this size.
    last_scale: of the last layer's weights; 0 starts from the constant zero.
    """
    layers: list[nn.Module] = []
    last = len(sizes) - 2
    for index, (inputs, outputs) in enumerate(itertools.pairwise(sizes)):
        is_wave = detail is not None and index == 0
        linear = nn.Linear(inputs, outputs)
        scale, spread = math.sqrt((1.0 if index == last else 2.0) / inputs), math.sqrt(1 / inputs)
        if detail is not None and index == 0:
            scale = spread = detail
        gain = last_scale if index == last else 1.0
        with torch.no_grad():
            linear.weight.copy_(gain * scale * torch.randn(outputs, inputs, generator=rng))
            linear.bias.copy_(gain * spread * (2 * torch.rand(outputs, generator=rng) - 1))
        layers.append(linear)
        if index < last:
            layers.append(Sine() if is_wave else ACTIVATIONS[activation]())
    return nn.Sequential(*layers).to(device)


def chunked(function: Callable[[Tensor], Tensor], x: Tensor, size: int = CHUNK) -> Tensor:
    """function(x) for many rows: larger pieces make temporaries that no longer fit the cache."""
    return torch.cat([function(piece) for piece in torch.split(x, size)])


class Learner(Generic[N]):
    """A network, Adam on its parameters, and the running mean of them, which is what is shown."""

    def __init__(self, network: N, betas: tuple[float, float] = (0.9, 0.99), *, first_pace: float = 1.0) -> None:
        """first_pace: how many times as far the first layer's weights move; for waves, their `detail`."""
        self.network = network
        self.mean: N = copy.deepcopy(network).requires_grad_(False)
        self._betas = betas
        self._first_pace = first_pace
        self._parameters: list[Tensor] = list(network.parameters())
        self._means: list[Tensor] = list(self.mean.parameters())
        self.restart()

    def restart(self) -> None:
        """Forget what the optimiser remembers: the weights are others."""
        first, others = self._parameters[:2], self._parameters[2:]
        groups = [{"params": first, "pace": self._first_pace}, {"params": others, "pace": 1.0}]
        self._optimizer = torch.optim.AdamW(groups, betas=self._betas, fused=True)
        self.settle()

    def settle(self) -> None:
        """Let the mean begin anew: the data or the knobs have changed."""
        self._steps_since_change = 0

    def move(self, loss: Tensor, learning_rate: float, *, averaging: int = 1, weight_decay: float = 0.0) -> None:
        """One step of Adam down the loss. averaging: over how many last steps the mean goes; 1 shows the newest."""
        self._optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        for group in self._optimizer.param_groups:
            group["lr"], group["weight_decay"] = learning_rate * group["pace"], weight_decay
        self._optimizer.step()
        # The window of the mean grows with what there is to average: a tenth of the steps since the last change.
        self._steps_since_change += 1
        window = min(averaging, 1 + self._steps_since_change // 10)
        with torch.no_grad():
            torch._foreach_lerp_(self._means, self._parameters, 1 / window)

    def tensors(self, name: str) -> dict[str, Tensor]:
        """The parameters and their mean, by names that begin with `name`."""
        kinds = ((name, self.network), (f"{name}_mean", self.mean))
        return {f"{kind}.{key}": each for kind, module in kinds for key, each in module.named_parameters()}
