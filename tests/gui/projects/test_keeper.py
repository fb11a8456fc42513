"""Projects in a window whose engine is told, not run: saved, opened, refused, asked about, restored."""

import dataclasses
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPointF, QSettings, Qt, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication
from PySide6.QtWidgets import QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from engine.knobs import knob, knobs_of
from engine.messages import Began, Branch, Checkpoint, Entry, Ready, Timeline
from engine.recipe import LatentRecipe, Model, Pictures, Stop
from gui.app import make_window
from gui.edits import Append
from gui.named_steps import NamedStep
from gui.projects import contents
from gui.projects.project import Mark, Project
from gui.window import Window
from tests.gui.projects.known_projects import project, sketch, weights

BUTTONS = QMessageBox.StandardButton


class Knobs(msgspec.Struct, frozen=True):
    step_size: float = knob(0.1, low=0.01, high=1.0, help="")
    width: int = knob(64, low=1, high=100, help="")
    centres: int = knob(8, low=1, high=64, help="")


def entries(*names: str) -> tuple[Entry, ...]:
    return tuple(Entry(name, name.replace("_", " "), "", "", "", knobs_of(Knobs)) for name in names)


READY = Ready(
    1, "", "cpu", ("cpu",), models=entries("energy_mlp", "kmeans"), samplers=entries("random_walk", "nuts", "mala"),
    datasets=entries("two_moons"), targets=entries("three_modes", "banana"), picture_sources=entries("faces", "digits"),
    picture_models=entries("vae", "pca"),
)  # fmt: skip


@pytest.fixture
def autosaves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of this test alone."""
    monkeypatch.setattr("platformdirs.user_state_dir", lambda name: str(tmp_path / "state"))
    return tmp_path / "state" / "autosave"


@pytest.fixture
def open_window(qtbot: QtBot, tmp_path: Path, autosaves: Path) -> Iterator[Callable[..., Window]]:
    opened: list[Window] = []

    def open_one(is_ready: bool = True) -> Window:
        store = QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)
        store.setValue("tour/is_seen", True)
        window = make_window("false", store, tmp_path / "engine.log")
        opened.append(window)
        window.show()
        window.complete()
        if is_ready:
            window.link.received.emit(READY)
        return window

    yield open_one
    for window in opened:
        window.document.mark_saved()  # or it would ask
        window.close()
        window.deleteLater()
    qtbot.wait(10)


@pytest.fixture
def window(open_window: Callable[..., Window]) -> Window:
    return open_window()


def draw(window: Window, count: int = 20) -> None:
    drawn = sketch(count)
    window.document.do(Append(drawn.points, drawn.labels), "stroke")


def learn(window: Window, step: int = 70) -> bytes:
    """As if the engine had told of weights."""
    run = window.experiment.active
    window.link.received.emit(Began(run.number, 10, "cpu"))
    content = weights(step)
    window.link.received.emit(Checkpoint(run.number, step, content))
    return content


def save(window: Window, qtbot: QtBot, path: Path) -> None:
    window.projects.path = path
    with qtbot.waitSignal(window.projects.used):
        window.actions_by_name["save_project"].trigger()


def open_project(window: Window, qtbot: QtBot, path: Path) -> None:
    with qtbot.waitSignal(window.projects.used):
        window.desk.open_path(str(path))


def written(made: Project, path: Path) -> Path:
    path.write_bytes(contents.write(made))
    return path


def answer(monkeypatch: pytest.MonkeyPatch, button: QMessageBox.StandardButton) -> list[str]:
    """Answers every question; what was asked."""
    asked: list[str] = []
    monkeypatch.setattr(QMessageBox, "question", lambda *about: (asked.append(about[2]), button)[1])
    return asked


def is_modified(window: Window) -> bool:
    window.projects.changes.update()
    return window.isWindowModified()


def button(window: Window, text: str) -> QPushButton:
    return next(each for each in window.findChildren(QPushButton) if each.text() == text)


# ---- save and open


def test_a_project_brings_back_points_models_knobs_weights_and_view(
    window: Window, qtbot: QtBot, tmp_path: Path
) -> None:
    draw(window)
    window.experiment.set_params({"width": 16, "step_size": 0.1})
    content = learn(window)
    window.lab.add_pane()
    window.switch.temperature.set_value(4.0)
    for name in ("density", "field", "measures"):
        window.actions_by_name[name].trigger()
    window.lab.transport.set_speed(20)
    assert is_modified(window)
    drawn, path = window.document.sketch, tmp_path / "two moons.escape"
    save(window, qtbot, path)
    assert not is_modified(window)
    assert window.windowTitle().startswith("two moons[*]")

    window.actions_by_name["new_project"].trigger()
    assert window.document.sketch.num_points == 0
    assert [run.model for run in window.experiment.runs] == [Model()]
    assert not is_modified(window)
    assert window.windowTitle() == "Energyscape[*]"
    open_project(window, qtbot, path)
    np.testing.assert_array_equal(window.document.sketch.points, drawn.points)
    first, second = window.experiment.runs
    assert first.model == Model(params={"width": 16})
    assert first.checkpoint == Checkpoint(first.number, 70, content)
    assert (second.model.name, window.experiment.active) == ("kmeans", second)
    assert window.switch.temperature.value == pytest.approx(4.0, rel=0.03)
    assert window.experiment.steps_per_second == 20
    assert all(window.actions_by_name[name].isChecked() for name in ("density", "field", "measures"))
    assert not is_modified(window)
    assert not window.document.undo_stack.canUndo()
    assert window.desk.recent()[0] == str(path)


def test_weights_that_were_opened_stay_when_the_engine_begins_with_them(
    window: Window, qtbot: QtBot, tmp_path: Path
) -> None:
    """Networks that were asked for before begin first: they are not those of the project."""
    open_project(window, qtbot, written(project(), tmp_path / "a.escape"))
    run = window.experiment.active
    kept = run.checkpoint
    assert kept is not None
    for _ in range(5):
        window.link.received.emit(Checkpoint(run.number, 3, b"of a network that is about to go"))
        window.link.received.emit(Began(run.number, 10, "cpu"))
        if not run._num_awaited:
            break
        assert run.checkpoint == kept
    assert run.checkpoint == kept
    run.reset()
    window.link.received.emit(Began(run.number, 10, "cpu"))
    assert run.checkpoint is None


def test_marks_are_shown_again_and_those_on_other_ways_are_left_out(
    window: Window, qtbot: QtBot, tmp_path: Path
) -> None:
    window.show_lab()
    past = window.experiment.active.past
    past.take(Timeline(past.number, 2, 0, (Branch(1, 0, 0, 100), Branch(2, 1, 40, 90), Branch(3, 1, 20, 60))))
    window.document.mark_saved()
    for branch, step in ((1, 20), (1, 90), (2, 50), (3, 60)):
        past.look_back(branch, step)
        past.add_mark(f"{branch} {step}")
    assert is_modified(window)
    save(window, qtbot, tmp_path / "a.escape")
    assert not is_modified(window)
    assert contents.read(tmp_path / "a.escape").marks == (Mark(20, "1 20"), Mark(50, "2 50"))
    window.actions_by_name["new_project"].trigger()
    assert window.experiment.active.past.marks == ()
    open_project(window, qtbot, tmp_path / "a.escape")
    run = window.experiment.active
    # The engine begins anew, at the step of the weights.
    window.link.received.emit(Began(run.number, 10, "cpu"))
    run.past.take(Timeline(run.number, 1, 60, (Branch(1, 0, 60, 60),)))
    assert [(each.step, each.name) for each in run.past.marks] == [(20, "1 20"), (50, "2 50")]
    assert not is_modified(window)
    bar = window.lab.timeline
    assert [mark.name for mark, _ in bar._layout.marks()] == ["1 20", "2 50"]
    with qtbot.waitSignal(bar.noticed):
        bar.go_to(run.past.marks[0])
    run.past.remove(run.past.marks[0])
    assert is_modified(window)


def test_marks_of_each_pane_and_of_chains_go_through_an_autosave_too(
    open_window, qtbot: QtBot, autosaves: Path
) -> None:
    autosaves.mkdir(parents=True)
    written(project(), autosaves / "1-2-0.escape")
    window = open_window()
    qtbot.waitUntil(button(window, "Restore").isVisible)
    button(window, "Restore").click()
    assert [run.past.marks for run in window.experiment.runs] == [(NamedStep(50, "before it collapsed"),), ()]
    qtbot.waitUntil(lambda: not window.projects.autosaver.is_busy)
    (path,) = autosaves.glob("*.escape")
    assert contents.read(path).marks == project().marks, "those of a lab that was not looked at, too"
    window.show_chains()
    assert [walk.past.marks for walk in window.switch.walks.walks] == [(), (NamedStep(7, "warm"),)]
    assert window.projects.project().marks == project().marks


def test_labs_are_filled_when_they_are_looked_at_and_kept_if_they_are_not(
    window: Window, qtbot: QtBot, tmp_path: Path
) -> None:
    made = project()
    made = dataclasses.replace(made, layout=msgspec.structs.replace(made.layout, lab="landscape"))
    open_project(window, qtbot, written(made, tmp_path / "a.escape"))
    save(window, qtbot, tmp_path / "b.escape")
    kept = contents.read(tmp_path / "b.escape")
    assert (kept.chains, kept.latent, kept.marks) == (made.chains, made.latent, made.marks)
    assert kept.latent_weights == made.latent_weights
    assert kept.origin == ""
    window.show_chains()
    assert [pane.walk.sampler for pane in window.chains.panes] == ["nuts", "mala"]
    assert window.chains.panes[0].walk.params == {"step_size": 0.3}
    assert len(window.chains.sculpting.kept) == 1
    assert not is_modified(window)
    window.chains.add_pane()
    assert is_modified(window)
    window.show_latent()
    assert window.latent.tabs.tabText(window.latent.tabs.currentIndex()) == "Map"
    window.document.mark_saved()
    window.actions_by_name["new_project"].trigger()
    assert window.chains.panes[0].walk.sampler == "random_walk"
    assert len(window.chains.panes) == 1
    assert len(window.chains.sculpting.kept) == 0


def test_a_project_is_shown_once_the_engine_is_ready(open_window, qtbot: QtBot, tmp_path: Path) -> None:
    window = open_window(is_ready=False)
    window.desk.open_path(str(written(project(), tmp_path / "a.escape")))
    qtbot.waitUntil(window.strip.isVisible)
    assert window.document.sketch.num_points == 0
    window.link.received.emit(READY)
    assert window.document.sketch.num_points == 50


@pytest.mark.parametrize("kind", ["cut off", "of an unknown model", "with a wrong knob", "no project"])
def test_a_file_that_cannot_be_opened_leaves_all_as_it_was(
    window: Window, qtbot: QtBot, tmp_path: Path, kind: str
) -> None:
    draw(window)
    window.experiment.set_params({"width": 16})
    before, model = window.document.sketch, window.experiment.model
    content = {
        "cut off": contents.write(project())[:-50],
        "of an unknown model": contents.write(of_model(Model("no such model"))),
        "with a wrong knob": contents.write(of_model(Model("kmeans", {"centres": -4}))),
        "no project": b"x,y\n1,2\n",
    }
    path = tmp_path / "gift.escape"
    path.write_bytes(content[kind])
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    with qtbot.waitSignal(window.projects.refused):
        window.dropEvent(QDropEvent(QPointF(200, 200), Qt.DropAction.CopyAction, mime, left, none))
    assert window.strip.isVisible()
    assert window.document.sketch is before
    assert window.experiment.model is model
    assert window.projects.path is None


def of_model(model: Model) -> Project:
    made = project()
    panes = (msgspec.structs.replace(made.landscape.panes[0], model=model),)
    landscape = msgspec.structs.replace(made.landscape, panes=panes, active=0)
    return dataclasses.replace(made, landscape=landscape, weights=(b"",))


# ---- unsaved changes


def test_only_unsaved_changes_are_asked_about_and_cancel_keeps_them(window: Window, monkeypatch) -> None:
    asked, new = answer(monkeypatch, BUTTONS.Cancel), window.actions_by_name["new_project"]
    new.trigger()
    assert asked == []
    draw(window)
    new.trigger()
    assert len(asked) == 1
    assert window.document.sketch.num_points == 20
    window.document.undo_stack.undo()
    new.trigger()
    assert len(asked) == 1
    window.experiment.set_params({"width": 16})
    new.trigger()
    assert len(asked) == 2
    # A knob that was turned back is no change.
    window.experiment.set_params({"width": 64})
    new.trigger()
    assert len(asked) == 2


def test_a_lab_that_is_only_looked_at_is_no_change(window: Window) -> None:
    window.show_chains()
    assert not is_modified(window)
    window.show_latent()
    assert not is_modified(window)


def test_closing_with_save_closes_once_all_is_on_the_disk(window: Window, qtbot: QtBot, tmp_path, monkeypatch) -> None:
    draw(window)
    answer(monkeypatch, BUTTONS.Cancel)
    assert not window.close()
    answer(monkeypatch, BUTTONS.Save)
    dialog, path = "gui.projects.keeper.QFileDialog.getSaveFileName", tmp_path / "kept"
    monkeypatch.setattr(dialog, lambda *_: ("", ""))
    assert not window.close()
    monkeypatch.setattr(dialog, lambda *_: (str(path), ""))
    assert not window.close()
    qtbot.waitUntil(lambda: not window.isVisible())
    assert contents.read(tmp_path / "kept.escape").sketch.num_points == 20


def test_revert_goes_back_to_the_file(window: Window, qtbot: QtBot, tmp_path: Path, monkeypatch) -> None:
    draw(window)
    assert not window.actions_by_name["revert"].isEnabled()
    save(window, qtbot, tmp_path / "a.escape")
    window.desk.clear()
    answer(monkeypatch, BUTTONS.Ok)
    with qtbot.waitSignal(window.projects.used):
        window.actions_by_name["revert"].trigger()
    assert window.document.sketch.num_points == 20
    assert not is_modified(window)


# ---- autosave


def test_an_autosave_is_there_while_there_are_unsaved_changes(
    window: Window, qtbot: QtBot, tmp_path: Path, autosaves: Path
) -> None:
    saver = window.projects.autosaver
    saver.save()
    assert list(autosaves.glob("*.escape")) == []
    draw(window)
    saver.save()
    qtbot.waitUntil(lambda: not saver.is_busy)
    (path,) = autosaves.glob("*.escape")
    assert contents.read(path).sketch.num_points == 20
    window.experiment.play(True)
    window.experiment.play(False)
    draw(window)
    qtbot.waitUntil(lambda: contents.read(path).sketch.num_points == 40)
    save(window, qtbot, tmp_path / "a.escape")
    assert list(autosaves.glob("*.escape")) == []


def test_autosave_can_be_turned_off(window: Window, qtbot: QtBot, autosaves: Path) -> None:
    saver = window.projects.autosaver
    draw(window)
    saver.save()
    qtbot.waitUntil(lambda: not saver.is_busy)
    assert len(list(autosaves.glob("*.escape"))) == 1
    window.appearance.change(autosaves=False)
    saver.save()
    qtbot.waitUntil(lambda: not saver.is_busy)
    assert list(autosaves.glob("*.escape")) == []


def test_what_was_left_behind_is_offered_restored_and_then_this_windows_own(
    open_window, qtbot: QtBot, tmp_path: Path, autosaves: Path
) -> None:
    autosaves.mkdir(parents=True)
    origin = tmp_path / "mine.escape"
    written(dataclasses.replace(project(30), origin=str(origin)), autosaves / "1-2-0.escape")
    window = open_window()
    restore = button(window, "Restore")
    qtbot.waitUntil(restore.isVisible)
    other = open_window()
    qtbot.wait(100)
    assert not button(other, "Restore").isVisible()
    restore.click()
    assert window.document.sketch.num_points == 30
    assert window.projects.path == origin
    assert is_modified(window)
    assert not restore.isVisible()
    qtbot.waitUntil(lambda: not window.projects.autosaver.is_busy)
    (path,) = autosaves.glob("*.escape")
    assert path.name != "1-2-0.escape"
    assert contents.read(path).origin == str(origin)


@pytest.mark.parametrize(("text", "stays"), [("Discard", False), ("Later", True)])
def test_an_offer_can_be_put_off_or_turned_down(open_window, qtbot: QtBot, autosaves: Path, text, stays) -> None:
    autosaves.mkdir(parents=True)
    for index in range(2):
        path = written(project(10 + index), autosaves / f"{index}.escape")
        os.utime(path, (1e9 + index, 1e9 + index))
    window = open_window()
    qtbot.waitUntil(button(window, text).isVisible)
    button(window, text).click()
    assert (autosaves / "1.escape").exists() == stays
    if not stays:
        # Then the next one.
        qtbot.waitUntil(button(window, text).isVisible)
    assert window.document.sketch.num_points == 0


def test_a_damaged_autosave_is_no_offer(open_window, qtbot: QtBot, autosaves: Path) -> None:
    autosaves.mkdir(parents=True)
    (autosaves / "1.escape").write_bytes(b"cut off")
    window = open_window()
    qtbot.waitUntil(lambda: not window.projects.autosaver.is_busy)
    assert not button(window, "Restore").isVisible()
    assert not (autosaves / "1.escape").exists()


# ---- recipes


def test_a_recipe_of_the_latent_lab_sets_the_page_train(window: Window, tmp_path: Path) -> None:
    path = tmp_path / "latent.json"
    path.write_text(
        '{"lab": "latent", "seed": 4, "data": {"source": "digits", "args": {"width": 30}}, "stop": {"seconds": 120},'
        ' "model": {"name": "pca", "params": {"width": 5}}}'
    )
    window.desk.open_path(str(path))
    lab = window.latent
    assert lab.tabs.tabText(lab.tabs.currentIndex()) == "Train"
    made = LatentRecipe(Pictures("digits", args={"width": 30}), 1, 4, Model("pca", {"width": 5}), Stop(seconds=120.0))
    assert lab.recipe() == made
    path.write_text('{"lab": "latent", "model": {"name": "no such model"}}')
    window.desk.open_path(str(path))
    assert window.strip.isVisible()
    assert lab.recipe() == made


def test_a_project_does_not_make_the_window_read_other_files(window: Window, qtbot: QtBot, tmp_path: Path) -> None:
    made = project()
    assert made.latent is not None
    train = LatentRecipe(Pictures(file="/"))
    made = dataclasses.replace(made, latent=msgspec.structs.replace(made.latent, train=train))
    open_project(window, qtbot, written(made, tmp_path / "a.escape"))
    window.show_latent()
    assert window.latent.recipe().data == Pictures("faces")


@pytest.mark.parametrize("text", ["", "hello", '{"data": 5}', '{"lab": "songs"}', "{" * 100_000])
def test_a_text_that_is_no_recipe_is_told_and_changes_nothing(window: Window, text: str) -> None:
    draw(window)
    before = window.document.sketch
    QGuiApplication.clipboard().setText(text)
    window.actions_by_name["paste_recipe"].trigger()
    assert window.strip.isVisible()
    assert window.document.sketch is before
