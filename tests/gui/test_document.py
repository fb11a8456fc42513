"""The document: one edit is one command, and everyone is told what changed."""

from typing import Any

import numpy as np

from gui.document import Document
from gui.edits import Append, Delete


def points(count: int) -> Append:
    return Append(np.arange(2.0 * count).reshape(-1, 2), np.zeros(count, np.uint8))


def test_undo_and_redo_restore_the_points_exactly(qtbot: Any) -> None:
    document = Document()
    document.do(points(3), "pen stroke")
    drawn = document.sketch
    document.do(Delete(np.array([1])), "erase")
    document.undo_stack.undo()
    assert document.sketch.points.tobytes() == drawn.points.tobytes()
    document.undo_stack.undo()
    assert document.sketch.num_points == 0
    document.undo_stack.redo()
    assert document.sketch.points.tobytes() == drawn.points.tobytes()


def test_one_stroke_is_one_command_with_its_name(qtbot: Any) -> None:
    document = Document()
    document.do(points(50), "pen stroke")
    assert document.undo_stack.count() == 1
    assert document.undo_stack.undoText() == "pen stroke"


def test_the_version_grows_with_every_change_undo_included(qtbot: Any) -> None:
    document = Document()
    seen = [document.version]
    document.changed.connect(lambda: seen.append(document.version))
    document.do(points(2), "pen stroke")
    document.undo_stack.undo()
    document.undo_stack.redo()
    assert len(seen) == 4
    assert seen == sorted(set(seen))


def test_an_append_tells_where_the_new_points_begin(qtbot: Any) -> None:
    document = Document()
    document.do(points(3), "pen stroke")
    starts, replaced = [], []
    document.points_appended.connect(starts.append)
    document.sketch_replaced.connect(lambda: replaced.append(True))
    document.do(points(2), "pen stroke")
    assert (starts, replaced) == ([3], [])
    document.undo_stack.undo()
    assert (starts, replaced) == ([3], [True])


def test_a_document_is_modified_until_it_is_saved_or_all_undone(qtbot: Any) -> None:
    document = Document()
    told: list[bool] = []
    document.modified_changed.connect(told.append)
    assert not document.is_modified
    document.do(points(1), "pen stroke")
    assert document.is_modified
    document.mark_saved()
    assert not document.is_modified
    document.undo_stack.undo()
    assert document.is_modified
    document.undo_stack.redo()
    assert not document.is_modified
    assert told == [True, False, True, False]
