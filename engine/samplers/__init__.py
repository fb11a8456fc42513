"""Kernels of Markov chains, one file each: found by scanning this folder, so a new sampler is one new file.

A file has a docstring (first line: its title; then help, `Equation:` in LaTeX, `Try:` one thing to do, `Source:`),
`Params` made of knobs, `State` (what the next step needs; its first field is x, the chains' positions (chains, 2)),
`Info` (what a plot needs), and two functions, batched over chains:

    init(x, target, params, draws) -> State
    step(state, target, params, draws) -> (State, Info)

A step is pure: it changes no tensor that it was given. The energy and its gradient are evaluated once at each
position: a state keeps them. A chain whose energy is NaN rejects, and no other chain notices. Where they say so, a
file also has TARGET_ACCEPTANCE (its knob `step_size` is then found in the warm-up, see adaptation.py), IS_EXACT = False
(what it samples is not quite the target), FEWEST_CHAINS, and rebuilt(state, target, params,
draws) -> State, for a target that has changed, where there is more to keep than x; and tell(teller, made), which
says in phases how a step came about and what is drawn of it (see telling.py).

What an `Info` may hold, by these names:

    proposal (chains, 2)        where the step wanted to go
    is_accepted (chains,)       bool
    acceptance (chains,)        the probability of that, 0 to 1
    is_divergent (chains,)      bool: the energy along the way went astray
    path (k, chains, 2)         where the step came by, from its start to its end
    num_evaluations (chains,)   of the energy or its gradient, float; 1 for each where it is not there

Everything is on the plane (see plane.py): one step size suits targets of any scale.
"""

from typing import Any, Protocol

import torch
from torch import Tensor

from engine.draws import Draws


class Target(Protocol):
    """What a sampler may ask: exp(-energy) is to be sampled. Every family of models is one."""

    def energy(self, x: Tensor) -> Tensor:
        """(chains, 2) -> (chains,), in nats."""
        ...

    def score(self, x: Tensor) -> Tensor:
        """Minus the energy's gradient, (chains, 2) -> (chains, 2)."""
        ...

    def energy_and_score(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Both, for little more than the score costs."""
        ...


class Sampler(Protocol):
    """A sampler's file."""

    Params: Any

    def init(self, x: Tensor, target: Target, params: Any, draws: Draws) -> Any: ...

    def step(self, state: Any, target: Target, params: Any, draws: Draws) -> tuple[Any, Any]: ...


def walk(sampler: Any, x: Tensor, target: Target, params: Any, draws: Draws, num_steps: int) -> Any:
    """The state after so many steps from x, (chains, 2)."""
    state = sampler.init(x, target, params, draws)
    for _ in range(num_steps):
        state, _ = sampler.step(state, target, params, draws)
    return state


def where(is_chosen: Tensor, new: Any, old: Any) -> Any:
    """Of each chain the new state or the old one. is_chosen: (chains,); the states' fields are (chains, ...)."""
    if len(is_chosen) == 1 and is_chosen.is_cpu:
        # Nothing is waited for here, and it takes a twentieth of the time.
        return new if bool(is_chosen) else old
    wide = is_chosen[:, None]
    return type(old)(
        *(torch.where(is_chosen if each.dim() == 1 else wide, each, kept) for each, kept in zip(new, old, strict=True))
    )
