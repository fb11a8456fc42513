"""How long a rendered film is, and what it is rendered from."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import recipe
from engine.notice import Notice
from engine.recipe import ChainsRecipe, Data, Energy, Recipe, Sampler, Stop
from gui.lecture import lesson
from gui.recording.form import form_of
from gui.recording.plan import plan_of
from gui.recording.source import LESSONS, PlayedLesson, Scene, load_render_source

DATA = Data(preset="rings")


def learning(**stop):
    return Scene(Recipe(DATA, stop=Stop(**stop)))


def test_training_goes_at_a_pace_that_can_be_followed_whatever_the_rate():
    slow, fast = plan_of(learning(steps=1200), 30, None, None), plan_of(learning(steps=1200), 60, None, None)
    assert (slow.steps_a_picture, slow.num_pictures) == (2, 601)
    assert (fast.steps_a_picture, fast.num_pictures) == (1, 1201)
    assert slow.step_at(0) == 0
    assert slow.step_at(600) == fast.step_at(1200) == 1200


def test_a_long_experiment_goes_faster():
    plan = plan_of(learning(steps=100_000), 30, None, None)
    assert plan.num_pictures == 60 * 30 + 1
    assert plan.step_at(plan.num_pictures - 1) == 100_000


def test_one_that_trains_for_some_time_makes_a_film_of_that_length():
    assert plan_of(learning(seconds=20), 30, None, None) == (600, 2)
    assert plan_of(learning(seconds=3600), 30, None, None).num_pictures == 60 * 30


def test_chains_are_seen_through_their_warm_up_and_all_draws():
    samplers = (Sampler("hmc", draws=100, warmup=20, every=2), Sampler("mala", draws=50, warmup=10))
    plan = plan_of(Scene(ChainsRecipe(samplers, energy=Energy(formula="x**2"))), 30, None, None)
    assert plan.step_at(plan.num_pictures - 1) == 220


def test_half_a_step_a_picture_comes_evenly():
    plan = plan_of(learning(seconds=1), 30, None, 0.5)
    assert [plan.step_at(picture) for picture in range(7)] == [0, 1, 1, 2, 2, 3, 3]


def test_the_wishes_of_the_person_hold():
    assert plan_of(learning(steps=1200), 30, 10.0, 5.0) == (300, 5.0)
    assert plan_of(learning(steps=1200), 30, None, 4.0) == (301, 4.0)
    assert plan_of(learning(seconds=20), 30, 2.0, None) == (60, 2.0)
    assert plan_of(Scene(Recipe(DATA), seconds=3.0), 30, None, None).num_pictures == 90


@given(st.integers(1, 10**6), st.sampled_from([10, 30, 60]), st.floats(0.1, 100.0))
def test_with_a_wanted_length_the_experiment_ends_with_the_film(steps, rate, seconds):
    plan = plan_of(learning(steps=steps), rate, seconds, None)
    assert plan.num_pictures == max(1, round(seconds * rate))
    if plan.num_pictures > 1:
        assert plan.step_at(plan.num_pictures - 1) == steps
    shown = [plan.step_at(picture) for picture in range(min(plan.num_pictures, 50))]
    assert shown == sorted(shown)


def test_a_recipe_is_one_scene_with_its_subject(tmp_path):
    scene = scene_of(None, ["seed=0"])
    assert scene.recipe == recipe.default()
    assert scene.text == "eight gaussians"
    path = tmp_path / "chains.json"
    plain = {"lab": "chains", "samplers": [{"name": "hmc"}], "energy": {"formula": "x**2"}}
    path.write_text(json.dumps(plain))
    assert scene_of(path).text == "E(x, y) = x**2"
    assert scene_of(path, ["seed=7"]).recipe.seed == 7


def scene_of(path, settings=()):
    found = load_render_source(path, settings)
    assert isinstance(found, Scene)
    return found


def test_without_a_file_the_first_lesson_that_is_shipped_is_filmed():
    found = load_render_source(None)
    assert isinstance(found, PlayedLesson)
    assert found.lesson.title == lesson.read(min(LESSONS.glob("*.json"))).title


def test_what_cannot_be_filmed_is_said(tmp_path):
    path = tmp_path / "latent.json"
    path.write_text(json.dumps({"lab": "latent"}))
    with pytest.raises(Notice, match="latent lab"):
        load_render_source(path)
    with pytest.raises(Notice, match="cannot be read"):
        load_render_source(tmp_path / "nothing.json")


@pytest.mark.parametrize("size", ["1920", "x", "1920x", "-4x6", "1e3x5", "1920x1080x3", "99999999999999x2"])
def test_a_size_is_width_and_height(size, tmp_path):
    assert form_of(tmp_path / "film.mp4", "640x360", 30).height == 360
    with pytest.raises(Notice, match="x"):
        form_of(tmp_path / "film.mp4", size, 30)
