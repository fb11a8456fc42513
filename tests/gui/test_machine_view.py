"""The model as a machine: where boxes and arrows lie, what lights up when, and what is in the boxes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from engine.messages import Box, Machine, Thumb
from gui import heat, thumbnails
from gui.machine_scene import laid_out
from gui.machine_view import MachineView, Picture
from gui.theme import DARK

K_MEANS = Machine(
    columns=(
        (Box("data", "data", "The points to learn from."),),
        (Box("assign", "nearest centre", "How many points each centre has."),),
        (Box("centres", "centres", "Each moves to the mean of its points."),),
        (Box("energy", "energy", "The squared distance to the nearest centre."),),
    ),
    arrows=(("data", "assign"), ("assign", "centres"), ("centres", "energy"), ("centres", "assign")),
    stages=(("data",), ("assign",), ("centres",), ("energy",)),
)
NEURAL = Machine(
    columns=(
        (Box("data", "data", "A batch."), Box("chains", "samples", "Points that the model believes in.")),
        (Box("energy", "energy network", "Gives every point its energy."),),
        (Box("down", "push down", "The positive phase."), Box("up", "push up", "The negative phase.")),
        (Box("loss", "energy gap", "The difference of the two."),),
    ),
    arrows=(
        ("data", "energy"),
        ("chains", "energy"),
        ("energy", "chains"),
        ("energy", "down"),
        ("energy", "up"),
        ("down", "loss"),
        ("up", "loss"),
    ),
    stages=(("data",), ("chains", "energy"), ("energy",), ("down", "up"), ("loss",)),
)
HOME = (-1.0, 1.0, -1.0, 1.0)
SIZES = [(900.0, 150.0), (1280.0, 280.0), (620.0, 380.0)]


@pytest.fixture
def view(qtbot) -> MachineView:
    made = MachineView()
    qtbot.addWidget(made)
    made.resize(900, 200)
    made.show()
    return made


# ---- the scene


@st.composite
def machines(draw) -> Machine:
    rows = draw(st.lists(st.integers(1, 3), min_size=1, max_size=6))
    columns = tuple(tuple(Box(f"{c}{r}", "title", "Help.") for r in range(count)) for c, count in enumerate(rows))
    names = [box.name for column in columns for box in column]
    pairs = st.tuples(st.sampled_from(names), st.sampled_from(names))
    arrows = draw(st.lists(pairs, max_size=8, unique=True))
    return Machine(columns, tuple(arrows), ((names[0],),))


def assert_is_sound(machine: Machine, width: float, height: float) -> None:
    scene = laid_out(machine, width, height)
    whole = QRectF(0, 0, width, height)
    boxes = list(scene.boxes.items())
    assert all(whole.contains(box) and box.width() > 20 and box.height() > 12 for _, box in boxes)
    for index, (_, box) in enumerate(boxes):
        assert not any(box.intersects(other) for _, other in boxes[index + 1 :])
    for arrow in scene.arrows:
        on_way = [arrow.path.pointAtPercent(step / 100) for step in range(101)]
        assert all(whole.contains(at) for at in on_way), (arrow.start, arrow.end)
        for name, box in boxes:
            inside = [at for at in on_way if box.adjusted(0.5, 0.5, -0.5, -0.5).contains(at)]
            assert not inside, f"{arrow.start} to {arrow.end} crosses {name}"
        for name, at in ((arrow.start, on_way[0]), (arrow.end, on_way[-1])):
            assert scene.boxes[name].adjusted(-0.5, -0.5, 0.5, 0.5).contains(at)


@given(machines(), st.sampled_from(SIZES))
def test_boxes_lie_apart_on_the_widget_and_no_arrow_crosses_a_box(machine, size):
    assert_is_sound(machine, *size)


@pytest.mark.parametrize("machine", [K_MEANS, NEURAL])
@pytest.mark.parametrize("size", SIZES)
def test_the_machines_of_families_are_sound(machine, size):
    assert_is_sound(machine, *size)


def test_columns_run_from_left_to_right_and_rows_from_the_top():
    boxes = laid_out(NEURAL, 900, 200).boxes
    assert boxes["data"].right() < boxes["energy"].left() < boxes["down"].left() < boxes["loss"].left()
    assert boxes["data"].bottom() < boxes["chains"].top()
    assert boxes["data"].left() == boxes["chains"].left()


def test_an_arrow_points_the_way_it_arrives():
    arrows = {(arrow.start, arrow.end): arrow for arrow in laid_out(K_MEANS, 900, 200).arrows}
    assert arrows["data", "assign"].direction == (1.0, 0.0)
    back = arrows["centres", "assign"]
    assert back.direction == pytest.approx((0.0, -1.0))  # from below
    assert back.path.boundingRect().bottom() > laid_out(K_MEANS, 900, 200).boxes["assign"].bottom() + 5


# ---- what lights up


def test_a_single_step_lights_its_stages_one_after_another_and_says_what_they_do(view, qtbot):
    view.set_machine(K_MEANS)
    view.set_pace(None, is_playing=False)
    view._stages._timer.timeout.connect(lambda: seen.append((view.lit_boxes, view.caption)))
    seen = []
    view.show_step()
    seen.append((view.lit_boxes, view.caption))
    view._stages._timer.setInterval(1)
    qtbot.waitUntil(lambda: not view._stages._timer.isActive(), timeout=5000)
    assert [boxes for boxes, _ in seen] == [("data",), ("assign",), ("centres",), ("energy",), ()]
    assert seen[2][1] == "3 of 4 · centres: Each moves to the mean of its points."


def test_stages_share_the_time_of_a_step_when_playing_slowly(view):
    view.set_machine(NEURAL)
    view.set_pace(2.0, is_playing=True)
    view.show_step()
    assert 80 <= view._stages._timer.interval() <= 100  # five stages in half a second
    view.set_pace(None, is_playing=True)
    assert view.lit_boxes == ()
    view.show_step()
    assert view.lit_boxes == ()


def test_boxes_that_did_not_act_in_the_step_are_passed_over(view):
    view.set_machine(NEURAL)
    view.show_state({}, ("chains", "up", "loss"), None, np.empty(0))
    view.show_step()
    shown = []
    while view.lit_boxes:
        shown.append((view.lit_boxes, view.caption[:6]))
        view._stages._on_next()
    assert shown == [(("chains",), "1 of 3"), (("up",), "2 of 3"), (("loss",), "3 of 3")]


def test_at_speed_only_the_boxes_that_acted_are_framed(view):
    view.set_machine(K_MEANS)
    view.show_state({}, (), None, np.empty(0))
    frames = {}
    for lit, is_playing in (((), True), (("data",), True), ((), False)):
        view.show_state({}, lit, None, np.empty(0))
        view.set_pace(None, is_playing)
        image = view.grab().toImage()
        edges = {name: box.center().x() for name, box in view._scene.boxes.items()}
        top = view._scene.boxes["data"].top()
        frames[lit, is_playing] = [image.pixelColor(int(edges[n]), int(top)).name() for n in ("data", "centres")]
    quiet = frames[(), False][0]
    assert frames[(), False] == [quiet, quiet]
    assert quiet not in frames[(), True]
    assert frames[("data",), True][0] != quiet
    assert frames[("data",), True][1] == quiet


def test_nothing_runs_once_it_is_hidden_or_has_another_machine(view):
    view.set_machine(K_MEANS)
    view.show_step()
    assert view._stages._timer.isActive()
    view.hide()
    assert not view._stages._timer.isActive()
    view.show_step()
    assert not view._stages._timer.isActive()
    view.show()
    view.show_step()
    view.set_machine(None)
    assert not view._stages._timer.isActive()
    assert view.caption == ""
    view.grab()


def test_hovering_a_box_tells_what_it_does(view):
    view.set_machine(NEURAL)
    box = view._box_at(view._scene.boxes["up"].center())
    assert box is not None
    assert box.help == "The negative phase."
    assert view._box_at(QPointF(1, 1)) is None


# ---- what is in the boxes


def painted(paint, *values, side=100) -> QImage:
    """What one of the functions paints on a square."""
    image = QImage(side, side, QImage.Format.Format_RGB32)
    image.fill(QColor("#000000"))
    painter = QPainter(image)
    paint(painter, QRectF(0, 0, side, side), *values)
    painter.end()
    return image


def test_dots_lie_right_and_up_and_those_outside_are_left_out(qapp):
    points = np.array([[0.6, 0.3], [5.0, 0.0], [np.nan, 0.0]], np.float32)
    image = painted(thumbnails.paint_dots, points, "#ff0000", DARK)
    red = [(x, y) for x in range(100) for y in range(100) if image.pixelColor(x, y).red() > 200]
    assert np.mean(red, axis=0) == pytest.approx([75, 37.5], abs=1.5)


def test_a_picture_has_its_first_row_below_and_its_first_column_to_the_left(qapp):
    rgba = np.zeros((2, 2, 4), np.uint8)
    rgba[..., 3] = 255
    rgba[0, 1] = (255, 0, 0, 255)
    image = painted(lambda painter, area: thumbnails.paint_picture(painter, area, rgba, DARK))
    assert image.pixelColor(75, 75).name() == "#ff0000"
    assert {image.pixelColor(x, y).name() for x, y in ((25, 25), (25, 75), (75, 25))} == {"#000000"}


def test_a_landscape_lies_where_the_dots_lie_however_wide_the_canvas_is(qapp):
    rgba = np.zeros((4, 12, 4), np.uint8)
    rgba[..., 3] = 255
    rgba[2, 7] = (255, 0, 0, 255)  # the middle of the cell is at (0.75, 0.25)
    wide = (-3.0, 3.0, -1.0, 1.0)

    def red(image):
        return [(x, y) for x in range(100) for y in range(100) if image.pixelColor(x, y).red() > 200]

    landscape = painted(lambda painter, area: thumbnails.paint_landscape(painter, area, rgba, wide, HOME, DARK))
    dots = painted(thumbnails.paint_dots, np.array([[0.75, 0.25]]), "#ff0000", DARK)
    assert np.mean(red(landscape), axis=0) == pytest.approx(np.mean(red(dots), axis=0), abs=2)


def test_heat_runs_from_the_first_colour_to_the_last(qapp):
    lut = heat.color_map("dusk")
    values = np.array([[0.0, 10.0], [np.nan, 0.0]], np.float32)
    image = painted(thumbnails.paint_heat, values, lut, DARK)
    assert image.pixelColor(75, 75).name() == QColor(*lut[255].tolist()).name()
    assert image.pixelColor(25, 75).name() == QColor(*lut[0].tolist()).name()


def test_bars_below_zero_hang_down(qapp):
    image = painted(thumbnails.paint_bars, np.array([2.0, -2.0], np.float32), DARK, side=48)
    assert image.pixelColor(12, 12).name() == DARK.data
    assert image.pixelColor(36, 36).name() == DARK.samples
    assert image.pixelColor(36, 12).name() == image.pixelColor(12, 36).name() == "#000000"


def test_the_curve_of_losses_falls_when_they_fall(qapp):
    image = painted(thumbnails.paint_curve, np.linspace(5, 1, 3000, dtype=np.float32), DARK, side=40)

    def height_at(x):
        return max(range(36), key=lambda y: image.pixelColor(x, y).blue())

    assert height_at(4) < height_at(20) < height_at(34)


@pytest.mark.parametrize(
    "thumb",
    [
        Thumb("dots", np.empty((0, 2), np.float32)),
        Thumb("bars", np.full(3, np.nan, np.float32)),
        Thumb("bars", np.zeros(64, np.float32)),
        Thumb("heat", np.full((3, 2), np.inf, np.float32)),
        Thumb("heat", np.ones((1, 1), np.float32)),
    ],
)
def test_empty_and_broken_pictures_are_painted_all_the_same(view, thumb, capfd):
    view.set_machine(K_MEANS)
    losses = np.array([np.nan, 1.0, np.inf, 1.0], np.float32)
    view.show_state({"data": thumb, "assign": thumb}, (), Picture(np.zeros((0, 0, 4), np.uint8), HOME, HOME), losses)
    assert not view.grab().isNull()
    assert capfd.readouterr().err == ""
