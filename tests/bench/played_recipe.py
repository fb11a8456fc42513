"""`python -m tests.bench.played_recipe SECONDS RECIPE.json`: a recipe played in the app at full speed; prints JSON."""

import json
import sys
import time
from pathlib import Path

from engine import recipe
from gui.window import Window
from tests.bench.inside import READY_SECS, in_the_app, turn, wait_for
from tests.bench.played import Watch

_WARM_UP_SECS = 3.0


def main(seconds: float, path: str) -> None:
    print(json.dumps(in_the_app(lambda window: _play(window, seconds, path))))


def _play(window: Window, seconds: float, path: str) -> dict[str, float]:
    wait_for(lambda: window.experiment.catalogue is not None, READY_SECS, "the engine")
    window.desk.open_path(path)
    wanted = recipe.read(Path(path)).model.name
    wait_for(lambda: window.experiment.model.name == wanted, READY_SECS, "the recipe")
    watch = Watch(window)
    window.actions_by_name["play"].trigger()
    wait_for(lambda: len(watch.came) > 2, READY_SECS, "landscapes")
    turn(_WARM_UP_SECS)
    began = watch.came[-1]
    turn(seconds)
    ended = watch.came[-1]
    return {
        "steps_per_second": (ended[1] - began[1]) / (ended[0] - began[0]),
        "frames_per_second": watch.num_painted(began[0]) / (time.perf_counter() - began[0]),
    }


if __name__ == "__main__":
    main(float(sys.argv[1]), sys.argv[2])
