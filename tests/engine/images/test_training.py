"""Training of models of pictures: what is held out, when it ends, which weights are kept."""

import math

import numpy as np
import pytest
import torch

from engine.images import Pictures
from engine.images.held_out import MOST_HELD_OUT
from engine.images.training import CHECK_EVERY_STEPS, Training, data_of
from engine.notice import Notice
from engine.recipe import Stop

CPU = torch.device("cpu")


def pictures(count=50, side=8, seed=0) -> Pictures:
    numbers = np.random.default_rng(seed)
    pixels = numbers.integers(0, 256, (count, side, side, 1)).astype(np.uint8)
    return Pictures("noise", pixels, np.full(count, -1))


def training(name="autoencoder", count=50, seed=0, **values) -> Training:
    return Training(name, {"latents": 2, "width": 4, **values}, pictures(count), seed, CPU)


def test_a_tenth_is_held_out_and_never_learnt_from():
    data = data_of(pictures(200), 3, CPU)
    assert (data.learnt.size, data.judged.size) == (180, 20)
    assert sorted([*data.kept, *data.held_out]) == list(range(200))
    original = torch.from_numpy(pictures(200).pixels).permute(0, 3, 1, 2)
    assert torch.equal(data.judged.pixels, original[data.held_out])


def test_of_many_a_thousand_are_held_out_and_of_few_none():
    many = Pictures("black", np.zeros((20_000, 8, 8, 1), np.uint8), np.full(20_000, -1))
    assert data_of(many, 0, CPU).judged.size == MOST_HELD_OUT
    few = data_of(pictures(5), 0, CPU)
    assert (few.learnt.size, few.judged.size) == (5, 5)


def test_one_picture_is_too_few():
    with pytest.raises(Notice, match="at least 2 pictures"):
        data_of(pictures(1), 0, CPU)


def test_each_picture_is_learnt_from_once_before_any_comes_again():
    run = training(count=40, batch_size=12)
    seen = torch.cat([run._next_batch().x for _ in range(3)])
    assert len(torch.unique(seen, dim=0)) == 36


def test_training_ends_after_so_many_steps_and_says_how_far_it_is():
    told = list(training().steps(Stop(steps=10)))
    assert [each.step for each in told] == list(range(1, 11))
    assert told[4].share == 0.5
    assert told[-1].share == 1
    assert told[-1].seconds_left == 0
    assert told[4].seconds_left == pytest.approx(told[4].seconds)


def test_training_by_the_clock_ends():
    assert list(training().steps(Stop(seconds=0.05)))[-1].share == 1


def test_training_without_an_end_goes_on():
    run = training()
    steps = run.steps()
    told = [next(steps) for _ in range(20)]
    assert told[-1].step == 20
    assert told[-1].share == 0
    assert math.isnan(told[-1].seconds_left)


def test_a_closed_form_ends_after_one_step():
    assert len(list(Training("pca", {"latents": 2}, pictures(), 0, CPU).steps(Stop(steps=100)))) == 1


def test_pausing_changes_no_number():
    first, second = training(), training()
    list(first.steps(Stop(steps=12)))
    steps = second.steps(Stop(steps=12))
    for _ in steps:
        second.measure()
    assert all(torch.equal(each, second.model.tensors()[name]) for name, each in first.model.tensors().items())


def test_the_best_weights_are_kept_when_it_is_cancelled():
    run = training(learning_rate=1e-2)
    steps = run.steps()
    for _ in range(CHECK_EVERY_STEPS):
        next(steps)
    best = run.model.weights()
    # Spoilt: the judgement is worse, so these weights are not kept.
    for each in run.model.tensors().values():
        each.copy_(torch.randn_like(each))
    assert run.judge() > run.best_loss
    run.keep_best()
    assert all(torch.equal(each, best[name]) for name, each in run.model.tensors().items())


def test_of_a_gan_the_newest_weights_are_kept():
    run = training("gan")
    list(run.steps(Stop(steps=5)))
    assert math.isnan(run.measure().held_out_loss)


def test_weights_that_run_away_end_in_a_sentence():
    run = training()
    list(run.steps(Stop(steps=3)))
    run.model.tensors()["coders.encoder.last.bias"].fill_(math.nan)
    with pytest.raises(Notice, match="ran away at step 3"):
        run.judge()
    assert all(each.isfinite().all() for each in run.model.tensors().values())


def test_what_steps_say_comes_once():
    run = training()
    list(run.steps(Stop(steps=7)))
    measured = run.measure()
    assert measured.step == 7
    assert measured.traces["loss"].shape == (7,)
    assert run.measure().traces == {}


def test_a_knob_turns_while_it_learns_but_one_that_makes_another_network_does_not():
    run = training()
    run.set_params({"latents": 2, "width": 4, "learning_rate": 0.05})
    assert run.model.params.learning_rate == 0.05
    with pytest.raises(Notice, match="train anew"):
        run.set_params({"latents": 3, "width": 4})


def test_unknown_models_and_knobs_are_refused_with_a_sentence():
    with pytest.raises(Notice, match="no model of pictures 'x'"):
        training("x")
    with pytest.raises(Notice, match=r"model\.params has no 'y'"):
        training(y=1)
