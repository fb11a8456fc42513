"""Ellipse with a hidden angle

The smallest model with a latent variable. Every point is supposed to come from a place on an ellipse, which an angle z
tells, plus noise; the angle is not seen. The energy of a point and an angle is the squared distance between the two.
Minimised over z it is the squared distance to the ellipse; marginalised, the mean over all angles at inverse
temperature beta, it is smoother, and for beta 1 it is minus the log density of such points.

A step asks which angles each point may have, then fits centre, shape and width to the answer; that can only lower the
mean energy. Of more than 20,000 points each step looks at 20,000 at random.

Equation: E(x, z) = \\frac{\\| x - y(z) \\|^2}{2 \\sigma^2}, \\quad y(z) = c + A (\\cos z, \\sin z)^T, \\quad
F_\\beta(x) = -\\frac{1}{\\beta} \\log \\int e^{-\\beta E(x, z)} \\frac{dz}{2 \\pi}
Try: Draw a slanted oval, let it be found, and move the cursor from outside to its centre: watch the angle turn, then
jump from one side to the other.
Source: LeCun, Chopra, Hadsell, Ranzato, Huang (2006), A tutorial on energy-based learning; Dempster, Laird, Rubin
(1977), J. R. Stat. Soc. B 39(1), for the steps.
"""

import math
from typing import ClassVar, NamedTuple

import msgspec
import torch
from torch import Tensor

from engine.knobs import knob
from engine.messages import Box, Machine
from engine.models import Batch, Drawing, Picture, Terms, no_energy
from engine.models import Model as Family
from engine.nets import chunked

# Angles that z is summed over; between two neighbours the minimum is found by Newton's method.
_ANGLES = 192
_NEWTON_STEPS = 4
# Points that are looked at together, few enough for the cache, and the most in one step.
_CHUNK = 256
_MOST_POINTS = 20_000
# On the plane: narrower, the angles would show as beads.
_LEAST_SIGMA = 0.02
_CORNERS = 128
_BINS = 48
# The start is this much smaller than the data, so that it can be watched how it is found.
_START_SCALE = 0.5
# And its centre so far beside theirs, in its own size.
_START_SHIFT = 0.3
# Keeps the fit sane where the points tell nothing of some part of the ellipse; in points.
_INERTIA = 1e-3
# An ellipse smaller than this has become a point, from which it would not grow again.
_LEAST_RADIUS = 1e-3
# Of beliefs: e^-60 is none.
_LEAST_EXPONENT = -60.0


class _Beliefs(NamedTuple):
    """Sums over points, of which the angles z are believed to be so and so.

    gram: of w w^T, (3, 3), and mixed: of w x^T, (3, 2), where w = (1, cos z, sin z).
    shares: of the angles, (angles,).  squared: of the squared distances, ().  free: of the energies, ().
    """

    gram: Tensor
    mixed: Tensor
    shares: Tensor
    squared: Tensor
    free: Tensor


class Params(msgspec.Struct, frozen=True):
    latent: str = knob(
        "marginalised",
        choices=("marginalised", "minimised"),
        help="Whether all angles count, at inverse temperature beta, or only the best one: the hard end.",
    )
    beta: float = knob(
        1.0,
        low=1.0,
        high=100.0,
        scale="log",
        help="Inverse temperature of z: 1 gives a density, more leans to the best angle alone.",
    )
    learns_sigma: bool = knob(True, help="Whether the width of the noise is learnt, or stays at sigma.")
    sigma: float = knob(
        0.1,
        low=_LEAST_SIGMA,
        high=1.0,
        scale="log",
        unit="of half the home view",
        help="Width of the noise around the ellipse, where it is not learnt.",
    )


class Model(Family):
    """`ellipse` (3, 2): the rows c, A (1, 0)^T and A (0, 1)^T. `sigma` (): the width of the noise."""

    kind = "Latent variables"
    layers = ("field", "manifold", "parts", "cursor", "machine")
    finest = 256
    machine: ClassVar = Machine(
        columns=(
            (Box("data", "data", "The points to learn from."),),
            (Box("angles", "angle z", "How many points have each angle, by what is believed now."),),
            (Box("decoder", "decoder y(z)", "Makes a place on the ellipse of an angle."),),
            (Box("energy", "energy", "Squared distance of a point and its place, over all angles."),),
            (Box("loss", "mean energy", "Of the data; a step lowers it."),),
        ),
        arrows=(
            ("data", "angles"),
            ("angles", "decoder"),
            ("decoder", "angles"),
            ("decoder", "energy"),
            ("energy", "loss"),
        ),
        stages=(("data",), ("angles",), ("decoder",), ("energy",), ("loss",)),
    )

    def __init__(self, params: Params, rng: torch.Generator, device: torch.device) -> None:
        self.params = params
        self.ellipse = torch.tensor([[0.0, 0.0], [0.5, 0.0], [0.0, 0.5]], device=device)
        self.sigma = torch.tensor(params.sigma, device=device)
        angle = torch.arange(_ANGLES, device=device) * (2 * math.pi / _ANGLES)
        self._angles, self._waves = angle, _waves(angle)
        self._shares = torch.full_like(angle, 1 / _ANGLES)
        self._batch = torch.zeros(0, 2, device=device)

    def begin(self, data: Batch, rng: torch.Generator) -> None:
        """Somewhere near the mean of the data, in their shape, smaller, with any place as 0 degrees."""
        x = data.x
        mean = x.mean(0)
        away = x - mean
        # Points spread evenly over the angles have the covariance A A^T / 2.
        covariance = 2 * away.T @ away / len(x) + _LEAST_SIGMA**2 * torch.eye(2, device=x.device)
        shape = _START_SCALE * torch.linalg.cholesky(covariance)
        turn, shift = torch.randn(2, 2, generator=rng, device=x.device)
        turn = turn / turn.norm().clamp(min=1e-3)
        turned = torch.stack([turn, torch.stack([-turn[1], turn[0]])])
        self.ellipse = torch.cat([(mean + _START_SHIFT * shape @ shift)[None], turned @ shape.T])
        if self.params.learns_sigma:
            self.sigma = (away.square().mean().sqrt() * _START_SCALE).clamp(min=_LEAST_SIGMA)

    def settle(self) -> None:
        """A sigma that is not learnt is that of the knob; for other data, a point becomes an ellipse again."""
        is_point = self.ellipse[1:].norm() < _LEAST_RADIUS
        small = _LEAST_RADIUS * torch.eye(2, device=self.ellipse.device)
        self.ellipse = torch.cat([self.ellipse[:1], torch.where(is_point, small, self.ellipse[1:])])
        if not self.params.learns_sigma:
            self.sigma = torch.full_like(self.sigma, self.params.sigma)

    def step(self, batch: Batch, rng: torch.Generator) -> Terms:
        """Which angles the points may have, then the ellipse and the width that suit them best."""
        x = batch.x
        if len(x) > _MOST_POINTS:
            x = x[torch.randint(len(x), (_MOST_POINTS,), generator=rng, device=x.device)]
        found = [self._beliefs(piece) for piece in torch.split(x, _CHUNK)]
        sums = _Beliefs(*(torch.stack(each).sum(0) for each in zip(*found, strict=True)))
        # The move that makes the squared distances least; where the points tell nothing, none. Never singular, so that
        # there is no error to wait for.
        solid = sums.gram + _INERTIA * torch.eye(3, device=x.device)
        self.ellipse = self.ellipse + torch.linalg.solve_ex(solid, sums.mixed - sums.gram @ self.ellipse).result
        if self.params.learns_sigma:
            self.sigma = (sums.squared / (2 * len(x))).sqrt().clamp(min=_LEAST_SIGMA)
        self._shares, self._batch = sums.shares, x
        energy = sums.free / len(x)
        return Terms(energy, energy, no_energy(energy))

    def energy(self, x: Tensor) -> Tensor:
        return chunked(self._energy, x, _CHUNK)

    @torch.no_grad()
    def best_angle(self, x: Tensor) -> Tensor:
        """The z of the place on the ellipse that is nearest to each point, (n, 2) -> (n,), in radians."""
        angle = self._angles[self._squared(x).argmin(1)]
        spacing = 2 * math.pi / _ANGLES
        for _ in range(_NEWTON_STEPS):
            waves = _waves(angle)
            along = _waves(angle + math.pi / 2)[:, 1:] @ self.ellipse[1:]
            away = waves @ self.ellipse - x
            slope = (away * along).sum(1)
            bend = along.square().sum(1) - (away * (waves[:, 1:] @ self.ellipse[1:])).sum(1)
            # Where it bends down, as near the centre, the best of the angles will do.
            move = torch.where(bend > 0, slope / bend, 0.0)
            angle = angle - move.nan_to_num().clamp(-spacing, spacing)
        return angle

    def samples(self, count: int, rng: torch.Generator) -> Tensor | None:
        """A random angle, then noise; a free energy at another beta is drawn from its grid."""
        if self.params.latent == "minimised" or self.params.beta != 1:
            return None
        angle = 2 * math.pi * torch.rand(count, generator=rng, device=rng.device)
        noise = torch.randn(count, 2, generator=rng, device=rng.device)
        return _waves(angle) @ self.ellipse + self.sigma * noise

    def manifold(self) -> Drawing:
        angle = torch.linspace(0, 2 * math.pi, _CORNERS + 1, device=self.ellipse.device)
        return Drawing(lines=[_waves(angle) @ self.ellipse])

    def parts(self) -> Drawing:
        """The centre, and from it the places of 0 and 90 degrees: the columns of A."""
        centre = self.ellipse[:1]
        places = centre + self.ellipse[1:]
        return Drawing(arrows=torch.cat([centre.expand_as(places), places], 1), dots=centre)

    def at_cursor(self, x: Tensor) -> tuple[Drawing, str]:
        """The arrow to the nearest place on the ellipse, and its angle."""
        angle = self.best_angle(x)
        place = _waves(angle) @ self.ellipse
        degrees = math.degrees(float(angle)) % 360
        distance = float((x - place).norm())
        text = f"z = {degrees:.0f}°, {distance / float(self.sigma):.1f} sigma away"
        return Drawing(arrows=torch.cat([x, place], 1)), text

    def pictures(self, rng: torch.Generator) -> dict[str, Picture]:
        angle = torch.linspace(0, 2 * math.pi, 100, device=self.ellipse.device)
        return {
            "data": Picture("dots", self._batch[:200]),
            "angles": Picture("bars", self._shares.view(_BINS, -1).sum(1)),
            "decoder": Picture("dots", _waves(angle) @ self.ellipse),
        }

    def remark(self) -> str:
        if self.params.latent == "minimised":
            return (
                "Only the best angle counts: the energy is half the squared distance to the ellipse over sigma squared."
            )
        return ""

    def tensors(self) -> dict[str, Tensor]:
        return {"ellipse": self.ellipse, "sigma": self.sigma}

    def _squared(self, x: Tensor) -> Tensor:
        """Squared distances to the places of all angles, (n, 2) -> (n, angles)."""
        places = self._waves @ self.ellipse
        return (x[:, :1] - places[:, 0]).square() + (x[:, 1:] - places[:, 1]).square()

    def _from_squared(self, squared: Tensor) -> Tensor:
        """Energies of squared distances, with the constant that makes beta 1 a normalised density."""
        return squared / (2 * self.sigma.square()) + (2 * math.pi * self.sigma.square()).log()

    def _free(self, energies: Tensor) -> tuple[Tensor, Tensor]:
        """The energy marginalised over z, and how much each z is believed: (n, angles) -> (n,), (n, angles)."""
        exponents = -self.params.beta * energies
        highest = exponents.amax(1, keepdim=True)
        # By hand, as both need the same exponentials; clamped, as numbers just above zero are slow on the CPU.
        weights = (exponents - highest).clamp(min=_LEAST_EXPONENT).exp()
        total = weights.sum(1, keepdim=True)
        free = (math.log(_ANGLES) - total.log() - highest)[:, 0] / self.params.beta
        return free, weights / total

    def _energy(self, x: Tensor) -> Tensor:
        if self.params.latent == "minimised":
            # At the minimum over z the slope is that of the distance with z held fast.
            return self._from_squared((x - _waves(self.best_angle(x)) @ self.ellipse).square().sum(1))
        return self._free(self._from_squared(self._squared(x)))[0]

    def _beliefs(self, x: Tensor) -> _Beliefs:
        if self.params.latent == "minimised":
            angle = self.best_angle(x)
            waves = _waves(angle)
            squared = (x - waves @ self.ellipse).square().sum(1)
            index = (angle * (_ANGLES / (2 * math.pi))).round().long() % _ANGLES
            shares = torch.zeros_like(self._angles).index_add_(0, index, torch.ones_like(angle))
            return _Beliefs(waves.T @ waves, waves.T @ x, shares, squared.sum(), self._from_squared(squared).sum())
        squared = self._squared(x)
        free, beliefs = self._free(self._from_squared(squared))
        shares = beliefs.sum(0)
        return _Beliefs(
            self._waves.T @ (shares[:, None] * self._waves),
            self._waves.T @ (beliefs.T @ x),
            shares,
            (beliefs * squared).sum(),
            free.sum(),
        )


def _waves(angle: Tensor) -> Tensor:
    """What the ellipse is linear in: 1, cos z, sin z, (n,) -> (n, 3)."""
    return torch.stack([torch.ones_like(angle), angle.cos(), angle.sin()], 1)
