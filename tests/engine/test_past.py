"""A run that is taken back, worked by hand in an engine without a process: it goes on just as it did."""

import time

import numpy as np
import pytest
import torch

from engine.messages import (
    CopyRun,
    Failed,
    GoTo,
    Landscape,
    LookBack,
    Noticed,
    Progress,
    SetClock,
    SetData,
    SetParams,
    SetView,
    StepOnce,
    Timeline,
    Train,
    WentTo,
)
from tests.engine import worked_by_hand

EXTENT = (-1.0, 1.0, -1.0, 1.0)
SMALL = {"width": 8, "depth": 1, "chains": 32}


class Desk(worked_by_hand.Desk):
    """An engine that is worked by hand: what is sent is taken at once, and its answers are kept."""

    def work_until(self, is_so, secs=30.0):
        super().work_until(is_so, secs)
        assert self.of(Failed) == []

    def training(self, run=1):
        return self.engine._runs[run]._training

    def steps(self, count, run=1):
        """So many more of them."""
        until = self.training(run).num_steps + count
        self.send(*[StepOnce(run)] * count)
        self.work_until(lambda: self.training(run).num_steps == until)

    def go(self, branch, step, run=1):
        count = len(self.of(WentTo, run))
        self.send(GoTo(run, branch, step))
        self.work_until(lambda: len(self.of(WentTo, run)) > count)
        return self.of(WentTo, run)[-1]

    def weights(self, run=1):
        return self.training(run).model.weights()


def points(run=1, version=1, seed=0, count=60):
    cloud = np.random.default_rng(seed).normal(0.0, 0.3, (count, 2))
    return SetData(run, version, cloud, np.zeros(count, np.uint8), EXTENT)


@pytest.fixture
def desk():
    made = Desk()
    view = SetView(1, EXTENT, columns=16, rows=16)
    made.send(Train(1, "energy_mlp", SMALL, 0, "cpu"), points(), view)
    return made


def is_same(a, b):
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)


def lived(desk, count):
    """The weights after each of so many steps."""
    found = [desk.weights()]
    for _ in range(count):
        desk.steps(1)
        found.append(desk.weights())
    return found


def test_any_step_is_reached_and_gone_on_from_bit_for_bit(desk):
    as_it_was = lived(desk, 40)
    for step in (0, 7, 39, 40, 23):
        went = desk.go(1, step)
        assert (went.branch, went.step, went.data) == (1, step, None)
        assert is_same(desk.weights(), as_it_was[step])
    desk.go(1, 11)
    desk.steps(29)
    assert is_same(desk.weights(), as_it_was[40])
    assert len(desk.of(Timeline)[-1].branches) == 1


def test_steps_between_snapshots_are_made_anew_with_what_was_turned_there(desk):
    """No snapshots but the first and the last: the way goes over knobs, data and the settling that they bring."""
    desk.engine._past_budget._most_bytes = 1
    found = lived(desk, 5)
    for change in (
        SetParams(1, {**SMALL, "learning_rate": 0.01}),
        points(version=2, seed=3),
        SetParams(1, {**SMALL, "averaging": 7}),
        points(version=3, seed=4, count=33),
    ):
        desk.send(change)
        found += lived(desk, 4)[1:]
    # A knob that is turned and turned back lets the mean begin anew, and that counts.
    desk.send(SetParams(1, {**SMALL, "averaging": 8}), SetParams(1, {**SMALL, "averaging": 7}))
    found += lived(desk, 4)[1:]
    for step in (25, 3, 14, 20, 8, 25):
        desk.go(1, step)
        assert is_same(desk.weights(), found[step]), step
    went = desk.go(1, 7)
    assert went.params == {**SMALL, "learning_rate": 0.01}
    assert went.data.version == 1
    assert np.array_equal(went.data.points, points().points)


def test_points_that_come_back_from_the_window_are_no_news(desk):
    first = lived(desk, 10)
    desk.send(points(version=2, seed=3))
    desk.steps(5)
    went = desk.go(1, 6)
    assert went.data is not None
    desk.send(points(version=3))
    desk.steps(4)
    assert is_same(desk.weights(), first[10])
    assert len(desk.of(Timeline)[-1].branches) == 1


def test_another_knob_in_the_past_makes_a_branch_and_the_old_one_stays(desk):
    as_it_was = lived(desk, 20)
    desk.go(1, 10)
    desk.send(SetParams(1, {**SMALL, "learning_rate": 0.02}))
    desk.steps(6)
    told = desk.of(Timeline)[-1]
    assert [(each.number, each.parent, each.start) for each in told.branches] == [(1, 0, 0), (2, 1, 10)]
    assert told.at == 2
    other = desk.weights()
    assert desk.go(1, 20).params == SMALL
    assert is_same(desk.weights(), as_it_was[20])
    assert desk.go(2, 16).params == {**SMALL, "learning_rate": 0.02}
    assert is_same(desk.weights(), other)


def test_while_one_looks_back_the_run_stays_where_it_is(desk):
    now = lived(desk, 12)[-1]
    shown = {each.step: each for each in desk.of(Landscape)}
    asked = max(step for step in shown if step <= 5)
    desk.send(SetClock(1, True), LookBack(1, 1, asked))
    seen = desk.of(Landscape)[-1]
    assert seen.step == asked
    np.testing.assert_allclose(seen.energy, shown[seen.step].energy, atol=2e-2)
    np.testing.assert_allclose(seen.samples, shown[seen.step].samples, atol=1e-6)
    assert len(seen.contours) > 0
    count = len(desk.heard)
    for _ in range(20):
        desk.engine.work_once(time.perf_counter())
    assert len(desk.heard) == count, "nothing of the present comes between"
    assert is_same(desk.weights(), now)
    desk.send(LookBack(1, 1, -1))
    desk.work_until(lambda: desk.of(Landscape)[-1].step == 12)


def test_what_was_seen_of_the_landscape_is_shown_again_where_it_was_seen(desk):
    desk.steps(3)
    desk.send(LookBack(1, 9, 2))
    desk.work_until(lambda: desk.of(Landscape)[-1].step == 3)
    assert not desk.engine._runs[1]._past.is_looking, "there is no such branch"


def test_a_copy_goes_on_by_itself_with_the_past_that_led_to_it(desk):
    as_it_was = lived(desk, 20)
    desk.send(CopyRun(2, 1, 1, 15), points(2), SetView(2, EXTENT, columns=16, rows=16))
    desk.work_until(lambda: desk.of(WentTo, 2))
    assert is_same(desk.weights(2), as_it_was[15])
    desk.send(SetParams(2, {**SMALL, "learning_rate": 0.02}))
    desk.steps(4, run=2)
    assert not is_same(desk.weights(2), as_it_was[19])
    assert is_same(desk.weights(1), as_it_was[20]), "the original has not moved"
    desk.go(1, 4, run=2)
    assert is_same(desk.weights(2), as_it_was[4])
    desk.steps(1)
    assert desk.of(WentTo, 2)[0].data is None


def test_a_copy_that_goes_on_elsewhere_knows_nothing_of_where_the_original_is(desk):
    lived(desk, 20)
    desk.send(CopyRun(2, 1, 1, 15), points(2), SetView(2, EXTENT, columns=16, rows=16))
    desk.work_until(lambda: desk.of(WentTo, 2))
    desk.send(SetParams(2, {**SMALL, "learning_rate": 0.02}))
    desk.steps(7, run=2)
    later = desk.weights(2)
    desk.steps(3, run=2)
    desk.go(1, 22, run=2)
    assert is_same(desk.weights(2), later)


def test_what_has_no_past_cannot_be_copied(desk):
    desk.send(CopyRun(2, 1, 1, 15))
    assert "play first" in desk.of(Noticed)[-1].text


def test_a_new_network_has_no_past(desk):
    desk.steps(5)
    desk.send(SetParams(1, {**SMALL, "width": 12}))
    told = desk.of(Timeline)[-1]
    assert [(each.start, each.tip) for each in told.branches] == [(0, 0)]
    desk.send(GoTo(1, 1, 3))
    desk.steps(2)
    assert desk.of(WentTo) == []


def test_weights_from_before_the_energies_ran_away_are_where_the_way_leads(desk):
    desk.steps(6)
    desk.send(SetParams(1, {**SMALL, "learning_rate": 1.0}))
    desk.send(SetClock(1, True))
    training = desk.training()
    training.measure = lambda measure=training.measure: measure()
    step = training.model.step

    def wild(batch, rng):
        terms = step(batch, rng)
        return terms._replace(loss=terms.loss * float("nan"))

    training.model.step = wild
    desk.work_until(lambda: desk.of(Noticed))
    del training.model.step
    at = training.num_steps
    desk.send(SetParams(1, SMALL))
    desk.steps(5)
    after = desk.weights()
    desk.steps(3)
    desk.go(1, at + 5)
    assert is_same(desk.weights(), after)


def test_the_curves_are_not_told_twice(desk):
    desk.steps(10)
    desk.work_until(lambda: desk.of(Progress) and desk.of(Progress)[-1].steps[-1] == 10)
    desk.heard.clear()
    desk.go(1, 4)
    desk.work_until(lambda: desk.of(Landscape))
    assert [each for each in desk.of(Progress) if len(each.steps)] == []
