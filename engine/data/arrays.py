"""Points from NumPy's files, NPY and NPZ, without trusting a byte of them.

What a header promises is compared with what is there before memory is taken, and nothing is ever unpickled.
Not covered: structured, complex and text arrays; NPY version 3, which only structured arrays need.
Source of the format: NEP 1, https://numpy.org/neps/nep-0001-npy-format.html
"""

import io
import math
import zipfile
import zlib
from typing import NamedTuple

import numpy as np

from engine import recipe
from engine.data.points import Draw, check_count, check_points, extent_of, labels_of
from engine.notice import Notice

_MAX_ITEM_BYTES = 16
MAX_HEADER_BYTES = 16_384
_TOO_LONG = 2**63
_MAX_MEMBER_BYTES = recipe.MAX_POINTS * 3 * _MAX_ITEM_BYTES + MAX_HEADER_BYTES
_PREFERRED = ("points", "x", "X")
_READERS = {
    (b"\x01", b"\x00"): np.lib.format.read_array_header_1_0,
    (b"\x02", b"\x00"): np.lib.format.read_array_header_2_0,
}
ZIP_ERRORS = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError)


class Header(NamedTuple):
    """What an NPY file says of itself. begins_at: the first byte of its numbers."""

    shape: tuple[int, ...]
    is_fortran: bool
    dtype: np.dtype
    begins_at: int

    @property
    def is_points(self) -> bool:
        return len(self.shape) == 2 and self.shape[1] in (2, 3)


def read_npy(name: str, content: bytes) -> Draw:
    """The points of an array (n, 2), or (n, 3) with class labels in its third column."""
    header = header_of(name, content)
    if not header.is_points:
        raise Notice(f"{name} has the shape {header.shape}; points need (n, 2), or (n, 3) with class labels.")
    return _drawn(_array(name, content, header), None, name)


def read_npz(name: str, content: bytes) -> Draw:
    """The points of the member `points`, or `x`, or else the first that has their shape; `labels` if it is there."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = {each.filename.removesuffix(".npy"): each for each in archive.infolist()}
            order = [key for key in _PREFERRED if key in members] + [key for key in members if key not in _PREFERRED]
            chosen = next((key for key in order if _is_points(archive, members[key])), None)
            if chosen is None:
                raise Notice(f"{name} holds no array of shape (n, 2) or (n, 3).")
            points = _member(archive, members[chosen], f"{name}, {chosen[:40]}")
            labels = _member(archive, members["labels"], f"{name}, labels") if "labels" in members else None
    except ZIP_ERRORS:
        raise Notice(f"{name} is damaged, or packed in a way that NumPy does not use.") from None
    return _drawn(points, labels, name)


def _drawn(columns: np.ndarray, labels: np.ndarray | None, name: str) -> Draw:
    points = np.ascontiguousarray(columns[:, :2])
    check_points(points, name)
    if labels is None and columns.shape[1] == 3:
        labels = columns[:, 2]
    if labels is None:
        return Draw(points, np.zeros(len(points), np.uint8), extent_of(points))
    if labels.shape != (len(points),):
        raise Notice(f"{name} has labels of the shape {labels.shape}; {len(points)} points need ({len(points)},).")
    if not np.isfinite(labels).all():
        raise Notice(f"{name}, row {int(np.argmin(np.isfinite(labels))) + 1}: the class label is not a finite number.")
    numbers, note = labels_of(labels.tolist(), name)
    return Draw(points, numbers, extent_of(points), note=note)


def header_of(name: str, content: bytes, kinds: str = "fiub") -> Header:
    """The header of an NPY file, of which `content` may be only the beginning.

    kinds: what it may hold, by NumPy's letters. Raises Notice.
    """
    stream = io.BytesIO(content)
    version = (content[6:7], content[7:8])
    if version not in _READERS:
        raise Notice(f"{name} is damaged, or an NPY file of a version other than 1.0 and 2.0.")
    try:
        np.lib.format.read_magic(stream)
        shape, is_fortran, dtype = _READERS[version](stream)
    except Exception:
        # NumPy hands the header to Python's tokenizer and literal parser, which raise nearly every kind of exception.
        raise Notice(f"{name} is damaged: its header cannot be read.") from None
    if not all(0 <= side < _TOO_LONG for side in shape):
        raise Notice(f"{name} is damaged: its header cannot be read.")
    if dtype.kind not in kinds or (dtype.kind in "fiub" and dtype.itemsize > _MAX_ITEM_BYTES):
        raise Notice(f"{name} holds {_kind_in_words(dtype)}; only plain numbers are read.")
    return Header(shape, is_fortran, dtype, stream.tell())


def _array(name: str, content: bytes, header: Header) -> np.ndarray:
    check_count(max(header.shape, default=0), name)
    count = math.prod(header.shape)
    promised, present = count * header.dtype.itemsize, len(content) - header.begins_at
    if promised > present:
        raise Notice(
            f"{name} is cut short: its header promises {promised:,} bytes of numbers and {present:,} are there."
        )
    flat = np.frombuffer(content, header.dtype, count, header.begins_at)
    with np.errstate(over="ignore"):
        return flat.reshape(header.shape, order="F" if header.is_fortran else "C").astype(np.float64)


def _is_points(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bool:
    if not member.filename.endswith(".npy"):
        return False
    begin = unpacked(archive, member, MAX_HEADER_BYTES)
    try:
        return header_of(member.filename, begin).is_points
    except Notice:
        return False  # another member may be the one: a table of names beside the points is common


def _member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str) -> np.ndarray:
    if member.file_size > _MAX_MEMBER_BYTES:
        raise Notice(f"{name} unpacks to {member.file_size:,} bytes, more than {recipe.MAX_POINTS:,} points can need.")
    content = unpacked(archive, member, _MAX_MEMBER_BYTES)
    return _array(name, content, header_of(name, content))


def unpacked(archive: zipfile.ZipFile, member: zipfile.ZipInfo, most: int) -> bytes:
    """The first bytes of a member, never more than `most`, whatever the archive's directory says."""
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise NotImplementedError  # the others unpack without a limit
    with archive.open(member) as stream:
        return stream.read(most)


def _kind_in_words(dtype: np.dtype) -> str:
    if dtype.hasobject:
        return "Python objects, which may run code when they are read"
    return {"c": "complex numbers", "U": "text", "S": "text", "V": "records"}.get(dtype.kind, f"values of type {dtype}")
