"""NumPy's files of pictures: what is read, and every way in which one can be wrong."""

import io
import zipfile

import numpy as np
import pytest

from engine.images.files import read_path
from engine.notice import Notice
from tests.engine.images.known_files import npy, npz

rng = np.random.default_rng(0)
GREY = rng.integers(0, 256, (5, 12, 12), np.uint8)
COLOUR = rng.integers(0, 256, (5, 12, 12, 3), np.uint8)


@pytest.fixture
def read(tmp_path):
    def written_and_read(content: bytes, name: str = "p.npz", **options):
        (tmp_path / name).write_bytes(content)
        return read_path(tmp_path / name, **options)

    return written_and_read


@pytest.mark.parametrize("key", ["images", "x", "arr_0"])
def test_pictures_labels_and_attributes_come_out_as_they_went_in(read, key):
    attributes = np.array([[0, 1.5], [1, np.nan], [0, 2], [1, 3], [1, 4]])
    names = np.array(["glasses", "age"])
    labels = np.array([4, -1, 4, 20, 4])
    pictures = read(npz(**{key: GREY}, labels=labels, attributes=attributes, attribute_names=names))
    assert np.array_equal(pictures.pixels[..., 0], GREY)
    assert pictures.labels.tolist() == [0, -1, 0, 1, 0]
    assert pictures.class_names == ("4", "20")
    assert np.array_equal(pictures.attributes, attributes.astype(np.float32), equal_nan=True)
    assert pictures.attribute_names == ("glasses", "age")


@pytest.mark.parametrize(
    "array",
    [
        COLOUR,
        np.ascontiguousarray(COLOUR.transpose(0, 3, 1, 2)),
        COLOUR.astype(np.int64),
        (COLOUR / 255),
        (COLOUR / 255).astype(np.float32),
        (COLOUR / 255).astype(">f8"),
    ],
)
def test_every_layout_and_kind_of_number_gives_the_same_pictures(read, array):
    assert np.array_equal(read(npy(array), "p.npy").pixels, COLOUR)
    assert np.array_equal(read(npz(images=array)).pixels, COLOUR)


def test_rows_of_a_square_number_are_grey_pictures(read):
    assert np.array_equal(read(npz(x=GREY.reshape(5, 144))).pixels[..., 0], GREY)


def test_yes_and_no_are_white_and_black(read):
    assert np.array_equal(read(npz(images=GREY > 100)).pixels[..., 0], np.where(GREY > 100, 255, 0))


def test_pictures_of_another_side_are_scaled(read):
    assert read(npz(images=np.full((3, 30, 30), 90, np.uint8)), side=16).pixels.tolist() == [[[[90]] * 16] * 16] * 3


def header_of_npy(shape: str, dtype: str = "|u1") -> bytes:
    text = f"{{'descr': '{dtype}', 'fortran_order': False, 'shape': {shape}}}".ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text.encode()


@pytest.mark.parametrize(
    ("array", "sentence"),
    [
        (np.full((2, 9, 9), np.nan), "p.npy, picture 1: a pixel is nan; numbers with a point go from 0 to 1"),
        (np.linspace(0, 2, 162).reshape(2, 9, 9), r"p.npy, picture 2: a pixel is 1\.\d+; numbers with a point"),
        (np.full((2, 9, 9), 256), "p.npy, picture 1: a pixel is 256; whole numbers go from 0 to 255"),
        (np.zeros((2, 9, 9), complex), "p.npy holds complex numbers"),
        (np.zeros(9), r"p.npy has the shape \(9,\)"),
        (np.zeros((9, 10)), r"p.npy has the shape \(9, 10\)"),
        (np.zeros((0, 9, 9)), "p.npy holds no pictures"),
        (np.zeros((2, 9, 9, 4)), r"p.npy has the shape \(2, 9, 9, 4\)"),
        (np.asfortranarray(np.zeros((2, 9, 9))), "stored in Fortran's order"),
    ],
)
def test_a_wrong_array_is_refused(read, array, sentence):
    with pytest.raises(Notice, match=sentence):
        read(npy(array), "p.npy")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (npy(np.array([{"a": 1}], dtype=object), allow_pickle=True), "Python objects, which may run code"),
        (npy(GREY)[:-1], "p.npy is cut short: its header promises 720 bytes of numbers and 719 are there"),
        (npy(GREY) + b"\0", "p.npy is damaged: it holds more than the 5 pictures"),
        (header_of_npy("(1000000000, 64, 64)"), "p.npy is cut short: its header promises 4,096,000,000,000"),
        (header_of_npy("(-4, 8, 8)"), "p.npy is damaged"),
    ],
)
def test_a_damaged_array_is_refused(read, content, sentence):
    with pytest.raises(Notice, match=sentence):
        read(content, "p.npy")


def zip_of(name: str, content: bytes, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        archive.writestr(name, content)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (npz(energy=GREY), "p.npz holds no array of pictures; name it images"),
        (npz(images=GREY)[:-60], "p.npz is damaged"),
        (npz(images=GREY, labels=np.zeros(4)), r"labels has the shape \(4,\); 5 pictures need \(5,\)"),
        (npz(images=GREY, labels=np.full(5, 0.5)), "p.npz has labels that are not whole numbers"),
        (npz(images=GREY, labels=np.full(5, np.nan)), "p.npz has labels that are not whole numbers"),
        (npz(images=GREY, attributes=np.full((5, 1), np.inf)), "p.npz has attributes that are infinite"),
        (npz(images=GREY, attributes=np.zeros((5, 65))), r"attributes has the shape \(5, 65\)"),
        (npz(images=GREY, attributes=np.zeros((5, 1)), attribute_names=np.array(["a", "b"])), "should be 1 texts"),
        (npz(images=np.array([{"a": 1}], dtype=object)), "Python objects"),
        (zip_of("images.npy", npy(GREY), zipfile.ZIP_LZMA), "packed in a way that NumPy does not use"),
        (zip_of("images.npy", header_of_npy("(200000, 64, 64)")), "p.npz, images is cut short"),
        (zip_of("images.npy", header_of_npy("(200000, 128, 128)") + bytes(10**7)), "p.npz, images is cut short"),
        (zip_of("images.npy", header_of_npy("(5, 12, 12)") + bytes(10**7)), "p.npz, images is damaged: it holds more"),
        (zip_of("xl/workbook.xml", b"<workbook/>"), "p.npz holds no array of pictures"),
        (b"PK\x05\x06" + bytes(18), "p.npz holds no array of pictures"),
    ],
)
def test_a_wrong_archive_is_refused(read, content, sentence):
    with pytest.raises(Notice, match=sentence):
        read(content)
