"""The codes of pictures for any family: by its encoder, or where it has none by search.

The search is by slopes: from several codes drawn from the prior, Adam moves each to where its picture is nearest, with
a small price for codes that are unlikely under the prior; the best of each picture counts. It is seeded: the same
picture has the same code.
Source: Zhu et al. (2016), ECCV; Lipton, Tripathi (2017), ICLR workshop, for the search.
"""

import torch
from torch import Tensor

from engine.images.models import Model

_STARTS, _STEPS = 4, 150
_RATE = 0.1
# What half a squared unit of the code costs, against the mean squared error of the picture.
_PRICE = 1e-4


def codes_of(model: Model, x: Tensor, y: Tensor | None = None, *, seed: int = 0) -> Tensor:
    """(n, channels, height, width) -> (n, latents). y (n,) for families that are told the class."""
    if model.has_encoder:
        with torch.no_grad():
            return model.encode(x, y)
    return search(model, x, y, seed=seed)


def search(
    model: Model, x: Tensor, y: Tensor | None = None, *, seed: int = 0, starts: int = _STARTS, steps: int = _STEPS
) -> Tensor:
    """The codes whose pictures are nearest to x, as far as `starts` walks of `steps` steps find them."""
    rng = torch.Generator().manual_seed(seed)
    # The same starts for each picture: its code must not depend on the others beside it.
    begin = torch.randn(starts, 1, model.latents, generator=rng).to(x.device)
    codes = begin.expand(starts, len(x), model.latents).reshape(-1, model.latents).clone().requires_grad_()
    wanted, told = x.repeat(starts, 1, 1, 1), None if y is None else y.repeat(starts)
    optimizer = torch.optim.Adam([codes], lr=_RATE)
    for step in range(steps):
        # The rate falls to nothing, so that the walks come to rest.
        optimizer.param_groups[0]["lr"] = _RATE * (1 - step / steps)
        optimizer.zero_grad()
        with torch.enable_grad():
            _errors(model, codes, wanted, told).sum().backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    with torch.no_grad():
        best = _errors(model, codes, wanted, told).reshape(starts, len(x)).argmin(0)
        return codes.detach().reshape(starts, len(x), -1)[best, torch.arange(len(x), device=x.device)]


def _errors(model: Model, z: Tensor, x: Tensor, y: Tensor | None) -> Tensor:
    return (model.decode(z, y) - x).square().flatten(1).mean(1) + _PRICE * z.square().mean(1) / 2
