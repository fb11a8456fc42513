"""Densities of codes against SciPy, scikit-learn and autograd."""

import math

import numpy as np
import pytest
import torch
from scipy import stats
from sklearn.mixture import GaussianMixture

from engine.images import gaussians, priors
from engine.images.gaussians import Diagonal, Full
from engine.images.priors import aggregated_posterior, fitted_gaussian, fitted_mixture, standard
from engine.notice import Notice

CPU = torch.device("cpu")
SIZE = 4


def normal(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def some_codes(count: int = 600) -> torch.Tensor:
    """Two clouds, stretched and turned."""
    codes = normal(count, SIZE) @ normal(SIZE, SIZE, seed=1)
    codes[: count // 3] += 5
    return codes


PRIORS = {
    "standard": lambda: standard(SIZE, CPU),
    "Gaussian": lambda: fitted_gaussian(some_codes()),
    "mixture": lambda: fitted_mixture(some_codes(), 3),
    "posterior": lambda: aggregated_posterior(some_codes(50), normal(50, SIZE, seed=2).exp() * 0.1),
    "weighted": lambda: Diagonal(normal(3, SIZE), torch.ones(3, SIZE), torch.tensor([1.0, 2.0, 5.0])),
}


@pytest.fixture(params=PRIORS)
def prior(request):
    return PRIORS[request.param]()


def test_the_score_is_minus_the_gradient_of_the_energy(prior):
    z = (normal(40, SIZE, seed=3) * 2).double().requires_grad_()
    (slope,) = torch.autograd.grad(prior.energy(z).sum(), z)
    assert torch.allclose(prior.score(z), -slope, atol=1e-5, rtol=1e-5)
    energy, score = prior.energy_and_score(z)
    assert torch.equal(energy, prior.energy(z))
    assert torch.equal(score, prior.score(z))


def test_the_energy_is_normalised(prior):
    # Importance sampling with a wide normal: the mean of p / q is 1.
    wide = 5 * normal(200_000, SIZE, seed=4) + 1
    log_wide = stats.multivariate_normal(np.ones(SIZE), 25 * np.eye(SIZE)).logpdf(wide.numpy())
    ratio = np.exp(-prior.energy(wide).double().numpy() - log_wide)
    assert ratio.mean() == pytest.approx(1, abs=6 * ratio.std() / math.sqrt(len(ratio)))


def test_the_energy_of_draws_is_the_entropy_that_their_moments_allow(prior):
    drawn = prior.sample(20_000, torch.Generator().manual_seed(0))
    assert drawn.shape == (20_000, SIZE)
    assert drawn.dtype == torch.float32
    # A Gaussian has the largest entropy of all densities with its covariance.
    most = 0.5 * np.linalg.slogdet(2 * np.pi * np.e * np.cov(drawn.T.numpy()))[1]
    assert float(prior.energy(drawn).mean()) < most + 0.05
    # The mean of the score over draws is zero (Stein).
    score = prior.score(drawn)
    assert (score.mean(0).abs() < 6 * score.std(0) / math.sqrt(len(drawn))).all()


def test_the_same_seed_draws_the_same(prior):
    one, other = (prior.sample(7, torch.Generator().manual_seed(5)) for _ in range(2))
    assert torch.equal(one, other)


def test_the_standard_normal_is_scipys():
    z = normal(30, SIZE)
    known = stats.multivariate_normal(np.zeros(SIZE)).logpdf(z.numpy())
    assert np.allclose(standard(SIZE, CPU).energy(z), -known, atol=1e-5)
    assert torch.allclose(standard(SIZE, CPU).score(z), -z)


def test_the_fitted_gaussian_is_scipys():
    codes, z = some_codes(), normal(30, SIZE)
    known = stats.multivariate_normal(codes.mean(0), np.cov(codes.T.numpy(), bias=True)).logpdf(z.numpy())
    assert np.allclose(fitted_gaussian(codes).energy(z), -known, rtol=1e-4)


def test_the_fitted_mixture_is_scikit_learns():
    codes, z = some_codes(), some_codes()[::20]
    wide = codes.double().numpy()
    ridge = 1e-6 * wide.var(0).mean()
    known = GaussianMixture(3, reg_covar=ridge, random_state=np.random.RandomState(0), max_iter=200).fit(wide)
    assert np.allclose(fitted_mixture(codes, 3).energy(z), -known.score_samples(z.numpy()), atol=1e-4)


def test_the_aggregated_posterior_is_the_mean_of_the_posteriors():
    means, variances, z = some_codes(50), normal(50, SIZE, seed=2).exp(), normal(30, SIZE)
    each = [stats.multivariate_normal(m, np.diag(v)).pdf(z.numpy()) for m, v in zip(means, variances, strict=True)]
    found = aggregated_posterior(means, variances).energy(z)
    assert np.allclose(found, -np.log(np.mean(each, 0)), rtol=1e-4)


def test_narrow_posteriors_keep_their_digits():
    means = 3 * normal(500, 16)
    z = means[:40] + 0.01 * normal(40, 16, seed=1)
    found = aggregated_posterior(means, torch.full((500, 16), 1e-4)).energy(z)
    # Each lies in its own component; the others are out of sight.
    own = stats.norm(0, 0.01).logpdf((z - means[:40]).double().numpy()).sum(1)
    assert np.allclose(found, -own + math.log(500), atol=1e-3)


def test_of_very_many_posteriors_a_part_is_taken(monkeypatch):
    monkeypatch.setattr(priors, "_MOST_POSTERIORS", 10)
    prior = aggregated_posterior(normal(100, SIZE), torch.full((100, SIZE), 1e-6), seed=1)
    assert len(prior.sample(500, torch.Generator().manual_seed(0)).mul(100).round().unique(dim=0)) < 40


def test_chunks_change_nothing(monkeypatch):
    z = normal(100, SIZE)
    for make in (PRIORS["posterior"], PRIORS["mixture"]):
        whole = make().energy_and_score(z)
        with monkeypatch.context() as small:
            small.setattr(gaussians, "_CHUNK_NUMBERS", 700)
            parts = make().energy_and_score(z)
        assert all(torch.allclose(one, other) for one, other in zip(whole, parts, strict=True))


def test_latents_that_never_change_do_no_harm():
    codes = torch.cat([some_codes(), torch.full((600, 2), 1.5)], 1)
    for prior in (fitted_gaussian(codes), fitted_mixture(codes, 2)):
        drawn = prior.sample(100, torch.Generator().manual_seed(0))
        assert torch.allclose(drawn[:, SIZE:], torch.tensor(1.5), atol=0.05)
        assert prior.score(drawn).isfinite().all()


def test_too_few_codes_are_refused():
    with pytest.raises(Notice, match="5 Gaussians need at least 10 codes; there are 9"):
        fitted_mixture(normal(9, SIZE), 5)
    with pytest.raises(Notice, match="at least 2 codes"):
        fitted_gaussian(normal(1, SIZE))


def test_a_mixture_of_one_is_the_gaussian():
    one, other = fitted_mixture(some_codes(), 1), fitted_gaussian(some_codes())
    z = normal(20, SIZE)
    assert torch.allclose(one.energy(z), other.energy(z), atol=1e-3)


def test_a_full_mixture_of_diagonals_is_the_diagonal_one():
    means, variances, z = normal(5, SIZE), normal(5, SIZE, seed=1).exp(), normal(20, SIZE, seed=2)
    one, other = Full(means, torch.diag_embed(variances)), Diagonal(means, variances)
    assert torch.allclose(one.energy(z), other.energy(z), atol=1e-5)
    assert torch.allclose(one.score(z), other.score(z), atol=1e-5)


@pytest.mark.parametrize("kind", ["diagonal", "full"])
def test_a_projected_mixture_is_the_density_of_where_its_draws_land(kind: str):
    means = torch.tensor([[0.0, 1.0, 2.0], [3.0, -1.0, 0.5]])
    variances = torch.tensor([[1.0, 2.0, 0.5], [0.3, 1.0, 2.0]])
    weights = torch.tensor([0.25, 0.75])
    prior = Diagonal(means, variances, weights) if kind == "diagonal" else Full(means, variances.diag_embed(), weights)
    axes = torch.linalg.qr(torch.tensor([[1.0, 2.0], [0.5, -1.0], [1.0, 0.3]]))[0].T
    origin = torch.tensor([0.5, -0.5, 1.0])
    on_plane = prior.projected(origin, axes)
    landed = (prior.sample(100_000, torch.Generator().manual_seed(0)) - origin) @ axes.T
    drawn = on_plane.sample(100_000, torch.Generator().manual_seed(1))
    assert landed.mean(0) == pytest.approx(drawn.mean(0), abs=0.03)
    assert landed.T.cov() == pytest.approx(drawn.T.cov(), rel=0.03, abs=0.03)
    # Of one that is standard normal in all directions, every projection is.
    standard = Diagonal(torch.zeros(1, 3), torch.ones(1, 3)).projected(torch.zeros(3), axes)
    assert float(standard.energy(torch.zeros(1, 2))) == pytest.approx(math.log(2 * math.pi), abs=1e-5)
