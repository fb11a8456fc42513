"""The history of what is done by hand: exact, and one for each target."""

import numpy as np

from gui.sculpting import Sculpting

ONE, TWO = np.array([[0.0, 0.0, 1.0, 0.5]]), np.array([[1.0, 1.0, -2.0, 0.3]])


def stroke(sculpting, bumps):
    sculpting.preview(bumps)
    sculpting.keep_stroke("raise")


def test_undo_and_redo_restore_the_bumps_exactly(qapp):
    sculpting = Sculpting()
    stroke(sculpting, ONE)
    stroke(sculpting, TWO)
    assert sculpting.stack.undoText() == "raise"
    sculpting.stack.undo()
    np.testing.assert_array_equal(sculpting.bumps, ONE)
    sculpting.stack.undo()
    assert len(sculpting.bumps) == 0
    sculpting.stack.redo()
    sculpting.stack.redo()
    np.testing.assert_array_equal(sculpting.bumps, np.concatenate([ONE, TWO]))


def test_a_stroke_shows_before_it_ends_and_leaves_nothing_when_it_is_given_up(qapp):
    sculpting, told = Sculpting(), []
    sculpting.changed.connect(lambda: told.append(len(sculpting.bumps)))
    sculpting.preview(ONE)
    sculpting.preview(np.zeros((0, 4)))
    sculpting.keep_stroke("raise")
    assert told == [1, 0]
    assert sculpting.stack.count() == 0


def test_flatten_can_be_taken_back(qapp):
    sculpting = Sculpting()
    stroke(sculpting, ONE)
    sculpting.flatten()
    assert len(sculpting.bumps) == 0
    sculpting.flatten()
    assert sculpting.stack.count() == 2
    sculpting.stack.undo()
    np.testing.assert_array_equal(sculpting.bumps, ONE)


def test_another_target_is_flat_and_the_first_one_is_found_as_it_was_left(qapp):
    sculpting = Sculpting()
    sculpting.choose("banana")
    stroke(sculpting, ONE)
    sculpting.choose("donut")
    assert len(sculpting.bumps) == 0
    assert not sculpting.stack.canUndo()
    sculpting.choose("banana")
    np.testing.assert_array_equal(sculpting.bumps, ONE)
    sculpting.stack.undo()
    assert len(sculpting.bumps) == 0
