"""Pictures from a folder of picture files: folders within it are classes, a CSV file in it holds attributes.

Files that are no pictures by their ending, and those whose name begins with a point, are left alone. Folders are
followed four deep, links are not followed.
Not covered: the CSV (attributes.py).
"""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple, TypeVar

import numpy as np
from PIL import Image

from engine.data.files import shown_name
from engine.data.pictures import decoded, in_eight_bits, on_white
from engine.images import MAX_PICTURES, MAX_SIDE_PX, Pictures
from engine.images.reading import UNKNOWN, attributes, check_classes, check_total, side_of
from engine.notice import Notice

T = TypeVar("T")
ENDINGS = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp")
_MAX_FILE_BYTES = 64 * 2**20
_MOST_LEVELS = 4
# Of the files that are left out, so many are named.
_NAMED = 3
_MOST_ENTRIES = 2 * MAX_PICTURES
_GREY_MODES = ("1", "L", "LA", "La", "I", "F", "I;16", "I;16B", "I;16L", "I;16N")


def read(folder: Path, side: int | None, grey: bool | None) -> Pictures:
    """All the pictures in a folder, in the order of their names; see `read_files` for side and grey. Raises Notice."""
    name = shown_name(folder.name)
    paths = sorted(_picture_files(folder), key=lambda each: each.relative_to(folder).as_posix())
    if not paths:
        raise Notice(f"{name} holds no pictures: none of its files ends in {', '.join(ENDINGS)}.")
    names = [each.relative_to(folder).as_posix() for each in paths]
    labels, class_names = _classes([each.split("/") for each in names], name)
    # Before the pictures: what is wrong with the table is told at once.
    known = attributes.read(folder, names)
    if known.classes is not None and not class_names:
        labels, class_names = _numbered(known.classes, name)
    found = read_files(paths, names, name, side, grey)
    whole = Pictures(name, found.pixels, labels[found.kept], class_names)
    if len(known.values):
        whole = whole._replace(attributes=known.values[found.kept], attribute_names=known.names)
    return whole._replace(left_out=_told(found.refused, len(paths), name))


class Read(NamedTuple):
    """What could be read: pixels (k, side, side, 1 or 3) uint8, and the places of those files, (k,).

    refused: why the others could not, a sentence each.
    """

    pixels: np.ndarray
    kept: np.ndarray
    refused: list[str]


def read_files(paths: list[Path], names: list[str], title: str, side: int | None, grey: bool | None) -> Read:
    """Picture files, each cropped to its middle and scaled, on white; those that cannot be read are left out.

    side: None takes the most frequent shorter side.  grey: None takes grey where all of them are.
    Raises Notice where none can be read, or they are too many.
    """
    refused, places = list[str](), list(range(len(paths)))
    if side is None or grey is None:
        kinds, places = _each(lambda place: _kind(paths[place], names[place]), places, refused)
        _check_some(places, refused, title)
        # Of sides that are as frequent the largest.
        usual = max(Counter(shorter for shorter, _ in kinds).items(), key=lambda each: each[::-1])[0]
        side = side_of(side, usual)
        grey = all(is_grey for _, is_grey in kinds) if grey is None else grey
    width, channels = side_of(side, 0), 1 if grey else 3
    check_total(len(places), width, channels, title)
    pixels = np.empty((len(places), width, width, channels), np.uint8)

    def put(row: int) -> int:
        path, name = paths[places[row]], names[places[row]]
        pixels[row] = picture(shown_name(name), _content(path, name), width, channels)
        return row

    _, rows = _each(put, list(range(len(places))), refused)
    _check_some(rows, refused, title)
    # A set in which all is well is not copied.
    whole = pixels if len(rows) == len(pixels) else pixels[rows]
    return Read(whole, np.array(places, np.int64)[rows], refused)


def _each(do: Callable[[int], T], places: list[int], refused: list[str]) -> tuple[list[T], list[int]]:
    """What `do` gives at each place, and the places where it gave something; elsewhere it says why not."""
    found, good = list[T](), list[int]()
    for place in places:
        try:
            found.append(do(place))
        except Notice as notice:
            refused.append(str(notice))
        else:
            good.append(place)
    return found, good


def _check_some(good: list[int], refused: list[str], title: str) -> None:
    if not good and refused:
        many = f"None of the {len(refused)} pictures in {title} can be read. " if len(refused) > 1 else ""
        raise Notice(many + refused[0])


def _told(refused: list[str], count: int, name: str) -> str:
    """Which files were left out, and why, in one sentence; nothing where all could be read."""
    if not refused:
        return ""
    more = f"; and {len(refused) - _NAMED} more" if len(refused) > _NAMED else ""
    first = "; ".join(each.rstrip(".") for each in refused[:_NAMED])
    return f"{len(refused):,} of {count:,} pictures in {name} are left out: {first}{more}."


def picture(name: str, content: bytes, side: int, channels: int) -> np.ndarray:
    """One encoded picture as (side, side, channels) uint8: cropped to its middle, scaled, on white. Raises Notice."""

    def squared(image: Image.Image) -> np.ndarray:
        square = min(image.size)
        left, top = (image.width - square) // 2, (image.height - square) // 2
        box = (left, top, left + square, top + square)
        if image.mode in ("P", "PA") or "transparency" in image.info:
            image = image.convert("RGBA")
        image = in_eight_bits(image.convert("L") if image.mode == "1" else image)
        image = image if image.width == image.height else image.crop(box)
        # What is large is made small first: every step below copies the picture.
        image = image if square == side else image.resize((side, side), Image.Resampling.LANCZOS)
        image = on_white(image) if "A" in image.getbands() else image
        return np.asarray(image.convert("L" if channels == 1 else "RGB")).reshape(side, side, channels)

    return decoded(name, content, squared, ("L" if channels == 1 else "RGB", 2 * MAX_SIDE_PX))


def _kind(path: Path, name: str) -> tuple[int, bool]:
    """A picture's shorter side in pixels, and whether it is grey; its pixels are not decoded."""
    return decoded(shown_name(name), _content(path, name), lambda image: (min(image.size), image.mode in _GREY_MODES))


def _content(path: Path, name: str) -> bytes:
    shown = shown_name(name)
    try:
        if path.stat().st_size > _MAX_FILE_BYTES:
            raise Notice(f"{shown} is larger than {_MAX_FILE_BYTES >> 20} MiB, which is the most of one picture.")
        return path.read_bytes()
    except OSError as error:
        raise Notice(f"{shown} cannot be read: {error.strerror or 'the system gave no reason'}.") from None


def _picture_files(folder: Path) -> Iterator[Path]:
    waiting, seen = [(str(folder), 1)], 0
    while waiting:
        at, level = waiting.pop()
        try:
            with os.scandir(at) as entries:
                for entry in entries:
                    seen += 1
                    if seen > _MOST_ENTRIES:
                        raise Notice(f"{shown_name(folder.name)} holds more than {_MOST_ENTRIES:,} files.")
                    if entry.name.startswith((".", "__MACOSX")):
                        continue
                    if entry.is_dir(follow_symlinks=False) and level < _MOST_LEVELS:
                        waiting.append((entry.path, level + 1))
                    elif entry.is_file() and entry.name.lower().endswith(ENDINGS):
                        yield Path(entry.path)
        except OSError as error:
            raise Notice(f"{shown_name(Path(at).name)} cannot be read: {error.strerror}.") from None


def _classes(parts: list[list[str]], name: str) -> tuple[np.ndarray, tuple[str, ...]]:
    """The class of each picture is the folder that it lies in; one beside the folders has none."""
    return _numbered([each[0] if len(each) > 1 else "" for each in parts], name)


def _numbered(classes: list[str], name: str) -> tuple[np.ndarray, tuple[str, ...]]:
    """Labels (n,) int64 and the classes' names, of a name for each picture; empty where it is not known."""
    # In the order of their names, but 2 before 10.
    distinct = sorted(set(classes) - {""}, key=lambda each: (len(each) if each.isdecimal() else 0, each))
    check_classes(len(distinct), name)
    number_of = {each: number for number, each in enumerate(distinct)} | {"": UNKNOWN}
    labels = np.fromiter((number_of[each] for each in classes), np.int64, len(classes))
    return labels, tuple(shown_name(each) for each in distinct)
