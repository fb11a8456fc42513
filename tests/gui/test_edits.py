"""Edits: what each does, and that its inverse restores every bit."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.recipe import Data
from gui.edits import Append, Delete, Edit, Move, Relabel, Replace, Sketch, apply

TRUTH = Data(preset="two_moons")


def a_sketch(num_points: int = 5) -> Sketch:
    rng = np.random.default_rng(num_points)
    return Sketch(rng.standard_normal((num_points, 2)), rng.integers(0, 4, num_points), (-1.0, 1.0, -2.0, 2.0), TRUTH)


def bits(sketch: Sketch) -> tuple[object, ...]:
    return sketch.points.tobytes(), sketch.labels.tobytes(), sketch.extent, sketch.truth


numbers = st.floats(allow_nan=False, allow_infinity=False, min_value=-1e9, max_value=1e9)


@st.composite
def edits(draw: st.DrawFn, num_points: int) -> Edit:
    some = st.lists(st.integers(0, num_points - 1), unique=True, max_size=6) if num_points else st.just([])
    kind = draw(st.sampled_from(["append", "delete", "move", "relabel", "replace"]))
    if kind == "append":
        points = np.array(draw(st.lists(st.tuples(numbers, numbers), max_size=4))).reshape(-1, 2)
        return Append(points, np.full(len(points), draw(st.integers(0, 3)), np.uint8))
    if kind == "replace":
        return Replace(a_sketch(draw(st.integers(0, 7))))
    indices = np.array(draw(some), np.int64)
    if kind == "delete":
        return Delete(indices)
    if kind == "move":
        return Move(indices, (draw(numbers), draw(numbers)))
    return Relabel(indices, np.full(len(indices), draw(st.integers(0, 3)), np.uint8))


@given(st.data())
def test_any_sequence_of_edits_and_undos_restores_exactly(data: st.DataObject) -> None:
    sketch = a_sketch(data.draw(st.integers(0, 6)))
    past: list[tuple[object, Edit, Edit]] = []
    for _ in range(data.draw(st.integers(1, 12))):
        if past and data.draw(st.booleans()):
            before, edit, inverse = past.pop()
            after = bits(sketch)
            sketch, _ = apply(inverse, sketch)
            assert bits(sketch) == before
            again, _ = apply(edit, sketch)
            assert bits(again) == after
        else:
            edit = data.draw(edits(sketch.num_points))
            before = bits(sketch)
            sketch, inverse = apply(edit, sketch)
            past.append((before, edit, inverse))
    for before, _, inverse in reversed(past):
        sketch, _ = apply(inverse, sketch)
        assert bits(sketch) == before


@given(st.data())
def test_the_inverse_of_an_inverse_is_the_edit_again(data: st.DataObject) -> None:
    sketch = a_sketch(6)
    edited, inverse = apply(data.draw(edits(6)), sketch)
    restored, again = apply(inverse, edited)
    redone, _ = apply(again, restored)
    assert bits(redone) == bits(edited)


def test_appended_points_come_after_all_others() -> None:
    sketch, _ = apply(Append(np.array([[7.0, 8.0]]), np.array([3], np.uint8)), a_sketch(5))
    assert sketch.points[:5].tolist() == a_sketch(5).points.tolist()
    assert sketch.points[5].tolist() == [7, 8]
    assert sketch.labels[5] == 3


def test_the_points_that_stay_keep_their_order() -> None:
    sketch, _ = apply(Delete(np.array([3, 0])), a_sketch(5))
    assert sketch.points.tolist() == a_sketch(5).points[[1, 2, 4]].tolist()


def test_a_move_back_restores_what_subtraction_would_not() -> None:
    tiny = Sketch(np.array([[1e-17, 0.1]]), np.zeros(1))
    moved, inverse = apply(Move(np.array([0]), (1.0, 1.0)), tiny)
    assert (moved.points - 1.0).tolist() != tiny.points.tolist()
    assert apply(inverse, moved)[0].points.tolist() == tiny.points.tolist()


@pytest.mark.parametrize(
    "edit",
    [
        Append(np.zeros((1, 2)), np.zeros(1, np.uint8)),
        Delete(np.array([0])),
        Move(np.array([0]), (1.0, 0.0)),
        Relabel(np.array([0]), np.array([2], np.uint8)),
    ],
)
def test_an_edited_preset_is_no_longer_the_truth_until_undone(edit: Edit) -> None:
    edited, inverse = apply(edit, a_sketch())
    assert edited.truth is None
    assert apply(inverse, edited)[0].truth == TRUTH


def test_a_replacement_keeps_its_own_truth() -> None:
    assert apply(Replace(a_sketch(3)), Sketch())[0].truth == TRUTH


def test_the_arrays_of_a_sketch_cannot_be_edited_in_place() -> None:
    points = np.zeros((2, 2))
    sketch = Sketch(points, np.zeros(2))
    with pytest.raises(ValueError, match="read-only"):
        sketch.points[0] = 1.0
    points[0] = 1.0
    assert sketch.points.tolist() == [[0, 0], [0, 0]]
    for edit in (Append(points, np.zeros(2, np.uint8)), Delete(np.array([0])), Move(np.array([0]), (1.0, 1.0))):
        assert not apply(edit, sketch)[0].points.flags.writeable


def test_what_an_edit_leaves_alone_stays_the_same_array() -> None:
    sketch = a_sketch()
    assert apply(Move(np.array([0]), (1.0, 1.0)), sketch)[0].labels is sketch.labels
    assert apply(Relabel(np.array([0]), np.array([1], np.uint8)), sketch)[0].points is sketch.points


def test_points_without_labels_are_refused() -> None:
    with pytest.raises(ValueError, match="with 1 labels"):
        Sketch(np.zeros((2, 2)), np.zeros(1))
