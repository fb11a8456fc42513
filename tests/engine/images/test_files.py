"""Anything at all in place of a file of pictures: a sentence, no crash, and little memory."""

import subprocess
import sys
import tempfile
import tracemalloc
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from engine.images.files import read_path
from engine.notice import Notice
from tests.engine.images.known_files import encoded, idx, npy, npz, packed

ROOT = Path(__file__).parents[3]
PIXELS = np.random.default_rng(0).integers(0, 256, (3, 10, 10), np.uint8)
GOOD = {
    "mine": idx(PIXELS),
    "mine.gz": packed(idx(PIXELS)),
    "mine.npy": npy(PIXELS),
    "mine.npz": npz(images=PIXELS, labels=np.arange(3), attributes=np.eye(3), attribute_names=np.array(list("abc"))),
    "mine.png": encoded(PIXELS[0]),
    "mine.jpg": encoded(PIXELS[0], "JPEG"),
    "mine.gif": encoded(PIXELS[0], "GIF"),
    "mine.webp": encoded(PIXELS[0], "WEBP"),
    "mine.bmp": encoded(PIXELS[0], "BMP"),
}
TABLE = b"file,age,class\na.png,3,x\nb.png,,y\n"


def pictures_or_sentence(path: Path) -> str:
    """The sentence of the Notice, if it comes to one; what is read is checked."""
    try:
        pictures = read_path(path)
    except Notice as notice:
        return str(notice)
    count = len(pictures.pixels)
    assert pictures.pixels.dtype == np.uint8
    assert pictures.pixels.shape[1] == pictures.pixels.shape[2] <= 128
    assert pictures.labels.shape == (count,)
    assert pictures.labels.max() < max(1, len(pictures.class_names))
    assert not np.isinf(pictures.attributes).any()
    return ""


@st.composite
def damages(draw: st.DrawFn) -> tuple[str, bytes]:
    """A good file, cut, with bytes changed, or with bytes put in."""
    name = draw(st.sampled_from(sorted(GOOD)))
    content = bytearray(GOOD[name])
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, max(0, len(content) - 1)))
        match draw(st.sampled_from(["change", "cut", "put"])):
            case "change" if content:
                content[place] = draw(st.integers(0, 255))
            case "cut":
                del content[place : place + draw(st.integers(1, 200))]
            case "put":
                content[place:place] = draw(st.binary(min_size=1, max_size=8))
    return name, bytes(content)


@settings(max_examples=400)
@given(damages())
def test_a_damaged_file_gives_pictures_or_a_sentence(damaged):
    name, content = damaged
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, name)
        path.write_bytes(content)
        sentence = pictures_or_sentence(path)
    assert not sentence or (sentence.startswith("mine") and len(sentence) < 300)


@settings(max_examples=100)
@given(st.lists(st.tuples(st.integers(0, len(TABLE)), st.binary(max_size=3)), max_size=4))
def test_a_damaged_table_gives_pictures_or_a_sentence(changes):
    content = bytearray(TABLE)
    for place, put in changes:
        content[place : place + len(put)] = put
    with tempfile.TemporaryDirectory() as folder:
        for name in ("a.png", "b.png"):
            Path(folder, name).write_bytes(GOOD["mine.png"])
        Path(folder, "faces.csv").write_bytes(content)
        sentence = pictures_or_sentence(Path(folder))
    assert not sentence or sentence.startswith("faces.csv")


@given(st.binary(min_size=1, max_size=200), st.sampled_from(["junk", "junk.png", "junk.gz", "junk.npz"]))
def test_junk_gives_a_sentence(content, name):
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, name).write_bytes(content)
        assert pictures_or_sentence(Path(folder, name)).startswith("junk")


def sides(*sides: int) -> bytes:
    return bytes([0, 0, 8, len(sides)]) + b"".join(side.to_bytes(4, "big") for side in sides)


def claimed_size_of_png(width: int, height: int) -> bytes:
    header = b"IHDR" + width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x08\x00\x00\x00\x00"
    chunks = (header, b"IDAT" + zlib.compress(bytes(1000)))
    framed = ((len(chunk) - 4).to_bytes(4, "big") + chunk + zlib.crc32(chunk).to_bytes(4, "big") for chunk in chunks)
    return b"\x89PNG\r\n\x1a\n" + b"".join(framed)


def header_of_npy(shape: str) -> bytes:
    text = f"{{'descr': '|u1', 'fortran_order': False, 'shape': {shape}}}".ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text.encode()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("huge", sides(200_000, 70, 70)),
        ("huge.gz", packed(sides(200_000, 70, 70) + bytes(2**19))),
        # A real bomb: 100 MB of zeros behind the pictures.
        ("huge.gz", packed(sides(10, 28, 28) + bytes(100_000_000))),
        ("huge.npy", header_of_npy("(200000, 70, 70)")),
        ("huge.png", claimed_size_of_png(7000, 7000)),
        ("huge.png", claimed_size_of_png(60_000, 60_000)),
        ("huge.png", claimed_size_of_png(2**31 - 1, 2**31 - 1)),
    ],
)
def test_a_huge_claim_takes_little_memory(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    tracemalloc.start()
    try:
        assert pictures_or_sentence(tmp_path / name).startswith("huge")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 20 * 2**20


READ_AND_MEASURE = """
import resource, sys
from pathlib import Path
from engine.images.files import read_path
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
read_path(Path(sys.argv[1]))
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


def test_a_large_picture_is_copied_no_more_than_needed(tmp_path):
    pytest.importorskip("resource", reason="only Linux says how much memory a process took")
    # 64 MB unpacked: as it is, cropped, and once more to be scaled. Pillow's memory is not seen from within Python.
    Image.new("RGBA", (4200, 4000)).save(tmp_path / "large.png", compress_level=1)
    command = [sys.executable, "-c", READ_AND_MEASURE, str(tmp_path / "large.png")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert int(done.stdout) < 3.5 * 64 + 20


def test_pictures_of_many_bytes_are_read_a_few_at_a_time(tmp_path):
    (tmp_path / "p.npy").write_bytes(npy(np.full((4000, 50, 50), 0.5)))  # 80 MB of float64
    tracemalloc.start()
    try:
        pictures = read_path(tmp_path / "p.npy")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (pictures.pixels == 128).all()
    assert peak < pictures.pixels.nbytes + 40 * 2**20


@pytest.mark.parametrize("name", GOOD)
def test_the_files_that_are_damaged_here_are_good_before(tmp_path, name):
    (tmp_path / name).write_bytes(GOOD[name])
    assert pictures_or_sentence(tmp_path / name) == ""


def test_a_name_that_is_none_is_refused():
    with pytest.raises(Notice, match="is not a possible file name"):
        read_path(Path("a\0b"))
