"""What a person does, from the mouse to the picture, with a real engine."""

import json
import sys
from pathlib import Path

import msgspec
import numpy as np
import psutil
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot

from engine.messages import Landscape
from engine.recipe import Data
from gui.projects import contents
from gui.window import Window

WAIT_MSECS = 20_000


def draw_stroke(window: Window, begin: tuple[float, float], end: tuple[float, float]) -> None:
    """Drag the left button between two places, given as shares of the canvas's width and height."""
    canvas = window.lab.canvas
    area = canvas.viewport().rect()
    ends = [np.array([x * area.width(), y * area.height()]) for x, y in (begin, end)]
    places = [QPoint(*(ends[0] + share * (ends[1] - ends[0])).astype(int)) for share in np.linspace(0, 1, 12)]
    QTest.mousePress(canvas.viewport(), Qt.MouseButton.LeftButton, pos=places[0])
    for place in places[1:]:
        QTest.mouseMove(canvas.viewport(), place)
    QTest.mouseRelease(canvas.viewport(), Qt.MouseButton.LeftButton, pos=places[-1])


def press(window: Window, qtbot: QtBot, key: Qt.Key) -> None:
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    QTest.keyClick(window.lab.canvas, key)


def next_landscape(window: Window, qtbot: QtBot, is_wanted=lambda landscape: True) -> Landscape:
    with qtbot.waitSignal(window.experiment.landscape_came, timeout=WAIT_MSECS, check_params_cb=is_wanted) as came:
        pass
    return came.args[0]


def choose_sample(window: Window, qtbot: QtBot, data: Data) -> None:
    with qtbot.waitSignal(window.document.sketch_replaced, timeout=WAIT_MSECS):
        window.desk.ask_for(data)


def drop(window: Window, path: Path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    event = QDropEvent(
        QPointF(200, 200), Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    window.lab.canvas.dropEvent(event)


def test_sketching_and_pressing_space_lets_a_landscape_form_where_the_points_are(window: Window, qtbot: QtBot):
    window.show_lab()
    draw_stroke(window, (0.4, 0.4), (0.6, 0.6))
    assert window.document.sketch.num_points > 10
    press(window, qtbot, Qt.Key.Key_Space)
    assert window.experiment.is_playing
    later = next_landscape(window, qtbot, lambda landscape: landscape.step > 60)
    press(window, qtbot, Qt.Key.Key_Space)
    assert not window.experiment.is_playing
    middle = window.document.sketch.points.mean(axis=0)
    x0, x1, y0, y1 = later.extent
    rows, columns = later.energy.shape
    column = int((middle[0] - x0) / (x1 - x0) * columns)
    row = int((middle[1] - y0) / (y1 - y0) * rows)
    assert later.energy[row, column] < np.median(later.energy) - 1


def test_a_stroke_while_it_trains_is_learnt_without_a_new_network(window: Window, qtbot: QtBot):
    choose_sample(window, qtbot, Data(preset="two_moons", seed=0))
    window.experiment.play(True)
    before = next_landscape(window, qtbot, lambda landscape: landscape.step > 20)
    draw_stroke(window, (0.2, 0.2), (0.3, 0.2))
    version = window.document.version
    after = next_landscape(window, qtbot, lambda landscape: landscape.data_version == version)
    assert after.step >= before.step


def test_choosing_a_sample_on_the_welcome_page_opens_the_lab_with_its_points(window: Window, qtbot: QtBot):
    with qtbot.waitSignal(window.document.sketch_replaced, timeout=WAIT_MSECS):
        window.welcome.preset_chosen.emit("pinwheel")
    assert window.pages.currentWidget() is window.lab
    assert window.document.sketch.num_points == 2000
    assert window.document.sketch.truth.preset == "pinwheel"


def test_a_dropped_csv_keeps_the_users_numbers_and_undo_brings_the_sketch_back(
    window: Window, qtbot: QtBot, tmp_path: Path
):
    window.show_lab()
    draw_stroke(window, (0.3, 0.3), (0.5, 0.3))
    drawn = window.document.sketch
    path = tmp_path / "height and weight.csv"
    path.write_text("height,weight\n1500,0.1\n1700,0.2\n1900,0.15\n")
    with qtbot.waitSignal(window.document.sketch_replaced, timeout=WAIT_MSECS):
        drop(window, path)
    np.testing.assert_array_equal(window.document.sketch.points, [[1500, 0.1], [1700, 0.2], [1900, 0.15]])
    x0, x1, y0, y1 = window.lab.canvas.extent
    assert x0 < 1500 < 1900 < x1
    assert y0 < 0.1 < 0.2 < y1
    assert window.desk.recent() == [str(path)]
    window.actions_by_name["undo"].trigger()
    np.testing.assert_array_equal(window.document.sketch.points, drawn.points)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("points.csv", b"x,y\n1,2\n3,abc\n", "row 3"),
        ("points.npy", b"\x93NUMPY nonsense", "points.npy"),
        ("empty.csv", b"", "empty.csv"),
        ("picture.png", b"\x89PNG\r\n\x1a\n not really", "picture.png"),
    ],
)
def test_a_bad_file_is_told_in_one_sentence_and_the_sketch_is_untouched(
    window: Window, qtbot: QtBot, tmp_path: Path, name: str, content: bytes, words: str
):
    window.show_lab()
    draw_stroke(window, (0.3, 0.3), (0.5, 0.3))
    before = window.document.sketch
    (tmp_path / name).write_bytes(content)
    with qtbot.waitSignal(window.experiment.noticed, timeout=WAIT_MSECS) as told:
        drop(window, tmp_path / name)
    assert words in told.args[0].text
    assert "\n" not in told.args[0].text
    assert window.document.sketch is before
    assert window.strip.isVisible()


def test_a_knob_takes_effect_and_only_a_knob_of_the_shape_makes_a_new_network(window: Window, qtbot: QtBot):
    choose_sample(window, qtbot, Data(preset="two_moons", n=200, seed=0))
    window.experiment.play(True)
    next_landscape(window, qtbot, lambda landscape: landscape.step > 5)
    with qtbot.assertNotEmitted(window.experiment.network_began, wait=300):
        window.experiment.set_params({"learning_rate": 0.01})
    with qtbot.waitSignal(window.experiment.network_began, timeout=WAIT_MSECS) as began:
        window.experiment.set_params({"width": 16})
    assert began.args[0].parameters < 5000
    assert next_landscape(window, qtbot).step < 500


def test_energies_that_run_away_pause_the_run_and_name_the_knob(window: Window, qtbot: QtBot):
    choose_sample(window, qtbot, Data(preset="two_moons", n=200, seed=0))
    runaway = {"negative_phase": "cd", "is_adjusted": False, "step_size": 0.5, "learning_rate": 0.1}
    window.experiment.set_params({**runaway, "weight_decay": 0.0, "langevin_steps": 1})
    with qtbot.waitSignal(window.experiment.noticed, timeout=60_000) as told:
        window.experiment.play(True)
    assert "learning rate" in told.args[0].text
    assert not window.experiment.is_playing
    assert not window.actions_by_name["play"].isChecked()


def test_playing_without_points_says_what_to_do(window: Window, qtbot: QtBot):
    with qtbot.waitSignal(window.experiment.noticed, timeout=WAIT_MSECS) as told:
        window.actions_by_name["play"].trigger()
    assert told.args[0].text == "Draw at least 2 points before training."
    assert not window.actions_by_name["play"].isChecked()


def test_after_the_engine_is_killed_restart_goes_on_with_sketch_knobs_and_weights(window: Window, qtbot: QtBot):
    choose_sample(window, qtbot, Data(preset="two_moons", n=500, seed=0))
    window.experiment.set_params({"learning_rate": 0.002})
    window.experiment.play(True)
    next_landscape(window, qtbot, lambda landscape: landscape.step > 30)
    window.experiment.play(False)
    qtbot.wait(300)  # the pause brings a last checkpoint
    sketch, params, pid = window.document.sketch, window.experiment.model.params, window.experiment.catalogue.pid
    with qtbot.waitSignal(window.experiment.engine_died, timeout=2000):
        psutil.Process(pid).kill()
    assert window.strip.isVisible()
    with qtbot.waitSignal(window.experiment.became_ready, timeout=60_000):
        window.strip.restart_asked.emit()
    landscape = next_landscape(window, qtbot, lambda landscape: landscape.step > 0)
    assert landscape.step > 30
    assert landscape.data_version == window.document.version
    assert window.document.sketch is sketch
    assert window.experiment.model.params == params
    assert window.experiment.catalogue.pid != pid


def test_a_sample_chosen_while_the_engine_is_dead_comes_after_the_restart(window: Window, qtbot: QtBot):
    with qtbot.waitSignal(window.experiment.engine_died, timeout=2000):
        psutil.Process(window.experiment.catalogue.pid).kill()
    window.desk.choose_preset("rings")
    window.desk.choose_preset("circles")
    with qtbot.waitSignal(window.document.sketch_replaced, timeout=60_000):
        window.strip.restart_asked.emit()
    assert window.document.sketch.truth.preset == "circles"
    choose_sample(window, qtbot, Data(preset="two_moons", n=50, seed=0))
    assert window.document.sketch.num_points == 50


@pytest.mark.parametrize(
    "change",
    [
        {"model": {"name": "no such model"}},
        {"model": {"params": {"width": -1}}},
        {"data": {"preset": "no such preset"}},
        {"data": {"file": "no such file.csv"}},
    ],
)
def test_a_recipe_that_cannot_be_opened_leaves_all_as_it_was(window: Window, qtbot: QtBot, tmp_path: Path, change):
    window.show_lab()
    draw_stroke(window, (0.4, 0.4), (0.6, 0.6))
    next_landscape(window, qtbot)  # the first network has begun
    before, model = window.document.sketch, window.experiment.model
    path = tmp_path / "recipe.json"
    path.write_text(json.dumps({"data": {"preset": "two_moons"}, "model": {"params": {"width": 16}}} | change))
    with qtbot.assertNotEmitted(window.experiment.network_began):
        window.desk.open_path(str(path))
        qtbot.waitUntil(window.strip.isVisible, timeout=WAIT_MSECS)
    assert window.document.sketch is before
    assert window.experiment.model is model


def test_sketching_works_before_the_engine_is_there(open_window, qtbot: QtBot):
    window = open_window(is_ready=False)
    window.show_lab()
    draw_stroke(window, (0.4, 0.4), (0.6, 0.6))
    assert window.document.sketch.num_points > 10


def test_an_engine_that_cannot_start_is_one_sentence_with_restart(open_window, qtbot: QtBot):
    window = open_window("/no/such/program", is_ready=False)
    with qtbot.waitSignal(window.experiment.engine_died, timeout=5000) as died:
        window.start_engine()
    assert "/no/such/program" in died.args[0]
    assert window.strip.isVisible()


def test_another_command_may_start_the_engine(open_window, qtbot: QtBot):
    window = open_window(f"sh -c 'exec {sys.executable} -m engine'")
    choose_sample(window, qtbot, Data(preset="circles", n=100, seed=0))
    window.experiment.play(True)
    assert next_landscape(window, qtbot, lambda landscape: landscape.step > 3).step > 3


def test_a_saved_recipe_brings_back_points_model_and_knobs(window: Window, qtbot: QtBot, tmp_path: Path, monkeypatch):
    path = tmp_path / "mine.json"
    monkeypatch.setattr("gui.desk.QFileDialog.getSaveFileName", lambda *_: (str(path), ""))
    window.show_lab()
    draw_stroke(window, (0.4, 0.4), (0.6, 0.6))
    window.experiment.set_params({"learning_rate": 0.002, "width": 32})
    drawn = window.document.sketch
    window.actions_by_name["export_recipe"].trigger()
    assert json.loads(path.read_text())["model"]["params"]["width"] == 32
    window.desk.clear()
    window.experiment.set_params({})
    with qtbot.waitSignal(window.document.sketch_replaced, timeout=WAIT_MSECS):
        window.desk.open_path(str(path))
    np.testing.assert_array_equal(window.document.sketch.points, drawn.points)
    assert window.document.sketch.extent == drawn.extent
    assert window.experiment.model.params == {"learning_rate": 0.002, "width": 32}
    assert window.lab.model_panel.values()["width"] == 32


def test_closing_asks_before_a_drawing_is_lost_and_saving_keeps_it(
    open_window, qtbot: QtBot, tmp_path: Path, monkeypatch
):
    window = open_window(is_ready=False)
    window.show_lab()
    draw_stroke(window, (0.4, 0.4), (0.6, 0.6))
    buttons = QMessageBox.StandardButton
    monkeypatch.setattr(QMessageBox, "question", lambda *_: buttons.Cancel)
    assert not window.close()
    path = tmp_path / "kept.escape"
    monkeypatch.setattr(QMessageBox, "question", lambda *_: buttons.Save)
    monkeypatch.setattr("gui.projects.keeper.QFileDialog.getSaveFileName", lambda *_: ("", ""))
    assert not window.close()
    monkeypatch.setattr("gui.projects.keeper.QFileDialog.getSaveFileName", lambda *_: (str(path), ""))
    assert not window.close()  # it does so by itself, once all is on the disk
    qtbot.waitUntil(lambda: not window.isVisible(), timeout=WAIT_MSECS)
    assert contents.read(path).sketch.num_points == window.document.sketch.num_points


def test_undo_takes_back_a_dragged_knob_of_a_sample_at_once(window: Window, qtbot: QtBot):
    choose_sample(window, qtbot, Data(preset="two_moons", n=100, seed=0))
    first = window.document.sketch
    choose_sample(window, qtbot, Data(preset="rings", n=100, seed=0))
    for noise in (0.1, 0.2, 0.3):
        choose_sample(window, qtbot, Data(preset="rings", n=100, args={"noise": noise}, seed=0))
    window.actions_by_name["undo"].trigger()
    assert window.document.sketch.truth == first.truth


def test_the_canvas_can_be_saved_as_a_picture(window: Window, qtbot: QtBot, tmp_path: Path, monkeypatch):
    path = tmp_path / "landscape.png"
    monkeypatch.setattr("gui.desk.QFileDialog.getSaveFileName", lambda *_: (str(path), ""))
    choose_sample(window, qtbot, Data(preset="two_moons", n=100, seed=0))
    window.actions_by_name["save_screenshot"].trigger()
    with Image.open(path) as picture:
        assert picture.width > 600


def test_a_thousand_frames_are_drawn_and_the_app_lives(window: Window, qtbot: QtBot):
    choose_sample(window, qtbot, Data(preset="eight_gaussians", n=500, seed=0))
    landscape = next_landscape(window, qtbot)
    for step in range(1000):
        shifted = msgspec.structs.replace(landscape, step=step, energy=np.roll(landscape.energy, step, axis=1))
        window.experiment.landscape_came.emit(shifted)
        window.lab.canvas.viewport().repaint()
        QApplication.processEvents()
    assert window.lab.canvas.isVisible()
