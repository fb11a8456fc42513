"""Training with the window open, against a bare loop of the same step in a script without one; in turns."""

from collections.abc import Iterator

from tests.bench.child import cores, measured
from tests.bench.figures import Figure, Options

_PAIRS = 3
_SECS = 8


def figures(options: Options) -> Iterator[Figure]:
    spare, every, played = [], [], []
    for _ in range(_PAIRS):
        # As many threads as the engine takes beside a window, and as many as a script takes by itself.
        spare.append(measured("bare_loop", _SECS, max(1, cores() - 1))["steps_per_second"])
        played.append(measured("played", _SECS))
        every.append(measured("bare_loop", _SECS, 0)["steps_per_second"])
    steps = [each["steps_per_second"] for each in played]
    yield Figure("bare loop, as many threads as the engine", spare, "steps/s")
    yield Figure("bare loop, as many threads as torch takes by itself", every, "steps/s")
    yield Figure("with the window open", steps, "steps/s")
    yield Figure("  against the loop of as many threads", _ratios(steps, spare), "times", at_least=0.6)
    yield Figure("  against the loop of torch's own number", _ratios(steps, every), "times", at_least=0.6)
    yield Figure("landscapes painted", [each["frames_per_second"] for each in played], "frames/s", at_least=20)
    yield Figure("landscapes that came", [each["landscapes_per_second"] for each in played], "1/s")
    yield Figure("the window's share of a core", [100 * each["window_cpu"] for each in played], "%")
    yield Figure("the engine's share of a core", [100 * each["engine_cpu"] for each in played], "%")


def _ratios(these: list[float], to_those: list[float]) -> list[float]:
    return [this / that for this, that in zip(these, to_those, strict=True)]
