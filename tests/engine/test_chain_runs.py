"""Chains as runs of the engine: what the window asks for, and what it is told."""

import time

import numpy as np
import pytest

from engine.messages import (
    ChainMeasures,
    Chains,
    Drop,
    Failed,
    Landscape,
    Noticed,
    SetClock,
    SetData,
    SetParams,
    SetTarget,
    SetView,
    Skip,
    StepOnce,
    Train,
    Truth,
    Walk,
    Walking,
)
from engine.recipe import Energy
from tests.engine.test_runs import Desk

NORMAL = Energy(analytic="correlated_normal", params={"correlation": 0.5})


@pytest.fixture
def desk():
    return Desk()


def walk(run=1, sampler="mala", energy=NORMAL, **more):
    return Walk(run, sampler, more.pop("params", {}), energy, **more)


def test_a_walk_is_shown_before_its_first_step_with_the_truth_it_should_find(desk):
    desk.send(walk(num_chains=5))
    desk.work_until(lambda: desk.of(Chains))
    [truth] = desk.of(Truth)
    assert truth.extent == (-4.0, 4.0, -4.0, 4.0)
    np.testing.assert_allclose(truth.covariance, [[1, 0.5], [0.5, 1]], atol=2e-3)
    width = 8 / len(truth.marginal_x)
    assert truth.marginal_x.sum() * width == pytest.approx(1.0, abs=1e-3)
    first = desk.of(Chains)[0]
    assert first.step == 0
    assert first.positions.shape == (5, 2)
    assert not first.story.phases


def test_a_single_step_tells_how_it_came_about(desk):
    desk.send(walk(num_chains=100), StepOnce(1))
    desk.work_until(lambda: desk.of(Chains) and desk.of(Chains)[-1].step == 1)
    shown = desk.of(Chains)[-1]
    assert [phase.name for phase in shown.story.phases][:2] == ["downhill", "shake: the proposal"]
    assert len(shown.story.phases[-1].places) == 4
    np.testing.assert_array_equal(shown.story.phases[-1].places, shown.positions[:4])
    np.testing.assert_array_equal(shown.trail[-1], shown.positions[:64])


def test_steps_are_told_of_a_slow_clock_and_not_of_a_fast_one(desk):
    desk.send(walk(), SetClock(1, True, 20.0))
    desk.work_until(lambda: desk.of(Chains) and desk.of(Chains)[-1].step >= 2)
    assert desk.of(Chains)[-1].story.phases
    desk.send(SetClock(1, True, None))
    desk.work_until(lambda: desk.of(Chains)[-1].step > 20)
    assert not desk.of(Chains)[-1].story.phases


def test_before_anything_of_new_chains_comes_word_that_they_are_there(desk):
    desk.send(walk(request=-3), Skip(1, 10))
    desk.work_until(lambda: desk.of(Chains))
    desk.send(walk(request=-4))
    desk.work_until(lambda: desk.of(Chains)[-1].step == 0)
    kinds = [each.request if isinstance(each, Walking) else type(each) for each in desk.heard]
    assert kinds[0] == -3
    assert -4 in kinds
    [_, word] = desk.of(Walking)
    assert ("Chains", 1) in word.outdates


def test_a_played_walk_finds_the_truth_and_says_how_well(desk):
    desk.send(walk(num_chains=16, warm_up=200), SetClock(1, True))
    desk.work_until(lambda: desk.of(Chains) and desk.of(Chains)[-1].step > 1200, secs=60)
    desk.send(SetClock(1, False))
    desk.work_until(lambda: desk.of(ChainMeasures) and desk.of(ChainMeasures)[-1].num_draws > 1000, secs=60)
    found = desk.of(ChainMeasures)[-1]
    assert (found.r_hat < 1.1).all()
    assert found.total_variation < 0.2
    assert 0.4 < found.acceptance < 0.75
    assert found.ess_per_second > 0
    np.testing.assert_allclose(found.occupancy, [1.0], atol=0.01)
    last = desk.of(Chains)[-1]
    assert last.num_warm_up == 200
    assert not last.is_warming_up
    assert last.step_size != 0.03
    truth = desk.of(Truth)[-1]
    np.testing.assert_allclose(found.marginal_x, truth.marginal_x, atol=0.12)


def test_a_skip_goes_so_many_steps_and_stops(desk):
    desk.send(walk(), Skip(1, 500))
    desk.work_until(lambda: desk.of(Chains) and desk.of(Chains)[-1].step == 500)
    desk.work(0.1)
    assert desk.of(Chains)[-1].step == 500


def test_slow_motion_makes_no_more_steps_than_were_asked_for(desk):
    began = time.perf_counter()
    desk.send(walk(), SetClock(1, True, 50.0))
    desk.work_until(lambda: desk.of(Chains) and desk.of(Chains)[-1].step >= 5)
    assert desk.of(Chains)[-1].step <= 50 * (time.perf_counter() - began) + 2


def test_a_sharper_target_is_told_and_the_measures_begin_anew(desk):
    desk.send(walk(num_chains=8), Skip(1, 100))
    desk.work_until(lambda: desk.of(ChainMeasures) and desk.of(ChainMeasures)[-1].num_draws == 100)
    desk.send(SetTarget(1, sharpness=4.0))
    desk.work_until(lambda: len(desk.of(Truth)) == 2)
    np.testing.assert_allclose(desk.of(Truth)[-1].covariance, [[0.25, 0.125], [0.125, 0.25]], atol=2e-3)
    desk.send(Skip(1, 10))
    desk.work_until(lambda: desk.of(ChainMeasures)[-1].num_draws == 10)


def test_a_hole_that_was_dug_is_a_basin(desk):
    hole = np.array([[3.0, -3.0, -20.0, 0.3]])
    desk.send(walk(), SetTarget(1, bumps=hole))
    desk.work_until(lambda: desk.of(Truth))
    truth = desk.of(Truth)[-1]
    assert len(truth.masses) == 2
    assert abs(truth.floors - [3.0, -3.0]).sum(1).min() < 0.1


def test_chains_walk_on_a_model_while_it_learns(desk):
    points = np.random.default_rng(0).normal(0.0, 0.3, (200, 2))
    extent = (-1.0, 1.0, -1.0, 1.0)
    data = SetData(2, 1, points, np.zeros(200, np.uint8), extent)
    desk.send(Train(2, "gaussian_mixture", {}, 0, "cpu"), data, SetView(2, extent, columns=16, rows=16))
    desk.send(walk(energy=None, model_run=2, num_chains=4), SetClock(1, True), SetClock(2, True))
    desk.work_until(lambda: desk.of(Chains) and desk.of(Chains)[-1].step > 20 and desk.of(Landscape)[-1].step > 20)
    assert not desk.of(Failed)
    assert abs(desk.of(Chains)[-1].positions).max() < 5


def test_chains_without_a_model_say_so(desk):
    desk.send(walk(energy=None, model_run=7))
    assert "no model to walk on" in desk.of(Noticed)[-1].text
    desk.send(SetTarget(1), Skip(1, 3), Drop(1))
    assert not desk.of(Failed)


@pytest.mark.parametrize(
    ("message", "named"),
    [
        (walk(sampler="teleport"), "teleport"),
        (walk(params={"step_size": -1.0}), "step_size"),
        (walk(energy=Energy(analytic="atlantis")), "atlantis"),
    ],
)
def test_what_cannot_be_walked_is_told(desk, message, named):
    desk.send(message)
    assert named in desk.of(Noticed)[-1].text
    assert not desk.of(Failed)


def test_a_turned_knob_keeps_the_step_size_that_was_found(desk):
    desk.send(walk(warm_up=100), Skip(1, 150))
    desk.work_until(lambda: desk.of(Chains) and desk.of(Chains)[-1].step == 150)
    found = desk.of(Chains)[-1].step_size
    desk.send(SetParams(1, {"noise": 0.5}), StepOnce(1))
    desk.work_until(lambda: desk.of(Chains)[-1].step == 151)
    assert desk.of(Chains)[-1].step_size == found
    desk.send(SetParams(1, {"noise": 0.5, "step_size": 0.2}), StepOnce(1))
    desk.work_until(lambda: desk.of(Chains)[-1].step == 152)
    assert desk.of(Chains)[-1].step_size == pytest.approx(0.2)


def test_dropped_chains_say_no_more(desk):
    desk.send(walk(), SetClock(1, True))
    desk.work(0.1)
    desk.send(Drop(1))
    count = len(desk.heard)
    desk.work(0.1)
    assert len(desk.heard) == count


def test_the_landscape_is_sent_when_it_is_looked_at_and_again_when_it_changes(desk):
    desk.send(walk(), SetView(1, (-2.0, 2.0, -1.0, 1.0), columns=20, rows=10))
    desk.work_until(lambda: desk.of(Landscape))
    desk.send(Skip(1, 50))
    desk.work_until(lambda: desk.of(Chains)[-1].step == 50)
    [seen] = desk.of(Landscape)
    assert seen.energy.shape == (10, 20)
    assert seen.log_z == pytest.approx(np.log(2 * np.pi * 0.75**0.5), abs=1e-3)
    desk.send(SetTarget(1, sharpness=2.0))
    desk.work_until(lambda: len(desk.of(Landscape)) == 2)
    np.testing.assert_allclose(desk.of(Landscape)[-1].energy, 2 * seen.energy, rtol=1e-4)


def test_a_stroke_that_grows_bump_by_bump_is_shown_at_each_of_them(desk):
    desk.send(walk(), SetView(1, (-4.0, 4.0, -4.0, 4.0), columns=16, rows=16), SetClock(1, True))
    desk.work_until(lambda: desk.of(Landscape))
    for count in (1, 3, 2):
        seen = len(desk.of(Landscape))
        desk.send(SetTarget(1, bumps=np.tile([0.0, 0.0, 5.0, 0.8], (count, 1))))
        desk.work_until(lambda seen=seen: len(desk.of(Landscape)) > seen)
        assert desk.of(Landscape)[-1].energy.max() > 5 * count - 1
    assert not desk.of(Failed)


def test_a_refused_walk_brings_its_request_back_and_the_chains_before_it_stay(desk):
    desk.send(walk(num_chains=3))
    desk.work_until(lambda: desk.of(Chains))
    desk.send(walk(energy=Energy(formula="-x**2"), request=-7))
    assert desk.of(Noticed)[-1].request == -7
    assert "no finite mass" in desk.of(Noticed)[-1].text
    desk.send(StepOnce(1))
    desk.work_until(lambda: desk.of(Chains)[-1].step == 1)
    assert len(desk.of(Chains)[-1].positions) == 3
