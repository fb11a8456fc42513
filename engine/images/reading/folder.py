"""Pictures from a folder of picture files: folders within it are classes, a CSV file in it holds attributes.

Files that are no pictures by their ending, and those whose name begins with a point, are left alone. Folders are
followed four deep, links are not followed.
Not covered: the CSV (attributes.py).
"""

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from engine.data.files import shown_name
from engine.data.pictures import decoded, in_eight_bits, on_white
from engine.images import MAX_PICTURES, MAX_SIDE_PX, Pictures
from engine.images.reading import UNKNOWN, attributes, check_classes, check_total, side_of
from engine.notice import Notice

ENDINGS = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp")
_MAX_FILE_BYTES = 64 * 2**20
_MOST_LEVELS = 4
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
    pixels = read_files(paths, names, name, side, grey)
    return Pictures(name, pixels, labels, class_names, known.values, known.names)


def read_files(paths: list[Path], names: list[str], title: str, side: int | None, grey: bool | None) -> np.ndarray:
    """Picture files as (n, side, side, 1 or 3) uint8, each cropped to its middle and scaled, on white.

    side: None takes the most frequent shorter side.  grey: None takes grey where all of them are.  Raises Notice.
    """
    if side is None or grey is None:
        kinds = [_kind(path, name) for path, name in zip(paths, names, strict=True)]
        # Of sides that are as frequent the largest.
        usual = max(Counter(shorter for shorter, _ in kinds).items(), key=lambda each: each[::-1])[0]
        side = side_of(side, usual)
        grey = all(is_grey for _, is_grey in kinds) if grey is None else grey
    side, channels = side_of(side, 0), 1 if grey else 3
    check_total(len(paths), side, channels, title)
    pixels = np.empty((len(paths), side, side, channels), np.uint8)
    for place, (path, name) in enumerate(zip(paths, names, strict=True)):
        pixels[place] = picture(shown_name(name), _content(path, name), side, channels)
    return pixels


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
