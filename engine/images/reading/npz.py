"""Pictures from NumPy's files: the array of an NPY, or of an NPZ the members `images`, `labels` and `attributes`.

Headers are checked before memory is taken, and nothing is ever unpickled.
Not covered: arrays in Fortran's order, which cannot be read a few pictures at a time.
"""

import math
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import IO

import numpy as np

from engine.data.arrays import MAX_HEADER_BYTES, ZIP_ERRORS, Header, header_of, unpacked
from engine.data.files import shown_name
from engine.images import Pictures
from engine.images.reading import MAX_ATTRIBUTES, MOST_DEFLATED, UNKNOWN, classes_of
from engine.images.reading.pixels import layout_of, read_pixels
from engine.notice import Notice

_IMAGES = ("images", "x", "X", "x_train", "arr_0")
_LABELS = ("labels", "y", "Y", "y_train", "arr_1")
_MAX_NAME_BYTES = 4 * 64


def read_npy(path: Path, side: int | None, grey: bool | None) -> Pictures:
    """The pictures of one array. Raises Notice."""
    name = shown_name(path.name)
    try:
        with path.open("rb") as stream:
            header = header_of(name, stream.read(MAX_HEADER_BYTES))
            stream.seek(header.begins_at)
            pixels = _pixels(header, stream.read, path.stat().st_size - header.begins_at, name, side, grey)
    except OSError as error:
        raise Notice(f"{name} cannot be read: {error.strerror or 'the system gave no reason'}.") from None
    return Pictures(shown_name(path.stem), pixels, np.full(len(pixels), UNKNOWN, np.int64))


def read_npz(path: Path, side: int | None, grey: bool | None) -> Pictures:
    """The pictures of an archive, with its labels and attributes where they are there. Raises Notice."""
    name = shown_name(path.name)
    try:
        with zipfile.ZipFile(path) as archive:
            members = {each.filename.removesuffix(".npy"): each for each in archive.infolist()}
            return _read(archive, members, path, side, grey)
    except ZIP_ERRORS:
        raise Notice(f"{name} is damaged, or packed in a way that NumPy does not use.") from None


def _read(
    archive: zipfile.ZipFile,
    members: dict[str, zipfile.ZipInfo],
    path: Path,
    side: int | None,
    grey: bool | None,
) -> Pictures:
    name = shown_name(path.name)
    chosen = next((key for key in _IMAGES if key in members), None)
    if chosen is None:
        raise Notice(f"{name} holds no array of pictures; name it images.")
    within = f"{name}, {chosen}"
    header = header_of(within, unpacked(archive, members[chosen], MAX_HEADER_BYTES))
    with archive.open(members[chosen]) as stream:
        stream.read(header.begins_at)
        # What the archive says of its sizes may be a lie; what deflating can do is not.
        there = min(members[chosen].file_size, MOST_DEFLATED * members[chosen].compress_size) - header.begins_at
        pixels = _pixels(header, stream.read, there, within, side, grey)
    count = len(pixels)
    labels, class_names = np.full(count, UNKNOWN, np.int64), tuple[str, ...]()
    key = next((each for each in _LABELS if each in members), None)
    if key is not None:
        numbers = _small(archive, members[key], f"{name}, {key}", count)
        # A column of labels, (n, 1), is as common as a row of them.
        labels, class_names = classes_of(numbers.reshape(-1) if numbers.size == count else numbers, count, name)
    if "attributes" not in members:
        return Pictures(shown_name(path.stem), pixels, labels, class_names)
    attributes = _attributes(_small(archive, members["attributes"], f"{name}, attributes", count), name)
    names = _names(archive, members.get("attribute_names"), attributes.shape[1], name)
    return Pictures(shown_name(path.stem), pixels, labels, class_names, attributes, names)


def _pixels(
    header: Header, read: Callable[[int], bytes], there: int, name: str, side: int | None, grey: bool | None
) -> np.ndarray:
    if header.is_fortran and len(header.shape) > 1:
        raise Notice(f"{name} is stored in Fortran's order; save numpy.ascontiguousarray of it instead.")
    layout = layout_of(header.shape, name)
    promised = layout.num_pictures * layout.numbers_each * header.dtype.itemsize
    if promised > there:
        raise Notice(f"{name} is cut short: its header promises {promised:,} bytes of numbers and {there:,} are there.")
    return read_pixels(read, layout, header.dtype, name, side, grey)


def _small(archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str, count: int) -> np.ndarray:
    """A member with at most MAX_ATTRIBUTES numbers for each picture, float64."""
    header = header_of(name, unpacked(archive, member, MAX_HEADER_BYTES))
    if header.shape not in [(count,), *((count, columns) for columns in range(1, MAX_ATTRIBUTES + 1))]:
        wanted = f"({count},), or ({count}, k) with k up to {MAX_ATTRIBUTES}"
        raise Notice(f"{name} has the shape {header.shape}; {count} pictures need {wanted}.")
    with np.errstate(over="ignore"):
        return _array(archive.open(member), header, name).astype(np.float64)


def _array(stream: IO[bytes], header: Header, name: str) -> np.ndarray:
    with stream:
        stream.read(header.begins_at)
        count = math.prod(header.shape)
        content = stream.read(count * header.dtype.itemsize)
    if len(content) < count * header.dtype.itemsize:
        raise Notice(f"{name} is cut short: its header promises more numbers than are there.")
    return np.frombuffer(content, header.dtype).reshape(header.shape, order="F" if header.is_fortran else "C")


def _attributes(values: np.ndarray, name: str) -> np.ndarray:
    """(n,) or (n, k) -> (n, k) float32."""
    values = values[:, None] if values.ndim == 1 else values
    if (np.abs(values) > np.finfo(np.float32).max).any():
        raise Notice(f"{name} has attributes that are infinite; NaN stands for what is not known.")
    return values.astype(np.float32)


def _names(archive: zipfile.ZipFile, member: zipfile.ZipInfo | None, count: int, name: str) -> tuple[str, ...]:
    """The attributes' names, a text array; numbers from 1 where there is none."""
    if member is None:
        return tuple(f"attribute {number}" for number in range(1, count + 1))
    within = f"{name}, attribute_names"
    header = header_of(within, unpacked(archive, member, MAX_HEADER_BYTES), kinds="U")
    if header.shape != (count,) or header.dtype.itemsize > _MAX_NAME_BYTES:
        raise Notice(f"{within} should be {count} texts of up to {_MAX_NAME_BYTES // 4} characters.")
    try:
        return tuple(shown_name(str(each)) for each in _array(archive.open(member), header, within))
    except ValueError:
        raise Notice(f"{within} holds what is no text.") from None
