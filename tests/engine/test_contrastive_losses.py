"""The loss zoo: each loss and its gradient by hand, and that only the one without negatives ends flat."""

import math

import msgspec
import pytest
import torch

from engine.models import Batch
from engine.models.contrastive_losses import Model, Params, compare, squareplus

CPU = torch.device("cpu")
TINY = Params(width=2, depth=1, activation="tanh", has_waves=False, detail=1.0, weight_decay=0.0, margin=1.5)
LOSSES = ("hinge", "square-square", "log", "negative log-likelihood", "collapse")


def changed(params, **values) -> Params:
    return msgspec.structs.replace(params, **values)


def rng(seed=0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def as_batch(x) -> Batch:
    return Batch(x, torch.zeros(len(x), dtype=torch.int64))


def normal(count, seed=99) -> torch.Tensor:
    return 0.3 * torch.randn(count, 2, generator=rng(seed))


# Three pairs of energies with margin 2: the first is content, the second and third are not.
OF_DATA, OF_NEGATIVES = torch.tensor([0.5, 1.0, 2.0]), torch.tensor([3.0, 2.0, 1.0])
BY_HAND = {
    "hinge": (0 + 1 + 3) / 3,
    "square-square": (0.25 + 1 + 4) / 3 + (0 + 0 + 1) / 3,
    "log": (math.log1p(math.exp(-2.5)) + math.log1p(math.exp(-1)) + math.log1p(math.exp(1))) / 3,
    "negative log-likelihood": 3.5 / 3 + math.log(math.exp(-3) + math.exp(-2) + math.exp(-1)),
    "collapse": 3.5 / 3,
}


@pytest.mark.parametrize("loss", LOSSES)
def test_a_loss_is_what_it_is_by_hand(loss):
    assert float(compare(loss, OF_DATA, OF_NEGATIVES, 2.0).loss) == pytest.approx(BY_HAND[loss], abs=1e-6)


@pytest.mark.parametrize("loss", LOSSES)
def test_the_derivatives_of_a_loss_are_those_of_autograd(loss):
    energies = [2 * torch.rand(50, generator=rng(seed)) for seed in (1, 2)]
    ours = compare(loss, *energies, 1.3)
    leaves = [each.double().requires_grad_() for each in energies]
    exact = torch.autograd.grad(compare(loss, *leaves, 1.3).loss, leaves, allow_unused=True)
    for own, derivative in zip((ours.down, ours.up), exact, strict=True):
        torch.testing.assert_close(own.double(), torch.zeros_like(leaves[0]) if derivative is None else derivative)


def test_squareplus_stays_above_zero_with_a_slope_however_low_the_network():
    value = torch.tensor([-1e4, -30.0, -1.0, 0.0, 2.0, 1e4])
    energy, slope = squareplus(value)
    exact = value.double().requires_grad_()
    expected = (exact + (exact.square() + 4).sqrt()) / 2
    torch.testing.assert_close(energy.double(), expected.detach(), rtol=1e-6, atol=0)
    torch.testing.assert_close(slope.double(), torch.autograd.grad(expected.sum(), exact)[0], rtol=1e-6, atol=0)
    assert (energy > 0).all()


@pytest.mark.parametrize("negatives", ["anywhere", "most offending"])
@pytest.mark.parametrize("loss", LOSSES)
def test_a_step_follows_the_gradient_of_the_loss(loss, negatives):
    """E(x) = (v + sqrt(v^2 + 4)) / 2 with v = w . tanh(V x + b) + c, written out; the negatives stay where they are."""
    model, x = Model(changed(TINY, loss=loss, negatives=negatives), rng(), CPU), normal(40)
    parameters = [each.detach().double().requires_grad_() for each in model.network.parameters]
    terms = model.step(as_batch(x), rng(5))
    first, biases, last, offset = parameters

    def energy(points):
        value = torch.tanh(points.double() @ first.T + biases) @ last + offset
        return (value + (value.square() + 4).sqrt()) / 2

    expected_loss = compare(loss, energy(x), energy(model._last.negative), 1.5).loss
    expected = torch.autograd.grad(expected_loss, parameters)
    assert float(terms.loss) == pytest.approx(expected_loss.item(), abs=1e-5)
    for parameter, exact in zip(model.network.parameters, expected, strict=True):
        torch.testing.assert_close(parameter.grad.double(), exact, rtol=1e-3, atol=1e-5)


def test_negatives_that_walk_end_lower_than_where_they_started():
    params = Params(width=32, walk_steps=40, noise=0.0, step_size=0.1)
    anywhere, walked = (Model(changed(params, negatives=each), rng(), CPU) for each in ("anywhere", "most offending"))
    for model in (anywhere, walked):
        for _ in range(3):
            model.load(anywhere.weights())
            model.step(as_batch(normal(200)), rng(5))
    assert walked.energy(walked.phases(rng()).up).mean() < anywhere.energy(anywhere.phases(rng()).up).mean() - 1e-3


# ---- learning --------------------------------------------------------------------------------------


def home_view(cells=24) -> torch.Tensor:
    line = torch.linspace(-1, 1, cells)
    return torch.cartesian_prod(line, line)


def after(model, num_steps, **params):
    """The span of the energy over the home view after so many more steps."""
    model.params = changed(model.params, **params)
    model.settle()
    steps = rng(3)
    for index in range(num_steps):
        model.step(as_batch(normal(128, seed=index)), steps)
    energy = model.energy(home_view())
    return float(energy.max() - energy.min())


@pytest.mark.parametrize("loss", [each for each in LOSSES if each != "collapse"])
def test_without_negatives_the_landscape_goes_flat_and_with_them_it_does_not(loss):
    model = Model(Params(width=32, loss=loss, learning_rate=1e-2, averaging=10), rng(), CPU)
    learnt = after(model, 150)
    assert learnt > 1
    assert float(model.energy(normal(50)).mean()) < float(model.energy(home_view()).mean()) - 0.5
    assert after(model, 400, loss="collapse") < 0.05 * learnt
    assert float(model.energy(home_view()).max()) < 0.1 * learnt
    assert model.remark()


def test_the_margin_is_how_far_apart_data_and_others_are_pulled():
    """Square-square pulls the data to zero, and what is far from them up to the margin, past which nothing pulls."""
    corners, heights = torch.tensor([[0.9, 0.9], [-0.9, 0.9], [0.9, -0.9], [-0.9, -0.9]]), []
    for margin in (1.0, 3.0):
        model = Model(Params(width=32, loss="square-square", learning_rate=1e-2, averaging=10), rng(), CPU)
        after(model, 300, margin=margin)
        assert float(model.energy(torch.zeros(1, 2))) < 0.35 * margin
        heights.append(float(model.energy(corners).mean()))
        assert 0.85 * margin < heights[-1] < 1.5 * margin
    assert heights[1] > 2 * heights[0]


def test_a_collapsing_model_shows_no_negatives():
    model = Model(Params(width=8, loss="collapse"), rng(), CPU)
    model.step(as_batch(normal(20)), rng())
    assert len(model.phases(rng()).up) == 0
    assert torch.equal(model.pushes(normal(9)).up, torch.zeros(9))
    assert "negatives" not in model.lit()
