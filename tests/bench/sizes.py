"""How much memory the window and the engine take while they play."""

from collections.abc import Iterator

from tests.bench.child import measured
from tests.bench.figures import Figure, Options

_SECS = 8


def figures(options: Options) -> Iterator[Figure]:
    played = measured("played", _SECS)
    yield Figure("window, at most", [played["window_mb"]], "MB")
    yield Figure("engine, at most", [played["engine_mb"]], "MB")
