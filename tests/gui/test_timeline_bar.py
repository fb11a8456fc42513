"""The bar that is dragged: where things lie on it, and what mouse and keys do. The link only writes down."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from engine.messages import Branch, GoTo, LookBack, Timeline, WentTo
from gui import theme
from gui.past import RunPast
from gui.timeline_bar import TimelineBar
from gui.timeline_layout import Layout, in_order
from gui.timeline_menu import menu

TREE = (Branch(1, 0, 0, 100), Branch(2, 1, 40, 90), Branch(3, 1, 20, 60))
LEFT = Qt.MouseButton.LeftButton
NO = Qt.KeyboardModifier.NoModifier


class Link:
    def __init__(self):
        self.sent = []

    def send(self, message):
        self.sent.append(message)


@pytest.fixture
def desk(qtbot):
    """A window with a bar in it, 528 pixels wide: five to a step."""
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(528, 200)
    bar = TimelineBar(window)
    window.link = Link()
    window.past = RunPast(7, window.link, window)
    bar.set_past(window.past)
    window.past.take(Timeline(7, 1, 0, TREE))
    window.past.note_step(100)
    bar.setGeometry(0, 80, 528, bar.sizeHint().height())
    window.bar = bar
    window.show()
    qtbot.waitExposed(window)
    return window


def at(desk, branch, step):
    layout = desk.bar._layout
    return QPoint(round(layout.x(step)), round(layout.y(branch)))


def test_dragged_it_shows_what_was_and_let_go_it_goes_there(desk, qtbot):
    with qtbot.waitSignal(desk.bar.drag_began):
        QTest.mousePress(desk.bar, LEFT, NO, at(desk, 1, 80))
    for step in (60, 30, 10):
        QTest.mouseMove(desk.bar, at(desk, 1, step))
    QTest.mouseRelease(desk.bar, LEFT, NO, at(desk, 1, 10))
    assert desk.link.sent == [*(LookBack(7, 1, step) for step in (80, 60, 30, 10)), GoTo(7, 1, 10)]


def test_a_press_takes_the_branch_under_it_and_keeps_it(desk):
    QTest.mousePress(desk.bar, LEFT, NO, at(desk, 2, 70))
    QTest.mouseMove(desk.bar, at(desk, 3, 50))
    QTest.mouseRelease(desk.bar, LEFT, NO, at(desk, 3, 50))
    assert desk.link.sent == [LookBack(7, 2, 70), LookBack(7, 2, 50), GoTo(7, 2, 50)]


def test_where_a_branch_has_not_begun_its_lane_means_the_nearest_that_has(desk):
    assert desk.bar.place_at(QPointF(at(desk, 2, 10))) == (1, 10)
    assert desk.bar.place_at(QPointF(at(desk, 3, 95))) == (1, 95)
    assert desk.bar.place_at(QPointF(-50, 0)) == (1, 0)
    assert desk.bar.place_at(QPointF(5000, 5000)) == (1, 100)


def test_escape_leaves_the_run_where_it_is(desk):
    desk.bar.setFocus()
    QTest.keyClick(desk.bar, Qt.Key.Key_Left)
    QTest.keyClick(desk.bar, Qt.Key.Key_Escape)
    assert [each.step for each in desk.link.sent] == [99, -1]
    assert desk.past.looking is None
    assert not desk.bar._settle.isActive()


def test_arrow_keys_look_and_after_a_while_the_run_is_there(desk, qtbot):
    desk.bar.setFocus()
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Left, Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_Right):
        QTest.keyClick(desk.bar, key)
    assert [(each.branch, each.step) for each in desk.link.sent] == [(1, 99), (1, 98), (2, 90), (3, 60), (2, 90)]
    qtbot.waitUntil(lambda: desk.link.sent[-1] == GoTo(7, 2, 90))


def test_a_mark_is_named_at_once_and_a_click_goes_there(desk, qtbot):
    desk.past.look_back(1, 50)
    desk.bar.add_mark()
    editor = desk.bar._editor
    QTest.keyClicks(editor, "before")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    [mark] = desk.past.marks
    assert (mark.name, mark.step) == ("before", 50)
    desk.past.take(WentTo(7, 1, 100, {}))
    layout = desk.bar._layout
    assert layout.names_px > 0
    QTest.mouseClick(desk.bar, LEFT, NO, QPoint(round(layout.x(50)) + 12, 4))
    assert desk.link.sent[-1] == GoTo(7, 1, 50)


def test_escape_leaves_a_mark_its_name(desk):
    desk.bar.add_mark()
    editor = desk.bar._editor
    QTest.keyClicks(editor, "other")
    QTest.keyClick(editor, Qt.Key.Key_Escape)
    assert [each.name for each in desk.past.marks] == ["Mark 1"]
    desk.bar.add_mark()
    desk.bar._editor.finish(is_taken=True)
    desk.bar.remove_mark()
    assert desk.past.marks == ()


def test_a_mark_that_is_named_lies_over_its_name_where_the_bar_moves_and_gives_the_keys_back(desk):
    desk.activateWindow()
    desk.bar.setFocus()
    desk.past.look_back(1, 50)
    desk.bar.add_mark()
    editor = desk.bar._editor
    # The first name needs room, so the bar grows upwards once it is laid out.
    height = desk.bar.sizeHint().height()
    desk.bar.setGeometry(0, 120 - height, 528, height)
    ((_, room),) = desk.bar._layout.marks()
    name = room.translated(desk.bar.pos()).center().toPoint()
    assert editor.geometry().top() < name.y() < editor.geometry().bottom()
    assert editor.geometry().left() <= room.left()
    assert editor.geometry().bottom() < 120 - height + desk.bar._layout.y(1)
    QTest.keyClick(editor, Qt.Key.Key_Return)
    assert desk.focusWidget() is desk.bar


def test_the_name_of_the_newest_step_stands_before_it(desk):
    desk.past.add_mark("newest")
    desk.past.look_back(1, 10)
    desk.past.add_mark("before")
    rooms = {mark.name: room for mark, room in desk.bar._layout.marks()}
    assert rooms["newest"].width() > 60
    assert rooms["newest"].right() < desk.bar._layout.x(100) < desk.bar.width()
    assert rooms["before"].left() > desk.bar._layout.x(10)
    assert rooms["before"].right() < rooms["newest"].left()


def test_commands_say_what_they_lack(desk, qtbot):
    for command in (desk.bar.rename_mark, desk.bar.remove_mark, lambda: desk.bar.go_to_mark(1)):
        with qtbot.waitSignal(desk.bar.noticed):
            command()
    desk.past.forget(keeps_marks=False)
    for command in (desk.bar.add_mark, desk.bar.open_beside):
        with qtbot.waitSignal(desk.bar.noticed):
            command()


def test_the_menu_has_what_lies_under_the_mouse(desk, qtbot):
    desk.past.look_back(1, 50)
    desk.past.add_mark("R & D")
    desk.past.take(WentTo(7, 1, 100, {}))
    made = menu(desk.bar, QPointF(desk.bar._layout.x(50) + 5, 3))
    texts = [each.text() for each in made.actions()]
    assert texts[:3] == ["Go to “R && D”", "Rename…", "Remove"]
    made = menu(desk.bar, QPointF(at(desk, 2, 70)))
    beside = next(each for each in made.actions() if each.text() == "Open this branch beside")
    with qtbot.waitSignal(desk.bar.beside_asked) as asked:
        beside.trigger()
    assert asked.args == [2, 90]
    desk.past.forget(keeps_marks=False)
    assert not menu(desk.bar, QPointF(0, 0)).actions()[0].isEnabled()


@pytest.mark.parametrize("colors", [theme.DARK, theme.LIGHT], ids=["dark", "light"])
def test_it_is_painted_with_many_branches_and_marks_and_without_any(desk, colors):
    desk.bar.set_theme(colors)
    plain = desk.bar.grab().toImage()
    desk.past.look_back(2, 60)
    for step in range(0, 100, 3):
        desk.past.look_back(1, step)
        desk.past.add_mark("a name that is long")
    many = tuple(Branch(number, number - 1, number, 100) for number in range(1, 25))
    desk.past.take(Timeline(7, 24, 0, many))
    desk.bar.resize(desk.bar.sizeHint().expandedTo(desk.bar.size()))
    assert desk.bar.sizeHint().height() < 100
    assert desk.bar.grab().toImage() != plain
    desk.past.forget(keeps_marks=False)
    assert desk.bar.grab().toImage() != plain


def test_a_run_that_is_gone_leaves_an_empty_bar(desk, qtbot):
    other = RunPast(8, desk.link, desk)
    desk.bar.set_past(other)
    desk.past.note_step(120)
    other.deleteLater()
    qtbot.waitUntil(lambda: desk.bar.past is None)
    desk.bar.grab()


@st.composite
def trees(draw):
    branches = [Branch(1, 0, 0, draw(st.integers(1, 50)))]
    for number in range(2, draw(st.integers(1, 9)) + 1):
        parent = draw(st.sampled_from(branches))
        start = draw(st.integers(parent.start, parent.tip))
        branches.append(Branch(number, parent.number, start, start + draw(st.integers(0, 50))))
    return tuple(branches)


@given(trees())
def test_each_branch_has_a_lane_below_its_parents(tree):
    lanes = in_order({each.number: each for each in tree})
    assert sorted(lanes) == [each.number for each in tree]
    for each in tree[1:]:
        assert lanes.index(each.parent) < lanes.index(each.number)


@given(trees(), st.data())
def test_the_place_of_a_step_means_that_step(qapp, tree, data):
    past = RunPast(1, Link(), qapp)
    past.take(Timeline(1, 1, 0, tree))
    layout = Layout(past, 4000.0, 16.0)
    branch = data.draw(st.sampled_from(tree))
    step = data.draw(st.integers(branch.start, branch.tip))
    point = layout.point(branch.number, step)
    found, found_step = layout.place_at(point.x(), point.y())
    assert found_step == step
    assert layout.point(found, found_step) == point
    assert all(a < b for a, b in itertools.pairwise(layout.x(each) for each in range(past.last_step + 1)))
    past.deleteLater()
