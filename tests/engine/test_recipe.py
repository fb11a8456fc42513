"""Recipes: what is read is what was written, and what is wrong is refused by its name."""

import json
import math
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import recipe
from engine.notice import Notice
from engine.recipe import MAX_POINTS, ChainsRecipe, Data, Energy, Model, Recipe, Sampler, Stop

FINITE = st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.booleans() | st.integers(-(2**63), 2**63 - 1) | FINITE | st.text(max_size=5)
ARGS = st.dictionaries(st.text(max_size=5), VALUES, max_size=3)
COUNTS = st.integers(1, MAX_POINTS)


@st.composite
def points_with_labels(draw):
    points = tuple(draw(st.lists(st.tuples(FINITE, FINITE), max_size=4)))
    labels = draw(st.none() | st.tuples(*[st.integers(0, 3)] * len(points)))
    return Data(points=points, labels=labels)


DATA = st.one_of(
    st.builds(Data, preset=st.text(), n=COUNTS, args=ARGS),
    st.builds(Data, file=st.text(), n=COUNTS),
    st.builds(Data, word=st.text(), n=COUNTS),
    points_with_labels(),
)
STOPS = st.builds(Stop, steps=st.integers(1)) | st.builds(Stop, seconds=st.floats(0, 1e9, exclude_min=True))
RECIPES = st.builds(
    Recipe,
    data=DATA,
    seed=st.integers(0, 2**63 - 1),
    model=st.builds(Model, name=st.text(), params=ARGS),
    stop=STOPS,
    device=st.text(),
)


def changed(**changes):
    """The default recipe as plain JSON with other values; a key such as data__n means data.n."""
    plain = json.loads(json.dumps(recipe.to_plain(recipe.default())))
    for path, value in changes.items():
        *parents, last = path.split("__")
        place = plain
        for key in parents:
            place = place[key]
        place[last] = value
    return plain


def written(folder, plain) -> Path:
    path = folder / "recipe.json"
    path.write_text(json.dumps(plain), encoding="utf-8")
    return path


# ---- round trips -----------------------------------------------------------------------------------


@given(RECIPES)
def test_a_recipe_written_as_json_reads_back_the_same(wanted):
    assert recipe.from_plain(json.loads(json.dumps(recipe.to_plain(wanted)))) == wanted


def test_the_default_recipe_is_a_right_one():
    assert recipe.from_plain(recipe.to_plain(recipe.default())) == recipe.default()


def test_the_recipe_of_the_issue_is_read(tmp_path):
    wanted = {
        "version": 1, "lab": "landscape", "seed": 0,
        "data": {"preset": "eight_gaussians", "n": 2000, "args": {"radius": 2.0, "noise": 0.2}},
        "model": {"name": "energy_mlp", "params": {"negative_phase": "exact"}},
        "stop": {"seconds": 60},
    }  # fmt: skip
    read = recipe.read(written(tmp_path, wanted))
    assert read.data == Data(preset="eight_gaussians", args={"radius": 2.0, "noise": 0.2})
    assert read.model.params == {"negative_phase": "exact"}
    assert read.stop == Stop(seconds=60.0)


def test_only_data_must_be_given():
    read = recipe.from_plain({"data": {"points": [[0, 1], [2, 3]]}})
    assert read == Recipe(data=Data(points=((0.0, 1.0), (2.0, 3.0))))


def test_the_schema_names_every_key():
    definitions = recipe.schema()["$defs"]
    for struct in (Recipe, ChainsRecipe, Data, Energy, Model, Sampler, Stop):
        assert set(definitions[struct.__name__]["properties"]) - {"lab"} == set(struct.__struct_fields__)
        assert definitions[struct.__name__]["additionalProperties"] is False


# ---- refusals --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("plain", "named"),
    [
        (changed(sede=1), "'sede'"),
        (changed(model__parms={}), "'parms' (in model)"),
        (changed(data__lables=[0]), "'lables' (in data)"),
        (changed(stop__step=10), "'step' (in stop)"),
        (changed(version=2), "in version"),
        (changed(lab="latents"), "in lab"),
        (changed(seed="0"), "in seed"),
        (changed(seed=0.5), "in seed"),
        (changed(seed=True), "in seed"),
        (changed(seed=-1), "seed is -1"),
        (changed(seed=2**63), "seed is 9223372036854775808"),
        (changed(data=None), "in data"),
        (changed(data__n=0), "data.n is 0"),
        (changed(data__n=MAX_POINTS + 1), "data.n is 1000001"),
        (changed(data__n=2.5), "in data.n"),
        (changed(data__args=[1]), "in data.args"),
        (changed(data__args={"noise": None}), "in data.args"),
        (changed(model="energy_mlp"), "in model"),
        (changed(model__name=3), "in model.name"),
        (changed(stop={"steps": 0}), "stop.steps is 0"),
        (changed(stop={"steps": True}), "in stop.steps"),
        (changed(stop={"seconds": 0}), "stop.seconds is 0"),
        (changed(stop={"seconds": -1.5}), "stop.seconds is -1.5"),
        (changed(stop={"seconds": math.nan}), "stop.seconds is nan"),
        (changed(stop={"seconds": math.inf}), "stop.seconds is inf"),
        (changed(stop={"seconds": 10**400}), "in stop.seconds"),
        (changed(stop={}), "stop needs exactly one of steps and seconds"),
        (changed(stop={"steps": 1, "seconds": 1}), "stop needs exactly one of steps and seconds"),
        (changed(data={}), "data needs exactly one of preset, file, points, word; it has 0"),
        (changed(data={"preset": "line", "word": "hi"}), "data needs exactly one of"),
        (changed(data={"points": [[0, 0]], "file": "a.csv"}), "it has 2"),
        (changed(data={"points": [[0, 0], [math.nan, 1]]}), "data.points[1]"),
        (changed(data={"points": [[0, math.inf]]}), "data.points[0]"),
        (changed(data={"points": [[0, 10**400]]}), "data.points[0][1]"),
        (changed(data={"points": [[0, 1, 2]]}), "data.points[0]"),
        (changed(data={"points": [[0, "1"]]}), "data.points[0][1]"),
        (changed(data={"points": [[0, 1]], "labels": [0, 1]}), "data.labels"),
        (changed(data={"points": [[0, 1]], "labels": [4]}), "data.labels[0] is 4"),
        (changed(data={"preset": "line", "labels": [0]}), "data.labels"),
        ([], "outermost braces"),
        ("text", "outermost braces"),
        ({}, "'data'"),
    ],
)  # fmt: skip
def test_a_wrong_recipe_is_refused_in_one_line_that_names_the_key(plain, named):
    with pytest.raises(Notice) as refusal:
        recipe.from_plain(plain)
    assert named in str(refusal.value)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (b"{", "is not JSON"),
        (b"", "is not JSON"),
        (b"\xff\xfe\xfa", "is not JSON"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"seed": ' + b"9" * 5000 + b"}", "is not JSON"),
    ],
    ids=["cut off", "empty", "bytes", "nested", "a number of 5000 digits"],
)
def test_a_file_that_is_no_json_is_refused_by_its_name(tmp_path, content, named):
    path = tmp_path / "odd.json"
    path.write_bytes(content)
    with pytest.raises(Notice, match=r"odd\.json") as refusal:
        recipe.read(path)
    assert named in str(refusal.value)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(Notice, match=r"nowhere\.json cannot be read: No such file"):
        recipe.read(tmp_path / "nowhere.json")


def test_a_folder_is_no_recipe(tmp_path):
    with pytest.raises(Notice, match="cannot be read"):
        recipe.read(tmp_path)


def test_a_file_too_large_for_a_recipe_is_not_read(tmp_path):
    path = tmp_path / "large.json"
    with path.open("wb") as file:
        file.truncate(recipe.MAX_RECIPE_BYTES + 1)
    with pytest.raises(Notice, match=r"large\.json is larger than 64 MiB"):
        recipe.read(path)


# ---- --set -----------------------------------------------------------------------------------------


def test_a_setting_changes_what_its_path_names():
    settings = ["seed=7", "model.params.step_size=0.1", "data.args.noise=0.3", "model.params.negative_phase=pcd"]
    read = recipe.read(None, settings)
    assert read.seed == 7
    assert read.model.params == {"step_size": 0.1, "negative_phase": "pcd"}
    assert read.data.args == {"radius": 2.0, "noise": 0.3}


def test_a_setting_may_replace_a_whole_part():
    assert recipe.read(None, ['stop={"steps": 5}']).stop == Stop(steps=5)


def test_another_way_to_stop_takes_the_place_of_the_recipes():
    assert recipe.read(None, ["stop.steps=30"]).stop == Stop(steps=30)


def test_arguments_without_a_preset_are_refused():
    with pytest.raises(Notice, match=r"data\.args"):
        recipe.from_plain({"data": {"word": "a", "args": {"noise": 0.1}}})


@pytest.mark.parametrize(
    "data",
    [
        {"points": [[0, 0], [1, 1]], "extent": [1, 0, 0, 1]},
        {"points": [[0, 0], [1, 1]], "extent": [0, math.inf, 0, 1]},
        {"preset": "rings", "extent": [0, 1, 0, 1]},
    ],
)
def test_a_home_view_that_cannot_be_is_refused(data):
    with pytest.raises(Notice, match=r"data\.extent"):
        recipe.from_plain({"data": data})


def test_the_last_of_two_settings_counts():
    assert recipe.read(None, ["seed=1", "seed=2"]).seed == 2


def test_text_that_holds_an_equals_sign_stays_whole():
    assert recipe.read(None, ['data={"word": "a=b"}']).data.word == "a=b"


@pytest.mark.parametrize(
    ("setting", "named"),
    [
        ("seed", "key=value"),
        ("=3", "key=value"),
        ("model.parms.width=3", "'parms'"),
        ("sead=3", "'sead'"),
        ("seed=three", "in seed"),
        ("seed.of.run=1", "leads through something that has no keys"),
        ("..=1", "''"),
    ],
)
def test_a_wrong_setting_is_refused_by_its_name(setting, named):
    with pytest.raises(Notice) as refusal:
        recipe.read(None, [setting])
    assert named in str(refusal.value)


def test_a_setting_on_a_recipe_without_keys_is_a_notice(tmp_path):
    with pytest.raises(Notice, match="has no keys"):
        recipe.read(written(tmp_path, [1]), ["seed=1"])


# ---- files beside the recipe -----------------------------------------------------------------------


def test_a_relative_data_file_is_taken_from_the_recipes_own_folder(tmp_path, monkeypatch):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    path = written(tmp_path, {"data": {"file": "points.csv"}})
    assert Path(recipe.read(path).data.file) == tmp_path / "points.csv"


def test_an_absolute_data_file_stays_as_it_is(tmp_path):
    path = written(tmp_path, {"data": {"file": "/data/points.csv"}})
    assert recipe.read(path).data.file == "/data/points.csv"


def test_recipes_are_not_changed_once_made():
    with pytest.raises(AttributeError):
        recipe.default().seed = 1
    assert msgspec.structs.replace(recipe.default(), seed=1).seed == 1


def chains(**changes):
    """A right recipe of the chains lab with some keys changed."""
    return {"lab": "chains", "energy": {"formula": "x**2 + y**2"}, "samplers": [{"name": "mala"}], **changes}


def test_a_recipe_of_the_chains_lab_is_read_and_written(tmp_path):
    path = tmp_path / "chains.json"
    path.write_text(json.dumps(chains()), encoding="utf-8")
    read = recipe.read(path, ["seed=3"])
    assert isinstance(read, ChainsRecipe)
    assert read.energy == Energy(formula="x**2 + y**2")
    assert read.samplers == (Sampler("mala"),)
    plain = json.loads(json.dumps(recipe.to_plain(read)))
    assert plain["lab"] == "chains"
    assert recipe.any_from_plain(plain) == read


def test_a_recipe_of_the_chains_lab_is_none_of_the_landscape_lab():
    with pytest.raises(Notice, match="chains lab"):
        recipe.from_plain(chains())


@pytest.mark.parametrize(
    ("plain", "named"),
    [
        (chains(energy=None), "energy"),
        (chains(data={"preset": "line"}), "exactly one of energy"),
        (chains(energy={}), "formula and analytic"),
        (chains(energy={"formula": "x", "analytic": "banana"}), "formula and analytic"),
        (chains(energy={"formula": "x", "params": {"a": 1}}), "energy.params"),
        (chains(energy={"formula": "x", "extent": [1, 0, 0, 1]}), "energy.extent"),
        (chains(energy={"formula": 3}), "energy.formula"),
        (chains(energy={"formulae": "x"}), "formulae"),
        (chains(start="data"), "start"),
        (chains(start="here"), "start"),
        (chains(sharpness=0), "sharpness"),
        (chains(sharpness=-1), "sharpness"),
        (chains(bumps=[[0, 0, 1, 0]]), "bumps[0]"),
        (chains(bumps=[[0, 0, 1, 1], [0, 0, 1e6, 1]]), "bumps[1]"),
        (chains(bumps=[[0, 0, 1]]), "bumps[0]"),
        (chains(bumps=[[0, 0, 1, 1]] * 257), "257 bumps"),
        (chains(samplers=[]), "samplers"),
        (chains(samplers=[{"name": "mala", "chains": 0}]), "samplers[0].chains"),
        (chains(samplers=[{"name": "mala"}, {"name": "mala", "draws": 0}]), "samplers[1].draws"),
        (chains(samplers=[{"name": "mala", "warmup": -1}]), "warmup"),
        (chains(samplers=[{"name": "mala", "every": 0}]), "every"),
        (chains(samplers=[{"name": "mala", "chains": 60_000, "draws": 10_000}]), "draws"),
        (chains(samplers=[{"chains": 4}]), "name"),
        (chains(lab="kitchen"), "lab"),
        (chains(seed=-1), "seed"),
    ],
)  # fmt: skip
def test_a_wrong_recipe_of_the_chains_lab_is_refused_in_one_line(plain, named):
    with pytest.raises(Notice) as refusal:
        recipe.any_from_plain(plain)
    assert named in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_another_preset_brings_its_own_knobs():
    assert recipe.read(None, ["data.preset=rings"]).data.args == {}
    assert recipe.read(None, ["data.preset=rings", "data.args.noise=0.3"]).data.args == {"noise": 0.3}
    assert recipe.read(None, ["data.preset=eight_gaussians"]).data.args == recipe.read(None).data.args
