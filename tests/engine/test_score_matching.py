"""Score matching: the objectives by hand, that they agree, and that a Gaussian's score is learnt."""

import math

import msgspec
import pytest
import torch

from engine import fields
from engine.measures import smoothed_score
from engine.models import Batch, Truth
from engine.models.score_matching import Kernel, Model, Params, blurred_score, laplacian

CPU = torch.device("cpu")
METHODS = ("denoising", "sliced", "exact")
SMALL = Params(width=32, detail=1.0, sigma=0.2, broad_share=0.0, weight_decay=0.0)


def changed(params, **values) -> Params:
    return msgspec.structs.replace(params, **values)


def rng(seed=0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def as_batch(x) -> Batch:
    return Batch(x, torch.zeros(len(x), dtype=torch.int64))


def normal(count, spread=0.4, seed=99) -> torch.Tensor:
    return spread * torch.randn(count, 2, generator=rng(seed))


def model_of(params, seed=0) -> Model:
    return Model(params, rng(seed), CPU)


# ---- by hand ---------------------------------------------------------------------------------------


def test_the_laplacian_is_the_trace_of_the_hessian():
    model, x = model_of(Params(width=16)), normal(5).requires_grad_()

    def energy(point):
        return model._energy(model.learner.network, point[None])[0]

    (slope,) = torch.autograd.grad(model._energy(model.learner.network, x).sum(), x, create_graph=True)
    exact = torch.stack([torch.autograd.functional.hessian(energy, each.detach()).trace() for each in x])
    torch.testing.assert_close(laplacian(slope, x).detach(), exact, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("method", METHODS)
def test_the_loss_of_a_bowl_is_what_it_is_by_hand(method):
    """E = |x|^2: the slope is 2 x, the laplacian 4; noise of one size pulls back by r / sigma^2."""
    model = model_of(changed(SMALL, method=method, confinement=2.0))
    for each in model.learner.network.parameters():
        each.detach().zero_()
    noise = model.params.sigma * torch.randn(50, 2, generator=rng(3))
    x = (normal(50) + noise).requires_grad_()
    (slope,) = torch.autograd.grad(model._energy(model.learner.network, x).sum(), x, create_graph=True)
    with torch.enable_grad():
        losses = model._losses(x, slope, noise, rng())
    x = x.detach()
    expected = {
        "denoising": (2 * x - noise / 0.2**2).square().sum(1) / 2,
        "sliced": 2 * x.square().sum(1) - 4,
        "exact": 2 * x.square().sum(1) - 4,
    }[method]
    torch.testing.assert_close(losses.detach(), expected)


def test_the_kernel_is_a_density_with_the_slope_that_it_says():
    kernel = Kernel(torch.tensor([0.1, 0.3, 0.5]), torch.tensor([0.7, 0.2, 0.1]))
    grid = fields.plane_grid(96, 24, CPU)
    log_k, _ = kernel.log_prob_and_precision(grid.points.square().sum(1))
    assert float((log_k + grid.log_areas).exp().sum()) == pytest.approx(1, abs=1e-3)
    r = normal(20).requires_grad_()
    log_k, precision = kernel.log_prob_and_precision(r.square().sum(1))
    (slope,) = torch.autograd.grad(log_k.sum(), r)
    torch.testing.assert_close(-precision.detach()[:, None] * r.detach(), slope, rtol=1e-4, atol=1e-4)


def test_noise_that_is_drawn_more_often_than_its_share_counts_less():
    kernel = Kernel(torch.tensor([0.01, 0.1, 0.5]), torch.tensor([0.9, 0.06, 0.04]))
    noise, counts = kernel.samples(200_000, rng())
    assert float(counts.mean()) == pytest.approx(1, abs=0.02)
    variance = 0.9 * 0.01**2 + 0.06 * 0.1**2 + 0.04 * 0.5**2
    assert float((counts[:, None] * noise.square()).mean()) == pytest.approx(variance, rel=0.03)
    only, even = Kernel(kernel.sigmas, torch.tensor([1.0, 0.0, 0.0])).samples(1000, rng())
    assert only.abs().max() < 0.06
    torch.testing.assert_close(even, torch.ones(1000))


def test_the_score_of_the_blurred_truth_is_the_smoothed_one_where_all_noise_is_alike():
    grid = fields.plane_grid(96, 8, CPU)
    log_masses = grid.log_areas - grid.points.square().sum(1) / (2 * 0.3**2)
    truth = Truth(grid.points, log_masses - torch.logsumexp(log_masses, 0))
    kernel, x = Kernel(torch.tensor([0.1, 0.1]), torch.tensor([1.0, 0.0])), normal(70)
    torch.testing.assert_close(blurred_score(truth, x, kernel), smoothed_score(truth, x, 0.1), rtol=1e-3, atol=1e-3)
    torch.testing.assert_close(blurred_score(truth, x, kernel), -x / (0.3**2 + 0.1**2), rtol=2e-2, atol=2e-2)


# ---- in expectation --------------------------------------------------------------------------------


def mean_losses(model, count=30_000) -> dict[str, float]:
    noise = model.params.sigma * torch.randn(count, 2, generator=rng(3))
    means = {}
    for method in METHODS:
        model.params = changed(model.params, method=method)
        x = (normal(count) + noise).requires_grad_()
        (slope,) = torch.autograd.grad(model._energy(model.learner.network, x).sum(), x, create_graph=True)
        means[method] = model._losses(x, slope, noise, rng(4)).mean().item()
    return means


def test_the_three_objectives_differ_by_a_constant():
    """Sliced and exact agree in expectation; denoising has half the mean square of the noise's own score on top."""
    one, other = (mean_losses(model_of(changed(SMALL, confinement=each))) for each in (1.0, 6.0))
    for means in (one, other):
        assert means["sliced"] == pytest.approx(means["exact"], abs=0.15)
        assert means["denoising"] - means["exact"] == pytest.approx(1 / 0.2**2, abs=0.5)
    assert abs(one["exact"] - other["exact"]) > 1


@pytest.mark.parametrize("method", METHODS)
def test_the_score_of_a_gaussian_is_learnt(method):
    """Blurred by sigma it is -x / (0.4^2 + sigma^2)."""
    model, steps = model_of(changed(SMALL, method=method, learning_rate=5e-3, averaging=200)), rng(7)
    for index in range(300):
        model.step(as_batch(normal(256, seed=index)), steps)
    x = normal(300)
    exact = -x / (0.4**2 + 0.2**2)
    assert float((model.score(x) - exact).norm() / exact.norm()) < 0.08


def test_it_measures_its_score_against_the_truth():
    grid = fields.plane_grid(128, 12, CPU)
    log_masses = grid.log_areas - grid.points.square().sum(1) / (2 * 0.4**2)
    truth = Truth(grid.points, log_masses - torch.logsumexp(log_masses, 0))
    model = model_of(changed(SMALL, confinement=1 / (0.4**2 + 0.2**2)))
    for each in model.learner.mean.parameters():
        each.zero_()
    right = model.measures(truth, rng())
    assert right["score cosine"] == pytest.approx(1, abs=1e-3)
    assert right["score error"] == pytest.approx(0, abs=0.02)
    model.params = changed(model.params, confinement=0.5 / (0.4**2 + 0.2**2))
    assert model.measures(truth, rng())["score error"] == pytest.approx(0.5, abs=0.02)
    assert model.measures(None, rng()) == {}


def test_a_broad_share_lets_distant_clumps_be_compared():
    """Nine tenths of the data are in one clump: its log odds are log 9. Without bridges that cannot be known."""
    many, few = 0.1 * torch.randn(900, 2, generator=rng(1)) - 0.4, 0.1 * torch.randn(100, 2, generator=rng(2)) + 0.4
    grid = fields.plane_grid(64, 8, CPU)
    is_first, errors = grid.points.sum(1) < 0, {}
    for share in (0.0, 0.2):
        params = Params(width=32, detail=2.0, sigma=0.1, broad_share=share, averaging=200, learning_rate=5e-3)
        model, steps = model_of(params), rng(7)
        for _ in range(300):
            model.step(as_batch(torch.cat([many, few])[torch.randperm(1000, generator=steps)[:128]]), steps)
        log_masses = grid.log_areas - model.energy(grid.points)
        log_odds = torch.logsumexp(log_masses[is_first], 0) - torch.logsumexp(log_masses[~is_first], 0)
        errors[share] = abs(float(log_odds) - math.log(9))
    assert errors[0.2] < 0.5
    assert errors[0.2] < errors[0.0] / 2
