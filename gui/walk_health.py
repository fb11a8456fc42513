"""What is wrong with chains, and what helps, in a sentence; from what the engine tells of them.

Not covered: what cannot even start, of which the engine says so itself (Noticed).
"""

import math

import numpy as np

from engine.messages import ChainMeasures, Chains, Truth

# With fewer draws of each chain, a rate means little.
_FEWEST_DRAWS = 50
_HARDLY_ACCEPTED, _OFTEN_DIVERGENT = 0.02, 0.05
# Of the target's own standard deviation: a step so short takes ten thousand steps for one independent draw.
_TINY_STEP = 0.01
# Chains beyond the home view are a trouble where so much of the mass is within it, and when they are so many.
_MASS_IN_VIEW, _MANY_AWAY = 0.95, 0.2


def trouble(chains: Chains | None, measures: ChainMeasures | None, truth: Truth | None) -> str:
    """Empty where nothing is known to be wrong."""
    if chains is None:
        return ""
    has_step_size = math.isfinite(chains.step_size)
    lost = _num_lost(chains)
    if lost:
        many = len(chains.positions)
        who = f"{lost} of {many} chains have" if many > 1 else "The chain has"
        smaller = "take a smaller step size, then " if has_step_size else ""
        return f"{who} gone where the energy is not finite: {smaller}let them start anew (Reset)."
    away = _num_away(chains, truth) if truth is not None else 0
    if away and not chains.is_warming_up:
        return (
            f"{away} of {len(chains.positions)} chains are far outside of the home view, where hardly any of the mass "
            "is: let them start at the data or at a click (Chains), or anew (Reset)."
        )
    if chains.is_warming_up or measures is None or measures.num_draws < _FEWEST_DRAWS:
        return ""
    if measures.acceptance < _HARDLY_ACCEPTED:
        share = f"{100 * measures.acceptance:.1f} % of the proposals are accepted, so the chains hardly move"
        return f"Only {share}: {_remedy('smaller') if has_step_size else 'take another sampler.'}"
    steps = measures.num_draws * measures.every * len(chains.positions)
    if measures.divergences > _OFTEN_DIVERGENT * steps:
        share = f"{100 * measures.divergences / steps:.0f} % of the steps diverge"
        return f"{share}, so parts of the landscape are left out: {_remedy('smaller')}"
    if has_step_size and truth is not None and measures.jump < _TINY_STEP * _size(truth):
        return f"The steps are tiny beside the landscape, so the chains hardly get anywhere: {_remedy('larger')}"
    return ""


def _remedy(which: str) -> str:
    return f"take a {which} step size, or let the warm-up find one (Chains, then Reset)."


def _num_lost(chains: Chains) -> int:
    """How many chains are where nothing is known."""
    is_lost = ~np.isfinite(chains.positions).all(1)
    if len(chains.energy) == len(chains.positions):
        is_lost |= ~np.isfinite(chains.energy)
    return int(is_lost.sum())


def _num_away(chains: Chains, truth: Truth) -> int:
    """How many chains are beyond the home view by as much as it is wide, of a target that has its mass there."""
    if truth.masses.sum() < _MASS_IN_VIEW:
        return 0
    x0, x1, y0, y1 = truth.extent
    low, high = np.array([2 * x0 - x1, 2 * y0 - y1]), np.array([2 * x1 - x0, 2 * y1 - y0])
    is_away = ((chains.positions < low) | (chains.positions > high)).any(1)
    # Single ones come back: it is told when they are many.
    count = int(is_away.sum())
    return count if count > _MANY_AWAY * len(chains.positions) else 0


def _size(truth: Truth) -> float:
    """The target's standard deviation, the mean over both axes."""
    return math.sqrt(max(0.0, float(np.trace(truth.covariance)) / 2))
