"""Weights that were trained in the window come back as the same model, with or without their pictures."""

import io
import time

import numpy as np
import pytest
import torch
from PIL import Image

from engine.images import checkpoints, headless, shipped
from engine.images.answers import Answers
from engine.images.latent import Latent
from engine.images.opening import described, opened
from engine.images.picture_run import PictureRun
from engine.images.questions import answer
from engine.messages import (
    Against,
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
from engine.recipe import LatentRecipe, Model, Pictures, Stop
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


def trained(data: PictureData, model: str = "pca", sent: list | None = None, **params: object) -> Latent:
    done: list[Latent] = []
    run = PictureRun(
        TrainPictures(1, data, model, {"latents": 4, **params}, 0.2, device="cpu"),
        [].append if sent is None else sent.append, lambda number, latent: done.append(latent), Budget(),
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
    assert found.against == Against(1000, "Digits", is_whole=False)
    assert not described(2, back).is_learnt


def test_files_that_are_left_out_are_told_and_the_training_goes_on():
    data = PictureData(files=(*own().files, ("mine/b/broken.png", b"no picture")))
    sent: list = []
    assert len(trained(data, sent=sent).pictures.pixels) == 20
    told = [each for each in sent if isinstance(each, Noticed)]
    assert [each.run for each in told] == [0]
    assert "1 of 21 pictures in mine are left out: b/broken.png is a damaged picture" in told[0].text


def shipped_as(folder, data: str) -> None:
    """Weights as they are shipped, of a card that tells of files at `data`, as a recipe without a window makes it."""
    folder.mkdir()
    wanted = LatentRecipe(Pictures(file=data), model=Model("pca", {"latents": 4}), stop=Stop(steps=1))
    made = headless.make_model(wanted, "digits-pca", root=folder)
    checkpoints.save(folder / "trained", made.training.model, made.card)


def test_shipped_weights_find_the_files_that_they_learnt_from_where_these_lie(tmp_path, monkeypatch):
    folder = tmp_path / "project"
    for name, content in own(16).files:
        path = tmp_path / "data" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    shipped_as(folder, "../data/mine")
    monkeypatch.setattr(shipped, "FOLDER", folder / "trained")
    found = opened(OpenTrained(2, "digits-pca"))
    assert described(2, found).is_learnt
    assert found.pictures.pixels.shape == (20, 16, 16, 1)
    asked = FindNearest(**ASKED, pictures=found.pictures.pixels, count=1)
    deadline = time.monotonic() + 30
    while (against := answer(asked, found).against).is_coming and time.monotonic() < deadline:
        time.sleep(0.01)
    # A tenth was held out: from those it has not learnt.
    assert against == Against(18, "mine")
    # Another set at the same place is not what it learnt from.
    (tmp_path / "data" / "mine" / "a" / "0.png").unlink()
    other = opened(OpenTrained(2, "digits-pca"))
    assert not described(2, other).is_learnt
    assert answer(asked, other).against == Against(1000, "Digits", is_whole=False)


def test_the_path_on_a_strangers_card_is_never_followed(tmp_path, monkeypatch):
    (tmp_path / "secret").mkdir()
    for name, content in own(16).files:
        (tmp_path / "secret" / name.rpartition("/")[2]).write_bytes(content)
    shipped_as(tmp_path / "project", str(tmp_path / "secret"))
    content, card = ((tmp_path / "project" / "trained" / f"digits-pca.{each}").read_bytes() for each in
                     ("safetensors", "json"))  # fmt: skip
    monkeypatch.setattr(shipped, "FOLDER", tmp_path / "project" / "trained")
    assert not opened(OpenTrained(2, "digits-pca", content, card)).is_learnt


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
