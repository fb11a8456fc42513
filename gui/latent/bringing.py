"""Pictures that a person brings, as names and contents: the engine opens no path, it may be on another machine.

Not covered: what is in them (engine/images/files.py).
"""

import itertools
from collections.abc import Sequence
from pathlib import Path

from engine.notice import Notice

# Of all files together; a message holds no more.
MAX_BYTES = 400 * 2**20
MAX_FILES = 50_000
_LABELS = {"images": "labels", "idx3": "idx1"}


def files_at(path: Path) -> tuple[tuple[str, bytes], ...]:
    """A file, with the labels or pictures that lie beside it as MNIST has them, or all files of a folder.

    Names begin with its own. Raises Notice: nothing there, too much, not readable.
    """
    try:
        if path.is_dir():
            # A folder may be a whole disk.
            listed = list(itertools.islice(path.rglob("*"), MAX_FILES + 1))
            if len(listed) > MAX_FILES:
                raise Notice(f"{path.name or path} has over {MAX_FILES:,} files, more than can be brought at once.")
            found = sorted(each for each in listed if each.is_file() and not each.name.startswith("."))
            base = path.parent
        else:
            found, base = [path, *_beside(path)], path.parent
        if not found:
            raise Notice(f"{path.name} is empty.")
        size = sum(each.stat().st_size for each in found)
        if len(found) > MAX_FILES or size > MAX_BYTES:
            raise Notice(
                f"{path.name} has {len(found):,} files of {size >> 20} MiB; "
                f"{MAX_FILES:,} files and {MAX_BYTES >> 20} MiB are the most."
            )
        return tuple((each.relative_to(base).as_posix(), each.read_bytes()) for each in found)
    except OSError as error:
        raise Notice(f"{path} cannot be read: {error.strerror}.") from None


def belong_together(paths: Sequence[Path]) -> bool:
    """Whether the first file brings the others with it: the two of weights, or pictures with their labels."""
    stems = {each.with_suffix("") for each in paths if each.suffix.lower() in (".safetensors", ".json")}
    return len(stems) == 1 or set(paths) <= {paths[0], *_beside(paths[0])}


def _beside(path: Path) -> list[Path]:
    """The file of labels that belongs to one of pictures, or the pictures of labels, if it is there."""
    for names in (_LABELS, {its: mine for mine, its in _LABELS.items()}):
        name = path.name
        for mine, its in names.items():
            name = name.replace(mine, its)
        other = path.with_name(name)
        if other != path and other.is_file():
            return [other]
    return []
