"""Glyphs: each factor of the hand does what it says."""

import numpy as np
import pytest

from engine.images.sources import glyphs
from engine.images.writing.strokes import CHARACTERS, curves

NAMES = [each.name for each in glyphs.FACTORS]
PLAIN = {"thickness": 0.5}


def written(character: str, **factors: float) -> np.ndarray:
    values = PLAIN | factors | {"character": CHARACTERS.index(character)}
    return glyphs.render(np.array([[float(values.get(name, 0)) for name in NAMES]]))[0, :, :, 0].astype(float)


def moments(picture: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and covariance of the ink, x before y, in pixels."""
    rows, columns = np.mgrid[: len(picture), : len(picture)]
    places = np.stack([columns.ravel(), rows.ravel()])
    return np.average(places, axis=1, weights=picture.ravel()), np.cov(places, aweights=picture.ravel())


@pytest.mark.parametrize("character", CHARACTERS)
def test_a_character_lies_in_the_middle_with_a_margin_and_is_white_on_black(character):
    picture = written(character)
    assert picture.max() == 255
    assert 0.06 < (picture > 128).mean() < 0.3
    rows, columns = np.nonzero(picture)
    assert min(rows.min(), columns.min()) >= 2
    assert max(rows.max(), columns.max()) <= 25
    assert np.abs(moments(picture)[0] - 13.5).max() < 3.5


def test_hardly_any_hand_writes_beyond_the_picture():
    factors = glyphs.draw_factors(1500, np.random.default_rng(0))
    pictures = glyphs.render(factors)[..., 0]
    edge = np.concatenate([pictures[:, [0, -1]], pictures[:, :, [0, -1]].swapaxes(1, 2)], axis=1)
    assert (edge.max(axis=(1, 2)) > 0).mean() < 0.012


def test_any_two_characters_of_one_hand_differ():
    pictures = np.stack([written(each) for each in CHARACTERS])
    distances = np.sqrt(((pictures[:, None] - pictures) ** 2).mean(axis=(2, 3)))
    assert distances[~np.eye(len(pictures), dtype=bool)].min() > 25


@pytest.mark.parametrize("character", "0H8")
def test_slant_leans_the_top_to_the_right(character):
    covariance = [moments(written(character, slant=slant))[1][0, 1] for slant in (-1, -0.5, 0.5, 1)]
    assert (np.diff(covariance) < -1).all()
    assert covariance[0] > 0 > covariance[-1]


@pytest.mark.parametrize("character", "1A7")
def test_thickness_is_more_ink_in_the_same_place(character):
    thin, thick = (written(character, thickness=thickness) for thickness in (0, 1))
    assert thick.sum() > 1.6 * thin.sum()
    assert (thick >= thin).all()


@pytest.mark.parametrize("character", "0NS")
def test_size_scales_both_ways_and_width_one(character):
    small, large = (np.sqrt(np.diag(moments(written(character, size=size))[1])) for size in (-1, 1))
    assert (large / small > 1.25).all()
    narrow, wide = (np.sqrt(np.diag(moments(written(character, width=width))[1])) for width in (-1, 1))
    assert wide[0] / narrow[0] > 1.4
    assert abs(wide[1] / narrow[1] - 1) < 0.1


def test_rotation_turns_by_the_angle_of_the_help_and_keeps_the_amount_of_ink():
    straight, turned = written("I"), written("I", rotation=1)
    values, vectors = np.linalg.eigh(moments(turned)[1])
    along = vectors[:, np.argmax(values)]
    angle = np.degrees(np.arctan(along[0] / -along[1]))
    assert angle == pytest.approx(np.degrees(2 * np.arctan(0.15)), abs=1.5)
    assert turned.sum() == pytest.approx(straight.sum(), rel=0.02)


def test_curl_of_either_sign_is_the_mirrored_picture_of_a_letter_that_is_its_own_mirror():
    left, right = written("O", curl=-1), written("O", curl=1)
    assert np.abs(left[:, ::-1] - right).max() <= 1
    assert np.abs(written("H", curl=1) - written("H")).max() > 100


def test_rhythm_matters_only_to_an_unsteady_hand_and_closes_its_round():
    np.testing.assert_array_equal(written("5", rhythm=0.2), written("5", rhythm=0.7))
    assert np.abs(written("5", rhythm=0.2, jitter=1) - written("5", rhythm=0.7, jitter=1)).max() > 100
    assert np.abs(written("5", rhythm=0, jitter=1) - written("5", rhythm=1, jitter=1)).max() <= 1


@pytest.mark.parametrize(("characters", "names"), [("digits", "0123456789"), ("letters", "ABCDEFGHIJKLMNOPQRSTUVWXYZ")])
def test_the_characters_asked_for_are_written_with_their_own_labels(characters, names):
    pictures = glyphs.make(glyphs.Params(count=400, characters=characters), 0)
    assert "".join(pictures.class_names) == names
    assert set(pictures.labels) == set(range(len(names)))
    shown = [CHARACTERS[int(each)] for each in pictures.attributes[:, 0]]
    assert shown == [names[label] for label in pictures.labels]


@pytest.mark.parametrize("character", CHARACTERS)
def test_strokes_stay_near_their_box_and_their_points_lie_close(character):
    for curve in curves(character):
        assert np.abs(curve).max() < 1.1
        assert np.linalg.norm(np.diff(curve, axis=0), axis=1).max() < 0.35
