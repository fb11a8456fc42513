"""How likely a picture is when a decoder has said what it thinks: Bernoulli, Laplace and Gaussian noise.

What a decoder gives, `raw`, is any number for each pixel of each channel. For Bernoulli noise it is a logit; for the
others the brightness is 1/2 + raw/2, and the width of the noise is one learnt number. Pixels are taken as continuous:
a density per unit of brightness, in nats for the whole picture.
Source: Kingma, Welling (2014), ICLR; Rybkin, Daniilidis, Levine (2021), ICML, for the learnt width.
"""

import math

import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits

from engine.images import Shape

NAMES = ("automatic", "Bernoulli", "Laplace", "Gaussian")
START_LOG_WIDTH = math.log(0.1)


def kind_of(name: str, shape: Shape) -> str:
    """What "automatic" stands for: Bernoulli for grey pictures, Laplace for coloured ones."""
    if name != "automatic":
        return name
    return "Bernoulli" if shape.channels == 1 else "Laplace"


def brightness(kind: str, raw: Tensor) -> Tensor:
    """What is shown, from 0 to 1."""
    return raw.sigmoid() if kind == "Bernoulli" else (0.5 + 0.5 * raw).clamp(0, 1)


def log_likelihood(kind: str, x: Tensor, raw: Tensor, width: Tensor) -> Tensor:
    """log p(x | z) of whole pictures, (n,), in nats.

    x: from 0 to 1; for Bernoulli, grey values are chances of white.  width: of the noise, a scalar.
    """
    if kind == "Bernoulli":
        return -binary_cross_entropy_with_logits(raw, x, reduction="none").flatten(1).sum(1)
    error = (x - 0.5 - 0.5 * raw).flatten(1)
    if kind == "Laplace":
        return -error.abs().sum(1) / width - error.shape[1] * (2 * width).log()
    return -error.square().sum(1) / (2 * width**2) - error.shape[1] * (width * math.sqrt(2 * math.pi)).log()


def binarised(x: Tensor, rng: torch.Generator) -> Tensor:
    """Each pixel white with a chance as large as its brightness."""
    # On the CPU and elsewhere by the generator's own device.
    return (torch.rand(x.shape, generator=rng, device=x.device) < x).to(x.dtype)
