"""Projects in the whole app, with a real engine: saved, opened, refused, restored."""

import dataclasses
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication
from PySide6.QtWidgets import QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from engine.messages import Landscape
from engine.recipe import Data, Model
from gui.labs.chains import ChainsLab
from gui.projects import container, contents
from gui.window import Window
from tests.gui.projects.known_projects import project

ROOT = Path(__file__).parents[2]
WAIT_MSECS = 60_000
BUTTONS = QMessageBox.StandardButton


@pytest.fixture(autouse=True)
def own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Autosaves of no other test."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return tmp_path / "energyscape" / "autosave"


def landscape(window: Window, qtbot: QtBot, least_step: int = 1) -> Landscape:
    """The next one that has gone so far."""
    with qtbot.waitSignal(
        window.experiment.landscape_came, timeout=WAIT_MSECS, check_params_cb=lambda each: each.step >= least_step
    ) as came:
        pass
    return came.args[0]


def show_sample(window: Window, qtbot: QtBot, preset: str = "two_moons") -> None:
    with qtbot.waitSignal(window.document.sketch_replaced, timeout=WAIT_MSECS):
        window.desk.ask_for(Data(preset=preset, n=200, seed=0))


def train(window: Window, qtbot: QtBot) -> int:
    """Some steps, until the window has their weights. The step."""
    window.experiment.play(True)
    landscape(window, qtbot, 8)
    window.experiment.play(False)
    run = window.experiment.active
    qtbot.waitUntil(lambda: run.checkpoint is not None, timeout=WAIT_MSECS)
    qtbot.wait(300)  # the pause brings a last one
    assert run.checkpoint is not None
    return run.checkpoint.step


def save(window: Window, qtbot: QtBot, path: Path) -> None:
    window.projects.path = path
    with qtbot.waitSignal(window.projects.used, timeout=WAIT_MSECS):
        window.actions_by_name["save_project"].trigger()


def open_project(window: Window, qtbot: QtBot, path: Path) -> None:
    with qtbot.waitSignal(window.projects.used, timeout=WAIT_MSECS):
        window.desk.open_path(str(path))


def drop(window: Window, path: Path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    event = QDropEvent(
        QPointF(200, 200), Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    window.dropEvent(event)


def answer(monkeypatch: pytest.MonkeyPatch, button: QMessageBox.StandardButton) -> list[str]:
    """Answers every question; what was asked."""
    asked: list[str] = []
    monkeypatch.setattr(QMessageBox, "question", lambda *about: (asked.append(about[2]), button)[1])
    return asked


def test_a_project_brings_back_points_models_weights_and_what_was_looked_at(
    window: Window, qtbot: QtBot, tmp_path: Path
) -> None:
    show_sample(window, qtbot)
    window.experiment.set_params({"width": 16, "learning_rate": 0.002})
    step = train(window, qtbot)
    before = landscape_now(window, qtbot)
    window.lab.add_pane()
    window.choose_family("kmeans")
    window.switch.temperature.set_value(4.0)
    window.actions_by_name["density"].trigger()
    window.actions_by_name["field"].trigger()
    window.lab.transport.set_speed(20)
    assert window.isWindowModified()
    path = tmp_path / "two moons.escape"
    save(window, qtbot, path)
    assert not window.isWindowModified()
    assert window.windowTitle().startswith("two moons[*]")
    sketch = window.document.sketch

    window.actions_by_name["new_project"].trigger()
    assert window.document.sketch.num_points == 0
    assert [run.model for run in window.experiment.runs] == [Model()]
    assert not window.isWindowModified()
    open_project(window, qtbot, path)
    np.testing.assert_array_equal(window.document.sketch.points, sketch.points)
    assert window.document.sketch.truth == sketch.truth
    first, second = window.experiment.runs
    assert first.model == Model(params={"width": 16, "learning_rate": 0.002})
    assert (second.model.name, window.experiment.active) == ("kmeans", second)
    assert window.switch.temperature.value == pytest.approx(4.0, rel=0.03)
    assert window.actions_by_name["density"].isChecked()
    assert window.actions_by_name["field"].isChecked()
    assert window.experiment.steps_per_second == 20
    assert not window.isWindowModified()
    assert window.desk.recent()[0] == str(path)
    # The same weights give the same energies.
    window.switch.temperature.set_value(1.0)
    window.experiment.activate(first)
    qtbot.waitUntil(lambda: is_same(window, before), timeout=WAIT_MSECS)
    assert first.checkpoint is not None
    assert first.checkpoint.step == step
    # And the engine still has them when it was another one.
    with qtbot.waitSignal(window.experiment.became_ready, timeout=60_000):
        window.restart_engine()
    assert landscape(window, qtbot).step == step


def landscape_now(window: Window, qtbot: QtBot) -> Landscape:
    """With all that is told of a landscape that stands still."""
    qtbot.wait(500)
    shown = window.lab.panes.all[0].landscape
    assert shown is not None
    return shown


def is_same(window: Window, before: Landscape) -> bool:
    shown = window.lab.panes.all[0].landscape
    if shown is None or shown.step != before.step or shown.energy.shape != before.energy.shape:
        return False
    # Beside another pane less of the plane is seen.
    return abs(float(shown.lowest - before.lowest)) < 0.05


def test_labs_are_filled_when_they_are_looked_at_and_kept_if_they_are_not(
    window: Window, qtbot: QtBot, tmp_path: Path
) -> None:
    path, again = tmp_path / "a.escape", tmp_path / "b.escape"
    made = project()
    layout = msgspec.structs.replace(made.layout, lab="landscape")
    path.write_bytes(contents.write(dataclasses.replace(made, layout=layout, weights=(b"", b""))))
    open_project(window, qtbot, path)
    save(window, qtbot, again)
    kept = contents.read(again)
    assert kept.chains == made.chains
    assert kept.latent == made.latent
    assert kept.latent_weights == made.latent_weights
    assert kept.marks == made.marks
    window.show_chains()
    lab = window.chains
    assert isinstance(lab, ChainsLab)
    assert [pane.walk.sampler for pane in lab.panes] == ["nuts", "mala"]
    assert lab.panes[0].walk.params == {"step_size": 0.3}
    assert len(lab.sculpting.kept) == 1
    qtbot.wait(1200)
    assert not window.isWindowModified()
    lab.add_pane()
    window.projects.changes.update()
    assert window.isWindowModified()
    window.show_latent()
    assert window.latent.tabs.tabText(window.latent.tabs.currentIndex()) == "Map"


@pytest.mark.parametrize("kind", ["cut off", "of an unknown model", "no project"])
def test_a_file_that_cannot_be_opened_leaves_all_as_it_was(
    window: Window, qtbot: QtBot, tmp_path: Path, kind: str
) -> None:
    show_sample(window, qtbot)
    window.experiment.set_params({"width": 16})
    before, run, model = window.document.sketch, window.experiment.active, window.experiment.model
    made, path = project(), tmp_path / "gift.escape"
    panes = (msgspec.structs.replace(made.landscape.panes[0], model=Model("no such model")),)
    content = {
        "cut off": contents.write(made)[:-50],
        "of an unknown model": contents.write(with_panes(made, panes)),
        "no project": b"x,y\n1,2\n",
    }
    path.write_bytes(content[kind])
    with qtbot.waitSignal(window.projects.refused, timeout=WAIT_MSECS):
        drop(window, path)
    assert window.strip.isVisible()
    assert window.document.sketch is before
    assert (window.experiment.active, window.experiment.model) == (run, model)
    assert window.projects.path is None
    assert str(path) not in window.desk.recent()


def with_panes(made, panes):
    landscape = msgspec.structs.replace(made.landscape, panes=panes, active=0)
    return dataclasses.replace(made, landscape=landscape, weights=(b"",))


def test_revert_goes_back_to_the_file(window: Window, qtbot: QtBot, tmp_path: Path, monkeypatch) -> None:
    show_sample(window, qtbot)
    save(window, qtbot, tmp_path / "a.escape")
    window.desk.clear()
    assert window.isWindowModified()
    answer(monkeypatch, BUTTONS.Ok)
    with qtbot.waitSignal(window.projects.used, timeout=WAIT_MSECS):
        window.actions_by_name["revert"].trigger()
    assert window.document.sketch.num_points == 200
    assert not window.isWindowModified()


def test_only_unsaved_changes_are_asked_about_and_cancel_keeps_them(
    window: Window, qtbot: QtBot, tmp_path: Path, monkeypatch
) -> None:
    asked = answer(monkeypatch, BUTTONS.Cancel)
    window.actions_by_name["new_project"].trigger()
    assert asked == []
    show_sample(window, qtbot)
    window.actions_by_name["new_project"].trigger()
    assert len(asked) == 1
    assert window.document.sketch.num_points == 200
    window.actions_by_name["undo"].trigger()
    window.actions_by_name["new_project"].trigger()
    assert len(asked) == 1
    window.experiment.set_params({"width": 16})
    window.actions_by_name["new_project"].trigger()
    assert len(asked) == 2
    # A knob that was turned back is no change.
    window.experiment.set_params({})
    window.actions_by_name["new_project"].trigger()
    assert len(asked) == 2


def test_a_recipe_that_was_copied_is_the_same_experiment_when_it_is_pasted(window: Window, qtbot: QtBot) -> None:
    show_sample(window, qtbot, "rings")
    window.experiment.set_params({"width": 16})
    window.actions_by_name["copy_recipe"].trigger()
    assert '"width":16' in QGuiApplication.clipboard().text()
    window.desk.clear()
    window.choose_family("kmeans")
    with qtbot.waitSignal(window.document.sketch_replaced, timeout=WAIT_MSECS):
        window.actions_by_name["paste_recipe"].trigger()
    assert window.document.sketch.truth == Data(preset="rings", n=200, seed=0)
    assert window.experiment.model == Model(params={"width": 16})


def test_a_text_that_is_no_recipe_is_told_and_changes_nothing(window: Window, qtbot: QtBot) -> None:
    show_sample(window, qtbot)
    before = window.document.sketch
    for text in ("", "hello", '{"data": {"preset": "no such thing"}}', '{"lab": "songs"}', "{" * 100_000):
        QGuiApplication.clipboard().setText(text)
        window.strip.hide()
        window.actions_by_name["paste_recipe"].trigger()
        qtbot.waitUntil(window.strip.isVisible, timeout=WAIT_MSECS)
    assert window.document.sketch is before


def test_a_recipe_of_the_latent_lab_sets_the_page_train(window: Window, qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "latent.json"
    path.write_text(
        '{"lab": "latent", "seed": 4, "data": {"source": "digits", "args": {"count": 300}}, "stop": {"seconds": 120},'
        ' "model": {"name": "pca", "params": {"latents": 5}}}'
    )
    window.desk.open_path(str(path))
    lab = window.latent
    assert lab.tabs.tabText(lab.tabs.currentIndex()) == "Train"
    made = lab.recipe()
    assert (made.seed, made.model.name, made.model.params["latents"]) == (4, "pca", 5)
    assert (made.data.source, made.data.args) == ("digits", {"count": 300})
    assert made.stop.seconds == 120
    path.write_text('{"lab": "latent", "model": {"name": "no such model"}}')
    window.desk.open_path(str(path))
    assert lab.recipe() == made


# ---- a window that was killed


BEGIN = """
import sys
from PySide6.QtCore import QTimer
import gui.app
from gui.edits import Append
import numpy as np
def draw(window):
    window.complete()
    window.document.do(Append(np.zeros((7, 2)), np.zeros(7, np.uint8)), "stroke")
    window.projects.autosaver.save()
    QTimer.singleShot(3600_000, window.close)
gui.app._go_on = draw
sys.exit(gui.app.run_app("false"))
"""


def test_after_a_kill_the_next_window_offers_to_restore_and_a_third_is_not_asked(
    open_window, qtbot: QtBot, own_state: Path, tmp_path: Path
) -> None:
    killed = subprocess.Popen(
        [sys.executable, "-c", BEGIN], cwd=ROOT, env={**os.environ, "XDG_STATE_HOME": str(tmp_path)}
    )
    try:
        deadline = time.monotonic() + 60
        while not list(own_state.glob(f"*{container.ENDING}")) and time.monotonic() < deadline:
            qtbot.wait(50)
    finally:
        killed.send_signal(signal.SIGKILL if os.name == "posix" else signal.SIGTERM)
        killed.wait()
    assert len(list(own_state.glob(f"*{container.ENDING}"))) == 1

    window = open_window()
    restore = button(window, "Restore")
    qtbot.waitUntil(restore.isVisible, timeout=WAIT_MSECS)
    third = open_window(is_ready=False)
    third.complete()
    qtbot.wait(300)
    assert not button(third, "Restore").isVisible()
    restore.click()
    qtbot.waitUntil(lambda: window.document.sketch.num_points == 7, timeout=WAIT_MSECS)
    assert window.isWindowModified()
    assert not restore.isVisible()
    # Its own autosave takes the place of the one that was left.
    qtbot.waitUntil(lambda: not window.projects.autosaver.is_busy, timeout=WAIT_MSECS)
    (only,) = own_state.glob(f"*{container.ENDING}")
    assert contents.read(only).sketch.num_points == 7
    window.document.mark_saved()
    window.close()
    third.close()
    assert list(own_state.iterdir()) == []


def button(window: Window, text: str) -> QPushButton:
    return next(each for each in window.findChildren(QPushButton) if each.text() == text)
