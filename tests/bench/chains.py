"""Chains drawn in the window while they walk as fast as the engine goes: frames a second, each with newer steps."""

from collections.abc import Iterator

from tests.bench.child import measured
from tests.bench.figures import Figure, Options

_REPEATS, _SECS = 3, 6
# How many chains, and the least of frames a second.
_BARS = ((1024, 30), (4096, 20))
_SAMPLERS = ("random_walk", "hmc")


def figures(options: Options) -> Iterator[Figure]:
    for num_chains, least in _BARS:
        for sampler in _SAMPLERS:
            place = f"{num_chains:,} chains, {sampler}"
            if options.only in place:
                played = [measured("played_chains", num_chains, sampler, _SECS) for _ in range(_REPEATS)]
                frames = [each["frames_per_second"] for each in played]
                yield Figure(f"{place}: frames", frames, "1/s", at_least=least)
                yield Figure("  the window's longest pause", [1000 * each["longest_pause"] for each in played], "ms")
                yield Figure("  meanwhile", [each["steps_per_second"] for each in played], "steps/s")
