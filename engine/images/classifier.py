"""A small network that says what is in a picture: judge of samples and analogies, itself judged on held-out pictures.

It may answer several questions at once (glasses? smile?), each with its own kinds. It is no family of models: nobody
turns its knobs, it has none.
Source: LeCun et al. (1998), Proceedings of the IEEE 86(11).
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from engine.images import Shape, nets
from engine.images.models import Stock
from engine.nets import Learner

_RATE, _BATCH, _WIDTH = 2e-3, 64, 24
_AVERAGING = 300
# A class that is not known, or that lies between two kinds.
UNKNOWN = -100


class Judge(NamedTuple):
    """network: pictures to the logits of all questions, one after the other; sizes: how many kinds each has."""

    network: nn.Module
    sizes: tuple[int, ...]

    def logits(self, x: Tensor) -> tuple[Tensor, ...]:
        """(n, kinds) for each question."""
        raw: Tensor = self.network(x)
        return torch.split(raw, list(self.sizes), 1)

    @torch.no_grad()
    def answers(self, x: Tensor) -> Tensor:
        """The likeliest kind, (n, questions) int64."""
        pieces = [[each.argmax(1) for each in self.logits(part)] for part in torch.split(x, 256)]
        return torch.cat([torch.stack(each, 1) for each in pieces])

    @torch.no_grad()
    def chances(self, x: Tensor) -> Tensor:
        """Of each kind of the first question, (n, kinds)."""
        return torch.cat([self.logits(part)[0].softmax(1) for part in torch.split(x, 256)])


class Network(nn.Module):
    """Convolutions, one hidden layer, and the logits of all questions."""

    def __init__(self, shape: Shape, outputs: int, rng: torch.Generator) -> None:
        super().__init__()
        self.first = nets.ConvEncoder(shape, 8 * _WIDTH, _WIDTH, rng)
        self.last = nets.initialise(nn.Linear(8 * _WIDTH, outputs), rng)

    def forward(self, x: Tensor) -> Tensor:
        logits: Tensor = self.last(nn.functional.silu(self.first(x)))
        return logits


def trained(data: Stock, labels: Tensor, sizes: tuple[int, ...], shape: Shape, seed: int, steps: int = 1500) -> Judge:
    """A judge that has learnt from these pictures. labels: (n, questions), or UNKNOWN.

    Pictures are shifted by up to two pixels, so that a few thousand are enough.
    """
    device = data.pixels.device
    rng = torch.Generator().manual_seed(seed)
    learner = Learner(Network(shape, sum(sizes), rng).to(device))
    labels = labels.to(device)
    for step in range(steps):
        chosen = torch.randint(data.size, (_BATCH,), generator=rng).to(device)
        x = _shifted(data.batch(chosen).x, rng)
        with torch.enable_grad():
            raw = torch.split(learner.network(x), list(sizes), 1)
            losses = [_loss(each, labels[chosen, index]) for index, each in enumerate(raw)]
            learner.move(torch.stack(losses).sum(), nets.falling(_RATE, step / steps), averaging=_AVERAGING)
    return Judge(learner.mean.eval(), sizes)


@torch.no_grad()
def accuracies(judge: Judge, data: Stock, labels: Tensor) -> list[float]:
    """The share of right answers to each question, over the pictures whose answer is known."""
    answers = torch.cat([judge.answers(each.x) for each in data.batches()])
    labels = labels.to(answers.device)
    known = labels != UNKNOWN
    right = (answers == labels) & known
    return (right.sum(0) / known.sum(0).clamp(min=1)).tolist()


def _loss(logits: Tensor, labels: Tensor) -> Tensor:
    known = labels != UNKNOWN
    return cross_entropy(logits, labels, ignore_index=UNKNOWN, reduction="sum") / known.sum().clamp(min=1)


def _shifted(x: Tensor, rng: torch.Generator) -> Tensor:
    """The whole batch moved by the same few pixels; what comes in is a copy of the edge."""
    down, right = torch.randint(-2, 3, (2,), generator=rng).tolist()
    padded = nn.functional.pad(x, (2, 2, 2, 2), mode="replicate")
    return padded[:, :, 2 + down : 2 + down + x.shape[2], 2 + right : 2 + right + x.shape[3]]
