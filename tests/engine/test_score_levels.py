"""Score matching at many levels: the loss, the levels, their scores on a Gaussian, and annealed samples."""

import msgspec
import pytest
import torch

from engine import fields
from engine.measures import energy_distance
from engine.models import Batch, Truth
from engine.models.score_levels import Model, Params

CPU = torch.device("cpu")
SMALL = Params(width=32, detail=1.0, coarsest=0.8, finest=0.1, levels=4, level=4, weight_decay=0.0)


def changed(params, **values) -> Params:
    return msgspec.structs.replace(params, **values)


def rng(seed=0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def as_batch(x) -> Batch:
    return Batch(x, torch.zeros(len(x), dtype=torch.int64))


def normal(count, spread=0.4, seed=99) -> torch.Tensor:
    return spread * torch.randn(count, 2, generator=rng(seed))


def trained(draw, num_steps=400, params=SMALL) -> Model:
    model, steps = Model(changed(params, learning_rate=5e-3, averaging=200), rng(), CPU), rng(7)
    for index in range(num_steps):
        model.step(as_batch(draw(index)), steps)
    return model


def zeroed(params=SMALL) -> Model:
    """The base energy alone: that of a Gaussian of standard deviation 0.5."""
    model = Model(params, rng(), CPU)
    for network in (model.learner.network, model.learner.mean):
        for each in network.parameters():
            each.detach().zero_()
    return model


def test_levels_go_from_coarse_to_fine_by_one_factor():
    model = Model(SMALL, rng(), CPU)
    assert model.sigmas() == pytest.approx([0.8, 0.4, 0.2, 0.1])
    assert model.sigma == pytest.approx(0.1)
    model.params = changed(SMALL, level=2)
    assert model.sigma == pytest.approx(0.4)
    model.params = changed(SMALL, levels=1, level=9)
    assert model.sigma == pytest.approx(0.8)


def test_the_loss_of_a_bowl_is_what_it_is_by_hand():
    """Of |x|^2 / (2 (1/4 + sigma^2)): half of |sigma x / (1/4 + sigma^2) - noise|^2."""
    model, data = zeroed(), normal(50)
    terms = model.step(as_batch(data), rng(5))
    last = model._last
    assert torch.equal(last.clean, torch.cat([data, data]))
    assert sorted(set(last.sigma[:, 0].tolist())) == pytest.approx(sorted(model.sigmas()))
    noise = (last.blurred - last.clean) / last.sigma
    torch.testing.assert_close(noise[:50], -noise[50:], rtol=1e-3, atol=1e-4)
    by_hand = (last.sigma * last.blurred / (0.25 + last.sigma**2) - noise).square().sum(1).mean() / 2
    assert float(terms.loss) == pytest.approx(float(by_hand), rel=1e-4)
    torch.testing.assert_close(last.slope, last.blurred / (0.25 + last.sigma**2))


def test_looking_at_another_level_changes_neither_the_network_nor_its_mean():
    looking, still = (trained(lambda seed: normal(64, seed=seed), 30) for _ in range(2))
    for model in (looking, still):
        if model is looking:
            model.params = changed(model.params, level=1)
            model.settle()
        model.step(as_batch(normal(64)), rng(9))
    first, second = looking.weights(), still.weights()
    assert all(torch.equal(first[name], second[name]) for name in first)
    assert not torch.allclose(looking.energy(normal(9)), still.energy(normal(9)), atol=0.05)


def test_new_data_and_other_knobs_let_the_mean_begin_anew():
    for values in ({}, {"finest": 0.05}):
        model = trained(lambda seed: normal(64, seed=seed), 60)
        model.params = changed(model.params, **values)
        model.settle()
        model.step(as_batch(normal(64)), rng())
        weights = model.weights()
        torch.testing.assert_close(weights["network.0.weight"], weights["network_mean.0.weight"])


def test_the_score_of_a_gaussian_is_learnt_at_every_level():
    """-x / (0.3^2 + sigma^2), while the base energy has 0.5 in place of 0.3."""
    model, x = trained(lambda seed: normal(256, 0.3, seed)), normal(300, 0.3)
    for level, sigma in enumerate(model.sigmas(), start=1):
        model.params = changed(model.params, level=level)
        exact = -x / (0.3**2 + sigma**2)
        assert float((model.score(x) - exact).norm() / exact.norm()) < 0.1, level


def test_it_measures_its_score_against_the_truth():
    grid = fields.plane_grid(128, 12, CPU)
    log_masses = grid.log_areas - grid.points.square().sum(1) / (2 * 0.5**2)
    truth = Truth(grid.points, log_masses - torch.logsumexp(log_masses, 0))
    measured = zeroed().measures(truth, rng())
    assert measured["score cosine"] == pytest.approx(1, abs=1e-3)
    assert measured["score error"] == pytest.approx(0, abs=0.02)
    assert zeroed().measures(None, rng()) == {}


def test_annealed_samples_of_a_known_energy_have_its_spread():
    """The base energy is that of a Gaussian of variance 1/4 + sigma^2 at the level that is shown."""
    for level, sigma in ((1, 0.8), (4, 0.1)):
        drawn = zeroed(changed(SMALL, level=level, walk_steps=60)).samples(2000, rng(3))
        assert float(drawn.var(0).mean()) == pytest.approx(0.25 + sigma**2, rel=0.2)


def test_annealed_samples_find_both_of_two_distant_clumps():
    def draw(seed):
        side = torch.where(torch.rand(256, 1, generator=rng(seed)) < 0.3, -0.6, 0.6)
        return side + normal(256, 0.1, seed + 1000)

    model = trained(draw, 400, changed(SMALL, detail=2.0))
    drawn = model.samples(1000, rng(3))
    assert float((drawn[:, 0] < 0).float().mean()) == pytest.approx(0.3, abs=0.1)
    fresh = draw(5001) + model.sigma * torch.randn(256, 2, generator=rng(8))
    assert energy_distance(drawn, fresh) < 0.03
