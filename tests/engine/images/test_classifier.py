"""Judges of pictures: they learn, and what is not known neither teaches nor counts."""

import torch

from engine.images import classifier
from engine.images.classifier import UNKNOWN
from engine.images.training import stock
from tests.engine.images.known_pictures import GREY, blobs

CPU = torch.device("cpu")


def labels(count: int) -> torch.Tensor:
    """Left or right; and a second question, whose answer is known of half the pictures alone: the same."""
    side = torch.arange(count) % 2
    return torch.stack([side, torch.where(torch.arange(count) < count // 2, side, UNKNOWN)], 1)


def judge(seed=0, steps=80) -> classifier.Judge:
    return classifier.trained(stock(blobs(100), slice(None), CPU), labels(100), (2, 2), GREY, seed, steps)


def test_a_judge_is_right_about_pictures_that_it_has_not_seen():
    held_out = stock(blobs(60, seed=1), slice(None), CPU)
    assert classifier.accuracies(judge(), held_out, labels(60)) == [1.0, 1.0]


def test_a_wrong_answer_is_counted_and_an_unknown_one_is_not():
    held_out, wrong = stock(blobs(60, seed=1), slice(None), CPU), labels(60)
    wrong[:6, 0] = 1 - wrong[:6, 0]
    wrong[:6, 1] = UNKNOWN
    assert classifier.accuracies(judge(), held_out, wrong) == [torch.tensor(0.9).item(), 1.0]


def test_chances_add_up_to_one_and_answers_are_the_likeliest():
    x = stock(blobs(10), slice(None), CPU).batch(slice(None)).x
    found = judge()
    torch.testing.assert_close(found.chances(x).sum(1), torch.ones(10))
    assert torch.equal(found.chances(x).argmax(1), found.answers(x)[:, 0])


def test_the_same_seed_gives_the_same_judge():
    x = stock(blobs(10), slice(None), CPU).batch(slice(None)).x
    assert torch.equal(judge(steps=5).chances(x), judge(steps=5).chances(x))
    assert not torch.equal(judge(steps=5).chances(x), judge(seed=1, steps=5).chances(x))
