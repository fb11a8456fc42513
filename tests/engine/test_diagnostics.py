"""Diagnostics of chains: against autoregressive sequences of which everything is known."""

import numpy as np
import pytest

from engine.diagnostics import FEWEST_DRAWS, autocorrelation, diagnose


def wanderers(chains, draws, rho, seed=0):
    """x' = rho x + sqrt(1 - rho^2) xi: standard normal, with the autocorrelation rho^k."""
    rng = np.random.default_rng(seed)
    x = np.empty((chains, draws, 2))
    x[:, 0] = rng.normal(size=(chains, 2))
    for step in range(1, draws):
        x[:, step] = rho * x[:, step - 1] + np.sqrt(1 - rho**2) * rng.normal(size=(chains, 2))
    return x


def test_the_effective_size_is_that_of_the_autocorrelation():
    chains, draws, rho = 8, 4000, 0.8
    found = diagnose(wanderers(chains, draws, rho))
    exact = chains * draws * (1 - rho) / (1 + rho)
    np.testing.assert_allclose(found.ess_bulk, exact, rtol=0.12)
    assert (found.r_hat < 1.01).all()
    np.testing.assert_allclose(found.mean_error, 1 / np.sqrt(exact), rtol=0.12)
    assert (abs(found.mean) < 4 * found.mean_error).all()
    assert (abs(found.covariance - np.eye(2)) < 4 * found.covariance_error).all()


def test_chains_that_are_elsewhere_have_a_large_r_hat():
    x = wanderers(4, 500, 0.3)
    x[0, :, 0] += 5
    found = diagnose(x)
    assert found.r_hat[0] > 1.2
    assert found.r_hat[1] < 1.05


def test_of_one_chain_the_halves_are_compared():
    x = wanderers(1, 1000, 0.0)
    assert (diagnose(x).r_hat < 1.02).all()
    x[0, 500:, 0] += 3
    assert diagnose(x).r_hat[0] > 1.2


def test_too_few_draws_have_no_diagnostics_but_a_mean():
    found = diagnose(wanderers(4, FEWEST_DRAWS - 1, 0.0))
    assert np.isnan(found.r_hat).all()
    assert np.isnan(found.ess_bulk).all()
    assert np.isfinite(found.mean).all()
    assert np.isnan(diagnose(np.zeros((3, 0, 2))).mean).all()


def test_where_the_mean_is_uncertain_the_covariance_is_too():
    # Two modes, one switch in each chain: every product is about 1, and only the mean is not known.
    x = 0.01 * wanderers(4, 1000, 0.0)
    x += np.where(np.arange(1000) < np.array([[200], [500], [600], [700]]), 1.0, -1.0)[..., None]
    found = diagnose(x)
    assert (found.mean_error > 0.1).all()
    assert (found.covariance_error >= np.outer(found.mean_error, found.mean_error)).all()


def test_a_chain_that_stands_still_is_not_called_perfect():
    x = wanderers(4, 200, 0.0)
    x[2] = 1.0
    assert np.isnan(diagnose(x).ess_bulk).all()
    assert np.isnan(diagnose(np.ones((4, 200, 2))).r_hat).all()


def test_the_autocorrelation_decays_as_the_sequence_forgets():
    found = autocorrelation(wanderers(16, 5000, 0.9)[..., 0], 20)
    np.testing.assert_allclose(found, 0.9 ** np.arange(21), atol=0.06)
    assert found[0] == pytest.approx(1.0)
    assert len(autocorrelation(np.zeros((2, 5)), 20)) == 5
