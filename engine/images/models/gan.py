"""Generative adversarial network

The generator turns random numbers into pictures; the discriminator tells them from the data. Each learns from the
other. The pictures come out sharp, because a blurred one is easily told. But nothing asks that all kinds of pictures be
made, and there is no encoder: the code of a given picture has to be searched for.

Both are convolutional, with strides in the place of pooling, relu in the generator, leaky relu in the discriminator.
The generator normalises groups of channels where DCGAN normalises the batch: a picture depends on its own code alone.

Equation: \\min_D \\; -\\mathbb{E}_{data}[\\log D(x)] - \\mathbb{E}_{noise}[\\log(1 - D(G(z)))], \\quad \\min_G \\;
-\\mathbb{E}_{noise}[\\log D(G(z))]
Try: Ask under Memorised? for the nearest training pictures of some samples.
Source: Goodfellow et al. (2014), NeurIPS; Radford, Metz, Chintala (2016), ICLR, for the rules of DCGAN; Mescheder,
Geiger, Nowozin (2018), ICML, for the penalty; Wu, He (2018), ECCV, for normalising groups.
"""

import torch
from torch import Tensor, nn

from engine.images import Shape, adversarial, nets
from engine.images.adversarial import Knobs
from engine.images.models import Batch
from engine.images.models import Model as Family
from engine.nets import Learner, cpu_rng


class Params(Knobs, frozen=True):
    """What all adversarial families may be told, and nothing else."""


class Model(Family):
    """Both networks; only the generator is kept in a file, as the running mean of its weights."""

    has_encoder = False
    has_prior = True
    params: Params

    def __init__(
        self, params: Params, shape: Shape, num_classes: int, rng: torch.Generator, device: torch.device
    ) -> None:
        self.params, self.shape = params, shape
        start = cpu_rng(rng)
        generator = nets.ConvDecoder(shape, params.latents, params.width, start, bend=nn.ReLU, is_normed=True)
        judge = nets.ConvEncoder(shape, 1, params.width, start, bend=lambda: nn.LeakyReLU(0.2))
        self._generator = Learner(generator.to(device), adversarial.BETAS)
        self._judge = Learner(judge.to(device), adversarial.BETAS)
        self._share, self._num_steps = 0.0, 0

    def stage(self, share: float) -> None:
        self._share = share

    def step(self, batch: Batch, rng: torch.Generator) -> dict[str, Tensor]:
        """The discriminator's turn, then the generator's, on fakes of the same noise."""
        params, judge = self.params, self._judge.network
        with torch.enable_grad():
            noise = torch.randn(len(batch.x), params.latents, generator=rng, device=batch.x.device)
            fake = self._generator.network(noise).sigmoid()
            has_penalty = params.penalty > 0 and self._num_steps % adversarial.PENALTY_EVERY_STEPS == 0
            x = batch.x.detach().requires_grad_(has_penalty)
            of_data, of_fakes = judge(x), judge(fake.detach())
            loss = judging = adversarial.judged(of_data, of_fakes)
            if has_penalty:
                loss = judging + adversarial.PENALTY_EVERY_STEPS * params.penalty * adversarial.r1(of_data, x)
            self._judge.move(loss, nets.falling(params.discriminator_learning_rate, self._share))
            with adversarial.still(judge):
                fooling = adversarial.fooling(judge(fake))
            rate = nets.falling(params.generator_learning_rate, self._share)
            self._generator.move(fooling, rate, averaging=adversarial.AVERAGING)
        self._num_steps += 1
        return {"loss": judging.detach(), "generator loss": fooling.detach()}

    def decode(self, z: Tensor, y: Tensor | None = None, layer: str = "latent") -> Tensor:
        x: Tensor = self._generator.mean(z).sigmoid()
        return x

    def tensors(self) -> dict[str, Tensor]:
        return nets.kept(self._generator, "generator")

    def on_loaded(self) -> None:
        nets.sync(self._generator)
