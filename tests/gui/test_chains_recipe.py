"""The chains lab's page as a recipe: what is read back is what was seen."""

import json

import numpy as np
import pytest
from PySide6.QtCore import QObject, Signal

from engine import recipe
from engine.recipe import Energy, Model, Sampler
from gui.chains_recipe import chains_recipe
from gui.files import recipe_as_json
from gui.walk import Place, SamplerWalk

MODEL = recipe.default()
NO_BUMPS = np.zeros((0, 4))


class Link(QObject):
    received = Signal(object)

    def send(self, message):
        pass


@pytest.fixture
def walks(qapp):
    owner = Link()
    made = [SamplerWalk(number, name, "cpu", owner, owner) for number, name in enumerate(("nuts", "mala"))]
    made[1].set_params({"step_size": 0.5})
    yield made
    owner.deleteLater()


def read_back(made):
    return recipe.any_from_plain(json.loads(recipe_as_json(made)))


def test_target_samplers_start_and_what_was_dug_are_kept(walks):
    place = Place(Energy(analytic="banana"), num_chains=7, starts=np.array([[1.0, -2.0]]), warm_up=50, sharpness=2.0)
    bumps = np.array([[0.1234567891, 0.0, -3.0, 0.5]])
    made = chains_recipe(walks, place, "place", bumps, MODEL)
    assert read_back(made) == made
    assert made.energy == Energy(analytic="banana")
    assert made.samplers == (Sampler("nuts", {}, 7, 1000, 50), Sampler("mala", {"step_size": 0.5}, 7, 1000, 50))
    assert made.start == (1.0, -2.0)
    assert made.bumps == ((0.123457, 0.0, -3.0, 0.5),)
    assert made.sharpness == 2.0
    assert made.data is None


def test_the_model_of_the_landscape_lab_comes_with_its_data(walks):
    made = chains_recipe(walks, Place(None), "data", NO_BUMPS, MODEL)
    assert read_back(made) == made
    assert made.data == MODEL.data
    assert made.model == Model()
    assert made.start == "data"


def test_a_stroke_becomes_places(walks):
    place = Place(Energy(formula="x**2 + y**2"), starts=np.array([[0.0, 1.0], [2.0, 3.0]]))
    made = chains_recipe(walks, place, "stroke", NO_BUMPS, MODEL)
    assert read_back(made) == made
    assert (made.start, made.places) == ("wide", ((0.0, 1.0), (2.0, 3.0)))
