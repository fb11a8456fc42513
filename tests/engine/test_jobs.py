"""Training as a job: its traces, its knobs, and what it does when the energies run away."""

import math

import numpy as np
import pytest
import torch

from engine import data as datasets
from engine import recipe
from engine.jobs import HIGHEST_ENERGY, Training, dataset
from engine.notice import Notice

CPU = torch.device("cpu")
EXTENT = (-1.0, 1.0, -1.0, 1.0)
SMALL = {"width": 8, "depth": 1, "chains": 16, "langevin_steps": 2}


def training_of(seed=0, **params) -> Training:
    return Training("energy_mlp", SMALL | params, seed=seed, device=CPU)


def data_of(count=50, extent=EXTENT):
    points = np.random.default_rng(0).normal(0, 0.3, (count, 2))
    return dataset(points, np.zeros(len(points), np.uint8), extent, None, CPU)


def run(training, num_steps, data=None) -> None:
    steps = training.steps(data or data_of())
    for _ in range(num_steps):
        next(steps)


def is_same(a, b) -> bool:
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)


def poison(training, value) -> None:
    """As if a step had thrown the network off: its energies become `value`, or not a number."""
    training.model.network.parameters[-1].fill_(value)


# ---- steps and traces ------------------------------------------------------------------------------


def test_each_next_is_one_step():
    training = training_of()
    steps = training.steps(data_of())
    for count in range(1, 4):
        next(steps)
        assert training.num_steps == count


@pytest.mark.parametrize("count", [0, 1])
def test_too_few_points_are_a_notice_when_someone_plays_and_not_before(count):
    steps = training_of().steps(data_of(count))
    with pytest.raises(Notice, match="Draw at least 2 points"):
        next(steps)


def test_two_points_are_enough():
    training = training_of()
    run(training, 3, data_of(2))
    assert np.isfinite(training.measure().loss).all()


def test_a_measure_holds_every_step_since_the_last_one():
    training = training_of()
    assert training.measure().steps.shape == (0,)
    run(training, 3)
    first = training.measure()
    run(training, 2)
    second = training.measure()
    assert first.steps.tolist() == [1, 2, 3]
    assert second.steps.tolist() == [4, 5]
    assert training.measure().steps.shape == (0,)
    for measured in (first, second):
        for trace in measured[1:]:
            assert trace.shape == measured.steps.shape
            assert trace.dtype == np.float32


def test_how_often_one_measures_does_not_change_the_run():
    often, once = training_of(), training_of()
    traces = []
    for _ in range(6):
        often.step(data_of().batch)
        traces.append(often.measure().loss)
        once.step(data_of().batch)
    assert np.array_equal(np.concatenate(traces), once.measure().loss)
    assert is_same(often.model.weights(), once.model.weights())


@pytest.mark.parametrize("phase", ["exact", "cd", "pcd"])
def test_the_same_seed_gives_the_same_traces_and_another_seed_others(phase):
    losses = []
    for seed in (3, 3, 4):
        training = training_of(seed, negative_phase=phase, batch_size=10)
        run(training, 5)
        losses.append(training.measure().loss)
    assert np.array_equal(losses[0], losses[1])
    assert not np.array_equal(losses[0], losses[2])


def test_a_batch_is_no_larger_than_its_knob_says():
    training = training_of(batch_size=7)
    run(training, 1)
    assert training.model.phases(training.rng).down.shape == (7, 2)
    run(training, 1, data_of(5))
    assert training.model.phases(training.rng).down.shape == (5, 2)


# ---- knobs -----------------------------------------------------------------------------------------


def test_an_unknown_model_is_a_notice_with_those_there_are():
    with pytest.raises(Notice, match=r"no model 'no_such_model'; there is: .*energy_mlp"):
        Training("no_such_model", {}, seed=0, device=CPU)


def test_a_wrong_knob_is_a_notice_that_names_it():
    with pytest.raises(Notice, match=r"model\.params\.width is 0"):
        training_of(width=0)


def test_a_wrong_knob_later_changes_nothing():
    training = training_of()
    run(training, 2)
    before, params = training.model.weights(), training.params
    with pytest.raises(Notice, match="learning_rate"):
        training.set_params(SMALL | {"learning_rate": math.nan})
    assert training.params == params
    assert is_same(training.model.weights(), before)


def test_a_knob_takes_effect_at_the_next_step_and_the_network_stays():
    training = training_of()
    run(training, 5)
    before = training.model.weights()
    assert not training.set_params(SMALL | {"learning_rate": 1e-5})
    assert is_same(training.model.weights(), before)
    assert training.num_steps == 5
    training.step(data_of().batch)
    moved = (training.model.weights()["network.0"] - before["network.0"]).abs().max()
    assert 0 < moved < 1e-3


def test_a_knob_that_shapes_the_network_makes_a_new_one_and_counts_from_zero():
    training = training_of()
    run(training, 5)
    assert training.set_params(SMALL | {"width": 9})
    assert training.num_steps == 0
    assert training.model.weights()["network.0"].shape == (9, 2)
    assert training.measure().steps.shape == (0,)
    run(training, 2)
    assert training.measure().steps.tolist() == [1, 2]


def test_the_same_knobs_again_are_no_change():
    training, untouched = training_of(), training_of()
    run(training, 3)
    run(untouched, 3)
    assert not training.set_params(SMALL)
    run(training, 3)
    run(untouched, 3)
    assert is_same(training.model.weights(), untouched.model.weights())


# ---- energies that run away ------------------------------------------------------------------------


@pytest.mark.parametrize("value", [math.nan, math.inf, 2 * HIGHEST_ENERGY, -2 * HIGHEST_ENERGY])
def test_energies_that_run_away_are_a_notice_and_the_network_is_the_last_good_one(value):
    training = training_of()
    run(training, 4)
    training.measure()
    good = training.model.weights()
    run(training, 2)
    poison(training, value)
    run(training, 1)
    with pytest.raises(Notice, match=r"ran away at step 7\. Lower the learning rate \(now 0\.001\)"):
        training.measure()
    assert is_same(training.model.weights(), good)
    run(training, 3)
    assert np.isfinite(training.measure().loss).all()


def test_weights_that_went_bad_in_the_last_step_before_a_measure_are_not_taken_for_good():
    """A step's energies are those before its move, so that a bad last move is only seen at the next step."""
    training = training_of()
    run(training, 1)
    training.measure()
    run(training, 1)
    training.measure()
    good = training.model.weights()
    run(training, 1)
    poison(training, math.nan)
    training.measure()
    training.measure()  # of no steps, which says nothing of the weights
    run(training, 1)
    with pytest.raises(Notice, match="ran away at step 4"):
        training.measure()
    assert is_same(training.model.weights(), good)


def test_one_can_play_on_after_every_single_step_that_ran_away():
    training = training_of()
    for _ in range(3):
        run(training, 2)
        training.measure()
        poison(training, math.nan)
        run(training, 1)
        with pytest.raises(Notice, match="ran away"):
            training.measure()
        run(training, 1)
        assert np.isfinite(training.measure().loss).all()


@pytest.mark.parametrize(
    ("phase", "suspects"),
    [("exact", r"the learning rate \(now 0\.01\), then"), ("cd", r"learning rate \(now 0\.01\), or the step size")],
)
def test_the_notice_names_the_knobs_that_are_to_blame(phase, suspects):
    training = training_of(negative_phase=phase, learning_rate=0.01)
    poison(training, math.nan)
    run(training, 1)
    with pytest.raises(Notice, match=suspects):
        training.measure()


def test_a_learning_that_really_runs_away_is_stopped_and_goes_on_at_a_lower_rate():
    """Chains that jump far too far downhill, and nothing that holds the weights."""
    wild = {"negative_phase": "cd", "learning_rate": 0.1, "step_size": 0.5, "is_adjusted": False, "detail": 50.0}
    wild |= {"width": 64, "depth": 3, "confinement": 0.0, "weight_decay": 0.0}
    training, data = training_of(**wild), data_of()

    def play(num_steps):
        for _ in range(num_steps):
            training.step(data.batch)
            training.measure()

    with pytest.raises(Notice, match="ran away"):
        play(2000)
    training.set_params(SMALL | wild | {"learning_rate": 1e-5})
    play(5)


def test_points_beyond_the_plane_are_told_instead_of_being_learnt():
    far = np.array([[0.0, 0.0], [0.1, 0.1], [9.5, 0.0]])
    with pytest.raises(Notice, match="1 points lie too far outside the home view, x from -3 to 3"):
        dataset(far, np.zeros(len(far), np.uint8), (-3.0, 3.0, -3.0, 3.0), None, torch.device("cpu"))


# ---- checkpoints -----------------------------------------------------------------------------------


def test_a_checkpoint_brings_the_network_back_exactly():
    training = training_of()
    run(training, 5)
    content, before = training.checkpoint(), training.model.weights()
    run(training, 5)
    training.restore(content, step=5)
    assert is_same(training.model.weights(), before)
    assert training.num_steps == 5
    run(training, 1)
    assert training.measure().steps.tolist() == [6]


def test_a_network_that_ran_away_after_a_restore_is_the_restored_one():
    training = training_of()
    run(training, 5)
    content, before = training.checkpoint(), training.model.weights()
    run(training, 5)
    training.measure()
    training.restore(content, step=5)
    poison(training, math.nan)
    run(training, 1)
    with pytest.raises(Notice, match="ran away at step 6"):
        training.measure()
    assert is_same(training.model.weights(), before)


@pytest.mark.parametrize("params", [{"width": 9}, {"depth": 2}])
def test_a_checkpoint_of_another_network_changes_nothing(params):
    training = training_of()
    run(training, 2)
    before = training.model.weights()
    assert not training.restore(training_of(**params).checkpoint(), step=0)
    assert is_same(training.model.weights(), before)
    assert training.num_steps == 2


@pytest.mark.parametrize("cut", [0, 4, 8, 100, -1])
def test_a_checkpoint_that_was_cut_off_is_a_notice_and_changes_nothing(cut):
    training = training_of()
    run(training, 2)
    before = training.model.weights()
    with pytest.raises(Notice, match="These are no weights"):
        training.restore(training.checkpoint()[:cut], step=0)
    assert is_same(training.model.weights(), before)


# ---- what a model is judged by ---------------------------------------------------------------------


def test_the_users_own_points_are_judged_by_themselves():
    data = data_of()
    assert not data.has_truth
    assert math.isnan(data.entropy)
    assert data.held_out is data.points


def test_a_preset_is_judged_by_fresh_points_that_are_always_the_same():
    truth = recipe.Data(preset="eight_gaussians", n=50)
    drawn = datasets.draw(truth, seed=0)
    first, again = (dataset(drawn.points, drawn.labels, drawn.extent, truth, CPU) for _ in range(2))
    assert first.has_truth
    assert torch.equal(first.held_out, again.held_out)
    assert len(first.held_out) > len(first.points)
    assert torch.cdist(first.held_out, first.points).min() > 0


def test_nll_is_in_nats_of_the_users_area():
    """The same sketch in numbers 1000 times as large: each coordinate costs log 1000 nats more."""
    training = training_of()
    points = np.random.default_rng(0).normal(0, 0.3, (50, 2))
    small, large = (
        dataset(k * points, np.zeros(len(points), np.uint8), tuple(k * side for side in EXTENT), None, CPU)
        for k in (1.0, 1000.0)
    )
    log_z = training.log_z()
    assert training.nll(large, log_z) - training.nll(small, log_z) == pytest.approx(2 * math.log(1000), abs=1e-4)


def test_nll_is_the_mean_energy_and_log_z():
    training, data = training_of(), data_of()
    energy = training.model.energy(data.points)
    exact = energy.mean().item() + training.log_z()
    assert training.nll(data, training.log_z()) == pytest.approx(exact, abs=1e-5)
