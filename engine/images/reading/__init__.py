"""Readers of users' own pictures, one file for each kind; files.py tells the kinds apart.

A file is hostile until checked: what it promises is compared with the limits and with what is there before memory is
taken, and whatever is wrong becomes a Notice that names the file and the place. Nothing is ever unpickled or run.
"""

import numpy as np

from engine.images import MAX_BYTES, MAX_PICTURES, MAX_SIDE_PX
from engine.notice import Notice

MIN_SIDE_PX = 8
# Of pictures that are larger than MAX_SIDE_PX when nobody asks for a side.
USUAL_SIDE_PX = 64
MAX_CLASSES = 1000
MAX_ATTRIBUTES = 64
# No deflated bytes, in gzip or in zip, unpack to more than this many times their number.
MOST_DEFLATED = 1032
UNKNOWN = -1  # the label of a picture whose class is not known


def side_of(asked: int | None, own: int) -> int:
    """The side in pixels that pictures get: the one that is asked for, or their own where it is small enough."""
    if asked is None:
        return max(own, MIN_SIDE_PX) if own <= MAX_SIDE_PX else USUAL_SIDE_PX
    if not MIN_SIDE_PX <= asked <= MAX_SIDE_PX:
        raise Notice(f"A side of {asked} pixels was asked for; it must be from {MIN_SIDE_PX} to {MAX_SIDE_PX}.")
    return asked


def check_total(count: int, side: int, channels: int, name: str) -> None:
    """Raises Notice where so many pictures are none, too many, or too much."""
    if count == 0:
        raise Notice(f"{name} holds no pictures.")
    if count > MAX_PICTURES:
        raise Notice(f"{name} holds more than {MAX_PICTURES:,} pictures, which is the most that is read.")
    if count * side * side * channels > MAX_BYTES:
        raise Notice(
            f"{name} holds {count:,} pictures of {side} x {side} pixels, more than {MAX_BYTES >> 20} MiB: "
            "ask for a smaller side, or for grey."
        )


def classes_of(labels: np.ndarray, count: int, name: str) -> tuple[np.ndarray, tuple[str, ...]]:
    """Labels from 0 upwards, (count,) int64, and the names of the classes, of whole numbers (count,).

    Negative numbers stand for pictures whose class is not known. Raises Notice.
    """
    if labels.shape != (count,):
        raise Notice(f"{name} has labels of the shape {labels.shape}; {count} pictures need ({count},).")
    if not np.isfinite(labels).all() or (labels != np.floor(labels)).any() or (np.abs(labels) > 2**53).any():
        raise Notice(f"{name} has labels that are not whole numbers.")
    is_known = labels >= 0
    distinct, numbers = np.unique(labels[is_known].astype(np.int64), return_inverse=True)
    check_classes(len(distinct), name)
    result = np.full(count, UNKNOWN, np.int64)
    result[is_known] = numbers
    return result, tuple(str(each) for each in distinct)


def check_classes(count: int, name: str) -> None:
    """Raises Notice where there are too many classes."""
    if count > MAX_CLASSES:
        raise Notice(f"{name} has {count:,} different labels; up to {MAX_CLASSES} classes are read.")
