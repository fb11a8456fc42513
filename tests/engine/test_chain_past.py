"""Chains that are taken back: they go on just as they did, whatever the sampler."""

import numpy as np
import pytest
import torch

from engine.catalogue import sampler_modules
from engine.draws import Draws
from engine.messages import (
    ChainMeasures,
    Chains,
    Failed,
    GoTo,
    LookBack,
    Noticed,
    SetData,
    SetParams,
    SetTarget,
    Skip,
    StepOnce,
    Timeline,
    Train,
    Walk,
    WentTo,
)
from engine.recipe import Energy
from tests.engine import worked_by_hand

NORMAL = Energy(analytic="correlated_normal", params={"correlation": 0.5})


class Desk(worked_by_hand.Desk):
    """An engine that is worked by hand."""

    def send(self, *messages):
        super().send(*messages)
        assert self.of(Failed) == self.of(Noticed) == []

    def work_until(self, is_so, secs=30.0):
        super().work_until(is_so, secs)
        assert self.of(Failed) == self.of(Noticed) == []

    @property
    def chains(self):
        return self.engine._runs[1]._chains

    @property
    def draws(self):
        return self.engine._runs[1].kept.draws

    def steps(self, count):
        until = self.chains.num_steps + count
        self.send(Skip(1, count))
        self.work_until(lambda: self.chains.num_steps == until)

    def go(self, branch, step):
        count = len(self.of(WentTo))
        self.send(GoTo(1, branch, step))
        self.work_until(lambda: len(self.of(WentTo)) > count)
        return self.of(WentTo)[-1]

    def lived(self, count):
        """Positions after each of so many steps."""
        found = [self.chains.x.clone()]
        for _ in range(count):
            self.steps(1)
            found.append(self.chains.x.clone())
        return found


@pytest.fixture
def desk():
    return Desk()


@pytest.mark.parametrize("sampler", sampler_modules())
def test_every_sampler_goes_on_bit_for_bit_from_any_step(desk, sampler):
    """In the warm-up, where it ends, and after it; the memory holds few snapshots, so that steps are made anew."""
    if sampler == "denoising_chain":
        # It walks on nothing else.
        cloud = np.random.default_rng(0).normal(0.0, 0.3, (60, 2))
        extent = (-1.0, 1.0, -1.0, 1.0)
        desk.send(Train(2, "denoising_autoencoder", {}, 0, "cpu"))
        desk.send(SetData(2, 1, cloud, np.zeros(60, np.uint8), extent))
        desk.send(Walk(1, sampler, {}, None, model_run=2, num_chains=6, warm_up=12))
    else:
        desk.send(Walk(1, sampler, {}, NORMAL, num_chains=6, warm_up=12))
    desk.engine._past_budget._most_bytes = 1
    as_it_was = desk.lived(30)
    draws = desk.draws
    for step in (0, 5, 12, 13, 29, 20):
        desk.go(1, step)
        assert torch.equal(desk.chains.x, as_it_was[step]), step
        assert len(desk.draws) == max(0, step - 12)
    desk.steps(10)
    assert torch.equal(desk.chains.x, as_it_was[30])
    assert torch.equal(desk.draws, draws)
    desk.go(1, 3)
    desk.steps(27)
    assert torch.equal(desk.chains.x, as_it_was[30])
    assert torch.equal(desk.draws, draws)
    assert len(desk.of(Timeline)[-1].branches) == 1
    desk.send(LookBack(1, 1, 29))
    seen = desk.of(Chains)[-1]
    plane = desk.engine._runs[1]._source.plane
    np.testing.assert_allclose(seen.positions, plane.to_user(as_it_was[seen.step]), atol=1e-6)


def test_another_knob_in_the_past_makes_a_branch_with_draws_of_its_own(desk):
    desk.send(Walk(1, "random_walk", {}, NORMAL, num_chains=3, warm_up=5))
    desk.steps(60)
    trunk, draws = desk.chains.x, desk.draws
    desk.go(1, 30)
    desk.send(SetParams(1, {"step_size": 0.9}))
    desk.steps(20)
    branch, branch_draws = desk.chains.x, desk.draws
    assert torch.equal(branch_draws[:25], draws[:25])
    assert not torch.equal(branch_draws[25:45], draws[25:45])
    assert desk.go(1, 60).params == {}
    assert torch.equal(desk.chains.x, trunk)
    assert torch.equal(desk.draws, draws)
    assert desk.go(2, 50).params == {"step_size": 0.9}
    assert torch.equal(desk.chains.x, branch)
    assert torch.equal(desk.draws, branch_draws)


def test_the_landscape_is_shaped_as_it_was(desk):
    """What was dug by hand, and the sharpness; what comes back from the window is no news."""
    desk.send(Walk(1, "mala", {}, NORMAL, num_chains=3, warm_up=0))
    desk.steps(10)
    desk.send(SetTarget(1, 2.0, np.array([[0.0, 0.0, -3.0, 0.5]])))
    as_it_was = desk.lived(10)
    went = desk.go(1, 8)
    assert (went.target.sharpness, len(went.target.bumps)) == (1.0, 0)
    went = desk.go(1, 15)
    assert (went.target.sharpness, len(went.target.bumps)) == (2.0, 1)
    desk.send(SetTarget(1, went.target.sharpness, went.target.bumps))
    desk.steps(5)
    assert torch.equal(desk.chains.x, as_it_was[10])
    assert len(desk.of(Timeline)[-1].branches) == 1
    assert len(desk.draws) == 10, "draws on the landscape before do not count"


def test_while_one_looks_back_the_chains_stay(desk):
    desk.send(Walk(1, "hmc", {}, NORMAL, num_chains=4, warm_up=0))
    for _ in range(6):
        desk.send(StepOnce(1))
        step = desk.chains.num_steps + 1
        desk.work_until(lambda step=step: desk.of(Chains) and desk.of(Chains)[-1].step == step)
    shown = {each.step: each for each in desk.of(Chains)}
    now = desk.chains.x.clone()
    desk.send(LookBack(1, 1, 3))
    seen = desk.of(Chains)[-1]
    assert seen.step == 3
    np.testing.assert_allclose(seen.positions, shown[3].positions, atol=1e-6)
    assert seen.positions.dtype == seen.trail.dtype == np.float64
    assert torch.equal(desk.chains.x, now)
    desk.send(LookBack(1, 1, -1))
    desk.work_until(lambda: desk.of(Chains)[-1].step == 6)


def test_measures_after_going_back_are_of_the_draws_up_to_there(desk):
    desk.send(Walk(1, "random_walk", {}, NORMAL, num_chains=4, warm_up=0))
    desk.steps(400)
    desk.work_until(lambda: desk.of(ChainMeasures) and desk.of(ChainMeasures)[-1].step == 400)
    desk.go(1, 150)
    desk.work_until(lambda: desk.of(ChainMeasures)[-1].step == 150)
    assert desk.of(ChainMeasures)[-1].num_draws == 150


def test_the_random_numbers_of_chains_can_be_gone_back_to_wherever_one_was():
    rng = torch.Generator().manual_seed(0)
    draws = Draws(rng, 300, remembers=True)
    for _ in range(150):
        draws.normal(), draws.uniform(), draws.log_uniform(), draws.part(7).normal(), draws.integers(5)
    places, state = draws.places, rng.get_state()

    part = draws.part(7)

    def next_ones():
        asked = (draws.log_uniform, part.normal, part.uniform, draws.normal, draws.order)
        return [ask() for _ in range(200) for ask in asked]

    first = next_ones()
    for _ in range(2):
        draws.go_to(places)
        part = draws.part(7)
        rng.set_state(state)
        assert all(torch.equal(a, b) for a, b in zip(first, next_ones(), strict=True))
