"""`python -m tests.bench.recorded FILM.mp4 SECONDS`: the app plays at full speed while it is recorded; prints JSON."""

import json
import sys
import time
from functools import partial
from pathlib import Path

from PySide6.QtCore import QTimer

from engine.recipe import default
from gui.recording.form import Form
from gui.recording.grabber import Grabber, What
from gui.window import Window
from tests.bench.inside import READY_SECS, Paints, in_the_app, show_points, turn, wait_for

_WARM_UP_SECS = 3.0


def main(path: Path, seconds: float) -> None:
    print(json.dumps(in_the_app(lambda window: _record(window, path, seconds))))


def _record(window: Window, path: Path, seconds: float) -> dict[str, float]:
    show_points(window, default().data)
    paints = Paints(window.lab.canvas.viewport())
    window.actions_by_name["play"].trigger()
    wait_for(lambda: len(paints.times) > 2, READY_SECS, "landscapes")
    turn(_WARM_UP_SECS)
    ticks_before, frames_before = _rates(paints, seconds)
    recorder, found = window.films.recorder, {}
    for what, rate in (("canvas", 30), ("window", 60)):
        part = partial(window.films.part, what)
        recorder.start(Form(str(path), 1920, 1080, rate), part, "#000000")
        began = time.monotonic()
        found[f"ticks_{what}"], found[f"frames_{what}"] = _rates(paints, seconds)
        recorder.stop()
        found["clock_error_msecs"] = 1000 * abs(recorder.seconds - (time.monotonic() - began))
        recorder.finish()
    return {"ticks_before": ticks_before, "frames_before": frames_before, "picture_msecs": _picture(window), **found}


def _rates(paints: Paints, seconds: float) -> tuple[float, float]:
    """How often a second the window's loop came around for a timer of 5 ms, and the canvas was painted."""
    ticks: list[float] = []
    timer = QTimer()
    timer.timeout.connect(lambda: ticks.append(time.perf_counter()))
    timer.start(5)
    began = time.perf_counter()
    turn(seconds)
    timer.stop()
    return len(ticks) / (time.perf_counter() - began), sum(at > began for at in paints.times) / seconds


def _picture(window: Window, what: What = "window") -> float:
    """Milliseconds for one."""
    grabber, count = Grabber(window, partial(window.films.part, what), "#000000"), 20
    began = time.perf_counter()
    for _ in range(count):
        grabber.picture()
    return 1000 * (time.perf_counter() - began) / count


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]))
