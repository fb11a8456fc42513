"""The chains lab with a real engine: what a person does there, and what comes of it."""

import json
import math

import numpy as np
import psutil
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QFileDialog
from pytestqt.qtbot import QtBot

from engine.recipe import Data, Energy, any_from_plain
from gui import canvas_picture
from gui.labs.chains import ChainsLab
from gui.target_page import FORMULA, MODEL
from gui.window import Window

WAIT_MSECS = 30_000
RGB = QImage.Format.Format_RGB32


@pytest.fixture
def lab(window: Window, qtbot: QtBot) -> ChainsLab:
    window.actions_by_name["lab_chains"].trigger()
    pane = window.chains.panes[0]
    qtbot.waitUntil(lambda: pane.chains is not None and pane.layer._truth is not None, timeout=WAIT_MSECS)
    return window.chains


def type_formula(lab: ChainsLab, text: str) -> None:
    box = lab.target_page.formula_page.box
    box.clear()
    QTest.keyClicks(box, text)
    QTest.keyClick(box, Qt.Key.Key_Return)


def choose_target(lab: ChainsLab, text: str) -> None:
    choice = lab.target_page.findChild(QComboBox)
    choice.setCurrentText(text)
    choice.activated.emit(choice.currentIndex())


def test_the_lab_opens_on_a_known_landscape_with_chains_that_wait(window: Window, lab: ChainsLab, qtbot: QtBot):
    pane = lab.panes[0]
    qtbot.waitUntil(lambda: pane.view.rgba is not None, timeout=WAIT_MSECS)
    assert pane.chains.step == 0
    assert len(pane.chains.positions) == 4
    assert len(pane.layer._truth.masses) == 3
    assert not window.actions_by_name["pen"].isVisible() or not window.switch.tools.isVisible()
    assert not window.actions_by_name["machine"].isEnabled()


def test_space_lets_the_chains_walk_and_a_single_step_pauses_them(window: Window, lab: ChainsLab, qtbot: QtBot):
    pane = lab.panes[0]
    lab.transport.set_speed(None)
    window.actions_by_name["play"].trigger()
    qtbot.waitUntil(lambda: pane.measures is not None and math.isfinite(max(pane.measures.r_hat)), timeout=WAIT_MSECS)
    assert window.actions_by_name["play"].text() == "Pause"
    window.actions_by_name["step"].trigger()
    qtbot.waitUntil(lambda: not lab.is_playing, timeout=WAIT_MSECS)
    qtbot.wait(300)
    step = pane.chains.step
    window.actions_by_name["step"].trigger()
    qtbot.waitUntil(lambda: pane.chains.step == step + 1, timeout=WAIT_MSECS)
    assert window.actions_by_name["play"].text() == "Play"
    assert not window.experiment.is_playing


def test_ten_thousand_steps_at_once_find_the_masses_of_the_basins(lab: ChainsLab, qtbot: QtBot):
    pane = lab.panes[0]
    lab._skip.click()
    qtbot.waitUntil(lambda: pane.measures is not None and pane.measures.step == 10_000, timeout=WAIT_MSECS)
    np.testing.assert_allclose(pane.measures.occupancy, pane.layer._truth.masses, atol=0.2)
    text = lab.table._table.item(0, 1).text()
    assert float(text) < 1.2


def test_another_sampler_beside_the_first_walks_on_the_same_landscape(window: Window, lab: ChainsLab, qtbot: QtBot):
    window.actions_by_name["add_pane"].trigger()
    assert len(lab.panes) == 2
    lab.active_pane.sampler_chosen.emit("mala")
    second = lab.panes[1]
    qtbot.waitUntil(lambda: second.layer._truth is not None, timeout=WAIT_MSECS)
    np.testing.assert_array_equal(second.layer._truth.masses, lab.panes[0].layer._truth.masses)
    assert "noise" in lab.sampler_panel.values()
    assert lab.table._table.rowCount() == 2
    window.actions_by_name["close_pane"].trigger()
    assert len(lab.panes) == 1


def test_a_typed_formula_becomes_the_landscape(lab: ChainsLab, qtbot: QtBot):
    pane = lab.panes[0]
    choose_target(lab, FORMULA)
    type_formula(lab, "(x - 5)**2 + (y - 5)**2")
    qtbot.waitUntil(lambda: abs(pane.layer._truth.mean - 5).max() < 0.05, timeout=WAIT_MSECS)
    x0, x1, y0, y1 = pane.view.canvas.home
    assert x0 < 5 < x1
    assert y0 < 5 < y1


def test_a_wrong_formula_is_told_while_it_is_typed_and_the_old_target_stays(lab: ChainsLab, qtbot: QtBot):
    before = lab._walks.place
    choose_target(lab, FORMULA)
    qtbot.waitUntil(lambda: lab.panes[0].layer._truth is not None, timeout=WAIT_MSECS)
    type_formula(lab, "x + ) 2")
    page = lab.target_page.formula_page
    assert "Something is missing" in page.says.text()
    assert lab._walks.place.energy == Energy(formula=page.formula)
    assert lab._walks.place.energy != before.energy
    choose_target(lab, "Banana")
    qtbot.waitUntil(lambda: len(lab.panes[0].layer._truth.masses) == 1, timeout=WAIT_MSECS)


def test_the_chains_walk_on_the_model_of_the_landscape_lab(window: Window, lab: ChainsLab, qtbot: QtBot):
    window.show_lab()
    with qtbot.waitSignal(window.document.sketch_replaced, timeout=WAIT_MSECS):
        window.desk.ask_for(Data(preset="two_moons", n=300, seed=0))
    window.choose_family("gaussian_mixture")
    window.experiment.step_once()
    window.show_chains()
    before = lab.panes[0].layer._truth
    choose_target(lab, MODEL)
    qtbot.waitUntil(lambda: lab.panes[0].layer._truth is not before, timeout=WAIT_MSECS)
    assert lab.panes[0].layer._truth.extent == pytest.approx(window.document.sketch.extent)


def test_a_click_starts_all_chains_there(lab: ChainsLab, qtbot: QtBot):
    canvas = lab.panes[0].view.canvas
    place = canvas.getPlotItem().getViewBox().mapViewToScene(canvas.getPlotItem().getViewBox().viewRect().center())
    QTest.mouseClick(canvas.viewport(), Qt.MouseButton.LeftButton, pos=place.toPoint())
    x0, x1, y0, y1 = canvas.extent
    middle = np.array([(x0 + x1) / 2, (y0 + y1) / 2])
    pane = lab.panes[0]

    def all_are_there() -> bool:
        return pane.chains is not None and abs(pane.chains.positions - middle).max() < 0.1

    qtbot.waitUntil(all_are_there, timeout=WAIT_MSECS)


def test_sharper_the_truth_is_narrower_and_the_chains_walk_on(lab: ChainsLab, qtbot: QtBot):
    pane = lab.panes[0]
    wide = pane.layer._truth.covariance[0, 0]
    lab.look_panel._controls["sharpness"].set_value(2.0)
    lab.look_panel._on_changed()
    qtbot.waitUntil(lambda: pane.layer._truth.covariance[0, 0] != wide, timeout=WAIT_MSECS)
    assert len(pane.layer._truth.masses) == 3


def test_the_lab_outlives_the_engine(window: Window, lab: ChainsLab, qtbot: QtBot):
    with qtbot.waitSignal(window.experiment.engine_died, timeout=WAIT_MSECS):
        psutil.Process(window.experiment.catalogue.pid).kill()
    with qtbot.waitSignal(window.experiment.became_ready, timeout=WAIT_MSECS):
        window.restart_engine()
    lab.panes[0].chains = None
    window.actions_by_name["step"].trigger()
    qtbot.waitUntil(lambda: lab.panes[0].chains is not None and lab.panes[0].chains.step == 1, timeout=WAIT_MSECS)
    assert lab.panes[0]._name.text() == "Random walk Metropolis ▾"
    assert len(lab.panes[0]._menu.actions()) == 16


def test_the_pages_at_the_bottom_follow_their_keys_and_each_lab_keeps_its_own(window: Window, lab: ChainsLab):
    measures, traces = window.actions_by_name["measures"], window.actions_by_name["traces"]
    measures.trigger()
    assert lab.bottom.page == "measures"
    assert not traces.isChecked()
    lab.bottom.show_page("basins")
    assert not measures.isChecked()
    window.show_lab()
    assert traces.isChecked()
    assert not measures.isChecked()
    window.show_chains()
    assert lab.bottom.page == "basins"
    traces.trigger()
    assert lab.bottom.page == "traces"
    traces.trigger()
    assert lab.bottom.page == ""


def test_the_trap_is_measured_while_the_chains_walk(window: Window, lab: ChainsLab, qtbot: QtBot):
    page, pane = lab.bottom.trap, lab.panes[0]
    page._boxes["steps"].setValue(200)
    lab.transport.set_speed(None)
    window.actions_by_name["play"].trigger()
    page._measure.click()
    step = pane.chains.step
    qtbot.waitUntil(lambda: not lab._walks.trap.is_busy, timeout=WAIT_MSECS)
    points = lab._walks.trap.points
    assert [point.sharpness for point in points] == list(page.sharpnesses)
    assert points[0].switches > points[-1].switches
    qtbot.waitUntil(lambda: pane.chains.step > step, timeout=WAIT_MSECS)


def test_the_draws_of_all_panes_go_into_one_file(window: Window, lab: ChainsLab, qtbot: QtBot, tmp_path, monkeypatch):
    window.actions_by_name["add_pane"].trigger()
    lab._skip.click()
    qtbot.waitUntil(lambda: all(pane.chains and pane.chains.step == 10_000 for pane in lab.panes), timeout=WAIT_MSECS)
    path = tmp_path / "draws.npz"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    with qtbot.waitSignal(lab.noticed, timeout=WAIT_MSECS) as told:
        window.actions_by_name["export_draws"].trigger()
    assert str(path) in told.args[0]
    with np.load(path) as found:
        assert {found[name].shape for name in found} == {(4, 9800, 2)}
    window.show_lab()
    assert not window.actions_by_name["export_draws"].isEnabled()


def test_the_difference_of_densities_is_shown_with_its_scale(lab: ChainsLab, qtbot: QtBot):
    pane = lab.panes[0]
    lab._skip.click()
    lab.look_panel._controls["shown"].set_value("difference")
    lab.look_panel._on_changed()
    qtbot.waitUntil(lambda: pane.measures is not None and pane.measures.density.size > 0, timeout=WAIT_MSECS)
    x0, x1, y0, y1 = pane.layer._truth.extent
    values = pane.density.values
    assert abs(values.sum() * (x1 - x0) * (y1 - y0) / values.size) < 0.02
    assert lab.bar.ticks[0][0] == 0.0
    lab.look_panel._controls["shown"].set_value("landscape")
    lab.look_panel._on_changed()
    assert pane.density.values is None


def test_in_slow_motion_a_single_step_is_a_single_phase(window: Window, lab: ChainsLab, qtbot: QtBot):
    pane = lab.panes[0]
    slow, step = window.actions_by_name["slow_motion"], window.actions_by_name["step"]
    slow.trigger()
    step.trigger()
    qtbot.waitUntil(lambda: pane.chains is not None and pane.chains.step == 1, timeout=WAIT_MSECS)
    names = [phase.name for phase in pane.story.phases]
    assert names[:3] == ["propose a jump", "compare energies", "draw u"]
    for name in names:
        assert pane.words.accessibleName().startswith(name)
        assert pane.chains.step == 1
        step.trigger()
    qtbot.waitUntil(lambda: pane.chains.step == 2, timeout=WAIT_MSECS)
    assert pane.words.accessibleName().startswith("propose a jump")
    lab.transport.set_speed(20)
    window.actions_by_name["play"].trigger()
    qtbot.waitUntil(lambda: pane.chains.step >= 4, timeout=WAIT_MSECS)
    assert window.actions_by_name["play"].text() == "Pause"
    slow.trigger()
    assert lab.transport.steps_per_second == 5
    qtbot.waitUntil(lambda: pane.chains.step >= 6, timeout=WAIT_MSECS)
    window.actions_by_name["play"].trigger()
    assert not lab.is_playing


def test_the_keys_of_sketch_tools_do_not_leave_the_chains(window: Window, lab: ChainsLab):
    assert not any(window.actions_by_name[name].isEnabled() for name in ("pen", "eraser", "select"))
    window.show_lab()
    assert window.actions_by_name["pen"].isEnabled()


def test_four_panes_are_equally_high_and_every_sampler_works(window: Window, lab: ChainsLab, qtbot: QtBot):
    window.resize(1280, 720)
    lab.set_slow_motion(True)
    bottom_px = lab.bottom.height()
    for _ in range(3):
        lab.add_pane()
    qtbot.waitUntil(lambda: all(pane.chains is not None for pane in lab.panes), timeout=WAIT_MSECS)
    assert not any(pane.walk.trouble for pane in lab.panes)
    heights = [pane.height() for pane in lab.panes]
    assert max(heights) - min(heights) <= 1
    assert min(pane.view.height() for pane in lab.panes) > 100
    assert lab.bottom.height() < bottom_px
    lab.close_pane()
    lab.close_pane()
    qtbot.waitUntil(lambda: lab.bottom.height() == bottom_px)


def test_the_picture_on_the_clipboard_is_of_the_page(window: Window, lab: ChainsLab, monkeypatch):
    taken = []
    monkeypatch.setattr(canvas_picture, "picture_of", lambda canvas: taken.append(canvas) or QImage(8, 8, RGB))
    window.actions_by_name["copy_screenshot"].trigger()
    window.show_lab()
    window.actions_by_name["copy_screenshot"].trigger()
    assert taken == [lab.canvas, window.lab.canvas]


RECIPE = {
    "version": 1,
    "lab": "chains",
    "seed": 3,
    "energy": {"formula": "x**2 + 2*y**2"},
    "samplers": [
        {"name": "mala", "params": {"step_size": 0.2}, "chains": 6, "draws": 10, "warmup": 30},
        {"name": "slice", "chains": 6, "draws": 10, "warmup": 30},
    ],
    "sharpness": 2.0,
    "start": [0.5, 0.25],
    "bumps": [[0.0, 0.5, 2.0, 0.3]],
}


def test_a_recipe_of_chains_opens_in_the_window_as_it_was_saved(window: Window, lab: ChainsLab, qtbot, tmp_path):
    made = any_from_plain(RECIPE)
    (tmp_path / "chains.json").write_text(json.dumps(RECIPE))
    window.show_lab()
    window.desk.open_path(str(tmp_path / "chains.json"))
    assert window.page is lab
    again = lab.recipe(window.desk.recipe)
    for name in ("energy", "sharpness", "start", "bumps", "seed"):
        assert getattr(again, name) == getattr(made, name), name
    assert [(each.name, each.chains, each.warmup) for each in again.samplers] == [("mala", 6, 30), ("slice", 6, 30)]
    assert again.samplers[0].params == {"step_size": 0.2}
    qtbot.waitUntil(lambda: all(pane.chains is not None for pane in lab.panes), timeout=WAIT_MSECS)
    assert not any(pane.walk.trouble for pane in lab.panes)
    assert len(lab.panes[1].chains.positions) == 6
    stroke = {"start": "wide", "places": [[0.0, 0.0], [1.0, 0.5], [2.0, 1.0], [3.0, 1.5], [4.0, 2.0], [5.0, 2.5]]}
    (tmp_path / "chains.json").write_text(json.dumps(RECIPE | stroke))
    window.desk.open_path(str(tmp_path / "chains.json"))
    assert lab.recipe(window.desk.recipe).places == any_from_plain(RECIPE | stroke).places


def test_a_recipe_of_chains_on_a_model_brings_the_model_and_its_points(window: Window, lab: ChainsLab, qtbot, tmp_path):
    plain = {**RECIPE, "data": {"preset": "two_moons", "n": 100}, "model": {"name": "gaussian_mixture"}}
    plain |= {"energy": None, "start": "data", "bumps": []}
    (tmp_path / "chains.json").write_text(json.dumps(plain))
    window.desk.open_path(str(tmp_path / "chains.json"))
    qtbot.waitUntil(lambda: len(lab.panes) == 2, timeout=WAIT_MSECS)
    assert window.experiment.model.name == "gaussian_mixture"
    assert window.document.sketch.num_points == 100
    again = lab.recipe(window.desk.recipe)
    assert (again.energy, again.start) == (None, "data")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"samplers": [{"name": "nutz"}]}, "no sampler 'nutz'"),
        ({"samplers": [{"name": "mala", "params": {"step_size": 9.0}}]}, "step_size is 9.0"),
        ({"energy": {"analytic": "nope"}}, "no target 'nope'"),
        ({"samplers": [{"name": "mala", "chains": 5000}]}, "chains is 5000"),
        ({"sharpness": 1000.0}, "sharpness is 1000"),
    ],
)
def test_a_recipe_that_the_page_cannot_show_is_refused_and_nothing_changes(
    window: Window, lab: ChainsLab, tmp_path, change, says
):
    before, told = lab.recipe(window.desk.recipe), []
    window.desk.noticed.connect(told.append)
    (tmp_path / "chains.json").write_text(json.dumps(RECIPE | change))
    window.desk.open_path(str(tmp_path / "chains.json"))
    assert says in told[0]
    assert lab.recipe(window.desk.recipe) == before
