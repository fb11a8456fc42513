"""Which moments stay when memory is short: laws for any run of steps."""

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.thinning import missed, surplus

STEPS = st.lists(st.integers(0, 10_000), min_size=1, max_size=60, unique=True).map(sorted)


def kept(steps, now, most):
    """Those that stay where there is room for `most` of size 1."""
    while len(steps) > most:
        [going] = surplus([(steps, now, [1] * len(steps))], len(steps) - most)
        if not going:
            break
        steps = [each for index, each in enumerate(steps) if index not in going]
    return steps


@given(STEPS, st.integers(1, 40))
def test_the_first_and_the_newest_stay_and_no_more_go_than_must(steps, most):
    left = kept(steps, steps[-1], most)
    assert (left[0], left[-1]) == (steps[0], steps[-1])
    assert set(left) <= set(steps)
    assert len(left) == max(min(most, len(steps)), min(len(steps), 2))


@given(st.lists(STEPS, min_size=1, max_size=4), st.integers(0, 5_000))
def test_no_two_neighbours_go_at_once_and_enough_is_freed_where_it_can_be(all_steps, excess):
    tracks = [(steps, steps[-1], [100] * len(steps)) for steps in all_steps]
    going = surplus(tracks, excess)
    for gone, steps in zip(going, all_steps, strict=True):
        assert all(0 < index < len(steps) - 1 for index in gone)
        assert not any(b - a == 1 for a, b in itertools.pairwise(sorted(gone)))
    freed = 100 * sum(map(len, going))
    can_go = any(len(steps) > 2 for steps in all_steps)
    assert freed < excess + 100
    assert (freed > 0) == (excess > 0 and can_go)


@given(STEPS)
def test_all_but_the_ends_can_be_told_how_much_they_are_missed(steps):
    found = missed(steps, steps[-1])
    assert found[0] == found[-1] == float("inf")
    assert ((found[1:-1] > 0) & (found[1:-1] <= 1)).all()


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 7), st.integers(12, 40))
def test_a_run_that_goes_on_and_on_is_kept_ever_sparser_towards_its_beginning(every, most):
    """Gaps are in proportion to how long ago they are: each doubling of the age has about as many moments."""
    steps = []
    for step in range(0, 3_000 * every, every):
        steps = kept([*steps, step], step, most)
    now = steps[-1]
    gaps = [(b - a, now - a) for a, b in itertools.pairwise(steps)]
    assert len(steps) == most
    assert steps[-1] - steps[-2] <= 2 * every
    # With m moments over r doublings of the age a gap is about r ln 2 / m of it; a few times that is still fine.
    for gap, age in gaps:
        assert gap <= max(2 * every, 30 * age / most)
    recent = [step for step in steps if step > now / 2]
    assert len(recent) > most / 3


def test_of_two_tracks_the_one_that_is_crowded_gives():
    crowded, sparse = list(range(100)), [0, 50, 99]
    going = surplus([(crowded, 99, [1] * 100), (sparse, 99, [1] * 3)], 20)
    assert len(going[0]) == 20
    assert going[1] == set()
