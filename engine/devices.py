"""Which device the numbers are computed on, and on how many threads."""

import os

import torch

from engine.notice import Notice


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


def use_cores(spare: int) -> None:
    """Let torch use all cores but `spare`, at least one: the window needs one to stay fluid."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    torch.set_num_threads(max(1, cores - spare))
