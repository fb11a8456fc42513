"""`python -m tests.bench.paused SECONDS`: what a paused app costs, as a share of one core; prints JSON."""

import json
import sys
import time

import psutil

from engine.recipe import default
from gui.window import Window
from tests.bench.child import cpu_secs
from tests.bench.inside import in_the_app, show_points, turn

_PLAYED_SECS = 3.0
_SETTLED_SECS = 2.0


def main(seconds: float) -> None:
    print(json.dumps(in_the_app(lambda window: _rest(window, seconds))))


def _rest(window: Window, seconds: float) -> dict[str, float]:
    """Train for a moment, pause, and count."""
    show_points(window, default().data)
    window.actions_by_name["play"].trigger()
    turn(_PLAYED_SECS)
    window.actions_by_name["play"].trigger()
    turn(_SETTLED_SECS)
    assert window.experiment.catalogue is not None
    processes = psutil.Process(), psutil.Process(window.experiment.catalogue.pid)
    began, before = time.perf_counter(), [cpu_secs(each) for each in processes]
    turn(seconds)
    took, after = time.perf_counter() - began, [cpu_secs(each) for each in processes]
    shares = [(late - early) / took for early, late in zip(before, after, strict=True)]
    return {"window": shares[0], "engine": shares[1]}


if __name__ == "__main__":
    main(float(sys.argv[1]))
