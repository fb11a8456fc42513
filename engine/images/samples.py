"""What is measured of pictures that a model makes up: are they copied, of all classes, and real in between?

Not covered: pictures that the model is shown (bounds.py, analogies.py).
"""

from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from engine.images import Shape, classifier, encoding, latents, neighbours
from engine.images.classifier import Judge
from engine.images.models import Model, Stock
from engine.images.training import Data
from engine.notice import Notice

COUNT = 500
# A judge accepts a picture of which it is as sure as this.
CONFIDENT = 0.9
_PAIRS, _FRAMES = 400, 9
_MIDDLE = slice(3, 6)
_JUDGE_STEPS = 1500
# Codes that the Gaussian of a family without a prior is fitted to.
_FITTED = 2000


class Drawn(NamedTuple):
    """Pictures from the prior, with the class that each was told to be, -1 where none was."""

    x: Tensor
    y: Tensor


@torch.no_grad()
def drawn(model: Model, data: Data, count: int, seed: int) -> Drawn:
    """From N(0, I), or where the family was not trained with it from a Gaussian fitted to the codes of the data."""
    device = data.learnt.pixels.device
    rng = torch.Generator(device).manual_seed(seed)
    z = torch.randn(count, model.latents, generator=rng, device=device)
    y = torch.full((count,), -1, device=device)
    if model.is_conditional:
        y = torch.arange(count, device=device) % data.num_classes
    if not model.has_prior:
        batch = data.learnt.batch(slice(0, _FITTED))
        codes = model.encode(batch.x, batch.y).double()
        jitter = 1e-6 * torch.eye(model.latents, device=device)
        root = torch.linalg.cholesky(codes.T.cov().reshape(model.latents, -1) + jitter)
        z = (codes.mean(0) + z.double() @ root.T).float()
    told = y if model.is_conditional else None
    pieces = [
        model.decode(each, None if told is None else told[index * 256 : index * 256 + 256])
        for index, each in enumerate(torch.split(z, 256))
    ]
    return Drawn(torch.cat(pieces), y)


def nearest_neighbours(model: Model, data: Data, seed: int = 0, count: int = COUNT) -> dict[str, float]:
    """How far samples are from the training pictures in pixels, against how far these are from one another.

    copied_share: of the samples that are nearer to a training picture than 99 % of those are to theirs.
    """
    x = drawn(model, data, count, seed).x
    training = data.learnt.pixels
    rng = torch.Generator(training.device).manual_seed(seed)
    usual = neighbours.usual_distances(training, rng)
    found = neighbours.nearest(x, training).distances[:, 0]
    return {
        "samples": float(count),
        "median_distance": float(found.median()),
        "median_distance_in_training_set": float(usual.median),
        "copied_share": float((neighbours.nearer_than(usual, found) >= neighbours.COPIED_SHARE).float().mean()),
    }


def judge_of(data: Data, shape: Shape, seed: int = 0, steps: int = _JUDGE_STEPS) -> tuple[Judge, float]:
    """A classifier of the data's classes, and its accuracy on those held out. Raises Notice where there are none."""
    if data.num_classes < 2 or int((data.learnt.y >= 0).sum()) == 0:
        raise Notice("These pictures have no classes, so no classifier can judge by them.")
    labels = _labels(data.learnt)
    judge = classifier.trained(data.learnt, labels, (data.num_classes,), shape, seed, steps)
    return judge, classifier.accuracies(judge, data.judged, _labels(data.judged))[0]


def class_histogram(
    model: Model, data: Data, found: tuple[Judge, float], seed: int = 0, count: int = COUNT
) -> dict[str, Any]:
    """Which classes the judge sees in samples, and how sure it is.

    distance_from_data: half the sum of absolute differences to the classes of the data, 0 for the same, at most 1.
    """
    judge, accuracy = found
    samples = drawn(model, data, count, seed)
    chances = judge.chances(samples.x)
    seen = torch.bincount(chances.argmax(1), minlength=data.num_classes).double() / count
    known = data.learnt.y[data.learnt.y >= 0]
    real = torch.bincount(known, minlength=data.num_classes).double() / len(known)
    result = {
        "shares": [round(each, 4) for each in seen.tolist()],
        "shares_of_data": [round(each, 4) for each in real.tolist()],
        "distance_from_data": float((seen - real).abs().sum() / 2),
        "confident_share": float((chances.max(1).values > CONFIDENT).float().mean()),
        "judge_accuracy": accuracy,
    }
    if model.is_conditional:
        result["as_told_share"] = float((chances.argmax(1) == samples.y).float().mean())
    return result


@torch.no_grad()
def interpolation(
    model: Model, data: Data, found: tuple[Judge, float], classes: tuple[int, int], pairs: int = _PAIRS
) -> dict[str, Any]:
    """The share of frames between two classes that the judge is sure of, in pixels and in each layer of codes.

    Frames go from 0.1 to 0.9 of the way between held-out pictures of the one and of the other, which are drawn with
    replacement. Those near the ends look like the ends in any layer, so the three in the middle are told apart too.
    """
    judge, accuracy = found
    ends = [_of_class(data.judged, each, pairs) for each in classes]
    if not all(len(each) for each in ends):
        raise Notice("None of the pictures that were held out is of one of the two classes.")
    a, b = (data.judged.batch(each) for each in ends)
    shares = latents.shares(_FRAMES + 2)[1:-1].to(a.x.device)
    rows = {"pixels": _sure(judge, _between(a.x, b.x, shares))}
    for layer in model.layers:
        if layer == "latent":
            first, second = (encoding.codes_of(model, each.x, each.y) for each in (a, b))
        else:
            first, second = (model.encode(each.x, each.y, layer) for each in (a, b))
        codes = _between(first, second, shares)
        told = torch.where(shares < 0.5, a.y[:, None], b.y[:, None]).flatten() if model.is_conditional else None
        rows[layer] = _sure(judge, model.decode(codes, told, layer))
    whole, middle = ({name: float(each[part].mean()) for name, each in rows.items()} for part in (slice(None), _MIDDLE))
    return {
        "classes": list(classes),
        "pairs": pairs,
        "accepted": whole,
        "accepted_in_the_middle": middle,
        "judge_accuracy": accuracy,
    }


def _between(a: Tensor, b: Tensor, shares: Tensor) -> Tensor:
    """(n, ...) each and (k,) to (n * k, ...), the frames of a pair one after the other."""
    weights = shares.reshape(1, -1, *[1] * (a.dim() - 1))
    return ((1 - weights) * a[:, None] + weights * b[:, None]).flatten(0, 1)


def _sure(judge: Judge, x: Tensor) -> Tensor:
    """The share of the pairs in which the judge is sure of each frame, (frames,)."""
    return (judge.chances(x).max(1).values > CONFIDENT).float().reshape(-1, _FRAMES).mean(0)


def _of_class(stock: Stock, each: int, count: int) -> Tensor:
    """So many pictures of a class, the same at each call; none where there is none."""
    found = torch.nonzero(stock.y == each).flatten()
    if not len(found):
        return found
    rng = torch.Generator().manual_seed(each)
    return found[torch.randint(len(found), (count,), generator=rng).to(found.device)]


def _labels(stock: Stock) -> Tensor:
    """(n, 1), with the classes that are not known as the judge wants them."""
    return torch.where(stock.y < 0, classifier.UNKNOWN, stock.y)[:, None]


def ends_of(names: tuple[str, ...]) -> tuple[int, int]:
    """The classes to go from and to: from 9 to 3, or where these are not, from the first to the last."""
    if "9" in names and "3" in names:
        return names.index("9"), names.index("3")
    return 0, max(1, len(names) - 1)


def frames(model: Model, x: Tensor, y: Tensor, count: int) -> Tensor:
    """A row of `count` decoded pictures for each two neighbours of x: ((n - 1) * count, channels, height, width)."""
    codes = encoding.codes_of(model, x, y)
    shares = torch.from_numpy(np.linspace(0, 1, count, dtype=np.float32)).to(x.device)
    told = y[:-1].repeat_interleave(count) if model.is_conditional else None
    with torch.no_grad():
        return model.decode(_between(codes[:-1], codes[1:], shares), told)
