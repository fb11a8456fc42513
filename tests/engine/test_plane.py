"""The map between the user's numbers and the plane."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from engine.plane import Plane

CPU = torch.device("cpu")
MIDDLES = st.floats(-1e9, 1e9)
HALVES = st.floats(1e-3, 1e9)


def test_the_home_view_is_the_square_from_minus_one_to_one():
    plane = Plane.of((10.0, 20.0, -3.0, 1.0))
    corners = np.array([[10.0, -3.0], [20.0, 1.0], [15.0, -1.0], [10.0, 1.0]])
    assert plane.to_plane(corners, CPU).tolist() == [[-1, -1], [1, 1], [0, 0], [-1, 1]]
    assert plane.extent_on_plane((10.0, 20.0, -3.0, 1.0)) == (-1, 1, -1, 1)


def test_data_far_from_zero_keep_their_differences():
    """At 1e9 single precision knows no steps below 64; the map must subtract before it rounds."""
    shape = np.array([[0.0, 0.1], [0.25, 0.9], [1.0, 0.5]])
    far = shape + 1e9
    plane = Plane.of((1e9, 1e9 + 1, 1e9, 1e9 + 1))
    on_plane = plane.to_plane(far, CPU)
    assert on_plane.dtype == torch.float32
    np.testing.assert_allclose(on_plane.numpy(), 2 * shape - 1, atol=1e-6)
    np.testing.assert_allclose(plane.to_user(on_plane) - 1e9, shape, atol=1e-6)


@given(MIDDLES, MIDDLES, HALVES, HALVES)
def test_there_and_back_is_the_identity(cx, cy, hx, hy):
    plane = Plane((cx, cy), (hx, hy))
    user = np.array([[cx, cy], [cx - hx, cy + hy], [cx + 0.3 * hx, cy - 0.7 * hy]])
    back = plane.to_user(plane.to_plane(user, CPU))
    assert back.dtype == np.float64
    np.testing.assert_allclose((back - user) / plane.half, 0, atol=2e-6)


def test_each_axis_has_its_own_scale_and_place():
    plane = Plane.of((0.0, 2.0, 100.0, 500.0))
    assert plane.extent_on_plane((1.0, 3.0, 200.0, 300.0)) == (0.0, 2.0, -0.5, 0.0)


def test_log_area_is_the_log_of_the_area_of_the_home_view_by_that_of_the_square():
    extent = (10.0, 20.0, -3.0, 1.0)
    assert Plane.of(extent).log_area == pytest.approx(math.log(10 * 4 / 4))


def test_log_area_turns_one_density_into_the_other():
    """A uniform density on the home view: 1/4 on the plane, one by its area in the user's numbers."""
    plane = Plane.of((0.0, 1e6, 0.0, 1e-3))
    assert math.exp(math.log(1 / 4) - plane.log_area) == pytest.approx(1 / (1e6 * 1e-3))
