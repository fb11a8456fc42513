"""Four panes of different families training at once: how smooth the window is, and who gets how much of the engine."""

from collections.abc import Iterator

from tests.bench.child import measured
from tests.bench.figures import Figure, Options

_REPEATS, _SECS = 3, 8


def figures(options: Options) -> Iterator[Figure]:
    played = [measured("played_panes", _SECS) for _ in range(_REPEATS)]
    yield Figure("the window's ticks", [each["ticks_per_second"] for each in played], "1/s", at_least=30)
    yield Figure("its longest pause", [1000 * each["longest_pause"] for each in played], "ms")
    yield Figure("landscapes painted, all panes", [each["paints_per_second"] for each in played], "1/s")
    shares = [each["farthest_share"] for each in played]
    yield Figure("the pane farthest from a fair share", [100 * each for each in shares], "%", at_most=20)
