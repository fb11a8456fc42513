"""Beta-VAE

A variational auto-encoder in which the KL divergence costs beta times what it is, so that the codes must be cheap. Then
latents that stand for independent things, such as a smile and glasses, tend to get an axis each, and differences of
codes mean the same thing from picture to picture; fine detail gets lost.

The capacity C is how many nats of code are asked for at the end of the warm-up. It opens slowly: first the one thing
that helps most is learnt, then the next, each finding an axis that is still unused. With capacity 0 only beta counts.

Equation: \\mathcal{L} = \\mathbb{E}_{q(z \\mid x)}[-\\log p(x \\mid z)] + \\beta \\,
| KL(q(z \\mid x) \\,\\|\\, p(z)) - C |
Try: Sort the sliders by their KL divergence: few are used, and each moves one thing.
Source: Higgins et al. (2017), ICLR; Burgess et al. (2018), arXiv:1804.03599, for the capacity C.
"""

from torch import Tensor

from engine.images.variational import Knobs, Variational
from engine.knobs import knob


class Params(Knobs, frozen=True):
    beta: float = knob(4.0, low=0.0, high=1000.0, help="How many times the KL divergence counts. 1 is the plain VAE.")
    capacity: float = knob(
        0.0, low=0.0, high=500.0, unit="nats", help="How much a code may tell of its picture before it costs anything."
    )


class Model(Variational):
    """The bound with a dearer KL divergence, or with one whose size is prescribed."""

    params: Params

    def cost(self, kl: Tensor, num_steps: int) -> Tensor:
        """beta |KL - C|, of each picture; C or beta grows during the warm-up."""
        share = min(1.0, num_steps / self.params.warm_up)
        if self.params.capacity > 0:
            return self.params.beta * (kl.sum(1) - share * self.params.capacity).abs()
        return share * self.params.beta * kl.sum(1)
