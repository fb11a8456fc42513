"""A recipe of the chains lab that was opened: can the page show it, and what are its parts there.

Not covered: making one (chains_recipe.py), reading the file (engine/recipe.py).
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from engine.knobs import Value, make
from engine.messages import Ready
from engine.recipe import ChainsRecipe, Sampler
from gui.chains_look import LookParams
from gui.edits import Floats
from gui.recipe_checks import check_known
from gui.start_page import Kind, StartParams
from gui.walks import MOST_WALKS


class Opened(NamedTuple):
    """kind and path: where chains start, (k, 2), or nothing.  note: what of the recipe the page cannot show."""

    recipe: ChainsRecipe
    samplers: list[tuple[str, Mapping[str, Value]]]
    start: StartParams
    kind: Kind
    path: Floats
    bumps: Floats
    note: str


def opened(recipe: ChainsRecipe, ready: Ready) -> Opened:
    """The recipe's parts. Raises Notice for what the engine would refuse, while nothing has been changed yet."""
    if recipe.energy is not None and recipe.energy.analytic is not None:
        check_known(recipe.energy.analytic, recipe.energy.params, ready.targets, "target", "energy.params")
    for sampler in recipe.samplers:
        check_known(sampler.name, sampler.params, ready.samplers, "sampler", f"{sampler.name}.params")
    make(LookParams, {"sharpness": recipe.sharpness}, "the recipe")
    shown, first = recipe.samplers[:MOST_WALKS], recipe.samplers[0]
    numbers: dict[str, Any] = {"chains": first.chains, "warm_up": first.warmup, "seed": recipe.seed}
    path = np.array(recipe.places or ([] if isinstance(recipe.start, str) else [recipe.start]), np.float64)
    return Opened(
        recipe=recipe,
        samplers=[(each.name, each.params) for each in shown],
        start=make(StartParams, numbers, "the first sampler"),
        kind="stroke" if len(path) > 1 else "place" if len(path) else "data" if recipe.start == "data" else "wide",
        path=path.reshape(-1, 2),
        bumps=np.array(recipe.bumps, np.float64).reshape(-1, 4),
        note=_note(recipe.samplers),
    )


def _note(samplers: tuple[Sampler, ...]) -> str:
    said = []
    if len(samplers) > MOST_WALKS:
        said.append(f"Only the first {MOST_WALKS} of {len(samplers)} samplers are shown.")
    if len({(each.chains, each.warmup) for each in samplers}) > 1:
        said.append("All samplers have as many chains and as long a warm-up as the first one.")
    return " ".join(said)
