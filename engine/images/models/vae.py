"""Variational auto-encoder

The encoder gives for each picture not one code but a Gaussian of codes, the posterior; the decoder turns codes, drawn
from it, back into pictures, with noise of a width that it learns. Training raises a bound of how likely the pictures
are, the ELBO: they must be rebuilt well, and the posteriors must stay near the prior, a standard normal distribution.
So the codes fill the space around 0 without holes: a code that is drawn from the prior decodes to a picture too.

With 2 latents the map shows all that the decoder can draw. With more the pictures are sharper, and a latent that tells
nothing costs nothing: its posterior collapses to the prior.

Equation: \\mathcal{L} = \\mathbb{E}_{q(z \\mid x)}[-\\log p(x \\mid z)] + KL(q(z \\mid x) \\,\\|\\, p(z))
Try: Interpolate between two pictures once in pixel space and once here: a double exposure, and a picture.
Source: Kingma, Welling (2014), ICLR; Rezende, Mohamed, Wierstra (2014), ICML; Sønderby et al. (2016), NeurIPS, for the
warm-up; Rybkin, Daniilidis, Levine (2021), ICML, for the width of the noise.
"""

from torch import Tensor

from engine.images.variational import Knobs, Variational


class Params(Knobs, frozen=True):
    """What all variational auto-encoders may be told, and nothing else."""


class Model(Variational):
    """The plain bound: the KL divergence costs what it is."""

    params: Params

    def cost(self, kl: Tensor, num_steps: int) -> Tensor:
        return min(1.0, num_steps / self.params.warm_up) * kl.sum(1)
