"""Lessons and lecture mode, with a real engine."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from engine.messages import Failed
from engine.recipe import Data
from gui.lecture import lesson
from gui.lecture.page import shipped
from gui.window import Window

WAIT_MSECS = 60_000


def sketch(window: Window, qtbot: QtBot) -> None:
    with qtbot.waitSignal(window.document.sketch_replaced, timeout=WAIT_MSECS):
        window.desk.ask_for(Data(preset="two_moons", n=100))


def test_every_cue_of_every_shipped_lesson_can_be_stepped_through(window: Window, qtbot: QtBot):
    """Without shipped weights the cues that need them say so, and the lesson goes on."""
    failed: list[Failed] = []
    window.experiment.failed.connect(failed.append)
    told: list[str] = []
    names = [kind.name for kind in window.experiment.catalogue.trained]
    for path, wanted in shipped():
        player = window.lecture.play(wanted, path.parent, has_clock=False)
        player.refused.connect(lambda text, name=path.name: told.append(f"{name}: {text}"))
        for index, cue in enumerate(wanted.cues):
            assert player.index == index
            has_weights = cue.pictures is None or cue.pictures.model in names
            qtbot.waitUntil(lambda player=player: player.is_there, timeout=WAIT_MSECS)
            assert cue.title in window.lecture.board.text
            if cue.turn is not None and has_weights:
                player.advance(cue.turn.wait + cue.turn.seconds)
            player.next()
        player.show(0)
        qtbot.waitUntil(lambda player=player: player.is_there, timeout=WAIT_MSECS)
    window.lecture.leave()
    assert not failed
    assert [text for text in told if "weights" not in text] == []


def test_leaving_a_lesson_brings_back_what_the_person_worked_at(window: Window, qtbot: QtBot):
    window.actions_by_name["lab_landscape"].trigger()
    sketch(window, qtbot)
    window.choose_family("kmeans")
    window.actions_by_name["field"].trigger()
    window.actions_by_name["density"].trigger()
    window.switch.temperature.set_value(3.0)
    before, run, pane = window.document.sketch, window.experiment.active, window.lab.panes.active
    is_modified, size, temperature = window.document.is_modified, window.size(), window.switch.temperature.value
    path, wanted = shipped()[0]
    player = window.lecture.play(wanted, path.parent, has_clock=False)
    qtbot.waitUntil(lambda: player.is_there, timeout=WAIT_MSECS)
    assert window.document.sketch is not before
    assert not window.menuBar().isVisible()
    assert not window.lab.tabs.isVisible()
    assert window.projects.project().sketch is before, "a save or an autosave holds the person's own work"
    window.lecture.leave()
    assert window.document.sketch is before
    assert window.experiment.active is run
    assert run.model.name == "kmeans"
    assert window.lab.panes.active is pane
    assert window.actions_by_name["field"].isChecked()
    assert window.actions_by_name["density"].isChecked()
    assert window.switch.temperature.value == temperature
    assert window.document.is_modified == is_modified
    assert window.menuBar().isVisible()
    assert window.lab.tabs.isVisible()
    assert window.document.undo_stack.canUndo()
    qtbot.waitUntil(lambda: window.size() == size, timeout=WAIT_MSECS)
    window.document.undo_stack.undo()
    assert window.document.sketch is not before


def test_page_up_goes_back_to_what_was_learnt(window: Window, qtbot: QtBot):
    made = {"data": {"preset": "two_moons", "n": 200}, "model": {"name": "kmeans"}}
    wanted = lesson.from_bytes(
        lesson.to_bytes(
            lesson.Lesson(
                "Back",
                (
                    lesson.Cue("One", recipe=made, play=lesson.Play(to=5)),
                    lesson.Cue("Two", recipe={**made, "data": {"preset": "circle", "n": 50}}),
                ),
            )
        )
    )
    player = window.lecture.play(wanted, Path(), has_clock=False)
    run = window.experiment.active
    qtbot.waitUntil(lambda: run.checkpoint is not None and run.checkpoint.step >= 5, timeout=WAIT_MSECS)
    qtbot.waitUntil(lambda: not window.experiment.is_playing, timeout=WAIT_MSECS)
    step, points = run.checkpoint.step, window.document.sketch
    QTest.keyClick(window, Qt.Key.Key_PageDown)
    qtbot.waitUntil(lambda: player.is_there and window.document.sketch.num_points == 50, timeout=WAIT_MSECS)
    QTest.keyClick(window, Qt.Key.Key_PageUp)
    qtbot.waitUntil(lambda: player.is_there, timeout=WAIT_MSECS)
    assert window.document.sketch is points
    assert run.checkpoint is not None
    assert run.checkpoint.step == step
    assert not window.experiment.is_playing


def test_f5_hides_the_panels_and_esc_brings_them_back(window: Window, qtbot: QtBot):
    window.actions_by_name["lab_landscape"].trigger()
    window.lecture.marks.mark("model.learning_rate", True)
    window.actions_by_name["lecture"].trigger()
    assert window.lecture.is_on
    assert window.isFullScreen()
    assert not window.lab.tabs.isVisible()
    assert not window.statusBar().isVisible()
    qtbot.waitUntil(lambda: window.experiment.entry() is not None, timeout=WAIT_MSECS)
    window.lecture.black(True)
    assert window.lecture.escape()
    assert window.lecture.is_on, "Esc ends the black screen first"
    window.lecture.take("pen")
    assert window.lecture.escape()
    assert window.lecture.is_on, "then it puts the pen away"
    assert window.lecture.escape()
    assert not window.lecture.is_on
    assert window.lab.tabs.isVisible()
    assert window.statusBar().isVisible()
    assert not window.isFullScreen()


@pytest.mark.parametrize("name", ["play", "temperature", "model.learning_rate", "view.span"])
def test_a_marked_control_moves_with_its_own(window: Window, qtbot: QtBot, name: str):
    from gui.lecture import controls

    window.actions_by_name["lab_landscape"].trigger()
    made = controls.make(window, name, window)
    assert made is not None
    if name == "temperature":
        controls.turn(window, name, 5.0)
        assert made.value == window.switch.temperature.value
    elif "." in name:
        controls.turn(window, name, 0.5)
        panel = controls.panels(window)[name.partition(".")[0]]
        assert made.value() == panel.values()[name.partition(".")[2]]
