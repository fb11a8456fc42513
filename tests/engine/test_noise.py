"""Noise with a known density: it integrates to one, is drawn as it says, and is fitted to what was counted."""

import math

import pytest
import torch

from engine import noise
from engine.fields import FAR

CPU = torch.device("cpu")


def rng(seed=0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def clump(count=5000) -> torch.Tensor:
    return 0.3 * torch.randn(count, 2, generator=rng(1)) * torch.tensor([1.0, 0.5]) + torch.tensor([0.4, -0.2])


COUNTS = noise.counted(clump())
NOISES = {
    "uniform": noise.uniform(CPU),
    "gaussian": noise.gaussian(COUNTS, 0.1),
    "blurred": noise.blurred(COUNTS, 0.15, 0.1),
    "one point": noise.gaussian(noise.counted(torch.full((9, 2), 0.25)), 0.1),
}
each_noise = pytest.mark.parametrize("known", NOISES.values(), ids=NOISES)


@each_noise
def test_the_density_integrates_to_one(known):
    area = (2 * FAR / noise.CELLS) ** 2
    assert float(known.log_density.double().exp().sum() * area) == pytest.approx(1, abs=1e-5)


@each_noise
def test_draws_are_as_often_in_each_cell_as_the_density_says(known):
    drawn = known.samples(200_000, rng())
    assert drawn.abs().max() <= FAR
    area = (2 * FAR / noise.CELLS) ** 2
    expected = known.log_density.exp() * area * len(drawn)
    excess = (noise.counted(drawn) - expected) / expected.sqrt()
    assert float(excess.square().mean()) == pytest.approx(1, abs=0.15)


def test_a_point_has_the_density_of_its_own_cell():
    """Rows go up and columns to the right: a mistake in either would not survive a clump beside both diagonals."""
    near, mirrored = torch.tensor([[0.4, -0.2]]), torch.tensor([[-0.2, 0.4]])
    known = NOISES["blurred"]
    assert float(known.log_prob(near)) > float(known.log_prob(mirrored)) + 1


def test_gaussian_noise_is_the_gaussian_of_the_data():
    x = torch.tensor([[0.4, -0.2], [0.7, -0.2], [0.4, 0.1]])
    centred = x.double() - torch.tensor([0.4, -0.2])
    variances = torch.tensor([0.09, 0.0225]).double() + 0.1**2
    exact = -(centred.square() / variances).sum(1) / 2 - math.log(2 * math.pi) - variances.log().sum() / 2
    known = noise.gaussian(COUNTS, 0.0)
    torch.testing.assert_close(known.log_prob(x).double(), exact, atol=0.25, rtol=0)


def test_blurring_one_point_gives_a_gaussian_around_it():
    at = torch.full((1, 2), 0.25)
    known = noise.blurred(noise.counted(at), 0.3, 0.0)
    off = torch.tensor([[0.25, 0.25], [0.55, 0.25], [0.25, -0.35]])
    exact = -(off - at).square().sum(1) / (2 * 0.09) - math.log(2 * math.pi * 0.09)
    torch.testing.assert_close(known.log_prob(off), exact, atol=0.3, rtol=0)


def test_an_even_share_leaves_no_place_without_noise():
    corner = torch.tensor([[-FAR, FAR], [FAR, -FAR]])
    known = noise.blurred(COUNTS, 0.05, 0.2)
    expected = math.log(0.2 / (2 * FAR) ** 2)
    torch.testing.assert_close(known.log_prob(corner), torch.full((2,), expected), atol=1e-3, rtol=0)
