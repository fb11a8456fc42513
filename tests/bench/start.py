"""How soon the window is there, against a bare window of the same libraries; in turns. And what it costs paused."""

import json
import subprocess
import time
from collections.abc import Iterator

from tests.bench.child import ROOT, command, measured
from tests.bench.figures import Figure, Options

_PAIRS = 7
_PAUSED_SECS = 10
_PAUSED_REPEATS = 2


def figures(options: Options) -> Iterator[Figure]:
    # Once without counting, to fill the caches of the disk.
    _start("tests/bench/bare_window.py")
    _start("main.py", "ready")
    bare, own = [], []
    for _ in range(_PAIRS):
        bare.append(_start("tests/bench/bare_window.py")["painted"])
        own.append(_start("main.py", "ready"))
    visible = [each["painted"] for each in own]
    yield Figure("bare window, until painted", bare, "s")
    yield Figure("window, until painted", visible, "s")
    yield Figure("  against the bare one", [a / b for a, b in zip(visible, bare, strict=True)], "times", at_most=1.3)
    yield Figure("until the engine is ready", [each["ready"] for each in own], "s")
    paused = [measured("paused", _PAUSED_SECS) for _ in range(_PAUSED_REPEATS)]
    both = [100 * (each["window"] + each["engine"]) for each in paused]
    yield Figure("paused, 2,000 points: window and engine", both, "% of core", at_most=3)


def _start(script: str, *arguments: str) -> dict[str, float]:
    """Seconds from the start of the process."""
    began = time.time()
    run = command("watched", script, *arguments)
    done = subprocess.run(run, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    return {what: at - began for what, at in json.loads(done.stdout.splitlines()[-1]).items()}
