"""Runs and what they share, with a link that only writes down what it was told."""

import numpy as np
import pytest
from PySide6.QtCore import QObject, Signal

from engine.messages import Began, Checkpoint, Drop, Noticed, Restore, SetClock, SetData, StepOnce, Train
from engine.recipe import Model
from gui.edits import Sketch
from gui.experiment import Experiment


class FakeLink(QObject):
    received = Signal(object)
    died = Signal(str)

    def __init__(self):
        super().__init__()
        self.sent = []

    def start(self):
        self.sent.clear()

    def send(self, message):
        self.sent.append(message)

    def of(self, kind, run=None):
        return [each for each in self.sent if isinstance(each, kind) and run in (None, each.run)]


@pytest.fixture
def link(qapp):
    return FakeLink()


@pytest.fixture
def experiment(link):
    made = Experiment(link, "cpu")
    made.start()
    return made


SKETCH = Sketch(np.zeros((3, 2)), np.zeros(3, np.uint8))


def test_a_new_pane_gets_the_same_data_and_plays_if_the_others_do(experiment, link):
    experiment.set_sketch(SKETCH, 4)
    experiment.set_speed(5)
    experiment.play(True)
    run = experiment.add_run(Model("kmeans"), seed=0)
    assert [each.model for each in link.of(Train, run.number)] == ["kmeans"]
    assert link.of(SetData, run.number)[-1].version == 4
    assert link.of(SetClock, run.number)[-1] == SetClock(run.number, True, 5)
    kinds = [type(each) for each in link.sent if getattr(each, "run", 0) == run.number]
    assert kinds.index(Train) < kinds.index(SetData) < kinds.index(SetClock)
    # A second one, still in the queue, would go where the first one waits: before the data.
    assert kinds.count(SetClock) == 1


def test_what_is_for_all_goes_to_all_and_knobs_to_the_active_one(experiment, link):
    other = experiment.add_run(Model("kmeans"), seed=0)
    experiment.activate(other)
    experiment.step_once()
    assert {each.run for each in link.of(StepOnce)} == {1, other.number}
    link.sent.clear()
    experiment.set_params({"centres": 3})
    assert [each.run for each in link.sent] == [other.number]


def test_a_run_that_the_engine_pauses_leaves_the_others_playing(experiment, link, qtbot):
    other = experiment.add_run(Model("kmeans"), seed=0)
    experiment.play(True)
    link.received.emit(Noticed("Draw more.", run=other.number))
    assert not other.is_playing
    assert experiment.is_playing
    link.received.emit(Noticed("Draw more.", run=1))
    assert not experiment.is_playing


def test_closing_the_active_pane_makes_another_active_and_tells_the_engine(experiment, link):
    other = experiment.add_run(Model("kmeans"), seed=0)
    experiment.activate(other)
    experiment.remove_run(other)
    assert experiment.active is experiment.runs[0]
    assert [each.run for each in link.of(Drop)] == [other.number]
    experiment.remove_run(experiment.active)
    assert len(experiment.runs) == 1


def test_a_new_engine_is_told_of_every_run_and_its_weights(experiment, link):
    experiment.set_sketch(SKETCH, 1)
    other = experiment.add_run(Model("kmeans"), seed=3)
    for run in (1, other.number):
        link.received.emit(Began(run, 10, "cpu"))
        link.received.emit(Checkpoint(run, 7 * run, b"weights"))
    link.died.emit("killed")
    experiment.start()
    assert [each.run for each in link.of(Train)] == [1, other.number]
    assert [(each.run, each.step) for each in link.of(Restore)] == [(1, 7), (other.number, 7 * other.number)]
    assert {each.run for each in link.of(SetData)} == {1, other.number}


def test_only_the_active_run_speaks_through_the_experiment(experiment, link, qtbot):
    other = experiment.add_run(Model("kmeans"), seed=0)
    with qtbot.assertNotEmitted(experiment.network_began):
        link.received.emit(Began(other.number, 10, "cpu"))
    experiment.activate(other)
    with qtbot.waitSignal(experiment.network_began):
        link.received.emit(Began(other.number, 10, "cpu"))
