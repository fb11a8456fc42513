"""Whether a sampler samples what it should: seeded runs on one case, with estimates, standard errors and z.

Exact starts: chains begin with exact, independent draws of the target. A sampler that leaves the target as it is leaves
them so, however slowly its chains travel: at any later time they are exact draws again. Where chains look at one
another, that is so of all of them together, and they are independent at any one time. So the standard error is that of
independent draws, and no estimate of an autocorrelation is needed.
Wide starts: where the chains have forgotten their starts by then, others that start far too wide must end up the same.

Step sizes are found beforehand, by other chains. Not covered: samplers that are not exact (proof_bias.py).
"""

import math
from typing import Any, Literal, NamedTuple

import msgspec
import numpy as np
import torch
from torch import Tensor

from engine.catalogue import sampler_module
from engine.chains import Chains
from engine.draws import Draws
from engine.places import starts
from engine.proof_cases import Case, Expectation
from engine.proof_file import Row, Table

_PILOT_CHAINS = 128
# Chains whose ends are less correlated with their starts than this have forgotten them.
_FORGOTTEN = 0.05
# From a wide start chains go on by so many times the steps until they have; then as long again for good measure.
_LONGER = (1, 4, 16)
_NEVER = 2**40  # steps


class Plan(NamedTuple):
    """How many steps chains take, and at how many of the last of them they are looked at.

    looks: 1 where chains look at one another; else each chain is the mean of so many looks in its second half.
    pilot: steps in which the step size is found. are_passes: each step forgets the one before, but its chains are not
    independent of one another. Then every second step gives one number, because now and then one is dropped.
    groups: the chains are in so many that know nothing of one another, and each group gives one number.
    apart: steps before all others, in which the copies that each chain has at other temperatures do not trade with it.
    They begin where the chain does, and must find their own densities before all together are at rest; if they have not
    forgotten their starts by then they get more steps.
    """

    steps: int = 300
    looks: int = 1
    pilot: int = 150
    are_passes: bool = False
    groups: int = 1
    apart: int = 0


PLANS = {
    "random_walk": Plan(400, 8),
    "mala": Plan(300, 8),
    "langevin": Plan(300, 8),
    "underdamped_langevin": Plan(400, 8),
    "hmc": Plan(80, 8),
    "microcanonical": Plan(80, 8),
    "nuts": Plan(32, 8),
    "slice": Plan(160, 8),
    "gibbs": Plan(64, 8),
    "parallel_tempering": Plan(240, 8, apart=400),
    "denoising_chain": Plan(100, 8),
    "svgd": Plan(groups=16),
    "annealed_importance": Plan(64, 32, 40, are_passes=True),
}


def plan_of(sampler: str) -> Plan:
    """That of a sampler nobody has thought of is right for any."""
    return PLANS.get(sampler, Plan())


def tuned(sampler: str, case: Case, plan: Plan, rng: torch.Generator) -> Any:
    """The sampler's params: defaults, and the step size that a warm-up from exact starts finds."""
    module = sampler_module(sampler)
    if not hasattr(module, "TARGET_ACCEPTANCE"):
        return module.Params()
    chains = Chains(sampler, {}, case.target, case.draw(_PILOT_CHAINS, rng), rng)
    for _ in range(plan.pilot):
        chains.warm_up()
    chains.end_warm_up()
    return chains.params


def prove(
    sampler: str, case: Case, num_chains: int, seed: int, plan: Plan | None = None, *, has_wide: bool = True
) -> list[Table]:
    """The table from exact starts, and that from wide starts if chains forget where they began.

    Where a row is off by more than MOST_Z errors, a table of ten times as many other chains follows: what was chance
    is gone there, and a bias has three times as many errors. The same seed gives the same numbers.
    """
    plan = plan or plan_of(sampler)
    rng = torch.Generator().manual_seed(seed)
    params = tuned(sampler, case, plan, rng)
    tables = [from_exact(sampler, case, num_chains, params, plan, rng)]
    if tables[0].has_arrived and not tables[0].is_within and is_exact(sampler):
        tables.append(from_exact(sampler, case, 10 * num_chains, params, plan, rng))
    if has_wide and not plan.are_passes and _memory(tables[0]) < _forgotten(num_chains):
        tables.append(_from_wide(sampler, case, num_chains, params, plan, rng))
        if tables[-1].has_arrived and not tables[-1].is_within:
            tables.append(_from_wide(sampler, case, 10 * num_chains, params, plan, rng))
    return tables


def rows_of(expectations: tuple[Expectation, ...], units: np.ndarray, memory: np.ndarray) -> tuple[Row, ...]:
    """units: (n, k), independent of one another, whose mean is the estimate.  memory: (k,).

    The standard error of a mass is what it would be if the mass were the exact one: a basin that holds a handful of
    the draws tells little of its own.
    """
    estimates, errors = units.mean(0), units.std(0, ddof=1) / np.sqrt(len(units))
    rows = []
    for each, estimate, error, kept in zip(expectations, estimates, errors, memory, strict=True):
        if each.is_share:
            supposed, found = each.exact * (1 - each.exact), estimate * (1 - estimate)
            error = error * np.sqrt(supposed / found) if found > 0 else np.sqrt(supposed / len(units))
        rows.append(Row(each.name, each.exact, each.is_closed_form, _known(estimate), _known(error), float(kept)))
    return tuple(rows)


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def is_exact(sampler: str) -> bool:
    return getattr(sampler_module(sampler), "IS_EXACT", True)


def from_exact(sampler: str, case: Case, num_chains: int, params: Any, plan: Plan, rng: torch.Generator) -> Table:
    """The table from exact starts, with these params."""
    x = case.draw(num_chains, rng)
    if plan.are_passes:
        rows, has_settled = _passes(sampler, case, x, params, plan, rng), True
    else:
        groups = [_Walk(sampler, case, each, params, rng) for each in x.chunk(plan.groups)]
        have_settled = [not plan.apart or each.settle(plan.apart) for each in groups]
        units = [each.go(plan.steps, plan.looks) for each in groups]
        memory = np.mean([each.memory for each in groups], 0)
        rows, has_settled = rows_of(case.expectations, _of_groups(units), memory), all(have_settled)
    return _table("exact", case, num_chains, plan.steps, params, rows, has_settled)


def _from_wide(sampler: str, case: Case, num_chains: int, params: Any, plan: Plan, rng: torch.Generator) -> Table:
    walk = _Walk(sampler, case, starts(case.target, num_chains, rng), params, rng)
    for factor in _LONGER:
        walk.go(factor * plan.steps, 1)
        has_arrived = bool(np.abs(walk.memory).max() < _forgotten(num_chains))
        if has_arrived:
            break
    units = walk.go(_LONGER[0] * walk.num_steps, plan.looks)
    rows = rows_of(case.expectations, units, walk.memory)
    return _table("wide", case, num_chains, walk.num_steps, params, rows, has_arrived)


def _table(
    start: Literal["exact", "wide"],
    case: Case,
    chains: int,
    steps: int,
    params: Any,
    rows: tuple[Row, ...],
    has_arrived: bool,
) -> Table:
    return Table(case.name, case.title, start, chains, steps, has_arrived, msgspec.to_builtins(params), rows)


def _memory(table: Table) -> float:
    return max(abs(row.memory) for row in table.rows)


def _forgotten(num_chains: int) -> float:
    """Below which correlation chains have forgotten where they began: no less than chance makes of so many."""
    return max(_FORGOTTEN, 4 / math.sqrt(num_chains))


def _of_groups(units: list[np.ndarray]) -> np.ndarray:
    """The numbers of one group, (n, k), or the mean of each of several."""
    return units[0] if len(units) == 1 else np.stack([each.mean(0) for each in units])


class _Walk:
    """Chains on their way."""

    @torch.no_grad()
    def __init__(self, sampler: str, case: Case, x: Tensor, params: Any, rng: torch.Generator) -> None:
        self._module, self._case, self._params = sampler_module(sampler), case, params
        self._draws = Draws(rng, len(x))
        self._began = case.values(x)
        self._state = self._module.init(x, case.target, params, self._draws)
        self.num_steps = 0

    @torch.no_grad()
    def go(self, steps: int, num_looks: int, **changes: int) -> np.ndarray:
        """So many steps; of each chain the mean of so many looks in the second half of them, (chains, k).

        changes: of the params, for these steps alone.
        """
        params = msgspec.structs.replace(self._params, **changes)
        at = {round(steps * (1 - look / (2 * num_looks))) for look in range(num_looks)}
        looked = np.zeros_like(self._began)
        for step in range(1, steps + 1):
            self._state, _ = self._module.step(self._state, self._case.target, params, self._draws)
            if step in at:
                looked += self._case.values(self._state.x) / len(at)
        self.num_steps += steps
        return looked

    def settle(self, steps: int) -> bool:
        """Steps in which copies at other temperatures do not trade; whether they have forgotten where they began."""
        for factor in _LONGER:
            self.go(factor * steps, 1, swap_every=_NEVER)
            copies = (self._state.rung_x * self._state.growth).view(-1, len(self._began), 2)
            memory = max(np.abs(_correlations(self._began, self._case.values(each))).max() for each in copies[1:])
            if memory < _forgotten(len(self._began)):
                return True
        return False

    @property
    def memory(self) -> np.ndarray:
        """How much of each chain's start is in where it is now, (k,)."""
        return _correlations(self._began, self._case.values(self._state.x))


@torch.no_grad()
def _passes(sampler: str, case: Case, x: Tensor, params: Any, plan: Plan, rng: torch.Generator) -> tuple[Row, ...]:
    """Each second pass gives the mean of its chains; and each its estimate of Z, over the exact one."""
    module, draws = sampler_module(sampler), Draws(rng, len(x))
    state = module.init(x, case.target, params, draws)
    looked, log_z = [], []
    for step in range(1, plan.steps + 1):
        state, info = module.step(state, case.target, params, draws)
        log_z.append(info.log_weights.logsumexp(0) - math.log(len(x)) - case.log_z)
        if step % 2 == 0:
            looked.append(case.values(state.x).mean(0))
    memory = _correlations(case.values(x), case.values(state.x))
    ratio = Expectation("Z over its exact value", 1.0, case.is_closed_form)
    found = rows_of((ratio,), torch.stack(log_z).double().exp()[:, None].numpy(), np.zeros(1))
    return rows_of(case.expectations, np.stack(looked), memory) + found


def _correlations(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Of each column of (n, k) and (n, k), (k,); 0 where one of them never changes."""
    a, b = a - a.mean(0), b - b.mean(0)
    size = np.sqrt((a**2).sum(0) * (b**2).sum(0))
    # NaN compares as false.
    found: np.ndarray = np.divide((a * b).sum(0), size, out=np.zeros(a.shape[1]), where=size > 0)
    return found
