"""What a model may have learnt by heart: nearest pictures of the set, against how near these are to one another.

Not covered: distances (neighbours.py).
"""

from typing import NamedTuple

import msgspec
import numpy as np
import torch
from torch import Tensor

from engine.images.compared import Compared
from engine.images.latent import Latent
from engine.images.neighbours import Usual, nearer_than, nearest
from engine.images.resize import resized
from engine.messages import FindNearest, Nearest


class Found(NamedTuple):
    """Per picture asked its nearest: places (m, k) in the set, distances (m, k), and nearer (m,), see nearer_than."""

    places: np.ndarray
    distances: np.ndarray
    nearer: np.ndarray
    typical: float


def found(asked: FindNearest, latent: Latent) -> Nearest:
    """In pixels, as root mean squares, and where there is an encoder in codes too, as norms."""
    x = latent.to_model(resized(asked.pictures, latent.shape))
    compared = latent.compared
    in_pixels = by_pixels(x, compared, asked.count)
    answer = Nearest(
        asked.run, asked.channel, asked.serial,
        pictures=compared.shown(in_pixels.places.ravel()),
        distances=in_pixels.distances, typical=in_pixels.typical, ranks=in_pixels.nearer, against=compared.against,
    )  # fmt: skip
    if not latent.model.has_encoder:
        return answer
    known = torch.from_numpy(np.array(asked.codes, np.float32)).to(latent.device)
    codes = known if len(known) else latent.encode(x, latent.labels_of(asked.labels, len(x)))
    in_codes = _of(codes, compared.codes, compared.usual_codes, asked.count, 1.0)
    return msgspec.structs.replace(
        answer,
        by_code=compared.shown(in_codes.places.ravel()),
        code_distances=in_codes.distances, code_typical=in_codes.typical, code_ranks=in_codes.nearer,
    )  # fmt: skip


def by_pixels(x: Tensor, compared: Compared, count: int) -> Found:
    """x: (m, channels, height, width) from 0 to 1."""
    return _of(x, compared.pixels, compared.usual_pixels, count, x[0].numel() ** -0.5)


def _of(queries: Tensor, training: Tensor, usual: Usual, count: int, scale: float) -> Found:
    near = nearest(queries, training, count)
    nearer = nearer_than(usual, near.distances[:, 0])
    distances = (scale * near.distances).double().cpu().numpy()
    return Found(near.places.cpu().numpy(), distances, nearer.double().cpu().numpy(), scale * float(usual.median))
