"""One walk's side of the engine's refusals: what is said, for how long, and what is not asked for then."""

import numpy as np
import pytest
from PySide6.QtCore import QObject, Signal

from engine.messages import SetClock, SetTarget, StepOnce, Walk, Walking
from engine.recipe import Energy
from gui.walk import Place, SamplerWalk
from tests.gui.test_walks import chains


class Link(QObject):
    received = Signal(object)

    def __init__(self):
        super().__init__()
        self.sent = []

    def send(self, message):
        self.sent.append(message)

    def of(self, kind):
        return [each for each in self.sent if isinstance(each, kind)]


@pytest.fixture
def walk(qapp):
    link = Link()
    walk = SamplerWalk(1, "mala", "cpu", link, link)
    walk.link = link
    yield walk
    link.deleteLater()


def begun(walk, formula="x**2 + y**2"):
    walk.begin(Place(Energy(formula=formula)))
    return walk.link.of(Walk)[-1].request


def test_a_refusal_is_told_until_other_chains_begin(walk):
    walk.refuse("No.", begun(walk))
    assert walk.trouble == "No."
    begun(walk)
    assert walk.trouble == ""


def test_a_refusal_of_chains_that_nobody_wants_any_more_is_of_no_interest(walk):
    old = begun(walk)
    begun(walk)
    walk.refuse("No.", old)
    assert walk.trouble == ""


def test_chains_before_stay_and_can_walk_while_the_trouble_is_told(walk):
    walk.take(Walking(walk.number, begun(walk)))
    walk.take(chains(positions=np.zeros((1, 2))))
    walk.refuse("No.", begun(walk))
    assert walk.trouble == "No. Until then the chains stay as they are."
    walk.step_once()
    walk.set_clock(True, None)
    assert len(walk.link.of(StepOnce)) == 1
    assert walk.is_playing
    assert walk.trouble


def test_without_any_chains_nothing_is_asked_of_the_engine(walk):
    walk.refuse("No.", begun(walk))
    walk.step_once()
    walk.skip(10)
    walk.set_clock(True, None)
    assert walk.link.of(StepOnce) == []
    assert not any(each.is_playing for each in walk.link.of(SetClock))
    assert walk.trouble == "No."


def test_what_stopped_chains_that_walked_is_forgotten_when_they_go_on(walk):
    begun(walk)
    walk.set_clock(True, None)
    walk.refuse("The model is gone.", 0)
    assert not walk.is_playing
    assert walk.trouble == "The model is gone."
    walk.step_once()
    assert walk.trouble == ""


def test_every_new_engine_is_told_what_was_done_by_hand(walk):
    bumps = np.array([[0.0, 0.0, 1.0, 0.5]])
    walk.begin(Place(Energy(formula="x**2 + y**2"), bumps=bumps))
    np.testing.assert_array_equal(walk.link.of(SetTarget)[-1].bumps, bumps)
