"""A judge of drawings is trained once, and again where the drawings are others."""

from types import SimpleNamespace

import pytest
import torch

from engine.images import Shape, analogies, judge_file
from engine.images.sources import faces
from tests.engine.images.test_models import CPU

SHAPE = Shape(64, 64, 3)


@pytest.fixture
def trainings(monkeypatch):
    """How often a judge was trained; one learns little here."""
    counted, real = [], analogies.judging

    def judging(*args):
        counted.append(args)
        return real(*args, steps=2, learnt=64)

    monkeypatch.setattr(analogies, "judging", judging)
    monkeypatch.setattr(analogies, "_HELD_OUT", 32)
    return counted


def test_the_judge_is_trained_once_and_answers_the_same_from_the_file(trainings, tmp_path):
    x = torch.rand(5, 3, 64, 64, generator=torch.Generator().manual_seed(0))
    first = judge_file.judging(tmp_path, faces, SHAPE, CPU)
    again = judge_file.judging(tmp_path, faces, SHAPE, CPU)
    assert len(trainings) == 1
    assert again.accuracies == first.accuracies
    assert again.judge.sizes == first.judge.sizes
    for each, other in zip(first.judge.logits(x), again.judge.logits(x), strict=True):
        torch.testing.assert_close(each, other)


def test_other_drawings_want_another_judge(trainings, tmp_path):
    judge_file.judging(tmp_path, faces, SHAPE, CPU)
    darker = SimpleNamespace(
        FACTORS=faces.FACTORS, draw_factors=faces.draw_factors, render=lambda factors: faces.render(factors) // 2
    )
    judge_file.judging(tmp_path, darker, SHAPE, CPU)
    assert len(trainings) == 2
    assert len(list(tmp_path.iterdir())) == 2
