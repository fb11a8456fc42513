"""Files that people bring: every kind that is read, and every way in which one can be wrong."""

import io
import zipfile
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from engine import data as datasets
from engine import recipe
from engine.data import files
from engine.data.points import Draw
from engine.notice import Notice
from engine.recipe import Data
from tests.engine.images.known_files import encoded as picture
from tests.engine.images.known_files import npy, npz

TWO_POINTS = [[1.5, -2.0], [3.0, 4.25]]


def read(name: str, content: bytes | str, n: int = 100, seed: int = 0) -> Draw:
    return files.read(name, content.encode() if isinstance(content, str) else content, n, seed)


def header_of_npy(shape: str, dtype: str = "<f8") -> bytes:
    text = f"{{'descr': '{dtype}', 'fortran_order': False, 'shape': {shape}}}".ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text.encode()


# ---- tables --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "1.5,-2\n3,4.25\n",
        "1.5, -2\r\n3, 4.25",
        "1.5;-2\n3;4.25\n",
        "1,5;-2\n3,0;4,25\n",
        "1.5\t-2\n3\t4.25\n",
        "  1.5   -2\n3 4.25  \n",
        "x,y\n1.5,-2\n3,4.25\n",
        '"width","height"\n"1.5","-2"\n"3","4.25"\n',
        "# made by hand\n\n1.5,-2\n# half way\n3,4.25\n\n",
        "1.5,-2\r3,4.25\r",
        "\ufeffx,y\n1.5,-2\n3,4.25\n",
        ",x,y\n0,1.5,-2\n1,3,4.25\n",
        "y,size,x\n-2,7,1.5\n4.25,8,3\n",
        "15e-1,-2e0\n+3,4.25\n",
    ],
)
def test_a_table_is_read_whatever_parts_its_columns(text):
    drawn = read("points.csv", text)
    assert drawn.points.tolist() == TWO_POINTS
    assert drawn.labels.tolist() == [0, 0]
    assert drawn.truth is None


def test_a_spreadsheets_unicode_text_is_read():
    assert read("points.txt", "x\ty\n1.5\t-2\n3\t4.25\n".encode("utf-16")).points.tolist() == TWO_POINTS


@pytest.mark.parametrize(
    ("column", "labels", "note"),
    [
        (["0", "3"], [0, 3], ""),
        (["2.0", "1"], [2, 1], ""),
        (["7", "-1"], [1, 0], "Classes in the order of the labels: -1, 7."),
        (["virginica", "setosa"], [1, 0], "Classes in the order of the labels: setosa, virginica."),
        (["", ""], [0, 0], ""),
    ],
)
def test_a_third_column_gives_the_classes(column, labels, note):
    drawn = read("points.csv", f"1,2,{column[0]}\n3,4,{column[1]}\n")
    assert drawn.labels.tolist() == labels
    assert drawn.labels.dtype == np.uint8
    assert drawn.note == note


def test_a_class_column_is_found_by_its_name():
    assert read("iris.csv", "species,x,y\na,1,2\nb,3,4\n").labels.tolist() == [0, 1]


@given(st.lists(st.tuples(*[st.floats(-1e12, 1e12)] * 2, st.integers(0, 3)), min_size=1, max_size=20))
def test_a_table_written_with_repr_comes_back_exactly(rows):
    drawn = read("points.csv", "x,y,label\n" + "".join(f"{x!r},{y!r},{label}\n" for x, y, label in rows))
    assert drawn.points.tolist() == [[x, y] for x, y, _ in rows]
    assert drawn.labels.tolist() == [label for _, _, label in rows]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("x,y\n1,2\n3,abc\n", "points.csv, row 3: 'abc' is not a number."),
        ("# note\n\n1,2\n,3\n", "points.csv, row 4: '' is not a number."),
        ("abc,3\n1,2\n", "points.csv, row 1: 'abc' is not a number."),
        ("1,2\n3,1_000\n", "points.csv, row 2: '1_000' is not a number."),
        ("1,2\nnan,3\n", "points.csv, row 2: nan is not a finite number."),
        ("1,2\n3,-inf\n", "points.csv, row 2: -inf is not a finite number."),
        ("1,2\n1e300,3\n", "points.csv, row 2: 1e+300 is too large; numbers may go up to 1e+12."),
        ("1,2\n1,2,3\n", "points.csv, row 2: the number of columns is 3; in the rows before it is 2."),
        ("1\n2\n", "points.csv, row 1: 1 column; a table of points has 2, or 3 with a class label."),
        ("1,2,3,4\n", "points.csv, row 1: 4 columns; a table of points has 2, or 3 with a class label."),
        ("1,2,a\n1,2,b\n1,2,c\n1,2,d\n1,2,e\n", "points.csv has 5 different class labels; at most 4 can be shown."),
        ("x,y\n", "points.csv holds no points."),
        ("\n\n# nothing\n", "points.csv holds no points."),
        ("", "points.csv is empty."),
        ("1,2\n" + "9" * 20_000, "points.csv, row 2 is longer than 10,000 characters, so this is no table."),
        ("1,2\n\0,3\n", "points.csv is neither a table of numbers, nor NPY, NPZ or a picture."),
    ],
)
def test_a_wrong_table_is_refused_in_a_sentence_that_names_the_row(text, sentence):
    with pytest.raises(Notice) as caught:
        read("points.csv", text)
    assert str(caught.value) == sentence


def test_too_many_points_are_refused(monkeypatch):
    monkeypatch.setattr(recipe, "MAX_POINTS", 3)
    for name, content in (
        ("p.csv", b"1,2\n" * 4),
        ("p.npy", npy(np.zeros((4, 2)))),
        ("p.npz", npz(x=np.zeros((4, 2)))),
    ):
        with pytest.raises(Notice, match=r"has more than 3 points"):
            read(name, content)


# ---- arrays --------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", ["f4", "f8", ">f8", "f2"])
def test_an_array_is_read(dtype):
    assert read("points.npy", npy(np.array(TWO_POINTS, dtype))).points.tolist() == TWO_POINTS


def test_an_array_in_fortran_order_is_read():
    assert read("points.npy", npy(np.asfortranarray(TWO_POINTS))).points.tolist() == TWO_POINTS


def test_whole_numbers_and_a_third_column_of_classes_are_read():
    drawn = read("points.npy", npy(np.array([[1, 2, 5], [3, 4, 9]])))
    assert drawn.points.tolist() == [[1.0, 2.0], [3.0, 4.0]]
    assert drawn.labels.tolist() == [0, 1]


def test_an_archive_gives_points_before_x_before_the_first_that_fits():
    other = np.full((3, 2), 9.0)
    points = np.array(TWO_POINTS)
    assert read("a.npz", npz(a=other, x=other, points=points)).points.tolist() == TWO_POINTS
    assert read("a.npz", npz(a=other, x=points)).points.tolist() == TWO_POINTS
    assert read("a.npz", npz(names=np.array(["a"]), energy=np.zeros(5), samples=points)).points.tolist() == TWO_POINTS


def test_an_archive_gives_labels():
    drawn = read("a.npz", npz(points=np.array(TWO_POINTS), labels=np.array([3, 1])))
    assert drawn.labels.tolist() == [3, 1]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (npy(np.array(["a", 1], dtype=object), allow_pickle=True), "Python objects, which may run code"),
        (npy(np.ones((2, 2), complex)), "p.npy holds complex numbers; only plain numbers are read."),
        (npy(np.array([["a", "b"]])), "p.npy holds text; only plain numbers are read."),
        (npy(np.zeros(4)), r"p.npy has the shape \(4,\); points need \(n, 2\)"),
        (npy(np.zeros((4, 5))), r"p.npy has the shape \(4, 5\)"),
        (npy(np.zeros((0, 2))), "p.npy holds no points."),
        (npy(np.array([[0, 0], [1, np.nan]])), "p.npy, row 2: nan is not a finite number."),
        (npy(np.array([[0, 0], [1e300, 0]])), "p.npy, row 2: 1e[+]300 is too large"),
        (npy(np.array([[0, 0, np.nan]])), "p.npy, row 1: the class label is not a finite number."),
        (npy(np.zeros((8, 2)))[:-1], "p.npy is cut short: its header promises 128 bytes of numbers and 127 are there."),
        (npy(np.zeros((8, 2)))[:40], "p.npy is damaged: its header cannot be read."),
        (header_of_npy("(1000000, 2)"), "p.npy is cut short: its header promises 16,000,000 bytes"),
        (header_of_npy("(1000000000000, 2)"), "p.npy has more than 1,000,000 points"),
        (header_of_npy("(-1, 2)"), "p.npy is damaged"),
        (header_of_npy("(" + "9" * 60 + ", 2)"), "p.npy is damaged"),
        (header_of_npy("(2, 2)", "|O") + bytes(32), "Python objects"),
        (header_of_npy("(2, 2)", "nonsense"), "p.npy is damaged"),
        (b"\x93NUMPY\x03\x00", "p.npy is damaged, or an NPY file of a version other"),
        (b"\x93NUMPY\x01\x00\xff\xff" + b"(" * 60_000, "p.npy is damaged"),
        (b"no array at all", "p.npy does not hold what its ending .npy says."),
    ],
)
def test_a_wrong_array_is_refused(content, sentence):
    with pytest.raises(Notice, match=sentence):
        read("p.npy", content)


def test_a_pickle_in_an_archive_is_never_opened():
    stream = io.BytesIO()
    np.savez(stream, points=np.array([{"a": 1}], dtype=object))
    with pytest.raises(Notice, match="holds no array of shape"):
        read("p.npz", stream.getvalue())


def zip_of(name: str, content: bytes, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        archive.writestr(name, content)
    return stream.getvalue()


def test_a_zip_bomb_is_refused_before_it_unpacks():
    bomb = zip_of("points.npy", header_of_npy("(1000000, 2)") + bytes(60_000_000))
    assert len(bomb) < 100_000
    with pytest.raises(Notice, match=r"p\.npz, points unpacks to 60,000,128 bytes"):
        read("p.npz", bomb)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (npz(energy=np.zeros(7)), r"p.npz holds no array of shape \(n, 2\) or \(n, 3\)."),
        (
            npz(points=np.zeros((3, 2)), labels=np.zeros(2)),
            r"p.npz has labels of the shape \(2,\); 3 points need \(3,\).",
        ),
        (npz(points=np.array(TWO_POINTS))[:-40], "p.npz is damaged"),
        (zip_of("points.npy", npy(np.array(TWO_POINTS)), zipfile.ZIP_BZIP2), "packed in a way that NumPy does not use"),
        (zip_of("points.npy", header_of_npy("(500000, 2)")), "p.npz, points is cut short"),
        (zip_of("readme.txt", b"hello"), "p.npz holds no array"),
        (b"PK\x05\x06" + bytes(18), "p.npz holds no array"),
    ],
)
def test_a_wrong_archive_is_refused(content, sentence):
    with pytest.raises(Notice, match=sentence):
        read("p.npz", content)


def test_a_spreadsheet_is_told_from_an_archive_of_arrays():
    with pytest.raises(Notice, match=r"points.xlsx is not of a kind that is read: save it as CSV"):
        read("points.xlsx", zip_of("xl/workbook.xml", b"<workbook/>"))


# ---- pictures ------------------------------------------------------------------------------------

# White but for a black corner at the top left and a grey column at the right.
CORNERED = np.full((40, 80, 3), 255, np.uint8)
CORNERED[:10, :20] = 0
CORNERED[:, 70:] = 127


@pytest.mark.parametrize(
    ("name", "kind", "options"),
    [
        ("p.png", "PNG", {}),
        ("p.bmp", "BMP", {}),
        ("p.gif", "GIF", {}),
        ("p.webp", "WEBP", {"lossless": True}),
        ("p.jpg", "JPEG", {"quality": 100, "subsampling": 0}),
        ("no ending", "PNG", {}),
    ],
)
def test_a_picture_stands_upright_and_dark_places_get_the_points(name, kind, options):
    drawn = read(name, picture(CORNERED, kind, **options), n=20_000)
    x, y = drawn.points.T
    is_corner = (x < -0.48) & (y > 0.23)
    is_column = x > 0.73
    # 200 black pixels; 400 pixels of grey 127, of darkness 128 / 255.
    assert is_corner.mean() == pytest.approx(200 / (200 + 400 * 128 / 255), abs=0.03)
    assert (is_corner | is_column).mean() > 0.97
    assert abs(x).max() <= 1.0
    assert abs(y).max() <= 0.5
    x0, x1, y0, y1 = drawn.extent
    assert (x1 - x0) - (y1 - y0) == pytest.approx(2.0 - 1.0, abs=0.01)  # the same padding on all sides


def test_points_of_a_picture_are_spread_within_its_pixels():
    x, y = read("p.png", picture(np.zeros((2, 2), np.uint8)), n=4000).points.T
    assert len(np.unique(x)) > 3900
    assert np.std(x) == pytest.approx(2 / np.sqrt(12), abs=0.03)
    assert abs(np.corrcoef(x, y)[0, 1]) < 0.06


def test_transparent_places_get_no_points():
    pixels = np.zeros((10, 10, 4), np.uint8)
    pixels[:, :5, 3] = 255
    assert read("p.png", picture(pixels), n=500).points[:, 0].max() <= 0.0


def test_a_picture_of_sixteen_bits_keeps_its_greys():
    pixels = np.full((10, 20), 65535, np.uint16)
    pixels[:, :10], pixels[:, 10:] = 0, 32768
    x = read("p.png", picture(pixels), n=20_000).points[:, 0]
    assert (x < 0).mean() == pytest.approx(2 / 3, abs=0.02)


def test_a_picture_that_lies_on_its_side_is_set_upright():
    turned = Image.Exif()
    turned[0x0112] = 6  # the camera was turned: show it rotated clockwise by 90 degrees
    pixels = np.full((20, 40), 255, np.uint8)
    pixels[:10, :10] = 0  # top left, which comes to lie at the top right
    x, y = read("p.jpg", picture(pixels, "JPEG", exif=turned), n=2000).points.T
    assert (x > -0.1).mean() > 0.95
    assert (y > 0.4).mean() > 0.95


def test_the_same_seed_draws_the_same_points_of_a_picture():
    content = picture(CORNERED)
    assert np.array_equal(read("p.png", content, seed=3).points, read("p.png", content, seed=3).points)
    assert not np.array_equal(read("p.png", content, seed=3).points, read("p.png", content, seed=4).points)


def claimed_size_of_png(width: int, height: int) -> bytes:
    header = b"IHDR" + width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x08\x00\x00\x00\x00"
    chunks = (header, b"IDAT" + zlib.compress(bytes(1000)))
    framed = ((len(chunk) - 4).to_bytes(4, "big") + chunk + zlib.crc32(chunk).to_bytes(4, "big") for chunk in chunks)
    return b"\x89PNG\r\n\x1a\n" + b"".join(framed)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("p.png", picture(np.full((5, 5), 255, np.uint8)), "p.png is blank: there is nothing dark"),
        ("p.png", picture(CORNERED)[:60], "p.png is a damaged picture"),
        ("p.png", claimed_size_of_png(8000, 8000), "p.png has 8000 x 8000 pixels; up to 50 million are read."),
        ("p.png", claimed_size_of_png(10_000, 10_000), "p.png has far too many pixels"),
        ("p.png", claimed_size_of_png(2**31 - 1, 2**31 - 1), "p.png has far too many pixels"),
        ("p.png", b"1,2\n3,4\n", "p.png does not hold what its ending .png says."),
        ("p.jpg", b"\xff\xd8\xff" + bytes(50), "p.jpg is a damaged picture"),
        ("p", b"RIFF....AVI LIST", "p is a damaged picture"),
    ],
)
def test_a_wrong_picture_is_refused(name, content, sentence):
    with pytest.raises(Notice, match=sentence):
        read(name, content)


def test_a_table_whose_header_begins_like_a_bitmap_is_a_table():
    assert read("people.csv", "BMI,height\n1.5,-2\n3,4.25\n").points.tolist() == TWO_POINTS


# ---- anything at all -----------------------------------------------------------------------------

GOOD = {
    "p.csv": b"x,y,label\n1,2,0\n3,4,1\n",
    "p.npy": npy(np.array(TWO_POINTS)),
    "p.npz": npz(points=np.array(TWO_POINTS), labels=np.array([0, 1])),
    "p.png": picture(CORNERED),
    "p.jpg": picture(CORNERED, "JPEG"),
    "p.gif": picture(CORNERED, "GIF"),
    "p.bmp": picture(CORNERED, "BMP"),
    "p.webp": picture(CORNERED, "WEBP"),
}


@pytest.mark.parametrize("name", GOOD)
def test_damaged_bytes_give_points_or_a_notice_and_nothing_else(name):
    rng, refusals = np.random.default_rng(0), []
    for _ in range(150):
        content = bytearray(GOOD[name])
        for place in rng.integers(len(content), size=rng.integers(1, 6)):
            content[place] = rng.integers(256)
        if rng.random() < 0.3:
            content = content[: rng.integers(1, len(content) + 1)]
        try:
            drawn = read(name, bytes(content), n=5)
        except Notice as notice:
            refusals.append(str(notice))
        else:
            assert np.isfinite(drawn.points).all()
            assert np.isfinite(drawn.extent).all()
    assert refusals
    assert all(sentence.startswith(name) and len(sentence) < 300 for sentence in refusals)


@given(st.binary(min_size=1, max_size=200), st.sampled_from(["junk", "junk.csv", "junk.npy", "junk.npz", "junk.png"]))
def test_binary_junk_gives_points_or_a_notice_and_nothing_else(content, name):
    try:
        drawn = read(name, content, n=5)
    except Notice as notice:
        sentence = str(notice)
    else:
        sentence = f"junk gave {len(drawn.points)} points"
    assert sentence.startswith("junk")


def test_the_name_in_a_sentence_is_short_and_printable():
    with pytest.raises(Notice) as caught:
        read("../secret/" + "a\n" * 500 + ".csv", b"")
    assert len(str(caught.value)) < 90
    assert "\n" not in str(caught.value)


# ---- recipes -------------------------------------------------------------------------------------


def test_a_recipe_reads_a_file_by_its_path(tmp_path):
    path = tmp_path / "points.csv"
    path.write_text("1.5,-2\n3,4.25\n")
    assert datasets.draw(Data(file=str(path)), seed=0).points.tolist() == TWO_POINTS


def test_a_file_that_cannot_be_opened_is_named(tmp_path):
    for path in (tmp_path / "missing.csv", tmp_path, tmp_path / ("a" * 300)):
        with pytest.raises(Notice, match=r"cannot be read: [A-Z].*\."):
            datasets.draw(Data(file=str(path)), seed=0)
    with pytest.raises(Notice, match="is not a possible file name"):
        datasets.draw(Data(file="a\0b"), seed=0)


def test_a_file_that_is_too_large_is_not_opened(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "MAX_FILE_BYTES", 2**20)
    (tmp_path / "points.csv").write_bytes(b"1,2\n" * 2**19)
    with pytest.raises(Notice, match=r"points\.csv is larger than 1 MiB"):
        datasets.draw(Data(file=str(tmp_path / "points.csv")), seed=0)
