"""The chain of a denoising auto-encoder: its own stationary law on a Gaussian, and a trained network on a ring."""

import math

import msgspec
import pytest
import torch

from engine.chains import Chains
from engine.draws import Draws
from engine.models import Batch
from engine.models.denoising_autoencoder import Model
from engine.models.denoising_autoencoder import Params as ModelParams
from engine.notice import Notice
from engine.samplers import denoising_chain, walk
from engine.samplers.denoising_chain import Params


class Gaussian:
    """Undoes its noise as well as can be: r(x) = m + C (C + sigma^2 I)^-1 (x - m)."""

    middle = torch.tensor([0.2, -0.1])
    covariance = torch.tensor([[0.09, 0.03], [0.03, 0.04]])

    def __init__(self, corruption):
        self.corruption = corruption
        self.gain = self.covariance @ torch.linalg.inv(self.covariance + corruption**2 * torch.eye(2))

    def denoised(self, x):
        return self.middle + (x - self.middle) @ self.gain.T


class Torn(Gaussian):
    """Says nothing of points beyond the middle."""

    def denoised(self, x):
        return super().denoised(x).masked_fill(x[:, :1] > self.middle[0], math.nan)


class OnlyAnEnergy:
    def energy(self, x):
        return x.square().sum(1)

    def score(self, x):
        return -2 * x

    def energy_and_score(self, x):
        return self.energy(x), self.score(x)


def rng(seed=0):
    return torch.Generator().manual_seed(seed)


def stationary(target, reconstruction_noise):
    """S = G (S + sigma^2 I) G^T + (rho sigma)^2 I.

    The gain g and S have the covariance's axes; along each v = g^2 (v + sigma^2) + rho^2 sigma^2.
    """
    variances, axes = torch.linalg.eigh(target.covariance.double())
    noise = target.corruption**2
    g = variances / (variances + noise)
    v = (g**2 + reconstruction_noise**2) * noise / (1 - g**2)
    return axes @ torch.diag(v) @ axes.T


def assert_covariance(x, exact):
    """Within four standard errors of a Gaussian's, for independent chains x (n, 2)."""
    found = x.double().T.cov()
    spread = torch.diag(exact)
    error = ((spread[:, None] * spread + exact**2) / len(x)).sqrt()
    assert ((found - exact) / error).abs().max() < 4


@pytest.mark.parametrize(("corruption", "noise"), [(0.1, 1.0), (0.1, 0.0), (0.3, 1.0), (0.3, 2.0)])
def test_on_a_gaussian_its_covariance_is_the_closed_form(corruption, noise):
    target, count = Gaussian(corruption), 20_000
    x = walk(denoising_chain, torch.zeros(count, 2), target, Params(noise), Draws(rng(), count), 120).x
    exact = stationary(target, noise)
    assert_covariance(x, exact)
    assert ((x.mean(0) - target.middle) / (torch.diag(exact) / count).sqrt()).abs().max() < 4
    assert (exact - target.covariance).abs().max() > 0.05 * target.covariance.max()


def test_less_corruption_comes_closer_to_the_gaussian():
    """With the default noise; what is too much tends to half the corruption's variance."""
    for corruption in (0.04, 0.02):
        excess = stationary(Gaussian(corruption), 1.0) - Gaussian.covariance
        torch.testing.assert_close(excess, corruption**2 / 2 * torch.eye(2).double(), atol=0.1 * corruption**2, rtol=0)


def test_the_noise_of_the_exact_reconstruction_gives_the_exact_variance():
    """Of a round Gaussian: what is not known of a point after the noise has the variance g sigma^2."""

    class Round(Gaussian):
        covariance = 0.04 * torch.eye(2)

    noise = math.sqrt(0.04 / (0.04 + 0.01))
    torch.testing.assert_close(stationary(Round(0.1), noise), Round.covariance.double())
    count = 20_000
    x = walk(denoising_chain, torch.zeros(count, 2), Round(0.1), Params(noise), Draws(rng(1), count), 60).x
    assert_covariance(x, Round.covariance.double())


def test_a_step_is_one_corruption_and_one_reconstruction():
    target, count = Gaussian(0.2), 10_000
    x = 0.3 * torch.randn(count, 2, generator=rng(2))
    after, info = denoising_chain.step(
        denoising_chain.State(x), target, Params(reconstruction_noise=0.5), Draws(rng(3), count)
    )
    corruption, own = info.proposal - x, after.x - target.denoised(info.proposal)
    for noise, sigma in ((corruption, 0.2), (own, 0.1)):
        assert (noise.std(0) - sigma).abs().max() < 4 * sigma / math.sqrt(2 * count)
    assert torch.stack([corruption[:, 0], own[:, 0]]).corrcoef()[0, 1].abs() < 4 / math.sqrt(count)


def test_without_noise_of_its_own_a_chain_stands_where_its_reconstruction_leads():
    target = Gaussian(0.1)
    after, info = denoising_chain.step(
        denoising_chain.State(torch.zeros(5, 2)), target, Params(reconstruction_noise=0.0), Draws(rng(), 5)
    )
    torch.testing.assert_close(after.x, target.denoised(info.proposal))


def test_a_chain_whose_reconstruction_is_nowhere_stays_and_no_other_notices():
    target, count = Torn(0.1), 200
    x = 0.1 * torch.randn(count, 2, generator=rng(4)) + target.middle
    after, info = denoising_chain.step(denoising_chain.State(x), target, Params(), Draws(rng(5), count))
    is_lost = info.proposal[:, 0] > target.middle[0]
    assert 50 < is_lost.sum() < 150
    assert torch.equal(after.x[is_lost], x[is_lost])
    assert after.x.isfinite().all()
    assert (after.x != x).any(1)[~is_lost].all()


def test_a_target_that_undoes_no_corruption_is_refused_in_a_sentence():
    with pytest.raises(Notice, match=r"needs a denoising auto-encoder.*\."):
        Chains("denoising_chain", {}, OnlyAnEnergy(), torch.zeros(3, 2), rng())


@torch.no_grad()
def trained_on_a_ring(radius, field):
    """A small network, briefly trained on a ring of no width."""
    params = ModelParams(field=field, sigma=0.1, width=32, averaging=100, learning_rate=5e-3, detail=2.0)
    model, numbers = Model(params, rng(), torch.device("cpu")), rng(1)
    for _ in range(400):
        model.step(Batch(ring(256, radius, numbers), torch.zeros(256, dtype=torch.int64)), numbers)
    return model


def ring(count, radius, numbers):
    turn = 2 * math.pi * torch.rand(count, generator=numbers)
    return radius * torch.stack([turn.cos(), turn.sin()], 1)


@pytest.mark.parametrize("field", ["gradient of an energy", "free"])
def test_on_a_trained_network_it_stays_near_the_data_and_goes_all_around(field):
    radius, count = 0.5, 400
    model = trained_on_a_ring(radius, field)
    start = torch.tensor([[radius, 0.0]]).repeat(count, 1)
    chains = Chains("denoising_chain", {"reconstruction_noise": 0.3}, model, start, rng(7))
    for _ in range(150):
        chains.step()
    off = (chains.x.norm(dim=1) - radius).abs()
    assert off.mean() < 0.04
    assert off.max() < 0.2
    quadrants = torch.bincount((chains.x[:, 0] > 0) * 2 + (chains.x[:, 1] > 0), minlength=4)
    assert quadrants.min() > count / 12


def test_a_turned_knob_of_the_network_is_felt_by_the_next_step():
    model = Model(ModelParams(width=8, sigma=0.1), rng(), torch.device("cpu"))
    chains = Chains("denoising_chain", {}, model, torch.zeros(5000, 2), rng())
    spreads = []
    for sigma in (0.1, 0.3):
        model.params = msgspec.structs.replace(model.params, sigma=sigma)
        before = chains.x
        spreads.append(float((chains.step().proposal - before).std()))
    assert spreads == pytest.approx([0.1, 0.3], rel=0.05)
