"""Denoising auto-encoder

An auto-encoder whose encoder sees spoilt pictures, while the decoder must rebuild the clean ones. It can do that only
by knowing what pictures look like, so it learns to move what is no picture towards the nearest one.

Equation: \\mathcal{L} = \\| x - D(E(\\tilde x)) \\|, \\quad \\tilde x \\sim C(\\tilde x \\mid x)
Try: Draw half a digit and encode it: the reconstruction completes it.
Source: Vincent et al. (2008), ICML.
"""

import torch
from torch import Tensor

from engine.images.coding import NOISES, Coders, Coding, Knobs, coders, corrupted, networks_knob
from engine.knobs import knob


class Params(Knobs, frozen=True):
    noise: str = knob(
        "masking",
        choices=NOISES,
        help="How pictures are spoilt. Masking: some pixels are black. Gaussian: all are a little off. Salt and "
        "pepper: some are black or white.",
    )
    amount: float = knob(
        0.3, low=0.0, high=1.0, help="The share of the pixels that is spoilt; for Gaussian noise its deviation."
    )
    networks: str = networks_knob()


class Model(Coding):
    """An auto-encoder of spoilt pictures."""

    params: Params

    def networks(self, rng: torch.Generator) -> Coders:
        params = self.params
        return coders(self.shape, params.latents, params.width, rng, is_dense=params.networks == "dense")

    def hidden_from(self, x: Tensor, rng: torch.Generator) -> Tensor:
        return corrupted(x, self.params.noise, self.params.amount, rng)
