"""Projects in the whole app, with a real engine: the same weights give the same energies, and a kill loses nothing."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from engine.messages import Landscape
from engine.recipe import Data, Model
from gui.projects import container, contents
from gui.window import Window

ROOT = Path(__file__).parents[2]
WAIT_MSECS = 60_000


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
