"""The page Train: what is told to the engine while a model learns, and what a recipe of it says."""

import numpy as np
import pytest
from PySide6.QtWidgets import QListWidget

from engine.knobs import Knob
from engine.messages import (
    Direction,
    Entry,
    FindDirection,
    OpenTrained,
    PictureProgress,
    Ready,
    SetParams,
    TrainPictures,
)
from gui.latent.direction_page import DirectionPage
from gui.latent.train_page import TrainPage
from tests.gui.latent.fakes import catalogue, ready

KNOBS = (Knob(0.1, "How far.", name="rate"), Knob(4, "How wide.", name="width", makes_new_network=True))


def with_knobs() -> Ready:
    told = catalogue()
    entry = Entry("vae", "VAE", "Learns.", "", "", KNOBS)
    return Ready(*(getattr(told, name) for name in told.__struct_fields__[:-3]), told.picture_sources, (entry,), ())


@pytest.fixture
def page(session, link, qtbot):
    page = TrainPage(session)
    qtbot.addWidget(page)
    link.received.emit(with_knobs())
    return page


def turn(page, **values):
    page.panel.params_changed.emit({"rate": 0.1, "width": 4, **values})


def test_a_knob_that_is_turned_while_it_trains_takes_effect(page, link):
    page._go.click()
    turn(page, rate=0.5)
    told = link.of(SetParams)[-1]
    assert (told.run, told.params) == (link.of(TrainPictures)[-1].run, {"rate": 0.5, "width": 4})


def test_a_knob_of_the_network_waits_for_the_next_training_and_the_others_still_take_effect(page, link, qtbot, session):
    page._go.click()
    with qtbot.waitSignal(session.noticed) as noticed:
        turn(page, width=8)
    assert "train again" in noticed.args[0]
    assert link.of(SetParams) == []
    turn(page, width=8, rate=0.5)
    assert link.of(SetParams)[-1].params == {"rate": 0.5, "width": 4}


def test_before_and_after_a_training_nothing_is_told(page, link):
    turn(page, rate=0.5)
    assert link.of(SetParams) == []
    page._go.click()
    assert link.of(TrainPictures)[-1].params == {"rate": 0.5, "width": 4}


def test_progress_says_how_long_it_will_take(page, link):
    page._go.click()
    run = link.of(TrainPictures)[-1].run
    pictures = np.zeros((2, 4, 4, 1), np.uint8)
    link.received.emit(PictureProgress(run, 1200, 0.25, 240.0, 5.0, {"loss": 2.5}, 2.0, pictures, pictures, pictures))
    assert page._bar.value() == 25
    assert page._told.text() == "Step 1,200, 4 min left; 5.0 steps/s; loss 2.5"
    assert len(page.rebuilt.items) == 2


def test_the_recipe_is_what_the_page_would_train(page, tmp_path):
    page._minutes.setValue(3)
    turn(page, rate=0.5)
    recipe = page.recipe()
    assert (recipe.data.source, recipe.model.name, recipe.stop.seconds) == ("vae", "vae", 180.0)
    assert recipe.model.params["rate"] == 0.5
    (tmp_path / "a.png").write_bytes(b"content")
    page.bring(tmp_path)
    assert (page.recipe().data.source, page.recipe().data.file) == (None, str(tmp_path))


def test_a_folder_that_is_empty_is_told(page, tmp_path, qtbot, session):
    with qtbot.waitSignal(session.noticed) as noticed:
        page.bring(tmp_path)
    assert "empty" in noticed.args[0]


# ---- directions


@pytest.fixture
def directions(session, link, qtbot):
    page = DirectionPage(session)
    qtbot.addWidget(page)
    link.received.emit(ready(link.of(OpenTrained)[-1].run, attribute_names=("glasses", "hat")))
    page._find.click()
    asked = link.of(FindDirection)[-1]
    vector = np.ones(3, np.float32)
    link.received.emit(Direction(asked.run, asked.channel, asked.serial, asked.attribute, vector))
    return page


def names(page) -> list[str]:
    found: QListWidget = page.list
    return [found.item(row).text() for row in range(found.count())]


def test_a_direction_is_renamed_and_forgotten(directions):
    assert names(directions) == ["glasses (class means)"]
    directions.list.item(0).setText("specs")
    assert list(directions._found) == ["specs"]
    directions.list.item(0).setText("  ")
    assert names(directions) == ["specs"]
    directions._forget()
    assert (names(directions), directions._found) == ([], {})
