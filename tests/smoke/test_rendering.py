"""A film that is made beside the person's work, in a process of its own."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QProgressDialog, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from engine.notice import Notice
from engine.recipe import Model
from gui.edits import Sketch
from gui.lecture.lesson import Cue, Lesson
from gui.projects.project import Landscape, Pane, Project
from gui.recording.form import Form
from gui.recording.rendering import Rendering
from tests.gui.recording.films import pictures_of

WAIT_MSECS = 200_000
PROJECT = Project(
    sketch=Sketch(np.random.default_rng(0).normal(size=(60, 2)), np.zeros(60, np.uint8)),
    landscape=Landscape((Pane(Model("kmeans")),)),
)


@pytest.fixture
def rendering(qtbot: QtBot):
    window = QWidget()
    qtbot.addWidget(window)
    made = Rendering(window)
    made.kept = window  # type: ignore[attr-defined]
    yield made
    made.finish()


def dialog(rendering: Rendering) -> QProgressDialog:
    return rendering.parent().findChild(QProgressDialog)


def test_a_project_becomes_a_film_with_its_progress(rendering: Rendering, qtbot: QtBot, tmp_path: Path) -> None:
    film = Form(str(tmp_path / "film.mp4"), 480, 270, 30)
    with qtbot.waitSignal(rendering.ended, timeout=WAIT_MSECS) as ended:
        rendering.start(PROJECT, film, 1, "light")
        with pytest.raises(Notice, match="already"):
            rendering.start(PROJECT, film, 1, "light")
        qtbot.waitUntil(lambda: dialog(rendering).maximum() == 30, timeout=WAIT_MSECS)
    assert ended.args == [f"The film is in {film.path}.", film.path]
    assert not rendering.is_going
    pictures = pictures_of(tmp_path / "film.mp4", 480, 270)
    assert len(pictures) == 30
    assert pictures[-1].mean() > 120, "it is light"
    assert [each.name for each in tmp_path.iterdir()] == ["film.mp4"]


def test_a_film_that_is_cancelled_leaves_nothing(rendering: Rendering, qtbot: QtBot, tmp_path: Path) -> None:
    ended = []
    rendering.ended.connect(lambda *about: ended.append(about))
    made = {"data": {"preset": "two_moons", "n": 50}, "model": {"name": "kmeans"}}
    lesson = Lesson("L", (Cue("A", recipe=made), Cue("B")))
    rendering.start((lesson, tmp_path), Form(str(tmp_path / "film.gif"), 480, 270, 30), 60, "dark")
    qtbot.waitUntil(lambda: dialog(rendering).value() > 3, timeout=WAIT_MSECS)
    dialog(rendering).findChild(QPushButton).click()
    qtbot.waitUntil(lambda: not rendering.is_going, timeout=WAIT_MSECS)
    assert list(tmp_path.iterdir()) == []
    assert ended == []


def test_what_is_wrong_is_told(rendering: Rendering, qtbot: QtBot, tmp_path: Path) -> None:
    unknown = Project(landscape=Landscape((Pane(Model("no_such_model")),)))
    with qtbot.waitSignal(rendering.ended, timeout=WAIT_MSECS) as ended:
        rendering.start(unknown, Form(str(tmp_path / "film.mp4"), 480, 270, 30), 1, "dark")
    assert "no_such_model" in ended.args[0]
    assert ended.args[1] == ""
