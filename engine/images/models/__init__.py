"""Families of models of pictures, one file each: found by scanning this folder, so a new model is one new file.

A file has a docstring (first line: its title; then help, `Equation:` in LaTeX, `Try:` one thing to do, `Source:`),
`Params` made of knobs (`latents` and `batch_size` among them), and a class `Model(models.Model)`. Pictures x are
(n, channels, height, width) float32 from 0 to 1, codes z are (n, latents) float32, classes y are (n,) int64.
"""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, NamedTuple, Protocol

import torch
from torch import Tensor

from engine.images import Shape
from engine.weights import copied, put


class Batch(NamedTuple):
    """x (n, channels, height, width) float32 from 0 to 1, y (n,) int64, the classes; -1 where it is not known."""

    x: Tensor
    y: Tensor


class Stock(NamedTuple):
    """Pictures as they are kept, a quarter of their size as numbers: pixels (n, channels, height, width) uint8, y."""

    pixels: Tensor
    y: Tensor

    @property
    def size(self) -> int:
        """How many there are."""
        return len(self.pixels)

    def batch(self, chosen: Tensor | slice) -> Batch:
        """Some of them as numbers."""
        x = self.pixels[chosen].to(torch.float32).div_(255).contiguous(memory_format=torch.channels_last)
        return Batch(x, self.y[chosen])

    def batches(self, size: int = 256) -> Iterator[Batch]:
        """All of them in their order, so many at a time."""
        for start in range(0, self.size, size):
            yield self.batch(slice(start, start + size))


class Model(Protocol):
    """A family, made by `Model(params, shape, num_classes, rng, device)`; `params` may be set between steps.

    All but `step` run without gradients, but `decode` and `encode` let them through to what they are given. A family
    without an encoder (a plain GAN) has `has_encoder = False`; `encode` is then by search (see encoding.py). Codes
    are scaled so that each latent of the data has about unit variance, with the prior N(0, I) or without.
    """

    has_encoder: ClassVar[bool] = True
    # decode needs y.
    is_conditional: ClassVar[bool] = False
    # Whether the prior N(0, I) is what it was trained with.
    has_prior: ClassVar[bool] = False
    # Whether it is fitted at once, by `begin`.
    is_closed_form: ClassVar[bool] = False
    params: Any
    shape: Shape

    def __init__(self, params: Any, shape: Shape, num_classes: int, rng: torch.Generator, device: torch.device) -> None:
        """`rng` is the run's generator on `device`; starts are drawn by a generator on the CPU, the same anywhere.

        Raises Notice for pictures that the family cannot learn from.
        """

    @property
    def latents(self) -> int:
        """How many numbers a code has."""
        return int(self.params.latents)

    @property
    def layers(self) -> tuple[str, ...]:
        """Names of the codes there are from the pixels inwards, the last is the latent space: ("layer 1", "latent")."""
        return ("latent",)

    def begin(self, data: Stock, rng: torch.Generator) -> None:
        """The data are known, and no step has been made; PCA looks at all of them here."""

    def step(self, batch: Batch, rng: torch.Generator) -> dict[str, Tensor]:
        """One step of learning. What it says of itself by name, scalars on the device, "loss" among them."""
        raise NotImplementedError

    def stage(self, share: float) -> None:
        """This share (0 to 1) of the training is done: a stack goes on to its next layer, a rate falls."""

    def settle(self, batch: Batch) -> None:
        """Now it will be looked at: the scale of the codes is found from these pictures where no prior says it."""

    def held_out_loss(self, batch: Batch, rng: torch.Generator) -> Tensor | None:
        """What training lowers, of pictures not learnt from: a scalar by which the best weights are chosen.

        None where no number says which weights are better (a GAN): the newest are then kept.
        """
        return None

    def encode(self, x: Tensor, y: Tensor | None = None, layer: str = "latent") -> Tensor:
        """The code, the posterior's mean where there is one: (n, latents), or (n, size of the layer)."""
        raise NotImplementedError

    def decode(self, z: Tensor, y: Tensor | None = None, layer: str = "latent") -> Tensor:
        """Codes to pictures, (n, latents) -> (n, channels, height, width), from 0 to 1."""
        raise NotImplementedError

    def posterior(self, x: Tensor, y: Tensor | None = None) -> tuple[Tensor, Tensor] | None:
        """Mean and standard deviation of z, (n, latents) each; None where there is no such thing."""
        return None

    def log_likelihood(self, x: Tensor, z: Tensor, y: Tensor | None = None) -> Tensor:
        """log p(x | z), (n,), in nats for the whole picture; for families with a posterior."""
        raise NotImplementedError

    def tensors(self) -> dict[str, Tensor]:
        """All that a file keeps, by names, not copied."""
        raise NotImplementedError

    def on_loaded(self) -> None:
        """Other weights have been put in: what learns begins from them."""

    def weights(self) -> dict[str, Tensor]:
        """Copies of all that a file keeps."""
        return copied(self.tensors())

    def load(self, weights: Mapping[str, Tensor]) -> None:
        """Take over what `tensors` gave.

        Raises KeyError or RuntimeError on a misfit, and has then changed nothing.
        """
        put(weights, into=self.tensors())
        self.on_loaded()
