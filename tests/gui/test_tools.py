"""Tools as state machines: no window, no mouse."""

import numpy as np
import pytest

from gui.edits import Append, Delete, Move, Relabel, Sketch
from gui.selection import Select
from gui.tools import SPACING_PX, Brush, Ellipse, Eraser, Line, Pen, Spray, Tool

BRUSH = Brush(label=2, radius_px=20.0, rate=100.0, pixel=(0.01, 0.05))  # as on axes of different units
ROW = Sketch(np.column_stack([np.arange(5.0), np.zeros(5)]), np.arange(5) % 4)


def in_pixels(points: np.ndarray) -> np.ndarray:
    return points / BRUSH.pixel


def stroke(tool: Tool, *path: tuple[float, float], is_shift: bool = False, sketch: Sketch = ROW) -> object:
    tool.press(*path[0], is_shift, BRUSH, sketch)
    for place in path[1:]:
        tool.move(*place, is_shift)
    return tool.release()


def test_the_pen_leaves_points_one_spacing_apart_on_the_screen() -> None:
    edit = stroke(Pen(), (0, 0), (0.013, 0), (0.5, 0), (0.5, 2.0))
    assert isinstance(edit, Append)
    gaps = np.hypot(*np.diff(in_pixels(edit.points), axis=0).T)
    assert len(edit.points) == 1 + int((50 + 40) / SPACING_PX)
    assert np.allclose(gaps, SPACING_PX)
    assert set(edit.labels.tolist()) == {2}


def test_a_slow_stroke_has_as_many_points_as_a_fast_one() -> None:
    slow = stroke(Pen(), *[(x, 0.0) for x in np.linspace(0, 1.02, 301)])
    fast = stroke(Pen(), (0, 0), (1.02, 0))
    assert isinstance(slow, Append)
    assert isinstance(fast, Append)
    assert np.allclose(slow.points, fast.points)


def test_a_click_of_the_pen_is_one_point() -> None:
    edit = stroke(Pen(), (3, 4))
    assert isinstance(edit, Append)
    assert edit.points.tolist() == [[3, 4]]


def test_the_preview_shows_what_the_edit_will_be() -> None:
    for tool in (Pen(), Spray(), Line(), Ellipse()):
        tool.press(0, 0, False, BRUSH, ROW)
        tool.move(1, 2, False)
        tool.tick(0.5)
        shown = tool.preview
        edit = tool.release()
        assert isinstance(edit, Append)
        assert edit.points.tolist() == shown.points.tolist()
        assert len(tool.preview.points) == 0


def test_the_spray_goes_on_while_the_mouse_stands_still() -> None:
    tool = Spray()
    tool.press(1, 2, False, BRUSH, ROW)
    for _ in range(50):
        tool.tick(0.016)
    edit = tool.release()
    assert isinstance(edit, Append)
    assert len(edit.points) == 1 + int(50 * 0.016 * BRUSH.rate)
    assert np.hypot(*in_pixels(edit.points - [1, 2]).T).max() <= BRUSH.radius_px


def test_the_spray_is_even_over_its_circle() -> None:
    tool = Spray()
    tool.press(0, 0, False, BRUSH, ROW)
    tool.tick(40.0)
    distance = np.hypot(*in_pixels(tool.preview.points).T) / BRUSH.radius_px
    # Of an even disc, half of the area lies within 1 / sqrt(2) of the radius; 4,001 points: a standard error of 0.008.
    assert abs((distance < np.sqrt(0.5)).mean() - 0.5) < 0.04


def test_the_same_seed_sprays_the_same_points() -> None:
    first, second, other = Spray(1), Spray(1), Spray(2)
    for tool in (first, second, other):
        tool.press(0, 0, False, BRUSH, ROW)
        tool.tick(0.1)
    assert first.preview.points.tolist() == second.preview.points.tolist()
    assert first.preview.points.tolist() != other.preview.points.tolist()


def test_a_line_runs_from_press_to_release() -> None:
    edit = stroke(Line(), (0, 0), (5, 5), (1, 2))
    assert isinstance(edit, Append)
    assert edit.points[0].tolist() == [0, 0]
    assert np.allclose(edit.points[-1], [1, 2])
    assert len(edit.points) == 1 + round(np.hypot(100, 40) / SPACING_PX)


def test_shift_keeps_a_line_to_45_degrees_on_the_screen() -> None:
    edit = stroke(Line(), (0, 0), (1.0, 4.5), is_shift=True)
    assert isinstance(edit, Append)
    x, y = in_pixels(edit.points[-1])
    assert x == pytest.approx(y)
    assert x == pytest.approx((100 + 90) / 2)


def test_an_ellipse_fits_the_dragged_box_evenly() -> None:
    edit = stroke(Ellipse(), (1, 1), (3, 6))
    assert isinstance(edit, Append)
    assert edit.points.min(axis=0) == pytest.approx([1, 1], abs=0.1)
    assert edit.points.max(axis=0) == pytest.approx([3, 6], abs=0.1)
    assert np.hypot(*((edit.points - [2, 3.5]) / [1, 2.5]).T) == pytest.approx(1.0, abs=1e-3)
    gaps = np.hypot(*np.diff(in_pixels(edit.points), axis=0).T)
    assert gaps == pytest.approx(SPACING_PX, rel=0.05)


def test_shift_makes_the_ellipse_a_circle_on_the_screen() -> None:
    edit = stroke(Ellipse(), (0, 0), (1, -1), is_shift=True)
    assert isinstance(edit, Append)
    width, height = in_pixels(np.ptp(edit.points, axis=0))
    assert width == pytest.approx(height, rel=0.01)
    assert edit.points[:, 1].max() <= 1e-9


def test_a_click_with_the_ellipse_is_nothing() -> None:
    assert stroke(Ellipse(), (1, 1)) is None


def test_the_eraser_takes_what_its_circle_touches_also_between_two_places() -> None:
    edit = stroke(Eraser(), (0.9, 0), (3.05, 0))  # 0.2 of the user's numbers to each side
    assert isinstance(edit, Delete)
    assert edit.indices.tolist() == [1, 2, 3]


def test_the_eraser_shows_what_is_gone_and_nothing_is_no_edit() -> None:
    tool = Eraser()
    tool.press(4, 0.9, False, BRUSH, ROW)  # 18 of 20 pixels above
    assert tool.preview.hidden.tolist() == [4]
    tool.cancel()
    assert len(tool.preview.hidden) == 0
    assert stroke(Eraser(), (2, 1.1)) is None


@pytest.mark.parametrize("tool", [Pen(), Spray(), Line(), Ellipse(), Eraser()])
def test_a_cancelled_stroke_leaves_nothing(tool: Tool) -> None:
    tool.press(0, 0, False, BRUSH, ROW)
    tool.move(2, 0, False)
    tool.tick(0.1)
    tool.cancel()
    assert len(tool.preview.points) == len(tool.preview.hidden) == 0
    assert tool.release() is None


def test_a_rubber_band_selects_what_is_inside_and_shift_adds() -> None:
    tool = Select()
    assert stroke(tool, (0.5, -1), (2.5, 1)) is None
    assert tool.selection.tolist() == [1, 2]
    stroke(tool, (3.5, 1), (4.5, -1), is_shift=True)
    assert tool.selection.tolist() == [1, 2, 4]
    stroke(tool, (-5, -5), (-4, -4))
    assert tool.selection.tolist() == []


def test_a_click_selects_the_nearest_point_and_shift_takes_it_away_again() -> None:
    tool = Select()
    stroke(tool, (3.02, 0.1))
    assert tool.selection.tolist() == [3]
    stroke(tool, (1.0, 0), is_shift=True)
    assert tool.selection.tolist() == [1, 3]
    stroke(tool, (3.0, 0), is_shift=True)
    assert tool.selection.tolist() == [1]


def test_dragging_the_selection_moves_it() -> None:
    tool = Select()
    stroke(tool, (0.5, -1), (2.5, 1))
    tool.press(2, 0, False, BRUSH, ROW)
    tool.move(2.5, 3, False)
    assert tool.preview.points.tolist() == [[1.5, 3], [2.5, 3]]
    assert tool.preview.hidden.tolist() == [1, 2]
    edit = tool.release()
    assert isinstance(edit, Move)
    assert (edit.indices.tolist(), edit.offset) == ([1, 2], (0.5, 3.0))
    assert tool.selection.tolist() == [1, 2]


def test_a_trembling_click_moves_nothing() -> None:
    assert stroke(Select(), (2, 0), (2.02, 0.05)) is None


def test_escape_ends_the_drag_first_and_the_selection_second() -> None:
    tool = Select()
    tool.press(2, 0, False, BRUSH, ROW)
    tool.move(4, 0, False)
    tool.cancel()
    assert tool.selection.tolist() == [2]
    assert tool.release() is None
    tool.cancel()
    assert tool.selection.tolist() == []


def test_the_selection_can_be_deleted_or_labelled() -> None:
    tool = Select()
    assert tool.delete() is None
    assert tool.relabel(1) is None
    tool.select_all(ROW)
    labelled = tool.relabel(3)
    assert isinstance(labelled, Relabel)
    assert labelled.labels.tolist() == [3] * 5
    deleted = tool.delete()
    assert isinstance(deleted, Delete)
    assert deleted.indices.tolist() == [0, 1, 2, 3, 4]
    assert tool.selection.tolist() == []


def test_a_tool_on_an_empty_sketch_finds_nothing() -> None:
    assert stroke(Eraser(), (0, 0), (1, 1), sketch=Sketch()) is None
    assert stroke(Select(), (0, 0), (1, 1), sketch=Sketch()) is None
