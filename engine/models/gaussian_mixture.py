"""Gaussian mixture

Each point is supposed to come from one of k Gaussians; which one, z, is not seen. EM learns in two halves: first it
asks how much each Gaussian is responsible for each point, then it moves every Gaussian to the weighted mean and spread
of its points. That can only lower the mean energy. With z summed out, the energy is minus the log density.

Summing can be made harder: at inverse temperature beta the free energy leans to the best z alone, and minimised over z
it takes nothing else. Training lowers the energy that is shown. At the hard end, Gaussians that are round, equally wide
and equally heavy are k-means.

Equation: F_\\beta(x) = -\\frac{1}{\\beta} \\log \\sum_z e^{-\\beta E(x, z)}, \\quad
E(x, z) = -\\log \\pi_z \\mathcal{N}(x; \\mu_z, \\Sigma_z)
Try: Train on eight Gaussians with the covariance "spherical, shared", then pull beta from 1 to 100: the round hills
become the cells of k-means.
Source: Dempster, Laird, Rubin (1977), J. R. Stat. Soc. B 39(1); Ueda, Nakano (1998), Neural Networks 11(2), for beta;
Arthur, Vassilvitskii (2007), SODA, for the k-means++ start.
"""

import math
from typing import ClassVar

import msgspec
import torch
from torch import Tensor

from engine import geometry
from engine.knobs import knob
from engine.messages import Box, Machine
from engine.models import Batch, Drawing, Picture, Terms, no_energy
from engine.models import Model as Family
from engine.nets import chunked

# Points that are looked at together.
_CHUNK = 16_384
# A Gaussian with less than this many points stays where it is.
_FEWEST_POINTS = 1e-3
# So that the energy is finite: of a Gaussian without points.
_LEAST_WEIGHT = 1e-12
# Standard deviation before any data are known, on the plane.
_FIRST_SD = 0.3
# Responsibilities below this are not told.
_LEAST_SHARE = 0.05
_CELLS = 48


class Params(msgspec.Struct, frozen=True):
    components: int = knob(8, low=1, high=64, scale="log", makes_new_network=True, help="How many Gaussians: k.")
    covariance: str = knob(
        "full",
        choices=("full", "diagonal", "spherical", "spherical, shared"),
        help="Ellipses in any direction, along the axes only, circles, or circles of one size and weight.",
    )
    latent: str = knob(
        "marginalised",
        choices=("marginalised", "minimised"),
        help="Whether z is summed out at inverse temperature beta, or only the best z counts: the hard end.",
    )
    beta: float = knob(
        1.0,
        low=1.0,
        high=100.0,
        scale="log",
        help="Inverse temperature of z: 1 gives the mixture's density, more leans to the best z alone.",
    )
    least_sd: float = knob(
        0.01,
        low=0.001,
        high=0.2,
        scale="log",
        unit="of half the home view",
        help="Its square is added to every variance, so that no Gaussian can shrink to a single point.",
    )


class Model(Family):
    """`log_weights` (k,), `means` (k, 2) and `covariances` (k, 2, 2), all in double precision."""

    kind = "Centres and mixtures"
    layers = ("field", "parts", "cursor", "machine")
    machine: ClassVar = Machine(
        columns=(
            (Box("data", "data", "The points to learn from."),),
            (Box("shares", "responsibilities", "How many points each Gaussian answers for: the E-step."),),
            (Box("gaussians", "Gaussians", "Each takes the mean and spread of its points: the M-step."),),
            (Box("energy", "energy", "The free energy: z is summed out, or minimised."),),
            (Box("loss", "mean energy", "Of the data; a step lowers it."),),
        ),
        arrows=(
            ("data", "shares"),
            ("shares", "gaussians"),
            ("gaussians", "shares"),
            ("gaussians", "energy"),
            ("energy", "loss"),
        ),
        stages=(("data",), ("shares",), ("gaussians",), ("energy",), ("loss",)),
    )

    def __init__(self, params: Params, rng: torch.Generator, device: torch.device) -> None:
        self.params = params
        k = params.components
        self.means = torch.rand(k, 2, generator=rng, device=device, dtype=torch.float64) * 2 - 1
        self.log_weights = torch.full_like(self.means[:, 0], -math.log(k))
        self.covariances = _FIRST_SD**2 * torch.eye(2, device=device, dtype=torch.float64).repeat(k, 1, 1)
        self._kind = params.covariance
        self._counts = torch.zeros_like(self.log_weights)
        self._batch = torch.zeros(0, 2, device=device)

    def begin(self, data: Batch, rng: torch.Generator) -> None:
        """Means on data points far from one another, all as wide as the points are from the nearest of them."""
        k = self.params.components
        centres = geometry.spread_points(data.x, k, rng)
        squared = chunked(lambda piece: (piece[:, None] - centres).square().sum(2).amin(1), data.x, _CHUNK)
        variance = squared.double().mean() / 2 + self.params.least_sd**2
        self.means = centres.double()
        self.covariances = variance * torch.eye(2, device=variance.device, dtype=torch.float64).repeat(k, 1, 1)
        self.log_weights = torch.full_like(self.log_weights, -math.log(k))

    def settle(self) -> None:
        """Another choice of covariances is seen at once."""
        if self.params.covariance != self._kind:
            self.covariances, self.log_weights = self._constrained(self.covariances, self.log_weights.exp())

    def step(self, batch: Batch, rng: torch.Generator) -> Terms:
        """One iteration of EM on all points."""
        k = len(self.means)
        sums, total = self.means.new_zeros(k, 6), self.means.new_zeros(())
        form = self._quadratic_form()
        for piece in torch.split(batch.x, _CHUNK):
            monomials = _monomials(piece)
            energies = monomials @ form
            free = self._free(energies)
            total += free.sum()
            sums += self._responsibilities(energies, free).T @ monomials
        self._maximise(sums)
        self._batch = batch.x
        energy = (total / len(batch.x)).float()
        return Terms(energy, energy, no_energy(energy))

    def energy(self, x: Tensor) -> Tensor:
        form = self._quadratic_form()
        return chunked(lambda piece: self._free(_monomials(piece) @ form), x).to(x.dtype)

    def samples(self, count: int, rng: torch.Generator) -> Tensor | None:
        """A Gaussian by its weight, then a point of it; a free energy at another beta is drawn from its grid."""
        if self._is_hard or self.params.beta != 1:
            return None
        chosen = torch.multinomial(self.log_weights.exp(), count, replacement=True, generator=rng)
        normal = torch.randn(count, 2, 1, generator=rng, device=rng.device, dtype=torch.float64)
        factors = torch.linalg.cholesky(self.covariances)
        drawn: Tensor = self.means[chosen] + (factors[chosen] @ normal)[:, :, 0]
        return drawn.float()

    def parts(self) -> Drawing:
        """The means, and ellipses two standard deviations around them."""
        means, factors = self.means.float(), torch.linalg.cholesky(self.covariances).float()
        return Drawing(lines=[geometry.ellipse(*each) for each in zip(means, factors, strict=True)], dots=means)

    def at_cursor(self, x: Tensor) -> tuple[Drawing, str]:
        """Arrows to the Gaussians that are responsible for the point."""
        energies = _monomials(x) @ self._quadratic_form()
        shares = self._responsibilities(energies, self._free(energies))[0]
        order = [index for index in shares.argsort(descending=True).tolist() if float(shares[index]) >= _LEAST_SHARE]
        means = self.means[order].float()
        told = ", ".join(f"z = {index + 1}: {float(shares[index]):.0%}" for index in order)
        return Drawing(arrows=torch.cat([x.expand_as(means), means], 1)), f"responsible: {told}"

    def pictures(self, rng: torch.Generator) -> dict[str, Picture]:
        cells = torch.linspace(-1, 1, _CELLS, device=rng.device)
        energy = self.energy(torch.cartesian_prod(cells, cells).flip(1))
        return {
            "data": Picture("dots", self._batch[:200]),
            "shares": Picture("bars", self._counts.float()),
            "gaussians": Picture("heat", (energy.amin() - energy).exp().view(_CELLS, _CELLS)),
        }

    def remark(self) -> str:
        if not self._is_hard:
            return ""
        if self.params.covariance == "spherical, shared":
            sd = float(self.covariances[0, 0, 0].sqrt())
            return f"This is k-means with the same centres and sigma {sd:.3g}: only a constant is added to its energy."
        return (
            "Only the best Gaussian counts at each point. "
            'With the covariance "spherical, shared" this is k-means with the same centres.'
        )

    def tensors(self) -> dict[str, Tensor]:
        return {"log_weights": self.log_weights, "means": self.means, "covariances": self.covariances}

    @property
    def _is_hard(self) -> bool:
        return bool(self.params.latent == "minimised")

    def _free(self, energies: Tensor) -> Tensor:
        """The energy with z summed out at beta, or minimised: (n, k) -> (n,)."""
        if self._is_hard:
            return energies.amin(1)
        return -torch.logsumexp(-self.params.beta * energies, 1) / self.params.beta

    def _responsibilities(self, energies: Tensor, free: Tensor) -> Tensor:
        """What the free energy (n,) leans to, in shares: (n, k) -> (n, k), rows sum to 1."""
        if self._is_hard:
            return (energies.argmin(1, keepdim=True) == torch.arange(energies.shape[1], device=free.device)).double()
        return torch.exp(self.params.beta * (free[:, None] - energies))

    def _quadratic_form(self) -> Tensor:
        """The numbers (6, k) that turn the monomials of x into E(x, z)."""
        a, b, _, c = self.covariances.flatten(1).unbind(1)
        x, y = self.means.unbind(1)
        determinant = a * c - b * b
        # The inverse of ((a, b), (b, c)).
        p, q, r = c / determinant, -b / determinant, a / determinant
        constant = math.log(2 * math.pi) + determinant.log() / 2 - self.log_weights
        middle = (p * x * x + 2 * q * x * y + r * y * y) / 2
        return torch.stack([constant + middle, -(p * x + q * y), -(q * x + r * y), p / 2, q, r / 2])

    def _maximise(self, sums: Tensor) -> None:
        """The M-step, from the sums of all points' monomials by responsibility, (k, 6)."""
        counts = sums[:, 0]
        is_used = counts > _FEWEST_POINTS
        x, y, xx, xy, yy = (sums[:, 1:] / counts.clamp(min=_FEWEST_POINTS)[:, None]).unbind(1)
        floor = self.params.least_sd**2
        first, second, mixed = xx - x * x + floor, yy - y * y + floor, xy - x * y
        spread = torch.stack([first, mixed, mixed, second], 1).view(-1, 2, 2)
        covariances = torch.where(is_used[:, None, None], spread, self.covariances)
        self.means = torch.where(is_used[:, None], torch.stack([x, y], 1), self.means)
        self.covariances, self.log_weights = self._constrained(covariances, counts / counts.sum())
        self._counts = counts

    def _constrained(self, covariances: Tensor, weights: Tensor) -> tuple[Tensor, Tensor]:
        """Covariances and log weights as the knob has them."""
        self._kind = kind = self.params.covariance
        variances = covariances.diagonal(dim1=1, dim2=2)
        if kind != "full":
            if kind != "diagonal":
                variances = variances.mean(1, keepdim=True).expand(-1, 2)
            if kind == "spherical, shared":
                variances = (weights @ variances).expand(len(weights), 2)
                weights = torch.full_like(weights, 1 / len(weights))
            covariances = torch.diag_embed(variances)
        return covariances, weights.clamp(min=_LEAST_WEIGHT).log()


def _monomials(x: Tensor) -> Tensor:
    """1, x, y, x^2, xy, y^2 of points (n, 2), in double precision: (n, 6).

    All that EM asks of the points are their weighted sums; in single precision, narrow Gaussians would drown in them.
    """
    x = x.double()
    first, second = x.unbind(1)
    return torch.stack([torch.ones_like(first), first, second, first * first, first * second, second * second], 1)
