"""The classifier's energies: a free energy over classes, borders as of a second library, and paths that go down."""

import numpy as np
import pytest
import torch

from engine import data as datasets
from engine import fields, recipe
from engine.jobs import Training, dataset
from engine.models import Batch
from engine.models.classifier import Model, Params

CPU = torch.device("cpu")
SMALL = {"width": 16, "weight_decay": 0.1}


def rng(seed=0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def clumps(count=300, classes=3) -> Batch:
    """Clumps that overlap, one for each class."""
    y = torch.arange(count) % classes
    middles = torch.tensor([[-0.4, -0.3], [0.5, -0.1], [0.0, 0.5], [0.7, 0.7]])
    return Batch(middles[y] + 0.25 * torch.randn(count, 2, generator=rng(1)), y)


@torch.no_grad()
def trained(num_steps=150, batch=None, **values) -> Model:
    batch = clumps() if batch is None else batch
    model, steps = Model(Params(**SMALL | values), rng(), CPU), rng(5)
    model.begin(batch, rng())
    for _ in range(num_steps):
        model.step(batch, steps)
    return model


def with_knobs(model, **values) -> Model:
    model.params = Params(**SMALL | values)
    return model


@torch.no_grad()
@pytest.mark.parametrize("classes", [2, 3, 4])
def test_the_energy_is_minus_logsumexp_over_the_classes_that_have_points(classes):
    model, x = trained(batch=clumps(classes=classes)), clumps().x
    logits = model._learner.mean(x)[:, :classes]
    torch.testing.assert_close(model.energy(x), -torch.logsumexp(logits, 1))
    for number in range(classes):
        shown = with_knobs(model, shown=f"class {number + 1}")
        torch.testing.assert_close(shown.energy(x), -logits[:, number])


@torch.no_grad()
def test_without_hidden_layers_it_is_logistic_regression():
    from sklearn.linear_model import LogisticRegression  # slow to import

    batch = clumps()
    model = trained(1500, batch, depth=0, weight_decay=0.0, generative_weight=0.0, learning_rate=0.05, averaging=1)
    peer = LogisticRegression(C=1e6, max_iter=1000).fit(batch.x.numpy(), batch.y.numpy())
    x = fields.view_grid((-1.0, 1.0, -1.0, 1.0), 40, 40, CPU).points
    mine = model.energies(x)[:, :3].neg().softmax(1).numpy()
    assert np.abs(mine - peer.predict_proba(x.numpy())).max() < 0.02
    assert np.mean(mine.argmax(1) == peer.predict(x.numpy())) > 0.995


@torch.no_grad()
@pytest.mark.parametrize("target", ["class 1", "class 2", "class 3"])
def test_each_step_of_the_path_lowers_the_energy_of_the_target(target):
    model = with_knobs(trained(), target=target, path_step_size=1e-3)
    path = model.path(torch.tensor([[0.1, -0.8]]))
    assert path.shape == (61, 2)
    energy = model.energies(path)[:, int(target[-1]) - 1]
    assert (energy.diff() <= 1e-4).all()
    assert energy[-1] < energy[0] - 0.1


@torch.no_grad()
def test_the_path_to_another_class_ends_where_that_class_is_chosen():
    model = with_knobs(trained(), target="class 2", path_steps=300, path_step_size=5e-3)
    start = torch.tensor([[-0.5, -0.4]])
    assert int(model.energies(start).argmin()) == 0
    drawing, text = model.at_cursor(start)
    assert int(model.energies(drawing.dots).argmin()) == 1
    assert torch.equal(drawing.lines[0][:1], start)
    assert "class 1" in text


@torch.no_grad()
@pytest.mark.parametrize("temperature", [0.3, 1.0, 4.0])
def test_the_relaxed_label_is_the_minimum_in_closed_form(temperature):
    model, x = with_knobs(trained(), label_temperature=temperature), clumps().x[:40]
    expected = (-model.energies(x) / temperature).softmax(1)
    torch.testing.assert_close(model.relaxed_label(x), expected, rtol=0, atol=5e-3)
    if temperature == 1.0:
        torch.testing.assert_close(expected[:, :3], (model.energy(x)[:, None] - model.energies(x)[:, :3]).exp())


@torch.no_grad()
def test_on_a_border_the_two_best_classes_are_equally_good():
    model = trained()
    lines = model.parts().lines
    assert lines
    best = model.energies(torch.cat(lines)).sort(1).values
    assert (best[:, 1] - best[:, 0]).abs().median() < 0.02


@torch.no_grad()
def test_classes_without_points_take_no_part():
    model = trained(batch=clumps(classes=2))
    x = fields.view_grid((-3.0, 3.0, -3.0, 3.0), 20, 20, CPU).points
    assert model.energies(x)[:, 2:].isinf().all()
    assert (model.relaxed_label(x)[:, 2:] == 0).all()
    model.step(clumps(classes=3), rng())
    assert model.energies(x)[:, 2].isfinite().all()


@torch.no_grad()
def test_a_single_class_is_told_and_does_no_harm():
    batch = clumps(classes=1)
    model = trained(20, batch)
    assert "one class" in model.remark()
    assert model.energy(batch.x).isfinite().all()
    assert model.parts().lines == []


def test_two_moons_are_told_apart_and_the_generative_weight_finds_where_data_are():
    drawn = datasets.draw(recipe.Data(preset="two_moons", n=1000, args={"noise": 0.1}), 0)
    data = dataset(drawn.points, drawn.labels, drawn.extent, drawn.truth, CPU)
    nll = {}
    for weight in (0.0, 1.0):
        values = {"generative_weight": weight, "width": 32, "learning_rate": 0.01, "weight_decay": 0.1}
        training = Training("classifier", values, seed=0, device=CPU)
        steps = training.steps(data)
        for _ in range(300):
            next(steps)
        with torch.no_grad():
            is_right = training.model.energies(data.points).argmin(1) == data.labels
        assert is_right.float().mean() > 0.95
        nll[weight] = training.nll(data, training.log_z())
    assert nll[1.0] < data.entropy + 0.5 < nll[0.0]
