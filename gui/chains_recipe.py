"""What is on the chains lab's page, as a recipe that runs without a window.

Not covered: reading one (engine/recipe.py), files (files.py).
"""

from collections.abc import Iterable

from engine.recipe import ChainsRecipe, Recipe, Sampler
from gui.edits import Floats
from gui.start_page import Kind
from gui.walk import Place, SamplerWalk

_DRAWS = 1000


def chains_recipe(
    walks: Iterable[SamplerWalk], place: Place, start: Kind, bumps: Floats, model: Recipe
) -> ChainsRecipe:
    """bumps: (k, 4), those of strokes that have ended.  model: of the landscape lab, which may be the target."""
    samplers = tuple(
        Sampler(walk.sampler, dict(walk.params), place.num_chains, _DRAWS, place.warm_up) for walk in walks
    )
    is_model = place.energy is None
    x, y = place.starts[0].tolist() if start == "place" else (0.0, 0.0)
    return ChainsRecipe(
        samplers=samplers,
        energy=place.energy,
        data=model.data if is_model else None,
        model=model.model,
        stop=model.stop,
        sharpness=place.sharpness,
        start=(x, y) if start == "place" else "data" if start == "data" else "wide",
        places=tuple((_short(x), _short(y)) for x, y in place.starts.tolist()) if start == "stroke" else (),
        bumps=tuple((_short(x), _short(y), _short(height), _short(width)) for x, y, height, width in bumps.tolist()),
        seed=place.seed,
    )


def _short(number: float) -> float:
    """With as many digits as a hand has."""
    return float(f"{number:.6g}")
