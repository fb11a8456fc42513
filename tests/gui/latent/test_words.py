"""What pictures are compared with, and on what data a model was trained: never called what it is not."""

import json

import numpy as np
import pytest

from engine.messages import Against, Combine, Combined, FindNearest, Interpolate, Interpolated, Nearest, Row
from gui.latent.algebra_page import AlgebraPage
from gui.latent.card import in_words
from gui.latent.interpolate_page import InterpolatePage
from gui.latent.memory_page import MemoryPage
from gui.latent.words import against_in_words, nearest_in_words, stand_in_in_words
from tests.gui.latent.fakes import SHAPE, item, ready

STRANGERS = Against(1797, "Digits", is_whole=False)
LEARNT = Against(7200, "mnist")
PICTURES = np.zeros((1, *SHAPE), np.uint8)


@pytest.mark.parametrize(
    ("against", "words"),
    [
        (LEARNT, "all 7,200 pictures that the model learnt from."),
        (STRANGERS, "1,797 pictures of Digits, from which the model has not learnt"),
        (
            Against(1000, "Faces", is_whole=False, is_alike=True, is_coming=True),
            "like those that the model learnt from",
        ),
        (Against(1000, "Faces", is_whole=False, is_alike=True), "could not be made"),
    ],
)
def test_what_pictures_are_compared_with_is_said(against, words):
    assert words in against_in_words(against)
    assert (nearest_in_words(against) == "a training picture") == against.is_whole


@pytest.fixture
def page(opened, qtbot, request):
    page = request.param(opened)
    qtbot.addWidget(page)
    page.show()
    yield page
    for timer in ("_again", "_timer"):
        if hasattr(page, timer):
            getattr(page, timer).stop()


def nearest(against, distance=0.2):
    distances = np.full((1, 6), distance)
    return {
        "pictures": np.repeat(PICTURES, 6, 0), "distances": distances, "typical": 0.3, "ranks": np.ones(1),
        "against": against,
    }  # fmt: skip


@pytest.mark.parametrize("page", [MemoryPage], indirect=True)
@pytest.mark.parametrize(("against", "is_told"), [(LEARNT, True), (STRANGERS, False)])
def test_a_copy_is_told_only_of_what_the_model_learnt_from(page, link, opened, against, is_told):
    opened.look_at(item())
    asked = link.of(FindNearest)[-1]
    link.received.emit(Nearest(asked.run, asked.channel, asked.serial, **nearest(against)))
    text = page._told["pixels"].text()
    assert text.startswith("Copied") == is_told
    assert ("can tell" in text) != is_told
    assert page.pixels.items[0].title == nearest_in_words(against)


@pytest.mark.parametrize("page", [InterpolatePage], indirect=True)
def test_nearest_frames_are_called_what_they_are(page, link):
    page._nearest.setChecked(True)
    page.a.set_items([item()])
    page.b.set_items([item()])
    asked = link.of(Interpolate)[-1]
    row = Row("latent", PICTURES, PICTURES, np.ones(1))
    link.received.emit(Interpolated(asked.run, asked.channel, asked.serial, np.zeros(1), (row,), STRANGERS))
    assert page._labels[1].text() == "nearest: a picture of Digits"
    assert "training" not in page._told.text()
    assert against_in_words(STRANGERS) in page._told.text()


@pytest.mark.parametrize("page", [AlgebraPage], indirect=True)
def test_what_is_nearest_to_a_sum_is_called_what_it_is(page, link):
    page.slots[0].set_items([item()])
    page._ask()
    asked = link.of(Combine)[-1]
    answer = Combined(
        asked.run,
        asked.channel,
        asked.serial,
        np.ones(3, np.float32),
        PICTURES,
        PICTURES,
        np.ones(1),
        against=STRANGERS,
    )
    link.received.emit(answer)
    assert page.nearest.items[0].title == "a picture of Digits"
    assert page._against.text() == against_in_words(STRANGERS)


def test_pictures_that_stand_in_are_told_of_and_what_a_model_learnt_from_is_not(opened, link):
    assert stand_in_in_words(opened.ready) == ""
    told = stand_in_in_words(ready(1, is_learnt=False, data_title="Digits", count=1797))
    assert "not on this machine" in told
    assert "1,797 pictures of Digits stand in" in told


def test_a_card_says_on_what_data_a_model_was_trained(link):
    card = {
        "data": "7200 of 8000 pictures: mnist", "steps": 8000, "seconds": 321.4, "seed": 0,
        "command": "python main.py trained digits-vae-2", "measures": {"reconstruction_mse": 0.0123, "more": {"a": 1}},
    }  # fmt: skip
    told = in_words(ready(1, card=json.dumps(card), is_learnt=False))
    assert "Learnt from 7200 of 8000 pictures: mnist." in told
    assert "8,000 steps in 321 s" in told
    assert "reconstruction mse 0.0123" in told
    assert in_words(ready(1, card="no card", is_learnt=False)) == "PCA, 3 latents. What it learnt from is not known."
