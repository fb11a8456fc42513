"""Chains that walk on a target with one of the samplers, a step for each call; whoever owns them decides when.

Not covered: what becomes of the draws, when steps happen, and how good they are.
"""

import copy
from types import ModuleType
from typing import Any, NamedTuple

import msgspec
import torch
from torch import Tensor

from engine.adaptation import DualAveraging
from engine.catalogue import sampler_module
from engine.draws import Draws, Places
from engine.knobs import Value, knobs_of, make
from engine.notice import Notice
from engine.samplers import Target
from engine.states import Random, cloned
from engine.telling import Made
from engine.witness import Witness


class ChainsMoment(NamedTuple):
    """What chains were. counts: of all steps, and of those that warmed up.  places: in their random numbers."""

    state: Any
    params: Any
    asked: Any
    counts: tuple[int, int]
    averaging: DualAveraging | None
    places: Places
    rng: Random


class Chains:
    """The same seed, knobs, target and start give the same chains on the same device."""

    def __init__(self, sampler: str, values: dict[str, Value], target: Target, x: Tensor, rng: torch.Generator) -> None:
        """x: where they start, (chains, 2), on the plane.

        Raises Notice: no such sampler, a knob's wrong value, too few chains, a start where the energy is not finite.
        """
        self.module: ModuleType = sampler_module(sampler)
        self.params: Any = make(self.module.Params, values, "sampler.params")
        self._asked = self.params
        self.target = target
        fewest = getattr(self.module, "FEWEST_CHAINS", 1)
        if len(x) < fewest:
            raise Notice(f"This sampler needs at least {fewest} chains; there are {len(x)}.")
        num_lost = int((~target.energy(x).isfinite()).sum())
        if num_lost:
            raise Notice(
                f"{num_lost} of {len(x)} chains start where the energy is not finite: let them start elsewhere."
            )
        self._draws = Draws(rng, len(x), remembers=True)
        # Each coordinate together in memory, as all that is added to them has it.
        x = x.T.contiguous().T
        self.state: Any = self.module.init(x, target, self.params, self._draws)
        self.num_steps = self.num_warm_up_steps = 0
        self.made: Made | None = None
        self._averaging: DualAveraging | None = None

    @property
    def x(self) -> Tensor:
        """Where the chains are, (chains, 2)."""
        x: Tensor = self.state.x
        return x

    @property
    def adapts(self) -> bool:
        """Whether a warm-up finds the step size."""
        return hasattr(self.module, "TARGET_ACCEPTANCE")

    @torch.no_grad()
    def step(self, *, is_told: bool = False) -> Any:
        """One step of every chain; returns the sampler's Info. is_told: keep in `made` what it takes to tell of it."""
        before, witness = self.state, Witness(self._draws) if is_told else None
        self.state, info = self.module.step(before, self.target, self.params, witness or self._draws)
        self.made = Made(before, self.state, info, witness, self.target, self.params) if witness else None
        self.num_steps += 1
        return info

    def warm_up(self, *, is_told: bool = False) -> Any:
        """One step that does not count, and after which the step size may be another."""
        info = self.step(is_told=is_told)
        self.num_warm_up_steps += 1
        if self.adapts:
            if self._averaging is None:
                self._averaging = self._new_averaging()
            # The only place where a step waits for the device.
            self._set_step_size(self._averaging.next(float(info.acceptance.mean())))
        return info

    def end_warm_up(self) -> None:
        """Go on with the step size that was found."""
        if self._averaging is not None:
            self._set_step_size(self._averaging.settled)
            self._averaging = None

    def set_params(self, values: dict[str, Value]) -> None:
        """Turn the knobs. A step size that a warm-up has found stays, unless another one is asked for.

        Raises Notice for a wrong value.
        """
        asked = make(self.module.Params, values, "sampler.params")
        before, self._asked = self._asked, asked
        if hasattr(asked, "step_size") and asked.step_size == before.step_size:
            asked = msgspec.structs.replace(asked, step_size=self.params.step_size)
        self.params = asked

    def set_target(self, target: Target) -> None:
        """Another target under the chains: what they know of the old one is let go."""
        self.target = target
        if hasattr(self.module, "rebuilt"):
            # It has more than the chains' positions to keep.
            self.state = self.module.rebuilt(self.state, target, self.params, self._draws)
        else:
            self.state = self.module.init(self.x, target, self.params, self._draws)

    @property
    def asked(self) -> Any:
        """The knobs as they were turned; those in use may have a step size that was found."""
        return self._asked

    def moment(self) -> tuple[ChainsMoment, int]:
        """All that it takes to go on from here, and its size in bytes."""
        state, num_bytes = cloned(self.state)
        places, rng = self._draws.places, Random(self._draws.rng)
        counts = self.num_steps, self.num_warm_up_steps
        made = ChainsMoment(state, self.params, self._asked, counts, copy.copy(self._averaging), places, rng)
        return made, num_bytes + rng.num_bytes * (1 + len(places.streams) * (1 + len(places.parts)))

    def become(self, moment: ChainsMoment, target: Target) -> None:
        """Be what they were at another moment. target: that of the moment."""
        self.state, self.params, self._asked = moment.state, moment.params, moment.asked
        self.num_steps, self.num_warm_up_steps = moment.counts
        self._averaging, self.made, self.target = copy.copy(moment.averaging), None, target
        self._draws.go_to(moment.places)
        moment.rng.put_into(self._draws.rng)

    def _new_averaging(self) -> DualAveraging:
        known = next(each for each in knobs_of(self.module.Params) if each.name == "step_size")
        assert known.low is not None
        assert known.high is not None
        return DualAveraging(self.params.step_size, self.module.TARGET_ACCEPTANCE, known.low, known.high)

    def _set_step_size(self, step_size: float) -> None:
        self.params = msgspec.structs.replace(self.params, step_size=step_size)
