"""What the window's texts in another language cost while it trains: the share of its time."""

from collections.abc import Iterator

from tests.bench.child import measured
from tests.bench.figures import Figure, Options

_SECS = 10
_REPEATS = 3


def figures(options: Options) -> Iterator[Figure]:
    found = [measured("spoken", _SECS) for _ in range(_REPEATS)]
    yield Figure("events that the filter sees", [each["events"] for each in found], "1/s")
    yield Figure("to call it, each", [1e6 * each["call"] for each in found], "us")
    yield Figure("German while training", [100 * each["share"] for each in found], "% of time", at_most=2)
