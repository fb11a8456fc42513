"""Corrupt, reconstruct, repeat

The chain of a denoising auto-encoder: shake a point by the noise that the network has learnt to undo, and let it say
where that came from, with a little noise of its own. No energy is asked for and nothing is rejected; the more exact
the network is, the closer the chain comes to the data. It cannot be exact: the noise of the reconstruction is as wide
in every direction, where the truth is narrow across the data and wide along them. Far from the data the network was
never asked, and what it says there can be anything.

Equation: \\tilde x = x + \\sigma \\xi, \\quad x' = r(\\tilde x) + \\rho \\sigma \\xi', \\quad \\xi, \\xi' \\sim N(0, I)
Try: Set the reconstruction noise to 0: the chains draw together to the middle line of the data.
Source: Bengio, Yao, Alain, Vincent (2013), Generalized denoising auto-encoders as generative models, NeurIPS 26.
"""

from typing import Any, NamedTuple, Protocol, runtime_checkable

import msgspec
import torch
from torch import Tensor

from engine.draws import Draws
from engine.knobs import knob
from engine.notice import Notice
from engine.samplers import Target
from engine.telling import NUM_TOLD, Made, Teller, tell_proposal

IS_EXACT = False


@runtime_checkable
class Denoiser(Protocol):
    """A target that knows where corrupted points came from."""

    @property
    def corruption(self) -> float:
        """The standard deviation of the noise that it undoes, in half home views."""
        ...

    def denoised(self, x: Tensor) -> Tensor:
        """Where points (n, 2) that had this noise came from, on average, (n, 2)."""
        ...


class Params(msgspec.Struct, frozen=True):
    reconstruction_noise: float = knob(
        1.0,
        low=0.0,
        high=2.0,
        unit="of the corruption",
        help="1 is right where the data are spread wider than the corruption; less where they are narrow.",
    )


class State(NamedTuple):
    """Positions on the plane (chains, 2)."""

    x: Tensor


class Info(NamedTuple):
    """The corrupted points, (chains, 2)."""

    proposal: Tensor


def init(x: Tensor, target: Target, params: Params, draws: Draws) -> State:
    """Chains that start at `x`, (chains, 2). Raises Notice where the target undoes no corruption."""
    if not isinstance(target, Denoiser):
        raise Notice("This sampler needs a denoising auto-encoder as its target: choose one, or another sampler.")
    return State(x)


def step(state: State, target: Denoiser, params: Params, draws: Draws) -> tuple[State, Info]:
    """One corruption and one reconstruction of every chain; where that is no finite place, a chain stays."""
    corrupted = torch.add(state.x, draws.normal(), alpha=target.corruption)
    x = torch.add(target.denoised(corrupted), draws.normal(), alpha=params.reconstruction_noise * target.corruption)
    return State(torch.where(x.isfinite().all(1, keepdim=True), x, state.x)), Info(corrupted)


def tell(teller: Teller, made: Made) -> None:
    """The phases of a step."""
    target: Any = made.target
    tell_proposal(teller, made, "corrupt", f"by noise of {target.corruption:.2g}, which the network has learnt")
    corrupted, after = made.info.proposal[:NUM_TOLD], made.after.x[:NUM_TOLD]
    guess = target.denoised(corrupted)
    teller.phase("reconstruct", "where the network says that it came from")
    teller.lines("momentum", torch.stack([corrupted, guess], 1), "reconstruction")
    teller.phase("shake", "by the noise of the reconstruction", at=after)
    teller.lines("way", torch.stack([guess, after], 1))
