"""A trained model together with its pictures, as views ask about them: codes, axes to slide along, pictures of codes.

Nothing here changes once it is made, but for what is computed when first asked for.
Not covered: what is asked (answers.py), training (training.py).
"""

from collections.abc import Callable
from typing import NamedTuple, TypeVar

import numpy as np
import torch
from torch import Tensor

from engine.images import Pictures, Shape
from engine.images.compared import Compared, Learnt
from engine.images.encoding import codes_of
from engine.images.graph_path import Graph, graph_of
from engine.images.models import Model
from engine.images.once import Once
from engine.notice import Notice

# So many pictures go through a network at a time.
_CHUNK = 256
# How many of the set say how codes are spread, and how much each latent matters.
_JUDGED = 2000
_PROBES = 64
# Codes whose widest direction is no wider than this many times their narrowest have no axes of their own.
_ALIKE = 1.25


T = TypeVar("T")
Coder = Callable[[Tensor, Tensor | None], Tensor]


class Axes(NamedTuple):
    """See messages.LatentReady; all on the CPU, float32."""

    directions: Tensor
    importance: Tensor
    unit: str
    spread: Tensor
    middle: Tensor


class Latent:
    """`model` is not trained any more. `card`: what is known of its weights, as JSON.

    pictures: some of their kind, at hand.  all_pictures: makes those that it learnt from; None where they are the same.
    is_learnt: whether it learnt from such pictures at all, or others stand in for them.
    seed: by which some of them were held out; None: it learnt from all.
    """

    def __init__(
        self,
        model: Model,
        name: str,
        pictures: Pictures,
        device: torch.device,
        card: str = "",
        all_pictures: Callable[[], Pictures] | None = None,
        is_learnt: bool = True,
        seed: int | None = None,
    ) -> None:
        self.model, self.name, self.pictures, self.device, self.card = model, name, pictures, device, card
        self.is_learnt = is_learnt
        self._once = Once()
        self._learnt = Learnt(pictures, all_pictures, self._codes_of_all, model.has_encoder, device, is_learnt, seed)

    @property
    def shape(self) -> Shape:
        return self.model.shape

    def to_model(self, pixels: np.ndarray) -> Tensor:
        """(n, height, width, channels) uint8 -> (n, channels, height, width) from 0 to 1, on the device."""
        # A copy: arrays of messages, and of the cache on disk, cannot be written to.
        x = torch.from_numpy(np.array(pixels, order="C")).to(self.device)
        return x.permute(0, 3, 1, 2).float().div_(255)

    def labels_of(self, labels: np.ndarray, count: int) -> Tensor | None:
        """(count,) classes on the device, where the model wants them; one label stands for all, none for class 0."""
        if not self.model.is_conditional:
            return None
        known = torch.from_numpy(np.array(labels, np.int64)).to(self.device).clamp(min=0)
        return known.expand(count) if len(known) == 1 else known if len(known) else known.new_zeros(count)

    @torch.no_grad()
    def encode(self, x: Tensor, y: Tensor | None = None, layer: str = "latent") -> Tensor:
        """(n, ...) -> (n, latents). Without an encoder the nearest code is searched for, a second or more for each."""
        if not self.model.has_encoder:
            return self._in_chunks(lambda xs, ys: codes_of(self.model, xs, ys), x, y)
        return self._in_chunks(lambda xs, ys: self.model.encode(xs, ys, layer), x, y)

    @torch.no_grad()
    def decode(self, z: Tensor, y: Tensor | None = None, layer: str = "latent") -> Tensor:
        """(n, latents) -> (n, channels, height, width)."""
        return self._in_chunks(lambda zs, ys: self.model.decode(zs, ys, layer), z, y)

    @property
    def codes(self) -> Tensor:
        """Of all pictures at hand, (count, latents) on the device; raises Notice where there is no encoder."""
        return self._once.get("codes", lambda: self._codes_of_all(self.pictures))

    def codes_at(self, indices: np.ndarray) -> Tensor:
        """Of pictures of the set, (k, latents), without waiting for those of all. Raises Notice as `codes`."""
        return self._codes_of(self.pictures.pixels[indices], self.pictures.labels[indices])

    @property
    def compared(self) -> Compared:
        """What pictures are compared with: those at hand, until all that the model learnt from are there."""
        return self._learnt.now()

    @property
    def graph(self) -> Graph:
        """Which codes of the set are neighbours."""
        return self._once.get("graph", lambda: graph_of(self.codes))

    def kept(self, name: str, make: Callable[[], T]) -> T:
        """What is made once, when it is first asked for."""
        return self._once.get(f"kept {name}", make)

    @property
    def posteriors(self) -> tuple[Tensor, Tensor] | None:
        """Mean and standard deviation of the codes of the set, (count, latents) each, where there is such a thing."""
        return self._once.get("posteriors", self._make_posteriors)

    @property
    def axes(self) -> Axes:
        return self._once.get("axes", self._make_axes)

    @property
    def axes_of_codes(self) -> Axes:
        """The principal axes of the codes, whatever the model's own prior is."""
        return self._once.get("principal axes", self._make_principal_axes)

    def _codes_of_all(self, pictures: Pictures) -> Tensor:
        return self._codes_of(pictures.pixels, pictures.labels)

    def _codes_of(self, pixels: np.ndarray, labels: np.ndarray) -> Tensor:
        if not self.model.has_encoder:
            raise Notice("This model has no encoder, so that the codes of the pictures are not known.")
        pieces = [torch.zeros(0, self.model.latents, device=self.device)]
        for start in range(0, len(pixels), _CHUNK):
            x = self.to_model(pixels[start : start + _CHUNK])
            pieces.append(self.encode(x, self.labels_of(labels[start : start + _CHUNK], len(x))))
        return torch.cat(pieces)

    @torch.no_grad()
    def _make_posteriors(self) -> tuple[Tensor, Tensor] | None:
        means, sds = [], []
        pixels, labels = self.pictures.pixels[:_JUDGED], self.pictures.labels[:_JUDGED]
        for start in range(0, len(pixels), _CHUNK):
            x = self.to_model(pixels[start : start + _CHUNK])
            both = self.model.posterior(x, self.labels_of(labels[start : start + _CHUNK], len(x)))
            if both is None:
                return None
            means.append(both[0])
            sds.append(both[1])
        return torch.cat(means), torch.cat(sds)

    @torch.no_grad()
    def _make_axes(self) -> Axes:
        if not self.model.has_encoder:
            return self._by_change(torch.eye(self.model.latents), *self._standard)
        moments = self.posteriors
        if moments is None or not self.model.has_prior:
            principal = self.axes_of_codes
            return self._by_change(principal.directions, principal.spread, principal.middle)
        mean, sd = moments
        told = ((mean.square() + sd.square() - 1) / 2 - sd.log()).mean(0)
        return _sorted(Axes(torch.eye(self.model.latents), _plain(told), "nats", *self._standard))

    @property
    def _standard(self) -> tuple[Tensor, Tensor]:
        """Spread and middle of the standard normal distribution."""
        return torch.ones(self.model.latents), torch.zeros(self.model.latents)

    def _make_principal_axes(self) -> Axes:
        codes = self.codes[:_JUDGED].double().cpu()
        middle = codes.mean(0)
        _, scales, rows = torch.linalg.svd(codes - middle, full_matrices=True)
        spread = torch.zeros(self.model.latents, dtype=torch.float64)
        spread[: len(scales)] = scales / max(1, len(codes) - 1) ** 0.5
        if spread.max() < _ALIKE * spread.min():
            # As wide in all directions: no axis is better than the latents themselves.
            rows, spread = torch.eye(self.model.latents, dtype=torch.float64), codes.std(0)
        # A sign that no machine's rounding decides.
        rows = rows * rows.gather(1, rows.abs().argmax(1, keepdim=True)).sign()
        shown = spread.clamp(min=1e-3 * float(spread.max()) + 1e-6)
        return Axes(_plain(rows), _plain(spread.square()), "variance", _plain(shown), _plain(middle))

    def _by_change(self, rows: Tensor, spread: Tensor, middle: Tensor) -> Axes:
        """Axes by how much the picture changes when a code goes from -1 to 1 along each."""
        rng = torch.Generator().manual_seed(0)
        steps = torch.randn(_PROBES, len(rows), generator=rng)
        y = None if not self.model.is_conditional else torch.zeros(_PROBES, dtype=torch.int64, device=self.device)
        changes = []
        for axis in range(len(rows)):
            ends = []
            for end in (-1.0, 1.0):
                steps[:, axis] = end
                ends.append(self.decode((middle + (steps * spread) @ rows).to(self.device), y))
            steps[:, axis] = torch.randn(_PROBES, generator=rng)
            changes.append((ends[1] - ends[0]).square().mean())
        shares = torch.stack(changes).cpu()
        shares = 100 * shares / shares.sum().clamp(min=1e-12)
        return _sorted(Axes(rows, _plain(shares), "% of the change", spread, middle))

    def _in_chunks(self, do: Coder, values: Tensor, labels: Tensor | None) -> Tensor:
        pieces = []
        for start in range(0, max(1, len(values)), _CHUNK):
            piece = slice(start, start + _CHUNK)
            pieces.append(do(values[piece], None if labels is None else labels[piece]))
        return pieces[0] if len(pieces) == 1 else torch.cat(pieces)


def _sorted(axes: Axes) -> Axes:
    """Those that matter most first."""
    order = axes.importance.argsort(descending=True, stable=True)
    return axes._replace(
        directions=axes.directions[order], importance=axes.importance[order], spread=axes.spread[order]
    )  # fmt: skip


def to_pixels(x: Tensor) -> np.ndarray:
    """(n, channels, height, width) from 0 to 1 -> (n, height, width, channels) uint8."""
    return x.clamp(0, 1).mul(255).round().to(torch.uint8).permute(0, 2, 3, 1).contiguous().cpu().numpy()


def _plain(tensor: Tensor) -> Tensor:
    return tensor.detach().float().cpu()
