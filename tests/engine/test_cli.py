"""The command line: what it lists, what a run writes, and what it does about a recipe that is wrong."""

import io
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy
import torch
from PIL import Image

import main
from engine import catalogue, recipe
from engine.recipe import Model
from gui.edits import Sketch
from gui.projects import contents
from gui.projects.project import Landscape, Pane, Project

ROOT = Path(__file__).parents[2]
FILES = {"metrics.json", "energy.npz", "samples.npz", "weights.safetensors", "frame.png"}
SMALL = {"width": 8, "depth": 1, "chains": 16}


@pytest.fixture(autouse=True)
def same_number_of_threads():
    threads = torch.get_num_threads()
    yield
    torch.set_num_threads(threads)


@pytest.fixture
def call(monkeypatch, capfd):
    """Runs the command line in this process: the exit status, and the lines on stdout and stderr."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["main.py", *map(str, arguments)])
        try:
            status = main.main()
        except SystemExit as leave:
            status = leave.code
        said, complained = capfd.readouterr()
        return status, said.splitlines(), complained.splitlines()

    return run


@pytest.fixture
def is_not_drawn(monkeypatch):
    """The picture is drawn by a process with Qt, which takes longer than all the rest."""
    monkeypatch.setattr(main, "_draw", lambda result, path: None)


@pytest.fixture
def written(tmp_path):
    """Writes a small recipe, changed as asked, and gives its path."""

    def write(**changes) -> Path:
        plain = {"data": {"points": [[0, 0], [1, 2], [3, 1]]}, "model": {"params": SMALL}, "stop": {"steps": 30}}
        plain["device"] = "cpu"
        path = tmp_path / "recipe.json"
        path.write_text(json.dumps(plain | changes), encoding="utf-8")
        return path

    return write


# ---- list ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["models", "samplers", "datasets"])
def test_a_list_names_everything_with_its_knobs_for_people_and_as_json(call, kind):
    modules = {
        "models": catalogue.model_modules,
        "samplers": catalogue.sampler_modules,
        "datasets": catalogue.dataset_modules,
    }[kind]()
    status, lines, complaints = call("list", kind, "--json")
    assert (status, complaints) == (0, [])
    listed = json.loads("\n".join(lines))
    assert [each["name"] for each in listed] == list(modules)
    assert all(each["title"] and each["help"] and each["source"] for each in listed)

    status, lines, complaints = call("list", kind)
    assert (status, complaints) == (0, [])
    for entry in catalogue.entries(modules):
        assert f"{entry.name}: {entry.title}" in lines
        for knob in entry.knobs:
            assert any(line.split("=")[0].strip() == knob.name and knob.help in line for line in lines)


@pytest.mark.parametrize("more", [[], ["--json"]])
def test_the_schema_of_a_recipe_is_json(call, more):
    status, lines, _ = call("list", "recipe-schema", *more)
    assert status == 0
    assert json.loads("\n".join(lines)) == recipe.schema()


def test_a_list_whose_reader_has_had_enough_ends_quietly():
    command = f"{sys.executable} main.py list models | true"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_list_of_nothing_that_is_there_is_a_usage_error(call):
    status, lines, complaints = call("list", "poems")
    assert (status, lines) == (2, [])
    assert "poems" in complaints[-1]


# ---- run -------------------------------------------------------------------------------------------


def test_a_run_writes_all_its_files_and_says_how_it_went(tmp_path):
    """As a person calls it: in a process of its own, from another folder, with the picture."""
    out = tmp_path / "out"
    command = [sys.executable, ROOT / "main.py", "run", "--out", "out", "--set", 'stop={"steps": 30}']
    command += ["--set", "data.n=200", "--set", "model.params.width=16"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "100%" in done.stderr
    assert done.stdout.startswith("30 steps in ")
    assert {file.name for file in out.iterdir()} == FILES

    metrics = json.loads((out / "metrics.json").read_text())
    wanted = {"steps", "seconds", "steps_per_second", "log_z", "nll", "kl_from_truth", "device", "seed"}
    assert wanted <= metrics.keys()
    assert (metrics["steps"], metrics["seed"]) == (30, 0)
    assert metrics["kl_from_truth"] > 0
    # The cross entropy is the entropy and the KL; held-out points say it but for chance.
    assert metrics["nll"] == pytest.approx(metrics["entropy_of_truth"] + metrics["kl_from_truth"], abs=0.2)
    assert recipe.from_plain(metrics["recipe"]).data.n == 200

    with np.load(out / "energy.npz") as arrays:
        assert arrays["energy"].shape == (256, 256)
        assert np.isfinite(arrays["energy"]).all()
        assert arrays["extent"].shape == (4,)
    with np.load(out / "samples.npz") as arrays:
        assert arrays["samples"].shape[1] == 2
    assert safetensors.numpy.load_file(out / "weights.safetensors")["network.0"].shape == (16, 2)
    with Image.open(out / "frame.png") as picture:
        assert picture.size == (1280, 720)
        assert len(picture.convert("RGB").getcolors(2**20)) > 100


@pytest.mark.usefixtures("is_not_drawn")
def test_the_energy_has_its_rows_from_the_lowest_y_and_its_columns_from_the_lowest_x(call, written, tmp_path):
    """Almost all data in the lower left corner of an extent that is no square and far from zero."""
    cloud = np.random.default_rng(0).normal((1000.0, -50.0), (0.5, 0.05), (200, 2)).tolist()
    data = {"points": [*cloud, [1020.0, -45.0], [1020.0, -50.0], [1000.0, -45.0]]}
    params = SMALL | {"width": 32, "learning_rate": 0.01}
    path = written(data=data, model={"params": params}, stop={"steps": 200})
    assert call("run", path, "--out", tmp_path / "out")[0] == 0
    with np.load(tmp_path / "out" / "energy.npz") as arrays:
        energy, extent = arrays["energy"], arrays["extent"]
    x0, x1, y0, y1 = extent
    assert x0 < 1000 < 1020 < x1
    assert y0 < -50 < -45 < y1
    row, column = np.unravel_index(energy.argmin(), energy.shape)
    x, y = x0 + (column + 0.5) * (x1 - x0) / 256, y0 + (row + 0.5) * (y1 - y0) / 256
    assert x == pytest.approx(1000, abs=3)
    assert y == pytest.approx(-50, abs=0.8)
    with np.load(tmp_path / "out" / "samples.npz") as arrays:
        middle = np.median(arrays["samples"], axis=0)
    assert middle == pytest.approx([1000, -50], abs=3)


@pytest.mark.usefixtures("is_not_drawn")
def test_log_z_and_nll_fit_the_energies_in_the_users_numbers(call, written, tmp_path):
    """The integral of exp(-energy) over the file's extent is part of Z, and most of it once data are learnt."""
    cloud = np.random.default_rng(0).normal((5.0, 5000.0), (1.0, 300.0), (300, 2)).tolist()
    params = SMALL | {"width": 32, "learning_rate": 0.01, "confinement": 10.0}
    path = written(data={"points": cloud}, model={"params": params}, stop={"steps": 200})
    assert call("run", path, "--out", tmp_path / "out")[0] == 0
    metrics = json.loads((tmp_path / "out" / "metrics.json").read_text())
    with np.load(tmp_path / "out" / "energy.npz") as arrays:
        energy, (x0, x1, y0, y1) = arrays["energy"].astype(float), arrays["extent"]
    cell = (x1 - x0) * (y1 - y0) / energy.size
    mass = cell * np.exp(-energy - metrics["log_z"]).sum()
    assert 0.8 < mass < 1.001
    # Of a Gaussian: 1 + log(2 pi) + log(1) + log(300).
    assert metrics["nll"] == pytest.approx(1 + np.log(2 * np.pi * 300), abs=0.4)
    assert metrics["kl_from_truth"] is None
    assert metrics["held_out_points"] == 60


@pytest.mark.usefixtures("is_not_drawn")
@pytest.mark.parametrize("phase", ["exact", "pcd"])
def test_the_same_recipe_gives_the_same_numbers_and_another_seed_others(call, written, tmp_path, phase):
    path = written(data={"preset": "two_moons", "n": 50}, model={"params": SMALL | {"negative_phase": phase}})
    for name, settings in (("first", []), ("again", []), ("other", ["--set", "seed=1"])):
        assert call("run", path, "--out", tmp_path / name, *settings)[0] == 0
    energies = [np.load(tmp_path / name / "energy.npz")["energy"] for name in ("first", "again", "other")]
    samples = [np.load(tmp_path / name / "samples.npz")["samples"] for name in ("first", "again", "other")]
    for first, again, other in (energies, samples):
        assert np.array_equal(first, again)
        assert not np.array_equal(first, other)
    nll = [json.loads((tmp_path / name / "metrics.json").read_text())["nll"] for name in ("first", "again", "other")]
    assert nll[0] == nll[1] != nll[2]


@pytest.mark.usefixtures("is_not_drawn")
def test_the_files_of_an_earlier_run_are_replaced_and_others_stay(call, written, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "notes.txt").write_text("mine")
    (out / "metrics.json").write_text("old")
    assert call("run", written(), "--out", out)[0] == 0
    assert json.loads((out / "metrics.json").read_text())["steps"] == 30
    assert (out / "notes.txt").read_text() == "mine"
    assert {file.name for file in out.iterdir()} == (FILES - {"frame.png"}) | {"notes.txt"}


@pytest.mark.usefixtures("is_not_drawn")
def test_a_run_may_stop_by_the_clock(call, written, tmp_path):
    assert call("run", written(stop={"seconds": 0.05}), "--out", tmp_path / "out")[0] == 0
    assert json.loads((tmp_path / "out" / "metrics.json").read_text())["steps"] >= 1


@pytest.mark.usefixtures("is_not_drawn")
def test_a_data_file_beside_the_recipe_is_found(call, written, tmp_path):
    (tmp_path / "points.csv").write_text("x,y\n0,0\n1,2\n3,1\n")
    assert call("run", written(data={"file": "points.csv"}), "--out", tmp_path / "out")[0] == 0


def test_a_picture_that_cannot_be_drawn_is_told_and_the_rest_is_there(call, written, tmp_path, monkeypatch):
    failed = subprocess.CompletedProcess([], 1, b"", b"Traceback\nqt.qpa.plugin: no plugin\n")
    monkeypatch.setattr(subprocess, "run", lambda *args, **kwargs: failed)
    status, _, complaints = call("run", written(), "--out", tmp_path / "out")
    assert status == 2
    assert (
        complaints[-1] == "energyscape: All was saved but frame.png, which Qt could not draw: qt.qpa.plugin: no plugin"
    )
    assert {file.name for file in (tmp_path / "out").iterdir()} == FILES - {"frame.png"}


# ---- recipes that are wrong ------------------------------------------------------------------------

WRONG = [
    ({"sede": 1}, [], "'sede'"),
    ({"stop": {"steps": "30"}}, [], "stop.steps"),
    ({"data": {"points": [[0, 0], [1, float("nan")]]}}, [], "data.points[1]"),
    ({"data": {"points": [[0, 0]]}}, [], "at least 2 points"),
    ({"data": {"points": []}}, [], "points"),
    ({"data": {"file": "nowhere.csv"}}, [], "nowhere.csv"),
    ({"data": {"file": "recipe.json"}}, [], "recipe.json"),
    ({"data": {"preset": "nine_gaussians"}}, [], "'nine_gaussians'"),
    ({"data": {"preset": "line", "args": {"nose": 1}}}, [], "'nose'"),
    ({"data": {"preset": "line", "args": {"noise": -1}}}, [], "data.args.noise is -1"),
    ({"data": {"word": ""}}, [], "word"),
    ({"model": {"name": "no_such_model"}}, [], "'no_such_model'"),
    ({"model": {"params": {"wdith": 8}}}, [], "'wdith'"),
    ({"model": {"params": {"width": 10**400}}}, [], "model.params.width"),
    ({"device": "abacus"}, [], "'abacus'"),
    ({}, ["--set", "model.params.step_size=huge"], "model.params.step_size is 'huge'"),
    ({}, ["--set", "seed"], "key=value"),
]


@pytest.mark.parametrize(("changes", "settings", "named"), WRONG, ids=[each[2] for each in WRONG])
def test_a_wrong_recipe_is_one_line_and_status_2_and_nothing_is_written(
    call, written, tmp_path, changes, settings, named
):
    status, lines, complaints = call("run", written(**changes), "--out", tmp_path / "out", *settings)
    assert (status, lines) == (2, [])
    [line] = complaints
    assert line.startswith("energyscape: ")
    assert named in line
    assert not (tmp_path / "out").exists()


def test_a_wrong_recipe_leaves_the_results_of_an_earlier_run_as_they_were(call, written, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "metrics.json").write_text("old")
    assert call("run", written(device="abacus"), "--out", out)[0] == 2
    assert {file.name: file.read_text() for file in out.iterdir()} == {"metrics.json": "old"}


def test_a_missing_recipe_is_named(call, tmp_path):
    status, _, [line] = call("run", tmp_path / "nowhere.json", "--out", tmp_path / "out")
    assert status == 2
    assert "nowhere.json" in line


@pytest.mark.usefixtures("is_not_drawn")
def test_a_run_that_runs_away_writes_nothing(call, written, tmp_path):
    wild = {"negative_phase": "cd", "learning_rate": 0.1, "step_size": 0.5, "is_adjusted": False, "detail": 50.0}
    wild |= {"width": 64, "depth": 3, "confinement": 0.0, "weight_decay": 0.0}
    path = written(model={"params": SMALL | wild}, stop={"steps": 2000})
    status, _, complaints = call("run", path, "--out", tmp_path / "out")
    assert status == 2
    assert "ran away" in complaints[-1]
    assert not (tmp_path / "out").exists()


def test_results_cannot_go_where_a_file_is(call, written, tmp_path):
    path = written()
    status, _, [line] = call("run", path, "--out", path)
    assert status == 2
    assert "needs a folder" in line


def test_a_folder_that_cannot_be_made_is_told(call, written, tmp_path):
    status, _, complaints = call("run", written(), "--out", written() / "out")
    assert status == 2
    assert "is a file" in complaints[-1]


def test_an_out_that_can_be_no_folder_is_told_before_the_training(call, written, tmp_path, monkeypatch):
    monkeypatch.setattr("engine.headless.Training", None)  # training would fail with a trace
    (tmp_path / "taken").write_text("")
    for out in (tmp_path / "taken", tmp_path / "taken" / "deeper"):
        status, _, complaints = call("run", written(), "--out", out)
        assert status == 2
        assert len(complaints) == 1
        assert "taken is a file" in complaints[0]


def test_a_recipe_that_was_copied_runs_as_a_text_and_from_the_standard_input(
    call, is_not_drawn, written, tmp_path, monkeypatch
):
    text = written(seed=7).read_text()
    status, _, _ = call("run", text, "--out", tmp_path / "text", "--set", "stop.steps=3")
    assert status == 0
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    status, _, _ = call("run", "-", "--out", tmp_path / "stdin", "--set", "stop.steps=3")
    assert status == 0
    found = [json.loads((tmp_path / name / "metrics.json").read_text()) for name in ("text", "stdin")]
    assert found[0]["nll"] == found[1]["nll"]
    assert found[0]["seed"] == 7


def test_a_text_that_is_no_recipe_is_told_in_one_line(call, tmp_path):
    status, said, complained = call("run", '{"data": ', "--out", tmp_path / "out")
    assert (status, said, len(complained)) == (2, [], 1)
    assert "The text is not JSON" in complained[0]


def test_a_project_runs_without_a_window(call, is_not_drawn, tmp_path):
    path, points = tmp_path / "a.escape", np.random.default_rng(0).normal(size=(20, 2))
    sketch = Sketch(points, np.zeros(20, np.uint8), (-3.0, 3.0, -4.0, 4.0))
    landscape = Landscape((Pane(Model("kmeans"), 3),), sketch.extent)
    path.write_bytes(contents.write(Project(sketch=sketch, landscape=landscape)))
    status, _, _ = call("run", path, "--out", tmp_path / "out", "--set", "stop.steps=3")
    assert status == 0
    metrics = json.loads((tmp_path / "out" / "metrics.json").read_text())
    assert metrics["recipe"]["model"]["name"] == "kmeans"
    assert metrics["recipe"]["data"]["points"] == points.tolist()
    assert metrics["seed"] == 3
