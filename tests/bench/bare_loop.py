"""`python -m tests.bench.bare_loop SECONDS THREADS`: the engine's step in a plain loop, with no window and no frames.

Prints JSON. THREADS 0 leaves torch its own number.
"""

import json
import sys
import time

import torch

from engine import data as datasets
from engine import devices
from engine.jobs import Training, dataset
from engine.recipe import Model, default

_WARM_UP_SECS = 2.0


def main(seconds: float, threads: int) -> None:
    if threads:
        torch.set_num_threads(threads)
    device, drawn = devices.chosen("auto"), datasets.draw(default().data, seed=0)
    points = dataset(drawn.points, drawn.labels, drawn.extent, drawn.truth, device).batch
    training = Training(Model().name, {}, 0, device)
    _train(training, points, _WARM_UP_SECS)
    rate = _train(training, points, seconds)
    print(json.dumps({"steps_per_second": rate, "threads": torch.get_num_threads()}))


def _train(training: Training, points: torch.Tensor, seconds: float) -> float:
    """Steps per second over about `seconds`."""
    began, before = time.perf_counter(), training.num_steps
    while time.perf_counter() - began < seconds:
        training.step(points)
    training.measure()  # waits for the device
    return (training.num_steps - before) / (time.perf_counter() - began)


if __name__ == "__main__":
    main(float(sys.argv[1]), int(sys.argv[2]))
