"""The default model's PCD step as anyone would write it with autograd: what the engine's own step is compared with.

The same algorithm with the same draws, so that from the same weights both take the same step (see test_bench.py).
Not covered: knobs that are 0 by default (restarts, energy regularisation).
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.fields import FAR
from engine.models.energy_mlp import Model


class PlainEnergy(nn.Module):
    """E(x) = last(silu(second(sin(first(x))))) + confinement |x|^2 / 2; (n, 2) -> (n,), in nats."""

    def __init__(self, width: int, confinement: float) -> None:
        super().__init__()
        self.first = nn.Linear(2, width)
        self.second = nn.Linear(width, width)
        self.last = nn.Linear(width, 1)
        self._confinement = confinement

    def forward(self, x: Tensor) -> Tensor:
        hidden = functional.silu(self.second(torch.sin(self.first(x))))
        energy: Tensor = self.last(hidden).squeeze(1)
        return energy + self._confinement / 2 * (x**2).sum(1)


class PlainPcd:
    """Energy, mean energy, chains and optimiser, with the values that a model of the engine has at this moment."""

    def __init__(self, model: Model, chains: Tensor) -> None:
        self.params = params = model.params
        self.energy = _copied(model.network.parameters, params.width, params.confinement)
        self.mean_energy = _copied(model.network.parameters, params.width, params.confinement)
        self.chains = chains.clone()
        others = [*self.energy.second.parameters(), *self.energy.last.parameters()]
        groups = [
            {"params": list(self.energy.first.parameters()), "lr": params.learning_rate * params.detail},
            {"params": others, "lr": params.learning_rate},
        ]
        self._optimizer = torch.optim.AdamW(groups, betas=(0.9, 0.99), weight_decay=params.weight_decay)
        self._num_steps = 0

    def step(self, batch: Tensor, rng: torch.Generator) -> None:
        """One push down at `batch` (n, 2) and up at the chains."""
        walk = self._adjusted_walk if self.params.is_adjusted else self._walk
        self.chains = walk(self.chains, rng).clamp(-FAR, FAR)
        loss = self.energy(batch).mean() - self.energy(self.chains).mean()
        self._optimizer.zero_grad()
        loss.backward()
        self._optimizer.step()
        self._num_steps += 1
        window = min(self.params.averaging, 1 + self._num_steps // 10)
        with torch.no_grad():
            for mean, parameter in zip(self.mean_energy.parameters(), self.energy.parameters(), strict=True):
                mean.lerp_(parameter, 1 / window)

    def _walk(self, x: Tensor, rng: torch.Generator) -> Tensor:
        """Unadjusted Langevin dynamics."""
        step_size, noise = self.params.step_size, self.params.noise
        for shake in _shakes(self.params.langevin_steps, len(x), rng):
            _, gradient = self._energy_and_gradient(x)
            x = x - step_size**2 / 2 * gradient + step_size * noise * shake
        return x

    def _adjusted_walk(self, x: Tensor, rng: torch.Generator) -> Tensor:
        """Metropolis-adjusted Langevin dynamics: log q(y given x) = -|y - x + eps^2/2 E'(x)|^2 / (2 (eps noise)^2)."""
        step_size, noise = self.params.step_size, self.params.noise
        shakes = _shakes(self.params.langevin_steps, len(x), rng)
        log_uniforms = torch.rand(self.params.langevin_steps, len(x), generator=rng).log()
        energy, gradient = self._energy_and_gradient(x)
        for shake, log_uniform in zip(shakes, log_uniforms, strict=True):
            proposal = x + _drift(gradient, step_size) + step_size * noise * shake
            new_energy, new_gradient = self._energy_and_gradient(proposal)
            there = (shake**2).sum(1) / 2
            back = ((x - proposal - _drift(new_gradient, step_size)) ** 2).sum(1) / (2 * (step_size * noise) ** 2)
            is_accepted = log_uniform < (energy - new_energy) / noise**2 + there - back
            x = torch.where(is_accepted[:, None], proposal, x)
            energy = torch.where(is_accepted, new_energy, energy)
            gradient = torch.where(is_accepted[:, None], new_gradient, gradient)
        return x

    def _energy_and_gradient(self, x: Tensor) -> tuple[Tensor, Tensor]:
        x = x.detach().requires_grad_()
        energy = self.energy(x)
        (gradient,) = torch.autograd.grad(energy.sum(), x)
        return energy.detach(), gradient


def _shakes(num_steps: int, num_chains: int, rng: torch.Generator) -> Tensor:
    """Standard normal, (steps, chains, 2), in the order in which the engine draws them."""
    return torch.randn(num_steps, 2, num_chains, generator=rng).transpose(1, 2).contiguous()


def _drift(gradient: Tensor, step_size: float) -> Tensor:
    """The way downhill, at most a step size long."""
    drift = -(step_size**2) / 2 * gradient
    length = drift.norm(dim=1, keepdim=True)
    return torch.where(length > step_size, drift * (step_size / length), drift)


def _copied(parameters: list[Tensor], width: int, confinement: float) -> PlainEnergy:
    """A plain energy with the weights W_1, b_1, W_2, b_2, w, c."""
    energy = PlainEnergy(width, confinement)
    with torch.no_grad():
        for own, given in zip(energy.parameters(), parameters, strict=True):
            own.copy_(given.reshape(own.shape))
    return energy
