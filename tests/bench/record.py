"""Films: a render of the default lesson at 1080p, and what a live recording costs the window."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.bench.child import measured
from tests.bench.figures import Figure, Options

_REPEATS, _SECS = 3, 6


def figures(options: Options) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(prefix="energyscape-films-") as folder:
        rendered = [measured("rendered", Path(folder) / "film.mp4") for _ in range(_REPEATS)]
        rates = [each["pictures_per_second"] for each in rendered]
        yield Figure("the default lesson, 1920x1080, from start to end", rates, "1/s", at_least=30)
        spent = [each["cpu_msecs"] for each in rendered]
        yield Figure("its processor time, all processes, for a picture", spent, "ms", at_most=2000 / 30)
        played = [measured("recorded", Path(folder) / "film.mp4", _SECS) for _ in range(_REPEATS)]
    yield Figure("the window's ticks without a recording", [each["ticks_before"] for each in played], "1/s")
    yield Figure("while its canvas is recorded, 1080p30", [each["ticks_canvas"] for each in played], "1/s", at_least=30)
    yield Figure("while the window is recorded, 1080p60", [each["ticks_window"] for each in played], "1/s", at_least=30)
    yield Figure("paints of the canvas without a recording", [each["frames_before"] for each in played], "1/s")
    yield Figure("while its canvas is recorded, 1080p30", [each["frames_canvas"] for each in played], "1/s")
    yield Figure("one picture taken", [each["picture_msecs"] for each in played], "ms", at_most=16)
    yield Figure("the film's clock against the wall's", [each["clock_error_msecs"] for each in played], "ms")
