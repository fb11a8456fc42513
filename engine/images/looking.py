"""Looking at a model's pictures and codes: decode, encode, pictures of the set, and maps of its codes.

Not covered: which question is which (questions.py).
"""

import numpy as np
import torch
from torch import Tensor

from engine.images.latent import Latent, to_pixels
from engine.images.resize import resized
from engine.messages import Decode, Decoded, Encode, Encoded, Look, Map, Mapped, Seen
from engine.notice import Notice

# t-SNE of more takes too long to wait for.
_MOST_IN_MAP = 2000


def decoded(asked: Decode, latent: Latent) -> Decoded:
    z = torch.from_numpy(np.array(asked.codes, np.float32)).to(latent.device)
    pictures = latent.decode(z, latent.labels_of(asked.labels, len(z)), asked.layer)
    return Decoded(asked.run, asked.channel, asked.serial, to_pixels(pictures))


def encoded(asked: Encode, latent: Latent) -> Encoded:
    pixels = resized(asked.pictures, latent.shape)
    x = latent.to_model(pixels)
    y = latent.labels_of(asked.labels, len(x))
    codes = latent.encode(x, y)
    rebuilt = latent.decode(codes, y)
    errors = (rebuilt - x).square().mean((1, 2, 3))
    return Encoded(
        asked.run, asked.channel, asked.serial, _plain(codes), pixels, to_pixels(rebuilt), _plain(errors)
    )  # fmt: skip


def seen(asked: Look, latent: Latent) -> Seen:
    """Raises Notice where no picture of the set is such a one."""
    pictures = latent.pictures
    indices = asked.indices if len(asked.indices) else _chosen(asked, latent)
    if len(indices) and not (indices.min() >= 0 and indices.max() < len(pictures.pixels)):
        raise Notice(f"The set has {len(pictures.pixels)} pictures, and not those.")
    factors = pictures.attributes[indices] if len(pictures.attributes) else np.zeros((len(indices), 0), np.float32)
    # To search for the code of each takes too long; a page that needs one asks for it.
    has_codes = latent.model.has_encoder
    codes = _plain(latent.codes_at(indices)) if has_codes else np.zeros((0, latent.model.latents), np.float32)
    return Seen(
        asked.run, asked.channel, asked.serial, indices, pictures.pixels[indices], pictures.labels[indices], codes,
        factors.astype(np.float64),
    )  # fmt: skip


def mapped(asked: Map, latent: Latent) -> Mapped:
    """Raises Notice for an unknown method."""
    total = len(latent.pictures.pixels)
    rng = np.random.default_rng(0)
    indices = np.sort(rng.permutation(total)[: min(asked.count, _MOST_IN_MAP)])
    codes = latent.codes_at(indices).double().cpu()
    origin, to_code = codes.mean(0), torch.zeros(0, codes.shape[1], dtype=torch.float64)
    if asked.method == "latents":
        to_code = torch.eye(codes.shape[1], dtype=torch.float64)[list(asked.axes)]
        origin = origin - (origin @ to_code.T) @ to_code
        positions = codes @ to_code.T
    elif asked.method == "pca":
        to_code = latent.axes_of_codes.directions.double()[:2]
        positions = (codes - origin) @ to_code.T
    elif asked.method == "tsne":
        positions = _by_tsne(codes)
    else:
        raise Notice(f"There is no map by {asked.method!r}; there is: pca, tsne, latents.")
    return Mapped(
        asked.run, asked.channel, asked.serial, positions.numpy().astype(np.float64), indices,
        latent.pictures.pixels[indices], _plain(codes), latent.pictures.labels[indices], _plain(to_code),
        _plain(origin),
    )  # fmt: skip


def _chosen(asked: Look, latent: Latent) -> np.ndarray:
    pictures = latent.pictures
    is_wanted = np.ones(len(pictures.pixels), bool)
    if asked.label >= 0:
        is_wanted &= pictures.labels == asked.label
    if asked.attribute:
        is_wanted &= pictures.has(asked.attribute)
    found = np.flatnonzero(is_wanted)
    if len(found) == 0:
        raise Notice("No picture of the set is such a one.")
    return np.random.default_rng(asked.seed).permutation(found)[: asked.count].astype(np.int64)


def _by_tsne(codes: Tensor) -> Tensor:
    from sklearn.manifold import TSNE  # takes seconds to import
    from threadpoolctl import threadpool_limits

    perplexity = min(30.0, max(1.0, (len(codes) - 1) / 3))
    with threadpool_limits(1):  # a busy machine's other threads only slow it down
        places = TSNE(perplexity=perplexity, init="pca", random_state=0, n_jobs=1).fit_transform(codes.numpy())
    return torch.from_numpy(np.asarray(places, np.float64))


def _plain(tensor: Tensor) -> np.ndarray:
    return np.ascontiguousarray(tensor.detach().float().cpu().numpy())
