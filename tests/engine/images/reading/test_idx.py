"""IDX files, the format of MNIST: what is read, and every way in which one can be wrong."""

import numpy as np
import pytest

from engine.images.files import read_path
from engine.notice import Notice
from tests.engine.images.known_files import idx, packed

DIGITS = np.random.default_rng(0).integers(0, 256, (6, 28, 28))
LABELS = np.array([7, 3, 3, 9, 7, 3])


@pytest.fixture
def write(tmp_path):
    def written(name: str, content: bytes):
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return written


@pytest.mark.parametrize("ending", ["", ".gz"])
def test_pictures_come_out_as_they_went_in_with_the_labels_beside_them(write, ending):
    pack = packed if ending else bytes
    path = write(f"train-images-idx3-ubyte{ending}", pack(idx(DIGITS)))
    write(f"train-labels-idx1-ubyte{ending}", pack(idx(LABELS)))
    pictures = read_path(path)
    assert np.array_equal(pictures.pixels[..., 0], DIGITS)
    assert pictures.pixels.dtype == np.uint8
    assert [pictures.class_names[each] for each in pictures.labels] == ["7", "3", "3", "9", "7", "3"]
    assert pictures.title == "train"


def test_pictures_without_labels_have_unknown_classes(write):
    pictures = read_path(write("mine.idx", idx(DIGITS)))
    assert pictures.labels.tolist() == [-1] * 6
    assert pictures.class_names == ()


def test_the_file_of_labels_leads_to_its_pictures(write):
    write("t10k-images.idx3-ubyte", idx(DIGITS))
    pictures = read_path(write("t10k-labels.idx1-ubyte", idx(LABELS)))
    assert len(pictures.pixels) == 6
    assert pictures.class_names == ("3", "7", "9")


def test_a_folder_of_idx_files_gives_its_training_pictures(tmp_path, write):
    write("t10k-images-idx3-ubyte", idx(DIGITS[:2]))
    write("train-images-idx3-ubyte", idx(DIGITS))
    assert len(read_path(tmp_path).pixels) == 6


def test_colour_in_a_fourth_axis_is_kept_or_made_grey(write):
    colours = np.zeros((2, 8, 8, 3))
    colours[..., 0] = 255
    path = write("colour.idx", idx(colours))
    assert np.array_equal(read_path(path).pixels, colours)
    assert read_path(path, grey=True).pixels.flat[0] == 76  # the share of red in grey, 0.299 of 255


def test_grey_pictures_can_be_asked_for_in_colour(write):
    pixels = read_path(write("grey.idx", idx(DIGITS)), grey=False).pixels
    assert pixels.shape == (6, 28, 28, 3)
    assert np.array_equal(pixels[..., 2], DIGITS)


def test_pictures_are_cropped_to_their_middle_and_scaled(write):
    wide = np.zeros((1, 10, 30))
    wide[:, :, 10:20] = 200
    pixels = read_path(write("wide.idx", idx(wide)), side=20).pixels
    assert pixels.shape == (1, 20, 20, 1)
    assert (pixels == 200).all()


def test_very_large_pictures_come_at_the_usual_side(write):
    assert read_path(write("large.idx", idx(np.zeros((2, 200, 300))))).shape == (64, 64, 1)


def sides(*sides: int) -> bytes:
    return bytes([0, 0, 8, len(sides)]) + b"".join(side.to_bytes(4, "big") for side in sides)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "p is empty"),
        (b"\0\0\x08", "p is no IDX file"),
        (b"\0\0\x08\x09" + bytes(40), "p is no IDX file"),
        (idx(DIGITS, kind=0x0D), "p holds elements of type 0x0D; only bytes"),
        (idx(DIGITS)[:9], "p is cut short within its header"),
        (idx(DIGITS)[:-900], "p is cut short: it promises 4,704 bytes, more than the file can hold"),
        (packed(idx(DIGITS)[:-900]), "p is cut short: it promises 6 pictures and 4 are there"),
        (idx(DIGITS) + b"\0", "p is damaged: it holds more than the 6 pictures"),
        (packed(idx(DIGITS))[:-9], "p is damaged: it cannot be unpacked to its end"),
        (b"\x1f\x8b" + bytes(30), "p is damaged: it cannot be unpacked to its end"),
        (sides(2**32 - 1, 2**32 - 1, 2**32 - 1), "p is cut short: it promises"),
        (packed(sides(2**31, 28, 28)), "p is cut short: it promises"),
        (packed(sides(200_001, 1, 1) + bytes(2**20)), "p holds more than 200,000 pictures"),
        (packed(sides(0, 28, 28)), "p holds no pictures"),
        (packed(sides(1, 28, 0)), "p has pictures of 0 x 28"),
        (packed(sides(1, 4000, 1) + bytes(9000)), "p has pictures of 1 x 4000"),
        (idx(LABELS), "p holds labels; the file with the pictures is not beside it"),
        (idx(np.zeros((4, 8, 8, 2))), r"p has the shape \(4, 8, 8, 2\)"),
    ],
)
def test_a_wrong_file_is_refused_in_a_sentence(write, content, sentence):
    with pytest.raises(Notice, match=sentence):
        read_path(write("p", content))


def test_labels_that_do_not_fit_are_refused(write):
    path = write("a-images-idx3-ubyte", idx(DIGITS))
    write("a-labels-idx1-ubyte", idx(LABELS[:5]))
    with pytest.raises(Notice, match=r"a-labels-idx1-ubyte has labels of the shape \(5,\); 6 pictures need \(6,\)"):
        read_path(path)
    write("a-labels-idx1-ubyte", idx(LABELS)[:-1])
    with pytest.raises(Notice, match="a-labels-idx1-ubyte is damaged: the number of labels is not the 6"):
        read_path(path)


@pytest.mark.parametrize("side", [7, 129, -1])
def test_a_side_out_of_range_is_refused(write, side):
    with pytest.raises(Notice, match=rf"A side of {side} pixels was asked for; it must be from 8 to 128"):
        read_path(write("p", idx(DIGITS)), side=side)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(Notice, match=r"nothing cannot be read: No such file"):
        read_path(tmp_path / "nothing")
