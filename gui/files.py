"""Files of the person: reading their bytes for the engine to understand, and writing points and recipes.

The window never parses what may be hostile: it checks the size, and the engine's process does the rest.
Not covered: dialogs (window.py).
"""

import contextlib
import os
from pathlib import Path

import msgspec

from engine.notice import Notice
from engine.recipe import AnyRecipe, Data, Model, Recipe, Stop, to_plain
from gui.edits import Sketch

MAX_FILE_BYTES = 256 * 2**20
DATA_ENDINGS = "*.csv *.tsv *.txt *.npy *.npz *.png *.jpg *.jpeg *.bmp *.gif *.webp"
DATA_FILTER = f"Points or pictures ({DATA_ENDINGS});;All files (*)"


def content_of(path: str) -> bytes:
    """The bytes of a file. Raises Notice if it cannot be read or is too large."""
    file = Path(path)
    try:
        if not file.is_file():
            raise Notice(f"{file.name} is not a file.")
        size = file.stat().st_size
        if size > MAX_FILE_BYTES:
            raise Notice(f"{file.name} has {size >> 20} MiB; files of up to {MAX_FILE_BYTES >> 20} MiB are read.")
        return file.read_bytes()
    except OSError as error:
        raise Notice(f"{file.name} cannot be read: {error.strerror}.") from None


def points_as_csv(sketch: Sketch) -> str:
    """The points and classes, which read back as exactly the same numbers."""
    rows = (
        f"{x!r},{y!r},{label}" for (x, y), label in zip(sketch.points.tolist(), sketch.labels.tolist(), strict=True)
    )
    return "\n".join(["x,y,label", *rows]) + "\n"


def recipe_of(sketch: Sketch, model: Model, seed: int, opened: Recipe | None) -> Recipe:
    """The experiment as a recipe: the preset that drew the points, or the points themselves.

    When to stop and on which device are as in the recipe that was opened, if one was.
    """
    data = sketch.truth
    if data is None:
        points = tuple((x, y) for x, y in sketch.points.tolist())
        data = Data(points=points, labels=tuple(sketch.labels.tolist()), extent=sketch.extent)
    if opened is None:
        return Recipe(data=data, model=model, seed=seed, stop=Stop(steps=5000))
    return msgspec.structs.replace(opened, data=data, model=model, seed=seed)


def recipe_as_json(recipe: AnyRecipe) -> str:
    plain = msgspec.json.encode(to_plain(recipe))
    return msgspec.json.format(plain, indent=2).decode() + "\n"


def write(path: str, text: str) -> None:
    """Write a text file whole or not at all. Raises Notice if that cannot be done."""
    write_bytes(path, text.encode())


def write_bytes(path: str, content: bytes) -> None:
    """The same for any file."""
    target = Path(path)
    new = target.with_name(f".{target.name}.{os.getpid()}.new")
    try:
        with new.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(new, target)
    except OSError as error:
        with contextlib.suppress(OSError):
            new.unlink(missing_ok=True)
        raise Notice(f"{target.name} cannot be written: {error.strerror}.") from None
