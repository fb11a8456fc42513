"""A lock file that ends with the process that holds it, however that ends.

The system itself lets go of the lock when its holder is gone, so that none is ever stale, and no other process that
came by the same number is taken for the holder; its number and start are written into the file for people.
"""

import os
import sys
import time
from pathlib import Path
from typing import BinaryIO


class Lock:
    """Held from `taken` until `release`. Made by `taken` alone."""

    def __init__(self, path: Path, file: BinaryIO) -> None:
        self.path, self._file = path, file

    def release(self) -> None:
        """Let go; the file stays."""
        self._file.close()


def taken(path: Path) -> Lock | None:
    """The lock, or None where another process or window holds it. Raises OSError where there can be no file."""
    # "x" would let a second window see a file that nobody holds yet; to open it tells nothing, to lock it does.
    file = path.open("ab")
    if not _is_locked_now(file) or not _is_still(file, path):
        file.close()
        return None
    file.truncate(0)
    file.write(f"{os.getpid()} since {time.strftime('%Y-%m-%d %H:%M:%S')}\n".encode())
    file.flush()
    return Lock(path, file)


def _is_still(file: BinaryIO, path: Path) -> bool:
    """Whether nobody has removed it between our opening and our locking it."""
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except OSError:
        return False


def _is_locked_now(file: BinaryIO) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            # A byte far behind the text: what is locked cannot be read there.
            file.seek(2**30)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
