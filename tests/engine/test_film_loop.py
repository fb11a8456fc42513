"""The engine of a film: time passes only when it is told to, and the same messages give the same answers."""

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from engine.messages import (
    Chains,
    DataMade,
    Landscape,
    MakeData,
    Noticed,
    PictureData,
    Progress,
    Ready,
    SetClock,
    SetData,
    SetView,
    Tick,
    Ticked,
    Train,
    TrainPictures,
    Walk,
    decode_for_window,
    encode,
    read_frame,
)
from engine.recipe import Data, Energy

ROOT = Path(__file__).parents[2]
VIEW = (-2.0, 2.0, -2.0, 2.0)
KNOBS = {"width": 16, "chains": 16}


class Engine:
    """One in a process of its own. `tick` lets time pass and gives what it says, as bytes and as messages."""

    def __init__(self):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "engine.film_loop"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip

    def tick(self, seconds, *messages):
        self.process.stdin.write(b"".join(encode(each) for each in (*messages, Tick(seconds))))
        self.process.stdin.flush()
        bodies = []
        while not bodies or not isinstance(decode_for_window(bodies[-1]), Ticked):
            bodies.append(read_frame(self.process.stdout))
        return bodies

    def close(self):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()


@pytest.fixture
def engines():
    made = []

    def make():
        made.append(Engine())
        return made[-1]

    yield make
    for each in made:
        each.close()


def said(bodies, kind):
    return [message for message in map(decode_for_window, bodies) if isinstance(message, kind)]


def learning(rate):
    points = np.random.default_rng(0).normal(size=(50, 2))
    return (
        Train(1, "energy_mlp", KNOBS, 3, "cpu"),
        SetData(1, 1, points, np.zeros(50, np.uint8), VIEW, None),
        SetView(1, VIEW, columns=24, rows=24),
        SetClock(1, True, rate),
    )


def walking(rate):
    return (
        Walk(2, "mala", {}, Energy(analytic="ring_of_wells"), num_chains=4, warm_up=5, seed=4, device="cpu"),
        SetView(2, VIEW, columns=24, rows=24),
        SetClock(2, True, rate),
    )


def test_so_many_steps_are_made_as_the_time_that_passes_has_room_for(engines):
    engine = engines()
    assert said(engine.tick(0.0), Ready)
    engine.tick(0.0, *learning(60.0))
    steps = []
    for _ in range(10):
        bodies = engine.tick(1 / 30)
        shown = said(bodies, Landscape)
        assert len(shown) == 1, "what has changed is told once for each picture"
        steps.append(shown[0].step)
        assert isinstance(decode_for_window(bodies[-1]), Ticked)
    assert np.diff(steps).tolist() == [2] * 9
    assert sum(len(each.steps) for each in said(engine.tick(1.0), Progress)) == 60


def test_nothing_happens_between_two_ticks_however_long_they_are_apart(engines):
    engine = engines()
    engine.tick(0.0, *learning(60.0))
    before = said(engine.tick(1 / 30), Landscape)[0].step
    time.sleep(0.3)
    assert said(engine.tick(1 / 30), Landscape)[0].step == before + 2
    assert not said(engine.tick(0.0), Landscape)


def test_the_same_messages_give_the_same_answers_bit_for_bit(engines):
    told = []
    for pause in (0.0, 0.02):
        engine = engines()
        first = engine.tick(0.0, MakeData(1, Data(preset="two_moons", n=50)), *learning(90.0), *walking(45.0))
        rest = []
        for _ in range(40):
            time.sleep(pause)
            rest += engine.tick(1 / 30)
        assert said(first, DataMade)
        assert said(rest, Chains)[-1].step > 50
        told.append([body for body in first + rest if not isinstance(decode_for_window(body), Ready)])
    assert told[0] == told[1]


def test_a_training_of_pictures_is_refused(engines):
    engine = engines()
    bodies = engine.tick(0.0, TrainPictures(5, PictureData(), "vae", {}))
    assert "no training of pictures" in said(bodies, Noticed)[0].text
