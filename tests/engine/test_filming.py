"""The engine of a film: the same recipe gives the same answers, step by step, and what goes wrong is the last one."""

import io
import json

import numpy as np
import pytest
import torch

from engine import filming, recipe
from engine.data import draw
from engine.filming import LandscapeScene, scene_of
from engine.jobs import Training, dataset
from engine.messages import (
    ChainMeasures,
    Chains,
    DataMade,
    Failed,
    Landscape,
    Noticed,
    Progress,
    Ready,
    SetView,
    Skip,
    StepOnce,
    Truth,
    decode_for_window,
    encode,
    read_frame,
)
from engine.recipe import ChainsRecipe, Data, Energy, LatentRecipe, Model, Recipe, Sampler, Stop

VIEW = SetView(0, (-3.0, 3.0, -3.0, 3.0), columns=24, rows=24, layers=("manifold", "parts"))
LEARNING = Recipe(
    Data(preset="eight_gaussians", n=200), model=Model(params={"width": 16, "chains": 32}), stop=Stop(steps=9), seed=3
)
WALKING = ChainsRecipe(
    (Sampler("mala", chains=3, warmup=4), Sampler("nuts", chains=2, warmup=4)),
    energy=Energy(formula="x**2 + y**2"),
    seed=3,
)


def asked(wanted, *messages):
    body = json.dumps(recipe.to_plain(wanted)).encode() if not isinstance(wanted, bytes) else wanted
    return len(body).to_bytes(4, "little") + body + b"".join(encode(each) for each in messages)


def answers(wanted, *messages):
    """All that is written, and as messages."""
    written = io.BytesIO()
    filming.serve(io.BytesIO(asked(wanted, *messages)), written)
    content, found = written.getvalue(), []
    stream = io.BytesIO(content)
    while head := stream.read(4):
        found.append([decode_for_window(read_frame(stream)) for _ in range(int.from_bytes(head, "little"))])
    return content, found


def of_kind(messages, kind):
    return [each for each in messages if isinstance(each, kind)]


def without_pid(answer):
    """All but the first message of an opening, which tells the process."""
    return [encode(each) for each in answer if not isinstance(each, Ready)]


@pytest.mark.parametrize("wanted", [LEARNING, WALKING], ids=["landscape", "chains"])
def test_the_same_recipe_gives_the_same_answers_to_the_last_bit(wanted):
    steps = [VIEW, *(Skip(0, count) for count in (0, 2, 2, 3, 0, 1))]
    first, second = (answers(wanted, *steps)[1] for _ in range(2))
    assert len(first) == 7
    assert [without_pid(each) for each in first] == [without_pid(each) for each in second]


def test_another_seed_gives_others():
    other = recipe.any_from_plain({**recipe.to_plain(LEARNING), "seed": 4})
    told = [of_kind(answers(each, VIEW, Skip(0, 2))[1][-1], Landscape)[0] for each in (LEARNING, other)]
    assert not np.array_equal(told[0].energy, told[1].energy)


def test_training_is_that_of_the_window_and_looking_changes_nothing():
    _, found = answers(LEARNING, VIEW, *[Skip(0, 1)] * 6)
    drawn = draw(LEARNING.data, LEARNING.seed)
    device = torch.device("cpu")
    training = Training("energy_mlp", dict(LEARNING.model.params), LEARNING.seed, device)
    steps = training.steps(dataset(drawn.points, drawn.labels, drawn.extent, drawn.truth, device))
    for _ in range(6):
        next(steps)
    shown = np.concatenate([each.loss for answer in found for each in of_kind(answer, Progress)])
    np.testing.assert_array_equal(shown, training.measure().loss)
    assert of_kind(found[-1], Landscape)[0].step == 6


def test_the_opening_says_what_is_seen_before_the_first_step():
    _, found = answers(LEARNING, VIEW, Skip(0, 0))
    opening, first = found
    (made,) = of_kind(opening, DataMade)
    assert made.points.shape == (200, 2)
    assert made.truth is not None
    assert of_kind(first, Landscape)[0].step == 0
    assert of_kind(first, Landscape)[0].energy.shape == (24, 24)


def test_chains_come_with_the_truth_and_are_diagnosed_now_and_then():
    _, found = answers(WALKING, VIEW, *[Skip(0, 8)] * 16)
    assert [each.run for each in of_kind(found[0], Truth)] == [0, 1]
    assert [each.run for each in of_kind(found[1], Landscape)] == [0, 1]
    assert not any(of_kind(answer, Landscape) for answer in found[2:])
    first, last = of_kind(found[1], Chains), of_kind(found[-1], Chains)
    assert [len(each.positions) for each in first] == [3, 2]
    assert [each.step for each in last] == [128, 128]
    assert not last[0].is_warming_up
    assert [each.num_draws for each in of_kind(found[-1], ChainMeasures)] == [124, 124]


def test_another_view_is_shown_from_then_on():
    other = SetView(0, (0.0, 1.0, 0.0, 1.0), columns=16, rows=16)
    for wanted in (LEARNING, WALKING):
        _, found = answers(wanted, VIEW, Skip(0, 1), other, Skip(0, 1))
        assert of_kind(found[-1], Landscape)[0].extent == other.extent


@pytest.mark.parametrize(
    ("wanted", "sentence"),
    [
        (Recipe(Data(points=((0.0, 0.0),))), "at least 2 points"),
        (Recipe(Data(preset="rings"), model=Model("no_such_model")), "no_such_model"),
        (ChainsRecipe((Sampler("no_such_sampler"),), energy=Energy(formula="x**2 + y**2")), "no_such_sampler"),
        (LatentRecipe(), "latent lab"),
        (b'{"data": 1}', "recipe is not right"),
    ],
)
def test_what_a_person_can_mend_is_a_sentence(wanted, sentence):
    _, found = answers(wanted, VIEW, Skip(0, 1))
    ((told,),) = found
    assert isinstance(told, Noticed)
    assert sentence in told.text


def test_what_is_no_request_of_a_film_is_told():
    _, found = answers(LEARNING, StepOnce(0))
    (told,) = found[-1]
    assert isinstance(told, Failed)
    assert "StepOnce" in told.headline


def test_a_scene_is_made_of_the_recipes_lab():
    assert isinstance(scene_of(LEARNING), LandscapeScene)
