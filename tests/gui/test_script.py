"""The exported program runs with the engine alone and gives the numbers of a run without a window."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from engine.recipe import AnyRecipe, ChainsRecipe, Data, Energy, Model, Recipe, Sampler, Stop
from gui import files, script
from gui.edits import Sketch

ROOT = Path(__file__).parents[2]
RUN = """
import contextlib, io, json, runpy, sys
from pathlib import Path
from engine import cli, recipe
told = []
for folder in map(Path, sys.argv[1:]):
    with contextlib.chdir(folder), contextlib.redirect_stdout(io.StringIO()) as said:
        runpy.run_path(str(folder / "exported.py"), run_name="__main__")
        metrics = cli.run(recipe.read(folder / "recipe.json"), folder / "out").metrics
    told.append([said.getvalue(), metrics])
assert not {"PySide6", "gui"} & set(sys.modules)
print(json.dumps(told))
"""


def landscape(count: int) -> tuple[Recipe, Sketch | None]:
    """Of a preset, or of so many points of a person."""
    rng = np.random.default_rng(0)
    sketch = Sketch(rng.normal(size=(count, 2)), np.zeros(count, np.uint8)) if count else None
    data = Data(preset="two_moons", n=200) if sketch is None else files.recipe_of(sketch, Model(), 0, None).data
    model = Model(params={"width": 16, "negative_phase": "pcd"})
    return Recipe(data, seed=5, model=model, stop=Stop(steps=60)), sketch


CHAINS = ChainsRecipe((Sampler("mala", draws=50, warmup=20),), Energy(formula="x**2 + y**2"), seed=2)
ON_POINTS = ChainsRecipe(
    (Sampler("mala", draws=20, warmup=5),), data=landscape(200)[0].data, model=Model("kmeans"), stop=Stop(steps=3)
)
CASES: dict[str, tuple[AnyRecipe, Sketch | None]] = {
    "preset": landscape(0),
    "points in the program": landscape(30),
    "points beside it": landscape(200),
    "chains": (CHAINS, None),
    "chains on points beside it": (ON_POINTS, landscape(200)[1]),
}


class Ran(NamedTuple):
    said: str
    metrics: dict[str, Any]
    folder: Path


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Ran]:
    """Each program, and its recipe without a window, in one process of the engine."""
    folders = []
    for name, (made, sketch) in CASES.items():
        folder = tmp_path_factory.mktemp(name.replace(" ", "_"))
        text, has_points = script.script(made, "exported.csv")
        (folder / "exported.py").write_text(text)
        (folder / "recipe.json").write_text(files.recipe_as_json(made))
        assert has_points == name.endswith("beside it")
        if has_points and sketch is not None:
            files.write(str(folder / "exported.csv"), files.points_as_csv(sketch))
        folders.append(folder)
    command = [sys.executable, "-c", RUN, *map(str, folders)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    return {name: Ran(*each, folder) for name, each, folder in zip(CASES, told, folders, strict=True)}


@pytest.mark.parametrize("name", ["preset", "points in the program", "points beside it"])
def test_a_program_of_the_landscape_lab_gives_the_same_numbers(ran: dict[str, Ran], name: str) -> None:
    found = {key: float(value) for key, value in (line.split() for line in ran[name].said.splitlines())}
    assert found == {key: ran[name].metrics[key] for key in ("steps", "nll", "energy_distance")}


@pytest.mark.parametrize("name", ["chains", "chains on points beside it"])
def test_a_program_of_chains_gives_the_same_draws(ran: dict[str, Ran], name: str) -> None:
    folder = ran[name].folder
    found, expected = (np.load(folder / out / "samples.npz")["mala"] for out in ("chains-results", "out"))
    np.testing.assert_array_equal(found, expected)


def test_points_beside_a_program_take_no_other_files_place(tmp_path: Path) -> None:
    path = tmp_path / "moons.py"
    own = tmp_path / "moons_points.csv"
    assert script.place_beside(path, "x,y,label\n") == own
    own.write_text("somebody's own")
    other = script.place_beside(path, "x,y,label\n")
    assert other == tmp_path / "moons_points2.csv"
    other.write_text("x,y,label\n")
    assert script.place_beside(path, "x,y,label\n") == other


def test_a_program_that_trains_for_seconds_reads_the_clock() -> None:
    text, _ = script.script(Recipe(Data(preset="rings"), stop=Stop(seconds=2.5)), "")
    compile(text, "exported.py", "exec")
    assert "until = time.perf_counter() + 2.5\n" in text
