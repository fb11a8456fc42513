"""Auto-encoder

The encoder squeezes each picture into a code of a few numbers, and the decoder rebuilds the picture from it. Nothing
else is asked: codes lie where they happen to lie, with holes in between, and a code that is drawn at random may decode
to no picture at all. With a prior that is fitted to the codes afterwards the samples get better.

Equation: \\mathcal{L} = \\| x - D(E(x)) \\|
Try: Generate with the prior N(0, I), then with a mixture fitted to the codes: the samples improve.
Source: Rumelhart, Hinton, Williams (1986), Nature 323; Hinton, Salakhutdinov (2006), Science 313.
"""

import torch

from engine.images.coding import Coders, Coding, Knobs, coders, networks_knob


class Params(Knobs, frozen=True):
    networks: str = networks_knob()


class Model(Coding):
    """Two networks and the error between picture and reconstruction."""

    params: Params

    def networks(self, rng: torch.Generator) -> Coders:
        params = self.params
        return coders(self.shape, params.latents, params.width, rng, is_dense=params.networks == "dense")
