"""Noise contrastive estimation: what a step's gradient is, and that log Z is found."""

import math

import msgspec
import pytest
import torch

from engine import fields
from engine.models import Batch
from engine.models.noise_contrastive import Model, Params

CPU = torch.device("cpu")
TINY = Params(width=2, depth=1, activation="tanh", has_waves=False, detail=1.0, weight_decay=0.0, confinement=0.5)


def changed(params, **values) -> Params:
    return msgspec.structs.replace(params, **values)


def rng(seed=0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def as_batch(x) -> Batch:
    return Batch(x, torch.zeros(len(x), dtype=torch.int64))


def normal(count, spread=0.3, seed=99) -> torch.Tensor:
    return spread * torch.randn(count, 2, generator=rng(seed))


def begun(params, x) -> Model:
    model = Model(params, rng(), CPU)
    model.begin(as_batch(x), rng())
    return model


def minus_log_p(parameters, x):
    """w . tanh(V x + b) + log Z + |x|^2 / 4, written out."""
    first, biases, last, log_z = parameters
    return torch.tanh(x @ first.T + biases) @ last + log_z + x.square().sum(1) / 4


# ---- a step ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("noise", ["data, blurred", "gaussian", "uniform"])
@pytest.mark.parametrize("phases", ["both", "positive only", "negative only"])
def test_a_step_follows_the_gradient_of_the_classification_loss(noise, phases):
    x = normal(40)
    model = begun(changed(TINY, noise=noise, noise_ratio=3, phases=phases), x)
    parameters = [each.detach().double().requires_grad_() for each in model.network.parameters]
    terms = model.step(as_batch(x), rng(5))
    up = model.phases(rng()).up
    assert up.shape == (120, 2)

    of_data = -minus_log_p(parameters, x.double()) - model._noise.log_prob(x).double()
    of_noise = -minus_log_p(parameters, up.double()) - model._noise.log_prob(up).double()
    h_of_data = of_data.exp() / (of_data.exp() + 3)
    h_of_noise = of_noise.exp() / (of_noise.exp() + 3)
    positive, negative = -h_of_data.log().mean(), -3 * (1 - h_of_noise).log().mean()
    learnt = {"both": positive + negative, "positive only": positive, "negative only": negative}[phases]
    expected = torch.autograd.grad(learnt, parameters)
    for parameter, exact in zip(model.network.parameters, expected, strict=True):
        torch.testing.assert_close(parameter.grad.double(), exact, rtol=1e-3, atol=1e-5)
    assert float(terms.loss) == pytest.approx((positive + negative).item(), abs=1e-4)


def test_the_noise_is_fitted_to_all_batches_and_anew_when_the_data_change():
    here, there = normal(50) + 0.5, normal(50) - 0.5
    model = begun(TINY, here)
    for x in (here, there):
        model.step(as_batch(x), rng())
    both = model._noise.log_prob(torch.tensor([[0.5, 0.5], [-0.5, -0.5]]))
    assert float(both.diff().abs()) < 1
    model.settle()
    model.step(as_batch(there), rng())
    only = model._noise.log_prob(torch.tensor([[0.5, 0.5], [-0.5, -0.5]]))
    assert float(only.diff()) > 1.5


# ---- log Z -----------------------------------------------------------------------------------------


def test_it_begins_with_the_log_z_of_the_grid():
    measured = begun(Params(), normal(50)).measures(None, rng())
    assert measured["log Z learned"] == pytest.approx(measured["log Z of the grid"], abs=1e-4)


@pytest.mark.parametrize("noise", ["data, blurred", "gaussian"])
def test_the_known_log_z_of_a_gaussian_is_recovered(noise):
    """A network of zeros has no slope but in its last bias: the energy stays |x|^2 / (2 * 0.3^2), and only log Z moves.

    log Z = log(2 pi 0.3^2).
    """
    params = changed(TINY, confinement=1 / 0.09, noise=noise, learning_rate=0.02, averaging=200)
    model = begun(params, normal(50))
    for network in (model.network, model._learner.mean):
        for each in network.parameters:
            each.zero_()
    steps = rng(7)
    for index in range(300):
        model.step(as_batch(normal(500, seed=index)), steps)
    x = normal(9)
    torch.testing.assert_close(model.energy(x), x.square().sum(1) / (2 * 0.09))
    assert model.measures(None, rng())["log Z learned"] == pytest.approx(math.log(2 * math.pi * 0.09), abs=0.05)


def test_a_network_learns_a_gaussian_and_its_log_z():
    model, steps = begun(Params(width=64, learning_rate=3e-3, noise_ratio=2), normal(50)), rng(7)
    for index in range(300):
        model.step(as_batch(normal(512, seed=index)), steps)
    measured = model.measures(None, rng())
    assert measured["log Z learned"] == pytest.approx(measured["log Z of the grid"], abs=0.05)
    grid = fields.plane_grid(64, 8, CPU)
    log_p = -grid.points.square().sum(1) / (2 * 0.09) - math.log(2 * math.pi * 0.09)
    log_q = -model.energy(grid.points) - measured["log Z of the grid"]
    assert float(((log_p + grid.log_areas).exp() * (log_p - log_q)).sum()) < 0.02


def test_log_z_is_not_part_of_the_energy():
    model = begun(Params(), normal(50))
    before = model.energy(normal(9))
    for network in (model.network, model._learner.mean):
        network.parameters[-1].add_(5)
    torch.testing.assert_close(model.energy(normal(9)), before, atol=1e-4, rtol=1e-4)
