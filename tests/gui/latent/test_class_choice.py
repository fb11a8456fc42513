"""Conditional models: on every page that decodes, the class that is chosen is the one that is decoded."""

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from engine.messages import Chains, Decode, Decoded, LatentPlane, Map, Mapped, OpenTrained, Sample
from gui.latent.class_choice import ClassChoice
from gui.latent.followed import Followed
from gui.latent.generate_page import GeneratePage
from gui.latent.landscape_page import LandscapePage
from gui.latent.map_page import MapPage
from tests.gui.latent.fakes import LATENTS, SHAPE, ready

CLASSES = ("zero", "one", "two")
PLANE = LatentPlane(1, "standard", np.zeros(3, np.float32), np.eye(3, dtype=np.float32)[:2], (-3, 3, -3, 3))


@pytest.fixture
def told(opened, link, qtbot):
    """A page of this kind, shown, with a conditional model."""

    def make(kind):
        page = kind(opened)
        qtbot.addWidget(page)
        page.show()
        opened.open("b")
        link.received.emit(ready(link.of(OpenTrained)[-1].run, is_conditional=True, class_names=CLASSES))
        return page

    return make


def answer(link):
    asked = link.of(Decode)[-1]
    pictures = np.zeros((len(asked.codes), *SHAPE), np.uint8)
    link.received.emit(Decoded(asked.run, asked.channel, asked.serial, pictures))
    return asked


def test_it_is_seen_only_where_a_model_is_told_a_class(qtbot):
    choice = ClassChoice()
    qtbot.addWidget(choice)
    choice.show_ready(ready(1, class_names=CLASSES))
    assert (choice.isHidden(), choice.label) == (True, -1)
    choice.show_ready(ready(1, is_conditional=True, class_names=CLASSES))
    assert (choice.isHidden(), choice.label) == (False, 0)
    with qtbot.waitSignal(choice.chosen) as chosen:
        QTest.keyClick(choice.box, Qt.Key.Key_End)
    assert chosen.args == [2]
    # Another model with the same classes shows the same one.
    choice.show_ready(ready(2, is_conditional=True, class_names=CLASSES))
    assert choice.label == 2
    choice.show_label(1)
    choice.show_label(7)
    assert choice.label == 1


def test_every_class_comes_before_the_first(told, link):
    page = told(GeneratePage)
    assert link.of(Sample)[-1].label == -1
    QTest.keyClick(page._class.box, Qt.Key.Key_Down)
    assert link.of(Sample)[-1].label == 0


def test_the_grid_of_the_map_is_of_the_class_that_is_chosen(told, link, opened):
    page = told(MapPage)
    page.choose("grid")
    assert link.of(Decode)[-1].labels.tolist() == [0]
    QTest.keyClick(page._class.box, Qt.Key.Key_Down)
    asked = answer(link)
    assert (asked.labels.tolist(), len(asked.codes)) == ([1], 256)
    # And so is the picture under the mouse, which a click takes to the other pages.
    page._on_hovered(QPointF(), 3)
    assert answer(link).labels.tolist() == [1]
    page._on_clicked(3)
    assert opened.item.label == 1


def test_a_map_that_comes_late_does_not_take_the_place_of_the_grid(told, link):
    page = told(MapPage)
    page.choose("pca")
    asked = link.of(Map)[-1]
    page.choose("grid")
    answer(link)
    none, pictures = np.zeros((0, 3), np.float32), np.zeros((1, *SHAPE), np.uint8)
    zero = np.zeros(1, np.int64)
    link.received.emit(
        Mapped(asked.run, asked.channel, asked.serial, np.zeros((1, 2)), zero, pictures, none, zero, none)
    )
    assert page.view.count == 256
    page._on_hovered(QPointF(), 3)
    assert link.of(Decode)[-1].codes == pytest.approx(page._grid_codes[3:4])


def test_the_chain_that_is_followed_is_decoded_as_the_class_that_is_chosen(told, link):
    page = told(LandscapePage)
    followed: Followed = page.followed
    followed.begin(PLANE)
    nothing = np.zeros((0, 4, 2))
    followed.show_chains(
        Chains(page._walking.walk.number, 1, np.zeros((4, 2)), np.zeros(4), nothing, 0, False, 0.1, 1.0, 1.0)
    )
    assert link.of(Decode)[-1].labels.tolist() == [0]
    QTest.keyClick(page.kind.box, Qt.Key.Key_End)
    asked = answer(link)
    assert (asked.labels.tolist(), asked.codes.shape) == ([2], (1, LATENTS))
    assert followed.picture.item.label == 2
    followed.show_cursor((1.0, 0.0))
    assert link.of(Decode)[-1].labels.tolist() == [2]
