"""What the engine adds to a step: `main.py run`'s loop without a window, against the same step in a bare torch loop.

The bare loop has the batches ready; the engine draws them, keeps the traces, and watches for energies that run away.
"""

import time
from collections.abc import Callable, Iterator

import torch

from engine import data as datasets
from engine.catalogue import model_modules
from engine.jobs import Dataset, Training, dataset
from engine.models import Batch
from engine.recipe import default
from tests.bench.figures import Figure, Options

_PAIRS, _SECS, _CHECK_EVERY = 5, 1.0, 50


def figures(options: Options) -> Iterator[Figure]:
    torch.set_num_threads(1)
    drawn = datasets.draw(default().data, seed=0)
    data = dataset(drawn.points, drawn.labels, drawn.extent, drawn.truth, torch.device("cpu"))
    for family in model_modules():
        if options.only in family:
            yield from _rows(family, data)


def _rows(family: str, data: Dataset) -> Iterator[Figure]:
    bare, engine = _bare(family, data), _engine(family, data)
    pairs = [(_rate(bare), _rate(engine)) for _ in range(_PAIRS)]
    yield Figure(f"{family}: the engine", [its for _, its in pairs], "steps/s")
    yield Figure(f"{family}:   against the bare loop", [its / own for own, its in pairs], "times", at_least=0.8)


def _bare(family: str, data: Dataset) -> Callable[[], object]:
    training = Training(family, {}, 0, torch.device("cpu"))
    training.steps(data)
    size = min(getattr(training.params, "batch_size", len(data.points)), len(data.points))
    batch, rng = Batch(data.points[:size], data.labels[:size]), torch.Generator().manual_seed(0)
    return torch.no_grad()(lambda: training.model.step(batch, rng))


def _engine(family: str, data: Dataset) -> Callable[[], object]:
    training = Training(family, {}, 0, torch.device("cpu"))
    steps = training.steps(data)

    def step() -> None:
        next(steps)
        if training.num_steps % _CHECK_EVERY == 0:
            training.measure()

    return step


def _rate(step: Callable[[], object]) -> float:
    began, count = time.perf_counter(), 0
    while time.perf_counter() - began < _SECS:
        step()
        count += 1
    return count / (time.perf_counter() - began)
