"""What time it is for all that goes by the clock: the machine's own time, or that of a film.

In a film time passes only from picture to picture, and nothing that is computed takes any: so it is the same film
however long each picture takes, on any machine.
Not covered: who lets the time of a film pass (film_loop.py).
"""

import math
import time
from dataclasses import dataclass

# A film shows what is dear to compute, such as log Z, as old as this at most.
_KEPT_SECS = 0.15


@dataclass
class FilmTime:
    """now: seconds of film.  is_showing: whether a picture is due, so that all that has changed is to be told."""

    now: float = 0.0
    is_showing: bool = False


_film: FilmTime | None = None


def begin_film() -> FilmTime:
    """From now on, in this process, it is the time of a film; the caller lets it pass."""
    global _film
    _film = FilmTime()
    return _film


def is_filmed() -> bool:
    return _film is not None


def now() -> float:
    """Seconds since some moment."""
    return time.perf_counter() if _film is None else _film.now


def until_frame(secs: float) -> float:
    """How long until a frame may be told that is due in `secs`; in a film, only when a picture is due."""
    if _film is None:
        return secs
    return 0.0 if _film.is_showing else math.inf


def kept_secs(began: float, share: float) -> float:
    """For how long something is kept whose computing began then, so that it takes this share of the time."""
    return (now() - began) / share if _film is None else _KEPT_SECS
