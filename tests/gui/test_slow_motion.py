"""Slow motion: the phases of a step one by one, and when the next step is asked for."""

import numpy as np
import pytest
from PySide6.QtCore import QObject, Signal

from engine.messages import DOTS, LINES, Landscape, Mark, Phase, SetClock, StepOnce, Story, Walking
from gui.caption import Legend, Words, legend
from gui.ladder import Ladder
from gui.marks import NO_COLORS, Colors
from gui.slow_motion import SlowMotion
from gui.story_layer import marks_in
from gui.theme import DARK, LIGHT
from gui.walk_pane import WalkPane
from gui.walks import Walks
from tests.gui.test_walks import chains


class FakeLink(QObject):
    """Keeps what is sent, and lets a test answer."""

    received = Signal(object)
    died = Signal(str)

    def __init__(self):
        super().__init__()
        self.sent = []

    def send(self, message):
        self.sent.append(message)


def story(*names, marks=(), beats=1.0):
    phases = tuple(Phase(name, f"about {name}", np.zeros((1, 2)) + index, beats) for index, name in enumerate(names))
    return Story(phases, tuple(marks))


@pytest.fixture
def lab(qtbot):
    """Two walks with their panes and a slow motion, whose engine is played by the test."""

    class Lab:
        def __init__(self):
            self.link = FakeLink()
            numbers = iter(range(1, 100))
            self.walks = Walks(self.link, "cpu", lambda: next(numbers), self.link)
            self.walks.add("mala")
            self.panes = [WalkPane(walk) for walk in self.walks.walks]
            self.slow = SlowMotion(self.walks, lambda: [pane.story for pane in self.panes], self.link)
            self.shown = []
            self.slow.phase_changed.connect(self.shown.append)
            self.slow.phase_changed.connect(lambda phase: [pane.show_phase(phase) for pane in self.panes])
            for pane in self.panes:
                qtbot.addWidget(pane)
                walk = pane.walk
                walk.begin(self.walks.place)
                walk.take(Walking(walk.number, walk._request))
                walk.chains_came.connect(lambda chains, walk=walk: self.slow.take(walk.number, chains))

        def answer(self, pane, step, told):
            trail = np.zeros((3, 1, 2))
            pane.walk.take(chains(step=step, trail=trail, story=told))

        @property
        def num_asked(self):
            return sum(isinstance(message, StepOnce) for message in self.link.sent)

    return Lab()


def test_the_next_step_is_asked_for_when_the_last_phase_of_all_panes_was_seen(lab):
    for pane in lab.panes:
        pane.set_slow(True)
    lab.slow.set_on(True)
    lab.slow.advance()
    assert lab.num_asked == 2
    lab.answer(lab.panes[0], 1, story("propose", "accept"))
    lab.slow.advance()
    assert lab.num_asked == 2, "it waits for the other walk"
    lab.answer(lab.panes[1], 1, story("draw", "leap", "leap", "accept"))
    assert lab.shown == [0]
    for _ in range(3):
        lab.slow.advance()
    assert lab.shown == [0, 1, 2, 3]
    assert lab.num_asked == 2
    lab.slow.advance()
    assert lab.num_asked == 4


def test_the_engines_clock_stands_in_slow_motion_and_goes_on_after_it(lab):
    lab.walks.play(True)
    lab.slow.set_on(True)
    assert lab.walks.is_playing
    last = [message for message in lab.link.sent if isinstance(message, SetClock)][-2:]
    assert not any(clock.is_playing for clock in last)
    lab.slow.set_on(False)
    last = [message for message in lab.link.sent if isinstance(message, SetClock)][-2:]
    assert all(clock.is_playing for clock in last)
    lab.walks.play(False)


def test_played_slowly_the_phases_follow_one_another_by_themselves(lab, qtbot):
    lab.walks.set_speed(20.0)
    lab.slow.set_on(True)
    lab.walks.play(True)
    qtbot.waitUntil(lambda: lab.num_asked == 2)
    for pane in lab.panes:
        lab.answer(pane, 1, story("propose", "compare", "reject"))
    qtbot.waitUntil(lambda: lab.num_asked == 4)
    assert lab.shown == [0, 1, 2]
    lab.walks.play(False)


def test_the_end_of_a_step_is_not_shown_before_its_last_phase(lab):
    pane = lab.panes[0]
    pane.set_slow(True)
    lab.answer(pane, 1, story("propose", "accept"))
    np.testing.assert_array_equal(pane.layer._places, [[0.0, 0.0]])
    assert pane.words._name == "propose"
    pane.show_phase(1)
    assert pane.layer._places is None
    assert pane.words._says == "about accept"
    pane.set_slow(False)
    assert pane.words.isHidden()
    assert pane.story_layer._phase == 1, "the step as a whole"


def test_what_comes_late_from_chains_before_a_restart_is_let_go(lab):
    pane = lab.panes[0]
    walk = pane.walk
    lab.answer(pane, 7, story())
    assert pane.chains.step == 7
    walk.begin(lab.walks.place)
    assert pane.chains is None
    lab.answer(pane, 8, story())
    assert pane.chains is None
    walk.take(Walking(walk.number, walk._request))
    lab.answer(pane, 0, story())
    assert pane.chains.step == 0


def test_a_mark_is_seen_from_its_phase_until_another_and_the_legend_names_each_kind_once():
    points = np.zeros((1, 2))
    told = story(
        "one",
        "two",
        "three",
        marks=[
            Mark("proposal", points, since=0, until=2, says="proposal"),
            Mark("proposal", points, since=1, until=2, says="proposal", is_aside=True),
            Mark("rejected", points, since=2, until=3, says="rejected"),
        ],
    )
    assert len(marks_in(told, 0)) == 1
    assert [mark.says for mark in legend(told, 1)] == ["proposal"]
    assert [mark.says for mark in legend(told, 2)] == ["rejected"]


def every_look():
    """A story with each look, on the canvas and on a ladder."""
    corners = np.array([[-0.5, -0.5], [0.5, 0.2]])
    offsets = np.array([0, 2], np.int32)
    marks = [Mark(look, corners, offsets, 0, 1, look) for look in LINES]
    marks += [Mark(look, corners + 0.1, since=0, until=1, says=look, label="1") for look in DOTS]
    marks += [Mark("copies", corners, since=0, until=1, rung=rung) for rung in range(3)]
    marks.append(Mark("swap", corners, offsets, 0, 1, rung=1))
    marks.append(Mark("way", np.full((3, 2), np.nan), np.array([0, 3], np.int32), 0, 1))
    return Story((Phase("a phase", "numbers", np.zeros((1, 2))),), tuple(marks), np.array([1.0, 5.0, 25.0]))


@pytest.mark.parametrize("theme", [DARK, LIGHT])
def test_every_look_is_drawn_on_canvas_ladder_and_legend(qtbot, lab, theme):
    pane = lab.panes[0]
    pane.set_theme(theme)
    pane.resize(500, 400)
    pane.show()
    qtbot.waitExposed(pane)
    plain = pane.view.grab().toImage()
    pane.set_slow(True)
    lab.answer(pane, 1, every_look())
    pane.show_phase(0)
    assert pane.view.grab().toImage() != plain
    assert not pane.legend.isHidden()
    assert not pane.legend.grab().isNull()
    assert not pane.words.grab().isNull()


def test_chains_that_are_lost_are_not_drawn(qtbot, qtlog, lab):
    pane = lab.panes[0]
    pane.resize(500, 400)
    pane.show()
    qtbot.waitExposed(pane)
    pane.set_slow(True)
    lost = np.array([[np.nan, np.nan], [0.2, 0.2]])
    marks = tuple(Mark(look, lost, since=0, until=1, is_aside=True) for look in ("proposal", "accepted", "rejected"))
    lab.answer(pane, 1, Story((Phase("a phase", "numbers", lost),), marks))
    pane.show_phase(0)
    pane.view.grab()
    assert not [record for record in qtlog.records if "NaN" in record.message]


def test_the_two_arrows_of_particles_differ_in_lightness(qtbot):
    for theme in (DARK, LIGHT):
        colors = Colors.of(theme)
        assert abs(colors.attraction.lightnessF() - colors.repulsion.lightnessF()) > 0.15
    assert NO_COLORS.attraction == Colors.of(DARK).attraction


def test_long_words_shrink_into_a_narrow_pane(qtbot):
    words = Words(None)
    qtbot.addWidget(words)
    words.resize(220, 60)
    words.show_phase(story("a name that is far too long for so narrow a pane"), 0)
    assert not words.grab().isNull()
    assert words.sizeHint().height() > 30
    assert "a name" in words.accessibleName()
    bar = Legend(None)
    qtbot.addWidget(bar)
    bar.show_phase(every_look(), 0, has_ring=True)
    bar.resize(120, 20)
    assert not bar.grab().isNull()


def test_the_ladder_has_a_tile_for_each_rung_hot_above_cold(qtbot, lab):
    across = np.linspace(-1, 1, 16)
    bowl = (across[None] ** 2 + across[:, None] ** 2).astype(np.float32) * 20
    nothing = np.zeros((0, 2))
    landscape = Landscape(
        1, 1, 0, bowl, (-1.0, 1.0, -1.0, 1.0), 1.0, 0.0, 0.0, nothing, nothing, np.zeros(1, np.int32), 0.0
    )
    ladder = Ladder(lab.panes[0].view)
    ladder.show_landscape(landscape)
    ladder.show_phase(every_look(), 0)
    assert ladder._tile(0).top() > ladder._tile(2).bottom()
    image = ladder.grab().toImage()
    assert not image.isNull()
    assert len(ladder._tiles) == 3
