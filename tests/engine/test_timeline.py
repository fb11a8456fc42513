"""The tree of a run's past, with letters for states: where a way leads, and what is on it."""

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.timeline import MOST_BRANCHES, Budget, Timeline


class Toy:
    """A run whose state is the list of all that it has lived through: a step is its knob."""

    def __init__(self, budget=None):
        self.lived, self.knob = (), "a"
        self.timeline = Timeline(budget or Budget(), lambda: None)
        self.timeline.start(0)
        self.keep()

    def turn(self, knob):
        self.knob = knob
        self.timeline.turned(knob)

    def run(self, steps, *, keeps_every=1000):
        for _ in range(steps):
            self.timeline.before_step(len(self.lived))
            self.lived += (self.knob,)
            self.timeline.after_step(len(self.lived))
            if len(self.lived) % keeps_every == 0:
                self.keep()

    def keep(self):
        if not self.timeline.is_changed and not self.timeline.has_snapshot(len(self.lived)):
            self.timeline.keep(len(self.lived), (self.lived, self.knob), 1)

    def go(self, branch, step):
        """As past.py does it; returns how many steps had to be made anew."""
        self.keep()
        way = self.timeline.way(branch, step)
        (self.lived, self.knob), changes = way.snapshot.what, list(way.changes)
        num_again = 0
        while len(self.lived) < way.step:
            while changes and changes[0].step == len(self.lived):
                self.knob = changes.pop(0).what
            self.lived += (self.knob,)
            num_again += 1
        assert not [each for each in changes if each.step < way.step]
        self.timeline.went(way.branch, way.step)
        return num_again


def test_a_step_is_reached_with_the_knobs_that_it_was_made_with():
    run = Toy()
    run.run(5)
    run.turn("b")
    run.run(5)
    run.go(1, 7)
    assert "".join(run.lived) == "aaaaabb"
    assert run.knob == "b"
    run.go(1, 5)
    assert run.knob == "a", "what was turned at this step comes after it"


def test_played_on_unchanged_it_repeats_itself_on_the_same_branch():
    run = Toy()
    run.run(10)
    run.go(1, 4)
    run.run(10)
    assert len(run.timeline.branches) == 1
    assert run.timeline.at.tip == 14


def test_a_change_in_the_past_begins_a_branch_and_both_can_be_gone_to():
    run = Toy()
    run.run(10)
    run.go(1, 4)
    run.turn("b")
    run.run(4)
    assert [(each.parent, each.start, each.tip) for each in run.timeline.branches.values()] == [
        (None, 0, 10),
        (1, 4, 8),
    ]
    run.go(1, 9)
    assert "".join(run.lived) == "a" * 9
    run.go(2, 8)
    assert "".join(run.lived) == "aaaabbbb"
    run.go(2, 3)
    assert run.timeline.at.number == 1, "before a branch began it is its parent"


def test_what_was_turned_then_is_not_turned_again_and_makes_a_branch():
    run = Toy()
    run.run(5)
    run.turn("b")
    run.run(5)
    run.go(1, 3)
    run.run(7)
    assert "".join(run.lived) == "a" * 10
    assert run.timeline.at.number == 2
    assert run.timeline.at.start == 5
    run.go(1, 10)
    assert "".join(run.lived) == "aaaaabbbbb"


def test_the_oldest_branch_that_none_begins_at_goes_where_there_are_too_many():
    run = Toy()
    run.run(10)
    for _ in range(MOST_BRANCHES + 5):
        run.go(1, 4)
        run.turn("b")
        run.run(2)
    numbers = sorted(run.timeline.branches)
    assert len(numbers) == MOST_BRANCHES
    assert numbers[0] == 1
    assert 2 not in numbers
    assert run.timeline.at.number == numbers[-1]


def test_a_timeline_of_its_own_has_the_way_as_one_branch():
    run = Toy()
    run.run(6, keeps_every=2)
    run.turn("b")
    run.run(6, keeps_every=2)
    run.go(1, 8)
    run.turn("c")
    run.run(3)
    alone = Toy()
    alone.timeline = run.timeline.only(2, 10, Budget(), lambda: None)
    for step in range(11):
        alone.go(1, step)
        assert "".join(alone.lived) == "aaaaaabbcc"[:step]
    assert len(alone.timeline.branches) == 1


TURNS = st.tuples(st.just("turn"), st.sampled_from("abc"), st.just(0))
RUNS = st.tuples(st.just("run"), st.integers(1, 12), st.integers(1, 6))
GOES = st.tuples(st.just("go"), st.integers(1, 6), st.integers(0, 40))


@settings(max_examples=150, deadline=None)
@given(st.lists(TURNS | RUNS | GOES, max_size=30), st.integers(3, 200))
def test_whatever_was_done_every_step_of_every_branch_can_be_reached_as_it_was(deeds, budget):
    """The oracle is a plain record of what each branch has lived through."""
    run = Toy(Budget(budget))
    record = {1: ()}
    for deed, first, second in deeds:
        if deed == "turn":
            run.turn(first)
        elif deed == "run":
            run.run(first, keeps_every=second)
            for step in range(len(run.lived) + 1):
                if len(run.lived[:step]) >= len(record.get(run.timeline.at.number, ())):
                    record[run.timeline.at.number] = run.lived[:step]
        elif first in run.timeline.branches:
            run.go(first, second)
            assert run.lived == record[first][: len(run.lived)]
    for number, branch in run.timeline.branches.items():
        for step in range(branch.tip + 1):
            run.go(number, step)
            assert run.lived == record[number][:step]


def test_memory_stays_within_the_budget_and_timelines_share_it():
    budget = Budget(1000)
    run, other = Toy(budget), Timeline(budget, lambda: None)
    assert budget.share == 1000, "what keeps nothing needs no share"
    other.start(0)
    assert budget.share == 500
    run.run(5000, keeps_every=1)
    for step in range(5000):
        run.timeline.keep_frame(step, step, 1)
    assert run.timeline.num_bytes <= 500
    assert run.timeline.frame(1, 4999).what == 4999
    assert run.timeline.frame(1, 0).what == 0
    del other
    assert budget.share == 1000


def test_a_frame_is_that_of_the_step_or_the_nearest_before_it_on_the_way_there():
    run = Toy()
    run.run(10)
    for step in (2, 4, 8):
        run.timeline.keep_frame(step, f"first {step}", 1)
    run.go(1, 5)
    run.turn("b")
    run.run(5)
    run.timeline.keep_frame(7, "second 7", 1)
    assert run.timeline.frame(1, 9).what == "first 8"
    assert run.timeline.frame(2, 9).what == "second 7"
    assert run.timeline.frame(2, 6).what == "first 4"
    assert run.timeline.frame(2, 0).what == "first 2", "before the first one, the first one"
