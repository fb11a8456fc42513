"""From picture A to picture B: in pixels a double exposure, in deeper and deeper codes a picture.

Not covered: lines and arcs (latents.py), the way along the data (graph_path.py).
Source: Bengio, Mesnil, Dauphin, Rifai (2013), ICML, for interpolation in layer after layer.
"""

import numpy as np
import torch
from torch import Tensor

from engine.images.compared import Compared
from engine.images.graph_path import path_between
from engine.images.latent import Latent, to_pixels
from engine.images.latents import lerp, shares, slerp
from engine.images.memory import by_pixels
from engine.images.resize import resized
from engine.messages import Interpolate, Interpolated, Row
from engine.notice import Notice

_KINDS = ("linear", "spherical", "data")
_MOST_FRAMES = 61


def interpolated(asked: Interpolate, latent: Latent) -> Interpolated:
    """Rows from the pixels inwards; the last is the latent space. Raises Notice for an unknown kind of way."""
    if asked.kind not in _KINDS:
        raise Notice(f"There is no way {asked.kind!r}; there is: {', '.join(_KINDS)}.")
    x = latent.to_model(resized(asked.pictures, latent.shape))
    y = latent.labels_of(asked.labels, 2)
    count = min(max(asked.frames, 2), _MOST_FRAMES)
    at = shares(count, asked.first, asked.last, latent.device)
    # A class has no half-way: the nearer end's is told.
    classes = None if y is None else torch.where(at < 0.5, y[0], y[-1])
    compared = latent.compared
    rows = [_row("pixels", _blend(x, at).clamp(0, 1), compared)]
    for layer in latent.model.layers[:-1] if latent.model.has_encoder else ():
        ends = latent.encode(x, y, layer)
        rows.append(_row(layer, latent.decode(lerp(ends[0], ends[1], at), classes, layer), compared))
    known = torch.from_numpy(np.array(asked.codes, np.float32)).to(latent.device)
    ends = known if len(known) == 2 else latent.encode(x, y)
    codes = _way(ends, at, asked.kind, latent)
    rows.append(_row("latent", latent.decode(codes, classes), compared, codes))
    return Interpolated(
        asked.run, asked.channel, asked.serial, at.double().cpu().numpy(), tuple(rows), compared.against
    )


def _blend(x: Tensor, at: Tensor) -> Tensor:
    t = at[:, None, None, None]
    blend: Tensor = (1 - t) * x[0] + t * x[1]
    return blend


def _way(ends: Tensor, at: Tensor, kind: str, latent: Latent) -> Tensor:
    """(frames, latents)."""
    if kind == "spherical":
        return slerp(ends[0], ends[1], at)
    if kind == "data":
        # It ends at its ends: there is nothing along the data beyond them.
        return path_between(latent.graph, ends[0], ends[1], len(at)).frames.to(latent.device)
    return lerp(ends[0], ends[1], at)


def _row(name: str, pictures: Tensor, compared: Compared, codes: Tensor | None = None) -> Row:
    near = by_pixels(pictures, compared, 1)
    return Row(
        name, to_pixels(pictures), compared.shown(near.places[:, 0]), near.distances[:, 0] / near.typical,
        codes=np.zeros((0, 0), np.float32) if codes is None else codes.float().cpu().numpy(),
    )  # fmt: skip
