"""Several runs in one engine, without a process: who gets how much of its time, and that none disturbs another."""

import time

import numpy as np
import pytest
import torch

from engine.messages import (
    AtCursor,
    Drop,
    Failed,
    Landscape,
    Measures,
    Noticed,
    SetClock,
    SetCursor,
    SetData,
    SetParams,
    SetView,
    StepOnce,
    Train,
)
from tests.engine import worked_by_hand

EXTENT = (-1.0, 1.0, -1.0, 1.0)


class Desk(worked_by_hand.Desk):
    """An engine that is worked by hand: what is sent is taken at once, and its answers are kept."""

    def work(self, secs):
        until = time.perf_counter() + secs
        while time.perf_counter() < until:
            self.engine.work_once(time.perf_counter())


@pytest.fixture
def desk():
    return Desk()


def points(run, count=60):
    cloud = np.random.default_rng(0).normal(0.0, 0.3, (count, 2))
    return SetData(run, 1, cloud, np.zeros(count, np.uint8), EXTENT)


def begin(desk, run, model="energy_mlp", **params):
    view = SetView(run, EXTENT, columns=16, rows=16)
    desk.send(Train(run, model, params, 0, "cpu"), points(run), view)


class Clock:
    """Time that passes only when something costs it."""

    def __init__(self):
        self.now = 0.0

    def perf_counter(self):
        return self.now


def at_a_cost(desk, clock, run, secs):
    """Let each step of a run cost so much time."""
    model = desk.engine._runs[run]._training.model
    step = model.step

    def costly(batch, rng):
        clock.now += secs
        return step(batch, rng)

    model.step = costly


@pytest.fixture
def clock(monkeypatch):
    made = Clock()
    monkeypatch.setattr("engine.clock.time", made)
    return made


def test_runs_share_the_time_whatever_their_steps_cost(desk, clock):
    """One step costs ten times as much: each run gets half of the time, not half of the steps."""
    for run, secs in ((1, 0.001), (2, 0.010)):
        begin(desk, run, "kmeans", centres=2)
        at_a_cost(desk, clock, run, secs)
        desk.send(SetClock(run, True))
    while clock.now < 1.0:
        desk.engine.work_once(clock.now)
    first, second = (desk.engine._runs[number].spent_secs for number in (1, 2))
    assert abs(first - second) < 0.02
    steps = [desk.engine._runs[number]._training.num_steps for number in (1, 2)]
    assert steps[0] == pytest.approx(10 * steps[1], abs=20)


def test_a_run_that_comes_back_from_a_pause_does_not_take_all_the_time(desk, clock):
    for run in (1, 2):
        begin(desk, run, "kmeans", centres=2)
        at_a_cost(desk, clock, run, 0.001)
    desk.send(SetClock(1, True))
    while clock.now < 0.5:
        desk.engine.work_once(clock.now)
    desk.send(SetClock(2, True))
    before = [desk.engine._runs[number]._training.num_steps for number in (1, 2)]
    while clock.now < 0.6:
        desk.engine.work_once(clock.now)
    gained = [desk.engine._runs[each]._training.num_steps - before[each - 1] for each in (1, 2)]
    assert gained[0] == pytest.approx(gained[1], abs=2)
    assert sum(gained) > 90


def test_a_run_that_fails_or_lacks_something_leaves_the_others_playing(desk):
    for run in (1, 2, 3):
        begin(desk, run, width=8, depth=1)
    desk.send(points(2, count=1))
    desk.engine._runs[3]._training.model.step = lambda batch, rng: 1 / 0
    desk.send(*(SetClock(run, True) for run in (1, 2, 3)))
    desk.work_until(lambda: desk.of(Landscape, 1) and desk.of(Landscape, 1)[-1].step > 5)
    assert [each.run for each in desk.of(Noticed)] == [2]
    assert [each.run for each in desk.of(Failed)] == [3]


def test_a_dropped_run_says_no_more(desk):
    begin(desk, 1, width=8, depth=1)
    desk.send(SetClock(1, True))
    desk.work(0.1)
    desk.send(Drop(1))
    count = len(desk.heard)
    desk.work(0.1)
    assert len(desk.heard) == count


def test_the_cursor_is_answered_at_once_and_again_after_each_step(desk):
    begin(desk, 1, "kmeans", centres=3)
    desk.work(0.2)
    desk.send(SetCursor(1, (0.5, 0.25)))
    [told] = desk.of(AtCursor)
    assert told.figure.arrows[0, :2] == pytest.approx([0.5, 0.25])
    assert "of 3" in told.text
    desk.send(StepOnce(1))
    desk.work(0.2)
    assert len(desk.of(AtCursor)) == 2
    desk.send(SetCursor(1, None), StepOnce(1))
    desk.work(0.2)
    assert len(desk.of(AtCursor)) == 2


def test_only_the_layers_that_are_looked_at_come(desk):
    begin(desk, 1, width=8, depth=1)
    desk.send(StepOnce(1))
    desk.work(0.2)
    bare = desk.of(Landscape)[-1]
    assert bare.field.size == bare.pushed_down.size == bare.data.size == len(bare.thumbs) == len(bare.figures) == 0
    assert np.isnan(bare.sea_level)
    wanted = ("phases", "field", "manifold", "parts", "machine")
    desk.send(SetView(1, EXTENT, columns=16, rows=16, layers=wanted, sea_share=0.5))
    desk.work(0.2)
    full = desk.of(Landscape)[-1]
    assert full.field.shape[1] == 4
    assert full.pushed_down.shape == full.pushed_up.shape
    assert full.data.shape == (60, 2)
    assert set(full.thumbs) == {"data", "chains", "down", "up"}
    assert full.figures == {}
    assert full.lowest < full.sea_level


def test_the_push_down_is_deepest_at_the_data_and_both_halves_have_their_sign(desk):
    begin(desk, 1, width=64)
    desk.send(SetView(1, EXTENT, columns=16, rows=16, layers=("phases",)), *[StepOnce(1)] * 3)
    desk.work(0.3)
    seen = desk.of(Landscape)[-1]
    row, column = np.unravel_index(seen.pushed_down.argmin(), seen.pushed_down.shape)
    middle = (np.array([column, row]) + 0.5) / 64 * 2 - 1
    assert np.linalg.norm(middle) < 0.4
    assert seen.pushed_down.min() < 0 < seen.pushed_up.max()


def test_the_sea_covers_the_share_that_was_asked_for(desk):
    begin(desk, 1, "kmeans", centres=1, sigma=0.2)
    desk.send(SetView(1, EXTENT, columns=64, rows=64, sea_share=0.5), StepOnce(1))
    desk.work(0.3)
    seen = desk.of(Landscape)[-1]
    # One centre: exp(-E) is a normal density, half of whose mass has an energy below log 2.
    assert seen.sea_level == pytest.approx(np.log(2), abs=0.05)


def test_a_pause_brings_measures_once(desk):
    begin(desk, 1, width=8, depth=1)
    desk.work(0.3)
    assert len(desk.of(Measures)) == 1
    desk.send(StepOnce(1))
    desk.work(0.3)
    assert [each.step for each in desk.of(Measures)] == [0, 1]


def test_a_knob_that_makes_a_new_network_lets_it_start_from_the_data_again(desk):
    begin(desk, 1, "kmeans", centres=3)
    desk.send(SetParams(1, {"centres": 5}))
    desk.work(0.2)
    centres = desk.engine._runs[1]._training.model.centres
    data = desk.engine._runs[1]._data.points
    assert len(centres) == 5
    assert torch.cdist(centres, data).amin(1).max() < 1e-3


def test_a_slow_landscape_is_coarser_while_a_knob_is_turned_and_full_when_it_stands_still(desk, clock):
    begin(desk, 1, "kmeans", centres=3)
    model = desk.engine._runs[1]._training.model
    energy = model.energy

    def slow(x):
        clock.now += 5e-6 * len(x)
        return energy(x)

    model.energy = slow
    desk.send(SetView(1, EXTENT, columns=128, rows=128))
    for turn in range(20):
        desk.send(SetParams(1, {"centres": 3, "sigma": 0.1 + 0.01 * turn}))
        desk.engine.work_once(clock.now)
        clock.now += 0.05
    shapes = [each.energy.shape for each in desk.of(Landscape)]
    assert shapes[-1][0] < 128
    num_shown = len(shapes)
    for _ in range(10):
        clock.now += 0.1
        desk.engine.work_once(clock.now)
    later = desk.of(Landscape)[num_shown:]
    assert [each.energy.shape for each in later] == [(128, 128)]
