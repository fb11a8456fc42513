"""The engine's PCD step against the plain one with autograd, on one thread of a CPU; in turns."""

import time
from collections.abc import Callable, Iterator
from statistics import median

import torch

from engine import data as datasets
from engine.jobs import dataset
from engine.models import Batch
from engine.models.energy_mlp import Model, Params
from engine.recipe import default
from tests.bench.figures import Figure, Options
from tests.bench.plain_pcd import PlainPcd

_PAIRS = 12
_STEPS = 15
_WARM_UP_STEPS = 20


def figures(options: Options) -> Iterator[Figure]:
    torch.set_num_threads(1)
    for is_adjusted, name in ((True, "Metropolis-adjusted, the default"), (False, "unadjusted")):
        own, plain = _steppers(Params(negative_phase="pcd", restart_rate=0.0, is_adjusted=is_adjusted))
        for each in (own, plain):
            _msecs(each, _WARM_UP_STEPS)
        pairs = [(_msecs(own, _STEPS), _msecs(plain, _STEPS)) for _ in range(_PAIRS)]
        yield Figure(f"{name}: the engine", [one for one, _ in pairs], "ms/step")
        yield Figure(f"{name}: plain autograd", [other for _, other in pairs], "ms/step")
        yield Figure("  as fast as plain autograd", [other / one for one, other in pairs], "times", at_least=1.3)


def _steppers(params: Params) -> tuple[Callable[[], object], Callable[[], object]]:
    """A step of the engine and a step of the plain version, on the same batch."""
    device, rng = torch.device("cpu"), torch.Generator().manual_seed(0)
    drawn = datasets.draw(default().data, seed=0)
    batch = dataset(drawn.points, drawn.labels, drawn.extent, drawn.truth, device).batch
    batch = Batch(batch.x[: params.batch_size], batch.y[: params.batch_size])
    model = Model(params, rng, device)
    plain = PlainPcd(model, model.weights()["chains"])
    # Training.step, the engine's caller of it, wants no graph either.
    return torch.no_grad()(lambda: model.step(batch, rng)), lambda: plain.step(batch.x, rng)


def _msecs(step: Callable[[], object], count: int) -> float:
    """The median time of a step."""
    times = []
    for _ in range(count):
        began = time.perf_counter()
        step()
        times.append(1000 * (time.perf_counter() - began))
    return median(times)
