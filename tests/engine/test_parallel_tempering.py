"""Parallel tempering: the swap by hand and counted, the law on every rung, two modes that no bare kernel connects."""

import math

import pytest
import torch

from engine.chains import Chains
from engine.draws import Draws
from engine.notice import Notice
from engine.samplers import mala, parallel_tempering, random_walk, walk
from engine.samplers.parallel_tempering import KERNELS, Params, built, rebuilt, step, swap_log_ratio


def rng(seed=0):
    return torch.Generator().manual_seed(seed)


class Bowl:
    """A Gaussian with standard deviation 0.2 in each direction; counts how often it is asked."""

    def __init__(self):
        self.num_asked = 0

    def energy(self, x):
        return self.energy_and_score(x)[0]

    def score(self, x):
        return self.energy_and_score(x)[1]

    def energy_and_score(self, x):
        self.num_asked += len(x)
        return x.square().sum(1) / 0.08, x / -0.04


class TwoModes:
    """0.25 of a round Gaussian at (-0.6, 0) and 0.75 of one at (0.6, 0), of sd 0.1: the wall is 17 nats high."""

    middles, weights, sd = torch.tensor([[-0.6, 0.0], [0.6, 0.0]]), torch.tensor([0.25, 0.75]), 0.1

    def energy(self, x):
        return self.energy_and_score(x)[0]

    def score(self, x):
        return self.energy_and_score(x)[1]

    def energy_and_score(self, x):
        away = self.middles - x[:, None]
        logits = self.weights.log() - away.square().sum(2) / (2 * self.sd**2)
        return -logits.logsumexp(1), (logits.softmax(1)[..., None] * away).sum(1) / self.sd**2


class Stair:
    """Energy 0 where x is negative, 1.5 elsewhere."""

    def energy(self, x):
        return 1.5 * (x[:, 0] > 0)


def test_the_ratio_of_a_swap_is_the_one_computed_by_hand():
    beta = torch.tensor([1.0, 0.5, 0.25, 0.125])[:, None]
    energy = torch.tensor([2.0, 1.0, 5.0, 9.0])[:, None]
    # (1 - 0.5) (2 - 1) and (0.25 - 0.125) (5 - 9); then (0.5 - 0.25) (1 - 5).
    assert swap_log_ratio(beta * energy, beta, 0).flatten().tolist() == [0.5, -0.5]
    assert swap_log_ratio(beta * energy, beta, 1).flatten().tolist() == [-1.0]


def test_two_places_are_traded_in_detailed_balance():
    """A kernel that moves next to nothing, two rungs, one copy on each stair: how often which is the cold one."""
    num_chains, num_steps = 4000, 40
    params = Params(kernel="random_walk", num_rungs=2, hottest=4.0, step_size=1e-4, swap_every=1)
    draws, low, high = Draws(rng(), num_chains), torch.tensor([-0.5, 0.0]), torch.tensor([0.5, 0.0])
    state = built(torch.stack([low, high])[:, None].expand(-1, num_chains, -1), Stair(), params, draws, 0)
    # exp(-(0 + 1.5 / 4)) against exp(-(1.5 + 0)).
    share = 1 / (1 + math.exp(-1.5 * 0.75))
    is_low = state.x[:, 0] < 0
    assert is_low.all()
    down, up, shares = 0, 0, []
    for each in range(num_steps):
        state, info = step(state, Stair(), params, draws)
        was_low, is_low = is_low, state.x[:, 0] < 0
        assert torch.equal(info.is_swapped[0], was_low != is_low)
        assert torch.equal(info.rungs[1, :, 0] < 0, ~is_low)
        expected = torch.where(was_low, math.exp(-1.5 * 0.75), 1.0).mean()
        assert info.swap_rate.item() == pytest.approx(float(expected), abs=1e-3)
        if each >= 10:
            down, up = down + int((is_low & ~was_low).sum()), up + int((~is_low & was_low).sum())
            shares.append(is_low.double().mean())
    assert float(torch.stack(shares).mean()) == pytest.approx(share, abs=0.01)
    # Flows are equal within four times the square root of their number.
    assert abs(down - up) < 4 * math.sqrt(down + up)


@pytest.mark.parametrize(("kernel", "growth"), [("mala", 0.5), ("mala", 0.0), ("random_walk", 1.0), ("hmc", 0.3)])
def test_every_rung_has_the_density_of_its_temperature(kernel, growth):
    """Started from the exact laws and moved: variances 0.04 T, within four standard errors."""
    num_chains = 4000
    params = Params(kernel=kernel, growth=growth, num_rungs=4, hottest=27.0, swap_every=1, step_size=0.15)
    temperatures = torch.tensor([1.0, 3.0, 9.0, 27.0])
    starts = 0.2 * temperatures.sqrt()[:, None, None] * torch.randn(4, num_chains, 2, generator=rng(1))
    draws = Draws(rng(2), num_chains)
    state = built(starts, Bowl(), params, draws, 0)
    for _ in range(40):
        state, info = step(state, Bowl(), params, draws)
    assert not torch.equal(info.rungs[0], starts[0])
    assert torch.equal(info.rungs[0], state.x)
    ratio = info.rungs.square().mean((1, 2)) / (0.04 * temperatures)
    assert (ratio - 1).abs().max() < 4 / math.sqrt(num_chains)
    assert (info.rungs.mean(1).abs().amax(1) < 4.5 * 0.2 * (temperatures / num_chains).sqrt()).all()


@pytest.mark.parametrize("kernel", KERNELS)
def test_two_far_modes_get_their_masses_where_a_bare_kernel_stays_in_one(kernel):
    num_chains, kept = 120 if kernel == "hmc" else 300, []
    start = TwoModes.middles[:1] + 0.05 * torch.randn(num_chains, 2, generator=rng(3))
    params = Params(kernel=kernel, hottest=30.0, step_size=0.1)
    draws = Draws(rng(4), num_chains)
    state = parallel_tempering.init(start, TwoModes(), params, draws)
    for each in range(450):
        state, _ = step(state, TwoModes(), params, draws)
        if each >= 200:
            kept.append(state.x[:, 0] > 0)
    shares = torch.stack(kept).double().mean(0)
    error = float(shares.std()) / math.sqrt(num_chains)
    assert error < 0.04
    assert abs(float(shares.mean()) - 0.75) < 4 * error
    if kernel == "mala":
        alone = walk(mala, start, TwoModes(), mala.Params(step_size=0.1), Draws(rng(4), num_chains), 450)
        assert (alone.x[:, 0] < 0).all()


@pytest.mark.parametrize("kernel", KERNELS)
def test_what_a_rung_keeps_is_what_would_be_found_there_anew(kernel):
    """After swaps energies and scores are rescaled; nothing is evaluated but the kernel's proposals."""
    target, params, draws = Bowl(), Params(kernel=kernel, num_rungs=4, swap_every=1, step_size=0.1), Draws(rng(), 9)
    state = parallel_tempering.init(0.2 * torch.randn(9, 2, generator=rng(5)), target, params, draws)
    num_swaps = 0
    for _ in range(20):
        before = target.num_asked
        state, info = step(state, target, params, draws)
        assert target.num_asked - before == info.num_evaluations.sum()
        num_swaps += int(info.is_swapped.sum())
    assert num_swaps > 50
    energy, score = Bowl().energy_and_score(info.rungs.reshape(-1, 2))
    torch.testing.assert_close(state.rung_energy, energy * state.beta, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(state.energy, energy[:9], rtol=1e-4, atol=1e-5)
    if kernel != "random_walk":
        torch.testing.assert_close(
            state.rung_score, score * state.beta[:, None] * state.growth, rtol=1e-4, atol=1e-4
        )  # fmt: skip


def test_even_and_odd_neighbours_take_turns_and_the_others_are_named_as_not_tried():
    params, draws = Params(num_rungs=4, swap_every=3), Draws(rng(), 5)
    state = parallel_tempering.init(torch.zeros(5, 2), Bowl(), params, draws)
    tried = []
    for _ in range(9):
        state, info = step(state, Bowl(), params, draws)
        assert info.rungs.shape == (4, 5, 2)
        assert not info.is_swapped[info.swap_rate.isnan()].any()
        tried.append("".join("x" if each else "." for each in info.swap_rate.isfinite()))
    assert tried == ["...", "...", ".x.", "...", "...", "x.x", "...", "...", ".x."]


def test_knobs_turned_on_the_way_keep_the_copies_where_they_are():
    chains = Chains("parallel_tempering", {}, Bowl(), 0.1 * torch.randn(6, 2, generator=rng(6)), rng())
    for values in ({"num_rungs": 8}, {"num_rungs": 2}, {"kernel": "random_walk"}, {"kernel": "hmc", "hottest": 3.0}):
        before = (chains.state.rung_x * chains.state.growth).view(-1, 6, 2)
        chains.set_params({**values, "step_size": 1e-4, "growth": 0.0})
        info = chains.step()
        assert len(info.rungs) == len(info.swap_rate) + 1 == values.get("num_rungs", 5)
        # No copy is anywhere but where one of that chain was.
        nearest = (info.rungs[:, None] - before[None]).norm(dim=-1).amin(1)
        assert nearest.max() < 0.01


def test_another_target_is_put_under_the_copies_where_they_are():
    draws = Draws(rng(), 20)
    state = walk(parallel_tempering, torch.zeros(20, 2), Bowl(), Params(), draws, 30)
    after = rebuilt(state, TwoModes(), Params(), draws)
    torch.testing.assert_close(after.rung_x, state.rung_x)
    assert torch.equal(after.x, state.x)
    torch.testing.assert_close(after.energy, TwoModes().energy(state.x))


def test_a_place_where_the_energy_is_infinite_does_not_reach_the_cold_rung():
    class Walled(Bowl):
        def energy_and_score(self, x):
            energy, score = super().energy_and_score(x)
            is_out = x[:, 0] > 0.1
            return energy.masked_fill(is_out, math.inf), score.masked_fill(is_out[:, None], math.nan)

    state = walk(parallel_tempering, torch.zeros(50, 2), Walled(), Params(), Draws(rng(), 50), 60)
    assert state.x[:, 0].le(0.1).all()
    assert state.rung_energy.isfinite().all()


def test_a_kernel_that_is_not_exact_is_refused():
    with pytest.raises(Notice, match="mala"):
        Chains("parallel_tempering", {"kernel": "langevin"}, Bowl(), torch.zeros(2, 2), rng())
    assert random_walk in KERNELS.values()
