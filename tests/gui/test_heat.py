"""Heat maps against hand-computed cases, the law of the zero level, colour maps, and the read-out."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gui import heat

GREY = np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, axis=1)  # the colour is the index
finite = st.floats(-1e6, 1e6)


def shades(energy, mode="energy", zero=0.0, temperature=1.0, log_z=0.0, span_nats=10.0):
    energy = np.atleast_2d(np.asarray(energy, np.float32))
    return heat.picture(energy, zero, mode, temperature, log_z, span_nats, GREY)[..., 0].tolist()


def test_energies_are_shaded_by_their_height_above_the_zero_level():
    assert shades([2.0, 4.0, 7.0, 12.0, 99.0, -50.0], zero=2.0) == [[255, 204, 128, 0, 0, 255]]


def test_densities_are_shaded_by_their_share_of_the_highest():
    energies = [1.0, 1.0 + math.log(2.0), 1.0 + math.log(5.0), 1e30]
    assert shades(energies, "density", zero=1.0) == [[255, 128, 51, 0]]


def test_temperature_flattens_the_density_and_not_the_energy():
    assert shades([0.0, 2.0 * math.log(2.0)], "density", temperature=2.0) == [[255, 128]]
    assert shades([0.0, 4.0], "log_density", temperature=2.0) == [[255, 204]]
    assert shades([0.0, 4.0], "energy", temperature=2.0) == [[255, 153]]


def test_what_is_not_a_number_is_the_least_likely_and_infinities_are_the_ends():
    for mode in ("energy", "density", "log_density"):
        assert shades([math.nan, math.inf, -math.inf, 0.0], mode) == [[0, 0, 255, 255]]
    assert shades([0.0, 1.0], zero=math.nan) == [[0, 0]]


def test_a_density_that_cannot_be_normalised_is_nowhere():
    assert shades([0.0, 1.0], "density", log_z=math.nan) == [[0, 0]]
    assert shades([0.0, 1.0], "energy", log_z=math.nan) == [[255, 230]]


def test_large_energies_keep_their_small_differences():
    assert shades([1e6, 1e6 + 5.0], "log_density", zero=1e6, log_z=-1e6) == [[255, 128]]


def test_rows_and_columns_stay_in_their_order():
    energy = np.full((3, 2), 10.0, np.float32)
    energy[0, 1] = 0.0
    assert shades(energy) == [[0, 255], [0, 0], [0, 0]]


def test_pictures_are_opaque_and_take_their_colours_from_the_map():
    lut = heat.color_map("dusk")
    picture = heat.picture(np.array([[0.0, 10.0]], np.float32), 0.0, "energy", 1.0, 0.0, 10.0, lut)
    assert picture.dtype == np.uint8
    assert picture.tolist() == [[[*lut[255].tolist(), 255], [*lut[0].tolist(), 255]]]


def test_levels_are_what_the_ends_of_the_map_mean():
    assert heat.levels("energy", 2.0, 1.0, 0.0, 10.0) == (12.0, 2.0)
    assert heat.levels("log_density", 2.0, 2.0, 0.5, 10.0) == (-11.5, -1.5)
    assert heat.levels("density", 2.0, 2.0, 0.5, 10.0) == (0.0, pytest.approx(math.exp(-1.5)))
    assert heat.levels("density", -1e4, 1.0, 0.0, 10.0) == (0.0, math.inf)


@given(st.lists(finite, min_size=1))
def test_the_zero_level_is_never_above_the_frame_and_never_below_all_frames(lows):
    zero = heat.Zero()
    for seen, lowest in enumerate(lows, start=1):
        assert min(lows[:seen]) <= zero.update(lowest) <= lowest


def test_the_zero_level_falls_at_once_and_rises_by_a_hundredth_of_the_gap():
    zero = heat.Zero()
    assert [zero.update(lowest) for lowest in (5.0, -3.0, 7.0)] == [5.0, -3.0, pytest.approx(-2.9)]


def test_the_zero_level_passes_over_what_is_not_finite_and_forgets_on_reset():
    zero = heat.Zero()
    assert math.isnan(zero.update(math.nan))
    zero.update(1.0)
    assert [zero.update(lowest) for lowest in (math.nan, -math.inf, math.inf)] == [1.0, 1.0, 1.0]
    zero.reset()
    assert zero.update(50.0) == 50.0


@pytest.mark.parametrize("name", heat.COLOR_MAPS)
def test_colour_maps_read_without_colour_vision(name):
    linear = (heat.color_map(name) / 255.0) ** 2.2
    luminance = linear @ (0.2126, 0.7152, 0.0722)
    steps = np.diff(luminance[::8])
    assert np.all(steps > 0) or np.all(steps < 0)
    assert abs(luminance[-1] - luminance[0]) > 0.15


@pytest.mark.parametrize("name", heat.COLOR_MAPS)
def test_equal_steps_of_a_colour_map_look_equal(name):
    distances = np.linalg.norm(np.diff(oklab(heat.color_map(name)[::15]), axis=0), axis=1)
    assert distances.max() < 1.35 * distances.min()


def test_the_read_out_is_exact_on_a_plane_and_knows_up_from_right():
    x0, x1, y0, y1 = extent = (-2.0, 4.0, 10.0, 14.0)
    middles_x = x0 + (np.arange(6) + 0.5) * (x1 - x0) / 6
    middles_y = y0 + (np.arange(8) + 0.5) * (y1 - y0) / 8
    plane = (3.0 * middles_x[None, :] - 2.0 * middles_y[:, None]).astype(np.float32)
    for x, y in ((-1.5, 10.25), (0.3, 13.1), (3.5, 13.75)):
        assert heat.value_at(plane, extent, x, y) == pytest.approx(3.0 * x - 2.0 * y, abs=1e-5)


def test_the_read_out_ends_at_the_edge_of_the_view():
    energy = np.array([[1.0, 2.0], [3.0, 4.0]], np.float32)
    extent = (0.0, 1.0, 0.0, 1.0)
    corners = [heat.value_at(energy, extent, x, y) for x, y in ((0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0))]
    assert corners == [1.0, 2.0, 3.0, 4.0]
    outside = [heat.value_at(energy, extent, x, y) for x, y in ((-0.01, 0.5), (0.5, 1.01), (math.nan, 0.5))]
    assert all(math.isnan(value) for value in outside)


def test_an_infinite_neighbour_does_not_spoil_the_middle_of_a_cell():
    energy = np.array([[1.0, math.inf]], np.float32)
    assert heat.value_at(energy, (0.0, 2.0, 0.0, 1.0), 0.5, 0.5) == 1.0


def oklab(rgb):
    """sRGB bytes (n, 3) in Oklab, by the published matrices: the way opposite to the one that heat.py goes."""
    s = rgb / 255.0
    linear = np.where(s <= 0.04045, s / 12.92, ((s + 0.055) / 1.055) ** 2.4)
    to_lms = [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
    to_lab = [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
    return np.cbrt(linear @ np.transpose(to_lms)) @ np.transpose(to_lab)
