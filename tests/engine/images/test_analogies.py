"""Analogies with exact answers, by a source and a model in which they hold exactly, and by one in which they do not."""

from types import SimpleNamespace

import msgspec
import numpy as np
import pytest
import torch
from torch import Tensor

from engine.images import Pictures, Shape, analogies
from engine.images.analogies import Judging
from engine.images.classifier import UNKNOWN, Judge
from engine.images.models import Model
from engine.images.sources import Factor
from engine.notice import Notice

CPU = torch.device("cpu")
FACTORS = (Factor("mark", "", 0, 2, ("none", "grey", "white")), Factor("bright", "", 0, 1), Factor("tilt", "", -1, 1))


class Params(msgspec.Struct, frozen=True):
    count: int = 10


def draw_factors(count: int, rng: np.random.Generator) -> np.ndarray:
    return np.stack([rng.integers(0, 3, count), rng.random(count), 2 * rng.random(count) - 1], 1)


def render(factors: np.ndarray) -> np.ndarray:
    """Three pixels: one of each factor."""
    shares = factors / [2, 1, 2] + [0, 0, 0.5]
    return np.rint(200 * shares).astype(np.uint8).reshape(-1, 1, 3, 1)


def make(params: Params, seed: int) -> Pictures:
    factors = draw_factors(params.count, np.random.default_rng(seed))
    return Pictures("marks", render(factors), np.zeros(params.count, np.int64), (), factors, ("mark", "bright", "tilt"))


SOURCE = SimpleNamespace(FACTORS=FACTORS, Params=Params, draw_factors=draw_factors, render=render, make=make)


class Pixels(Model):
    """The code is the picture; a blind one does not see the mark."""

    def __init__(self, is_blind: bool = False) -> None:
        self.is_blind = is_blind

    def encode(self, x: Tensor, y: Tensor | None = None, layer: str = "latent") -> Tensor:
        return x.flatten(1) * torch.tensor([0.0 if self.is_blind else 1.0, 1.0, 1.0])

    def decode(self, z: Tensor, y: Tensor | None = None, layer: str = "latent") -> Tensor:
        return z.clamp(0, 1).reshape(-1, 1, 1, 3)


class Reading(torch.nn.Module):
    """Reads the factors from the pixels: the logits of three, two and two kinds."""

    def forward(self, x: Tensor) -> Tensor:
        mark, bright, tilt = (x.flatten(1) * 255 / 200).T
        of_mark = torch.stack([-(mark - each / 2).abs() for each in range(3)], 1)
        return torch.cat([of_mark, _two(bright), _two(tilt)], 1)


def _two(share: Tensor) -> Tensor:
    return torch.stack([0.5 - share, share - 0.5], 1)


def judging(**changes) -> Judging:
    return Judging(Judge(Reading(), (3, 2, 2)), {"mark": 1.0, "bright": 1.0, "tilt": 1.0, **changes})


def found(model: Model, names=("mark", "tilt"), **changes):
    return analogies.success(model, SOURCE, judging(**changes), names, count=60, device=CPU)


def test_kinds_are_choices_and_ends_and_what_lies_between_is_neither():
    kinds = analogies.kinds_of(FACTORS, np.array([[2, 0.1, 0.9], [0, 0.5, -0.9]]))
    assert kinds.tolist() == [[2, 0, 1], [0, UNKNOWN, 0]]


def test_the_answer_is_the_other_person_with_what_the_first_has_more():
    asked = analogies.drawn(SOURCE, [0, 2], 40, seed=0, people=3)
    rows = np.arange(40)
    for with_it, without_it in zip(asked.with_it.swapaxes(0, 1), asked.without_it.swapaxes(0, 1), strict=True):
        change, wanted = with_it - without_it, asked.answer - asked.other
        np.testing.assert_allclose(change, wanted)
        assert (np.count_nonzero(change, axis=1) == 1).all()
        assert (change[rows, asked.changed] != 0).all()
    both = [(asked.answer - asked.other)[asked.changed == 0, 0] > 0]
    assert np.any(both)
    assert not np.all(both)


def test_all_values_are_clear():
    asked = analogies.drawn(SOURCE, [0, 1, 2], 60, seed=0)
    for people in (asked.other, asked.answer, asked.with_it[:, 0], asked.without_it[:, 0]):
        assert (analogies.kinds_of(FACTORS, people) != UNKNOWN).all()


def test_where_codes_add_up_every_analogy_succeeds():
    result = found(Pixels())
    assert result["success_rate"] == result["has_the_wanted"] == result["success_rate_of_exact_drawings"] == 1
    assert result["error"] < 1e-10
    assert set(result["success_by_change"]) == {"mark", "tilt"}


def test_a_model_that_does_not_see_an_attribute_fails_where_it_is_wanted():
    result = found(Pixels(is_blind=True))
    assert result["kept"]["tilt"] == 1
    assert result["kept"]["mark"] < 0.8
    assert result["success_rate"] == result["kept"]["mark"]
    assert result["success_by_change"]["mark"] < 0.8


def test_a_judge_that_errs_is_not_asked():
    result = found(Pixels(), bright=0.98)
    assert result["judges_asked"] == ["mark", "tilt"]
    with pytest.raises(Notice, match="No judge is accurate enough for analogies of bright"):
        found(Pixels(), names=("bright",), bright=0.98)


def test_a_judge_of_drawings_learns_their_factors():
    shape = Shape(12, 12, 1)

    def large(factors: np.ndarray) -> np.ndarray:
        return render(factors).repeat(12, 1).repeat(4, 2)

    source = SimpleNamespace(**{**vars(SOURCE), "render": large})
    learnt = analogies.judging(source, shape, CPU, steps=150, learnt=600)
    assert set(learnt.accuracies) == {"mark", "bright", "tilt"}
    assert min(learnt.accuracies.values()) > 0.9
