"""Recipes of the latent lab without a window, and the command that makes the shipped weights."""

import json

import numpy as np
import pytest
import torch
from PIL import Image

from engine import cli, recipe
from engine.images import Shape, catalogue, checkpoints, headless, trained
from engine.knobs import make
from engine.notice import Notice
from engine.recipe import LatentRecipe, Model, Pictures, Stop
from tests.engine.images.known_pictures import blobs

CPU = torch.device("cpu")


@pytest.fixture
def file(tmp_path):
    pictures = blobs(40)
    np.savez(tmp_path / "blobs.npz", images=pictures.pixels[..., 0], labels=pictures.labels)
    return tmp_path / "blobs.npz"


def small(file, **changes) -> LatentRecipe:
    model = Model("vae", {"latents": 2, "width": 4, "binarise": True})
    return LatentRecipe(Pictures(file=str(file)), model=model, stop=Stop(steps=12), device="cpu", **changes)


def test_a_run_leaves_measures_sheets_and_weights(file, tmp_path):
    out = tmp_path / "out"
    result = cli.run(small(file, evaluate=("reconstruction_mse", "negative_elbo", "iwae_bound")), out)
    metrics = json.loads((out / "metrics.json").read_text())
    assert metrics == result.metrics
    assert metrics["steps"] == 12
    assert metrics["iwae_bound"] <= metrics["negative_elbo"]
    assert 0 < metrics["reconstruction_mse"] < 1
    for name in ("samples.png", "interpolation.png"):
        with Image.open(out / name) as image:
            assert min(image.size) > 100
    loaded = checkpoints.load(out / "weights.json", CPU)
    assert loaded.card.recipe == metrics["recipe"]
    assert loaded.card.classes == ("0", "1")
    assert "12 steps" in cli.summary(metrics)


def test_the_same_recipe_gives_the_same_weights(file, tmp_path):
    for name in ("first", "second"):
        cli.run(small(file), tmp_path / name)
    first, second = (tmp_path / name / "weights.safetensors" for name in ("first", "second"))
    assert first.read_bytes() == second.read_bytes()


def test_samples_are_judged_where_there_are_classes(file, tmp_path, monkeypatch):
    monkeypatch.setattr("engine.images.samples._JUDGE_STEPS", 20)
    asked = ("nearest_neighbours", "class_histogram", "interpolation")
    metrics = cli.run(small(file, evaluate=asked), tmp_path / "out").metrics
    assert sum(metrics["class_histogram"]["shares"]) == pytest.approx(1)
    assert set(metrics["interpolation"]["accepted"]) == {"pixels", "latent"}


def test_analogies_need_a_source_with_factors(file, tmp_path):
    with pytest.raises(Notice, match="drawn from factors"):
        cli.run(small(file, evaluate=("analogy_success",)), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_pictures_of_a_source_are_those_that_it_makes():
    pictures = headless.pictures_of(LatentRecipe(Pictures("glyphs", args={"count": 20}), seed=3))
    assert pictures.pixels.shape == (20, 28, 28, 1)
    with pytest.raises(Notice, match="no source of pictures 'x'"):
        headless.pictures_of(LatentRecipe(Pictures("x")))


@pytest.mark.parametrize(
    ("plain", "words"),
    [
        ({"data": {}}, "exactly one of source"),
        ({"data": {"source": "faces", "file": "x"}}, "exactly one of source"),
        ({"data": {"file": "x", "args": {"count": 5}}}, "go with a source only"),
        ({"data": {"source": "faces", "side": 28}}, "go with a file only"),
        ({"stop": {}}, "exactly one of steps and seconds"),
        ({"seed": -1}, "seed is -1"),
        ({"evaluate": ["beauty"]}, "evaluate"),
        ({"more": 1}, "no key 'more'"),
    ],
)
def test_a_wrong_recipe_is_refused_with_a_sentence(plain, words):
    with pytest.raises(Notice, match=words):
        recipe.any_from_plain({"lab": "latent", **plain})


def test_a_recipe_survives_json():
    wanted = LatentRecipe(Pictures("glyphs", args={"count": 20}), evaluate=("iwae_bound",), stop=Stop(seconds=5.0))
    assert recipe.any_from_plain(json.loads(json.dumps(recipe.to_plain(wanted)))) == wanted


def test_a_relative_file_is_taken_from_the_recipes_own_folder(file):
    path = file.parent / "recipe.json"
    path.write_text(json.dumps({"lab": "latent", "data": {"file": "blobs.npz"}}))
    wanted = recipe.read(path, ["stop.seconds=1"])
    assert wanted.data.file == str(file)
    assert wanted.stop == Stop(seconds=1)


def test_the_shipped_recipes_are_right():
    for name, wanted in trained.recipes().items():
        assert recipe.any_from_plain(recipe.to_plain(wanted)) == wanted
        assert name.split("-")[0] in ("faces", "digits")
    assert len(trained.recipes()) == 10


@pytest.mark.parametrize("name", trained.recipes())
def test_shipped_weights_are_small_enough(name):
    """By the shapes of the pictures that they will be of; 16 bits a number."""
    wanted = trained.recipes()[name]
    module = catalogue.model_module(wanted.model.name)
    shape = Shape(64, 64, 3) if name.startswith("faces") else Shape(28, 28, 1)
    params = make(module.Params, wanted.model.params, "params")
    model = module.Model(params, shape, 10, torch.Generator().manual_seed(0), CPU)
    assert 2 * sum(each.numel() for each in model.tensors().values()) < trained.MAX_BYTES


@pytest.fixture
def shipping(file, tmp_path, monkeypatch):
    """The command, with two small recipes and folders of its own."""
    known = {"one": small(file), "two": small(file, seed=1)}
    monkeypatch.setattr(trained, "recipes", lambda: known)
    monkeypatch.setattr(trained, "_WAITING", tmp_path / "waiting")
    monkeypatch.setattr(trained, "FOLDER", tmp_path / "trained")
    monkeypatch.setattr(trained, "_set_up_all_cores", lambda: None)
    return known


def test_all_shipped_weights_are_made_again_with_their_cards(shipping, tmp_path):
    told = []
    cards = trained.make((), lambda *each: told.append(each))
    assert [each.name for each in cards] == ["one", "two"]
    for name in ("one", "two"):
        card = checkpoints.load(tmp_path / "trained" / f"{name}.json", CPU).card
        assert card.command == f"python main.py trained {name}"
        assert card.recipe == headless.plain(shipping[name])
    assert not list((tmp_path / "waiting").iterdir())
    assert {name for name, _, _ in told} == {"one", "two"}


def test_an_interrupted_run_goes_on_with_the_next_model(shipping, tmp_path):
    def interrupting(name, share, text):
        if name == "two":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        trained.make((), interrupting)
    assert not (tmp_path / "trained").exists()
    told = []
    trained.make((), lambda *each: told.append(each))
    assert [each for each in told if each[0] == "one"] == [("one", 1.0, "is there already")]
    assert (tmp_path / "trained" / "two.json").exists()


def test_a_recipe_that_has_changed_is_begun_anew(shipping, tmp_path):
    trained._make_one("one", shipping["one"], lambda *each: None)
    shipping["one"] = small(tmp_path / "blobs.npz", seed=9)
    assert trained.make(("one",), lambda *each: None)[0].seed == 9


def test_a_model_that_is_not_shipped_is_refused_with_the_names_there_are(shipping):
    with pytest.raises(Notice, match="there is: one, two"):
        trained.make(("three",), lambda *each: None)
