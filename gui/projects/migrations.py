"""Projects of older versions: for each version n, the function that makes of its parts those of version n + 1.

A change of the format is one function here and a step of container.VERSION; functions that are here stay as they are.
"""

from collections.abc import Callable

from engine.notice import Notice

Parts = dict[str, bytes]

MIGRATIONS: dict[int, Callable[[Parts], Parts]] = {}


def migrated(parts: Parts, version: int, wanted: int) -> Parts:
    """Parts of a version as those of the wanted one. Raises Notice for a version that there never was."""
    for step in range(version, wanted):
        if step not in MIGRATIONS:
            raise Notice(f"there is no version {version} of projects")
        parts = MIGRATIONS[step](parts)
    return parts
