"""Runs of several families that are dragged, taken back and gone on with: bit for bit, and within the memory."""

import dataclasses

import msgspec
import numpy as np
import pytest
import torch

from engine.loop import Engine
from engine.messages import Chains, GoTo, Landscape, LookBack, SetData, SetParams, SetView, Skip, StepOnce, Train, Walk
from engine.recipe import Energy
from engine.timeline import Budget

EXTENT = (-1.0, 1.0, -1.0, 1.0)
FAMILIES = {
    "energy_mlp": {"negative_phase": "pcd", "width": 8, "depth": 1, "chains": 32},
    "gan": {},
    "flow": {},
    "rbm": {},
}


def desk():
    """What is heard, an engine without a process, and the number of steps of its run 1."""
    threads, heard = torch.get_num_threads(), []
    engine = Engine(None, heard.append)
    torch.set_num_threads(threads)
    return heard, engine


def send(engine, *messages):
    for message in messages:
        engine._take(message)


def work(engine, until):
    for _ in range(100_000):
        if until():
            return
        engine.work_once(float("inf"))
    raise AssertionError("it does not get there")


def train(family, values):
    heard, engine = desk()
    cloud = np.random.default_rng(0).normal(0.0, 0.3, (60, 2))
    send(engine, Train(1, family, values, 0, "cpu"), SetData(1, 1, cloud, np.zeros(60, np.uint8), EXTENT))
    send(engine, SetView(1, EXTENT, columns=16, rows=16))
    return heard, engine, engine._runs[1]._training


def steps(engine, training, count):
    until = training.num_steps + count
    send(engine, *[StepOnce(1)] * count)
    work(engine, lambda: training.num_steps == until)


def go(engine, branch, step):
    send(engine, GoTo(1, branch, step))
    work(engine, lambda: not engine._runs[1]._past.is_going)


def is_same(a, b):
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)


@pytest.mark.parametrize("family", FAMILIES)
def test_dragged_back_and_branched_each_family_is_what_it_was(family):
    values = FAMILIES[family]
    heard, engine, training = train(family, values)
    found = {0: training.model.weights()}
    for _ in range(12):
        steps(engine, training, 1)
        found[training.num_steps] = training.model.weights()
    for step in (11, 8, 3, 0, 6):
        send(engine, LookBack(1, 1, step))
        assert heard[-1].step <= step, "never what came later"
    for step in (5, 12, 2):
        go(engine, 1, step)
        assert is_same(training.model.weights(), found[step]), step
    steps(engine, training, 10)
    assert is_same(training.model.weights(), found[12])

    knob = next(name for name in training.params.__struct_fields__ if "learning_rate" in name)
    go(engine, 1, 4)
    send(engine, SetParams(1, {**values, knob: 0.7 * getattr(training.params, knob)}))
    steps(engine, training, 5)
    other = training.model.weights()
    go(engine, 1, 12)
    assert is_same(training.model.weights(), found[12])
    go(engine, 2, 9)
    assert is_same(training.model.weights(), other)


def test_where_steps_are_quick_each_place_of_a_drag_shows_another_moment():
    """The frames of the clock are too few; snapshots lie between them, and what they show is what was learnt then."""
    heard, engine, training = train("kmeans", {})
    steps(engine, training, 300)
    past = engine._runs[1]._past
    kept = {moment.step for moment in past.timeline.at.snapshots}
    for step in sorted(kept)[1::7]:
        heard.clear()
        send(engine, LookBack(1, 1, step))
        assert [(type(each), each.step) for each in heard] == [(Landscape, step)]
    now = training.model.weights()
    step = sorted(kept)[len(kept) // 2]
    send(engine, LookBack(1, 1, step))
    seen = heard[-1]
    heard.clear()
    go(engine, 1, step)
    run, count = engine._runs[1], len(heard)
    run._show(run._view, run._data, 1)
    shown = next(each for each in heard[count:] if isinstance(each, Landscape))
    np.testing.assert_allclose(seen.energy, shown.energy, atol=2e-2)
    go(engine, 1, 300)
    assert is_same(training.model.weights(), now)


def storages(what, found):
    """The memory of all tensors and arrays in it, each counted once, by its address."""
    if isinstance(what, torch.Tensor):
        found[what.untyped_storage().data_ptr()] = what.untyped_storage().nbytes()
    elif isinstance(what, np.ndarray):
        found[id(what if what.base is None else what.base)] = what.nbytes
    elif isinstance(what, dict):
        for each in what.values():
            storages(each, found)
    elif isinstance(what, list | tuple | set):
        for each in what:
            storages(each, found)
    elif isinstance(what, msgspec.Struct):
        storages(msgspec.structs.asdict(what), found)
    elif dataclasses.is_dataclass(what) or type(what).__module__.startswith("engine."):
        storages(getattr(what, "__dict__", {}), found)
    return found


@pytest.mark.parametrize("sampler", ["hmc", "parallel_tempering"])
def test_4096_chains_stay_within_the_memory_and_it_is_counted_honestly(sampler):
    heard, engine = desk()
    engine._past_budget = budget = Budget(16 * 2**20)
    send(engine, Walk(1, sampler, {}, Energy(analytic="correlated_normal"), num_chains=4096, warm_up=0))
    send(engine, Skip(1, 150))
    past = engine._runs[1]._past
    past._cost_secs, keep = 0.0, past._keep
    past.after_step = lambda: (past.timeline.after_step(past._owner.num_steps), keep())
    work(engine, lambda: engine._runs[1]._chains.num_steps == 150)
    timeline = past.timeline
    assert timeline.num_bytes <= budget.share
    assert len(timeline.at.snapshots) < 150, "some had to go"
    real = sum(storages([moment.what for moment in timeline.at.snapshots + timeline.at.frames], {}).values())
    assert real <= 1.1 * timeline.num_bytes
    send(engine, LookBack(1, 1, 75))
    assert isinstance(heard[-1], Chains)
