"""A trained model together with its pictures, as views ask about them: codes, axes to slide along, pictures of codes.

Nothing here changes once it is made, but for what is computed when first asked for.
Not covered: what is asked (answers.py), training (training.py).
"""

import threading
from collections.abc import Callable
from functools import cached_property
from typing import Any, NamedTuple, TypeVar

import numpy as np
import torch
from torch import Tensor

from engine.images import Pictures, Shape
from engine.images.graph_path import Graph, graph_of
from engine.images.models import Model
from engine.images.neighbours import Usual, usual_distances

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

    pictures: some of their kind, at hand.  all_pictures: makes those that it learnt from, when first asked for; None
    where they are the same.
    """

    def __init__(
        self,
        model: Model,
        name: str,
        pictures: Pictures,
        device: torch.device,
        card: str = "",
        all_pictures: Callable[[], Pictures] | None = None,
    ) -> None:
        self.model, self.name, self.pictures, self.device, self.card = model, name, pictures, device, card
        self._all_pictures = all_pictures
        self._kept: dict[str, Any] = {}
        self._lock = threading.RLock()

    @property
    def shape(self) -> Shape:
        return self.model.shape

    def to_model(self, pixels: np.ndarray) -> Tensor:
        """(n, height, width, channels) uint8 -> (n, channels, height, width) from 0 to 1, on the device."""
        x = torch.from_numpy(np.ascontiguousarray(pixels)).to(self.device)
        return x.permute(0, 3, 1, 2).float().div_(255)

    def labels_of(self, labels: np.ndarray, count: int) -> Tensor | None:
        """(count,) classes on the device, where the model wants them; one label stands for all, none for class 0."""
        if not self.model.is_conditional:
            return None
        known = torch.from_numpy(np.array(labels, np.int64)).to(self.device).clamp(min=0)
        return known.expand(count) if len(known) == 1 else known if len(known) else known.new_zeros(count)

    @torch.no_grad()
    def encode(self, x: Tensor, y: Tensor | None = None, layer: str = "latent") -> Tensor:
        """(n, ...) -> (n, latents)."""
        return self._in_chunks(lambda xs, ys: self.model.encode(xs, ys, layer), x, y)

    @torch.no_grad()
    def decode(self, z: Tensor, y: Tensor | None = None, layer: str = "latent") -> Tensor:
        """(n, latents) -> (n, channels, height, width)."""
        return self._in_chunks(lambda zs, ys: self.model.decode(zs, ys, layer), z, y)

    @property
    def codes(self) -> Tensor:
        """Of all pictures of the set, (count, latents) on the device; raises Notice where there is no encoder."""
        with self._lock:
            return self._codes

    def codes_at(self, indices: np.ndarray) -> Tensor:
        """Of pictures of the set, (k, latents), without waiting for those of all."""
        return self._codes_of(self.pictures.pixels[indices], self.pictures.labels[indices])

    @property
    def learnt(self) -> Pictures:
        """What the model learnt from; the first time may take long."""
        with self._lock:
            return self._learnt

    @property
    def stock(self) -> Tensor:
        """All that the model learnt from, (count, channels, height, width) uint8 on the device."""
        with self._lock:
            return self._stock

    @property
    def learnt_codes(self) -> Tensor:
        """Of all that the model learnt from, (count, latents)."""
        with self._lock:
            return self._learnt_codes

    @property
    def usual_pixels(self) -> Usual:
        """How near pictures of the set are to one another."""
        with self._lock:
            return self._usual_pixels

    @property
    def usual_codes(self) -> Usual:
        with self._lock:
            return self._usual_codes

    @property
    def graph(self) -> Graph:
        """Which codes of the set are neighbours."""
        with self._lock:
            return self._graph

    def kept(self, name: str, make: Callable[[], T]) -> T:
        """What is made once, when it is first asked for."""
        with self._lock:
            if name not in self._kept:
                self._kept[name] = make()
            found: T = self._kept[name]
            return found

    @property
    def posteriors(self) -> tuple[Tensor, Tensor] | None:
        """Mean and standard deviation of the codes of the set, (count, latents) each, where there is such a thing."""
        return self.kept("posteriors", self._make_posteriors)

    @property
    def axes(self) -> Axes:
        with self._lock:
            return self._axes

    @property
    def axes_of_codes(self) -> Axes:
        """The principal axes of the codes, whatever the model's own prior is."""
        with self._lock:
            return self._principal_axes

    @cached_property
    def _codes(self) -> Tensor:
        return self._codes_of(self.pictures.pixels, self.pictures.labels)

    @cached_property
    def _learnt(self) -> Pictures:
        return self.pictures if self._all_pictures is None else self._all_pictures()

    @cached_property
    def _learnt_codes(self) -> Tensor:
        return self._codes if self._all_pictures is None else self._codes_of(self._learnt.pixels, self._learnt.labels)

    @cached_property
    def _stock(self) -> Tensor:
        return torch.from_numpy(self._learnt.pixels).permute(0, 3, 1, 2).contiguous().to(self.device)

    @cached_property
    def _usual_pixels(self) -> Usual:
        return usual_distances(self._stock, torch.Generator().manual_seed(0))

    @cached_property
    def _usual_codes(self) -> Usual:
        return usual_distances(self._learnt_codes, torch.Generator().manual_seed(0))

    @cached_property
    def _graph(self) -> Graph:
        return graph_of(self._codes)

    def _codes_of(self, pixels: np.ndarray, labels: np.ndarray) -> Tensor:
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

    @cached_property
    @torch.no_grad()
    def _axes(self) -> Axes:
        if not self.model.has_encoder:
            return self._by_change(torch.eye(self.model.latents), *self._standard)
        moments = self.posteriors
        if moments is None or not self.model.has_prior:
            principal = self._principal_axes
            return self._by_change(principal.directions, principal.spread, principal.middle)
        mean, sd = moments
        told = ((mean.square() + sd.square() - 1) / 2 - sd.log()).mean(0)
        return _sorted(Axes(torch.eye(self.model.latents), _plain(told), "nats", *self._standard))

    @property
    def _standard(self) -> tuple[Tensor, Tensor]:
        """Spread and middle of the standard normal distribution."""
        return torch.ones(self.model.latents), torch.zeros(self.model.latents)

    @cached_property
    def _principal_axes(self) -> Axes:
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
