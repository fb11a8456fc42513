"""Trainings of pictures that are taken back: they go on just as they did, whatever the model."""

import time

import numpy as np
import pytest
import torch

from engine.images import Pictures, catalogue
from engine.images.picture_run import PictureRun
from engine.images.training import Training
from engine.messages import (
    GoTo,
    LookBack,
    PictureData,
    PictureProgress,
    SetClock,
    SetParams,
    Timeline,
    TrainPictures,
    WentTo,
)
from engine.timeline import Budget

CPU = torch.device("cpu")
SMALL = {"latents": 2, "width": 4, "batch_size": 16}


def pictures(count=40, side=16):
    numbers = np.random.default_rng(0)
    pixels = numbers.integers(0, 256, (count, side, side, 1)).astype(np.uint8)
    return Pictures("noise", pixels, np.arange(count) % 3, class_names=("a", "b", "c"))


def is_same(a, b):
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)


@pytest.mark.parametrize("name", catalogue.model_modules())
def test_every_model_goes_on_bit_for_bit(name, monkeypatch):
    """Over a judgement, with the share of the training as it was at each step, put back twice."""
    monkeypatch.setattr("engine.images.training.CHECK_EVERY_STEPS", 4)
    known = catalogue.model_modules()[name].Params.__struct_fields__
    training = Training(name, {key: SMALL[key] for key in SMALL if key in known}, pictures(), 0, CPU)
    for step in range(3):
        training._step_and_judge(step / 10)
    kept, num_bytes = training.moment()
    assert num_bytes > 0
    for step in range(3, 7):
        training._step_and_judge(step / 10)
    after, best, rng = training.model.weights(), training.best_loss, training.rng.get_state()
    for _ in range(2):
        training.become(kept)
        for _ in range(4):
            training.again()
        assert is_same(training.model.weights(), after)
        assert training.best_loss == best or best != best
        assert torch.equal(training.rng.get_state(), rng)


class Desk:
    """A run that is worked by hand."""

    def __init__(self):
        self.heard = []
        message = TrainPictures(1, PictureData("noise"), "autoencoder", SMALL, seconds=300.0, device="cpu")
        self.run = PictureRun(message, self.heard.append, lambda *_: None, Budget())

    def work_until(self, is_so, secs=200.0):
        until = time.perf_counter() + secs
        while not is_so():
            assert time.perf_counter() < until
            now = time.perf_counter()
            if self.run.secs_until_work(now) <= 0:
                self.run.work(now, 1)

    def of(self, kind):
        return [each for each in self.heard if isinstance(each, kind)]

    @property
    def training(self):
        return self.run._training

    def play(self, num_steps):
        self.run.set_clock(SetClock(1, True))
        self.work_until(lambda: self.training is not None and self.training.num_steps >= num_steps)
        self.run.set_clock(SetClock(1, False))

    def go(self, branch, step):
        count = len(self.of(WentTo))
        self.run.go_to(GoTo(1, branch, step))
        self.work_until(lambda: len(self.of(WentTo)) > count)


@pytest.fixture
def desk(monkeypatch):
    monkeypatch.setattr("engine.images.picture_run.pictures_of", lambda data: pictures())
    monkeypatch.setattr("engine.images.picture_run._TELL_SECS", 0.0)
    monkeypatch.setattr("engine.images.picture_run._SLICE_SECS", 0.0)
    return Desk()


def test_a_training_is_taken_back_looked_at_and_branches(desk):
    desk.play(4)
    weights = {}
    while desk.training.num_steps < 12:
        desk.play(desk.training.num_steps + 1)
        weights[desk.training.num_steps] = desk.training.model.weights()
    last = desk.training.num_steps
    desk.go(1, 7)
    assert is_same(desk.training.model.weights(), weights[7])
    assert desk.of(PictureProgress)[-1].step == 7
    desk.play(last)
    assert is_same(desk.training.model.weights(), weights[last])
    desk.run.look_back(LookBack(1, 1, 5))
    assert desk.of(PictureProgress)[-1].step <= 5
    assert desk.training.num_steps == last
    desk.run.look_back(LookBack(1, 1, -1))
    assert desk.of(PictureProgress)[-1].step == last
    desk.go(1, 6)
    desk.run.set_params(SetParams(1, {**SMALL, "learning_rate": 0.01}))
    desk.play(9)
    assert len(desk.of(Timeline)[-1].branches) == 2
    assert not is_same(desk.training.model.weights(), weights[9])


def test_where_steps_are_slow_it_stops_at_a_snapshot(desk, monkeypatch):
    desk.play(8)
    desk.run._budget._most_bytes = 1
    past = desk.run._past
    past._keep()
    monkeypatch.setattr(past, "_secs_per_step", lambda: 10.0)
    desk.go(1, 5)
    assert desk.of(WentTo)[-1].step == 0
