"""Which device the numbers are computed on, on how many threads, and how memory is kept for them."""

import contextlib
import ctypes
import os

import torch

from engine.notice import Notice

# Names and numbers of malloc.h; sizes in bytes. A threshold over 32 MiB is refused.
_M_TRIM_THRESHOLD, _M_TOP_PAD, _M_MMAP_THRESHOLD = -1, -2, -3
_LARGEST_KEPT, _MOST_KEPT, _GROWTH = 2**25, 2**28, 2**26


def available() -> tuple[str, ...]:
    """The names a person can choose from, the fastest first."""
    gpus = tuple(f"cuda:{index}" for index in range(torch.cuda.device_count()))
    return (*gpus, "cpu")


def chosen(name: str) -> torch.device:
    """The device of a name such as "auto", "cpu", "cuda" or "cuda:1". Raises Notice if it is not there."""
    if name == "auto":
        return torch.device(available()[0])
    if name == "cuda" and torch.cuda.is_available():
        return torch.device("cuda:0")
    if name not in available():
        raise Notice(f"There is no device {name!r} here; there is: auto, {', '.join(available())}.")
    return torch.device(name)


def set_up_cpu() -> None:
    """Leave one core free, and keep memory that was used once.

    Cores: the window needs one to stay fluid; and two threads on two cores that anything else uses wait for each other
    (measured: 9 to 150 ms a step, against 5 on one).
    Memory: by default glibc gives the pages of each large temporary back to the system and faults them in anew for the
    next one; kept, a step of the default model took 5.0 to 5.9 ms instead of 9.1 to 9.6.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    torch.set_num_threads(max(1, cores - 1))
    # Only glibc has these; elsewhere nothing need be done.
    with contextlib.suppress(OSError, AttributeError, TypeError):
        mallopt = ctypes.CDLL(None).mallopt
        for option, size in (
            (_M_MMAP_THRESHOLD, _LARGEST_KEPT),
            (_M_TRIM_THRESHOLD, _MOST_KEPT),
            (_M_TOP_PAD, _GROWTH),
        ):
            mallopt(option, size)
