"""Weights that were trained in the window come back as the same model, with or without their pictures."""

import io
import time

import numpy as np
import pytest
import torch
from PIL import Image

from engine.images.answers import Answers
from engine.images.latent import Latent
from engine.images.opening import described, opened
from engine.images.picture_run import PictureRun
from engine.images.questions import answer
from engine.messages import (
    AskForWeights,
    Decode,
    Failed,
    FindNearest,
    Noticed,
    OpenTrained,
    PictureData,
    SetClock,
    TrainPictures,
)
from engine.notice import Notice
from engine.timeline import Budget

ASKED = {"run": 1, "channel": 2, "serial": 3}


def png(value: int, side: int) -> bytes:
    rows = np.arange(side * side, dtype=np.int64).reshape(side, side) * value % 256
    out = io.BytesIO()
    Image.fromarray(rows.astype(np.uint8)).save(out, "png")
    return out.getvalue()


def own(side: int = 12) -> PictureData:
    """Pictures of two classes, as a person would bring a folder."""
    return PictureData(files=tuple((f"mine/{'ab'[n % 2]}/{n}.png", png(n + 1, side)) for n in range(20)))


def trained(data: PictureData, model: str = "pca", **params: object) -> Latent:
    done: list[Latent] = []
    run = PictureRun(
        TrainPictures(1, data, model, {"latents": 4, **params}, 0.2, device="cpu"),
        lambda _: None, lambda number, latent: done.append(latent), Budget(),
    )  # fmt: skip
    run.set_clock(SetClock(1, True))
    while not done:
        if run.secs_until_work(0.0) <= 0:
            run.work(time.perf_counter(), 1)
    return done[0]


def reopened(latent: Latent, data: PictureData | None = None) -> Latent:
    files = answer(AskForWeights(**ASKED, name="mine"), latent)
    return opened(OpenTrained(2, "mine", files.content, files.card, "cpu", data))


def assert_same(one: Latent, other: Latent) -> None:
    asked = Decode(**ASKED, codes=np.random.default_rng(0).normal(size=(3, 4)).astype(np.float32))
    assert np.array_equal(answer(asked, one).pictures, answer(asked, other).pictures)


def test_a_model_of_a_source_comes_back_with_its_pictures():
    latent = trained(PictureData("glyphs", {"count": 60}, seed=3))
    back = reopened(latent)
    assert_same(latent, back)
    assert np.array_equal(back.pictures.pixels, latent.pictures.pixels)
    assert described(2, back).is_exact


def test_a_model_of_own_pictures_comes_back_with_them_where_they_are_given():
    latent = trained(own())
    back = reopened(latent, own())
    assert_same(latent, back)
    assert np.array_equal(back.pictures.pixels, latent.pictures.pixels)
    found = answer(FindNearest(**ASKED, pictures=latent.pictures.pixels[:1], count=1), back)
    assert found.against.is_whole


@pytest.mark.parametrize("model", ["pca", "conditional_vae"])
def test_without_them_others_of_its_shape_stand_in_and_it_is_said(model: str):
    latent = trained(own(16), model)
    back = reopened(latent)
    assert_same(latent, back)
    assert back.pictures.shape == (16, 16, 1)
    assert back.pictures.labels.max() <= 1
    assert back.pictures.class_names == ("a", "b")
    assert not described(2, back).is_exact
    found = answer(FindNearest(**ASKED, pictures=back.pictures.pixels[:1], count=1), back)
    assert not found.against.is_whole
    assert not found.against.is_coming


def test_of_a_model_that_nothing_is_known_of_there_is_no_file():
    latent = trained(PictureData("glyphs", {"count": 60}))
    nameless = Latent(latent.model, "pca", latent.pictures, torch.device("cpu"))
    with pytest.raises(Notice, match="Nothing is known"):
        answer(AskForWeights(**ASKED), nameless)


@pytest.mark.parametrize("damage", ["cut", "other", "text"])
def test_damaged_weights_are_told_in_a_sentence(damage: str):
    files = answer(AskForWeights(**ASKED, name="mine"), trained(PictureData("glyphs", {"count": 60})))
    content = {"cut": files.content[:-10], "other": files.content[:-1] + b"\x7f", "text": b"I am a text."}[damage]
    sent: list = []
    answers = Answers(None, sent.append)
    message = OpenTrained(2, "mine", content, files.card, "cpu")
    answers._guarded(2, 0, lambda: answers._open(message))
    assert isinstance(sent[0], Noticed), [each for each in sent if isinstance(each, Failed)]
    assert "mine.safetensors" in sent[0].text
    assert answers.latent(2) is None


def test_a_training_that_is_stopped_before_its_first_step_says_so():
    run = PictureRun(TrainPictures(1, own(), "pca", {}, device="cpu"), lambda _: None, lambda *_: None, Budget())
    with pytest.raises(Notice, match="before its first step"):
        run.end()
    while run._pictures is None:
        time.sleep(0.01)
