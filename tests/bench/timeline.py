"""What it costs to keep a run's past, and how smooth it is to drag through 5,000 steps of it.

A picture counts only where it shows another step than the one before it.

The cost is of processor time in one run, with and without snapshots in turns: the share that a busy machine gives
changes between two runs by more than it.
"""

import time
from collections.abc import Callable, Iterator

import numpy as np
import torch

from engine import data as datasets
from engine.chain_run import ChainRun
from engine.chain_source import source_of
from engine.jobs import Training, dataset
from engine.messages import SetData, Walk
from engine.past import Past
from engine.recipe import Energy, default
from engine.timeline import Budget
from engine.training_past import Present, TrainingPast
from tests.bench.child import measured
from tests.bench.figures import Figure, Options

_FAMILIES = ("energy_mlp", "kmeans", "gan", "flow")
# Short turns: what else the machine does then weighs on both alike.
_PAIRS, _SECS = 30, 0.2
_STEPS, _REPEATS = 5000, 3
_DRAGGED = {
    "quick": "k-means",
    "slow": "an energy network",
    "chains": "1,024 chains",
    "panes": "one of four panes of 256 chains",
    "pictures": "a VAE of digits that learns",
}
_SAMPLERS = ("random_walk", "parallel_tempering")
_NUM_CHAINS = 1024


def figures(options: Options) -> Iterator[Figure]:
    torch.set_num_threads(1)
    for family in _FAMILIES:
        if options.only in family:
            yield from _overhead(family)
    for sampler in _SAMPLERS:
        if options.only in sampler:
            yield from _chains_overhead(sampler)
    for kind, title in _DRAGGED.items():
        if options.only in kind:
            yield from _dragged(kind, title)


def _dragged(kind: str, title: str) -> Iterator[Figure]:
    found = [measured("dragged", kind, _STEPS) for _ in range(_REPEATS if kind != "pictures" else 1)]

    def of(name: str, scale: float = 1.0) -> list[float]:
        return [scale * each[name] for each in found]

    yield Figure(f"{title} dragged over 5,000 steps: different pictures", of("different_back"), "1/s", at_least=30)
    yield Figure("  and forth", of("different_forth"), "1/s", at_least=30)
    yield Figure("  places that show another step than the one before", of("share_of_different"), "share")
    yield Figure("  processor time of the window for a picture", of("window_ms"), "ms")
    yield Figure("  and of the engine", of("engine_ms"), "ms")
    yield Figure("  from letting go until the run is there", of("there_secs", 1000), "ms")
    yield Figure("  load of the machine", of("load"), "processes")


def _chains_overhead(sampler: str) -> Iterator[Figure]:
    """Of chains with and without what `ChainRun` asks of its past."""
    device = torch.device("cpu")
    walk = Walk(1, sampler, {}, Energy(analytic="eight_gaussians"), num_chains=_NUM_CHAINS, warm_up=0, device="cpu")
    run = ChainRun(walk, source_of(walk, {}, lambda _: None), lambda _: None, Budget())
    assert run._device == device
    course, past = run._course, run._past

    @torch.no_grad()
    def bare() -> None:
        course.step(is_told=False)

    @torch.no_grad()
    def kept() -> None:
        past.before_step()
        course.step(is_told=False)
        past.after_step()

    yield from _in_turns(f"{_NUM_CHAINS:,} chains, {sampler}", bare, kept, lambda: past.forget(past._owner.num_steps))


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

    def forget() -> None:
        training.measure()
        past.forget(training.num_steps)

    yield from _in_turns(family, bare, kept, forget)


def _in_turns(
    name: str, bare: Callable[[], None], kept: Callable[[], None], forget: Callable[[], None]
) -> Iterator[Figure]:
    kept()
    pairs = []
    for _ in range(_PAIRS):
        # By turns each is first, so that a machine that slows down wrongs neither.
        first, second = (bare, kept) if len(pairs) % 2 else (kept, bare)
        rates = {each: _rate(each) for each in (first, second)}
        pairs.append((rates[bare], rates[kept]))
        # The past has a gap where none was kept, which ends at the present.
        forget()
        kept()
    yield Figure(f"{name}: without snapshots", [one for one, _ in pairs], "steps/s")
    yield Figure(f"{name}:   what snapshots take of it", [100 * (1 - its / one) for one, its in pairs], "%", at_most=5)


def _rate(step: Callable[[], None]) -> float:
    """Steps in a second of the processor."""
    began, count = time.process_time(), 0
    while time.process_time() - began < _SECS:
        step()
        count += 1
    return count / (time.process_time() - began)
