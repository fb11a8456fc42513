"""Pages by themselves: what they ask, and what they make of answers."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest

from engine.messages import Combine, Decode, Decoded, Encode, Encoded, LatentPlane, OpenTrained
from gui.latent.algebra_page import AlgebraPage
from gui.latent.draw_page import residual_of
from gui.latent.pad import Pad, centred
from gui.latent.plane_choice import PICTURES, PRINCIPAL, SLIDERS, PlaneChoice, plane_through
from gui.latent.slide_page import SlidePage
from tests.gui.latent.fakes import LATENTS, SHAPE, catalogue, item, ready

# ---- sliders


@pytest.fixture
def slide(opened, qtbot):
    page = SlidePage(opened)
    qtbot.addWidget(page)
    page._on_ready(opened.ready)
    return page


def answer(link, value=1):
    asked = link.of(Decode)[-1]
    pictures = np.full((len(asked.codes), *SHAPE), value, np.uint8)
    link.received.emit(Decoded(asked.run, asked.channel, asked.serial, pictures))
    return asked


def test_a_slider_moves_the_code_along_its_axis_by_its_spread(slide, link):
    slide._session.ready = None
    slide._session.ready = ready(1, spread=np.array([1.0, 2.0, 3.0], np.float32))
    slide.sliders[1].slider.setValue(150)
    assert link.of(Decode)[-1].codes.tolist() == [[0.0, 3.0, 0.0]]


def test_what_is_decoded_is_looked_at(slide, opened, link):
    slide.sliders[0].slider.setValue(100)
    answer(link, 9)
    assert opened.item.pixels[0, 0, 0] == 9
    assert opened.item.code.tolist() == [1.0, 0.0, 0.0]


def test_a_picture_that_is_looked_at_elsewhere_moves_the_sliders_and_stays_itself(slide, opened, link):
    looked_at = item(code=(0.5, -1.0, 2.0))
    opened.look_at(looked_at)
    assert [each.value for each in slide.sliders] == [0.5, -1.0, 2.0]
    answer(link, 9)
    assert opened.item is looked_at
    assert slide.picture.item.pixels[0, 0, 0] == 9


def test_a_lock_keeps_its_axis(slide):
    slide.sliders[0].slider.setValue(100)
    slide.sliders[0].lock.setChecked(True)
    slide.randomize()
    assert slide.sliders[0].value == 1.0
    assert slide.sliders[1].value != 0.0
    slide.reset()
    assert [each.value for each in slide.sliders] == [1.0, 0.0, 0.0]


def test_a_double_click_on_the_name_sets_an_axis_to_0(slide):
    slide.sliders[0].slider.setValue(100)
    name = next(each for each in slide.sliders[0].children() if hasattr(each, "double_clicked"))
    QTest.mouseDClick(name, Qt.MouseButton.LeftButton)
    QTest.mouseRelease(name, Qt.MouseButton.LeftButton)
    assert slide.sliders[0].value == 0.0


def test_arrows_on_the_picture_walk_the_plane_of_two_sliders(slide):
    QTest.keyClick(slide.picture, Qt.Key.Key_Right)
    assert slide.sliders[0].value > 0
    assert slide.sliders[1].value == 0
    QTest.keyClick(slide.picture, Qt.Key.Key_Up)
    assert slide.sliders[1].value > 0


def test_a_conditional_model_is_told_the_class_that_is_chosen(opened, link, qtbot):
    opened.open("b")
    link.received.emit(ready(link.of(OpenTrained)[-1].run, is_conditional=True, class_names=("zero", "one")))
    page = SlidePage(opened)
    qtbot.addWidget(page)
    page._on_ready(opened.ready)
    assert not page._class.isHidden()
    QTest.keyClick(page._class.box, Qt.Key.Key_Down)
    assert link.of(Decode)[-1].labels.tolist() == [1]


def test_the_sliders_stay_where_they_were_when_the_engine_is_another(slide, opened, link):
    slide.sliders[0].slider.setValue(100)
    link.died.emit("killed")
    link.received.emit(catalogue())
    link.received.emit(ready(link.of(OpenTrained)[-1].run))
    assert slide.sliders[0].value == 1.0
    assert link.of(Decode)[-1].codes[0, 0] == 1.0


# ---- algebra


@pytest.fixture
def algebra(opened, qtbot):
    page = AlgebraPage(opened)
    qtbot.addWidget(page)
    yield page
    page._timer.stop()


def weights(page):
    return [box.value() for box in page.weights]


def test_a_formula_becomes_weights_and_weights_a_formula(algebra):
    algebra.formula.clear()
    QTest.keyClicks(algebra.formula, "2*A - (B + C)/2")
    assert weights(algebra) == [2.0, -0.5, -0.5, 0.0]
    algebra.weights[3].setValue(1.5)
    assert algebra.formula.text() == "2*A - 0.5*B - 0.5*C + 1.5*E"


@pytest.mark.parametrize("text", ["A - ", "A*B", "A + X", "2", "__import__('os')"])
def test_a_wrong_formula_is_told_and_the_weights_stay(algebra, text):
    before = weights(algebra)
    algebra.formula.setText(text)
    algebra.formula.textEdited.emit(text)
    assert algebra._wrong.text()
    assert weights(algebra) == before


def test_groups_are_sent_one_after_another_with_their_ends(algebra, link):
    algebra.slots[0].set_items([item(code=(1, 0, 0)), item(code=(3, 0, 0))])
    algebra.slots[1].set_items([item(code=(0, 1, 0))])
    algebra._timer.stop()
    algebra._ask()
    asked = link.of(Combine)[-1]
    assert asked.offsets.tolist() == [0, 2, 3]
    assert asked.weights.tolist() == [1.0, -1.0]
    assert asked.operands[:, 0].tolist() == [1, 3, 0]


def test_operands_without_a_code_are_encoded_first(algebra, link):
    algebra.slots[0].set_items([item(code=())])
    algebra._timer.stop()
    algebra._ask()
    asked = link.of(Encode)[-1]
    assert link.of(Combine) == []
    codes = np.ones((1, LATENTS), np.float32)
    link.received.emit(Encoded(asked.run, asked.channel, asked.serial, codes))
    assert link.of(Combine)[-1].operands.tolist() == codes.tolist()


# ---- drawing


def test_the_residual_is_grey_where_both_agree_light_where_too_little_was_made(qapp):
    pixels = np.array([[[100], [255], [0]]], np.uint8)
    rebuilt = np.array([[[100], [0], [255]]], np.uint8)
    assert residual_of(pixels, rebuilt).ravel().tolist() == [128, 255, 0]


def test_ink_is_brought_into_the_middle_20_parts_of_28_large(qapp):
    image = QImage(280, 280, QImage.Format.Format_RGB888)
    image.fill(QColor("black"))
    for x in range(10, 60):
        for y in range(20, 120):
            image.setPixelColor(x, y, QColor("white"))
    pad = Pad()
    pad.put(image)
    ink = pad.pixels(1, is_centred=True)[..., 0] > 128
    ys, xs = np.nonzero(ink)
    assert ys.max() - ys.min() + 1 == pytest.approx(128 * 20 / 28, abs=2)
    assert (xs.mean(), ys.mean()) == pytest.approx((63.5, 63.5), abs=1.5)
    pad.deleteLater()


def test_without_ink_there_is_nothing_to_centre(qapp):
    image = QImage(28, 28, QImage.Format.Format_RGB888)
    image.fill(QColor("black"))
    assert centred(image) == image


# ---- planes


def test_a_plane_through_three_codes_holds_them(qapp):
    codes = np.random.default_rng(0).normal(size=(3, 5)).astype(np.float32)
    origin, axes, places = plane_through(codes)
    assert axes @ axes.T == pytest.approx(np.eye(2))
    assert origin + places @ axes == pytest.approx(codes, abs=1e-6)
    # From A to B is to the right.
    assert places[0, 1] == pytest.approx(places[1, 1])
    assert places[0, 0] < places[1, 0]


@pytest.mark.parametrize("third", [(2.0, 2.0, 2.0), (1.0, 1.0, 1.0)])
def test_three_codes_on_a_line_make_no_plane(qapp, third):
    assert plane_through(np.array([(0.0, 0.0, 0.0), (1.0, 1.0, 1.0), third])) is None


def test_the_plane_of_two_sliders_goes_through_what_is_looked_at(opened, qtbot):
    choice = PlaneChoice(opened)
    qtbot.addWidget(choice)
    choice.show_ready(opened.ready)
    opened.look_at(item(code=(1.0, -2.0, 0.5)))
    with qtbot.waitSignal(choice.plane_came) as came:
        choice.ask()
    origin, axes, extent = came.args
    assert origin.tolist() == [0.0, 0.0, 0.5]
    x, y = choice.places["●"]
    assert (origin + np.array([x, y]) @ axes).tolist() == [1.0, -2.0, 0.5]
    LatentPlane(1, "standard", origin, axes, extent)


def test_without_an_encoder_there_are_no_principal_axes_of_codes(opened, qtbot):
    choice = PlaneChoice(opened)
    qtbot.addWidget(choice)
    choice.kind.setCurrentText(PRINCIPAL)
    choice.show_ready(ready(5, has_encoder=False))
    assert choice.kind.currentText() == SLIDERS


def test_a_plane_through_pictures_says_what_is_missing(opened, qtbot):
    choice = PlaneChoice(opened)
    qtbot.addWidget(choice)
    choice.show_ready(opened.ready)
    with qtbot.waitSignal(choice.told) as told:
        choice.choose(PICTURES)
    assert "into A" in told.args[0]
