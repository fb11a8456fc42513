"""The exported program runs with the engine alone and gives the numbers of a run without a window."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from engine.recipe import AnyRecipe, ChainsRecipe, Data, Energy, Model, Recipe, Sampler, Stop
from gui import files, script
from gui.edits import Sketch

ROOT = Path(__file__).parents[2]
RUN = """
import json, sys
from pathlib import Path
from engine import cli, recipe
metrics = cli.run(recipe.read(Path(sys.argv[1])), Path(sys.argv[2])).metrics
print(json.dumps(metrics))
"""


def written(made: AnyRecipe, folder: Path, sketch: Sketch | None = None) -> Path:
    path = folder / "exported.py"
    text, has_points = script.script(made, "exported.csv")
    path.write_text(text)
    assert has_points == (sketch is not None)
    if sketch is not None:
        files.write(str(folder / "exported.csv"), files.points_as_csv(sketch))
    return path


def said_by(command: list[str], folder: Path) -> str:
    done = subprocess.run(
        [sys.executable, *command], cwd=folder, env=environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def environment() -> dict[str, str]:
    import os

    return {**os.environ, "PYTHONPATH": str(ROOT)}


def run_headless(made: AnyRecipe, folder: Path) -> dict[str, float]:
    path = folder / "recipe.json"
    path.write_text(files.recipe_as_json(made))
    told: dict[str, float] = json.loads(said_by(["-c", RUN, str(path), str(folder / "out")], folder).splitlines()[-1])
    return told


@pytest.mark.parametrize("count", [0, 30, 200])
def test_a_program_of_the_landscape_lab_gives_the_same_numbers(tmp_path: Path, count: int) -> None:
    """Of a preset, of points that stand in the program, of points beside it."""
    rng = np.random.default_rng(0)
    sketch = Sketch(rng.normal(size=(count, 2)), np.zeros(count, np.uint8)) if count else None
    data = Data(preset="two_moons", n=200) if sketch is None else files.recipe_of(sketch, Model(), 0, None).data
    made = Recipe(data, seed=5, model=Model(params={"width": 16, "negative_phase": "pcd"}), stop=Stop(steps=60))
    text = said_by([str(written(made, tmp_path, sketch if count > 100 else None))], tmp_path)
    found = {name: float(value) for name, value in (line.split() for line in text.splitlines())}
    expected = run_headless(made, tmp_path)
    assert found == {name: expected[name] for name in ("steps", "nll", "energy_distance")}


def test_a_program_of_chains_gives_the_same_draws(tmp_path: Path) -> None:
    made = ChainsRecipe((Sampler("mala", draws=50, warmup=20),), Energy(formula="x**2 + y**2"), seed=2)
    said_by([str(written(made, tmp_path))], tmp_path)
    run_headless(made, tmp_path)
    found, expected = (np.load(tmp_path / name / "samples.npz")["mala"] for name in ("chains-results", "out"))
    np.testing.assert_array_equal(found, expected)


def test_a_program_that_trains_for_seconds_reads_the_clock() -> None:
    text, _ = script.script(Recipe(Data(preset="rings"), stop=Stop(seconds=2.5)), "")
    compile(text, "exported.py", "exec")
    assert "until = time.perf_counter() + 2.5\n" in text


def test_a_program_loads_neither_the_window_nor_qt(tmp_path: Path) -> None:
    made = Recipe(Data(preset="rings", n=50), stop=Stop(steps=2), model=Model("kmeans"))
    path = written(made, tmp_path)
    text = path.read_text() + "\nimport sys\nassert not {'PySide6', 'gui'} & set(sys.modules)\n"
    path.write_text(text)
    said_by([str(path)], tmp_path)
