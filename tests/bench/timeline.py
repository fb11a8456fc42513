"""What it costs to keep a run's past, and how smooth it is to drag through 5,000 steps of it.

The cost is of processor time in one run, with and without snapshots in turns: the share that a busy machine gives
changes between two runs by more than it.
"""

import time
from collections.abc import Callable, Iterator

import numpy as np
import torch

from engine import data as datasets
from engine.jobs import Training, dataset
from engine.messages import SetData
from engine.past import Past
from engine.recipe import default
from engine.timeline import Budget
from engine.training_past import Present, TrainingPast
from tests.bench.child import measured
from tests.bench.figures import Figure, Options

_FAMILIES = ("energy_mlp", "kmeans", "gan", "flow")
_PAIRS, _SECS, _CHECK_EVERY = 5, 1.0, 50
_STEPS, _REPEATS = 5000, 3


def figures(options: Options) -> Iterator[Figure]:
    torch.set_num_threads(1)
    for family in _FAMILIES:
        if options.only in family:
            yield from _overhead(family)
    dragged = [measured("dragged", _STEPS) for _ in range(_REPEATS)]
    yield Figure("dragging over 5,000 steps: frames painted", [each["frames"] for each in dragged], "1/s", at_least=30)
    yield Figure("  of them different ones", [each["share_of_different"] for each in dragged], "share")
    yield Figure("  from letting go until the run is there", [1000 * each["there_secs"] for each in dragged], "ms")


def _overhead(family: str) -> Iterator[Figure]:
    drawn = datasets.draw(default().data, seed=0)
    data = dataset(drawn.points, drawn.labels, drawn.extent, drawn.truth, torch.device("cpu"))
    points = SetData(1, 1, drawn.points, np.asarray(drawn.labels), drawn.extent)
    training = Training(family, {}, 0, torch.device("cpu"))
    owner = TrainingPast(1, lambda: Present(training, data, points), lambda *_: None, lambda: False, lambda: None)
    past = Past(owner, Budget(), lambda _: None)
    steps = training.steps(data)

    def bare() -> None:
        next(steps)

    def kept() -> None:
        past.before_step()
        next(steps)
        past.after_step()

    kept()
    pairs = []
    for _ in range(_PAIRS):
        pairs.append((_rate(bare, training), _rate(kept, training)))
        # The past has a gap where none was kept, which ends at the present.
        past.forget(training.num_steps)
        kept()
    yield Figure(f"{family}: without snapshots", [one for one, _ in pairs], "steps/s")
    yield Figure(
        f"{family}:   what snapshots take of it", [100 * (1 - its / one) for one, its in pairs], "%", at_most=5
    )


def _rate(step: Callable[[], None], training: Training) -> float:
    """Steps in a second of the processor."""
    began, count = time.process_time(), 0
    while time.process_time() - began < _SECS:
        step()
        count += 1
        if training.num_steps % _CHECK_EVERY == 0:
            training.measure()
    return count / (time.process_time() - began)
