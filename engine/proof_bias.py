"""What samplers that are not exact get wrong, measured on the standard normal where the answer is known.

Unadjusted Langevin: its variance is too large, s^2 / (1 - step^2 / (4 s^2)). Stein variational descent: particles are
an even cover, whose variance is too small where they are few. Corrupt, reconstruct, repeat, with a perfect
reconstruction: the noise of both halves and the pull between them settle at another variance.
Source: for the first, Roberts, Tweedie (1996), Bernoulli 2(4), worked out for a Gaussian.
"""

import copy
from collections.abc import Callable

import msgspec
import torch
from torch import Tensor

from engine.catalogue import sampler_module, target_modules
from engine.proof import Plan, from_exact
from engine.proof_cases import Case, case
from engine.proof_file import Bias, Level
from engine.samplers import Target
from engine.targets import OnPlane, Sharpened

_CPU = torch.device("cpu")
_NORMAL = "standard_normal"
_VARIANCE = 2  # which of the expectations
CORRUPTION = 0.1
# Landscapes that are known when they are blurred, as a denoising auto-encoder must know them.
BLURRED = (_NORMAL, "eight_gaussians", "moons", "three_modes")


class Denoising:
    """A target with the best guess of where a point came from that noise has moved.

    That is x + s^2 times the score of the target blurred by the noise (Tweedie's formula).
    """

    def __init__(self, target: Target, blurred: Target, corruption: float) -> None:
        """corruption: s, in half home views."""
        self.corruption, self._blurred = corruption, blurred
        self.energy, self.score, self.energy_and_score = target.energy, target.score, target.energy_and_score

    def denoised(self, x: Tensor) -> Tensor:
        return torch.add(x, self._blurred.score(x), alpha=self.corruption**2)


def with_denoiser(known: Case, corruption: float = CORRUPTION) -> Case:
    """The same case, one of BLURRED, as a perfect denoising auto-encoder would know it."""
    module, plane = target_modules()[known.name], known.plane
    # Of these targets the home view is a square.
    width = corruption * plane.half[0]
    params = module.Params()
    if known.name == _NORMAL:
        blurred: Target = Sharpened(module.target(params, _CPU), 1 / (1 + width**2))
    else:
        wider = msgspec.structs.replace(params, noise=(params.noise**2 + width**2) ** 0.5)
        blurred = module.target(wider, _CPU)
    other = copy.copy(known)
    other.target = Denoising(known.target, OnPlane(blurred, plane, _CPU), corruption)
    return other


def bias_of(sampler: str, num_chains: int, seed: int) -> Bias | None:
    """None where nothing is known of how a sampler errs."""
    return _BIASES[sampler](num_chains, seed) if sampler in _BIASES else None


def _of_langevin(num_chains: int, seed: int) -> Bias:
    known = case(_NORMAL)
    levels = []
    for step_size in (0.05, 0.1, 0.2, 0.3, 0.4):
        params = sampler_module("langevin").Params(step_size=step_size)
        share = (step_size * known.plane.half[0]) ** 2
        # Until what is left of the start is nothing.
        plan = Plan(max(100, round(12 / share)), 8)
        levels.append(_level("langevin", known, step_size, 1 / (1 - share / 4), num_chains, params, plan, seed))
    return Bias("step size", tuple(levels))


def _of_svgd(num_chains: int, seed: int) -> Bias:
    known = case(_NORMAL)
    params = sampler_module("svgd").Params()
    levels = [
        _level("svgd", known, count, None, 32 * count, params, Plan(400, groups=32), seed)
        for count in (8, 32, 128, 512)
    ]
    return Bias("particles", tuple(levels))


def _of_denoising_chain(num_chains: int, seed: int) -> Bias:
    """v = g^2 (v + s^2) + s^2, with the gain g = 1 / (1 + s^2)."""
    params = sampler_module("denoising_chain").Params()
    levels = []
    for corruption in (0.05, 0.1, 0.2, 0.4):
        known = with_denoiser(case(_NORMAL), corruption)
        noise = (corruption * known.plane.half[0]) ** 2
        gain = 1 / (1 + noise)
        theory = noise * (1 + gain**2) / (1 - gain**2)
        plan = Plan(max(40, round(12 / noise)), 8)
        levels.append(_level("denoising_chain", known, corruption, theory, num_chains, params, plan, seed))
    return Bias("corruption", tuple(levels))


def _level(
    sampler: str,
    known: Case,
    value: float,
    theory: float | None,
    num_chains: int,
    params: msgspec.Struct,
    plan: Plan,
    seed: int,
) -> Level:
    rng = torch.Generator().manual_seed(seed)
    row = from_exact(sampler, known, num_chains, params, plan, rng).rows[_VARIANCE]
    return Level(value, row.exact, theory, row.estimate, row.error)


_BIASES: dict[str, Callable[[int, int], Bias]] = {
    "langevin": _of_langevin,
    "svgd": _of_svgd,
    "denoising_chain": _of_denoising_chain,
}
