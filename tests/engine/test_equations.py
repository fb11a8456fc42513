"""The equations in terms: every family has them, what they name is there, and some are held against the code."""

import pytest
import torch

from engine import catalogue
from engine.images import models as image_models
from engine.knobs import make
from engine.models import Batch
from tests.engine.test_samplers import each_sampler
from tests.engine.test_telling import told_steps

MODULES = {
    f"{kind} {name}": module
    for kind, modules in (
        ("model", catalogue.model_modules()),
        ("sampler", catalogue.sampler_modules()),
        ("picture model", catalogue.modules_of(image_models)),
    )
    for name, module in modules.items()
}
ENTRIES = {name: catalogue.entry_of(name.split()[-1], module) for name, module in MODULES.items()}
TRACES = {"", "loss", "energy_of_data", "energy_of_samples", "reconstruction", "KL", "generator loss"}
each_family = pytest.mark.parametrize("name", ENTRIES)


def terms_of(entry):
    return [term for formula in entry.formulas for term in formula.terms]


@each_family
def test_every_family_says_its_terms_each_with_a_sentence(name):
    assert terms_of(ENTRIES[name])
    for term in terms_of(ENTRIES[name]):
        assert term.latex
        assert 5 < len(term.says) < 120
        assert term.says[-1] in ".,"


@each_family
def test_terms_name_knobs_values_boxes_and_traces_that_are_there(name):
    entry = ENTRIES[name]
    knobs = {knob.name: knob for knob in entry.knobs}
    conditions = [each for formula in entry.formulas for each in (formula.needs, formula.excludes)]
    conditions += [each for term in terms_of(entry) for each in (term.needs, term.rests)]
    for condition in conditions:
        for knob, values in condition.items():
            assert knob in knobs
            for value in values:
                make(MODULES[name].Params, {knob: value}, knob)  # raises Notice on what the knob cannot be
    if entry.machine is not None:
        boxes = {box.name for column in entry.machine.columns for box in column}
        assert {each for term in terms_of(entry) for each in term.at} <= boxes
    assert {term.trace for term in terms_of(entry)} | {each.trace for each in entry.formulas} <= TRACES


@each_family
def test_with_any_choice_of_a_knob_something_is_left_of_the_equations(name):
    entry = ENTRIES[name]
    defaults = {knob.name: knob.default for knob in entry.knobs}
    for knob in entry.knobs:
        for value in knob.choices or (True, False) if isinstance(knob.default, bool) else (knob.default,):
            params = {**defaults, knob.name: value}
            there = [
                each
                for each in entry.formulas
                if all(params[key] in wanted for key, wanted in each.needs.items())
                and not (each.excludes and all(params[key] in values for key, values in each.excludes.items()))
                and any(all(params[key] in wanted for key, wanted in term.needs.items()) for term in each.terms)
            ]
            assert any(each.kind != "energy" for each in there), (knob.name, value)


@each_sampler
def test_each_phase_that_is_told_lights_some_term(name):
    begins = tuple(each for term in terms_of(ENTRIES[f"sampler {name}"]) for each in term.at)
    for _, story in told_steps(name, num_steps=3):
        for phase in story.phases:
            assert phase.name.startswith(begins), phase.name


def one_step(name, **params):
    """A model after a step on the same 64 points, and what the step said."""
    module = catalogue.model_module(name)
    rng = torch.Generator().manual_seed(0)
    x = 0.3 * torch.randn(64, 2, generator=rng)
    made = make(module.Params, {"batch_size": 64, **params}, name)
    model = module.Model(made, rng, torch.device("cpu"))
    batch = Batch(x, torch.zeros(64, dtype=torch.int64))
    with torch.no_grad():
        model.begin(batch, rng)
        model.settle()
        return model, batch, model.step(batch, rng)


def test_the_loss_of_a_neural_energy_is_the_energy_of_data_plus_log_z():
    model, _, terms = one_step("energy_mlp", negative_phase="exact")
    up = model._last.negative
    log_z = terms.loss - terms.energy_of_data
    # The integral over the plane, by the cells of the step itself; before the step, network and mean are the same.
    assert float(log_z) == pytest.approx(float(torch.logsumexp(model._log_areas - model.energy(up), 0)), abs=0.3)


@pytest.mark.parametrize("loss", ["hinge", "log", "square-square", "negative log-likelihood", "collapse"])
def test_contrastive_losses_are_those_of_their_equations(loss):
    from engine.models.contrastive_losses import compare

    data, others, margin = torch.tensor([0.5, 2.0]), torch.tensor([1.0, 4.0]), 2.0
    expected = {
        "hinge": (margin + data - others).clamp(min=0).mean(),
        "log": (1 + (data - others).exp()).log().mean(),
        "square-square": data.square().mean() + (margin - others).clamp(min=0).square().mean(),
        "negative log-likelihood": data.mean() + (-others).exp().sum().log(),
        "collapse": data.mean(),
    }[loss]
    assert float(compare(loss, data, others, margin).loss) == pytest.approx(float(expected))


@pytest.mark.parametrize("loss", ["non-saturating", "least squares", "Wasserstein", "hinge"])
def test_the_losses_of_both_players_are_those_of_their_equations(loss):
    from engine.models.gan import LOSSES

    energy = torch.tensor([-1.5, 0.3, 2.0])
    d = torch.sigmoid(-energy)  # as E = -log D / (1 - D)
    data, fake, generator = {
        "non-saturating": (-d.log(), -(1 - d).log(), -d.log()),
        "least squares": ((energy + 1) ** 2, (energy - 1) ** 2, energy**2),
        "Wasserstein": (energy, -energy, energy),
        "hinge": ((1 + energy).clamp(min=0), (1 - energy).clamp(min=0), energy),
    }[loss]
    for got, wanted in zip(LOSSES[loss], (data, fake, generator), strict=True):
        torch.testing.assert_close(got(energy), wanted)


def test_the_loss_of_components_is_the_mean_squared_distance_that_they_leave():
    model, batch, terms = one_step_of_all("pca", components=1)
    left = (batch.x - model.rebuilt(batch.x)).square().sum(1).mean()
    assert float(terms.loss) == pytest.approx(float(left), rel=1e-4)


def test_the_loss_of_a_mixture_is_its_mean_free_energy():
    model, batch, _ = one_step_of_all("gaussian_mixture", components=3, beta=2.0)
    before = model.energy(batch.x).mean()
    rng = torch.Generator().manual_seed(1)
    with torch.no_grad():
        assert float(model.step(batch, rng).loss) == pytest.approx(float(before), rel=1e-4)


def one_step_of_all(name, **params):
    """As `one_step`, of a model that looks at all points in each step."""
    module = catalogue.model_module(name)
    rng = torch.Generator().manual_seed(0)
    batch = Batch(0.3 * torch.randn(64, 2, generator=rng), torch.zeros(64, dtype=torch.int64))
    model = module.Model(make(module.Params, params, name), rng, torch.device("cpu"))
    with torch.no_grad():
        model.begin(batch, rng)
        model.settle()
        return model, batch, model.step(batch, rng)
