"""Choosing, comparing and looking at families of models, with a real engine."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine import recipe
from engine.recipe import Data
from gui.overlays import NAMES
from gui.window import Window

WAIT_MSECS = 20_000
SHIPPED = sorted((Path(__file__).parents[2] / "assets" / "recipes").glob("*.json"))


def begin(window: Window, qtbot: QtBot, family: str, preset: str = "two_moons", n: int = 300) -> None:
    window.show_lab()
    with qtbot.waitSignal(window.document.sketch_replaced, timeout=WAIT_MSECS):
        window.desk.ask_for(Data(preset=preset, n=n, seed=0))
    if family != window.experiment.model.name:
        with qtbot.waitSignal(window.experiment.network_began, timeout=WAIT_MSECS):
            window.choose_family(family)


def landscape_of(window: Window, qtbot: QtBot, is_wanted=lambda landscape: True):
    signal = window.experiment.landscape_came
    with qtbot.waitSignal(signal, timeout=WAIT_MSECS, check_params_cb=is_wanted) as came:
        pass
    return came.args[0]


def test_another_family_keeps_the_sketch_and_shows_its_own_knobs_and_name(window: Window, qtbot: QtBot):
    begin(window, qtbot, "kmeans")
    assert window.document.sketch.num_points == 300
    assert set(window.lab.model_panel.values()) == {"centres", "start", "sigma"}
    assert "k-means" in window.lab.panes.active._family.text()
    window.experiment.step_once()
    seen = landscape_of(window, qtbot, lambda landscape: landscape.step == 1)
    assert len(seen.figures["parts"].dots) == 8


def test_every_family_of_the_menu_takes_a_step_in_the_window(window: Window, qtbot: QtBot):
    begin(window, qtbot, "energy_mlp", "eight_gaussians", n=100)
    failures: list[str] = []
    window.experiment.failed.connect(lambda failed: failures.append(failed.headline))
    window.experiment.noticed.connect(lambda noticed: failures.append(noticed.text))
    for action in window._submenus["family"].actions():
        if not action.isEnabled():  # the heading of a kind
            continue
        action.trigger()
        window.experiment.step_once()
        landscape_of(window, qtbot, lambda landscape: landscape.step == 1)
        assert window.lab.panes.active._family.text() == f"{action.text()} ▾"
    assert failures == []


def test_panes_show_the_same_points_and_part_of_the_plane_and_one_can_be_closed(window: Window, qtbot: QtBot):
    begin(window, qtbot, "kmeans")
    for _ in range(3):
        window.actions_by_name["add_pane"].trigger()
    panes = window.lab.panes
    assert len(panes.all) == 4
    window.actions_by_name["add_pane"].trigger()
    assert window.strip.isVisible()
    assert len(panes.all) == 4
    assert len({pane.run.model.name for pane in panes.all}) == 4
    qtbot.wait(50)
    panes.all[1].view.canvas.zoom(0.5)
    middles = [np.add(pane.view.canvas.extent[::2], pane.view.canvas.extent[1::2]) for pane in panes.all]
    heights = [pane.view.canvas.extent[3] - pane.view.canvas.extent[2] for pane in panes.all]
    np.testing.assert_allclose(middles, np.broadcast_to(middles[0], (4, 2)), atol=0.02)
    assert max(heights) < 1.15 * min(heights)
    gone = panes.all[2]
    gone.close_asked.emit()
    assert len(panes.all) == 3
    assert gone not in panes.all
    window.experiment.play(True)
    seen = dict.fromkeys(panes.all, 0)
    for pane in panes.all:
        pane.run.landscape_came.connect(lambda landscape, pane=pane: seen.update({pane: landscape.step}))
    qtbot.waitUntil(lambda: min(seen.values()) > 2, timeout=WAIT_MSECS)


def test_the_cursor_is_followed_in_every_pane(window: Window, qtbot: QtBot):
    begin(window, qtbot, "kmeans")
    window.actions_by_name["add_pane"].trigger()
    panes = window.lab.panes.all
    window.experiment.step_once()
    qtbot.waitUntil(lambda: all(pane.landscape is not None for pane in panes), timeout=WAIT_MSECS)
    panes[1].view.canvas.cursor_moved.emit(0.5, 0.25)
    assert not np.isnan(panes[0].view.energy_at_cursor)
    qtbot.waitUntil(lambda: "of 8" in panes[0]._number.text(), timeout=WAIT_MSECS)
    panes[1].view.canvas.cursor_left.emit()
    assert panes[0]._number.text() == ""


def test_the_measures_of_all_panes_are_in_the_table(window: Window, qtbot: QtBot):
    begin(window, qtbot, "kmeans")
    window.actions_by_name["add_pane"].trigger()
    window.actions_by_name["measures"].trigger()
    window.experiment.step_once()
    table = window.lab.bottom._table
    qtbot.waitUntil(lambda: all(pane.measures for pane in window.lab.panes.all), timeout=WAIT_MSECS)
    assert table.isVisible()
    assert table._table.rowCount() == 2
    window.actions_by_name["machine"].trigger()
    assert not table.isVisible()
    assert not window.actions_by_name["measures"].isChecked()
    window.actions_by_name["machine"].trigger()
    assert window.lab.bottom._all_traces.isVisible()


@pytest.mark.parametrize("family", ["energy_mlp", "gaussian_mixture", "vae"])
def test_every_layer_can_be_switched_on_by_its_key(window: Window, qtbot: QtBot, family: str):
    begin(window, qtbot, family)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    for key, name in enumerate(NAMES, start=int(Qt.Key.Key_1)):
        was_on = window.actions_by_name[name].isChecked()
        QTest.keyClick(window.lab.canvas, Qt.Key(key))
        if name == "surface" and window.lab.why_no_surface():
            assert window.strip.isVisible()
            continue
        assert window.actions_by_name[name].isChecked() is not was_on, name
    window.experiment.play(True)
    landscape_of(window, qtbot, lambda landscape: landscape.step > 3 and landscape.thumbs)
    assert window.lab.bottom.machine.isVisible()
    QApplication.processEvents()


def test_a_click_drops_a_ball_instead_of_drawing_while_balls_are_on(window: Window, qtbot: QtBot):
    begin(window, qtbot, "kmeans")
    window.experiment.step_once()
    landscape_of(window, qtbot, lambda landscape: landscape.step == 1)
    window.actions_by_name["balls"].trigger()
    before = window.document.sketch.num_points
    viewport = window.lab.canvas.viewport()
    QTest.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=QPoint(viewport.width() // 2, viewport.height() // 3))
    balls = window.lab.panes.active.view.overlays._balls
    assert len(balls.places) == 1
    start = balls.places.copy()
    qtbot.waitUntil(lambda: np.abs(balls.places - start).max() > 0.05, timeout=WAIT_MSECS)
    assert window.document.sketch.num_points == before


def test_the_temperature_reaches_the_engine(window: Window, qtbot: QtBot):
    begin(window, qtbot, "gaussian_mixture")
    window.switch.temperature._slider.setValue(0)
    seen = landscape_of(window, qtbot, lambda landscape: landscape.temperature < 0.06)
    assert np.isfinite(seen.log_z)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_each_shipped_experiment_opens_from_the_menu(window: Window, qtbot: QtBot, path: Path):
    wanted = recipe.read(path)
    [action] = [each for each in window._submenus["shipped"].actions() if each.text() == path.stem.replace("_", " ")]
    with qtbot.waitSignal(window.document.sketch_replaced, timeout=WAIT_MSECS):
        action.trigger()
    assert window.experiment.model.name == wanted.model.name
    assert window.desk.recent() == []


def test_after_the_engine_is_killed_every_pane_comes_back(window: Window, qtbot: QtBot):
    begin(window, qtbot, "kmeans")
    window.actions_by_name["add_pane"].trigger()
    window.experiment.step_once()
    qtbot.waitUntil(lambda: all(pane.landscape is not None for pane in window.lab.panes.all), timeout=WAIT_MSECS)
    qtbot.wait(300)
    with qtbot.waitSignal(window.experiment.engine_died, timeout=5000):
        window.link._process.kill()
    steps: dict[int, int] = {}
    for run in window.experiment.runs:
        run.landscape_came.connect(lambda landscape: steps.update({landscape.run: landscape.step}))
    window.strip.restart_asked.emit()
    qtbot.waitUntil(lambda: len(steps) == 2 and min(steps.values()) >= 1, timeout=60_000)
