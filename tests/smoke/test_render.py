"""Films rendered from the command line: the real engine, the real canvas, the real encoder."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.gui.recording.films import pictures_of, told_of

ROOT = Path(__file__).parents[2]
LEARNING = {
    "seed": 5,
    "data": {"preset": "eight_gaussians", "n": 300},
    "model": {"name": "energy_mlp", "params": {"width": 32, "chains": 64}},
    "stop": {"steps": 60},
}
WALKING = {
    "lab": "chains",
    "energy": {"analytic": "ring_of_wells"},
    "samplers": [{"name": name, "chains": 3, "draws": 30, "warmup": 10} for name in ("random_walk", "nuts")],
}


def render(*arguments, cwd):
    """Without a screen, from another folder."""
    environment = {name: value for name, value in os.environ.items() if name not in ("QT_QPA_PLATFORM", "DISPLAY")}
    command = [sys.executable, str(ROOT / "main.py"), "render", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=250)


@pytest.mark.parametrize("plain", [LEARNING, WALKING], ids=["landscape", "chains"])
def test_the_same_file_gives_the_same_film_of_the_wanted_size_and_length(plain, tmp_path):
    (tmp_path / "recipe.json").write_text(json.dumps(plain))
    films = []
    for name in ("first.mp4", "second.mp4"):
        done = render("recipe.json", "--out", name, "--size", "480x270", "--seconds", 0.5, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        assert "15/15 pictures" in done.stderr
        assert f"See {name}" in done.stdout
        films.append(pictures_of(tmp_path / name, 480, 270))
    np.testing.assert_array_equal(films[0], films[1])
    assert len(films[0]) == 15
    assert "30 fps" in told_of(tmp_path / "first.mp4")
    # It moves, and is a landscape with colours and not a black picture.
    assert np.abs(films[0][0].astype(int) - films[0][-1]).max() > 60
    assert films[0][-1].std() > 15
    assert sorted(each.name for each in tmp_path.iterdir()) == ["first.mp4", "recipe.json", "second.mp4"]


def test_what_is_wrong_is_one_sentence_and_leaves_the_old_film(tmp_path):
    film = tmp_path / "film.mp4"
    film.write_bytes(b"of yesterday")
    (tmp_path / "recipe.json").write_text(json.dumps({**LEARNING, "model": {"name": "no_such_model"}}))
    for arguments, sentence in (
        (["recipe.json", "--out", "film.mp4"], "no_such_model"),
        (["--out", "film.mp4", "--seconds", "-1"], "--seconds"),
        (["--out", "nowhere/film.mp4"], "There is no folder"),
    ):
        done = render(*arguments, cwd=tmp_path)
        assert done.returncode == 2
        last = done.stderr.strip().splitlines()[-1]
        assert last.startswith("energyscape: ")
        assert sentence in last
    assert film.read_bytes() == b"of yesterday"
    assert len(list(tmp_path.iterdir())) == 2
