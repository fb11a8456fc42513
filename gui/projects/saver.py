"""A project onto the disk: whole or not at all, whatever ends the program meanwhile.

Not covered: its content (contents.py), the thread (background.py).
"""

import contextlib
import os
import time
from pathlib import Path

from gui import files
from gui.projects import contents, thumbnail
from gui.projects.project import Project
from gui.projects.thumbnail import Look

_OLD_SECS = 3600.0


def save(path: Path, project: Project, look: Look) -> None:
    """Write the project with its thumbnail. Raises Notice; the file that was there before is then still whole."""
    drawn = thumbnail.drawn(project.sketch, look)
    files.write_bytes(str(path), contents.write(project.with_thumbnail(drawn)))
    _sweep(path)


def _sweep(path: Path) -> None:
    """Windows that were killed while they saved leave what they had written beside the file."""
    with contextlib.suppress(OSError):
        for each in path.parent.glob(f".{path.name}.*.new"):
            if time.time() - each.stat().st_mtime > _OLD_SECS:
                os.unlink(each)
