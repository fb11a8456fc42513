"""Networks between pictures and codes: convolutional ones for any side from 8 to 128 pixels, and dense ones.

A convolutional encoder halves the picture with 4x4 convolutions of stride 2 until 4 to 7 pixels a side are left; the
decoder doubles it in the same way. A side that cannot be halved so often is padded with its own edge, then cropped.
Arrays lie with the channels last, which oneDNN computes about 1.5 times as fast as the usual order.
Source: Radford, Metz, Chintala (2016), ICLR, for strides in the place of pooling; He et al. (2015), ICCV, for the
scales of the first weights; Wu, He (2018), ECCV, for group normalisation.
"""

import itertools
import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar

import torch
from torch import Tensor, nn
from torch.nn.functional import one_hot, pad

from engine.images import MAX_SIDE_PX, Shape
from engine.nets import Learner
from engine.notice import Notice

MIN_SIDE_PX = 8
_LEAST_INNER_PX = 4
# Of the layers from the picture inwards, times the width; deeper ones have as many as the last.
_CHANNELS = (1, 2, 3, 4)
_GROUPS = 8
# Units of the dense layer between codes and the innermost pixels: it straightens what convolutions cannot.
_HIDDEN = 256

Bend = Callable[[], nn.Module]
Network = TypeVar("Network", bound=nn.Module)


class Grid(NamedTuple):
    """How often the sides are halved, and how many pixels are left then."""

    halvings: int
    height: int
    width: int

    @classmethod
    def of(cls, shape: Shape) -> "Grid":
        """Raises Notice for sides that are too short or too long."""
        short, long = min(shape.height, shape.width), max(shape.height, shape.width)
        if short < MIN_SIDE_PX or long > MAX_SIDE_PX:
            raise Notice(f"Pictures need sides of {MIN_SIDE_PX} to {MAX_SIDE_PX} pixels; these have {short} to {long}.")
        halvings = int(math.log2(short / _LEAST_INNER_PX))
        part = 2**halvings
        return cls(halvings, -(-shape.height // part), -(-shape.width // part))

    @property
    def cells(self) -> int:
        return self.height * self.width


class ConvEncoder(nn.Module):
    """(n, channels, height, width) and `extra` numbers (n, extra) of something else, to (n, outputs)."""

    def __init__(
        self, shape: Shape, outputs: int, width: int, rng: torch.Generator, *, extra: int = 0, bend: Bend = nn.SiLU
    ) -> None:
        super().__init__()
        grid = Grid.of(shape)
        self._pad = _padding(shape, grid)
        channels = _channels(grid, width)
        blocks: list[nn.Module] = []
        for inputs, each in itertools.pairwise([shape.channels, *channels]):
            blocks += [nn.Conv2d(inputs, each, 4, 2, 1), bend()]
        self.body = nn.Sequential(*blocks)
        self.hidden = nn.Sequential(nn.Linear(channels[-1] * grid.cells + extra, _HIDDEN), bend())
        self.last = nn.Linear(_HIDDEN, outputs)
        initialise(self, rng)

    def forward(self, x: Tensor, extra: Tensor | None = None) -> Tensor:
        # About 0 and as wide as the weights' scales suppose.
        x = 4 * x - 2
        features = self.body(pad(x, self._pad, mode="replicate") if any(self._pad) else x).flatten(1)
        hidden = self.hidden(features if extra is None else torch.cat([features, extra], 1))
        result: Tensor = self.last(hidden)
        return result


class ConvDecoder(nn.Module):
    """(n, inputs) to (n, channels, height, width), any numbers. is_normed: with group normalisation, as a GAN needs."""

    def __init__(
        self,
        shape: Shape,
        inputs: int,
        width: int,
        rng: torch.Generator,
        *,
        bend: Bend = nn.SiLU,
        is_normed: bool = False,
    ) -> None:
        super().__init__()
        grid = Grid.of(shape)
        self._shape = shape
        channels = _channels(grid, width)[::-1]
        self.first = nn.Sequential(nn.Linear(inputs, _HIDDEN), bend(), nn.Linear(_HIDDEN, channels[0] * grid.cells))
        blocks: list[nn.Module] = [nn.Unflatten(1, (channels[0], grid.height, grid.width))]
        for each, outputs in itertools.pairwise([*channels, shape.channels]):
            blocks += [nn.GroupNorm(math.gcd(_GROUPS, each), each)] if is_normed else []
            blocks += [bend(), nn.ConvTranspose2d(each, outputs, 4, 2, 1)]
        self.body = nn.Sequential(*blocks)
        initialise(self, rng)

    def forward(self, z: Tensor) -> Tensor:
        x: Tensor = self.body(self.first(z))
        return x[:, :, : self._shape.height, : self._shape.width]


def dense_encoder(shape: Shape, sizes: Sequence[int], rng: torch.Generator) -> nn.Sequential:
    """(n, channels, height, width) through layers of these sizes to (n, sizes[-1])."""
    network = nn.Sequential(nn.Flatten(), _multilayer([shape.height * shape.width * shape.channels, *sizes]))
    return initialise(network, rng)


def dense_decoder(shape: Shape, sizes: Sequence[int], rng: torch.Generator) -> nn.Sequential:
    """(n, sizes[0]) through layers of these sizes to (n, channels, height, width), any numbers."""
    inner = _multilayer([*sizes, shape.height * shape.width * shape.channels])
    network = nn.Sequential(inner, nn.Unflatten(1, (shape.channels, shape.height, shape.width)))
    return initialise(network, rng)


def initialise(network: Network, rng: torch.Generator) -> Network:
    """First weights from a generator on the CPU, as wide as keeps the signal's size; biases are 0.

    The memory is laid out with the channels last.
    """
    for each in network.modules():
        if isinstance(each, nn.Linear | nn.Conv2d | nn.ConvTranspose2d):
            # Of a convolution of stride 2 that doubles, each output sees a quarter of the window.
            is_doubling = isinstance(each, nn.ConvTranspose2d)
            fan_in = each.weight[:, 0].numel() / 4 if is_doubling else each.weight[0].numel()
            with torch.no_grad():
                each.weight.copy_(math.sqrt(2 / fan_in) * torch.randn(each.weight.shape, generator=rng))
                if each.bias is not None:
                    each.bias.zero_()
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return network


def classes(y: Tensor | None, count: int, like: Tensor) -> Tensor:
    """(n,) int64 to (n, count) of zeros with a one; a class that is not known has no one."""
    if y is None:
        return like.new_zeros(len(like), count)
    return one_hot(y.clamp(min=-1) + 1, count + 1)[:, 1:].to(like.dtype)


def sync(learner: Learner[Any]) -> None:
    """The mean of the weights has been loaded: what learns goes on from it."""
    learner.network.load_state_dict(learner.mean.state_dict())
    learner.restart()


def kept(learner: Learner[Any], name: str) -> dict[str, Tensor]:
    """What a file keeps of a network: the running mean of its weights, which is what is shown."""
    return {f"{name}.{key}": each for key, each in learner.mean.named_parameters()}


def falling(rate: float, share: float) -> float:
    """The learning rate when this share of the training is done: a cosine from `rate` to a fiftieth of it."""
    return rate * (0.02 + 0.98 * (1 + math.cos(math.pi * min(1.0, share))) / 2)


def _channels(grid: Grid, width: int) -> list[int]:
    return [width * _CHANNELS[min(index, len(_CHANNELS) - 1)] for index in range(grid.halvings)]


def _padding(shape: Shape, grid: Grid) -> tuple[int, int, int, int]:
    part = 2**grid.halvings
    return 0, part * grid.width - shape.width, 0, part * grid.height - shape.height


def _multilayer(sizes: Sequence[int]) -> nn.Sequential:
    layers: list[nn.Module] = []
    for inputs, outputs in itertools.pairwise(sizes):
        layers += [nn.Linear(inputs, outputs), nn.SiLU()]
    return nn.Sequential(*layers[:-1])
