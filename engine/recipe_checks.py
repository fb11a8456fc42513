"""Which values a recipe may have, beyond their types: every fault is a sentence that names the key.

Not covered: the meaning of `args` and `params`, which their preset and model check (knobs.py).
"""

import math

from engine.notice import Notice
from engine.recipe_parts import AnyRecipe, ChainsRecipe, Data, Energy, LatentRecipe, Stop

MAX_POINTS = 1_000_000
MAX_CHAINS = 65_536
# In all chains of one sampler together; and of the steps of a warm-up.
MAX_DRAWS = 20_000_000
# What is raised and dug by hand; each bump costs as much as a simple target does.
MAX_BUMPS, MAX_BUMP_NATS = 256, 1000.0
MAX_SHARPNESSES = 100
_SOURCES = ("preset", "file", "points", "word")


def check(recipe: AnyRecipe) -> None:
    """Raises Notice for what cannot be run."""
    if isinstance(recipe, ChainsRecipe):
        _check_chains(recipe)
    elif isinstance(recipe, LatentRecipe):
        _check_latent(recipe)
    else:
        _check_data(recipe.data)
        _check_stop(recipe.stop)
        _check_seeds(recipe)


def _check_chains(recipe: ChainsRecipe) -> None:
    if (recipe.energy is None) == (recipe.data is None):
        raise Notice("The recipe needs exactly one of energy (a formula or an analytic target) and data (for a model).")
    if recipe.energy is not None:
        _check_energy(recipe.energy)
    if recipe.data is not None:
        _check_data(recipe.data)
    elif recipe.start == "data":
        raise Notice("The recipe's start is data, but it has no data; take wide, or a place [x, y].")
    _check_stop(recipe.stop)
    _check_seeds(recipe)
    if not 0 < recipe.sharpness < math.inf:
        raise Notice(f"The recipe's sharpness is {recipe.sharpness:g}; it must be positive and finite.")
    _check_bumps(recipe.bumps)
    if recipe.places and recipe.start != "wide":
        raise Notice("The recipe has both start and places; give one of them.")
    if len(recipe.places) > MAX_CHAINS or not all(math.isfinite(each) for place in recipe.places for each in place):
        raise Notice(f"The recipe's places must be at most {MAX_CHAINS} of [x, y], all finite.")
    if len(recipe.sharpnesses) > MAX_SHARPNESSES or not all(0 < each < math.inf for each in recipe.sharpnesses):
        raise Notice(f"The recipe's sharpnesses must be at most {MAX_SHARPNESSES} numbers, positive and finite.")
    if not recipe.samplers:
        raise Notice("The recipe's samplers are empty; name at least one.")
    for index, sampler in enumerate(recipe.samplers):
        for name, low, high in (
            ("chains", 1, MAX_CHAINS),
            ("draws", 1, MAX_DRAWS),
            ("warmup", 0, MAX_DRAWS),
            ("every", 1, 10_000),
        ):
            value = getattr(sampler, name)
            if not low <= value <= high:
                raise Notice(f"The recipe's samplers[{index}].{name} is {value}; it must be from {low} to {high}.")
        if sampler.chains * sampler.draws > MAX_DRAWS:
            raise Notice(f"The recipe's samplers[{index}] would keep more than {MAX_DRAWS} draws; use a larger every.")


def _check_latent(recipe: LatentRecipe) -> None:
    data = recipe.data
    if (data.source is None) == (data.file is None):
        raise Notice("The recipe's data needs exactly one of source (such as faces) and file.")
    if data.args and data.source is None:
        raise Notice("The recipe's data.args go with a source only.")
    if data.source is not None and (data.side is not None or data.is_grey is not None):
        raise Notice("The recipe's data.side and data.is_grey go with a file only.")
    _check_stop(recipe.stop)
    _check_seeds(recipe)


def _check_bumps(bumps: tuple[tuple[float, float, float, float], ...]) -> None:
    if len(bumps) > MAX_BUMPS:
        raise Notice(f"The recipe has {len(bumps)} bumps; {MAX_BUMPS} is the most.")
    for index, bump in enumerate(bumps):
        _, _, height, width = bump
        if not (all(map(math.isfinite, bump)) and abs(height) <= MAX_BUMP_NATS and width > 0):
            raise Notice(
                f"The recipe's bumps[{index}] is {list(bump)}; it must be x, y, a height of at most "
                f"{MAX_BUMP_NATS:g} nats, and a width above 0."
            )


def _check_energy(energy: Energy) -> None:
    if (energy.formula is None) == (energy.analytic is None):
        raise Notice("The recipe's energy needs exactly one of formula and analytic.")
    if energy.params and energy.analytic is None:
        raise Notice("The recipe's energy.params go with an analytic target only.")
    if energy.extent is not None:
        x0, x1, y0, y1 = energy.extent
        if not (all(map(math.isfinite, energy.extent)) and x0 < x1 and y0 < y1):
            raise Notice("The recipe's energy.extent must be x0, x1, y0, y1, with x0 < x1 and y0 < y1.")


def _check_data(data: Data) -> None:
    given = [source for source in _SOURCES if getattr(data, source) is not None]
    if len(given) != 1:
        raise Notice(f"The recipe's data needs exactly one of {', '.join(_SOURCES)}; it has {len(given)}.")
    if data.args and data.preset is None:
        raise Notice("The recipe's data.args go with a preset only.")
    if not 1 <= data.n <= MAX_POINTS:
        raise Notice(f"The recipe's data.n is {data.n}; it must be from 1 to {MAX_POINTS}.")
    _check_points(data)


def _check_stop(stop: Stop) -> None:
    if (stop.steps is None) == (stop.seconds is None):
        raise Notice("The recipe's stop needs exactly one of steps and seconds.")
    if stop.steps is not None and stop.steps < 1:
        raise Notice(f"The recipe's stop.steps is {stop.steps}; it must be at least 1.")
    if stop.seconds is not None and not (0 < stop.seconds < math.inf):
        raise Notice(f"The recipe's stop.seconds is {stop.seconds:g}; it must be positive and finite.")


def _check_seeds(recipe: AnyRecipe) -> None:
    own = 0 if recipe.data is None else recipe.data.seed or 0
    for name, seed in (("seed", recipe.seed), ("data.seed", own)):
        if not 0 <= seed < 2**63:
            raise Notice(f"The recipe's {name} is {seed}; it must be from 0 to 2**63 - 1.")


def _check_points(data: Data) -> None:
    if data.labels is not None and len(data.labels) != len(data.points or ()):
        raise Notice("The recipe's data.labels needs one label for each of data.points.")
    if data.extent is not None:
        x0, x1, y0, y1 = data.extent
        is_right = all(map(math.isfinite, data.extent)) and x0 < x1 and y0 < y1
        if data.points is None or not is_right:
            raise Notice("The recipe's data.extent goes with points: x0, x1, y0, y1, with x0 < x1 and y0 < y1.")
    for index, label in enumerate(data.labels or ()):
        if not 0 <= label <= 3:
            raise Notice(f"The recipe's data.labels[{index}] is {label}; labels go from 0 to 3.")
    for index, point in enumerate(data.points or ()):
        if not (math.isfinite(point[0]) and math.isfinite(point[1])):
            raise Notice(f"The recipe's data.points[{index}] is {list(point)}; both numbers must be finite.")
