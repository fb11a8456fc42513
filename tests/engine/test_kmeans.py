"""k-means: the same as scikit-learn's from the same start, and never worse after a step."""

import itertools

import numpy as np
import pytest
import torch
from sklearn.cluster import KMeans

from engine.models import Batch
from engine.models.kmeans import Model, Params

CPU = torch.device("cpu")


def rng(seed=0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def points(count=600, seed=1) -> torch.Tensor:
    middles = torch.rand(7, 2, generator=rng(seed)) * 1.6 - 0.8
    return middles[torch.arange(count) % 7] + 0.1 * torch.randn(count, 2, generator=rng(seed + 1))


def batch_of(x) -> Batch:
    return Batch(x, torch.zeros(len(x), dtype=torch.int64))


def begun(x, seed=0, **values) -> Model:
    model = Model(Params(**values), rng(seed), CPU)
    model.begin(batch_of(x), rng(seed))
    return model


def losses(model, x, num_steps) -> list[float]:
    return [float(model.step(batch_of(x), rng()).loss) for _ in range(num_steps)]


@pytest.mark.parametrize("offset", [0.0, 2.0])
@pytest.mark.parametrize("start", ["k-means++", "random points"])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_it_ends_where_scikit_learn_does_from_the_same_start(start, seed, offset):
    x = points() + offset
    model = begun(x, seed, start=start)
    theirs = KMeans(8, init=model.centres.double().numpy(), n_init=1, tol=0.0, algorithm="lloyd").fit(x.double())
    mine = losses(model, x, 100)[-1] * len(x)
    assert mine == pytest.approx(theirs.inertia_, rel=1e-5)
    np.testing.assert_allclose(model.centres.numpy(), theirs.cluster_centers_, atol=1e-5)


@pytest.mark.parametrize("seed", range(5))
def test_no_step_makes_the_mean_energy_higher(seed):
    x = points(seed=seed)
    model = begun(x, seed, start="random points", centres=20)
    seen = losses(model, x, 60)
    assert all(after <= before * (1 + 1e-6) for before, after in itertools.pairwise(seen))
    assert seen[-1] < seen[0]


def test_a_step_by_hand():
    x = torch.tensor([[0.0, 0.0], [0.2, 0.0], [1.0, 1.0]])
    model = begun(x, centres=2, sigma=0.5)
    model.centres = torch.tensor([[0.0, 0.1], [0.9, 0.9]])
    terms = model.step(batch_of(x), rng())
    assert float(terms.loss) == pytest.approx((0.01 + 0.05 + 0.02) / 3)
    assert float(terms.energy_of_data) == pytest.approx(float(terms.loss) / 0.5)
    torch.testing.assert_close(model.centres, torch.tensor([[0.1, 0.0], [1.0, 1.0]]))
    assert float(model.energy(torch.tensor([[0.1, 0.3]]))) == pytest.approx(0.09 / 0.5)


def test_a_centre_without_points_stays_where_it_is():
    x = points()
    model = begun(x, centres=3)
    model.centres = torch.tensor([[0.0, 0.0], [0.3, 0.3], [2.9, 2.9]])
    losses(model, x, 5)
    assert model.centres[2].tolist() == pytest.approx([2.9, 2.9])
    assert not torch.equal(model.centres[0], torch.zeros(2))


def test_random_points_start_on_different_points():
    x = points(9)
    model = begun(x, start="random points", centres=9)
    assert len(model.centres.unique(dim=0)) == 9
    assert begun(x[:4], start="random points", centres=9).centres.shape == (9, 2)


def test_near_centres_far_from_the_middle_are_told_apart():
    """Two clumps a hundredth apart at the plane's end, as many people's data are after a change of view."""
    middles = torch.tensor([[2.9, 2.9], [2.91, 2.9]])
    x = middles[torch.arange(200) % 2] + 0.001 * torch.randn(200, 2, generator=rng())
    model = begun(x, centres=2)
    losses(model, x, 5)
    assert model._counts.tolist() == [100, 100]


def test_many_points_give_the_mean_of_all():
    x = torch.rand(300_000, 2, generator=rng()) + 1
    model = begun(x, centres=1)
    losses(model, x, 1)
    np.testing.assert_allclose(model.centres[0].numpy(), x.double().mean(0).numpy(), rtol=2e-7)
