"""How likely held-out pictures are under a model with a posterior: the ELBO, and a tighter bound.

    ELBO(x) = E_q(z|x)[log p(x | z) + log p(z) - log q(z | x)]  <=  IW_k(x) <= log p(x),
    IW_k(x) = E[log 1/k sum_i p(x | z_i) p(z_i) / q(z_i | x)],  z_i ~ q(z | x)

Both are from the same draws, so that the second is never below the first. In nats for the whole picture.
Source: Kingma, Welling (2014), ICLR; Burda, Grosse, Salakhutdinov (2016), ICLR.
"""

import math
from typing import NamedTuple

import torch
from torch import Tensor

from engine.images import likelihoods
from engine.images.models import Batch, Model, Stock
from engine.notice import Notice

DRAWS = 64
# Pictures times draws that are decoded at a time.
_CHUNK = 1024


class Bounds(NamedTuple):
    """Of log p(x), in nats: (n,) each."""

    elbo: Tensor
    importance_weighted: Tensor


@torch.no_grad()
def bounds(model: Model, batch: Batch, rng: torch.Generator, draws: int = DRAWS) -> Bounds:
    """Both bounds of each picture. Raises Notice for families without a posterior."""
    parts = [_of_few(model, Batch(x, y), rng, draws) for x, y in _pieces(batch, max(1, _CHUNK // draws))]
    return Bounds(*(torch.cat(each) for each in zip(*parts, strict=True)))


def binarised(data: Stock, seed: int) -> Batch:
    """All the pictures, each pixel white with a chance as large as its brightness: the same draw for a seed."""
    batch = data.batch(slice(None))
    rng = torch.Generator(batch.x.device).manual_seed(seed)
    return Batch(likelihoods.binarised(batch.x, rng), batch.y)


def _of_few(model: Model, batch: Batch, rng: torch.Generator, draws: int) -> tuple[Tensor, Tensor]:
    y = batch.y if model.is_conditional else None
    posterior = model.posterior(batch.x, y)
    if posterior is None:
        raise Notice("This model has no posterior, so there is no bound of the likelihood; take a VAE.")
    mean, sd = posterior
    noise = torch.randn(len(mean), draws, mean.shape[1], generator=rng, device=mean.device)
    z = mean[:, None] + sd[:, None] * noise
    # The constants of the two normal distributions cancel.
    log_ratio = (noise.square() - z.square()).sum(2) / 2 + sd.log().sum(1, keepdim=True)
    repeated = None if y is None else y.repeat_interleave(draws)
    x = batch.x.repeat_interleave(draws, 0)
    weights = model.log_likelihood(x, z.flatten(0, 1), repeated).reshape(-1, draws) + log_ratio
    return weights.mean(1), torch.logsumexp(weights, 1) - math.log(draws)


def _pieces(batch: Batch, size: int) -> list[tuple[Tensor, Tensor]]:
    return list(zip(torch.split(batch.x, size), torch.split(batch.y, size), strict=True))
