"""The canvas under a synthetic mouse: what a person does, and what becomes of it."""

from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from engine.notice import Notice
from gui.canvas import Canvas, CanvasColors
from gui.canvas_picture import export
from gui.document import Document
from gui.edits import Append, Delete, Move, Relabel, Replace, Sketch

LEFT, MIDDLE = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton
EXTENT = (-4.0, 4.0, -4.0, 4.0)


class Desk:
    """A canvas with its document, wired as the window wires them, and a mouse."""

    def __init__(self, qtbot: Any) -> None:
        self.canvas = Canvas()
        self.document = Document(parent=self.canvas)
        self.edits: list[Any] = []
        self.canvas.edit_made.connect(lambda edit, text: self.edits.append(edit))
        self.canvas.edit_made.connect(self.document.do)
        self.document.points_appended.connect(lambda start: self.canvas.set_sketch(self.document.sketch, start))
        self.document.sketch_replaced.connect(lambda: self.canvas.set_sketch(self.document.sketch))
        qtbot.addWidget(self.canvas)
        self.canvas.resize(600, 500)
        self.canvas.show()
        qtbot.waitExposed(self.canvas)
        QApplication.processEvents()

    def place(self, x: float, y: float) -> QPoint:
        return self.canvas.getPlotItem().getViewBox().mapViewToScene(QPointF(x, y)).toPoint()

    def user(self, at: QPoint) -> tuple[float, float]:
        point = self.canvas.getPlotItem().getViewBox().mapSceneToView(QPointF(at))
        return point.x(), point.y()

    def drag(
        self, *path: tuple[float, float], button: Any = LEFT, modifier: Any = Qt.KeyboardModifier.NoModifier
    ) -> None:
        paper = self.canvas.viewport()
        QTest.mousePress(paper, button, modifier, self.place(*path[0]))
        places = [self.place(*place) for place in path]
        for place in places[1:]:
            QTest.mouseMove(paper, place)
        QTest.mouseRelease(paper, button, modifier, places[-1])

    def wheel(self, at: QPoint, notches: int) -> None:
        event = QWheelEvent(
            QPointF(at),
            self.canvas.viewport().mapToGlobal(QPointF(at)),
            QPoint(),
            QPoint(0, 120 * notches),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(self.canvas.viewport(), event)

    def pixels(self) -> np.ndarray:
        """(rows, columns, 3) of the canvas as seen."""
        QApplication.processEvents()
        image = self.canvas.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
        content = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
        return content[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).copy()

    def color_at(self, x: float, y: float) -> list[int]:
        at = self.place(x, y)
        return self.pixels()[at.y(), at.x()].tolist()


@pytest.fixture
def desk(qtbot: Any) -> Desk:
    return Desk(qtbot)


def row_of_points(count: int = 5) -> Replace:
    points = np.column_stack([np.linspace(-2, 2, count), np.zeros(count)])
    return Replace(Sketch(points, np.zeros(count), EXTENT))


# ---- drawing


def test_a_stroke_of_the_pen_is_one_command_and_undo_takes_all_of_it(desk: Desk) -> None:
    desk.drag((-2, -1), (0, 1), (2, -1))
    assert desk.document.undo_stack.count() == 1
    assert desk.document.undo_stack.undoText() == "pen stroke"
    drawn = desk.document.sketch
    assert drawn.num_points > 20
    assert drawn.points[0] == pytest.approx([-2, -1], abs=0.03)
    assert drawn.points[-1] == pytest.approx([2, -1], abs=0.1)
    desk.document.undo_stack.undo()
    assert desk.document.sketch.num_points == 0
    desk.document.undo_stack.redo()
    assert desk.document.sketch.points.tobytes() == drawn.points.tobytes()


@pytest.mark.parametrize("tool", ["pen", "spray", "line", "ellipse"])
def test_each_drawing_tool_adds_points_with_the_label(desk: Desk, tool: str) -> None:
    desk.canvas.set_tool(tool)
    desk.canvas.set_label(3)
    desk.drag((-1, -1), (1, 1))
    assert [type(edit) for edit in desk.edits] == [Append]
    assert set(desk.document.sketch.labels.tolist()) == {3}


def test_the_spray_keeps_spraying_while_the_button_is_down(desk: Desk, qtbot: Any) -> None:
    desk.canvas.set_tool("spray")
    desk.canvas.set_spray_rate(2000.0)
    paper = desk.canvas.viewport()
    strokes = []
    desk.canvas.stroke_moved.connect(lambda points, labels: strokes.append(len(points)))
    QTest.mousePress(paper, LEFT, pos=desk.place(0, 0))
    qtbot.waitUntil(lambda: strokes[-1] > 50)
    QTest.mouseRelease(paper, LEFT, pos=desk.place(0, 0))
    assert desk.document.sketch.num_points >= strokes[-1] > 50
    assert strokes == sorted(strokes)


def test_the_eraser_removes_and_undo_brings_back_in_order(desk: Desk) -> None:
    desk.document.do(row_of_points(), "preset")
    before = desk.document.sketch.points.tobytes()
    desk.canvas.set_tool("eraser")
    desk.canvas.set_brush_px(10.0)
    desk.drag((-1.2, 0), (0.2, 0))
    assert isinstance(desk.edits[-1], Delete)
    assert desk.document.sketch.points[:, 0].tolist() == [-2, 1, 2]
    desk.document.undo_stack.undo()
    assert desk.document.sketch.points.tobytes() == before


def test_selected_points_can_be_dragged_labelled_and_deleted(desk: Desk) -> None:
    desk.document.do(row_of_points(), "preset")
    desk.canvas.set_tool("select")
    sizes: list[int] = []
    desk.canvas.selection_changed.connect(sizes.append)
    desk.drag((-2.5, 0.5), (-0.5, -0.5))
    assert sizes[-1] == 2
    desk.drag((-2, 0), (-2, 2))
    assert isinstance(desk.edits[-1], Move)
    assert desk.document.sketch.points[:, 1] == pytest.approx([2, 2, 0, 0, 0], abs=0.02)
    desk.canvas.set_label(2)
    assert isinstance(desk.edits[-1], Relabel)
    assert desk.document.sketch.labels.tolist() == [2, 2, 0, 0, 0]
    desk.canvas.delete_selection()
    assert desk.document.sketch.num_points == 3
    assert sizes[-1] == 0
    for _ in range(3):
        desk.document.undo_stack.undo()
    assert desk.document.sketch.points.tolist() == row_of_points().sketch.points.tolist()


def test_shift_adds_to_the_selection_and_all_can_be_selected(desk: Desk) -> None:
    desk.document.do(row_of_points(), "preset")
    sizes: list[int] = []
    names: list[str] = []
    desk.canvas.selection_changed.connect(sizes.append)
    desk.canvas.tool_changed.connect(names.append)
    desk.canvas.select_all()
    assert (sizes[-1], names) == (5, ["select"])
    desk.canvas.cancel()
    assert sizes[-1] == 0
    desk.drag((-2, 0), (-2, 0))
    desk.drag((0, 0), (0, 0), modifier=Qt.KeyboardModifier.ShiftModifier)
    assert sizes[-1] == 2


def test_other_points_are_not_selected_because_the_old_ones_were(desk: Desk) -> None:
    desk.document.do(row_of_points(), "preset")
    desk.canvas.select_all()
    desk.document.do(row_of_points(), "another preset")
    desk.canvas.delete_selection()
    assert desk.document.sketch.num_points == 5


def test_two_quick_dabs_are_two_strokes(desk: Desk) -> None:
    paper = desk.canvas.viewport()
    QTest.mouseClick(paper, LEFT, pos=desk.place(0, 0))
    QTest.mouseDClick(paper, LEFT, pos=desk.place(0, 0))
    QTest.mouseRelease(paper, LEFT, pos=desk.place(0, 0))
    assert desk.document.sketch.num_points == len(desk.edits) >= 2


def test_a_stroke_whose_release_was_lost_is_kept_at_the_next_press(desk: Desk) -> None:
    paper = desk.canvas.viewport()
    QTest.mousePress(paper, LEFT, pos=desk.place(0, 0))
    QTest.mousePress(paper, LEFT, pos=desk.place(2, 0))
    QTest.mouseRelease(paper, LEFT, pos=desk.place(2, 0))
    assert desk.document.sketch.points == pytest.approx(np.array([[0, 0], [2, 0]]), abs=0.02)


def test_points_are_seen_while_the_stroke_lasts(desk: Desk) -> None:
    paper = desk.canvas.viewport()
    before = desk.pixels()
    QTest.mousePress(paper, LEFT, pos=desk.place(-1, 0))
    QTest.mouseMove(paper, desk.place(1, 0))
    assert desk.document.sketch.num_points == 0
    during = desk.pixels()
    assert (during != before).any()
    QTest.mouseRelease(paper, LEFT, pos=desk.place(1, 0))
    assert (desk.pixels() == during).all()


def test_a_cancelled_stroke_is_forgotten_by_all(desk: Desk) -> None:
    paper = desk.canvas.viewport()
    told: list[int] = []
    desk.canvas.stroke_moved.connect(lambda points, labels: told.append(len(points)))
    before = desk.pixels()
    QTest.mousePress(paper, LEFT, pos=desk.place(-1, 0))
    QTest.mouseMove(paper, desk.place(1, 0))
    desk.canvas.cancel()
    QTest.mouseMove(paper, desk.place(1, 1))
    QTest.mouseRelease(paper, LEFT, pos=desk.place(1, 1))
    assert desk.edits == []
    assert told[-2] > 5
    assert told[-1] == 0
    assert (desk.pixels() == before).all()


def test_undo_during_a_stroke_of_the_eraser_harms_nothing(desk: Desk) -> None:
    desk.document.do(row_of_points(2), "preset")
    desk.document.do(row_of_points(5), "preset")
    desk.canvas.set_tool("eraser")
    paper = desk.canvas.viewport()
    QTest.mousePress(paper, LEFT, pos=desk.place(2, 0))
    desk.document.undo_stack.undo()
    QTest.mouseRelease(paper, LEFT, pos=desk.place(2, 0))
    assert desk.edits == []
    assert desk.document.sketch.num_points == 2


def test_a_press_on_the_axes_draws_nothing(desk: Desk) -> None:
    QTest.mouseClick(desk.canvas.viewport(), LEFT, pos=QPoint(3, 100))
    assert desk.edits == []


def test_drawing_never_moves_the_view(desk: Desk) -> None:
    before = desk.canvas.extent
    desk.drag((-3.9, -3.9), (3.9, 3.9))
    desk.canvas.show_samples(np.array([[100.0, 100.0]]))
    desk.canvas.show_contours(np.array([[0, 0], [50, 50]], np.float32), np.array([0, 2], np.int32))
    desk.canvas.show_picture(np.zeros((4, 4, 4), np.uint8), (-100.0, 100.0, -100.0, 100.0))
    QApplication.processEvents()
    assert desk.canvas.extent == before


# ---- what is seen


def test_a_picture_without_symmetry_is_the_right_way_up_and_not_mirrored(desk: Desk) -> None:
    rgba = np.full((2, 3, 4), 255, np.uint8)  # rows from the lowest y, columns from the lowest x
    rgba[0, 0, :3], rgba[0, 2, :3] = (255, 0, 0), (0, 255, 0)
    rgba[1, 0, :3], rgba[1, 2, :3] = (0, 0, 255), (255, 255, 0)
    desk.canvas.show_picture(rgba, EXTENT)
    assert desk.color_at(-3.5, -3.5) == [255, 0, 0]
    assert desk.color_at(3.5, -3.5) == [0, 255, 0]
    assert desk.color_at(-3.5, 3.5) == [0, 0, 255]
    assert desk.color_at(3.5, 3.5) == [255, 255, 0]


def test_a_coarse_picture_is_shown_smoothly(desk: Desk) -> None:
    rgba = np.full((2, 2, 4), 255, np.uint8)
    rgba[:, 0, :3] = 0
    desk.canvas.show_picture(rgba, EXTENT)
    grey = [desk.color_at(x, 1.0)[0] for x in np.linspace(-1.8, 1.8, 25)]
    assert np.diff(grey).min() > 0
    assert np.diff(grey).max() < 30


def test_contours_are_drawn_without_a_stroke_from_line_to_line(desk: Desk) -> None:
    desk.canvas.set_colors(CanvasColors(background="#000000", grid="#000000", contour="#ffffff"))
    lines = np.array([[-3, 2], [3, 2], [-3, -2], [3, -2]], np.float32)
    desk.canvas.show_contours(lines, np.array([0, 2, 4], np.int32))
    seen = desk.pixels()
    for y, is_line in ((2, True), (0, False), (-2, True)):
        at = desk.place(0, y)
        assert (seen[at.y() - 2 : at.y() + 3, at.x()].max() > 100) == is_line
    desk.canvas.set_contours_visible(False)
    assert desk.color_at(0, 2) == desk.color_at(0, 0)


def test_dots_appear_where_the_points_are_in_the_colour_of_their_label(desk: Desk) -> None:
    colors = CanvasColors(labels=("#ff0000", "#00ff00", "#0000ff", "#ffff00"))
    desk.canvas.set_colors(colors)
    points = np.array([[-3.0, 3.0], [3.0, 3.0], [-3.0, -3.0], [3.0, -3.0]])
    desk.document.do(Append(points, np.arange(4, dtype=np.uint8)), "import")
    for point, color in zip(points, [[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 0]], strict=True):
        assert desk.color_at(*point) == pytest.approx(color, abs=30)
    desk.canvas.set_data_visible(False)
    assert desk.color_at(-3.0, 3.0) != [255, 0, 0]


def test_ten_thousand_points_remain_and_a_stroke_joins_them(desk: Desk) -> None:
    points = np.random.default_rng(0).uniform(-3, 3, (10_000, 2))
    desk.document.do(Replace(Sketch(points, np.zeros(10_000), EXTENT)), "preset")
    full = desk.pixels()
    desk.drag((-3.5, 3.5), (3.5, 3.5))
    sketch = desk.document.sketch
    assert sketch.points[:10_000].tobytes() == points.tobytes()
    joined = desk.pixels()
    changed_rows = np.flatnonzero((joined != full).any(axis=(1, 2)))
    assert np.abs(changed_rows - desk.place(0, 3.5).y()).max() < 10
    desk.canvas.set_sketch(sketch)
    assert (desk.pixels() == joined).all()


def test_samples_can_be_shown_and_hidden(desk: Desk) -> None:
    before = desk.pixels()
    desk.canvas.show_samples(np.zeros((1, 2), np.float32))
    shown = desk.pixels()
    assert (shown != before).any()
    desk.canvas.set_samples_visible(False)
    assert (desk.pixels() == before).all()


def test_clearing_the_landscape_leaves_the_empty_plane(desk: Desk) -> None:
    before = desk.pixels()
    desk.canvas.show_picture(np.full((2, 2, 4), 200, np.uint8), EXTENT)
    desk.canvas.show_samples(np.zeros((3, 2)))
    desk.canvas.show_contours(np.array([[-1, 0], [1, 1]], np.float32), np.array([0, 2], np.int32))
    assert (desk.pixels() != before).any()
    desk.canvas.clear_landscape()
    assert (desk.pixels() == before).all()


def test_the_hint_stands_on_a_ground_of_its_own_whatever_the_landscape(desk: Desk) -> None:
    def apart() -> np.ndarray:
        """How far apart the pixels of a black and of a white landscape are."""
        seen = []
        for shade in (0, 255):
            picture = np.full((2, 2, 4), 255, np.uint8)
            picture[..., :3] = shade
            desk.canvas.show_picture(picture, EXTENT)
            seen.append(desk.pixels().astype(int)[..., :3].mean(axis=-1))
        return np.abs(seen[1] - seen[0])

    bare = apart()
    desk.canvas.set_hint("Draw here")
    assert ((apart() < 80) & (bare > 200)).sum() > 1000


def test_the_hint_goes_with_the_first_point_and_comes_back_with_undo(desk: Desk) -> None:
    empty = desk.pixels()
    desk.canvas.set_hint("Draw here")
    hinted = desk.pixels()
    assert (hinted != empty).any()
    desk.drag((-3, -3), (-3, -3))
    desk.canvas.set_data_visible(False)
    assert (desk.pixels() == empty).all()
    desk.document.undo_stack.undo()
    assert (desk.pixels() == hinted).all()


def test_spray_and_eraser_show_their_circle(desk: Desk) -> None:
    QTest.mouseMove(desk.canvas.viewport(), desk.place(0, 0))
    with_pen = desk.pixels()
    desk.canvas.set_tool("eraser")
    small = desk.pixels()
    assert (small != with_pen).any()
    desk.canvas.set_brush_px(60.0)
    assert (desk.pixels() != small).any()


@pytest.mark.parametrize("ending", ["svg", "pdf"])
def test_the_exported_drawing_has_its_numbers_as_text_and_brings_the_cursor_back(
    desk: Desk, tmp_path: Any, ending: str
) -> None:
    path = tmp_path / f"canvas.{ending}"
    export(desk.canvas, str(path))
    content = path.read_bytes()
    assert (b"<text" if ending == "svg" else b"/Font") in content
    with pytest.raises(Notice, match="cannot be written"):
        export(desk.canvas, str(tmp_path / "nowhere" / path.name))
    assert desk.canvas._aids.isVisible()


def test_the_exported_picture_shows_the_canvas_at_twice_its_size(desk: Desk, tmp_path: Any) -> None:
    desk.canvas.set_colors(CanvasColors(labels=("#ff0000", "#00ff00", "#0000ff", "#ffff00")))
    desk.document.do(Append(np.array([[1.0, 2.0]]), np.zeros(1, np.uint8)), "import")
    export(desk.canvas, str(tmp_path / "canvas.png"))
    saved = QImage(str(tmp_path / "canvas.png"))
    at = desk.place(1.0, 2.0)
    assert (saved.width(), saved.height()) == (1200, 1000)
    assert saved.pixelColor(2 * at.x(), 2 * at.y()).name() == "#ff0000"
    assert desk.color_at(1.0, 2.0) == [255, 0, 0]
    with pytest.raises(Notice, match="cannot be written"):
        export(desk.canvas, str(tmp_path / "nowhere" / "canvas.png"))


# ---- the view


def test_the_home_view_shows_the_whole_extent_one_to_one(desk: Desk) -> None:
    x0, x1, y0, y1 = desk.canvas.extent
    assert x0 <= -4
    assert x1 >= 4
    assert y0 <= -4
    assert y1 >= 4
    assert min(x1 - x0, y1 - y0) == pytest.approx(8)
    right, up = desk.place(1, 0) - desk.place(0, 0), desk.place(0, 1) - desk.place(0, 0)
    assert right.x() == pytest.approx(-up.y(), abs=1)


def test_an_extent_of_other_units_fills_a_square_on_the_screen(desk: Desk) -> None:
    points = np.array([[2000.0, 0.1]])
    desk.document.do(Replace(Sketch(points, np.zeros(1), (1900.0, 2100.0, 0.0, 0.5))), "import")
    corner, opposite = desk.place(1900, 0), desk.place(2100, 0.5)
    assert opposite.x() - corner.x() == pytest.approx(corner.y() - opposite.y(), abs=2)
    assert desk.canvas.extent[2] <= 0
    desk.document.undo_stack.undo()
    assert desk.canvas.extent[0] == pytest.approx(-desk.canvas.extent[1])


def test_a_wide_extent_of_one_unit_is_not_stretched(desk: Desk) -> None:
    desk.document.do(Replace(Sketch(np.zeros((1, 2)), np.zeros(1), (-3.0, 3.0, -1.0, 1.0))), "word")
    corner, opposite = desk.place(-1, -1), desk.place(1, 1)
    assert opposite.x() - corner.x() == pytest.approx(corner.y() - opposite.y(), abs=2)


def test_the_wheel_zooms_about_the_cursor_and_says_so(desk: Desk) -> None:
    extents: list[Any] = []
    desk.canvas.view_changed.connect(extents.append)
    at = desk.place(1.5, -2.0)
    under_cursor = desk.user(at)
    width = desk.canvas.extent[1] - desk.canvas.extent[0]
    desk.wheel(at, 3)
    assert desk.user(at) == pytest.approx(under_cursor, abs=1e-6)
    assert desk.canvas.extent[1] - desk.canvas.extent[0] < 0.7 * width
    assert extents[-1] == desk.canvas.extent
    desk.wheel(at, -3)
    assert desk.canvas.extent[1] - desk.canvas.extent[0] == pytest.approx(width)
    for _ in range(40):
        desk.wheel(at, -10)
    assert desk.canvas.extent[1] - desk.canvas.extent[0] < 100 * width


def test_the_middle_button_pans_and_its_double_click_goes_home(desk: Desk) -> None:
    home = desk.canvas.extent
    at = desk.place(0, 0)
    desk.drag((0, 0), (1, 0), (1, 2), button=MIDDLE)
    assert desk.canvas.extent[0] == pytest.approx(home[0] - 1, abs=0.05)
    assert desk.canvas.extent[2] == pytest.approx(home[2] - 2, abs=0.05)
    QTest.mouseDClick(desk.canvas.viewport(), MIDDLE, pos=at)
    QTest.mouseRelease(desk.canvas.viewport(), MIDDLE, pos=at)
    assert desk.canvas.extent == pytest.approx(home)
    assert desk.edits == []


def test_a_resize_keeps_the_extent_in_sight_and_is_told(desk: Desk) -> None:
    extents: list[Any] = []
    desk.canvas.view_changed.connect(extents.append)
    desk.document.do(row_of_points(3), "preset")
    desk.canvas.resize(900, 300)
    QApplication.processEvents()
    assert extents
    x0, x1, y0, y1 = desk.canvas.extent
    assert (y0, y1) == pytest.approx((-4, 4))
    assert x1 - x0 > 20
    assert desk.document.sketch.num_points == 3


def test_the_cursor_is_told_in_the_users_numbers_until_it_leaves(desk: Desk) -> None:
    places: list[tuple[float, float]] = []
    left: list[bool] = []
    desk.canvas.cursor_moved.connect(lambda x, y: places.append((x, y)))
    desk.canvas.cursor_left.connect(lambda: left.append(True))
    QTest.mouseMove(desk.canvas.viewport(), desk.place(2, 1))
    assert places[-1] == pytest.approx((2, 1), abs=0.02)
    assert left == []
    QTest.mouseMove(desk.canvas.viewport(), QPoint(2, 2))
    assert left == [True]


def test_dropped_files_are_told_by_their_paths(desk: Desk, tmp_path: Any) -> None:
    dropped: list[list[str]] = []
    desk.canvas.files_dropped.connect(dropped.append)
    path = tmp_path / "points.csv"
    content = QMimeData()
    content.setUrls([QUrl.fromLocalFile(str(path)), QUrl("https://example.org/points.csv")])
    event = QDropEvent(
        QPointF(100, 100), Qt.DropAction.CopyAction, content, LEFT, Qt.KeyboardModifier.NoModifier, QDropEvent.Type.Drop
    )
    desk.canvas.dropEvent(event)
    assert dropped == [[str(path)]]


def test_larger_type_gets_more_room_beside_the_axes(desk: Desk) -> None:
    axes = [desk.canvas.getPlotItem().getAxis(name) for name in ("left", "bottom")]
    before = axes[0].fixedWidth, axes[1].fixedHeight
    font = desk.canvas.font()
    font.setPointSizeF(2 * font.pointSizeF())
    desk.canvas.setFont(font)
    assert axes[0].fixedWidth > before[0] + 10
    assert axes[1].fixedHeight > before[1] + 5


def test_dots_and_rings_are_smaller_on_a_small_canvas(desk, qtbot):
    canvas = desk.canvas
    canvas.show_samples(np.zeros((200, 2)))
    assert (canvas._dots.diameter_px, canvas._samples.diameter_px) == (9.0, 8.0)
    canvas.resize(300, 240)
    qtbot.waitUntil(lambda: canvas._dots.diameter_px == pytest.approx(0.6 * 9.0))
    assert canvas._samples.diameter_px < 5.0
