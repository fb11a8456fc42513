"""Attributes of the pictures in a folder, from the CSV file that lies in it.

One column holds file names, the others are attributes where they hold numbers; a column of labels gives the classes.
An empty cell, NaN or NA is a value that is not known. Columns of text are left alone.
"""

import math
from pathlib import Path
from typing import NamedTuple

import numpy as np

from engine.data.files import shown_name
from engine.data.tables import LABEL_NAMES, number_of, quoted, rows_of, text_of
from engine.images import MAX_PICTURES
from engine.images.reading import MAX_ATTRIBUTES
from engine.notice import Notice

_OWN_NAME = "attributes.csv"
_FILE_NAMES = ("file", "filename", "file_name", "image", "image_id", "picture", "name", "path")
_UNKNOWN = ("", "nan", "na", "n/a", "null", "none")
_MAX_BYTES = 64 * 2**20
_MAX_COLUMNS = 2 * MAX_ATTRIBUTES


class Known(NamedTuple):
    """What the table says of n pictures.

    values: (n, k) float32, NaN where not known; (0, 0) without attributes.
    classes: a name for each picture or "", None without such a column.
    """

    values: np.ndarray
    names: tuple[str, ...] = ()
    classes: list[str] | None = None


def read(folder: Path, files: list[str]) -> Known:
    """What the folder's table says of its pictures, named by their paths within the folder. Raises Notice."""
    table = _table_in(folder)
    if table is None:
        return Known(np.zeros((0, 0), np.float32))
    name = shown_name(table.name)
    rows = rows_of(text_of(name, _content(table, name)), name)
    _, header = next(rows, (0, []))
    if len(header) < 2:
        raise Notice(f"{name} needs a first row with names: one column of file names, and attributes.")
    if len(header) > _MAX_COLUMNS:
        raise Notice(f"{name} has {len(header)} columns; {_MAX_COLUMNS} are the most.")
    lower = [each.lower() for each in header]
    key = next((lower.index(each) for each in _FILE_NAMES if each in lower), 0)
    place_of = _places(files)
    cells: dict[int, list[str]] = {}
    row_of: dict[int, int] = {}
    for row, fields in rows:
        where = f"{name}, row {row}"
        if len(fields) != len(header):
            raise Notice(f"{where}: the number of columns is {len(fields)}; in the first row it is {len(header)}.")
        place = place_of.get(fields[key].replace("\\", "/").removeprefix("./"))
        if place is None:
            raise Notice(f"{where}: there is no picture {quoted(fields[key])} in the folder.")
        if place in cells:
            raise Notice(f"{where}: the picture {quoted(fields[key])} was in row {row_of[place]} already.")
        cells[place], row_of[place] = fields, row
    if len(cells) > MAX_PICTURES or not cells:
        raise Notice(f"{name} names none of the pictures in the folder.")
    return _known(header, key, cells, row_of, len(files), name)


def _known(
    header: list[str], key: int, cells: dict[int, list[str]], row_of: dict[int, int], count: int, name: str
) -> Known:
    columns, names = list[np.ndarray](), list[str]()
    classes: list[str] | None = None
    for column, title in enumerate(header):
        if column == key:
            continue
        if classes is None and title.lower() in LABEL_NAMES:
            classes = [cells[place][column] if place in cells else "" for place in range(count)]
            continue
        texts = {place: fields[column] for place, fields in cells.items()}
        values = _numbers(texts, row_of, count, name)
        if values is not None:
            columns.append(values)
            names.append(shown_name(title or f"column {column + 1}"))
    if len(columns) > MAX_ATTRIBUTES:
        raise Notice(f"{name} has {len(columns)} columns of numbers; {MAX_ATTRIBUTES} attributes are the most.")
    if not columns and classes is None:
        raise Notice(f"{name} has no column of numbers.")
    values = np.stack(columns, 1) if columns else np.zeros((0, 0), np.float32)
    return Known(values, tuple(names), classes)


def _numbers(texts: dict[int, str], row_of: dict[int, int], count: int, name: str) -> np.ndarray | None:
    """One attribute of all pictures, (count,) float32; None where no cell is a number. Raises Notice."""
    values, stranger, has_numbers = np.full(count, np.nan, np.float32), None, False
    for place, text in texts.items():
        if text.lower() in _UNKNOWN:
            continue
        try:
            value = number_of(text)
        except ValueError:
            stranger = place if stranger is None else stranger
            continue
        if not math.isfinite(value) or abs(value) > 1e30:
            raise Notice(f"{name}, row {row_of[place]}: {quoted(text)} is too large for an attribute.")
        values[place], has_numbers = value, True
    if has_numbers and stranger is not None:
        raise Notice(f"{name}, row {row_of[stranger]}: {quoted(texts[stranger])} is not a number.")
    return values if has_numbers else None


def _places(files: list[str]) -> dict[str, int]:
    """The place of each picture by its path in the folder, and by its bare name where only one has it."""
    bare: dict[str, list[int]] = {}
    for place, each in enumerate(files):
        bare.setdefault(each.rsplit("/", 1)[-1], []).append(place)
    return {each: places[0] for each, places in bare.items() if len(places) == 1} | {
        each: place for place, each in enumerate(files)
    }


def _table_in(folder: Path) -> Path | None:
    found = sorted(each for each in folder.iterdir() if each.suffix.lower() == ".csv" and each.name[0] != ".")
    own = [each for each in found if each.name.lower() == _OWN_NAME]
    if len(found) > 1 and not own:
        raise Notice(
            f"{shown_name(folder.name)} holds {len(found)} CSV files; call that of the attributes {_OWN_NAME}."
        )
    return next(iter(own or found), None)


def _content(path: Path, name: str) -> bytes:
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise Notice(f"{name} is larger than {_MAX_BYTES >> 20} MiB, which is the most of a table of attributes.")
        return path.read_bytes()
    except OSError as error:
        raise Notice(f"{name} cannot be read: {error.strerror or 'the system gave no reason'}.") from None
