"""`python -m tests.bench.played_chains CHAINS SAMPLER SECONDS`: chains at full speed in the app; prints JSON."""

import itertools
import json
import sys
import time

from PySide6.QtCore import QTimer

from engine.recipe import Energy
from gui.window import Window
from tests.bench.inside import READY_SECS, Paints, in_the_app, turn, wait_for

_WARM_UP_SECS, _TICK_MSECS = 3.0, 10


def main(num_chains: int, sampler: str, seconds: float) -> None:
    print(json.dumps(in_the_app(lambda window: _play(window, num_chains, sampler, seconds))))


def _play(window: Window, num_chains: int, sampler: str, seconds: float) -> dict[str, float]:
    wait_for(lambda: window.experiment.catalogue is not None, READY_SECS, "the engine")
    window.actions_by_name["lab_chains"].trigger()
    lab = window.chains
    pane, walks = lab.panes[0], lab._walks
    walks.active.use(sampler)
    walks.set_place(energy=Energy(analytic="eight_gaussians"), num_chains=num_chains, warm_up=0)
    walks.set_speed(None)
    walks.play(True)
    wait_for(lambda: pane.chains is not None and pane.chains.step > 0, READY_SECS, "the first steps")
    turn(_WARM_UP_SECS)
    assert len(pane.chains.positions) == num_chains
    came: list[int] = []
    walks.active.chains_came.connect(lambda chains: came.append(chains.step))
    ticks: list[float] = []
    timer = QTimer()
    timer.timeout.connect(lambda: ticks.append(time.perf_counter()))
    paints = Paints(pane.view.canvas.viewport())
    timer.start(_TICK_MSECS)
    first, began = pane.chains.step, time.perf_counter()
    turn(seconds)
    timer.stop()
    took = time.perf_counter() - began
    return {
        # A paint without news is none, and news that were not painted are none either.
        "frames_per_second": min(len(set(came)), sum(at > began for at in paints.times)) / took,
        "steps_per_second": (pane.chains.step - first) * num_chains / took,
        "longest_pause": max(later - earlier for earlier, later in itertools.pairwise(ticks)),
    }


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], float(sys.argv[3]))
