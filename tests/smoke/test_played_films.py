"""Lessons and projects filmed off the clock: the real window, and the real engine of films."""

import hashlib
import time
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QSize

from engine.notice import Notice
from engine.recipe import ChainsRecipe, Energy, Model, Sampler
from gui.edits import Sketch
from gui.lecture.lesson import Camera, Cue, Lesson, Pick, Pictures, Play, Turn
from gui.projects import contents
from gui.projects.project import Chains, Landscape, Latent, Layout, Pane, Project
from gui.recording.lesson_film import LessonFilm
from gui.recording.played import played
from gui.recording.project_film import ProjectFilm
from gui.recording.source import PlayedLesson, load_render_source
from gui.recording.studio import Studio

SIZE = QSize(1280, 720)
RATE = 10
SECS = 3.0  # of the lesson, which goes faster for it
SHIPPED = "digits-vae-2"
MOONS = {"data": {"preset": "two_moons", "n": 100}, "model": {"name": "energy_mlp", "params": {"width": 16}}, "seed": 2}
WELLS = {"lab": "chains", "energy": {"analytic": "ring_of_wells"}, "samplers": [{"name": "mala", "chains": 3}]}


def lesson(latent_model):
    return Lesson(
        "A lesson",
        (
            Cue("It learns", recipe=MOONS, play=Play(to=40), camera=Camera(zoom=2.0, seconds=0.5)),
            Cue("Hot", turn=Turn("temperature", 1.0, 4.0, 1.0)),
            Cue("It walks", recipe=WELLS, play=Play(per_second=50)),
            Cue(
                "A slider",
                pictures=Pictures(latent_model, "Interpolate", {"A": Pick(seed=1), "B": Pick(seed=2)}),
                turn=Turn("latent.between", 0.0, 1.0, 2.0),
            ),
        ),
    )


def landscape_project():
    points = np.random.default_rng(1).normal(size=(80, 2))
    return Project(
        sketch=Sketch(points, np.zeros(80, np.uint8)),
        landscape=Landscape((Pane(Model("kmeans")), Pane(Model("energy_mlp", {"width": 16}), seed=3)), temperature=1.5),
        weights=(b"", b""),
        layout=Layout(checked={"push_down": True, "traces": True, "data": True}),
    )


def chains_project():
    recipe = ChainsRecipe(
        (Sampler("mala", chains=3), Sampler("hmc", chains=3)), Energy(analytic="ring_of_wells"), seed=6
    )
    return Project(chains=Chains(recipe, 20.0), layout=Layout(lab="chains"))


def latent_project(model):
    return Project(latent=Latent(shipped=model, page="Slide"), layout=Layout(lab="latent"))


def filmed(qtbot, film, pause=0.0):
    """The digests of its pictures, and the last one as an array; `pause` seconds lie between two."""
    digests = []
    with Studio(SIZE, "dark", film.pace) as studio:
        for pixels in film.pictures(studio):
            digests.append(hashlib.sha256(pixels).hexdigest())
            time.sleep(pause)
    assert len(digests) == film.num_pictures
    return digests, np.frombuffer(pixels, np.uint8).reshape(720, 1280, 4)[:, :, :3]


@pytest.fixture(scope="module")
def shipped_model():
    """The name of weights that came with the app."""
    from engine.images import shipped

    kinds = shipped.kinds()
    if not kinds:
        pytest.skip("there are no shipped weights here")
    return next((kind.name for kind in kinds if kind.name == SHIPPED), kinds[0].name)


def test_a_lesson_gives_the_same_pictures_again_and_all_of_it_moves(qtbot, shipped_model):
    """Training, a camera, a temperature, chains, and a slider of the latent lab."""
    wanted = lesson(shipped_model)
    first, last = filmed(qtbot, LessonFilm(wanted, Path(), RATE, SECS))
    second, _ = filmed(qtbot, LessonFilm(wanted, Path(), RATE, SECS), pause=0.01)
    assert first == second
    ends = LessonFilm(wanted, Path(), RATE, SECS)._ends
    for begin, end in zip([0, *ends], ends, strict=False):
        assert len(set(first[begin:end])) > 2, "it moves in every cue"
    assert last.std() > 15


@pytest.mark.parametrize("lab", ["landscape", "chains", "latent"])
def test_a_project_gives_the_same_pictures_again_and_goes_on(qtbot, lab, request):
    if lab == "latent":
        project = latent_project(request.getfixturevalue("shipped_model"))
    else:
        project = landscape_project() if lab == "landscape" else chains_project()
    first, last = filmed(qtbot, ProjectFilm(project, RATE, 0.8, None))
    second, _ = filmed(qtbot, ProjectFilm(project, RATE, 0.8, None), pause=0.02)
    assert first == second
    assert len(set(first)) > 5
    assert last.std() > 15


def test_a_notice_is_no_part_of_the_film(qtbot, monkeypatch):
    monkeypatch.setattr("gui.labs.landscape.LandscapeLab.why_no_surface", lambda lab: "There is no OpenGL.")
    project = Project(
        sketch=Sketch(np.zeros((4, 2)), np.zeros(4, np.uint8)),
        landscape=Landscape((Pane(Model("kmeans")),)),
        layout=Layout(checked={"surface": True}),
    )
    film = ProjectFilm(project, RATE, 0.1, None)
    with Studio(SIZE, "dark", film.pace) as studio:
        for _ in film.pictures(studio):
            assert studio.window.strip.isHidden()
        assert studio.notices == ["There is no OpenGL."]


def test_a_film_of_a_smaller_size_is_of_the_same_shape(qtbot):
    with Studio(QSize(480, 360), "light", 60.0) as studio:
        assert studio.size == QSize(1280, 960)
        assert len(studio.picture()) == 4 * 1280 * 960


def test_what_a_file_is_tells_what_is_filmed(tmp_path):
    project = tmp_path / "one.escape"
    project.write_bytes(contents.write(landscape_project()))
    assert isinstance(load_render_source(project), Project)
    default = load_render_source(None)
    assert isinstance(default, PlayedLesson)
    assert default.lesson.title == "What an energy is"
    assert not isinstance(load_render_source(None, ["seed=3"]), PlayedLesson)
    with pytest.raises(Notice, match="--set changes a recipe"):
        load_render_source(project, ["seed=3"])
    with pytest.raises(Notice, match="says how fast"):
        played(default, 30, None, 2.0)
    project.write_bytes(b"no project")
    with pytest.raises(Notice, match=r"one\.escape"):
        load_render_source(project)


def test_a_project_that_names_an_unknown_model_is_one_sentence(qtbot):
    project = Project(landscape=Landscape((Pane(Model("no_such_model")),)))
    with pytest.raises(Notice, match="no_such_model"):
        filmed(qtbot, ProjectFilm(project, RATE, 1.0, None))


def test_data_of_a_recipe_are_still_filmed_as_before():
    source = load_render_source(None, ["data.preset=rings"])
    assert source.recipe.data.preset == "rings"
