"""The mixture: EM as scikit-learn does it, a free energy that falls, and k-means at its hard end."""

import itertools
import math

import numpy as np
import pytest
import torch
from sklearn.mixture import GaussianMixture
from torch.distributions import Categorical, MixtureSameFamily, MultivariateNormal

from engine import data as datasets
from engine import fields, recipe
from engine.jobs import Training, dataset
from engine.knobs import knobs_of
from engine.measures import Judge
from engine.models import Batch, kmeans
from engine.models.gaussian_mixture import Model, Params

CPU = torch.device("cpu")
COVARIANCES = next(each.choices for each in knobs_of(Params) if each.name == "covariance")
THEIRS = {"full": "full", "diagonal": "diag", "spherical": "spherical"}


def rng(seed=0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def points(count=500) -> torch.Tensor:
    """Three slanted clumps of different sizes."""
    shapes = torch.tensor([[[0.2, 0.0], [0.1, 0.05]], [[0.1, 0.0], [0.0, 0.1]], [[0.05, 0.0], [-0.2, 0.1]]])
    middles = torch.tensor([[-0.5, -0.4], [0.5, -0.3], [0.1, 0.5]])
    which = torch.tensor([0, 0, 0, 1, 1, 2])[torch.arange(count) % 6]
    normal = torch.randn(count, 2, 1, generator=rng(1))
    return middles[which] + (shapes[which] @ normal)[:, :, 0]


def batch_of(x) -> Batch:
    return Batch(x, torch.zeros(len(x), dtype=torch.int64))


def begun(x=None, seed=0, **values) -> Model:
    x = points() if x is None else x
    model = Model(Params(**values), rng(seed), CPU)
    model.begin(batch_of(x), rng(seed))
    model.settle()
    return model


def losses(model, x=None, num_steps=20) -> list[float]:
    batch = batch_of(points() if x is None else x)
    return [float(model.step(batch, rng()).loss) for _ in range(num_steps)]


def grid_mass(model, temperature=1.0) -> float:
    grid = fields.plane_grid(400, 40, CPU)
    return math.exp(float(fields.log_z(model.energy(grid.points), grid.log_areas, temperature)))


@pytest.mark.parametrize("covariance", THEIRS)
@pytest.mark.parametrize("num_steps", [1, 5, 100])
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_it_is_scikit_learns_from_the_same_start(covariance, num_steps):
    model = begun(components=4, covariance=covariance, least_sd=0.02)
    precisions = torch.linalg.inv(model.covariances)
    start = {"full": precisions, "diagonal": precisions.diagonal(dim1=1, dim2=2), "spherical": precisions[:, 0, 0]}
    theirs = GaussianMixture(
        4,
        covariance_type=THEIRS[covariance],
        weights_init=model.log_weights.exp().numpy(),
        means_init=model.means.numpy(),
        precisions_init=start[covariance].numpy(),
        reg_covar=0.02**2,
        max_iter=num_steps,
        tol=0.0,
    ).fit(points().double().numpy())
    losses(model, num_steps=num_steps)
    assert -float(model.energy(points()).mean()) == pytest.approx(theirs.score(points().double().numpy()), abs=1e-5)
    np.testing.assert_allclose(model.means.numpy(), theirs.means_, atol=1e-6)
    np.testing.assert_allclose(model.log_weights.exp().numpy(), theirs.weights_, atol=1e-6)


def test_the_energy_is_minus_the_log_density_of_the_mixture():
    model = begun(components=5)
    losses(model)
    normals = MultivariateNormal(model.means, model.covariances)
    density = MixtureSameFamily(Categorical(logits=model.log_weights), normals)
    x = points(40)
    torch.testing.assert_close(model.energy(x), -density.log_prob(x.double()).float(), rtol=1e-5, atol=1e-5)
    assert grid_mass(model) == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize("covariance", COVARIANCES)
@pytest.mark.parametrize("how", [{}, {"beta": 4.0}, {"beta": 100.0}, {"latent": "minimised"}])
def test_no_step_makes_the_mean_energy_higher(covariance, how):
    """The floor under the variances is no part of that law, so it is as low as it goes."""
    seen = losses(begun(components=6, covariance=covariance, least_sd=0.001, **how), num_steps=60)
    assert all(after <= before + 1e-4 for before, after in itertools.pairwise(seen))
    assert seen[-1] < seen[0] - 0.1


def test_the_free_energy_falls_to_the_minimum_over_z_as_beta_grows():
    """Each F_beta lies between the minimum and log(k) / beta below it."""
    model, x = begun(components=6), points(60)
    losses(model)
    model.params = Params(components=6, latent="minimised")
    least, last = model.energy(x), None
    for beta in (1.0, 3.0, 10.0, 100.0):
        model.params = Params(components=6, beta=beta)
        free = model.energy(x)
        assert (free <= least + 1e-5).all()
        assert (free >= least - math.log(6) / beta - 1e-5).all()
        assert last is None or (free >= last - 1e-5).all()
        last = free


def test_at_the_hard_end_round_equal_gaussians_are_k_means_step_by_step():
    model = begun(components=5, covariance="spherical, shared", latent="minimised")
    theirs = kmeans.Model(kmeans.Params(centres=5), rng(), CPU)
    theirs.centres = model.means.float()
    for _ in range(10):
        losses(model, num_steps=1)
        theirs.step(batch_of(points()), rng())
        torch.testing.assert_close(model.means.float(), theirs.centres, atol=1e-6, rtol=1e-5)
    theirs.params = kmeans.Params(centres=5, sigma=float(model.covariances[0, 0, 0].sqrt()))
    x = 2 * torch.rand(2000, 2, generator=rng(7)) - 1
    difference = model.energy(x) - theirs.energy(x)
    assert float(difference.max() - difference.min()) < 1e-3
    assert "This is k-means" in model.remark()
    model.params = Params(components=5, latent="minimised")
    assert '"spherical, shared"' in model.remark()


def test_a_choice_of_covariance_is_seen_before_the_next_step():
    model = begun(components=3)
    losses(model)
    assert float(model.covariances[:, 0, 1].abs().max()) > 1e-3
    for choice, num_different in (("diagonal", 6), ("spherical", 3), ("spherical, shared", 1)):
        model.params = Params(components=3, covariance=choice)
        model.settle()
        assert not model.covariances[:, 0, 1].any()
        variances = model.covariances.diagonal(dim1=1, dim2=2).flatten()
        assert len({round(each, 9) for each in variances.tolist()}) == num_different
    assert model.log_weights.tolist() == pytest.approx([-math.log(3)] * 3)


def test_a_gaussian_without_points_stays_and_all_is_finite():
    model = begun(components=3)
    model.means[2] = torch.tensor([2.9, 2.9])
    model.covariances[2] = 1e-4 * torch.eye(2)
    losses(model)
    assert model.means[2].tolist() == pytest.approx([2.9, 2.9])
    assert model.energy(points()).isfinite().all()
    assert float(model.log_weights.exp().sum()) == pytest.approx(1)


def test_a_gaussian_on_one_point_keeps_the_least_width():
    x = torch.cat([points(100), torch.full((50, 2), 2.5)])
    model = begun(x, components=2, least_sd=0.05)
    losses(model, x)
    narrowest = torch.linalg.eigvalsh(model.covariances)[:, 0].min()
    assert float(narrowest) == pytest.approx(0.05**2, rel=1e-6)


def test_many_points_are_looked_at_in_pieces_with_the_same_result():
    x = points(40_000)
    many, few = begun(x), begun(x)
    few.means, few.covariances = many.means.clone(), many.covariances.clone()
    losses(many, x, 1)
    losses(few, x.flip(0), 1)
    torch.testing.assert_close(many.means, few.means)
    assert float(many._counts.sum()) == pytest.approx(40_000)


def test_samples_have_the_moments_of_the_mixture():
    model = begun(components=3)
    losses(model)
    drawn = model.samples(100_000, rng())
    weights = model.log_weights.exp()
    mean = weights @ model.means
    away = model.means - mean
    covariance = (weights[:, None, None] * (model.covariances + away[:, :, None] * away[:, None])).sum(0)
    torch.testing.assert_close(drawn.double().mean(0), mean, atol=5e-3, rtol=0)
    torch.testing.assert_close(torch.cov(drawn.double().T), covariance, atol=5e-3, rtol=0)
    model.params = Params(components=3, beta=2.0)
    assert model.samples(10, rng()) is None, "that is another density"


def test_the_cursor_tells_who_is_responsible():
    model = begun(components=2)
    model.means = torch.tensor([[-0.5, 0.0], [0.5, 0.0]]).double()
    drawing, text = model.at_cursor(torch.tensor([[-0.5, 0.1]]))
    assert text == "responsible: z = 1: 100%"
    assert drawing.arrows.tolist() == [pytest.approx([-0.5, 0.1, -0.5, 0.0])]
    assert model.at_cursor(torch.zeros(1, 2))[1].count("50%") == 2


@pytest.mark.parametrize("seed", range(6))
def test_eight_gaussians_are_learnt_to_two_hundredths_of_a_nat_from_any_start(seed):
    drawn = datasets.draw(recipe.Data(preset="eight_gaussians", n=2000), seed=seed)
    data = dataset(drawn.points, drawn.labels, drawn.extent, drawn.truth, CPU)
    training = Training("gaussian_mixture", {}, seed, CPU)
    steps = training.steps(data)
    for _ in range(40):
        next(steps)
    assert Judge(data).measure(training, rng()).kl < 0.02
