"""The laws of interpolation and sums of codes, and truncated draws against SciPy's distribution."""

import math

import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from engine.images.latents import lerp, mean_of, shares, slerp, truncated_normal, weighted_sum

numbers = st.floats(-5, 5, width=32)
pairs = st.integers(2, 6).flatmap(lambda d: st.tuples(*[st.lists(numbers, min_size=d, max_size=d)] * 2))
ANY_SHARE = torch.linspace(-0.5, 1.5, 9)
WITHIN = torch.linspace(0, 1, 9)


def both(pair: tuple[list[float], list[float]]) -> tuple[torch.Tensor, torch.Tensor]:
    return torch.tensor(pair[0]), torch.tensor(pair[1])


def close(one: torch.Tensor, other: torch.Tensor) -> bool:
    return torch.allclose(one, other, atol=3e-4, rtol=1e-4)


@pytest.mark.parametrize("way", [lerp, slerp])
@given(pair=pairs)
def test_it_begins_at_a_and_ends_at_b(way, pair):
    a, b = both(pair)
    ends = way(a, b, torch.tensor([0.0, 1.0]))
    assert close(ends[0], a)
    assert close(ends[1], b)


@pytest.mark.parametrize("way", [lerp, slerp])
@given(pair=pairs)
def test_from_b_to_a_is_the_same_way_back(way, pair):
    a, b = both(pair)
    assert close(way(a, b, ANY_SHARE), way(b, a, 1 - ANY_SHARE))


def test_a_code_of_almost_no_length_has_no_arc():
    a, b = both(([0.0, 1.0], [1.2e-38, 1.2e-38]))
    assert slerp(a, b, ANY_SHARE).equal(lerp(a, b, ANY_SHARE))
    assert slerp(b, a, ANY_SHARE).equal(lerp(b, a, ANY_SHARE))


@pytest.mark.parametrize("way", [lerp, slerp])
@given(pair=pairs, factor=st.floats(0.1, 3))
def test_scaling_the_codes_scales_the_way(way, pair, factor):
    a, b = both(pair)
    assume(min(a.norm(), b.norm()) > 0.01)
    assert close(way(a * factor, b * factor, ANY_SHARE), way(a, b, ANY_SHARE) * factor)


@given(pair=pairs)
def test_a_straight_line_moves_by_equal_steps_beyond_its_ends_too(pair):
    a, b = both(pair)
    steps = lerp(a, b, ANY_SHARE).diff(dim=0)
    assert close(steps, ((b - a) / 4).expand_as(steps))


@given(pair=pairs)
def test_on_an_arc_the_length_goes_evenly_from_that_of_a_to_that_of_b(pair):
    a, b = both(pair)
    assume(min(a.norm(), b.norm()) > 0.1)
    cosine = torch.cosine_similarity(a, b, dim=0).abs()
    assume(cosine < 0.999)
    assert close(slerp(a, b, WITHIN).norm(dim=1), a.norm() + WITHIN * (b.norm() - a.norm()))


@given(pair=pairs)
def test_on_an_arc_the_direction_turns_by_equal_angles(pair):
    a, b = both(pair)
    assume(min(a.norm(), b.norm()) > 0.5)
    assume(torch.cosine_similarity(a, b, dim=0).abs() < 0.99)
    frames = slerp(a.double(), b.double(), WITHIN.double())
    cosines = torch.cosine_similarity(frames[1:], frames[:-1])
    assert torch.allclose(cosines.acos(), cosines.acos()[0].expand(8), atol=1e-3)


def test_a_quarter_circle_is_known():
    frames = slerp(torch.tensor([1.0, 0.0]), torch.tensor([0.0, 1.0]), torch.tensor([-0.5, 0.5, 1.5]))
    half = math.sqrt(0.5)
    assert close(frames, torch.tensor([[half, -half], [half, half], [-half, half]]))


@pytest.mark.parametrize(
    ("a", "b"), [([1.0, 2.0], [2.0, 4.0]), ([1.0, 2.0], [-1.0, -2.0]), ([0.0, 0.0], [1.0, 1.0]), ([3.0, 1.0],) * 2]
)
def test_without_an_arc_the_way_is_straight(a, b):
    a, b = torch.tensor(a), torch.tensor(b)
    assert torch.equal(slerp(a, b, ANY_SHARE), lerp(a, b, ANY_SHARE))


@given(pair=pairs)
def test_no_way_gives_a_number_that_is_not_finite(pair):
    a, b = both(pair)
    assert slerp(a, b, ANY_SHARE).isfinite().all()


def test_shares_are_kept_within_half_beyond_the_ends():
    assert shares(3, -9, 9).tolist() == [-0.5, 0.5, 1.5]
    assert shares(5).tolist() == [0, 0.25, 0.5, 0.75, 1]


@given(pair=pairs)
def test_what_is_added_and_taken_away_again_leaves_nothing(pair):
    a, b = both(pair)
    assert close(weighted_sum([a, b, b], [1, 1, -1]), a)
    assert close(weighted_sum([a, a], [0.5, 0.5]), a)


def test_a_group_counts_by_its_mean():
    group = torch.tensor([[1.0, 2.0], [3.0, 6.0]])
    assert weighted_sum([group, torch.tensor([1.0, 1.0])], [2, -1]).tolist() == [3.0, 7.0]
    assert mean_of(group).tolist() == [2.0, 4.0]


@pytest.mark.parametrize("limit", [0.3, 1.0, 2.5, math.inf])
def test_truncated_draws_are_those_of_scipy(limit):
    drawn = truncated_normal((200, 100), limit, torch.Generator().manual_seed(0))
    assert drawn.abs().max() <= limit
    assert drawn.dtype == torch.float32
    known = stats.truncnorm(-limit, limit)
    assert stats.kstest(drawn.flatten().double().numpy(), known.cdf).pvalue > 0.01


def test_truncation_at_zero_leaves_the_middle():
    assert not truncated_normal((4, 3), 0.0, torch.Generator().manual_seed(0)).any()


def test_the_same_seed_draws_the_same():
    one, other = (truncated_normal((5, 2), 1.0, torch.Generator().manual_seed(7)) for _ in range(2))
    assert torch.equal(one, other)
