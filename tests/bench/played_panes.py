"""`python -m tests.bench.played_panes SECONDS`: four panes at full speed in the app; prints JSON.

A pane's share of the engine is what its steps cost: steps a second, times the seconds of a step where it plays alone.
"""

import itertools
import json
import sys
import time

from PySide6.QtCore import QTimer

from engine.recipe import Model, default
from gui.window import Window
from tests.bench.inside import READY_SECS, Paints, in_the_app, show_points, turn, wait_for

FAMILIES = ("energy_mlp", "kmeans", "flow", "gan")
_WARM_UP_SECS, _ALONE_SECS, _TICK_MSECS = 3.0, 3.0, 10


def main(seconds: float) -> None:
    print(json.dumps(in_the_app(lambda window: _play(window, seconds))))


def _play(window: Window, seconds: float) -> dict[str, float]:
    show_points(window, default().data)
    while len(window.experiment.runs) < len(FAMILIES):
        window.lab.add_pane()
    runs = window.experiment.runs
    for run, family in zip(runs, FAMILIES, strict=True):
        run.use(Model(family), 0)
    steps = {run.number: 0 for run in runs}
    for run in runs:
        run.landscape_came.connect(lambda landscape: steps.update({landscape.run: landscape.step}))
    window.experiment.play(True)
    wait_for(lambda: all(steps.values()), READY_SECS, "landscapes of all panes")
    turn(_WARM_UP_SECS)
    ticks: list[float] = []
    timer = QTimer()
    timer.timeout.connect(lambda: ticks.append(time.perf_counter()))
    paints = [Paints(canvas.viewport()) for canvas in window.lab.canvases()]
    before, began = dict(steps), time.perf_counter()
    timer.start(_TICK_MSECS)
    turn(seconds)
    timer.stop()
    took = time.perf_counter() - began
    rates = [(steps[run.number] - before[run.number]) / took for run in runs]
    pauses = [later - earlier for earlier, later in itertools.pairwise(ticks)]
    shares = [rate / alone for rate, alone in zip(rates, _alone(window, steps), strict=True)]
    fair = sum(shares) / len(shares)
    return {
        "ticks_per_second": len(ticks) / took,
        "longest_pause": max(pauses),
        "paints_per_second": sum(at > began for paint in paints for at in paint.times) / took,
        "farthest_share": max(abs(share / fair - 1) for share in shares),
    }


def _alone(window: Window, steps: dict[int, int]) -> list[float]:
    """Steps a second of each run while the others are paused."""
    rates = []
    for run in window.experiment.runs:
        window.experiment.play(False)
        turn(0.5)
        run.set_clock(True, None)
        turn(1.0)
        before, began = steps[run.number], time.perf_counter()
        turn(_ALONE_SECS)
        rates.append((steps[run.number] - before) / (time.perf_counter() - began))
    return rates


if __name__ == "__main__":
    main(float(sys.argv[1]))
