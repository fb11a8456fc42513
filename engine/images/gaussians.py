"""Mixtures of Gaussians over codes: draws, an energy in nats (minus the log density, normalised), and its score.

Everything is computed in double precision: the posteriors of a VAE may be narrow.
Not covered: what they are fitted to (priors.py).
"""

import math
from typing import Protocol

import torch
from torch import Tensor

from engine.images.quadratics import Quadratics

# Numbers of one table of codes by components; twice as fast as with 2**22, which does not fit into the cache.
_CHUNK_NUMBERS = 2**15
_LEAST_VARIANCE = 1e-12
_LOG_2PI = math.log(2 * math.pi)


class Prior(Protocol):
    """A density of codes of so many latents."""

    num_latents: int

    def sample(self, count: int, rng: torch.Generator) -> Tensor:
        """(count, d) float32, on the device of `rng`, which is that of the prior."""
        ...

    def energy(self, z: Tensor) -> Tensor:
        """Minus the log density in nats, (n, d) -> (n,)."""
        ...

    def score(self, z: Tensor) -> Tensor:
        """The gradient of the log density, (n, d) -> (n, d)."""
        ...

    def energy_and_score(self, z: Tensor) -> tuple[Tensor, Tensor]:
        """Both, for little more than one costs."""
        ...

    def projected(self, origin: Tensor, axes: Tensor) -> "Full":
        """The density of where codes land that fall onto a plane: origin (d,), axes (2, d), orthonormal."""
        ...

    def cut(self, origin: Tensor, axes: Tensor) -> Quadratics:
        """The energy of the codes origin + u axes_1 + v axes_2, in (u, v): on the plane it is not normalised.

        Axes that are orthonormal keep the lengths of the latent space.
        """
        ...


class Diagonal:
    """A mixture of k Gaussians whose latents are independent."""

    def __init__(self, means: Tensor, variances: Tensor, weights: Tensor | None = None) -> None:
        """means, variances: (k, d).  weights: (k,), equal where left out."""
        self.num_latents = means.shape[1]
        self._means, self._variances = means.double(), variances.double().clamp_min(_LEAST_VARIANCE)
        self._log_weights = _log_shares(weights, len(means), means.device)
        self._precisions = 1 / self._variances
        self._pulls = self._means * self._precisions
        # All of a component's log density that does not depend on the place.
        self._constants = self._log_weights - 0.5 * (
            (self._means * self._pulls + self._variances.log()).sum(1) + self.num_latents * _LOG_2PI
        )

    def sample(self, count: int, rng: torch.Generator) -> Tensor:
        chosen = _components(self._log_weights, count, rng)
        noise = torch.randn(count, self.num_latents, generator=rng, device=rng.device, dtype=torch.float64)
        return (self._means[chosen] + noise * self._variances[chosen].sqrt()).float()

    def energy(self, z: Tensor) -> Tensor:
        return torch.cat([-_mixed(self._logs(each), 1)[0] for each in self._chunks(z)]).to(z.dtype)

    def score(self, z: Tensor) -> Tensor:
        return self.energy_and_score(z)[1]

    def energy_and_score(self, z: Tensor) -> tuple[Tensor, Tensor]:
        energies, scores = list[Tensor](), list[Tensor]()
        for each in self._chunks(z):
            log_density, parts, total = _mixed(self._logs(each), 1)
            shares = (parts / total).double()
            energies.append(-log_density)
            scores.append(shares @ self._pulls - each * (shares @ self._precisions))
        return torch.cat(energies).to(z.dtype), torch.cat(scores).to(z.dtype)

    def projected(self, origin: Tensor, axes: Tensor) -> "Full":
        along = axes.double()
        covariances = (along * self._variances[:, None]) @ along.T
        return Full((self._means - origin.double()) @ along.T, covariances, self._log_weights.exp())

    def cut(self, origin: Tensor, axes: Tensor) -> Quadratics:
        along, away = axes.double(), self._means - origin.double()
        pulls = away * self._precisions
        # As `_constants`, with the means seen from the origin.
        constants = self._log_weights - 0.5 * (
            (away * pulls + self._variances.log()).sum(1) + self.num_latents * _LOG_2PI
        )
        return Quadratics(constants, pulls @ along.T, (along * self._precisions[:, None]) @ along.T)

    def _chunks(self, z: Tensor) -> tuple[Tensor, ...]:
        return torch.split(z.double(), max(1, _CHUNK_NUMBERS // len(self._means)))

    def _logs(self, z: Tensor) -> Tensor:
        """The log density of each component with its weight, (n, d) -> (n, k)."""
        logs = torch.addmm(self._constants, z, self._pulls.T)
        return torch.addmm(logs, z.square(), self._precisions.T, alpha=-0.5)


class Full:
    """A mixture of k Gaussians with any covariances."""

    def __init__(self, means: Tensor, covariances: Tensor, weights: Tensor | None = None) -> None:
        """means: (k, d).  covariances: (k, d, d), positive definite.  weights: (k,), equal where left out."""
        self.num_latents = means.shape[1]
        self._means = means.double()
        self._factors: Tensor = torch.linalg.cholesky(covariances.double())
        self._log_weights = _log_shares(weights, len(means), means.device)
        unit = torch.eye(self.num_latents, dtype=torch.float64, device=means.device).expand_as(self._factors)
        self._whitening: Tensor = torch.linalg.solve_triangular(self._factors, unit, upper=False)
        log_volumes = self._factors.diagonal(dim1=1, dim2=2).log().sum(1)
        self._constants: Tensor = self._log_weights - log_volumes - 0.5 * self.num_latents * _LOG_2PI

    def sample(self, count: int, rng: torch.Generator) -> Tensor:
        chosen = _components(self._log_weights, count, rng)
        noise = torch.randn(count, self.num_latents, generator=rng, device=rng.device, dtype=torch.float64)
        drawn = torch.empty_like(noise)
        for each in range(len(self._means)):
            is_its = chosen == each
            drawn = torch.where(is_its[:, None], self._means[each] + noise @ self._factors[each].T, drawn)
        return drawn.float()

    def energy(self, z: Tensor) -> Tensor:
        return torch.cat([-_mixed(self._logs(self._seen(each)), 0)[0] for each in self._chunks(z)]).to(z.dtype)

    def score(self, z: Tensor) -> Tensor:
        return self.energy_and_score(z)[1]

    def energy_and_score(self, z: Tensor) -> tuple[Tensor, Tensor]:
        energies, scores = list[Tensor](), list[Tensor]()
        for each in self._chunks(z):
            seen = self._seen(each)
            log_density, parts, total = _mixed(self._logs(seen), 0)
            shares = (parts / total).double()
            energies.append(-log_density)
            scores.append(-(shares[..., None] * (seen @ self._whitening)).sum(0))
        return torch.cat(energies).to(z.dtype), torch.cat(scores).to(z.dtype)

    def projected(self, origin: Tensor, axes: Tensor) -> "Full":
        halves = axes.double() @ self._factors
        return Full(
            (self._means - origin.double()) @ axes.double().T, halves @ halves.transpose(1, 2), self._log_weights.exp()
        )

    def cut(self, origin: Tensor, axes: Tensor) -> Quadratics:
        # Both in the standard deviations of each component.
        along = axes.double() @ self._whitening.transpose(1, 2)
        away = (self._whitening @ (self._means - origin.double())[:, :, None]).squeeze(2)
        slopes = (along @ away[:, :, None]).squeeze(2)
        return Quadratics(self._constants - 0.5 * away.square().sum(1), slopes, along @ along.transpose(1, 2))

    def _chunks(self, z: Tensor) -> tuple[Tensor, ...]:
        return torch.split(z.double(), max(1, _CHUNK_NUMBERS // (len(self._means) * self.num_latents)))

    def _seen(self, z: Tensor) -> Tensor:
        """Where each component sees codes (n, d), in its own standard deviations, (k, n, d)."""
        seen: Tensor = (z - self._means[:, None]) @ self._whitening.transpose(1, 2)
        return seen

    def _logs(self, seen: Tensor) -> Tensor:
        """The log density of each component with its weight, (k, n, d) -> (k, n)."""
        logs: Tensor = self._constants[:, None] - 0.5 * seen.square().sum(2)
        return logs


def _mixed(logs: Tensor, dim: int) -> tuple[Tensor, Tensor, Tensor]:
    """Log of the sum of exponentials along `dim`, these divided by the largest, and their sum, which keeps `dim`.

    The exponentials are in single precision: of a sum relative to its largest part that is enough, and half the time.
    """
    top = logs.amax(dim, keepdim=True)
    parts = (logs - top).float().exp_()
    total = parts.sum(dim, keepdim=True)
    return (top + total.double().log()).squeeze(dim), parts, total


def _log_shares(weights: Tensor | None, count: int, device: torch.device) -> Tensor:
    if weights is None:
        return torch.full((count,), -math.log(count), dtype=torch.float64, device=device)
    return (weights.double() / weights.double().sum()).log()


def _components(log_weights: Tensor, count: int, rng: torch.Generator) -> Tensor:
    return torch.multinomial(log_weights.exp(), count, replacement=True, generator=rng)
