"""The latent lab with a real engine: what a person does there, and what comes of it.

Its model is PCA of 200 letters, which the app itself trains here in a second.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from engine.images.held_out import split
from engine.messages import PictureData
from gui.labs.latent import LatentLab
from gui.latent.algebra_page import AlgebraPage
from gui.latent.generate_page import GeneratePage
from gui.latent.interpolate_page import InterpolatePage
from gui.latent.memory_page import MemoryPage
from gui.latent.slide_page import SlidePage
from gui.latent.train_page import TrainPage
from gui.lecture.capture import cue_of
from gui.lecture.lesson import Pictures
from gui.lecture.pictures import PictureStage
from gui.window import Window

WAIT_MSECS = 60_000
GLYPHS = PictureData("glyphs", {"count": 200})


@pytest.fixture
def window(shared_window: Window) -> Window:
    return shared_window


@pytest.fixture
def lab(window: Window, qtbot: QtBot) -> Iterator[LatentLab]:
    """Shown, with a model of letters and pictures on the shelf; afterwards nothing walks, trains or is asked again."""
    yield with_letters(window, qtbot)
    show(window.latent, TrainPage)
    window.strip.on_closed()
    qtbot.waitUntil(lambda: not any(each.is_waiting for each in window.latent.session._channels.values()))


def with_letters(window: Window, qtbot: QtBot) -> LatentLab:
    window.actions_by_name["lab_latent"].trigger()
    lab = window.latent
    qtbot.waitUntil(lambda: lab.session.ready is not None or not lab.session.kinds, timeout=WAIT_MSECS)
    if not is_of_letters(lab):
        lab.session.train(GLYPHS, "pca", {"latents": 8}, 60.0, seed=0)
        qtbot.waitUntil(lambda: is_of_letters(lab), timeout=WAIT_MSECS)
    return lab


def is_of_letters(lab: LatentLab) -> bool:
    ready = lab.session.ready
    return ready is not None and ready.data_title == "Glyphs" and bool(lab.session.shelf)


def show(lab: LatentLab, kind: type) -> object:
    page = next(each for each in lab.pages.values() if isinstance(each, kind))
    lab.tabs.setCurrentWidget(page)
    return page


def test_a_slider_that_is_dragged_changes_the_picture(window: Window, lab: LatentLab, qtbot: QtBot):
    page = show(lab, SlidePage)
    qtbot.waitUntil(lambda: page.picture.item is not None, timeout=WAIT_MSECS)
    before = page.picture.item.pixels
    slider = page.sliders[0].slider
    for _ in range(13):
        QTest.keyClick(slider, Qt.Key.Key_PageUp)
    qtbot.waitUntil(lambda: not np.array_equal(page.picture.item.pixels, before), timeout=WAIT_MSECS)
    assert page.sliders[0].value == 3.0
    qtbot.waitUntil(lambda: page.sliders[0].strip._image is not None, timeout=WAIT_MSECS)
    # A drag to the left over the whole of the picture takes it back by three.
    picture = page.picture
    start, side = picture.rect().center(), min(picture.width(), picture.height())
    QTest.mousePress(picture, Qt.MouseButton.LeftButton, pos=start)
    end = start.__class__(start.x() - side, start.y())
    QTest.mouseMove(picture, end)
    QTest.mouseRelease(picture, Qt.MouseButton.LeftButton, pos=end)
    assert page.sliders[0].value == pytest.approx(0.0, abs=0.05)
    qtbot.waitUntil(lambda: not page._decoding.is_waiting, timeout=WAIT_MSECS)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow, timeout=WAIT_MSECS)
    picture.setFocus()
    QTest.keyClick(window.windowHandle(), Qt.Key.Key_K)
    assert lab.session.shelf[-1] is picture.item


def test_interpolation_ends_at_a_and_b_and_algebra_takes_back_what_it_adds(lab: LatentLab, qtbot: QtBot):
    a, b = lab.session.shelf[:2]
    page = show(lab, InterpolatePage)
    page.a.set_items([a])
    page.b.set_items([b])
    qtbot.waitUntil(lambda: len(page._rows) == 2, timeout=WAIT_MSECS)
    pixels, latent = page._rows
    assert np.array_equal(pixels.pictures[[0, -1]], np.stack([a.pixels, b.pixels]))
    assert latent.codes[[0, -1]] == pytest.approx(np.stack([a.code, b.code]), abs=1e-4)
    page = show(lab, AlgebraPage)
    for slot, item in zip(page.slots, (a, b, b), strict=False):
        slot.set_items([item])
    qtbot.waitUntil(lambda: page.result.item is not None, timeout=WAIT_MSECS)
    assert page.result.item.code == pytest.approx(a.code, abs=1e-4)
    assert np.abs(page.result.item.pixels.astype(int) - latent.pictures[0]).max() <= 1
    # A is drawn from factors, so that the sum has an exact answer: A itself.
    qtbot.waitUntil(lambda: page.exact.item is not None, timeout=WAIT_MSECS)
    assert np.array_equal(page.exact.item.pixels, a.pixels)


def test_a_picture_of_the_set_is_found_among_those_that_were_learnt(lab: LatentLab, qtbot: QtBot):
    page = show(lab, MemoryPage)
    kept = split(200, 0).kept.tolist()
    # The first twelve happen to be some that were held out.
    lab.shelf._more.click()
    qtbot.waitUntil(lambda: any(item.index in kept for item in lab.session.shelf), timeout=WAIT_MSECS)
    place = next(index for index, item in enumerate(lab.session.shelf) if item.index in kept)
    QTest.mouseClick(
        lab.shelf.grid, Qt.MouseButton.LeftButton, pos=lab.shelf.grid.place_of(place).center().toPoint()
    )  # fmt: skip
    qtbot.waitUntil(lambda: "one of these pictures" in page._told["pixels"].text(), timeout=WAIT_MSECS)
    # Of 200 a tenth was held out.
    assert "all 180 pictures" in page._against.text()


def test_chains_walk_in_the_latent_space_and_their_picture_follows(window: Window, lab: LatentLab, qtbot: QtBot):
    page = lab.landscape
    lab.tabs.setCurrentWidget(page)
    qtbot.waitUntil(lambda: page.followed.picture.item is not None, timeout=WAIT_MSECS)
    qtbot.waitUntil(lambda: page.pane.view.rgba is not None, timeout=WAIT_MSECS)
    before = page.followed.picture.item.pixels
    window.actions_by_name["play"].trigger()
    assert window.actions_by_name["play"].text() == "Pause"
    qtbot.waitUntil(lambda: page.pane.chains.step > 5, timeout=WAIT_MSECS)
    qtbot.waitUntil(lambda: not np.array_equal(page.followed.picture.item.pixels, before), timeout=WAIT_MSECS)
    # Who looks elsewhere lets nothing walk.
    show(lab, SlidePage)
    assert not page.is_playing
    assert window.actions_by_name["play"].text() == "Play"


def test_stop_and_use_ends_a_training_early_with_a_model(window: Window, lab: LatentLab, qtbot: QtBot):
    page, before = show(lab, TrainPage), lab.session.number
    page._source.setCurrentIndex(page._source.findData("digits"))
    page._model.setCurrentIndex(page._model.findData("autoencoder"))
    page._minutes.setValue(1)
    QTest.mouseClick(page._go, Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(lab.session.progress_came, timeout=WAIT_MSECS) as came:
        pass
    assert came.args[0].share < 1
    assert "steps/s" in page._told.text()
    with qtbot.waitSignal(lab.session.ready_came, timeout=WAIT_MSECS):
        QTest.mouseClick(page._stop, Qt.MouseButton.LeftButton)
    assert lab.session.number != before
    assert not lab.session.is_training
    assert "Done" in page._told.text()
    assert page.recipe().data.source == "digits"


def test_weights_are_saved_opened_again_and_refused_where_they_are_damaged(
    window: Window, lab: LatentLab, qtbot: QtBot, tmp_path: Path, monkeypatch
):
    path = tmp_path / "mine.safetensors"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    with qtbot.waitSignal(lab.noticed, timeout=WAIT_MSECS):
        lab.files.save.click()
    assert json.loads(path.with_suffix(".json").read_text())["name"] == "mine"
    before = lab.session.shelf[0]
    with qtbot.waitSignal(lab.session.ready_came, timeout=WAIT_MSECS) as came:
        lab.open_path(path)
    assert (came.args[0].latents, came.args[0].data_title) == (8, "Glyphs")
    assert lab.session.shelf[0].pixels is before.pixels
    number = lab.session.number
    path.write_bytes(path.read_bytes()[:-100])
    with qtbot.waitSignal(lab.session.opening_failed, timeout=WAIT_MSECS) as failed:
        lab.open_path(path)
    assert "cut off" in failed.args[0]
    assert window.strip.isVisible()
    assert (lab.session.number, lab.session.ready.latents) == (number, 8)
    assert "Opening" not in lab._about.text()


def test_a_text_that_is_called_a_picture_is_told_and_nothing_is_lost(lab: LatentLab, qtbot: QtBot, tmp_path: Path):
    page, number = show(lab, TrainPage), lab.session.number
    (tmp_path / "fake.png").write_text("I am a text.")
    lab.open_path(tmp_path / "fake.png")
    with qtbot.waitSignal(lab.session.training_failed, timeout=WAIT_MSECS) as failed:
        QTest.mouseClick(page._go, Qt.MouseButton.LeftButton)
    assert "fake.png" in failed.args[0]
    assert page._told.text() == failed.args[0]
    assert lab.session.number == number
    assert lab.session.shelf


def test_the_lab_outlives_the_engine(open_window: Callable[..., Window], qtbot: QtBot):
    # Of its own: it ends with another engine than it began with.
    window = open_window()
    lab = with_letters(window, qtbot)
    page = show(lab, SlidePage)
    page.sliders[0].slider.setValue(120)
    qtbot.waitUntil(lambda: not page._decoding.is_waiting, timeout=WAIT_MSECS)
    code, shelf = page.code, list(lab.session.shelf)
    qtbot.waitUntil(lambda: type(lab.session._wanted).__name__ == "OpenTrained", timeout=WAIT_MSECS)
    with qtbot.waitSignal(window.experiment.engine_died, timeout=WAIT_MSECS):
        psutil.Process(window.experiment.catalogue.pid).kill()
    with qtbot.waitSignal(lab.session.ready_came, timeout=WAIT_MSECS):
        window.restart_engine()
    assert lab.session.ready.latents == 8
    assert all(one is other for one, other in zip(lab.session.shelf, shelf, strict=True))
    assert page.code == pytest.approx(code)
    before = page.picture.item
    page.sliders[1].slider.setValue(-200)
    qtbot.waitUntil(lambda: page.picture.item is not before, timeout=WAIT_MSECS)


def test_a_cue_of_samples_brings_and_keeps_what_their_codes_are_drawn_from(
    window: Window, lab: LatentLab, qtbot: QtBot
):
    names = [kind.name for kind in lab.session.kinds]
    if "digits-vae-2" not in names:
        pytest.skip("the weights that this cue shows are not shipped here")
    wanted = Pictures("digits-vae-2", "Generate", prior="gaussian")
    stage = PictureStage(window, lab)
    with qtbot.waitSignal(stage.came, timeout=WAIT_MSECS):
        stage.bring(wanted)
    page = show(lab, GeneratePage)
    assert isinstance(page, GeneratePage)
    assert page.prior.currentData() == "gaussian"
    qtbot.waitUntil(lambda: len(page.wall.items) > 10, timeout=WAIT_MSECS)
    assert cue_of(window, "A wall").pictures == wanted
