"""Smooth Gaussian noise against a multivariate normal distribution whose covariance is written out."""

import itertools
import math

import pytest
import torch
from torch import Tensor

from engine.images import Shape, likelihoods

WIDTH = torch.tensor(0.3, dtype=torch.float64)


def covariance(height: int, width: int) -> Tensor:
    """Block by block: pixels within 2 x 2, means within 4 x 4, and the rest, each with its own deviation."""

    def mean_over(side: int) -> Tensor:
        """The projection on pictures that are constant in each block of this side, and 0 where there is none."""
        projection = torch.zeros(height, width, height, width, dtype=torch.float64)
        for top, left in itertools.product(range(0, height - side + 1, side), range(0, width - side + 1, side)):
            block = (slice(top, top + side), slice(left, left + side))
            projection[(*block, *block)] = 1 / side**2
        return projection.reshape(height * width, -1)

    whole, small, large = torch.eye(height * width, dtype=torch.float64), mean_over(2), mean_over(4)
    return WIDTH**2 * ((whole - small) / 4 + (small - large) / 2 + large)


@pytest.mark.parametrize(("height", "width"), [(8, 8), (4, 12), (7, 9), (5, 4), (3, 2)])
def test_smooth_noise_is_a_gaussian_with_the_covariance_that_is_told(height, width):
    rng = torch.Generator().manual_seed(0)
    x = torch.rand(3, 2, height, width, generator=rng, dtype=torch.float64)
    raw = torch.randn(3, 2, height, width, generator=rng, dtype=torch.float64)
    known = torch.distributions.MultivariateNormal(torch.zeros(height * width), covariance(height, width))
    wanted = known.log_prob((x - 0.5 - 0.5 * raw).flatten(2)).sum(1)
    torch.testing.assert_close(likelihoods.log_likelihood("smooth Gaussian", x, raw, WIDTH), wanted)


def test_an_error_of_one_pixel_costs_more_than_one_as_large_of_a_patch():
    raw, width = torch.zeros(1, 1, 8, 8), torch.tensor(1.0)
    pixel, patch = torch.zeros(2, 1, 1, 8, 8)
    pixel[..., 2, 3], patch[..., :4, :4] = 1.0, 1 / 4
    none, of_pixel, of_patch = (
        likelihoods.log_likelihood("smooth Gaussian", 0.5 + each, raw, width)
        for each in (torch.zeros(1, 1, 8, 8), pixel, patch)
    )
    # A pixel is 3/4 fine, 3/16 middling and 1/16 coarse; the squares of both errors add up to 1.
    assert float(none - of_pixel) == pytest.approx((4 * 3 / 4 + 2 * 3 / 16 + 1 / 16) / 2, rel=1e-4)
    assert float(none - of_patch) == pytest.approx(1 / 2, rel=1e-4)


@pytest.mark.parametrize("kind", ["Gaussian", "Laplace"])
def test_other_noise_is_independent_in_each_pixel(kind):
    x, raw = torch.rand(2, 3, 4, 4), torch.zeros(2, 3, 4, 4)
    width = torch.tensor(0.2)
    known = torch.distributions.Normal if kind == "Gaussian" else torch.distributions.Laplace
    wanted = known(0.5, 0.2).log_prob(x).flatten(1).sum(1)
    torch.testing.assert_close(likelihoods.log_likelihood(kind, x, raw, width), wanted)


def test_automatic_asks_how_many_colours_there_are():
    assert likelihoods.kind_of("automatic", Shape(28, 28, 1)) == "Bernoulli"
    assert likelihoods.kind_of("automatic", Shape(64, 64, 3)) == "smooth Gaussian"
    assert math.isfinite(likelihoods.START_LOG_WIDTH)
