"""Where chains walk and where they start: a typed formula or a known landscape becomes a target on the plane.

Not covered: models as targets, which are on the plane already.
"""

from typing import NamedTuple

import torch
from torch import Tensor

from engine.catalogue import target_module
from engine.formula import parse
from engine.home_view import home_view
from engine.knobs import make
from engine.messages import Extent
from engine.plane import Plane
from engine.recipe import Energy
from engine.samplers import Target
from engine.targets import Moments, seen_from

# Chains start anew where the energy is not finite, so often.
_TRIES = 200


class Place(NamedTuple):
    """What is walked on: the target on the plane, its home view, and the exact moments in the user's numbers, if known.

    data: where its model learnt from, (n, 2) on the plane; none without a model.
    """

    target: Target
    extent: Extent
    moments: Moments | None
    data: Tensor


def place_of(energy: Energy, device: torch.device) -> Place:
    """The target of a formula or of an analytic landscape. Raises Notice, or FormulaError with the wrong place."""
    nothing = torch.zeros(0, 2, device=device)
    if energy.formula is not None:
        own: Target = parse(energy.formula).target(device)
        extent = energy.extent or home_view(own, device)
        return Place(seen_from(Plane.of(extent), own, device), extent, None, nothing)
    assert energy.analytic is not None
    module = target_module(energy.analytic)
    params = make(module.Params, energy.params, "energy.params")
    extent = energy.extent or module.extent(params)
    target = seen_from(Plane.of(extent), module.target(params, device), device)
    return Place(target, extent, module.moments(params), nothing)


@torch.no_grad()
def starts(target: Target, count: int, rng: torch.Generator) -> Tensor:
    """From a normal as wide as the home view, (count, 2); where the energy is finite, if that can be found."""
    x = torch.randn(count, 2, generator=rng, device=rng.device)
    for _ in range(_TRIES):
        is_lost = ~target.energy(x).isfinite()
        if not bool(is_lost.any()):
            break
        x = torch.where(is_lost[:, None], torch.randn(count, 2, generator=rng, device=rng.device), x)
    return x
