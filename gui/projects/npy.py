"""Arrays as NPY files, without trusting a byte of those that are read.

Only what we write is read: version 1.0, plain numbers, rows one after another. So the header is compared with the few
that there can be, and neither NumPy nor Python parses it.
Source of the format: NEP 1, https://numpy.org/neps/nep-0001-npy-format.html
"""

import io
import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.notice import Notice

_MAGIC = b"\x93NUMPY\x01\x00"
_BEGINS_AT = len(_MAGIC) + 2
_HEADER = re.compile(
    rb"\{'descr': '(<f8|\|u1)', 'fortran_order': False, 'shape': \((\d{1,9}),(?: (\d))?\), \} *\n", re.ASCII
)


def packed(array: NDArray[Any]) -> bytes:
    """An array of float64 or uint8 as a file."""
    stream = io.BytesIO()
    np.lib.format.write_array(stream, np.ascontiguousarray(array), version=(1, 0), allow_pickle=False)
    return stream.getvalue()


def unpacked(name: str, content: bytes, kind: str, columns: int | None) -> NDArray[Any]:
    """The array of a file. kind: "<f8" or "|u1"; columns: None for a single row.

    Raises Notice for anything else; no memory is taken before the size has been checked.
    """
    size = int.from_bytes(content[len(_MAGIC) : _BEGINS_AT], "little")
    header = _HEADER.fullmatch(content[_BEGINS_AT : _BEGINS_AT + size])
    if not content.startswith(_MAGIC) or header is None:
        raise Notice(f"its {name} is no array of plain numbers")
    if header[1].decode() != kind or (header[3] is None) != (columns is None):
        raise Notice(f"its {name} holds other numbers than it should")
    if columns is not None and int(header[3]) != columns:
        raise Notice(f"its {name} has {int(header[3])} columns in the place of {columns}")
    dtype, rows = np.dtype(kind), int(header[2])
    count = rows * (columns or 1)
    begin = _BEGINS_AT + size
    if len(content) - begin != count * dtype.itemsize:
        raise Notice(f"its {name} promises {count:,} numbers and holds others")
    return np.frombuffer(content, dtype, count, begin).reshape(rows if columns is None else (rows, columns))
