"""What every model, sampler and data set must fulfil; a new file in their folders is tested without a word here."""

import math
import re
import warnings

import numpy as np
import pytest
import torch

from engine import catalogue, recipe
from engine import data as datasets
from engine.data import PRESETS
from engine.fields import FAR
from engine.jobs import FEWEST_POINTS, Training, dataset
from engine.knobs import knobs_of, make
from engine.messages import LAYERS, Entry, SetData, SetView
from engine.models import Batch
from engine.notice import Notice
from engine.training_past import Present, TrainingPast

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # of a function that it calls at import
    import ziamath

CPU = torch.device("cpu")
MODELS, SAMPLERS, DATASETS = catalogue.model_modules(), catalogue.sampler_modules(), catalogue.dataset_modules()
EVERYTHING = {
    f"{kind}.{name}": (name, module)
    for kind, modules in (("models", MODELS), ("samplers", SAMPLERS), ("datasets", DATASETS))
    for name, module in modules.items()
}
each_entry = pytest.mark.parametrize(("name", "module"), EVERYTHING.values(), ids=EVERYTHING)
each_model = pytest.mark.parametrize("module", MODELS.values(), ids=MODELS)
each_dataset = pytest.mark.parametrize("name", DATASETS)


def rng(seed=0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def points(count=30, seed=1) -> torch.Tensor:
    return 0.4 * torch.randn(count, 2, generator=rng(seed))


def batch_of(x=None) -> Batch:
    x = points() if x is None else x
    return Batch(x, torch.arange(len(x)) % 4)


# ---- what is shown of everything -------------------------------------------------------------------


def test_all_there_is_is_found():
    assert "energy_mlp" in MODELS
    assert {"langevin", "mala"} <= set(SAMPLERS)
    assert set(DATASETS) == set(PRESETS)


@each_entry
def test_it_says_what_it_is_and_where_it_comes_from(name, module):
    entry = catalogue.entry_of(name, module)
    assert isinstance(entry, Entry)
    assert entry.name == name
    assert 3 <= len(entry.title) <= 60
    assert "\n" not in entry.title
    assert len(entry.help.split()) >= 8
    assert entry.help.endswith((".", "?"))
    assert re.search(r"\b(1[6-9]|20)\d\d\b|scikit-learn, make_\w+", entry.source), "a year, or where the code is"
    assert "Equation" not in entry.help + entry.source


@each_entry
def test_its_equation_can_be_drawn(name, module):
    equation = catalogue.entry_of(name, module).equation
    if name in MODELS or name in SAMPLERS:
        assert equation
    if equation:
        assert "<path" in ziamath.Latex(equation).svg()


@each_entry
def test_its_knobs_explain_themselves_and_stand_at_allowed_values(name, module):
    knobs = knobs_of(module.Params)
    assert len(knobs) == len(module.Params.__struct_fields__), "every field is a knob"
    for each in knobs:
        assert len(each.help.split()) >= 3, each.name
        assert each.help.endswith("."), each.name
        if type(each.default) in (int, float):
            assert each.low is not None, each.name
            assert each.high is not None, each.name
            assert each.low < each.high, each.name
        if type(each.default) is str:
            assert len(each.choices) >= 2, each.name
    defaults = {each.name: each.default for each in knobs}
    assert make(module.Params, defaults, "p") == module.Params()


def has_batches(module) -> bool:
    return "batch_size" in module.Params.__struct_fields__


# ---- models ----------------------------------------------------------------------------------------


def model_of(module, values=None, seed=0):
    return module.Model(make(module.Params, values or {}, "p"), rng(seed), CPU)


def begun(module, values=None, seed=0):
    model = model_of(module, values, seed)
    model.begin(batch_of(), rng(seed + 20))
    model.settle()
    return model


def settings_of(module) -> list[dict]:
    """Every choice of every knob, one at a time, and every switch both ways."""
    found = [{}]
    for each in knobs_of(module.Params):
        found += [{each.name: choice} for choice in each.choices]
        found += [{each.name: is_on} for is_on in (False, True) if type(each.default) is bool]
    return found


SETTINGS = [
    pytest.param(module, values, id="-".join([name, *(f"{key}={value}" for key, value in values.items())]))
    for name, module in MODELS.items()
    for values in settings_of(module)
]
each_setting = pytest.mark.parametrize(("module", "values"), SETTINGS)


@torch.no_grad()
def trained(module, values=None, seed=0, num_steps=3):
    model, steps = begun(module, values, seed), rng(seed + 50)
    for _ in range(num_steps):
        model.step(batch_of(), steps)
    return model


@each_setting
def test_a_step_returns_finite_scalars_on_the_device(module, values):
    model = begun(module, values)
    with torch.no_grad():
        terms = model.step(batch_of(), rng())
    for name, term in terms._asdict().items():
        assert isinstance(term, torch.Tensor)
        assert term.shape == ()
        assert term.device == CPU
        assert not term.requires_grad
        assert term.isfinite() or (name == "energy_of_samples" and term.isnan())


@each_setting
@pytest.mark.parametrize("count", [0, 1, 5000])
def test_energy_and_score_have_a_value_for_each_point(module, values, count):
    model, x = trained(module, values), points(count)
    before = x.clone()
    with torch.no_grad():
        energy, score = model.energy(x), model.score(x)
    assert energy.shape == (count,)
    assert score.shape == (count, 2)
    assert energy.isfinite().all()
    assert score.isfinite().all()
    assert torch.equal(x, before)


@each_setting
def test_the_energy_of_a_point_does_not_depend_on_its_company(module, values):
    model, x = trained(module, values), points(40)
    with torch.no_grad():
        torch.testing.assert_close(model.energy(x[7:9]), model.energy(x)[7:9], rtol=1e-4, atol=1e-4)


@each_setting
def test_the_score_is_minus_the_slope_of_the_energy(module, values):
    """After a single step: later the landscape may bend more within a difference."""
    model, x, h = trained(module, values, num_steps=1), points(20), 5e-3
    with torch.no_grad():
        score = model.score(x)
        for axis in (0, 1):
            shift = h * torch.eye(2)[axis]
            slope = (model.energy(x + shift) - model.energy(x - shift)) / (2 * h)
            is_close = torch.isclose(score[:, axis], -slope, rtol=5e-2, atol=5e-3 * float(score.abs().max()) + 2e-3)
            # A kink of relu may lie between the two points of a difference.
            assert is_close.sum() >= 18


@each_model
def test_energy_and_score_together_are_those_apart(module):
    """Of the same network, too, where the one that is shown is not the one that learns."""
    model, x = trained(module), points(20)
    energy, score = model.energy_and_score(x)
    torch.testing.assert_close(energy, model.energy(x), rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(score, model.score(x), rtol=1e-4, atol=1e-4)


@each_setting
def test_the_phases_are_points_on_the_plane(module, values):
    model = begun(module, values)
    for _ in range(2):
        with torch.no_grad():
            for phase in model.phases(rng()):
                assert phase.ndim == 2
                assert phase.shape[1] == 2
                assert phase.abs().le(FAR).all()
            model.step(batch_of(), rng())


def is_same(a, b) -> bool:
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)


@each_setting
def test_the_same_seed_gives_the_same_model_and_another_seed_another(module, values):
    first, same, other = (trained(module, values, seed).weights() for seed in (0, 0, 1))
    assert is_same(first, same)
    assert not is_same(first, other)


@each_setting
def test_weights_put_into_another_model_make_it_the_same(module, values):
    model, other = trained(module, values), trained(module, values, seed=1)
    other.load(model.weights())
    assert is_same(other.weights(), model.weights())
    assert torch.equal(other.energy(points()), model.energy(points()))


@each_setting
def test_gone_back_it_goes_on_bit_for_bit_as_it_did(module, values):
    """A copy of its state is put back twice: going on from it must not change it."""
    drawn = points(40).double().numpy()
    data = dataset(drawn, np.arange(40) % 4, (-2.0, 2.0, -2.0, 2.0), None, CPU)
    training = Training(
        module.__name__.rpartition(".")[2], {**values, "batch_size": 16} if has_batches(module) else values, 0, CPU
    )
    steps = training.steps(data)
    for _ in range(3):
        next(steps)
    told = SetData(1, 1, drawn, np.arange(40, dtype=np.uint8) % 4, (-2.0, 2.0, -2.0, 2.0))
    view = SetView(1, told.extent, columns=12, rows=12, layers=LAYERS)
    owner = TrainingPast(
        1, lambda: Present(training, data, told), lambda other, is_news: None, lambda: False, lambda: view
    )
    kept, num_bytes = owner.capture()
    assert num_bytes > 0
    for _ in range(3):
        training.step(data.batch)
    after, rng = training.model.weights(), training.rng.get_state()
    for _ in range(2):
        assert [seen.step for seen in owner.seen_of(kept)] == [3], "looking changes nothing"
        owner.put_back(kept)
        assert training.num_steps == 3
        for _ in range(3):
            owner.again()
        assert training.num_steps == 6
        assert is_same(training.model.weights(), after)
        assert torch.equal(training.rng.get_state(), rng)


@each_model
def test_it_says_what_kind_it_is_and_what_to_try(module):
    entry = catalogue.entry_of("model", module)
    assert entry.kind in catalogue.KINDS
    assert len(entry.to_try.split()) >= 6
    assert set(entry.layers) <= set(LAYERS)
    assert ("machine" in entry.layers) == (entry.machine is not None)


@each_model
def test_its_machine_is_whole(module):
    machine = module.Model.machine
    assert machine is not None
    names = [box.name for column in machine.columns for box in column]
    assert len(names) == len(set(names))
    assert {name for arrow in machine.arrows for name in arrow} <= set(names)
    assert {name for stage in machine.stages for name in stage} == set(names)
    for column in machine.columns:
        for box in column:
            assert len(box.title) <= 18
            assert box.help.endswith(".")


@each_setting
@pytest.mark.parametrize("num_steps", [0, 2])
@torch.no_grad()
def test_what_it_draws_can_be_shown(module, values, num_steps):
    """Before the first step too; each layer that it says it has, and no other."""
    model = trained(module, values, num_steps=num_steps)
    drawings = {"manifold": model.manifold(), "parts": model.parts(), "cursor": model.at_cursor(points(1))[0]}
    for name, drawing in drawings.items():
        corners = [*drawing.lines, *(each for each in (drawing.arrows, drawing.dots) if each is not None)]
        assert (name in model.layers) or not corners, name
        for each in corners:
            assert each.ndim == 2
            assert each.shape[1] == (4 if each is drawing.arrows else 2)
            assert each.isfinite().all()
    field = model.field(points(7))
    assert field.shape == (7, 2)
    assert field.isfinite().all()
    pushes = model.pushes(points(9))
    assert (pushes is not None) == ("phases" in model.layers and num_steps > 0)
    for each in pushes or ():
        assert each.shape == (9,)
        assert each.isfinite().all()
    assert isinstance(model.remark(), str)


@each_setting
@pytest.mark.parametrize("num_steps", [0, 2])
@torch.no_grad()
def test_every_box_has_a_picture(module, values, num_steps):
    model = trained(module, values, num_steps=num_steps)
    pictures = model.pictures(rng())
    names = {box.name for column in model.machine.columns for box in column}
    assert set(pictures) == names - {"energy", "loss"}
    assert set(model.lit()) <= names
    for name, (kind, picture) in pictures.items():
        assert picture.isfinite().all(), name
        assert {"dots": (200, 2), "bars": (64,), "heat": (64, 64)}[kind] >= tuple(picture.shape)[: picture.ndim]
        assert picture.ndim == {"dots": 2, "bars": 1, "heat": 2}[kind]


@each_setting
@torch.no_grad()
def test_its_samples_are_as_many_points_as_asked_for(module, values):
    model = trained(module, values)
    drawn = model.samples(33, rng())
    if drawn is not None:
        assert drawn.shape == (33, 2)
        assert drawn.isfinite().all()
        assert torch.equal(drawn, model.samples(33, rng()))


HARD = {
    "two points": torch.tensor([[0.1, 0.2], [-0.3, 0.4]]),
    "one point repeated": torch.full((40, 2), 0.25),
    "all on a line": torch.linspace(-1, 1, 40)[:, None] * torch.tensor([[1.0, 0.5]]),
    "far from the middle": points(40) * 0.01 + 2.9,
}


@each_model
@pytest.mark.parametrize("what", HARD)
def test_hard_data_work_or_are_refused_in_a_sentence(module, what):
    """One class only, too: all labels are 0."""
    x = HARD[what]
    drawn = dataset(x.double().numpy(), np.zeros(len(x), np.uint8), (-1.0, 1.0, -1.0, 1.0), None, CPU)
    training = Training(module.__name__.rpartition(".")[2], {}, seed=0, device=CPU)
    try:
        steps = training.steps(drawn)
        for _ in range(12):
            next(steps)
        training.measure()
    except Notice as notice:
        said = str(notice)
        assert said.endswith("."), said
        return
    with torch.no_grad():
        assert training.model.energy(points(50)).isfinite().all()
        assert training.samples(20, rng()).isfinite().all()


@each_model
def test_knobs_that_make_no_new_network_may_be_turned_to_their_ends_between_steps(module):
    model = begun(module)
    steps = rng()
    for each in knobs_of(module.Params):
        if each.makes_new_network or type(each.default) in (str, bool):
            continue
        for value in (each.low, each.high):
            kind = type(each.default)
            value = min(kind(value), kind(64)) if kind is int else value  # else it would take too long
            model.params = make(module.Params, {each.name: value}, "p")
            model.settle()
            with torch.no_grad():
                terms = model.step(batch_of(), steps)
                assert terms.loss.isfinite(), each.name
                assert terms.energy_of_data.isfinite(), each.name
                assert model.energy(points()).isfinite().all(), each.name


# ---- data sets -------------------------------------------------------------------------------------


@each_dataset
@pytest.mark.parametrize("n", [1, FEWEST_POINTS, 300])
def test_it_draws_as_many_points_as_it_is_asked_for(name, n):
    drawn = datasets.draw(recipe.Data(preset=name, n=n), seed=0)
    assert drawn.points.shape == (n, 2)
    assert drawn.points.dtype == np.float64
    assert np.isfinite(drawn.points).all()
    assert drawn.labels.shape == (n,)
    assert drawn.labels.dtype == np.uint8
    assert drawn.labels.max() <= 3
    x0, x1, y0, y1 = drawn.extent
    assert x0 < x1
    assert y0 < y1
    assert drawn.truth == recipe.Data(preset=name, n=n)


@each_dataset
def test_the_same_seed_draws_the_same_points_and_another_seed_others(name):
    first, same, other = (datasets.draw(recipe.Data(preset=name, n=50), seed).points for seed in (0, 0, 1))
    assert np.array_equal(first, same)
    assert not np.array_equal(first, other)


@each_dataset
def test_it_can_be_learnt_from(name):
    drawn = datasets.draw(recipe.Data(preset=name, n=50), seed=0)
    data = dataset(drawn.points, drawn.labels, drawn.extent, drawn.truth, CPU)
    training = Training("energy_mlp", {"width": 4, "depth": 1}, seed=0, device=CPU)
    next(training.steps(data))
    assert math.isfinite(training.nll(data, training.log_z()))
    assert data.points.abs().max() < FAR
