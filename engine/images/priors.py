"""What codes are drawn from: N(0, I), a Gaussian or a mixture fitted to codes, the aggregated posterior of a VAE.

Source: Ghosh, Sajjadi, Vergari, Black, Scholkopf (2020), ICLR, for densities fitted to an auto-encoder's codes;
Tomczak, Welling (2018), AISTATS, for the aggregated posterior.
"""

import warnings

import numpy as np
import torch
from torch import Tensor

from engine.images.gaussians import Diagonal, Full
from engine.notice import Notice

_MOST_CODES = 20_000
_MOST_POSTERIORS = 1000
# Of the mean variance: what is added to fitted variances, for latents that never change.
_RIDGE = 1e-6
_LEAST_RIDGE = 1e-12


def standard(num_latents: int, device: torch.device) -> Diagonal:
    """N(0, I)."""
    return Diagonal(torch.zeros(1, num_latents, device=device), torch.ones(1, num_latents, device=device))


def fitted_gaussian(codes: Tensor) -> Full:
    """The Gaussian with the mean and the covariance of codes (n, d). Raises Notice for fewer than 2."""
    if len(codes) < 2:
        raise Notice("A Gaussian needs at least 2 codes to be fitted to.")
    wide = codes.double()
    mean = wide.mean(0)
    covariance = (wide - mean).T @ (wide - mean) / len(wide)
    return Full(mean[None], (covariance + _ridge(wide))[None])


def fitted_mixture(codes: Tensor, num_components: int, seed: int = 0) -> Full:
    """Gaussians with full covariances fitted to codes (n, d) by EM, to 20,000 of them at most. Raises Notice."""
    if len(codes) < 2 * num_components:
        raise Notice(f"{num_components} Gaussians need at least {2 * num_components} codes; there are {len(codes)}.")
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.mixture import GaussianMixture  # 2 s to import
    from threadpoolctl import threadpool_limits

    wide = _some(codes, _MOST_CODES, seed).double()
    ridge = float(_ridge(wide)[0, 0])
    fit = GaussianMixture(num_components, reg_covar=ridge, random_state=np.random.RandomState(seed), max_iter=200)
    # Its products are small: more threads than free cores make them a hundred times slower.
    with warnings.catch_warnings(), threadpool_limits(1):
        # A mixture that would still improve a little is one all the same.
        warnings.simplefilter("ignore", ConvergenceWarning)
        fit.fit(wide.cpu().numpy())
    means, covariances, weights = (
        torch.as_tensor(each, device=codes.device) for each in (fit.means_, fit.covariances_, fit.weights_)
    )
    return Full(means, covariances, weights)


def aggregated_posterior(means: Tensor, variances: Tensor, seed: int = 0) -> Diagonal:
    """The mean of the posteriors of training pictures, means and variances (n, d); of 1,000 of them at most."""
    both = _some(torch.cat([means, variances], 1), _MOST_POSTERIORS, seed)
    return Diagonal(*both.split_with_sizes([means.shape[1]] * 2, 1))


def _ridge(codes: Tensor) -> Tensor:
    added = (_RIDGE * codes.var(0, unbiased=False).mean()).clamp_min(_LEAST_RIDGE)
    return torch.eye(codes.shape[1], dtype=codes.dtype, device=codes.device) * added


def _some(rows: Tensor, most: int, seed: int) -> Tensor:
    if len(rows) <= most:
        return rows
    chosen = np.sort(np.random.default_rng(seed).choice(len(rows), most, replace=False))
    return rows[torch.as_tensor(chosen, device=rows.device)]
