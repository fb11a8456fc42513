"""`python -m tests.bench.played SECONDS`: the app as a person sees it first, playing at full speed; prints JSON.

1280x720, the default data and knobs, a landscape of 128x128.
"""

import json
import sys
import time

import psutil

from engine.messages import Landscape
from engine.recipe import default
from gui.window import Window
from tests.bench.child import cpu_secs, peak_mb
from tests.bench.inside import READY_SECS, Paints, in_the_app, show_points, turn, wait_for

_WARM_UP_SECS = 3.0


class Watch:
    """Landscapes as they come, and how many of them were painted: a paint counts once, and only after a new one."""

    def __init__(self, window: Window) -> None:
        self.came: list[tuple[float, int]] = []
        self._paints = Paints(window.lab.canvas.viewport())
        window.experiment.landscape_came.connect(self._on_landscape)

    def num_painted(self, since: float) -> int:
        """How many landscapes that came after `since` were on the screen before the next one came."""
        arrivals = [at for at, _ in self.came if at > since]
        nexts = [*arrivals[1:], float("inf")]
        paints = self._paints.times
        return sum(any(at < painted < later for painted in paints) for at, later in zip(arrivals, nexts, strict=True))

    def _on_landscape(self, landscape: Landscape) -> None:
        if landscape.energy.shape != (128, 128):
            raise ValueError(f"a landscape of {landscape.energy.shape}")
        self.came.append((time.perf_counter(), landscape.step))


def main(seconds: float) -> None:
    print(json.dumps(in_the_app(lambda window: _play(window, seconds))))


def _play(window: Window, seconds: float) -> dict[str, float]:
    show_points(window, default().data)
    if (window.width(), window.height()) != (1280, 720):
        raise ValueError(f"a window of {window.width()}x{window.height()}")
    watch = Watch(window)
    window.actions_by_name["play"].trigger()
    wait_for(lambda: len(watch.came) > 2, READY_SECS, "landscapes")
    turn(_WARM_UP_SECS)
    assert window.experiment.catalogue is not None
    processes = psutil.Process(), psutil.Process(window.experiment.catalogue.pid)
    spent = [cpu_secs(each) for each in processes]
    began = watch.came[-1]
    turn(seconds)
    took, ended = time.perf_counter() - began[0], watch.came[-1]
    shares = [(cpu_secs(each) - before) / took for each, before in zip(processes, spent, strict=True)]
    return {
        "steps_per_second": (ended[1] - began[1]) / (ended[0] - began[0]),
        "frames_per_second": watch.num_painted(began[0]) / took,
        "landscapes_per_second": sum(at > began[0] for at, _ in watch.came) / took,
        "window_cpu": shares[0],
        "engine_cpu": shares[1],
        "window_mb": peak_mb(processes[0]),
        "engine_mb": peak_mb(processes[1]),
    }


if __name__ == "__main__":
    main(float(sys.argv[1]))
