"""Chain-steps per second of our samplers against other libraries', same target, step size and number of chains.

All on as many cores as the engine takes, which leaves one to the window. A row of a ratio is ours over theirs.
Pyro walks one chain after the other, so its rate for many chains is that of one; emcee needs four, so one chain is
measured as four. Not covered: how well they mix, which at equal steps is the same.
"""

import importlib.util
import math
import os
from collections.abc import Iterator, Mapping

from tests.bench.child import cores, measured
from tests.bench.figures import Figure, Options
from tests.bench.rivals.settings import LIBRARIES, TARGETS

_CHAINS = (1, 64, 1024, 16384)
_CHANGED_CHAINS = 1024


def figures(options: Options) -> Iterator[Figure]:
    _leave_one_core()
    missing = absent(LIBRARIES)
    for name in missing:
        yield Figure(f"{name} is not installed: pip install .[bench]", [math.nan])
    present = [name for name in LIBRARIES if name not in missing]
    for target, called in TARGETS.items():
        for num_chains in _CHAINS:
            place = f"{called}, {num_chains:,}"
            if options.only in place:
                yield from _rows(place, target, num_chains, present)
    if options.only in "change":
        yield from _changes(present)


def absent(libraries: Mapping[str, tuple[str, str]]) -> list[str]:
    """Those whose package is not installed; libraries: as settings.LIBRARIES."""
    return [name for name, (_, package) in libraries.items() if importlib.util.find_spec(package) is None]


def bar(library: str, target: str, num_chains: int) -> float | None:
    """The least ratio of our rate to theirs that will do; None where none is asked for."""
    few, formula = num_chains < 1024, target == "eight_gaussians"
    return {
        "plain torch": 3.0 if num_chains == 1 else None,
        "blackjax": None if few else 0.5 if formula else 0.8,
        "NumPyro": 1.0 if formula and num_chains >= 64 else None,
    }.get(library, 1.0)


def _rows(place: str, target: str, num_chains: int, libraries: list[str]) -> Iterator[Figure]:
    own = measured("rivals", "own", target, num_chains)
    theirs = {name: measured("rivals", name, target, num_chains) for name in libraries}
    for sampler, rate in own.items():
        yield Figure(f"{place}: {sampler}", [rate], "steps/s")
        for library in libraries:
            if sampler in theirs[library]:
                least = bar(library, target, num_chains)
                yield Figure(f"  against {library}", [rate / theirs[library][sampler]], "times", at_least=least)


def _changes(libraries: list[str]) -> Iterator[Figure]:
    for what, secs in measured("rivals", "own", "change", _CHANGED_CHAINS).items():
        yield Figure(f"another {what}, until a step with it is done", [1000 * each for each in secs], "ms")
    if "blackjax" in libraries:
        secs = measured("rivals", "blackjax", "change", _CHANGED_CHAINS)["target"]
        yield Figure("  blackjax, which compiles: another target", [1000 * each for each in secs], "ms")


def _leave_one_core() -> None:
    """The processes that are started from here have what is left."""
    if hasattr(os, "sched_setaffinity") and cores() > 1:
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[1:])
