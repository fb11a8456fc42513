"""Conditional VAE

A variational auto-encoder that is told the class of each picture, both when it encodes and when it decodes. What the
class says need not be in the code, so the code holds the rest: the slant, the thickness, the style. The same code with
another class is another digit in the same hand.

Equation: \\mathcal{L} = \\mathbb{E}_{q(z \\mid x, y)}[-\\log p(x \\mid z, y)] + KL(q(z \\mid x, y) \\,\\|\\, p(z))
Try: Draw a digit, keep its code, and change the class: the other digits in your handwriting.
Source: Kingma et al. (2014), NeurIPS; Sohn, Lee, Yan (2015), NeurIPS.
"""

import torch
from torch import Tensor

from engine.images import Shape
from engine.images.variational import Knobs, Variational
from engine.notice import Notice


class Params(Knobs, frozen=True):
    """What all variational auto-encoders may be told, and nothing else."""


class Model(Variational):
    """The plain bound, given the class; classes that are not known are encoded and decoded as none."""

    is_conditional = True
    tells_classes = True
    params: Params

    def __init__(
        self, params: Params, shape: Shape, num_classes: int, rng: torch.Generator, device: torch.device
    ) -> None:
        if num_classes < 1:
            raise Notice("These pictures have no classes; a conditional VAE needs them. Take a plain VAE.")
        super().__init__(params, shape, num_classes, rng, device)

    def cost(self, kl: Tensor, num_steps: int) -> Tensor:
        return min(1.0, num_steps / self.params.warm_up) * kl.sum(1)
