"""Points from a table in a text: two columns, a third for class labels if there is one, with or without a header.

Columns are parted by tabs, semicolons, commas or spaces; lines that begin with # are comments.
Not covered: tables of more dimensions, and missing values (the row is named, nothing is guessed).
"""

import csv
import io
from array import array
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from engine.data.points import Draw, check_count, extent_of, labels_of, wrong_with
from engine.notice import Notice

_MAX_LINE = 10_000
LABEL_NAMES = ("label", "labels", "class", "target", "species", "group")


class _Layout(NamedTuple):
    """Which columns hold what, in a table of `width` columns. label is None where there are no classes."""

    x: int
    y: int
    label: int | None
    width: int


def read(name: str, content: bytes) -> Draw:
    """The points of a table. Raises Notice naming the row, counted in lines of the file from 1."""
    rows = rows_of(text_of(name, content), name)
    row, fields = next(rows, (0, []))
    if not fields:
        raise Notice(f"{name} holds no points.")
    has_header = not any(_is_number(field) for field in fields[:2])
    layout = _layout(fields, has_header, f"{name}, row {row}")
    coordinates, classes = array("d"), list[str]()
    if not has_header:
        _take(fields, layout, f"{name}, row {row}", coordinates, classes)
    for row, fields in rows:
        _take(fields, layout, f"{name}, row {row}", coordinates, classes)
        check_count(len(coordinates) // 2, name)
    if not coordinates:
        raise Notice(f"{name} holds no points.")
    points = np.array(coordinates).reshape(-1, 2)
    labels, note = _labels(classes, len(points), name)
    return Draw(points, labels, extent_of(points), note=note)


def text_of(name: str, content: bytes) -> str:
    """The text of a table in whatever encoding it is. Raises Notice where it is none."""
    encodings = ["utf-16"] if content.startswith((b"\xff\xfe", b"\xfe\xff")) else ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise Notice(f"{name} is neither a table of numbers, nor NPY, NPZ or a picture.")


def rows_of(text: str, name: str) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not blank or comments, each with its number and its fields."""
    separator = None
    for number, line in enumerate(io.StringIO(text, newline=None), start=1):
        if len(line) > _MAX_LINE:
            raise Notice(f"{name}, row {number} is longer than {_MAX_LINE:,} characters, so this is no table.")
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if separator is None:
            separator = next((each for each in "\t;," if each in line.strip()), " ")
        yield number, _fields(line.strip(" \r\n"), separator)


def _fields(line: str, separator: str) -> list[str]:
    if separator == " ":
        return line.split()
    if '"' in line:
        return [field.strip() for field in next(csv.reader([line], delimiter=separator, skipinitialspace=True))]
    return [field.strip() for field in line.split(separator)]


def _layout(fields: list[str], has_header: bool, where: str) -> _Layout:
    names = [field.lower() for field in fields] if has_header else []
    if "x" in names and "y" in names:
        named = [names.index(each) for each in LABEL_NAMES if each in names]
        x, y = names.index("x"), names.index("y")
        third = 2 if len(names) == 3 and {x, y} == {0, 1} else None
        return _Layout(x, y, named[0] if named else third, len(fields))
    if len(fields) not in (2, 3):
        count = "1 column" if len(fields) == 1 else f"{len(fields)} columns"
        raise Notice(f"{where}: {count}; a table of points has 2, or 3 with a class label.")
    return _Layout(0, 1, 2 if len(fields) == 3 else None, len(fields))


def _take(fields: list[str], layout: _Layout, where: str, coordinates: "array[float]", classes: list[str]) -> None:
    if len(fields) != layout.width:
        raise Notice(f"{where}: the number of columns is {len(fields)}; in the rows before it is {layout.width}.")
    for text in (fields[layout.x], fields[layout.y]):
        try:
            value = number_of(text)
        except ValueError:
            raise Notice(f"{where}: {quoted(text)} is not a number.") from None
        if wrong := wrong_with(value):
            raise Notice(f"{where}: {wrong}.")
        coordinates.append(value)
    if layout.label is not None:
        classes.append(fields[layout.label])


def _labels(classes: list[str], count: int, name: str) -> tuple[np.ndarray, str]:
    if not any(classes):
        return np.zeros(count, np.uint8), ""
    if all(_is_number(each) and np.isfinite(number_of(each)) for each in classes):
        return labels_of([number_of(each) for each in classes], name)
    return labels_of(classes, name)


def number_of(text: str) -> float:
    """The number that a field holds. Raises ValueError."""
    if "_" in text:
        raise ValueError(text)  # 1_000 is a number to Python only
    # A comma inside a field can only be a decimal comma: as a separator it would have parted the field.
    return float(text.replace(",", "."))


def _is_number(text: str) -> bool:
    try:
        number_of(text)
    except ValueError:
        return False
    return True


def quoted(text: str) -> str:
    return repr(text if len(text) <= 30 else f"{text[:30]}...")
