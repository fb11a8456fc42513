"""Work in a thread: in order, the newest of a kind, and its trouble in the window's thread."""

import threading

import pytest
from pytestqt.qtbot import QtBot

from engine.notice import Notice
from gui.projects.background import Background


@pytest.fixture
def background(qapp: object) -> Background:
    return Background("test")


def test_of_what_waits_under_the_same_name_only_the_newest_is_done(background: Background, qtbot: QtBot) -> None:
    gate, done = threading.Event(), list[str]()
    background.start("a", gate.wait, lambda result: done.append("first"), done.append)
    for name in ("second", "third"):
        background.start("a", lambda: None, lambda result, name=name: done.append(name), done.append)
    background.start("b", lambda: None, lambda result: done.append("other"), done.append)
    gate.set()
    qtbot.waitUntil(lambda: not background.is_busy)
    assert done == ["first", "third", "other"]


def test_a_notice_is_told_and_the_next_work_is_done(background: Background, qtbot: QtBot) -> None:
    def refuse() -> None:
        raise Notice("It is too large.")

    done = list[str]()
    background.start("a", refuse, done.append, done.append)
    background.start("b", lambda: "fine", done.append, done.append)
    qtbot.waitUntil(lambda: not background.is_busy)
    assert done == ["It is too large.", "fine"]


def test_at_the_end_it_is_waited_for_and_nobody_is_called(background: Background, qtbot: QtBot) -> None:
    done = list[object]()
    background.start("a", lambda: threading.Event().wait(0.2), done.append, done.append)
    background.start("b", lambda: done.append("worked"), done.append, done.append)
    background.end()
    qtbot.wait(50)
    assert done == []
