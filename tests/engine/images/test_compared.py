"""What pictures are compared with: some at first, all when they are there, and nobody waits meanwhile."""

import threading

import numpy as np
import pytest
import torch

from engine.images import Pictures
from engine.images.compared import Learnt
from engine.images.held_out import split
from engine.images.once import Once
from engine.messages import Against

CPU = torch.device("cpu")


def pictures(count: int) -> Pictures:
    pixels = np.arange(count * 4, dtype=np.uint8).reshape(count, 2, 2, 1)
    pixels.flags.writeable = False
    return Pictures("some", pixels, np.full(count, -1))


def codes(some: Pictures) -> torch.Tensor:
    return torch.from_numpy(some.pixels.reshape(len(some.pixels), -1).astype(np.float32))


def drawn() -> None:
    """Wait until no thread draws any more."""
    for thread in threading.enumerate():
        if thread.name == "engine-learnt":
            thread.join(10)


def test_where_those_at_hand_are_all_nothing_is_drawn():
    learnt = Learnt(pictures(3), None, codes, True, CPU)
    assert learnt.now().against == Against(3, "some")


def test_what_was_held_out_is_not_what_the_model_learnt_from():
    learnt = Learnt(pictures(20), None, codes, True, CPU, seed=1).now()
    kept = split(20, 1).kept
    assert learnt.against == Against(18, "some")
    assert np.array_equal(learnt.shown(np.arange(18)), pictures(20).pixels[kept])
    assert torch.equal(learnt.codes, codes(pictures(20))[kept])
    assert np.array_equal(learnt.pixels.permute(0, 2, 3, 1).numpy(), pictures(20).pixels[kept])


def test_pictures_that_stand_in_are_never_called_what_it_learnt_from():
    learnt = Learnt(pictures(3), None, codes, True, CPU, is_learnt=False, seed=1)
    assert learnt.now().against == Against(3, "some", is_whole=False)


def test_the_first_question_gets_those_at_hand_and_begins_to_draw_the_others():
    may_go = threading.Event()

    def make() -> Pictures:
        may_go.wait(10)
        return pictures(9)

    learnt = Learnt(pictures(3), make, codes, True, CPU)
    assert learnt.now().against == Against(3, "some", is_whole=False, is_alike=True, is_coming=True)
    assert learnt.now().pixels.shape == (3, 1, 2, 2)
    may_go.set()
    drawn()
    now = learnt.now()
    assert now.against == Against(9, "some")
    assert torch.equal(now.codes, codes(pictures(9)))
    # Rows of four numbers, each 4 above the one before: in codes the nearest other is at 8.
    assert now.usual_codes.median == 8
    assert now.usual_pixels.median == pytest.approx(8 / 255)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_pictures_that_cannot_be_drawn_are_not_waited_for():
    def make() -> Pictures:
        raise MemoryError

    learnt = Learnt(pictures(3), make, codes, True, CPU)
    learnt.now()
    drawn()
    assert learnt.now().against == Against(3, "some", is_whole=False, is_alike=True)


def test_a_thing_is_made_once_and_one_that_failed_is_tried_again():
    once, made = Once(), list[int]()

    def make() -> int:
        made.append(1)
        if len(made) == 1:
            raise ValueError("not yet")
        return len(made)

    with pytest.raises(ValueError, match="not yet"):
        once.get("a", make)
    assert [once.get("a", make), once.get("a", make)] == [2, 2]


def test_who_wants_one_thing_does_not_wait_for_another():
    once, may_go = Once(), threading.Event()
    slow = threading.Thread(target=lambda: once.get("slow", lambda: may_go.wait(10)))
    slow.start()
    assert once.get("fast", lambda: 1) == 1
    may_go.set()
    slow.join(10)
