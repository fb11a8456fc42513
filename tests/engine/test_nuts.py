"""The No-U-Turn sampler against a recursive one in plain Python, against a grid, and what ends a glide."""

import math
from typing import NamedTuple

import pytest
import torch

from engine.draws import Draws
from engine.samplers import nuts, walk
from engine.samplers.nuts import Params


class Banana:
    """E = x^2 / (2 * 0.35^2) + (y - 2 x^2 + 0.2)^2 / (2 * 0.15^2); counts how many positions it is asked about."""

    num_asked = 0

    def energy_and_score(self, x):
        self.num_asked += len(x)
        one, two = x.unbind(1)
        off = (two - 2 * one**2 + 0.2) / 0.15**2
        energy = one**2 / (2 * 0.35**2) + off**2 * 0.15**2 / 2
        return energy, torch.stack([4 * one * off - one / 0.35**2, -off], 1)

    def energy(self, x):
        return self.energy_and_score(x)[0]

    def score(self, x):
        return self.energy_and_score(x)[1]


class Slope(Banana):
    """Downhill for ever, ever faster."""

    def energy_and_score(self, x):
        return -x[:, 0], torch.tensor([1.0, 0.0]).expand_as(x)


class Shelf(Banana):
    """The banana up to x = 0.3; beyond, `there` is the energy."""

    def __init__(self, there):
        self.there = there

    def energy_and_score(self, x):
        energy, score = super().energy_and_score(x)
        return energy.masked_fill(x[:, 0] > 0.3, self.there), score


def rng(seed=0):
    return torch.Generator().manual_seed(seed)


def starts(count, seed=0):
    return 0.2 * torch.randn(count, 2, generator=rng(seed)) - torch.tensor([0.0, 0.2])


# ---- a recursive sampler, for one chain, in double precision ---------------------------------------


class Point(NamedTuple):
    x: tuple[float, float]
    p: tuple[float, float]
    log_weight: float


class Part(NamedTuple):
    """Of a glide, in the order of time."""

    points: list[Point]
    is_straight: bool

    @property
    def rho(self):
        return [sum(each.p[i] for each in self.points) for i in (0, 1)]


def energy_and_score(x):
    energy, score = Banana().energy_and_score(torch.tensor([x], dtype=torch.float64))
    return energy.item(), score[0].tolist()


def leap(point, size, total):
    """One leap of `size`, which is negative for one into the past."""
    _, score = energy_and_score(point.x)
    half = [p + size / 2 * s for p, s in zip(point.p, score, strict=True)]
    x = tuple(a + size * p for a, p in zip(point.x, half, strict=True))
    energy, score = energy_and_score(x)
    p = tuple(a + size / 2 * s for a, s in zip(half, score, strict=True))
    return Point(x, p, total - energy - (p[0] ** 2 + p[1] ** 2) / 2)


def goes_on(rho, first, last):
    return all(sum(a * b for a, b in zip(rho, end.p, strict=True)) > 0 for end in (first, last))


def joined(past, future):
    """Two parts as one, with the three tests for a turn."""
    rho = [a + b for a, b in zip(past.rho, future.rho, strict=True)]
    with_next = [a + b for a, b in zip(past.rho, future.points[0].p, strict=True)]
    with_last = [a + b for a, b in zip(future.rho, past.points[-1].p, strict=True)]
    is_straight = (
        goes_on(rho, past.points[0], future.points[-1])
        and goes_on(with_next, past.points[0], future.points[0])
        and goes_on(with_last, past.points[-1], future.points[-1])
    )
    return Part(past.points + future.points, past.is_straight and future.is_straight and is_straight)


def built(point, depth, size, total):
    """2^depth points beyond `point`, in the order of time."""
    if depth == 0:
        return Part([leap(point, size, total)], True)
    near = built(point, depth - 1, size, total)
    far = built(near.points[-1 if size > 0 else 0], depth - 1, size, total)
    return joined(near, far) if size > 0 else joined(far, near)


def recursive(x, p, size, max_depth):
    """Is sent three uniform numbers for each doubling; returns the new position, the leaps, the mean acceptance."""
    total = energy_and_score(x)[0] + (p[0] ** 2 + p[1] ** 2) / 2
    glide, chosen, weight, is_back = Part([Point(x, p, 0.0)], True), x, 1.0, False
    chances, num_leaps = [], 0
    for depth in range(max_depth):
        turn, choice, change = yield
        # Whether the other end grows now, than the one before.
        is_back ^= turn < 0.5
        new = built(glide.points[0 if is_back else -1], depth, -size if is_back else size, total)
        outward = new.points[::-1] if is_back else new.points
        num_leaps += len(outward)
        num_sound = next((i for i, each in enumerate(outward) if each.log_weight < -1000), len(outward))
        chances += [min(1.0, math.exp(each.log_weight)) for each in outward[: num_sound + 1]]
        if not new.is_straight or num_sound < len(outward):
            break
        weights = [math.exp(each.log_weight) for each in outward]
        if change < sum(weights) / weight:
            passed = 0.0
            for each, part in zip(outward, weights, strict=True):
                passed += part
                if passed > choice * sum(weights):
                    chosen = each.x
                    break
        weight += sum(weights)
        glide = joined(new, glide) if is_back else joined(glide, new)
        if not glide.is_straight:
            break
    return chosen, num_leaps, sum(chances) / len(chances)


@pytest.mark.parametrize(("size", "max_depth"), [(0.03, 8), (0.08, 8), (0.08, 3), (0.16, 8)])
def test_it_does_what_a_recursive_one_does_in_plain_python(size, max_depth):
    """The same random numbers: the same next positions, leaps and acceptance, for chains of many different lengths."""
    count, params, x = 40, Params(step_size=size, max_depth=max_depth), starts(40)
    draws, same = Draws(rng(1), count), Draws(rng(1), count)
    after, info = nuts.step(nuts.init(x, Banana(), params, draws), Banana(), params, draws)

    push = same.normal().double().tolist()
    ends = {}
    chains = {i: recursive(tuple(x[i].double().tolist()), tuple(push[i]), size, max_depth) for i in range(count)}
    for each in chains.values():
        next(each)
    while chains:
        chances = torch.rand(3, len(chains), generator=same.rng).double().T.tolist()
        for (i, chain), three in zip(list(chains.items()), chances, strict=True):
            try:
                chain.send(three)
            except StopIteration as stop:
                ends[i] = stop.value
                del chains[i]
    positions, leaps, acceptance = zip(*(ends[i] for i in range(count)), strict=True)
    assert info.num_evaluations.tolist() == list(leaps)
    torch.testing.assert_close(after.x, torch.tensor(positions), rtol=1e-3, atol=1e-3)
    torch.testing.assert_close(info.acceptance, torch.tensor(acceptance), rtol=1e-3, atol=1e-3)
    assert len(set(leaps)) >= 2
    assert (after.x - x).norm(dim=1).gt(1e-3).float().mean() > 0.5


# ---- laws ------------------------------------------------------------------------------------------


def features(x):
    one, two = x.unbind(-1)
    return torch.stack([one, two, one**2, two**2, one * two, one**2 * two], -1)


def exact_draws(count):
    one, two = torch.randn(2, count, generator=rng(9)) * torch.tensor([[0.35], [0.15]])
    return torch.stack([one, 2 * one**2 - 0.2 + two], 1)


@pytest.mark.parametrize(("size", "max_depth"), [(0.08, 8), (0.2, 8), (0.08, 1)])
def test_the_chains_are_spread_as_the_grid_says(size, max_depth):
    """Chains that start as exact draws still are some after some steps: by moments, and by chi squared of 6 x 6 cells.

    At a step size that keeps the energy well, at one that does not, and where every glide is cut short.
    """
    target, chains = Banana(), 10_000
    ticks = torch.linspace(-2.2, 3.8, 2401, dtype=torch.float64)
    points = torch.cartesian_prod(ticks, ticks)
    mass = (-target.energy(points)).softmax(0)

    params = Params(step_size=size, max_depth=max_depth)
    draws, start = Draws(rng(2), chains), exact_draws(chains)
    state = nuts.init(start, target, params, draws)
    for _ in range(15):
        state, info = nuts.step(state, target, params, draws)
    assert size < 0.15 or info.acceptance.mean() < 0.5, "else the test would say little"
    assert (state.x - start).norm(dim=1).median() > 0.1
    x = state.x.double()
    found = features(x)
    error = found.std(0) / math.sqrt(chains)
    assert ((found.mean(0) - mass @ features(points)) / error).abs().max() < 4

    def cells(x):
        edges = torch.tensor([[-0.35, -0.2, 0.0, 0.2, 0.35], [-0.3, -0.2, -0.1, 0.05, 0.3]], dtype=torch.float64)
        one, two = (torch.bucketize(x[:, i].contiguous(), edges[i]) for i in (0, 1))
        return one * 6 + two

    expected = chains * torch.zeros(36, dtype=torch.float64).index_add(0, cells(points), mass)
    counts = torch.bincount(cells(x), minlength=36)
    is_usual = expected > 5
    chi_squared = ((counts - expected).square() / expected)[is_usual].sum()
    free = is_usual.sum() - 1
    assert free > 20
    assert chi_squared < free + 4 * (2 * free).sqrt()


def test_a_glide_is_never_longer_than_its_depth_allows():
    """One long chain, at a step size at which it would like to go on, and one that at first goes downhill for ever."""
    for depth in (1, 2, 3, 5):
        params, draws = Params(step_size=0.01, max_depth=depth), Draws(rng(), 1)
        state, longest = nuts.init(starts(1), Banana(), params, draws), 0
        for _ in range(40):
            state, info = nuts.step(state, Banana(), params, draws)
            assert info.path.shape[0] == info.num_evaluations + 1 <= 2**depth
            longest = max(longest, len(info.path))
        assert longest == 2**depth
    params, draws = Params(step_size=1e-3, max_depth=6), Draws(rng(), 9)
    _, info = nuts.step(nuts.init(starts(9), Slope(), params, draws), Slope(), params, draws)
    assert info.num_evaluations.eq(63).all()


def test_a_glide_ends_before_it_has_turned():
    """On a round normal half a circle takes a time of pi. At worst the last half of a glide alone is that long."""
    params, draws = Params(step_size=0.01), Draws(rng(), 200)
    target = Round()
    state = nuts.init(0.2 * torch.randn(200, 2, generator=rng(3)), target, params, draws)
    for _ in range(5):
        state, info = nuts.step(state, target, params, draws)
        time = info.num_evaluations * 0.01 / 0.2
        assert time.max() < 4 * math.pi
        assert time.mean() > 1.5


class Round(Banana):
    """A normal of standard deviation 0.2."""

    def energy_and_score(self, x):
        return x.square().sum(1) / (2 * 0.2**2), -x / 0.2**2


def test_each_position_is_asked_about_once_and_no_chain_that_has_ended_is_asked_again():
    target, params, draws = Banana(), Params(step_size=0.03), Draws(rng(), 50)
    state = nuts.init(starts(50), target, params, draws)
    for _ in range(5):
        target.num_asked = 0
        state, info = nuts.step(state, target, params, draws)
        assert target.num_asked == info.num_evaluations.sum()
        assert len(info.num_evaluations.unique()) > 1


def test_the_path_is_where_each_chain_came_by_and_then_its_new_place():
    params, count = Params(step_size=0.03), 50
    draws = Draws(rng(), count)
    state = nuts.init(starts(count), Banana(), params, draws)
    for _ in range(5):
        before = state.x
        state, info = nuts.step(state, Banana(), params, draws)
        assert torch.equal(info.path[0], before)
        for i, num in enumerate(info.num_evaluations.int().tolist()):
            own, rest = info.path[: num + 1, i], info.path[num + 1 :, i]
            assert (own == state.x[i]).all(1).any()
            assert torch.equal(rest, state.x[i].expand_as(rest))
            # All on one line in time: each has a neighbour that a leap leads to, so that no two are the same.
            assert len(own.unique(dim=0)) == num + 1


def test_the_state_stays_true_to_its_positions():
    target = Banana()
    state = walk(nuts, starts(100), target, Params(step_size=0.1), Draws(rng(1), 100), 7)
    energy, score = target.energy_and_score(state.x)
    torch.testing.assert_close(state.energy, energy)
    torch.testing.assert_close(state.score, score)


# ---- trouble ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("there", [math.nan, math.inf, -math.inf])
def test_no_chain_ends_where_the_energy_is_not_usable(there):
    target, params, count = Shelf(there), Params(step_size=0.08), 300
    draws = Draws(rng(), count)
    start = starts(count).clamp(max=0.25)
    state, num_lost = nuts.init(start, target, params, draws), 0
    for _ in range(10):
        state, info = nuts.step(state, target, params, draws)
        came_by = (info.path[..., 0] > 0.3).any(0)
        assert not came_by.any(), "the path is left out from there on"
        num_lost += int(info.is_divergent.sum())
        assert info.acceptance.isfinite().all()
        assert torch.stack([*state.x.T, state.energy, *state.score.T]).isfinite().all()
        assert (state.x[:, 0] <= 0.3).all()
    assert num_lost > 100
    assert not torch.equal(state.x, start)


def test_an_energy_that_runs_away_ends_the_glide_and_leaves_the_chain():
    params, draws, x = Params(step_size=1.0), Draws(rng(), 50), starts(50) + 0.5
    after, info = nuts.step(nuts.init(x, Banana(), params, draws), Banana(), params, draws)
    lost = info.is_divergent
    assert lost.float().mean() > 0.5
    first = lost & (info.num_evaluations == 1)
    assert first.any()
    assert torch.equal(after.x[first], x[first])
    assert info.path.isfinite().all()


def test_a_start_far_away_where_the_energy_falls_by_thousands_is_left():
    """Weights that overflow single precision."""
    x = torch.tensor([[0.0, 20.0]]).expand(30, 2)
    assert Round().energy(x).min() > 4000
    after = walk(nuts, x, Round(), Params(step_size=0.05), Draws(rng(), 30), 40)
    assert after.energy.max() < 12
