"""Analogies with exact answers: the code of A, minus that of B, plus that of C, against the drawing it should give.

A and B are the same people with and without one attribute (glasses, a smile); C is somebody else without it. What A - B
+ C should be is known: C drawn with it. So both the error of the pixels and what a judge sees can be told exactly.
Not covered: the app's own algebra of cards, with weights and groups of any pictures.
Source: Radford, Metz, Chintala (2016), ICLR, for arithmetic of codes; Reed et al. (2015), NeurIPS, for exact answers.
"""

import math
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from engine.images import Shape, classifier, encoding
from engine.images.classifier import UNKNOWN, Judge
from engine.images.models import Model, Stock
from engine.images.sources import Factor
from engine.notice import Notice

COUNT = 500
# How accurate a judge must be to be asked.
LEAST_ACCURACY = 0.99
# Of a factor without kinds, the lowest and the highest part of its range; what lies between is neither.
_PART = 0.3
_LEARNT, _HELD_OUT = 24_000, 2000
# No seeds of sets that a person draws.
_LEARNT_SEED, _HELD_OUT_SEED, _PEOPLE_SEED = 2**40, 2**40 + 1, 2**40 + 2


class Judging(NamedTuple):
    """A judge of all factors of a source, and how often it is right about each on drawings that it has not seen."""

    judge: Judge
    accuracies: dict[str, float]

    @property
    def trusted(self) -> list[int]:
        """The factors that it may be asked about."""
        return [index for index, each in enumerate(self.accuracies.values()) if each >= LEAST_ACCURACY]


class Analogies(NamedTuple):
    """Factors (n, k) of C and of the answer D; of A and B (n, people, k); which factor was changed, (n,)."""

    with_it: np.ndarray
    without_it: np.ndarray
    other: np.ndarray
    answer: np.ndarray
    changed: np.ndarray


def kinds_of(factors: tuple[Factor, ...], values: np.ndarray) -> np.ndarray:
    """(n, k) factors to (n, k) int64 kinds: a choice, or 0 and 1 for low and high, UNKNOWN between."""
    columns = []
    for each, column in zip(factors, values.T, strict=True):
        if each.choices:
            columns.append(np.rint(column).astype(np.int64))
            continue
        share = (column - each.low) / (each.high - each.low)
        columns.append(np.select([share <= _PART, share >= 1 - _PART], [0, 1], UNKNOWN))
    return np.stack(columns, 1).astype(np.int64)


def sizes_of(factors: tuple[Factor, ...]) -> tuple[int, ...]:
    """How many kinds each has."""
    return tuple(len(each.choices) or 2 for each in factors)


def judging(
    source: ModuleType, shape: Shape, device: torch.device, steps: int = 9000, learnt: int = _LEARNT
) -> Judging:
    """A judge of the source's factors, trained on drawings alone."""
    factors: tuple[Factor, ...] = source.FACTORS
    drawings, labels = _drawn(source, learnt, _LEARNT_SEED, device)
    held_out, answers = _drawn(source, _HELD_OUT, _HELD_OUT_SEED, device)
    judge = classifier.trained(drawings, labels, sizes_of(factors), shape, seed=0, steps=steps)
    right = classifier.accuracies(judge, held_out, answers)
    return Judging(judge, dict(zip((each.name for each in factors), right, strict=True)))


def drawn(source: ModuleType, changed: list[int], count: int, seed: int, people: int = 1) -> Analogies:
    """So many analogies, one factor after the other of `changed`. people: how many stand for A, and for B.

    Half of them bring the attribute in, and half take it away.
    """
    factors: tuple[Factor, ...] = source.FACTORS
    rng = np.random.default_rng([_PEOPLE_SEED, seed])
    which = np.array(changed)[np.arange(count) % len(changed)]
    everybody: np.ndarray = source.draw_factors(count * (people + 1), rng).reshape(count, people + 1, -1)
    _make_clear(factors, everybody, rng)
    after = everybody.copy()
    for row, index in enumerate(which):
        low, high = _ends(factors[index], rng)
        if rng.random() < 0.5:
            low, high = high, low
        everybody[row, :, index], after[row, :, index] = low, high
    return Analogies(after[:, 1:], everybody[:, 1:], everybody[:, 0], after[:, 0], which)


@torch.no_grad()
def success(
    model: Model, source: ModuleType, found: Judging, names: tuple[str, ...], *, seed: int = 0, people: int = 1,
    count: int = COUNT, device: torch.device,
) -> dict[str, Any]:  # fmt: skip
    """What the analogies give, as it stands in metrics.json.

    error_ratio: mean squared error of the results to the exact drawings, over that of those drawings rebuilt.
    success_rate: the share in which all that the judge can be trusted with is as it should be.
    Raises Notice where none of `names` can be judged.
    """
    factors: tuple[Factor, ...] = source.FACTORS
    changed = [index for index in found.trusted if factors[index].name in names]
    if not changed:
        raise Notice(f"No judge is accurate enough for analogies of {', '.join(names)}.")
    asked = drawn(source, changed, count, seed, people)
    exact = _pictures(source, asked.answer, device)
    with_it, without_it = (_mean_codes(model, source, each, device) for each in (asked.with_it, asked.without_it))
    code = with_it - without_it + encoding.codes_of(model, _pictures(source, asked.other, device))
    results = torch.cat([model.decode(each) for each in torch.split(code, 256)])
    rebuilt = torch.cat([model.decode(encoding.codes_of(model, each)) for each in torch.split(exact, 256)])
    error, plain = (float((each - exact).square().mean()) for each in (results, rebuilt))
    wanted = torch.from_numpy(kinds_of(factors, asked.answer)).to(device)
    right = (found.judge.answers(results) == wanted) | (wanted == UNKNOWN)
    right_exact = (found.judge.answers(exact) == wanted) | (wanted == UNKNOWN)
    rows, which = torch.arange(count, device=device), torch.from_numpy(asked.changed).to(device)
    trusted = right[:, found.trusted].all(1)
    return {
        "analogies": count,
        "people_in_each_operand": people,
        "error": error,
        "error_of_reconstruction": plain,
        "error_ratio": error / plain if plain else math.nan,
        "success_rate": float(trusted.float().mean()),
        "has_the_wanted": float(right[rows, which].float().mean()),
        "success_rate_of_exact_drawings": float(right_exact[:, found.trusted].all(1).float().mean()),
        "success_by_change": {factors[i].name: float(trusted[which == i].float().mean()) for i in changed},
        "kept": {factors[i].name: float(right[:, i].float().mean()) for i in found.trusted},
        "judges": found.accuracies,
        "judges_asked": [factors[i].name for i in found.trusted],
    }


def _make_clear(factors: tuple[Factor, ...], values: np.ndarray, rng: np.random.Generator) -> None:
    """Move each number that has no kinds into the lowest or the highest part of its range, in place."""
    for index, each in enumerate(factors):
        if not each.choices:
            share = _PART * rng.random(values.shape[:-1])
            is_high = rng.random(values.shape[:-1]) < 0.5
            values[..., index] = each.low + np.where(is_high, 1 - share, share) * (each.high - each.low)


def _ends(factor: Factor, rng: np.random.Generator) -> tuple[float, float]:
    """None and one of the other kinds; or a low and a high value."""
    if factor.choices:
        return 0.0, float(rng.integers(1, len(factor.choices)))
    near, far = _PART * rng.random(2)
    return factor.low + near * (factor.high - factor.low), factor.high - far * (factor.high - factor.low)


def _drawn(source: ModuleType, count: int, seed: int, device: torch.device) -> tuple[Stock, Tensor]:
    """Clear pictures, as analogies have them, and their kinds (n, k)."""
    rng = np.random.default_rng(seed)
    values: np.ndarray = source.draw_factors(count, rng)
    _make_clear(source.FACTORS, values, rng)
    pixels = torch.from_numpy(source.render(values)).permute(0, 3, 1, 2).to(device)
    labels = torch.from_numpy(kinds_of(source.FACTORS, values))
    return Stock(pixels, torch.zeros(count, dtype=torch.int64, device=device)), labels


def _pictures(source: ModuleType, factors: np.ndarray, device: torch.device) -> Tensor:
    pixels = torch.from_numpy(source.render(factors)).permute(0, 3, 1, 2).to(device)
    return Stock(pixels, torch.zeros(len(pixels), device=device)).batch(slice(None)).x


def _mean_codes(model: Model, source: ModuleType, factors: np.ndarray, device: torch.device) -> Tensor:
    """(n, people, k) factors to the mean code of each group, (n, latents)."""
    groups, people, _ = factors.shape
    pictures = _pictures(source, factors.reshape(groups * people, -1), device)
    codes = torch.cat([encoding.codes_of(model, each) for each in torch.split(pictures, 256)])
    return codes.reshape(groups, people, -1).mean(1)
