"""How likely a picture is when a decoder has said what it thinks: Bernoulli, Laplace and Gaussian noise.

What a decoder gives, `raw`, is any number for each pixel of each channel. For Bernoulli noise it is a logit; for the
others the brightness is 1/2 + raw/2, and the width of the noise is one learnt number. Pixels are taken as continuous:
a density per unit of brightness, in nats for the whole picture.
Smooth noise is Gaussian too, but neighbouring pixels err together: what tells the four pixels of a block of 2 x 2 apart
(the finest part of the Haar wavelets) has half the deviation of what the picture is like from afar, and what tells four
such blocks apart has 1/sqrt(2) of it. So an error of a thin line costs four times as much as one of a large patch.
Source: Kingma, Welling (2014), ICLR; Rybkin, Daniilidis, Levine (2021), ICML, for the learnt width; Mallat (1989), IEEE
PAMI 11(7), for the wavelets.
"""

import math

import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d, binary_cross_entropy_with_logits

from engine.images import Shape

NAMES = ("automatic", "Bernoulli", "smooth Gaussian", "Gaussian", "Laplace")
START_LOG_WIDTH = math.log(0.1)


def kind_of(name: str, shape: Shape) -> str:
    """What "automatic" stands for: Bernoulli for grey pictures, a smooth Gaussian for coloured ones."""
    if name != "automatic":
        return name
    return "Bernoulli" if shape.channels == 1 else "smooth Gaussian"


def brightness(kind: str, raw: Tensor) -> Tensor:
    """What is shown, from 0 to 1."""
    return raw.sigmoid() if kind == "Bernoulli" else (0.5 + 0.5 * raw).clamp(0, 1)


def log_likelihood(kind: str, x: Tensor, raw: Tensor, width: Tensor) -> Tensor:
    """log p(x | z) of whole pictures, (n,), in nats.

    x: from 0 to 1; for Bernoulli, grey values are chances of white.  width: of the noise, a scalar.
    """
    if kind == "Bernoulli":
        return -binary_cross_entropy_with_logits(raw, x, reduction="none").flatten(1).sum(1)
    if kind == "smooth Gaussian":
        return _smooth(x - 0.5 - 0.5 * raw, width)
    error = (x - 0.5 - 0.5 * raw).flatten(1)
    if kind == "Laplace":
        return -error.abs().sum(1) / width - error.shape[1] * (2 * width).log()
    return -error.square().sum(1) / (2 * width**2) - error.shape[1] * (width * math.sqrt(2 * math.pi)).log()


def _smooth(error: Tensor, width: Tensor) -> Tensor:
    """Gaussian noise with three deviations: half of width, width/sqrt(2) and width, from fine to coarse.

    error: (n, channels, height, width). A block's mean times its side is its coordinate in the orthonormal Haar basis,
    so the squares of what is finer are those of all less those of the blocks. Pixels without a block count as fine.
    """
    blocks = 2 * avg_pool2d(error, 2)
    large = 2 * avg_pool2d(blocks, 2) if min(blocks.shape[2:]) > 1 else blocks[..., :0, :0]
    all_of_it, coarser, coarsest = (each.square().flatten(1).sum(1) for each in (error, blocks, large))
    # 4 (all - coarser) + 2 (coarser - coarsest) + coarsest.
    squares = 4 * all_of_it - 2 * coarser - coarsest
    count, fewer, fewest = (each[0].numel() for each in (error, blocks, large))
    narrower = (count - fewer) * math.log(2) + (fewer - fewest) * math.log(2) / 2
    return narrower - squares / (2 * width**2) - count * (width * math.sqrt(2 * math.pi)).log()


def binarised(x: Tensor, rng: torch.Generator) -> Tensor:
    """Each pixel white with a chance as large as its brightness."""
    # On the CPU and elsewhere by the generator's own device.
    return (torch.rand(x.shape, generator=rng, device=x.device) < x).to(x.dtype)
