"""The cache of drawn pictures: taken when whole, drawn anew when damaged, never in the way."""

import numpy as np
import pytest

from engine.images import picture_cache
from engine.images.picture_cache import cached

SHAPE = (4, 4, 3)
FACTORS = np.arange(1200.0).reshape(600, 2)


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setattr(picture_cache, "folder", lambda: tmp_path / "cache")
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "drawing.py").write_text("red = 1\n")
    return tmp_path


class Painter:
    """Draws pictures, and counts how often."""

    def __init__(self):
        self.times = 0

    def __call__(self, factors):
        self.times += 1
        shade = (factors[:, 0] % 251).astype(np.uint8)
        return np.broadcast_to(shade[:, None, None, None], (len(factors), *SHAPE))


def picture_of(home, render, factors=FACTORS):
    return cached("dots", home / "code", SHAPE, factors, render)


def files(home):
    return list((home / "cache").iterdir())


def test_what_was_drawn_once_is_read_the_second_time(home):
    render = Painter()
    first, second = picture_of(home, render), picture_of(home, render)
    assert render.times == 1
    assert first.dtype == second.dtype == np.uint8
    # torch warns of arrays that cannot be written to.
    assert first.flags.writeable
    assert second.flags.writeable
    np.testing.assert_array_equal(first, second)


def test_other_factors_and_other_code_are_drawn_anew(home):
    render = Painter()
    picture_of(home, render)
    picture_of(home, render, FACTORS + 1)
    assert render.times == 2
    (home / "code" / "drawing.py").write_text("red = 2\n")
    picture_of(home, render)
    assert render.times == 3


@pytest.mark.parametrize("damage", ["truncated", "longer", "one bit", "empty"])
def test_a_damaged_file_is_drawn_anew_and_mended(home, damage):
    render = Painter()
    whole = picture_of(home, render)
    (file,) = files(home)
    content = bytearray(file.read_bytes())
    content[1000] ^= 1
    damaged = {"truncated": content[:900], "longer": content + b"x", "one bit": content, "empty": b""}[damage]
    file.write_bytes(damaged)
    np.testing.assert_array_equal(picture_of(home, render), whole)
    assert render.times == 2
    picture_of(home, render)
    assert render.times == 2


def test_a_folder_that_cannot_be_written_is_no_obstacle(home):
    (home / "cache").write_text("a file where the folder should be")
    render = Painter()
    assert len(picture_of(home, render)) == len(picture_of(home, render)) == 600
    assert render.times == 2


def test_few_pictures_are_not_kept(home):
    picture_of(home, Painter(), FACTORS[:20])
    assert not (home / "cache").exists()


def test_only_the_newest_files_are_kept_and_no_half_written_one(home):
    for shift in range(7):
        picture_of(home, Painter(), FACTORS + shift)
    assert len(files(home)) == 4
    assert all(file.suffix == ".pixels" for file in files(home))
