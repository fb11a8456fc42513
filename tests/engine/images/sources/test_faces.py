"""Each factor of a face changes what it should, visibly, and nothing else."""

import numpy as np
import pytest

from engine.images.portrait.canvas import View
from engine.images.portrait.person import BEARDS, GLASSES, HAIR_STYLES, HATS
from engine.images.sources import faces

NAMES = [each.name for each in faces.FACTORS]
KINDS = {"glasses": GLASSES, "hair_style": HAIR_STYLES, "beard": BEARDS, "hat": HATS}
PLAIN = {"age": 0.4, "hair_style": HAIR_STYLES.index("short"), "hair_colour": 0.2, "light": 0.3, "smile": 0.3}


def person(**factors: float) -> np.ndarray:
    """A row of factors: a plain person, except for those that are named."""
    values = PLAIN | factors
    return np.array([float(values.get(name, 0)) for name in NAMES])


def drawn(**factors: float) -> np.ndarray:
    return faces.render(person(**factors)[None])[0].astype(int)


def area(top: int, bottom: int, left: int = 0, right: int = 64) -> np.ndarray:
    """Pixels from row `top` up to `bottom` and column `left` up to `right`."""
    mask = np.zeros((64, 64), bool)
    mask[top:bottom, left:right] = True
    return mask


# Where a factor may change the picture of a person who looks straight on.
REGIONS = {
    "glasses": area(28, 44, 14, 50),
    "gender": area(24, 64),
    "smile": area(40, 51, 24, 40),
    "age": area(21, 64),
    "hair_style": ~area(31, 48, 27, 37),
    "hair_colour": area(9, 36, 14, 50),
    "skin": area(20, 62, 12, 52),
    "beard": area(29, 59, 14, 50),
    "hat": area(0, 27),
    "brow": area(23, 34, 19, 45),
    "turn": area(20, 57, 12, 52),
    "light": ~(area(0, 4) | area(0, 48, 0, 8) | area(0, 48, 56, 64)),
    "background": ~area(20, 38, 20, 44) & ~area(60, 64, 20, 44),
    "gaze": area(31, 41, 20, 44),
    "clothes": area(50, 64, 8, 56),
}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("others", [{}, {"gender": 1, "skin": 0.7, "age": 0.9}, {"gender": 0.5, "age": 0.0}])
def test_a_factor_changes_its_own_region_and_no_pixel_elsewhere(name, others):
    factor = faces.FACTORS[NAMES.index(name)]
    values = np.linspace(factor.low, factor.high, 4) if not factor.choices else range(len(factor.choices))
    pictures = np.stack([drawn(**(others | {name: value})) for value in values])
    changes = np.abs(pictures[:, None] - pictures).max(axis=-1)
    assert changes[..., ~REGIONS[name]].max() == 0
    different = ~np.eye(len(pictures), dtype=bool)
    # Any two of these are told apart at sight: at least 4 pixels differ by a tenth of the range.
    assert (changes[different] > 25).sum(axis=(1, 2)).min() >= 4


@pytest.mark.parametrize("name", NAMES)
def test_every_region_leaves_something_out(name):
    assert not REGIONS[name].all()


def test_hair_colour_is_also_that_of_brows_and_beard():
    bald = {"hair_style": 0}
    change = drawn(**bald, hair_colour=0) - drawn(**bald, hair_colour=1)
    assert change[area(20, 35)].any()
    assert not change[~area(20, 35)].any()
    bearded = bald | {"beard": BEARDS.index("full")}
    assert (drawn(**bearded, hair_colour=0) - drawn(**bearded, hair_colour=1))[area(50, 53, 30, 34)].any(axis=-1).all()


def test_a_hat_hides_nothing_of_the_face():
    for hat in range(1, len(HATS)):
        change = drawn() - drawn(hat=hat)
        assert not change[area(27, 64)].any()


def test_glasses_do_not_hide_where_the_eyes_look():
    for glasses in range(len(GLASSES)):
        left, right = (drawn(glasses=glasses, gaze=gaze) for gaze in (-1, 1))
        assert (np.abs(left - right).max(axis=-1) > 60).sum() >= 16


def test_every_style_of_hair_is_told_from_the_others_under_any_hat():
    for hat in range(len(HATS)):
        pictures = np.stack([drawn(hat=hat, hair_style=style) for style in range(len(HAIR_STYLES))])
        changes = (np.abs(pictures[:, None] - pictures).max(axis=-1) > 25).sum(axis=(2, 3))
        assert changes[~np.eye(len(pictures), dtype=bool)].min() >= 20


def test_a_turned_head_is_mirrored_by_a_turn_to_the_other_side():
    """Of a person whose hair and glasses have no side of their own."""
    left = drawn(turn=-0.7, gaze=0.4, light=-0.5, hair_style=HAIR_STYLES.index("bob"))
    right = drawn(turn=0.7, gaze=-0.4, light=0.5, hair_style=HAIR_STYLES.index("bob"))
    assert np.abs(left[:, ::-1] - right).max() <= 1


def test_light_from_the_left_makes_the_left_half_the_brighter_one():
    for skin in (0.0, 0.5, 1.0):
        left, right = drawn(light=-1, skin=skin), drawn(light=1, skin=skin)
        cheeks = area(36, 44, 19, 24), area(36, 44, 40, 45)
        assert left[cheeks[0]].mean() > right[cheeks[0]].mean() + 15
        assert right[cheeks[1]].mean() > left[cheeks[1]].mean() + 15


def test_skin_goes_from_light_to_dark_and_hair_from_dark_to_light():
    forehead = [drawn(hair_style=0, skin=skin)[area(18, 22, 28, 36)].mean() for skin in np.linspace(0, 1, 9)]
    assert (np.diff(forehead) < -5).all()
    hair = [drawn(hair_colour=colour)[area(11, 14, 28, 36)].mean() for colour in np.linspace(0, 1, 9)]
    assert (np.diff(hair) > 3).all()


@pytest.mark.parametrize("name", KINDS)
def test_the_class_of_a_picture_is_the_kind_that_was_asked_for(name):
    pictures = faces.make(faces.Params(count=60, classes=name.replace("_", " ")), 3)
    assert pictures.class_names == KINDS[name]
    np.testing.assert_array_equal(pictures.labels, pictures.attributes[:, NAMES.index(name)])


def test_none_is_the_most_common_kind_and_numbers_are_uniform():
    columns = dict(zip(NAMES, faces.draw_factors(4000, np.random.default_rng(0)).T, strict=True))
    for name in ("glasses", "beard", "hat"):
        shares = np.bincount(columns[name].astype(int)) / 4000
        assert shares[0] > 0.35
        assert shares[1:].min() > 0.13
    assert np.bincount(columns["hair_style"].astype(int)).min() > 450
    for each in faces.FACTORS:
        if not each.choices:
            counts = np.histogram(columns[each.name], bins=8, range=(each.low, each.high))[0]
            assert counts.min() > 420
            assert counts.max() < 580


def test_no_part_is_cut_off_by_the_window_that_it_is_drawn_in(monkeypatch):
    people = faces.draw_factors(120, np.random.default_rng(5))
    people[::2, NAMES.index("turn")] = np.sign(people[::2, NAMES.index("turn")])
    narrow = faces.render(people).astype(int)
    part = View.part
    monkeypatch.setattr(
        View, "part", lambda self, left, top, right, bottom: part(self, left - 4, top - 4, right + 4, bottom + 4)
    )
    # A soft edge may fade out a little beyond.
    assert np.abs(faces.render(people) - narrow).max() <= 2
