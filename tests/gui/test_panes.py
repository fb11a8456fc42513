"""Panes side by side: equally large whatever their families' names, and the menu of families."""

import msgspec
import pytest
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QLabel, QMenu, QSplitter, QWidgetAction

from engine.messages import Entry
from engine.recipe import Model
from gui import family_menu
from gui.bottom import Bottom
from gui.experiment import Experiment
from gui.landscape_view import LandscapeView
from gui.panes import Panes


class SilentLink(QObject):
    received = Signal(object)
    died = Signal(str)

    def start(self):
        pass

    def send(self, message):
        pass


@pytest.fixture
def experiment(qapp):
    return Experiment(SilentLink(), "cpu")


def entry(name, kind):
    return Entry(name, name.title(), "It helps. More.", "", "", (), kind=kind)


@pytest.mark.parametrize("num_panes", [2, 3, 4])
def test_all_panes_have_pictures_of_one_size_however_long_their_names_are(experiment, qtbot, num_panes):
    panes = Panes(experiment)
    qtbot.addWidget(panes)
    for _ in range(num_panes - 1):
        experiment.add_run(Model("kmeans"), seed=0)
    panes.update_panes()
    panes.all[0].show_entry(entry("a family with a name that is far too long for any pane", "Reconstruction"))
    panes.resize(800, 400)
    panes.show()
    qtbot.waitExposed(panes)
    sizes = [pane.view.canvas.size() for pane in panes.all]
    assert max(each.width() for each in sizes) - min(each.width() for each in sizes) <= 1
    assert max(each.height() for each in sizes) - min(each.height() for each in sizes) <= 3
    panes.all[0].view.canvas.zoom(0.5)  # a part of it
    panes.resize(900, 250)
    canvases = [pane.view.canvas for pane in panes.all]
    x0, x1, y0, y1 = canvases[0].home

    def show_all_of_the_sketch() -> bool:
        shown = [canvas.extent for canvas in canvases]
        return all(a <= x0 and x1 <= b and c <= y0 and y1 <= d for a, b, c, d in shown)

    qtbot.waitUntil(show_all_of_the_sketch)
    panes.hide()


def test_a_remark_is_no_higher_than_its_lines(experiment, qtbot, capfd):
    panes = Panes(experiment)
    qtbot.addWidget(panes)
    panes.update_panes()
    panes.resize(420, 300)
    panes.show()
    qtbot.waitExposed(panes)
    pane = panes.all[0]
    pane._remark = "Level 10 of 10: data blurred by 0.02 of half the home view."
    for width in (150, 420):
        panes.resize(width, 300)
        qtbot.wait(1)
        pane._tell()
    assert pane._says.height() <= 3 * pane._says.fontMetrics().height() + 12
    pane._remark = ""
    pane._tell()
    assert pane._says.isHidden()
    assert capfd.readouterr().err == ""
    panes.hide()


def test_only_densities_set_the_common_scale_of_densities(experiment, qtbot, monkeypatch):
    panes = Panes(experiment)
    qtbot.addWidget(panes)
    experiment.add_run(Model("kmeans"), seed=0)
    panes.update_panes()
    highest = dict(zip([pane.view for pane in panes.all], (0.5, 9.0), strict=True))
    monkeypatch.setattr(LandscapeView, "highest", property(highest.get))
    panes.set_mode("density")
    assert [pane.view._top for pane in panes.all] == [9.0, 9.0]
    panes.all[1].show_entry(msgspec.structs.replace(entry("kmeans", "Centres"), is_density=False))
    panes.set_mode("density")
    assert [pane.view._top for pane in panes.all] == [0.5, 0.5]


def test_the_menu_of_families_names_their_kinds_and_ticks_the_one_that_is_there(qtbot):
    menu, chosen = QMenu(), []
    qtbot.addWidget(menu)
    family_menu.fill(menu, [entry("pca", "Reconstruction"), entry("flow", "Exact likelihood")], chosen.append)
    headings = [action.defaultWidget() for action in menu.actions() if isinstance(action, QWidgetAction)]
    assert [each.text() for each in headings if isinstance(each, QLabel)] == ["Reconstruction", "Exact likelihood"]
    family_menu.mark(menu, "flow")
    assert [action.data() for action in menu.actions() if action.isChecked()] == ["flow"]
    next(action for action in menu.actions() if action.data() == "pca").trigger()
    assert chosen == ["pca"]


def test_each_page_at_the_bottom_is_as_high_as_it_was_left(experiment, qtbot):
    stage = QSplitter()
    qtbot.addWidget(stage)
    stage.setOrientation(stage.orientation().Vertical)
    panes, bottom = Panes(experiment, stage), Bottom(experiment, stage)
    panes.update_panes()
    stage.resize(900, 700)
    stage.show()
    qtbot.waitExposed(stage)
    bottom.show_page("machine")
    machine_px = bottom.height()
    bottom.show_page("measures")
    assert bottom.height() < machine_px
    stage.setSizes([300, 400])
    left_px = bottom.height()
    bottom.show_page("machine")
    assert bottom.height() == machine_px
    bottom.show_page("measures")
    assert bottom.height() == left_px
    stage.hide()
