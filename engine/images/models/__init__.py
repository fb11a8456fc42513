"""Families of models of pictures, one file each: found by scanning this folder, so a new model is one new file.

A file has a docstring (first line: its title; then help, `Equation:` in LaTeX, `Try:` one thing to do, `Source:`),
`Params` made of knobs (`latents` and `batch_size` among them), and a class `Model(models.Model)`. Pictures x are
(n, channels, height, width) float32 from 0 to 1, codes z are (n, latents) float32, classes y are (n,) int64.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, NamedTuple, Protocol

import torch
from torch import Tensor

from engine.images import Shape


class Batch(NamedTuple):
    """x (n, channels, height, width) float32 from 0 to 1, y (n,) int64, the classes; -1 where it is not known."""

    x: Tensor
    y: Tensor


class Model(Protocol):
    """A family, made by `Model(params, shape, num_classes, rng, device)`; `params` may be set between steps.

    All but `step` run without gradients. A family without an encoder (a plain GAN) has `has_encoder = False`; `encode`
    is then by search (see encoding.py). Codes are scaled so that those of data have about unit variance wherever the
    family has a prior N(0, I); others say how theirs are spread by `spread`.
    """

    has_encoder: ClassVar[bool] = True
    # decode needs y.
    is_conditional: ClassVar[bool] = False
    # Whether the prior N(0, I) is what it was trained with.
    has_prior: ClassVar[bool] = False
    # Whether it is fitted at once, by one step.
    is_closed_form: ClassVar[bool] = False
    params: Any
    shape: Shape

    def __init__(self, params: Any, shape: Shape, num_classes: int, rng: torch.Generator, device: torch.device) -> None:
        """`rng` is the run's generator on `device`; starts are drawn by a generator on the CPU, the same anywhere."""

    @property
    def latents(self) -> int:
        raise NotImplementedError

    @property
    def layers(self) -> tuple[str, ...]:
        """Names of the codes there are from the pixels inwards, the last is the latent space: ("layer 1", "latent")."""
        return ("latent",)

    def begin(self, data: Batch, rng: torch.Generator) -> None:
        """The data are known, and no step has been made; PCA looks at all of them here."""

    def step(self, batch: Batch, rng: torch.Generator) -> dict[str, Tensor]:
        """One step of learning. What it says of itself by name, scalars on the device, "loss" among them."""
        raise NotImplementedError

    def stage(self, share: float) -> None:
        """This share (0 to 1) of the training is done: a stack goes on to its next layer, a rate falls."""

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

    def load(self, weights: Mapping[str, Tensor]) -> None:
        """Take over what `tensors` gave.

        Raises KeyError or RuntimeError on a misfit, and has then changed nothing.
        """
        mine = self.tensors()
        for name, each in mine.items():
            if weights[name].shape != each.shape:
                raise RuntimeError(f"{name} has the shape {tuple(weights[name].shape)}")
        with torch.no_grad():
            for name, each in mine.items():
                each.copy_(weights[name])
