"""2-D points from every source: presets, files, words and points that a recipe spells out.

Public: PRESETS, draw, density_of, Draw, extent_of; files.read for a file's content that is already in memory.
"""

import importlib
import pkgutil
from pathlib import Path
from types import ModuleType

import numpy as np

from engine import recipe
from engine.data import files, presets, words
from engine.data.density import Density
from engine.data.points import Draw, check_count, check_points, extent_of
from engine.knobs import make
from engine.notice import Notice

__all__ = ["PRESETS", "Density", "Draw", "density_of", "draw", "extent_of"]

# Easy before hard; a preset that is not named here follows in the order of the alphabet.
_FIRST = (
    *("eight_gaussians", "two_moons", "circles", "two_spirals", "swiss_roll", "pinwheel"),
    *("rings", "checkerboard", "grid_25"),
)


def _scan() -> dict[str, ModuleType]:
    names = [each.name for each in pkgutil.iter_modules(presets.__path__)]
    names.sort(key=lambda name: (_FIRST.index(name) if name in _FIRST else len(_FIRST), name))
    return {name: importlib.import_module(f"{presets.__name__}.{name}") for name in names}


PRESETS = _scan()


def density_of(truth: recipe.Data) -> Density:
    """What a preset draws from, with the knobs in `truth.args`. Raises Notice for an unknown preset or knob."""
    if truth.preset not in PRESETS:
        raise Notice(f"There is no preset {truth.preset!r}; there is: {', '.join(PRESETS)}.")
    module = PRESETS[truth.preset]
    density: Density = module.density(make(module.Params, truth.args, "data.args"))
    return density


def draw(data: recipe.Data, seed: int) -> Draw:
    """The points that a recipe's data describes; the same data and seed (its own goes first) give the same points.

    Raises Notice for whatever is wrong with the data, in a sentence that names it.
    """
    seed = seed if data.seed is None else data.seed
    if data.preset is not None:
        density = density_of(data)
        points, labels = density.sample(data.n, np.random.default_rng(seed))
        return Draw(points, labels, density.extent(), truth=data, density=density)
    if data.file is not None:
        return files.read_path(Path(data.file), data.n, seed)
    if data.word is not None:
        return words.write(data.word, data.n, seed)
    return _spelled_out(data)


def _spelled_out(data: recipe.Data) -> Draw:
    name = "The recipe's data.points"
    points = np.array(data.points or (), dtype=float).reshape(-1, 2)
    check_count(len(points), name)
    check_points(points, name)
    labels = np.zeros(len(points), np.uint8) if data.labels is None else np.array(data.labels, dtype=np.uint8)
    return Draw(points, labels, data.extent or extent_of(points))
