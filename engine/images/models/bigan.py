"""Adversarially learned inference (BiGAN)

A GAN with an encoder that is learnt in the same game. The discriminator sees pairs of a picture and a code: from one
side data with the codes that the encoder gives them, from the other codes drawn from the prior with the pictures that
the generator makes of them. It can tell the two apart unless encoder and generator undo each other.

In the game alone that comes late, and faces are rebuilt as other faces. So both also lower directly what is lost on the
way there and back, of pictures and of codes; the knobs say how much that counts, and 0 leaves the game alone.

Equation: \\min_{E, G} \\max_D \\; \\mathbb{E}_{data}[\\log D(x, E(x))] + \\mathbb{E}_{noise}[\\log(1 - D(G(z), z))]
Try: Encode your own drawing: what comes back is a likely digit, not always the same one.
Source: Donahue, Krähenbühl, Darrell (2017), ICLR; Dumoulin et al. (2017), ICLR; Li et al. (2017), NeurIPS, for what is
lost on the way; Mescheder, Geiger, Nowozin (2018), ICML, for the penalty.
"""

import torch
from torch import Tensor, nn

from engine.images import Shape, adversarial, nets
from engine.images.adversarial import Knobs
from engine.images.models import Batch
from engine.images.models import Model as Family
from engine.knobs import knob
from engine.nets import Learner, cpu_rng

_PAIR_UNITS = 256


class Params(Knobs, frozen=True):
    picture_cycle: float = knob(
        10.0, low=0.0, high=1000.0, help="How much the mean error of pictures counts that go to a code and back."
    )
    code_cycle: float = knob(
        1.0, low=0.0, high=1000.0, help="How much the mean squared error of codes counts that go to a picture and back."
    )


class Judge(nn.Module):
    """Logits (n, 1) of pairs: pictures, and codes (n, latents)."""

    def __init__(self, shape: Shape, latents: int, width: int, rng: torch.Generator) -> None:
        super().__init__()
        self.pictures = nets.ConvEncoder(shape, _PAIR_UNITS, width, rng, bend=_leaky)
        self.codes = nets.initialise(nn.Linear(latents, _PAIR_UNITS), rng)
        pairs = [_leaky(), nn.Linear(2 * _PAIR_UNITS, _PAIR_UNITS), _leaky(), nn.Linear(_PAIR_UNITS, 1)]
        self.pairs = nets.initialise(nn.Sequential(*pairs), rng)

    def forward(self, x: Tensor, z: Tensor) -> Tensor:
        result: Tensor = self.pairs(torch.cat([self.pictures(x), self.codes(z)], 1))
        return result


class Coders(nn.Module):
    """What plays against the judge: pictures to codes, and codes to pictures from 0 to 1."""

    def __init__(self, params: Params, shape: Shape, rng: torch.Generator) -> None:
        super().__init__()
        self.encoder = nets.ConvEncoder(shape, params.latents, params.width, rng)
        self.generator = nets.ConvDecoder(shape, params.latents, params.width, rng, bend=nn.ReLU, is_normed=True)

    def decoded(self, z: Tensor) -> Tensor:
        x: Tensor = self.generator(z).sigmoid()
        return x


class Model(Family):
    """Encoder and generator are kept in a file, as running means of their weights; the judge is not."""

    has_prior = True
    params: Params

    def __init__(
        self, params: Params, shape: Shape, num_classes: int, rng: torch.Generator, device: torch.device
    ) -> None:
        self.params, self.shape = params, shape
        start = cpu_rng(rng)
        self._coders = Learner(Coders(params, shape, start).to(device), adversarial.BETAS)
        judge = Judge(shape, params.latents, params.width, start)
        self._judge = Learner(judge.to(device), adversarial.BETAS)
        self._share, self._num_steps = 0.0, 0

    @property
    def coders(self) -> Coders:
        """The averaged ones, that are shown."""
        return self._coders.mean

    def stage(self, share: float) -> None:
        self._share = share

    def step(self, batch: Batch, rng: torch.Generator) -> dict[str, Tensor]:
        """The judge's turn, then that of encoder and generator, on the same pairs."""
        params, coders = self.params, self._coders.network
        with torch.enable_grad():
            z = torch.randn(len(batch.x), params.latents, generator=rng, device=batch.x.device)
            code, fake = coders.encoder(batch.x), coders.decoded(z)
            judging = self._judge_learns(batch.x, code.detach(), fake.detach(), z)
            judge = self._judge.network
            with adversarial.still(judge):
                fooling = adversarial.judged(judge(fake, z), judge(batch.x, code))
            lost = (coders.decoded(code) - batch.x).abs().mean()
            lost_codes = (coders.encoder(fake) - z).square().mean()
            loss = fooling + params.picture_cycle * lost + params.code_cycle * lost_codes
            rate = nets.falling(params.generator_learning_rate, self._share)
            self._coders.move(loss, rate, averaging=adversarial.AVERAGING)
        self._num_steps += 1
        return {"loss": judging, "generator loss": fooling.detach(), "reconstruction": lost.detach()}

    def encode(self, x: Tensor, y: Tensor | None = None, layer: str = "latent") -> Tensor:
        code: Tensor = self.coders.encoder(x)
        return code

    def decode(self, z: Tensor, y: Tensor | None = None, layer: str = "latent") -> Tensor:
        return self.coders.decoded(z)

    def tensors(self) -> dict[str, Tensor]:
        return nets.kept(self._coders, "coders")

    def on_loaded(self) -> None:
        nets.sync(self._coders)

    def _judge_learns(self, x: Tensor, code: Tensor, fake: Tensor, z: Tensor) -> Tensor:
        params, judge = self.params, self._judge.network
        has_penalty = params.penalty > 0 and self._num_steps % adversarial.PENALTY_EVERY_STEPS == 0
        x = x.detach().requires_grad_(has_penalty)
        of_data = judge(x, code)
        loss = judging = adversarial.judged(of_data, judge(fake, z))
        if has_penalty:
            loss = judging + adversarial.PENALTY_EVERY_STEPS * params.penalty * adversarial.r1(of_data, x)
        self._judge.move(loss, nets.falling(params.discriminator_learning_rate, self._share))
        return judging.detach()


def _leaky() -> nn.Module:
    return nn.LeakyReLU(0.2)
