"""Pictures from IDX files, the format of MNIST, packed by gzip or not, with the labels that lie beside them.

Not covered: elements other than bytes.
Source of the format: LeCun, Cortes, Burges, http://yann.lecun.com/exdb/mnist/
"""

import contextlib
import gzip
import math
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

import numpy as np

from engine.data.files import shown_name
from engine.images import MAX_PICTURES, Pictures
from engine.images.reading import MOST_DEFLATED, UNKNOWN, classes_of
from engine.images.reading.pixels import layout_of, read_pixels
from engine.notice import Notice

GZIP_MAGIC = b"\x1f\x8b"
IDX_MAGIC = b"\0\0"
_UNSIGNED_BYTES = 8


class _Idx(NamedTuple):
    """An open file, after its header."""

    stream: BinaryIO
    shape: tuple[int, ...]
    name: str


def read(path: Path, side: int | None, grey: bool | None) -> Pictures:
    """The pictures of an IDX file with labels of the same name beside it; of a file of labels, those it belongs to.

    Raises Notice.
    """
    with _opened(path) as idx:
        if len(idx.shape) > 1:
            pixels = read_pixels(idx.stream.read, layout_of(idx.shape, idx.name), np.dtype("u1"), idx.name, side, grey)
    if len(idx.shape) == 1:
        images = _beside(path, "labels", "images")
        if images is None:
            raise Notice(f"{idx.name} holds labels; the file with the pictures is not beside it.")
        with _opened(images) as pictures:
            if len(pictures.shape) == 1:
                raise Notice(f"{pictures.name} holds labels, not pictures.")
        return read(images, side, grey)
    labels_path = _beside(path, "images", "labels")
    labels, class_names = np.full(len(pixels), UNKNOWN, np.int64), tuple[str, ...]()
    if labels_path is not None:
        labels, class_names = classes_of(_labels(labels_path), len(pixels), shown_name(labels_path.name))
    return Pictures(_title(path), pixels, labels, class_names)


def images_in(folder: Path) -> Path | None:
    """The IDX file of pictures in a folder, that for training where there are several; None if there is none."""
    found = [each for each in folder.iterdir() if "images" in each.name and "idx3" in each.name and each.is_file()]
    return min(found, key=lambda each: ("train" not in each.name, each.name), default=None)


def _labels(path: Path) -> np.ndarray:
    with _opened(path) as idx:
        if len(idx.shape) != 1 or idx.shape[0] > MAX_PICTURES:
            raise Notice(f"{idx.name} should hold one label for each picture; its shape is {idx.shape}.")
        content = idx.stream.read(idx.shape[0])
        if len(content) < idx.shape[0] or idx.stream.read(1):
            raise Notice(f"{idx.name} is damaged: the number of labels is not the {idx.shape[0]:,} that it promises.")
    return np.frombuffer(content, np.uint8).astype(np.int64)


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[_Idx]:
    """The file after its header, checked against the file's size. What goes wrong inside becomes a Notice."""
    name = shown_name(path.name)
    try:
        size = path.stat().st_size
        with path.open("rb") as plain:
            is_packed = plain.read(2) == GZIP_MAGIC
            plain.seek(0)
            with contextlib.ExitStack() as unpacking:
                stream = cast(BinaryIO, unpacking.enter_context(gzip.open(plain))) if is_packed else plain
                shape = _shape(stream, name)
                if math.prod(shape) > size * (MOST_DEFLATED if is_packed else 1):
                    raise Notice(
                        f"{name} is cut short: it promises {math.prod(shape):,} bytes, more than the file can hold."
                    )
                yield _Idx(stream, shape, name)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise Notice(f"{name} is damaged: it cannot be unpacked to its end.") from None
    except OSError as error:
        raise Notice(f"{name} cannot be read: {error.strerror or 'the system gave no reason'}.") from None


def _shape(stream: BinaryIO, name: str) -> tuple[int, ...]:
    begin = stream.read(4)
    if len(begin) < 4 or begin[:2] != IDX_MAGIC or not 1 <= begin[3] <= 4:
        raise Notice(f"{name} is no IDX file: its first bytes are not those of one.")
    if begin[2] != _UNSIGNED_BYTES:
        raise Notice(f"{name} holds elements of type 0x{begin[2]:02X}; only bytes (0x08) are read.")
    sides = stream.read(4 * begin[3])
    if len(sides) < 4 * begin[3]:
        raise Notice(f"{name} is cut short within its header.")
    return tuple(int.from_bytes(sides[at : at + 4], "big") for at in range(0, len(sides), 4))


def _beside(path: Path, one: str, other: str) -> Path | None:
    """The file of labels for one of pictures, or the other way round, by its name; None if it is not there."""
    if one not in path.name:
        return None
    first, last = ("idx3", "idx1") if one == "images" else ("idx1", "idx3")
    name = path.name.replace(one, other).replace(first, last).removesuffix(".gz")
    return next((each for each in (path.with_name(name), path.with_name(f"{name}.gz")) if each.is_file()), None)


def _title(path: Path) -> str:
    return shown_name(path.name.split("-images")[0].split(".images")[0].removesuffix(".gz"))
