"""The neural energy: what a step's gradient is, what each negative phase pushes up, and that it learns."""

import itertools
import math

import msgspec
import pytest
import torch

from engine import data as datasets
from engine import fields, recipe
from engine.jobs import Training, dataset
from engine.models import Batch
from engine.models.energy_mlp import Model, Params

CPU = torch.device("cpu")
# Two units whose energies can be written down on one line; no pull by anything but the data and the negative phase.
TINY = Params(width=2, depth=1, activation="tanh", has_waves=False, detail=1.0, weight_decay=0.0, confinement=0.5)
SMALL = Params(width=16, chains=32, langevin_steps=3, batch_size=64)


def changed(params, **values) -> Params:
    return msgspec.structs.replace(params, **values)


def rng(seed=0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def model_of(params, seed=0) -> Model:
    return Model(params, rng(seed), CPU)


def batch_of(count=40) -> torch.Tensor:
    return 0.3 * torch.randn(count, 2, generator=rng(99)) + torch.tensor([0.2, -0.1])


def as_batch(x: torch.Tensor) -> Batch:
    return Batch(x, torch.zeros(len(x), dtype=torch.int64))


def tiny_energy(parameters, x):
    """w . tanh(V x + b) + c + |x|^2 / 4, written out."""
    first, biases, last, offset = parameters
    return torch.tanh(x @ first.T + biases) @ last + offset + 0.5 * (x[:, 0] ** 2 + x[:, 1] ** 2) / 2


def gradients_of(loss, parameters):
    return torch.autograd.grad(loss, parameters)


def parameters_before(model):
    return [parameter.detach().double().requires_grad_() for parameter in model.network.parameters]


def assert_gradients(model, expected):
    for parameter, exact in zip(model.network.parameters, expected, strict=True):
        torch.testing.assert_close(parameter.grad.double(), exact, rtol=1e-3, atol=1e-5)


# ---- the gradient of a step ------------------------------------------------------------------------


def test_an_exact_step_follows_the_gradient_of_the_negative_log_likelihood_on_a_hand_computed_grid():
    """E(data) + log sum_cells area * exp(-E(one point of the cell)), over the same jittered points."""
    model, batch = model_of(changed(TINY, negative_phase="exact")), batch_of()
    parameters = parameters_before(model)
    terms = model.step(as_batch(batch), rng(5))

    edges = fields.cell_edges(inner=48, outer=8)
    points = fields.jittered(edges, rng(5)).double()
    widths = edges.double().diff()
    areas = torch.stack([height * width for height in widths for width in widths])
    of_data = tiny_energy(parameters, batch.double())
    masses = areas * torch.exp(-tiny_energy(parameters, points))
    loss = of_data.mean() + masses.sum().log()

    assert_gradients(model, gradients_of(loss, parameters))
    assert terms.loss.item() == pytest.approx(loss.item(), abs=1e-4)
    assert terms.energy_of_data.item() == pytest.approx(of_data.mean().item(), abs=1e-4)
    of_samples = (masses / masses.sum() * tiny_energy(parameters, points)).sum()
    assert terms.energy_of_samples.item() == pytest.approx(of_samples.item(), abs=1e-4)


@pytest.mark.parametrize("phase", ["cd", "pcd"])
def test_a_step_with_chains_follows_the_gap_between_data_and_chains(phase):
    model, batch = model_of(changed(TINY, negative_phase=phase, chains=30, langevin_steps=2)), batch_of()
    parameters = parameters_before(model)
    terms = model.step(as_batch(batch), rng(5))
    _, up = model.phases(rng())
    assert up.shape == (30, 2)
    gap = tiny_energy(parameters, batch.double()).mean() - tiny_energy(parameters, up.double()).mean()
    assert_gradients(model, gradients_of(gap, parameters))
    assert terms.loss.item() == pytest.approx(gap.item(), abs=1e-5)
    assert (terms.energy_of_data - terms.energy_of_samples).item() == pytest.approx(gap.item(), abs=1e-5)


@pytest.mark.parametrize("phase", ["exact", "cd"])
def test_regularisation_pulls_the_energies_of_both_phases_to_zero(phase):
    """Its gradient is that of r E^2 under the data and under the negative phase, whose points and weights stay put."""
    plain, pulled = (
        model_of(changed(TINY, negative_phase=phase, chains=30, energy_regularisation=r)) for r in (0.0, 0.7)
    )
    parameters, batch = parameters_before(plain), batch_of()
    for model in (plain, pulled):
        model.step(as_batch(batch), rng(5))
    if phase == "exact":
        edges = fields.cell_edges(inner=48, outer=8)
        up = fields.jittered(edges, rng(5)).double()
        log_areas = fields.plane_grid(48, 8, CPU).log_areas
        weights = torch.softmax(log_areas - tiny_energy(parameters, up), 0).detach()
    else:
        up = plain.phases(rng()).up.double()
        weights = torch.full((30,), 1 / 30, dtype=torch.float64)
    squares = tiny_energy(parameters, batch.double()).square().mean() + weights @ tiny_energy(parameters, up).square()
    expected = gradients_of(0.7 * squares, parameters)
    for more, less, exact in zip(pulled.network.parameters, plain.network.parameters, expected, strict=True):
        torch.testing.assert_close((more.grad - less.grad).double(), exact, rtol=1e-3, atol=1e-5)


def test_a_step_moves_against_its_gradient_by_the_learning_rate():
    """The first move of Adam is the learning rate in each weight, whatever the size of the gradient."""
    model = model_of(changed(TINY, learning_rate=0.01))
    before = [parameter.clone() for parameter in model.network.parameters]
    model.step(as_batch(batch_of()), rng())
    for parameter, old in zip(model.network.parameters, before, strict=True):
        is_pushed = parameter.grad.abs() > 1e-4
        moved = (parameter - old)[is_pushed]
        torch.testing.assert_close(moved, -0.01 * parameter.grad[is_pushed].sign(), rtol=1e-2, atol=1e-6)


def test_weight_decay_shrinks_the_weights():
    free, decayed = model_of(TINY), model_of(changed(TINY, weight_decay=10.0))
    for model in (free, decayed):
        for _ in range(50):
            model.step(as_batch(batch_of()), rng())
    assert decayed.network.parameters[0].norm() < 0.9 * free.network.parameters[0].norm()


# ---- the chains ------------------------------------------------------------------------------------

STILL = {"step_size": 1e-4, "langevin_steps": 1, "learning_rate": 1e-5}  # chains that hardly move


def chains_of(model) -> torch.Tensor:
    return model.weights()["chains"]


def nearest(points, others):
    return torch.cdist(points, others).min(1).values


def test_persistent_chains_go_on_from_where_they_were():
    model = model_of(changed(SMALL, negative_phase="pcd", **STILL))
    for _ in range(3):
        before = chains_of(model)
        model.step(as_batch(batch_of()), rng())
        assert (chains_of(model) - before).abs().max() < 1e-3


def test_contrastive_divergence_starts_at_the_data():
    model = model_of(changed(SMALL, negative_phase="cd", **STILL))
    batch = batch_of()
    model.step(as_batch(batch), rng())
    assert nearest(chains_of(model), batch).max() < 1e-3
    model.step(as_batch(batch + 0.5), rng())
    assert nearest(chains_of(model), batch + 0.5).max() < 1e-3


@pytest.mark.parametrize(("rate", "least", "most"), [(0.0, 0, 0), (0.3, 220, 380), (1.0, 990, 1000)])
def test_the_restart_rate_is_the_share_of_chains_that_start_anew(rate, least, most):
    model = model_of(changed(SMALL, negative_phase="pcd", chains=1000, restart_rate=rate, **STILL))
    before = chains_of(model)
    model.step(as_batch(batch_of()), rng())
    num_restarted = int(((chains_of(model) - before).abs().amax(1) > 1e-3).sum())
    assert least <= num_restarted <= most


def test_a_chain_that_starts_anew_counts_only_after_it_has_walked():
    model = model_of(changed(SMALL, negative_phase="pcd", restart_rate=0.3))
    for _ in range(5):
        model.step(as_batch(batch_of()), rng(3))
    weights = model._last[2]
    is_new = model._ages < 25
    assert 0 < is_new.sum() < len(is_new)
    assert (weights[is_new] == 0).all()
    torch.testing.assert_close(weights[~is_new], torch.full_like(weights[~is_new], 1 / int((~is_new).sum())))


def test_where_no_chain_has_walked_long_enough_all_count():
    model = model_of(changed(SMALL, negative_phase="pcd", restart_rate=1.0))
    model.step(as_batch(batch_of()), rng())
    assert (model._last[2] == 1 / 32).all()


@pytest.mark.parametrize("wanted", [5, 32, 70])
def test_another_number_of_chains_keeps_as_many_as_it_can(wanted):
    model = model_of(changed(SMALL, negative_phase="pcd", restart_rate=0.0, **STILL))
    before = chains_of(model)
    model.params = changed(model.params, chains=wanted)
    model.step(as_batch(batch_of()), rng())
    after = chains_of(model)
    kept = min(32, wanted)
    assert after.shape == (wanted, 2)
    assert (after[:kept] - before[:kept]).abs().max() < 1e-3
    assert after.abs().max() < 1.26


@pytest.mark.parametrize("phases", list(itertools.permutations(("exact", "cd", "pcd"), 2)))
def test_phases_may_change_along_with_the_number_of_chains(phases):
    model = model_of(changed(SMALL, negative_phase="pcd", restart_rate=0.1))
    for phase, chains in zip((*phases, "pcd"), (48, 20, 48), strict=True):
        model.params = changed(model.params, negative_phase=phase, chains=chains)
        for _ in range(2):
            terms = model.step(as_batch(batch_of()), rng())
            assert torch.isfinite(torch.stack(terms)).all()


def test_points_that_are_shown_are_of_the_phase_that_made_them():
    model = model_of(changed(SMALL, negative_phase="exact"))
    model.step(as_batch(batch_of()), rng())
    model.params = changed(model.params, negative_phase="pcd")
    assert len(model.phases(rng()).up) == SMALL.chains


def test_chains_stay_on_the_plane_without_a_bowl():
    params = changed(SMALL, negative_phase="pcd", confinement=0.0, step_size=0.5, noise=2.0, is_adjusted=False)
    model = model_of(params)
    for _ in range(40):
        model.step(as_batch(batch_of()), rng())
    assert chains_of(model).abs().max() <= fields.FAR


@pytest.mark.parametrize("phase", ["exact", "cd", "pcd"])
def test_the_phases_shown_are_the_batch_and_as_many_samples_as_chains(phase):
    model, batch = model_of(changed(SMALL, negative_phase=phase)), batch_of()
    empty = model.phases(rng())
    assert len(empty.down) == len(empty.up) == 0
    model.step(as_batch(batch), rng())
    down, up = model.phases(rng())
    assert torch.equal(down, batch)
    assert up.shape == (32, 2)
    assert torch.equal(up, model.phases(rng()).up)


@pytest.mark.parametrize("phase", ["exact", "cd", "pcd"])
def test_looking_does_not_change_the_run(phase):
    seen, unseen = (model_of(changed(SMALL, negative_phase=phase)) for _ in range(2))
    views, rng_seen, rng_unseen = rng(7), rng(1), rng(1)
    for _ in range(5):
        seen.step(as_batch(batch_of()), rng_seen)
        seen.phases(views)
        seen.energy(batch_of())
        seen.weights()
        unseen.step(as_batch(batch_of()), rng_unseen)
    assert is_same(seen.weights(), unseen.weights())


# ---- what a file keeps -----------------------------------------------------------------------------


def is_same(a, b) -> bool:
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)


def trained(params, seed=0, num_steps=10) -> Model:
    model, steps = model_of(params, seed), rng(seed + 100)
    for _ in range(num_steps):
        model.step(as_batch(batch_of()), steps)
    return model


@pytest.mark.parametrize("phase", ["exact", "pcd"])
def test_what_was_loaded_goes_on_exactly_as_what_it_was_taken_from(phase):
    params = changed(SMALL, negative_phase=phase)
    model, other = trained(params), trained(params, seed=1)
    weights = model.weights()
    # The optimiser begins anew in both.
    for each in (model, other):
        each.load(weights)
        assert is_same(each.weights(), weights)
        steps = rng(3)
        for _ in range(5):
            each.step(as_batch(batch_of()), steps)
    assert is_same(model.weights(), other.weights())
    assert torch.equal(model.energy(batch_of()), other.energy(batch_of()))


def test_weights_are_copies_both_ways():
    model = trained(changed(SMALL, negative_phase="pcd"))
    weights = model.weights()
    kept = {name: each.clone() for name, each in weights.items()}
    model.load(weights)
    for _ in range(5):
        model.step(as_batch(batch_of()), rng())
    assert is_same(weights, kept)
    assert not is_same(model.weights(), kept)


@pytest.mark.parametrize(
    "other",
    [{"width": 17}, {"width": 1 + 1}, {"depth": 1}, {"depth": 3}, {"depth": 6}],
    ids=["wider", "much narrower", "shallower", "deeper", "much deeper"],
)
def test_weights_of_another_shape_are_refused_and_nothing_is_changed(other):
    model, weights = trained(SMALL), trained(changed(SMALL, **other)).weights()
    before = model.weights()
    with pytest.raises((KeyError, RuntimeError)):
        model.load(weights)
    assert is_same(model.weights(), before)


@pytest.mark.parametrize("chains", [torch.zeros(5), torch.zeros(5, 3), torch.zeros(5, 2, 2)])
def test_chains_that_are_no_points_are_refused_and_nothing_is_changed(chains):
    model = trained(SMALL)
    before = model.weights()
    with pytest.raises((KeyError, RuntimeError)):
        model.load(trained(SMALL, seed=1).weights() | {"chains": chains})
    assert is_same(model.weights(), before)


# ---- the same and other numbers --------------------------------------------------------------------


@pytest.mark.parametrize("phase", ["exact", "cd", "pcd"])
def test_the_same_seed_gives_the_same_numbers_and_another_seed_others(phase):
    params = changed(SMALL, negative_phase=phase)
    first, same, other = (trained(params, seed).weights() for seed in (0, 0, 1))
    assert is_same(first, same)
    assert not torch.equal(first["network.0"], other["network.0"])


def test_what_is_shown_is_the_mean_and_what_learns_is_not():
    shown, now = (
        trained(changed(SMALL, averaging=1000), num_steps=60),
        trained(changed(SMALL, averaging=1), num_steps=60),
    )
    weights = shown.weights()
    assert not torch.equal(weights["network_mean.0"], weights["network.0"])
    weights = now.weights()
    assert torch.equal(weights["network_mean.0"], weights["network.0"])


def test_after_a_change_the_mean_begins_anew():
    model = trained(SMALL, num_steps=60)
    model.settle()
    model.step(as_batch(batch_of()), rng())
    weights = model.weights()
    torch.testing.assert_close(weights["network_mean.0"], weights["network.0"])


# ---- learning --------------------------------------------------------------------------------------


def nll_after(num_steps, **params):
    """The start's and the end's nll of held-out points of eight Gaussians, and their entropy."""
    truth = recipe.Data(preset="eight_gaussians", n=2000, args={"radius": 2.0, "noise": 0.2})
    drawn = datasets.draw(truth, seed=0)
    training = Training("energy_mlp", params, seed=0, device=CPU)
    data = dataset(drawn.points, drawn.labels, drawn.extent, drawn.truth, CPU)
    start = training.nll(data, training.log_z())
    steps = training.steps(data)
    for _ in range(num_steps):
        next(steps)
    return start, training.nll(data, training.log_z()), data.entropy


def test_a_hundred_exact_steps_learn_most_of_what_there_is_to_learn():
    start, end, entropy = nll_after(100, width=64, batch_size=256, learning_rate=3e-3)
    assert math.isfinite(start)
    assert end - entropy < 0.35 * (start - entropy)
    assert end > entropy - 0.1  # no model is better than the truth, but for the chance in the held-out points


def test_chains_learn_too():
    start, end, entropy = nll_after(300, width=64, negative_phase="pcd", step_size=0.1)
    assert end - entropy < 0.25 * (start - entropy)


def test_exact_training_comes_close_to_the_truth():
    start, end, entropy = nll_after(500, batch_size=512, learning_rate=3e-3)
    assert start - entropy > 0.5
    assert -0.05 < end - entropy < 0.15
