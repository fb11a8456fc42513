"""While there is no model: why, and three ways to one."""

import itertools

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QTabWidget

from engine.messages import Noticed, OpenTrained, TrainPictures
from gui.labs.latent import LatentLab
from gui.latent.session import LatentSession
from gui.latent.stage import Stage
from gui.latent.train_page import TrainPage
from tests.gui.latent.fakes import FakeLink, catalogue, ready


def bare():
    """A catalogue without weights, as in a fresh clone."""
    sources = (msgspec.structs.replace(catalogue().picture_sources[0], name="faces", title="Faces"),)
    return msgspec.structs.replace(catalogue(), trained=(), picture_sources=sources)


@pytest.fixture
def lab(link: FakeLink, qtbot) -> LatentLab:
    numbers = itertools.count(1)
    lab = LatentLab(LatentSession(link, "cpu", lambda: next(numbers), link), {})
    qtbot.addWidget(lab)
    lab.show()
    return lab


def test_before_the_engine_is_there_nothing_is_said_to_be_missing(lab):
    assert not lab.stage.is_empty
    assert "starting" in lab._about.text()


def test_without_weights_three_ways_are_shown_and_no_bare_page(lab, link):
    link.received.emit(bare())
    assert lab.stage.is_empty
    assert not lab.shelf.isVisible()
    empty = lab.stage.no_model
    assert "No trained model" in empty.why.text()
    assert all(button.isVisible() and button.isEnabled() for button in (empty.train, empty.open, empty.bring))


def test_a_lab_that_is_made_after_the_catalogue_came_knows_it(link, qtbot):
    numbers = itertools.count(1)
    session = LatentSession(link, "cpu", lambda: next(numbers), link)
    link.received.emit(bare())
    lab = LatentLab(session, {})
    qtbot.addWidget(lab)
    assert lab.stage.is_empty
    assert lab.shelf.isHidden()


def test_train_on_faces_trains_on_faces(lab, link):
    link.received.emit(bare())
    QTest.mouseClick(lab.stage.no_model.train, Qt.MouseButton.LeftButton)
    asked = link.of(TrainPictures)[-1]
    assert (asked.data.source, asked.model) == ("faces", "vae")
    assert not lab.stage.is_empty
    assert isinstance(lab.tabs.currentWidget(), TrainPage)
    link.received.emit(ready(asked.run))
    assert lab.shelf.isVisible()


def test_weights_are_asked_for_and_a_choice_that_is_let_be_changes_nothing(lab, link, monkeypatch, tmp_path):
    link.received.emit(bare())
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: ("", ""))
    lab.stage.no_model.open.click()
    assert lab.stage.is_empty
    for ending in ("safetensors", "json"):
        (tmp_path / f"mine.{ending}").write_bytes(b"{}")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(tmp_path / "mine.json"), ""))
    lab.stage.no_model.open.click()
    asked = link.of(OpenTrained)[-1]
    assert (asked.name, asked.card) == ("mine", b"{}")
    # They are damaged: it stays as it was, and says why.
    link.received.emit(Noticed("mine.json is no card of a model.", asked.run))
    assert lab.stage.is_empty
    assert lab.stage.no_model.why.text() == "mine.json is no card of a model."


def test_own_pictures_wait_on_the_page_train(lab, link, monkeypatch, tmp_path):
    link.received.emit(bare())
    (tmp_path / "a.png").write_bytes(b"content")
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path))
    folder = lab.stage.no_model.bring.menu().actions()[1]
    folder.trigger()
    assert isinstance(lab.tabs.currentWidget(), TrainPage)
    assert lab.tabs.isVisible()
    lab.tabs.currentWidget()._go.click()
    assert link.of(TrainPictures)[-1].data.files[0][1] == b"content"


def test_shipped_weights_that_are_damaged_leave_ways_to_others(lab, link):
    link.received.emit(catalogue())
    assert not lab.stage.is_empty
    link.received.emit(Noticed("a.safetensors is cut off.", link.of(OpenTrained)[-1].run))
    assert lab.stage.is_empty
    assert "cut off" in lab.stage.no_model.why.text()
    # The list still offers the others.
    lab._choice.setCurrentIndex(1)
    lab._choice.activated.emit(1)
    link.received.emit(ready(link.of(OpenTrained)[-1].run))
    assert not lab.stage.is_empty


def test_a_model_that_is_open_stays_where_another_cannot_be_opened(opened, link, qtbot):
    stage = Stage(opened, QTabWidget())
    qtbot.addWidget(stage)
    opened.open("b")
    link.received.emit(Noticed("b is cut off.", link.of(OpenTrained)[-1].run))
    assert not stage.is_empty
