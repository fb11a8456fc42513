"""How far chains' draws can be trusted: R-hat, effective sample size, autocorrelation.

R-hat and the effective sample sizes are those of arviz-stats; what is ours is to say when there is nothing to say.
Source: Vehtari, Gelman, Simpson, Carpenter, Bürkner (2021), Bayesian Analysis 16(2).
"""

from typing import NamedTuple

import numpy as np

# Of each chain; with fewer, neither R-hat nor an effective sample size means anything.
FEWEST_DRAWS = 20
_TAIL = (0.05, 0.95)


class Diagnostics(NamedTuple):
    """Of x and y, (2,) each; NaN where there are not enough draws yet, or where a coordinate has never moved.

    mean, covariance (2, 2), and their standard errors by the effective sample size; of the covariance that of each
    entry's own products, and what the mean's error makes of them.
    """

    r_hat: np.ndarray
    ess_bulk: np.ndarray
    ess_tail: np.ndarray
    mean: np.ndarray
    mean_error: np.ndarray
    covariance: np.ndarray
    covariance_error: np.ndarray


def diagnose(draws: np.ndarray) -> Diagnostics:
    """draws: (chains, draws, 2), after the warm-up."""
    draws = np.asarray(draws, np.float64)
    flat = draws.reshape(-1, 2)
    mean = flat.mean(0) if len(flat) else np.full(2, np.nan)
    away = draws - mean
    products = np.stack([away[..., 0] ** 2, away[..., 0] * away[..., 1], away[..., 1] ** 2], -1)
    covariance = _symmetric(products.reshape(-1, 3).mean(0)) if len(flat) else np.full((2, 2), np.nan)
    mean_error = _of_each(draws, "mcse", method="mean")
    # Distances are from the draws' own mean: where chains are in few modes it is far off, and products hardly vary.
    spread = np.sqrt(np.diag(covariance))
    with np.errstate(invalid="ignore", divide="ignore"):
        correlation = covariance / np.outer(spread, spread)
    from_mean = np.outer(mean_error, mean_error) * np.sqrt(1 + 2 * correlation**2)
    return Diagnostics(
        r_hat=_of_each(draws, "rhat", method="rank"),
        ess_bulk=_of_each(draws, "ess", method="bulk"),
        ess_tail=_of_each(draws, "ess", method="tail", prob=_TAIL),
        mean=mean,
        mean_error=mean_error,
        covariance=covariance,
        covariance_error=np.hypot(_symmetric(_of_each(products, "mcse", method="mean")), from_mean),
    )


def autocorrelation(draws: np.ndarray, longest: int) -> np.ndarray:
    """Of (chains, draws), averaged over chains, at lags 0 to `longest` (fewer where the chains are short)."""
    away = draws - draws.mean(1, keepdims=True)
    count = away.shape[1]
    size = 1 << (2 * count - 1).bit_length()
    spectrum = np.abs(np.fft.rfft(away, size, axis=1)) ** 2
    sums = np.fft.irfft(spectrum, size, axis=1)[:, : min(longest + 1, count)].mean(0)
    with np.errstate(invalid="ignore", divide="ignore"):
        correlation: np.ndarray = sums / sums[0]
    return correlation


def _of_each(draws: np.ndarray, name: str, **options: object) -> np.ndarray:
    """arviz-stats' answer for each coordinate of (chains, draws, k), (k,)."""
    chains, count, k = draws.shape
    answer = np.full(k, np.nan)
    if count < FEWEST_DRAWS:
        return answer
    # Imported here: three quarters of a second, which no start should wait for.
    from arviz_stats.base import array_stats  # type: ignore[attr-defined]

    if chains == 1:
        # One chain cannot be compared with others: its halves can.
        half = count // 2
        draws = np.concatenate([draws[:, :half], draws[:, half : 2 * half]])
    for index in range(k):
        each = np.ascontiguousarray(draws[..., index])
        # A chain that stands still would count as perfect.
        if np.isfinite(each).all() and np.ptp(each) > 0 and not (np.ptp(each, axis=1) == 0).any():
            answer[index] = getattr(array_stats, name)(each, chain_axis=0, draw_axis=1, **options)
    return answer


def _symmetric(entries: np.ndarray) -> np.ndarray:
    xx, xy, yy = entries
    return np.array([[xx, xy], [xy, yy]])
