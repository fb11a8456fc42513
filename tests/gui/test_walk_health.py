"""What is said of chains that are in trouble, and that nothing is said of others."""

import math

import numpy as np
import pytest

from gui.walk_health import trouble
from tests.gui.test_walks import TRUTH, chains, measures

FOUR = np.zeros((4, 2))


def walked(positions=FOUR, **more):
    return chains(positions=positions, **more)


def measured(num_draws=500, **more):
    from msgspec.structs import replace

    return replace(measures(acceptance=0.4, **more), num_draws=num_draws)


def test_chains_that_walk_well_are_not_in_trouble():
    assert trouble(None, None, None) == ""
    assert trouble(walked(), None, TRUTH) == ""
    assert trouble(walked(), measured(), TRUTH) == ""
    assert trouble(walked(step_size=math.nan), measured(jump=0.0), TRUTH) == ""


def test_lost_chains_are_counted_whether_place_or_energy_is_not_finite():
    positions = FOUR.copy()
    positions[1, 0] = math.nan
    said = trouble(walked(positions), measured(), TRUTH)
    assert said.startswith("1 of 4 chains have gone")
    assert "smaller step size" in said
    assert "Reset" in said
    from msgspec.structs import replace

    infinite = replace(walked(), energy=np.array([0, np.inf, np.nan, 1], np.float32))
    assert trouble(infinite, None, None).startswith("2 of 4")
    assert "step size" not in trouble(walked(positions, step_size=math.nan), None, None)


@pytest.mark.parametrize(("more", "words"), [
    ({"jump": 1e-5}, ("tiny", "larger step size")),
    ({"divergences": 1000}, ("50 %", "diverge", "smaller step size")),
])  # fmt: skip
def test_what_is_wrong_comes_with_its_remedy(more, words):
    said = trouble(walked(), measured(**more), TRUTH)
    for word in words:
        assert word in said


def test_hardly_any_proposal_accepted():
    from msgspec.structs import replace

    stuck = replace(measured(), acceptance=0.001)
    assert "0.1 %" in trouble(walked(), stuck, TRUTH)
    assert "smaller step size" in trouble(walked(), stuck, TRUTH)
    assert "another sampler" in trouble(walked(step_size=math.nan), stuck, TRUTH)
    assert trouble(walked(), replace(stuck, num_draws=10), TRUTH) == ""
    assert trouble(walked(is_warming_up=True), stuck, TRUTH) == ""


def test_many_chains_far_from_all_mass_are_told_and_few_are_not():
    from msgspec.structs import replace

    x0, x1, _, _ = TRUTH.extent
    inside = replace(TRUTH, masses=np.array([0.6, 0.4]))
    away = FOUR.copy()
    away[:2, 0] = x1 + 1.1 * (x1 - x0)
    assert trouble(walked(away), measured(), inside).startswith("2 of 4 chains are far outside")
    assert trouble(walked(away), None, replace(inside, masses=np.array([0.5]))) == ""
    one = np.zeros((10, 2))
    one[0] = away[0]
    assert trouble(walked(one), measured(), inside) == ""
