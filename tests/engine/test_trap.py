"""The trap against what is known of it, and as a run of the engine."""

import math
import types
from typing import NamedTuple

import msgspec
import numpy as np
import pytest
import torch

from engine import chains, exact, trap
from engine.messages import Chains, Drop, Failed, MeasureTrap, Noticed, SetClock, StepOnce, TrapPoint
from engine.notice import Notice
from engine.places import place_of
from engine.recipe import Energy, Sampler
from engine.targets import Sharpened
from tests.engine.test_chain_runs import desk, walk  # noqa: F401

CPU = torch.device("cpu")
DOUBLE_WELL = Energy(analytic="double_well", params={"barrier": 4.0})
NORMAL = Energy(analytic="standard_normal")


def measured(energy, samplers, sharpnesses, seed=0):
    target = place_of(energy, CPU).target
    found = trap.trap(lambda beta: Sharpened(target, beta), samplers, sharpnesses, seed, CPU)
    return [point for point in found if point is not None]


class State(NamedTuple):
    x: torch.Tensor


class Info(NamedTuple):
    pass


class Params(msgspec.Struct, frozen=True):
    pass


def independent_sampler(share_right):
    """A kernel that forgets where it was: the right well's bottom with so much probability, else the left one's."""

    def init(x, target, params, draws):
        return State(x)

    def step(state, target, params, draws):
        is_right = torch.rand(len(state.x), generator=rng) < share_right
        return State(torch.stack([torch.where(is_right, 1.0, -1.0) / 2.2, torch.zeros(len(state.x))], 1)), Info()

    rng = torch.Generator().manual_seed(1)
    return types.SimpleNamespace(Params=Params, init=init, step=step)


@pytest.mark.parametrize("share", [0.5, 0.2])
def test_independent_draws_switch_as_often_as_the_closed_form_says(monkeypatch, share):
    """Two draws in a row are in different wells with probability 2 p (1 - p)."""
    monkeypatch.setattr(chains, "sampler_module", lambda name: independent_sampler(share))
    monkeypatch.setattr(trap, "sampler_module", lambda name: independent_sampler(share))
    [point] = measured(DOUBLE_WELL, [Sampler("any", chains=50, draws=400, warmup=0)], [1.0])
    assert point.num_steps == 20_000
    assert abs(point.switches - 2000 * share * (1 - share)) < 4 * point.error
    # The error is that of so many independent pairs, within a factor that their neighbours cost.
    assert 1 < point.error < 8


def test_the_switches_of_a_random_walk_fall_with_the_sharpness_like_exp_of_the_barrier():
    sampler = Sampler("random_walk", {"step_size": 0.15}, chains=200, draws=800, warmup=0)
    sharpnesses = [0.5, 1.0, 1.5, 2.0]
    points = measured(DOUBLE_WELL, [sampler], sharpnesses)
    rates, errors = np.array([(point.switches, point.error) for point in points]).T
    assert [point.sharpness for point in points] == sharpnesses
    assert (rates[:-1] - rates[1:] > 2 * np.hypot(errors[:-1], errors[1:])).all()
    assert points[0].barrier == pytest.approx(4.0, abs=0.1)
    slope = np.log(rates[-1] / rates[1]) / (sharpnesses[-1] - sharpnesses[1])
    assert -1.25 * 4.0 < slope < -0.75 * 4.0


def test_chains_begin_in_the_basins_as_often_as_the_masses_say():
    target = Sharpened(place_of(Energy(analytic="double_well", params={"tilt": 1.0}), CPU).target, 2.0)
    truth = exact.exact(target, CPU)
    x = trap.exact_draws(truth, target, 4000, torch.Generator().manual_seed(0)).numpy()
    share = exact.occupancy(x[:, None], truth)
    error = np.sqrt(truth.basin_masses * (1 - truth.basin_masses) / 4000)
    assert (abs(share - truth.basin_masses) < 4 * error + 1e-3).all()
    np.testing.assert_allclose(x.mean(0), truth.mean, atol=0.04)


def test_the_same_seed_gives_the_same_curve_and_the_error_is_of_groups_where_chains_see_one_another():
    samplers = [Sampler("random_walk", chains=8, draws=50, warmup=5), Sampler("stretch", chains=16, draws=50, warmup=0)]
    one, other = (measured(DOUBLE_WELL, samplers, [0.5, 1.0], seed=3) for _ in range(2))
    assert one == other
    assert [point.sampler for point in one] == [0, 1, 0, 1]
    assert one[1].num_steps == 16 * 50
    assert math.isfinite(one[1].error)


def test_a_single_chain_has_no_error():
    [point] = measured(DOUBLE_WELL, [Sampler("random_walk", chains=1, draws=30, warmup=0)], [1.0])
    assert math.isnan(point.error)


def test_a_landscape_with_one_basin_has_no_trap():
    with pytest.raises(Notice, match="single basin"):
        measured(NORMAL, [Sampler("random_walk", chains=2, draws=5)], [0.5, 4.0])


def ask(run=7, energy=DOUBLE_WELL, draws=200, **more):
    return MeasureTrap(
        run, (Sampler("random_walk", chains=8, draws=draws, warmup=10),), (0.5, 1.0, 2.0), energy, **more
    )


def test_points_come_one_by_one_while_other_chains_walk_on(desk):  # noqa: F811
    desk.send(walk(run=1), SetClock(1, True))
    desk.work(0.3)
    desk.send(ask())
    desk.work_until(lambda: desk.of(TrapPoint))
    at_first = desk.of(Chains)[-1].step
    desk.work_until(lambda: len(desk.of(TrapPoint)) == 3)
    desk.work_until(lambda: desk.of(Chains)[-1].step > at_first)
    assert [point.sharpness for point in desk.of(TrapPoint)] == [0.5, 1.0, 2.0]
    assert not desk.of(Failed)
    desk.work_until(lambda: not desk.engine._runs[7].is_playing)


def test_a_new_run_does_not_make_others_wait_for_the_time_that_they_have_worked(desk):  # noqa: F811
    desk.send(walk(run=1), SetClock(1, True))
    desk.work(0.1)
    desk.engine._runs[1].spent_secs = 1000.0
    desk.send(ask(draws=100_000))
    before = desk.of(Chains)[-1].step
    desk.work_until(lambda: desk.of(Chains)[-1].step > before + 20)


def test_it_can_be_ended_before_its_time(desk):  # noqa: F811
    desk.send(ask(draws=1_000_000))
    desk.work(0.1)
    desk.send(Drop(7))
    desk.work(0.05)
    assert 7 not in desk.engine._runs
    assert not desk.of(TrapPoint)


def test_what_cannot_be_measured_is_told_and_ends(desk):  # noqa: F811
    desk.send(ask(energy=NORMAL))
    desk.work_until(lambda: desk.of(Noticed))
    assert "single basin" in desk.of(Noticed)[-1].text
    assert desk.of(Noticed)[-1].run == 7
    assert desk.engine._runs[7].secs_until_work(0.0) == math.inf
    desk.send(ask(energy=None, model_run=99))
    assert "no model" in desk.of(Noticed)[-1].text


def test_bumps_are_part_of_the_landscape(desk):  # noqa: F811
    """A second valley that was dug into a single bowl."""
    desk.send(ask(energy=NORMAL, draws=50, bumps=np.array([[2.5, 0.0, -6.0, 0.4]])))
    desk.work_until(lambda: len(desk.of(TrapPoint)) == 3)
    assert not desk.of(Noticed)


def test_a_model_that_learns_on_ends_the_measure_with_a_sentence(desk):  # noqa: F811
    from tests.engine.test_runs import begin

    begin(desk, 2, "gaussian_mixture")
    desk.send(StepOnce(2))
    desk.work(0.2)
    desk.send(ask(energy=None, model_run=2, draws=1_000_000), SetClock(2, True))
    desk.work_until(lambda: any("Pause the training" in each.text for each in desk.of(Noticed)))
