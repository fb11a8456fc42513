"""Densities for tests of exact samplers: each can be drawn from, and turns its draws into even numbers from 0 to 1.

Chains that start with exact draws must have exact draws after any number of steps: `misfit` of their even numbers is
then small, however slowly they travel.
"""

import math

import torch
from torch.distributions import Normal

# What `misfit` exceeds once in 2,000 times (Kolmogorov's limit).
RARE = 2.03


def rng(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def phi(z):
    return Normal(0.0, 1.0).cdf(z.double())


def misfit(even):
    """The largest of k Kolmogorov-Smirnov distances of (n, k) numbers from even ones, times the root of n."""
    ordered, ranks = even.sort(0).values, torch.arange(len(even) + 1, dtype=torch.float64)[:, None] / len(even)
    return (torch.maximum(ranks[1:] - ordered, ordered - ranks[:-1]).max() * math.sqrt(len(even))).item()


class Banana:
    """x is normal, and y is normal about 3 x^2 - 0.3."""

    wide, thin = 0.3, 0.1

    def energy(self, x):
        return (x[:, 0] / self.wide).square() / 2 + (self._off(x) / self.thin).square() / 2

    def _off(self, x):
        return x[:, 1] - 3 * x[:, 0].square() + 0.3

    def sample(self, count):
        z = torch.randn(count, 2, generator=rng(7))
        across = self.wide * z[:, 0]
        return torch.stack([across, 3 * across.square() - 0.3 + self.thin * z[:, 1]], 1)

    def even(self, x):
        """Of both independent normals, of the distance from the middle of both, and of their difference."""
        a, b = x[:, 0] / self.wide, self._off(x) / self.thin
        radius = -torch.expm1(-(a.square() + b.square()).double() / 2)
        return torch.stack([phi(a), phi(b), radius, phi((a - b) / math.sqrt(2))], 1)


class TwoModes:
    """0.3 of a round Gaussian at (-0.5, 0) and 0.7 of one at (0.3, 0.2)."""

    middles, weights, sd = torch.tensor([[-0.5, 0.0], [0.3, 0.2]]), torch.tensor([0.3, 0.7]), 0.15

    def energy(self, x):
        squares = (x[:, None] - self.middles).square().sum(2)
        return -torch.logsumexp(self.weights.log() - squares / (2 * self.sd**2), 1)

    def sample(self, count):
        which = (torch.rand(count, generator=rng(8)) < self.weights[1]).long()
        return self.middles[which] + self.sd * torch.randn(count, 2, generator=rng(9))

    def even(self, x):
        """Of the marginals along both axes."""
        return (self.weights[:, None] * phi((x[:, None] - self.middles) / self.sd)).sum(1)


class HalfPlane:
    """The right half of a round Gaussian of standard deviation 0.3; the energy is `lost` elsewhere."""

    def __init__(self, lost):
        self.lost = lost

    def energy(self, x):
        return ((x / 0.3).square().sum(1) / 2).masked_fill(x[:, 0] <= 0, self.lost)

    def sample(self, count):
        x = 0.3 * torch.randn(count, 2, generator=rng(5))
        return torch.stack([x[:, 0].abs(), x[:, 1]], 1)

    def even(self, x):
        return torch.stack([2 * phi(x[:, 0] / 0.3) - 1, phi(x[:, 1] / 0.3)], 1)


SHAPES = {
    "banana": Banana(),
    "two modes": TwoModes(),
    "half plane, NaN": HalfPlane(math.nan),
    "half plane, infinite": HalfPlane(math.inf),
    "half plane, minus infinity": HalfPlane(-math.inf),
}
