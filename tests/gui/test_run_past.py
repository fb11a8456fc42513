"""The window's side of a run's past, and marks as plain data; the link only writes down what it was told."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QObject

from engine.messages import Branch, Going, GoTo, LookBack, Timeline, WentTo
from engine.notice import Notice
from gui import named_steps
from gui.named_steps import MOST_MARKS, NamedStep
from gui.past import RunPast

TREE = (Branch(1, 0, 0, 100), Branch(2, 1, 40, 70), Branch(3, 2, 60, 65))


class Link(QObject):
    def __init__(self):
        super().__init__()
        self.sent = []

    def send(self, message):
        self.sent.append(message)


@pytest.fixture
def link(qapp):
    return Link()


@pytest.fixture
def past(link):
    made = RunPast(7, link, link)
    made.take(Timeline(7, 2, 0, TREE))
    made.note_step(70)
    return made


def test_while_one_drags_the_run_stays_and_let_go_it_goes_there_exactly(past, link):
    past.look_back(1, 30)
    past.look_back(1, 30)
    past.note_step(28)
    assert link.sent == [LookBack(7, 1, 30)]
    assert (past.place, past.step, past.seen_step) == ((1, 30), 70, 28)
    past.go_to(1, 30)
    assert link.sent[-1] == GoTo(7, 1, 30)
    past.take(Going(7, 3, 9))
    assert past.going.done == 3
    went = []
    past.went.connect(went.append)
    past.take(WentTo(7, 1, 30, {}))
    assert (past.place, past.going, past.looking) == ((1, 30), None, None)
    assert len(went) == 1


def test_one_cannot_look_beyond_the_ends(past, link):
    past.look_back(2, 500)
    past.look_back(2, -5)
    assert link.sent == [LookBack(7, 2, 70), LookBack(7, 2, 0)]
    past.look_at_present()
    assert link.sent[-1].step == -1
    assert past.place == (2, 70)


def test_a_run_that_plays_on_moves_the_tip_of_its_branch(past):
    past.note_step(140)
    assert past.branches[2].tip == past.last_step == 140
    assert past.branches[1].tip == 100


def test_nothing_is_asked_of_a_run_that_has_no_past(link):
    past = RunPast(7, link, link)
    past.go_to(1, 3)
    past.go_to_newest()
    past.step_back()
    assert link.sent == []


def test_marks_are_made_renamed_removed_and_gone_to(past, link):
    first = past.add_mark()
    assert first == NamedStep(70, "Mark 1", 2)
    past.look_back(1, 20)
    second = past.add_mark("  before it collapsed  ".strip())
    assert past.marks == (second, first)
    assert past.add_mark("again").name == "again", "of one step there is one mark"
    assert len(past.marks) == 2
    past.rename(past.marks[0], "  ")
    past.rename(past.marks[0], "here")
    assert past.nearest_mark().name == "here"
    assert past.go_to_mark(1)
    assert link.sent[-1] == GoTo(7, 2, 70)
    assert not past.go_to_mark(1)
    past.remove(first)
    assert [each.name for each in past.marks] == ["here"]


def test_a_mark_on_another_branch_is_not_the_nearest(past):
    past.look_back(1, 90)
    past.add_mark("trunk")
    past.look_back(3, 65)
    assert past.nearest_mark() is None
    assert past.line_of(3) == [1, 2, 3]


def test_marks_as_plain_data_come_back_as_they_were(past):
    past.add_mark("é & <b>")
    past.look_back(1, 4)
    past.add_mark()
    plain = json.loads(json.dumps(past.marks_as_plain()))
    marks = past.marks
    past.forget(keeps_marks=False)
    assert past.marks == ()
    past.take_marks(plain)
    assert past.marks == marks


def test_a_copy_has_the_marks_of_the_way_to_it(past, link):
    for branch, step in ((1, 20), (1, 90), (2, 50), (2, 65)):
        past.look_back(branch, step)
        past.add_mark(f"{branch} {step}")
    other = RunPast(8, link, link)
    other.take_marks_of(past, 2, 60)
    assert [(each.name, each.branch) for each in other.marks] == [("1 20", 1), ("2 50", 1)]


@pytest.mark.parametrize(
    "plain",
    [
        None,
        {},
        "marks",
        [1],
        [{"step": 3}],
        [{"step": 3, "name": "a", "code": "x"}],
        [{"step": 3.5, "name": "a"}],
        [{"step": -1, "name": "a"}],
        [{"step": 1, "name": ""}],
        [{"step": 1, "name": "a" * 81}],
        [{"step": 1, "name": "a", "branch": 0}],
        [{"step": 10**30, "name": "a"}],
        [{"step": 1, "name": "a"}] * (MOST_MARKS + 1),
    ],
)
def test_what_are_no_marks_is_one_sentence_and_nothing_is_changed(past, plain):
    past.add_mark("mine")
    with pytest.raises(Notice):
        past.take_marks(plain)
    assert [each.name for each in past.marks] == ["mine"]


@given(
    st.recursive(
        st.none() | st.integers() | st.floats() | st.text(max_size=5),
        lambda each: (
            st.lists(each, max_size=4)
            | st.dictionaries(st.sampled_from(["step", "name", "branch", "x"]), each, max_size=4)
        ),
    )
)
def test_whatever_a_file_says_it_is_marks_or_a_notice(plain):
    try:
        marks = named_steps.from_plain(plain)
    except Notice:
        return
    assert named_steps.from_plain(named_steps.to_plain(marks)) == marks


def test_what_a_project_has_learnt_is_no_past_even_if_the_engine_said_so_before_it_began(past):
    past.forget(keeps_marks=True)
    past.note_step(758)
    assert not past.is_there
    assert past.first_step == 758
    past.note_step(760)
    assert past.is_there
    assert past.place == (1, 760)
