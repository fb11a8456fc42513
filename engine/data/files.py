"""Points from a file that a person brought: a table of numbers, an array, or a picture.

A file is hostile until checked: whatever is wrong with it becomes a Notice that names the file and the place.
Not covered: the formats themselves (tables.py, arrays.py, pictures.py).
"""

from pathlib import Path, PurePath

from engine.data import arrays, pictures, tables
from engine.data.points import Draw
from engine.notice import Notice

MAX_FILE_BYTES = 256 * 2**20
_MAX_NAME = 60
_MAGIC = {
    b"\x93NUMPY": ".npy",
    b"PK\x03\x04": ".npz",
    b"PK\x05\x06": ".npz",
    b"\x89PNG": ".png",
    b"\xff\xd8\xff": ".jpg",
    b"GIF8": ".gif",
    b"BM": ".bmp",
    b"RIFF": ".webp",
}
_BINARY_SUFFIXES = {".npy", ".npz", ".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp"}
_TEXT_SUFFIXES = {".csv", ".tsv", ".txt", ".dat"}


def read_path(path: Path, n: int, seed: int) -> Draw:
    """The points in the file at `path`; see `read`."""
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise Notice(
                f"{shown_name(path.name)} is larger than {MAX_FILE_BYTES >> 20} MiB, which is the most that is read."
            )
        content = path.read_bytes()
    except OSError as error:
        raise Notice(f"{path} cannot be read: {error.strerror or 'the system gave no reason'}.") from None
    except ValueError:
        raise Notice(f"{str(path)!r} is not a possible file name.") from None
    return read(path.name, content, n, seed)


def read(name: str, content: bytes, n: int, seed: int) -> Draw:
    """The points in a file's content: CSV, NPY, NPZ, PNG, JPEG, GIF, BMP or WEBP, told apart by their first bytes.

    n, seed: how many points to draw from a picture and how; a table or an array gives all of its points.
    Raises Notice naming the file, and the row where there is one.
    """
    shown, suffix = shown_name(PurePath(name).name), PurePath(name).suffix.lower()
    if not content:
        raise Notice(f"{shown} is empty.")
    if len(content) > MAX_FILE_BYTES:
        raise Notice(f"{shown} is larger than {MAX_FILE_BYTES >> 20} MiB, which is the most that is read.")
    kind = _kind_of(content, suffix)
    if kind == ".npz" != suffix:
        # Spreadsheets and many other documents are zip archives too.
        raise Notice(f"{shown} is not of a kind that is read: save it as CSV, NPY, NPZ or a picture.")
    if kind in (".npy", ".npz"):
        return arrays.read_npy(shown, content) if kind == ".npy" else arrays.read_npz(shown, content)
    if kind:
        return pictures.read(shown, content, n, seed)
    if suffix in _BINARY_SUFFIXES:
        raise Notice(f"{shown} does not hold what its ending {suffix} says.")
    return tables.read(shown, content)


def _kind_of(content: bytes, suffix: str) -> str:
    """The ending that fits the first bytes of a binary file; empty for text."""
    for magic, kind in _MAGIC.items():
        # A table may begin with the letters of a picture's magic, such as a column called BMI.
        if content.startswith(magic) and not (magic.isalnum() and suffix in _TEXT_SUFFIXES):
            return kind
    return ""


def shown_name(name: str) -> str:
    printable = "".join(letter if letter.isprintable() else "?" for letter in name) or "The file"
    return printable if len(printable) <= _MAX_NAME else f"{printable[:_MAX_NAME]}..."
