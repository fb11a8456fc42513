"""The chains lab's targets with a real engine: dug by hand, wrong, or never finite; and where chains start."""

import numpy as np
import psutil
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from engine import recipe
from engine.recipe import Data
from gui.labs.chains import ChainsLab
from gui.target_page import FORMULA, MODEL
from gui.window import Window
from tests.smoke.test_chains_lab import WAIT_MSECS, choose_target, lab, type_formula

__all__ = ["lab"]


def at(lab: ChainsLab, x: float, y: float):
    box = lab.panes[0].view.canvas.getPlotItem().getViewBox()
    return box.mapViewToScene(QPointF(x, y)).toPoint()


def drag(lab: ChainsLab, *places: tuple[float, float]) -> None:
    view = lab.panes[0].view.canvas.viewport()
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=at(lab, *places[0]))
    for place in places[1:]:
        QTest.mouseMove(view, at(lab, *place))
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=at(lab, *places[-1]))


def turn(panel, name: str, value: float) -> None:
    panel._controls[name].set_value(value)
    panel._on_changed()


def test_a_hole_dug_by_hand_is_a_new_basin_for_every_walk_and_survives_the_engine(
    window: Window, lab: ChainsLab, qtbot: QtBot, tmp_path, monkeypatch
):
    window.actions_by_name["add_pane"].trigger()
    first, second = lab.panes
    qtbot.waitUntil(lambda: second.layer._truth is not None, timeout=WAIT_MSECS)
    window.actions_by_name["step"].trigger()
    qtbot.waitUntil(lambda: first.chains.step == 1, timeout=WAIT_MSECS)
    window.actions_by_name["dig_land"].trigger()
    turn(lab.hand_page.panel, "height", 12.0)
    drag(lab, (2.6, 2.6), (2.8, 2.8))

    def has_basins(count: int) -> bool:
        return all(len(pane.layer._truth.masses) == count for pane in (first, second))

    qtbot.waitUntil(lambda: has_basins(4), timeout=WAIT_MSECS)
    window.actions_by_name["step"].trigger()
    qtbot.waitUntil(lambda: first.chains.step == 2, timeout=WAIT_MSECS)  # the chains walk on
    assert window.actions_by_name["undo"].text() == "Undo dig"
    window.actions_by_name["undo"].trigger()
    qtbot.waitUntil(lambda: has_basins(3), timeout=WAIT_MSECS)
    window.actions_by_name["redo"].trigger()
    qtbot.waitUntil(lambda: has_basins(4), timeout=WAIT_MSECS)

    with qtbot.waitSignal(window.experiment.engine_died, timeout=WAIT_MSECS):
        psutil.Process(window.experiment.catalogue.pid).kill()
    first.layer._truth = second.layer._truth = None
    with qtbot.waitSignal(window.experiment.became_ready, timeout=WAIT_MSECS):
        window.restart_engine()
    qtbot.waitUntil(lambda: None not in (first.layer._truth, second.layer._truth), timeout=WAIT_MSECS)
    qtbot.waitUntil(lambda: has_basins(4), timeout=WAIT_MSECS)

    path = tmp_path / "chains.json"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *about: (str(path), ""))
    window.actions_by_name["export_recipe"].trigger()
    kept = recipe.read(path)
    assert len(kept.samplers) == 2
    np.testing.assert_allclose(kept.bumps, lab.sculpting.kept, rtol=1e-5)

    window.actions_by_name["flatten"].trigger()
    qtbot.waitUntil(lambda: has_basins(3), timeout=WAIT_MSECS)
    window.show_lab()
    assert not window.actions_by_name["undo"].isEnabled()
    assert window.actions_by_name["undo"].text() == "Undo"


WRONG = {
    "0*x + 0*y": "no finite mass",
    "-x**2 - y**2": "finite mass",
    "log(-1 - x**2) + y": "finite",
    "x": "no finite mass",
}


def test_a_formula_that_cannot_be_walked_on_says_so_and_the_chains_before_it_stay(
    window: Window, lab: ChainsLab, qtbot: QtBot
):
    pane = lab.panes[0]
    choose_target(lab, FORMULA)
    for formula, words in WRONG.items():
        type_formula(lab, formula)
        qtbot.waitUntil(lambda words=words: words in pane.trouble.text(), timeout=WAIT_MSECS)
        assert pane.trouble.isVisible()
        assert lab.target_page.trouble.text() == pane.trouble.text()
        assert "stay as they are" in pane.trouble.text()
    step = pane.chains.step if pane.chains is not None else 0
    window.actions_by_name["step"].trigger()
    qtbot.waitUntil(lambda: pane.chains is not None and pane.chains.step == step + 1, timeout=WAIT_MSECS)
    assert pane.trouble.isVisible()  # it stays until the target is right
    type_formula(lab, "(x - 5)**2 + y**2")
    qtbot.waitUntil(lambda: abs(pane.layer._truth.mean - [5, 0]).max() < 0.05, timeout=WAIT_MSECS)
    assert not pane.trouble.isVisible()
    assert not lab.target_page.trouble.isVisible()


def test_where_the_energy_is_not_finite_no_chain_starts_and_none_is_spoiled(
    window: Window, lab: ChainsLab, qtbot: QtBot
):
    pane = lab.panes[0]
    choose_target(lab, FORMULA)
    type_formula(lab, "x + y**2 - log(x)")
    qtbot.waitUntil(lambda: pane.layer._truth is not None and pane.layer._truth.mean[0] > 1, timeout=WAIT_MSECS)
    drag(lab, (-0.5, 0.0))
    qtbot.waitUntil(lambda: "chains start where the energy is not finite" in pane.trouble.text(), timeout=WAIT_MSECS)
    drag(lab, (2.0, 0.0))
    qtbot.waitUntil(lambda: pane.chains is not None and not pane.trouble.isVisible(), timeout=WAIT_MSECS)
    lab._skip.click()
    qtbot.waitUntil(lambda: pane.measures is not None and pane.measures.step == 10_000, timeout=WAIT_MSECS)
    assert np.isfinite(pane.chains.positions).all()
    assert (pane.chains.positions[:, 0] > 0).all()
    assert not pane.trouble.isVisible()


STEPS = {
    ("langevin", 1.0): "4 of 4 chains have gone",
    ("hmc", 1.0): "smaller step size",
    ("random_walk", 0.0): "larger step size",
}


def test_a_step_size_that_is_huge_or_nothing_is_named_with_its_remedy(lab: ChainsLab, qtbot: QtBot):
    pane = lab.panes[0]
    turn(lab.start_page.panel, "warm_up", 0)
    choose_target(lab, FORMULA)
    type_formula(lab, "(x**2 + y**2)**2")
    for (sampler, step_size), words in STEPS.items():
        lab.active_pane.sampler_chosen.emit(sampler)
        box = lab.sampler_panel._controls["step_size"]._box
        box.setValue(step_size)  # as typed; what is out of range becomes the nearest there is
        lab._walks.skip(400)
        qtbot.waitUntil(lambda words=words: words in pane.trouble.text(), timeout=WAIT_MSECS)
        assert pane.trouble.isVisible()


def test_chains_are_spread_along_a_stroke_and_go_back_to_wide(lab: ChainsLab, qtbot: QtBot):
    pane = lab.panes[0]
    count = 4

    def is_along() -> bool:
        if pane.chains is None or len(pane.chains.positions) != count:
            return False
        return abs(pane.chains.positions[:, 1] - 1.0).max() < 0.05

    drag(lab, (-2.0, 1.0), (0.0, 1.0), (2.0, 1.0))
    for count in (1, 4096):
        turn(lab.start_page.panel, "chains", count)
        qtbot.waitUntil(is_along, timeout=WAIT_MSECS)
        np.testing.assert_allclose(pane.chains.positions[:, 0], np.linspace(-2.0, 2.0, count), atol=0.1)
    choice = lab.start_page._choice
    choice.setCurrentIndex(0)
    choice.activated.emit(0)
    qtbot.waitUntil(lambda: pane.chains is not None and not is_along(), timeout=WAIT_MSECS)
    assert len(pane.chains.positions) == count


def test_chains_start_at_the_data_of_the_model_that_they_walk_on(window: Window, lab: ChainsLab, qtbot: QtBot):
    choose_target(lab, MODEL)
    pane = lab.panes[0]
    lab.start_page._choice.activated.emit(3)
    assert lab.start_page.kind == "wide"  # there are no points yet
    window.show_lab()
    with qtbot.waitSignal(window.document.sketch_replaced, timeout=WAIT_MSECS):
        window.desk.ask_for(Data(preset="two_moons", n=300, seed=0))
    window.choose_family("gaussian_mixture")
    window.experiment.step_once()
    window.show_chains()
    lab.start_page._choice.activated.emit(3)
    points = window.document.sketch.points

    def are_points() -> bool:
        if pane.chains is None:
            return False
        return np.hypot(*(pane.chains.positions[:, None] - points).T).min(0).max() < 1e-4

    qtbot.waitUntil(are_points, timeout=WAIT_MSECS)
    assert lab.start_page.kind == "data"
    choose_target(lab, "Banana")
    assert lab.start_page.kind == "wide"
