"""Principal components (PCA)

Each picture is the mean picture plus a sum of a few others, the components, which are those along which the pictures
vary most. A code says how much of each, in standard deviations. Nothing is bent: the average of two codes is the double
exposure of the two pictures as far as the components can show it, and a sum of codes is a sum of pictures.

Equation: x \\approx m + \\sum_{i} z_i \\, s_i \\, w_i, \\quad z_i = w_i^T (x - m) / s_i
Try: Move the first sliders: light, background and hair change, and edges become ghosts.
Source: Pearson (1901), Philosophical Magazine 2(11); Turk, Pentland (1991), J. Cognitive Neuroscience 3(1), for faces;
Halko, Martinsson, Tropp (2011), SIAM Review 53(2), for finding few components of many pixels.
"""

from collections.abc import Iterable

import msgspec
import torch
from torch import Tensor

from engine.images import Shape
from engine.images.models import Batch, Stock
from engine.images.models import Model as Family
from engine.knobs import knob
from engine.nets import cpu_rng
from engine.notice import Notice

# Up to so many numbers a picture, the covariance is taken apart; of more, the components are found by iteration.
_FEW_PIXELS = 1024
_OVERSAMPLED, _ITERATIONS = 16, 10
# Of a component along which nothing varies.
_LEAST_SD = 1e-6


class Params(msgspec.Struct, frozen=True):
    latents: int = knob(
        32,
        low=1,
        high=256,
        scale="log",
        makes_new_network=True,
        help="How many components: numbers in a code.",
    )
    batch_size: int = knob(
        256,
        low=16,
        high=4096,
        scale="log",
        help="How many pictures are looked at at a time; the result does not depend on it.",
    )


class Model(Family):
    """`mean` (pixels,), orthonormal `directions` (latents, pixels), and `sds` (latents,), the largest first."""

    is_closed_form = True

    def __init__(
        self, params: Params, shape: Shape, num_classes: int, rng: torch.Generator, device: torch.device
    ) -> None:
        self.params, self.shape = params, shape
        pixels = shape.height * shape.width * shape.channels
        if params.latents > pixels:
            raise Notice(f"Pictures of {pixels} numbers have no {params.latents} components; take fewer latents.")
        start = torch.randn(pixels, params.latents, generator=cpu_rng(rng))
        self.directions: Tensor = torch.linalg.qr(start).Q.T.contiguous().to(device)
        self.mean = torch.full((pixels,), 0.5, device=device)
        self.sds = torch.full((params.latents,), 0.1, device=device)

    def begin(self, data: Stock, rng: torch.Generator) -> None:
        """All there is to learn: mean, directions and standard deviations of all the pictures."""
        size = self.params.batch_size
        self.mean = sum_of(each.x.flatten(1).double().sum(0) for each in data.batches(size)).div(data.size).float()
        exact = len(self.mean) <= _FEW_PIXELS
        variances, vectors = self._from_covariance(data) if exact else self._by_iteration(data, rng)
        self.directions = vectors[:, : self.latents].T.contiguous()
        # The sign has no meaning: the largest number of each direction is positive, on any device.
        largest = self.directions.gather(1, self.directions.abs().argmax(1, keepdim=True))
        self.directions *= largest.sign()
        self.sds = variances[: self.latents].clamp(min=0).sqrt().clamp(min=_LEAST_SD)

    def step(self, batch: Batch, rng: torch.Generator) -> dict[str, Tensor]:
        """Nothing is left to learn; the loss is the mean squared error of these pictures, for each number of them."""
        return {"loss": self._error(batch)}

    def held_out_loss(self, batch: Batch, rng: torch.Generator) -> Tensor:
        return self._error(batch)

    def encode(self, x: Tensor, y: Tensor | None = None, layer: str = "latent") -> Tensor:
        return (x.flatten(1) - self.mean) @ self.directions.T / self.sds

    def decode(self, z: Tensor, y: Tensor | None = None, layer: str = "latent") -> Tensor:
        x = self.mean + (z * self.sds) @ self.directions
        return x.clamp(0, 1).reshape(-1, self.shape.channels, self.shape.height, self.shape.width)

    def tensors(self) -> dict[str, Tensor]:
        return {"mean": self.mean, "directions": self.directions, "sds": self.sds}

    def _error(self, batch: Batch) -> Tensor:
        return (self.decode(self.encode(batch.x)) - batch.x).square().mean()

    def _from_covariance(self, data: Stock) -> tuple[Tensor, Tensor]:
        """Variances and directions (pixels, pixels) as columns, the largest first."""
        away = (each.x.flatten(1).double() - self.mean for each in data.batches(self.params.batch_size))
        covariance = sum_of(each.T @ each for each in away) / max(1, data.size - 1)
        variances, vectors = torch.linalg.eigh(covariance)
        return variances.flip(0).float(), vectors.flip(1).float()

    def _by_iteration(self, data: Stock, rng: torch.Generator) -> tuple[Tensor, Tensor]:
        """The same, of the first few alone: a random subspace, multiplied by the covariance again and again."""
        count = min(len(self.mean), self.latents + _OVERSAMPLED)
        start = torch.randn(len(self.mean), count, generator=cpu_rng(rng)).to(self.mean.device)
        subspace = torch.linalg.qr(start).Q
        for _ in range(_ITERATIONS):
            subspace = torch.linalg.qr(self._times_covariance(data, subspace)).Q
        inner = subspace.T @ self._times_covariance(data, subspace)
        variances, turn = torch.linalg.eigh((inner + inner.T) / 2)
        return variances.flip(0), subspace @ turn.flip(1)

    def _times_covariance(self, data: Stock, subspace: Tensor) -> Tensor:
        away = (each.x.flatten(1) - self.mean for each in data.batches(self.params.batch_size))
        return sum_of(each.T @ (each @ subspace) for each in away) / max(1, data.size - 1)


def sum_of(terms: Iterable[Tensor]) -> Tensor:
    """Their sum, with no more than two of them in memory."""
    total: Tensor | None = None
    for each in terms:
        total = each if total is None else total.add_(each)
    assert total is not None
    return total
