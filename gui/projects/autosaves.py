"""The folder of autosaves: a file for each window that runs, and those of windows that did not end well.

A window holds the lock of its own. A file whose lock can be taken has no window any more.
Not covered: when an autosave is due (keeper.py), and its content (contents.py).
"""

import contextlib
import os
import time
from pathlib import Path

from gui.projects import container, lock
from gui.projects.lock import Lock

_LOCKED = ".lock"
_MOST_LEFT = 10


class Autosave:
    """A place for one autosave, whose lock this process holds."""

    def __init__(self, path: Path, held: Lock) -> None:
        self.path, self._lock = path, held

    def remove(self) -> None:
        """Nothing is to be restored from it any more; the place stays ours."""
        with contextlib.suppress(OSError):
            self.path.unlink(missing_ok=True)

    def end(self) -> None:
        """Remove it, and let go of its place."""
        self.remove()
        # Unlinked first: who opens it after this makes another one.
        with contextlib.suppress(OSError):
            self._lock.path.unlink(missing_ok=True)
        self._lock.release()

    def leave(self) -> None:
        """Another window, or the next start, may restore it."""
        self._lock.release()


def begin(folder: Path) -> Autosave | None:
    """A place of this window alone; None where the folder cannot be written, and there are no autosaves."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for attempt in range(100):
            path = folder / f"{os.getpid()}-{time.time_ns()}-{attempt}{container.ENDING}"
            held = lock.taken(path.with_suffix(_LOCKED))
            if held is not None:
                return Autosave(path, held)
    except OSError:
        return None
    return None


def left_behind(folder: Path) -> list[Autosave]:
    """Those without a window, the newest first, now held by this one: end or leave each. Too old ones are removed."""
    try:
        found = sorted(folder.glob(f"*{container.ENDING}"), key=lambda path: path.stat().st_mtime, reverse=True)
    except OSError:
        return []
    left: list[Autosave] = []
    for path in found:
        held = _held(path)
        if held is None:
            continue
        if len(left) < _MOST_LEFT:
            left.append(held)
        else:
            held.end()
    _sweep(folder)
    return left


def _held(path: Path) -> Autosave | None:
    try:
        held = lock.taken(path.with_suffix(_LOCKED))
    except OSError:
        return None
    if held is not None and not path.exists():
        # Another window has dealt with it between our looks.
        Autosave(path, held).end()
        return None
    return None if held is None else Autosave(path, held)


def _sweep(folder: Path) -> None:
    """Locks of windows that died before their first autosave, and what was half written."""
    with contextlib.suppress(OSError):
        for path in folder.glob(f"*{_LOCKED}"):
            if not path.with_suffix(container.ENDING).exists():
                _held(path.with_suffix(container.ENDING))
        for path in folder.glob(f".*{container.ENDING}.*.new"):
            owner = folder / f"{path.name[1:].partition(container.ENDING)[0]}{_LOCKED}"
            if not owner.exists():
                path.unlink(missing_ok=True)
