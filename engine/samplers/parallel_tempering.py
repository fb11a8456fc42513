r"""Parallel tempering

Every chain is a ladder of copies at rising temperatures. The hot ones cross the walls between modes, where the cold
one would wait for ever; neighbours on the ladder trade places now and then, so that what the hot ones find comes down
to the cold one, which is what counts. All copies move at once by a sampler of your choice. Each step costs as many
evaluations as there are rungs. It fails where neighbours are too far apart in temperature to trade, and where a narrow
mode is lost in the heat: then add rungs, or lower the hottest.

Equation: p_r(x) \propto e^{-\beta_r E(x)}, \quad \beta_r = T^{-r / (R - 1)}, \quad
\alpha_{r \leftrightarrow s} = \min\left(1, e^{(\beta_r - \beta_s)(E(x_r) - E(x_s))}\right)
Try: On three modes lower the noise until the bare kernel stays in one of them, then compare.
Source: Geyer (1991), Computing Science and Statistics 23; even and odd pairs in turn: Okabe, Kawata, Okamoto, Mikami
(2001), Chemical Physics Letters 335.
"""

from types import ModuleType
from typing import NamedTuple

import msgspec
import torch
from torch import Tensor

from engine.draws import Draws
from engine.knobs import knob
from engine.samplers import Target, hmc, mala, random_walk
from engine.telling import NUM_TOLD, Made, Teller, apart, probability, tell_proposal, tell_verdict

# Between what suits the random walk and what suits the kernels that know the slope; of the cold rung.
TARGET_ACCEPTANCE = 0.5
# Exact ones only. Their states are (x, energy) or (x, energy, score).
KERNELS: dict[str, ModuleType] = {"mala": mala, "hmc": hmc, "random_walk": random_walk}


class Params(msgspec.Struct, frozen=True):
    step_size: float = knob(
        0.05,
        low=1e-4,
        high=1.0,
        scale="log",
        unit="of half the home view",
        help="The kernel's, on the cold rung. Larger moves travel further and fail more.",
    )
    kernel: str = knob("mala", choices=tuple(KERNELS), help="What moves each copy on its own rung.")
    num_rungs: int = knob(5, low=2, high=16, help="Copies of each chain. More of them trade more easily and cost more.")
    hottest: float = knob(
        50.0,
        low=1.5,
        high=1000.0,
        scale="log",
        help="Temperature of the top rung; the cold one has 1, those between have equal ratios. Walls shrink by it.",
    )
    growth: float = knob(
        0.5, low=0.0, high=1.0, help="Steps grow with the temperature to this power. 0.5 suits a bowl, 0 is no growth."
    )
    swap_every: int = knob(1, low=1, high=100, scale="log", unit="steps", help="Neighbours try to trade so often.")


class State(NamedTuple):
    """The cold rung: positions on the plane (chains, 2), and their energy (chains,).

    And all rungs in one, the cold one first, as the kernel sees them (rungs * chains, ...): positions divided by the
    rung's step growth, energies times its inverse temperature, scores times both. `beta` is that inverse temperature
    (rows,), `growth` (rows, 1); then the knobs for which the ladder was built, and how many steps were made.
    """

    x: Tensor
    energy: Tensor
    rung_x: Tensor
    rung_energy: Tensor
    rung_score: Tensor | None
    beta: Tensor
    growth: Tensor
    built_for: tuple[str, int, float, float]
    num_steps: int


class Info(NamedTuple):
    """The kernel's move of the cold rung, before any trade: the proposal (chains, 2), whether it was accepted, and how
    probable that was (chains,). Then all rungs' positions after the trades (rungs, chains, 2), cold first; who traded
    with the neighbour above (rungs - 1, chains); and the mean probability of it (rungs - 1,), NaN for pairs whose turn
    it was not.
    """

    proposal: Tensor
    is_accepted: Tensor
    acceptance: Tensor
    rungs: Tensor
    is_swapped: Tensor
    swap_rate: Tensor
    num_evaluations: Tensor


class Tempered:
    """A target with another inverse temperature and another unit of length in every row."""

    def __init__(self, target: Target, beta: Tensor, growth: Tensor) -> None:
        """beta: (rows,).  growth: (rows, 1), the length of that unit."""
        self._target, self._beta, self._growth = target, beta, growth

    def energy(self, x: Tensor) -> Tensor:
        return self._target.energy(x * self._growth) * self._beta

    def score(self, x: Tensor) -> Tensor:
        return self._target.score(x * self._growth) * self._growth * self._beta[:, None]

    def energy_and_score(self, x: Tensor) -> tuple[Tensor, Tensor]:
        energy, score = self._target.energy_and_score(x * self._growth)
        return energy * self._beta, score * self._growth * self._beta[:, None]


def init(x: Tensor, target: Target, params: Params, draws: Draws) -> State:
    """Chains that start at `x`, (chains, 2): all copies of each start where it does."""
    return built(x.expand(params.num_rungs, -1, -1), target, params, draws, 0)


def step(state: State, target: Target, params: Params, draws: Draws) -> tuple[State, Info]:
    """One move of all copies of every chain, and after every so many of them a try to trade."""
    if state.built_for != _ladder(params):
        state = rebuilt(state, target, params, draws)
    rungs, chains = params.num_rungs, len(state.x)
    kernel, tempered = KERNELS[params.kernel], Tempered(target, state.beta, state.growth)
    part = draws.part(rungs * chains)
    known = (state.rung_x, state.rung_energy) if state.rung_score is None else state[2:5]
    moved, info = kernel.step(kernel.State(*known), tempered, _kernel_params(params), part)
    state = _with_rungs(state, moved.x, moved.energy, getattr(moved, "score", None), state.num_steps + 1)
    is_swapped = torch.zeros(rungs - 1, chains, dtype=torch.bool, device=state.x.device)
    swap_rate = torch.full((rungs - 1,), torch.nan, device=state.x.device)
    turn, rest = divmod(state.num_steps, params.swap_every)
    if rest == 0:
        # Two rungs are a single pair, whose turn it always is.
        first = turn % 2 if rungs > 2 else 0
        log_ratio = swap_log_ratio(state.rung_energy.view(rungs, chains), state.beta.view(rungs, chains), first)
        is_tried = draws.part(log_ratio.numel()).log_uniform().view(log_ratio.shape) < log_ratio
        is_swapped[first::2], swap_rate[first::2] = is_tried, log_ratio.exp_().clamp_(max=1).nan_to_num_(0.0).mean(1)
        state = _swapped(state, is_swapped)
    positions = (state.rung_x * state.growth).view(rungs, chains, 2)
    num_evaluations = getattr(info, "num_evaluations", torch.ones_like(state.beta)).view(rungs, chains).sum(0)
    cold = info.proposal[:chains], info.is_accepted[:chains], info.acceptance[:chains]
    return state, Info(*cold, positions, is_swapped, swap_rate, num_evaluations)


def built(positions: Tensor, target: Target, params: Params, draws: Draws, num_steps: int) -> State:
    """A ladder with its copies at these positions, (rungs, chains, 2)."""
    rungs, chains, _ = positions.shape
    exponents = torch.arange(rungs, dtype=positions.dtype, device=positions.device) / (1 - rungs)
    beta = (params.hottest**exponents).repeat_interleave(chains)
    growth = beta[:, None] ** -params.growth
    # Each coordinate lies together in memory.
    x = positions.movedim(2, 0).reshape(2, -1).T / growth
    begun = KERNELS[params.kernel].init(
        x, Tempered(target, beta, growth), _kernel_params(params), draws.part(rungs * chains)
    )
    energy, score = begun.energy, getattr(begun, "score", None)
    return State(positions[0], energy[:chains], x, energy, score, beta, growth, _ladder(params), num_steps)


def rebuilt(state: State, target: Target, params: Params, draws: Draws) -> State:
    """Another ladder, or another target under it, with the copies where they were.

    Rungs that were not there start with the copies of the one that was the top.
    """
    rungs = len(state.beta) // len(state.x)
    positions = (state.rung_x * state.growth).view(rungs, -1, 2)
    wanted = [min(rung, rungs - 1) for rung in range(params.num_rungs)]
    return built(positions[wanted], target, params, draws, state.num_steps)


def swap_log_ratio(tempered_energy: Tensor, beta: Tensor, first: int) -> Tensor:
    """Log of the ratio of acceptance for rungs first, first + 2, ... and those above, (pairs, chains).

    tempered_energy: beta times the energy.  Both (rungs, chains).
    """
    energy = tempered_energy / beta
    return (beta[:-1] - beta[1:])[first::2].mul_((energy[:-1] - energy[1:])[first::2])


def _swapped(state: State, is_swapped: Tensor) -> State:
    """The copies traded; what is known of them is rescaled to their new rungs. is_swapped: (rungs - 1, chains)."""
    pairs, chains = is_swapped.shape
    rows = torch.arange(len(state.beta), device=state.beta.device)
    source = rows.view(pairs + 1, chains)
    shift = is_swapped * chains
    source[:-1] += shift
    source[1:] -= shift
    # Exactly 1 where nothing was traded: no rounding there.
    colder, narrower = state.beta / state.beta[rows], state.growth[rows] / state.growth
    x, energy, score = state.rung_x.T[:, rows].T * narrower, state.rung_energy[rows] * colder, state.rung_score
    if score is not None:
        score = score.T[:, rows].T * (colder[:, None] / narrower)
    return _with_rungs(state, x, energy, score, state.num_steps)


def _with_rungs(state: State, x: Tensor, energy: Tensor, score: Tensor | None, num_steps: int) -> State:
    chains = len(state.x)
    return State(
        x[:chains], energy[:chains], x, energy, score, state.beta, state.growth, state.built_for, num_steps
    )  # fmt: skip


def _kernel_params(params: Params) -> msgspec.Struct:
    chosen: msgspec.Struct = KERNELS[params.kernel].Params(step_size=params.step_size)
    return chosen


def _ladder(params: Params) -> tuple[str, int, float, float]:
    return params.kernel, params.num_rungs, params.hottest, params.growth


def tell(teller: Teller, made: Made) -> None:
    """The phases of a step: the move of the cold rung, and on the ladder where all copies are and who traded."""
    after, info = made.after, made.info
    rungs, told = len(info.rungs), info.rungs[:, :NUM_TOLD]
    beta = after.beta.view(rungs, -1)[:, 0]
    teller.temperatures = (1 / beta).double().cpu().numpy()
    is_swapped = info.is_swapped[:, :NUM_TOLD]
    moved = told.clone()
    for lower in range(rungs - 1):
        is_it = is_swapped[lower][:, None]
        moved[lower] = torch.where(is_it, told[lower + 1], moved[lower])
        moved[lower + 1] = torch.where(is_it, told[lower], moved[lower + 1])
    # To the last digit: a copy that went up and is told back down has been rounded.
    is_in = info.is_accepted[:NUM_TOLD, None]
    moved[0] = torch.where(is_in, info.proposal[:NUM_TOLD], made.before.x[:NUM_TOLD])
    tell_proposal(teller, made, "move on every rung", f"by {made.params.kernel}, hot ones further")
    old = (made.before.rung_x * made.before.growth).view(-1, len(after.x), 2)[:rungs, :NUM_TOLD]
    for rung, places in enumerate(old):
        teller.dots("copies", places, lasts=1, rung=rung)
    drawn, chance = apart(float(made.draws.seen("log_uniform")[0][0].exp()), float(info.acceptance[0]))
    says = f"{drawn} < {chance}: the cold copy moves" if is_in[0] else f"{drawn} ≥ {chance}: the cold copy stays"
    teller.phase("accept" if is_in[0] else "reject", says, at=moved[0])
    tell_verdict(teller, made)
    for rung in range(rungs):
        teller.dots("copies", moved[rung], lasts=1, rung=rung)
    turns = info.swap_rate.isfinite().nonzero()[:, 0].tolist()
    if turns:
        energy = made.target.energy(moved[:, 0])
        chances = ((beta[:-1] - beta[1:]) * (energy[:-1] - energy[1:])).exp().clamp(max=1).tolist()
        pairs = (
            f"{lower + 1}↔{lower + 2}: {probability(chances[lower])}, {_word(is_swapped[lower, 0])}" for lower in turns
        )
        teller.phase("neighbours try to trade", ";  ".join(pairs), at=told[0])
        if 0 in turns:
            teller.lines("faint", torch.stack([moved[0], told[0]], 1))
        # Who has traded is no longer where its proposal was accepted.
        teller.end("accepted")
        teller.dots("accepted", moved[0], "accepted", only=is_in[:, 0] & ~is_swapped[0])
        for lower in turns:
            ends = torch.stack([told[lower], told[lower + 1]], 1)
            ends[~is_swapped[lower]] = torch.nan
            teller.lines("swap", ends, "trade between rungs", rung=lower)
    for rung in range(rungs):
        teller.dots("copies", told[rung], rung=rung)


def _word(is_swapped: Tensor) -> str:
    return "traded" if is_swapped else "not"
