"""What a film is rendered from: the scenes in a file.

Today a file is a recipe, which is one scene. Projects and lessons, which have others, come in at `load_render_source`.
"""

from collections.abc import Iterable
from pathlib import Path

import msgspec

from engine import recipe
from engine.notice import Notice
from engine.recipe import ChainsRecipe, LatentRecipe, Recipe


class Scene(msgspec.Struct, frozen=True):
    """One experiment with a title (empty: what learns or walks in it) and a line of text beside it.

    seconds: how long it is shown; None: as long as the experiment takes.
    """

    recipe: Recipe | ChainsRecipe
    title: str = ""
    text: str = ""
    seconds: float | None = None


def load_render_source(path: Path | None, settings: Iterable[str] = ()) -> tuple[Scene, ...]:
    """The scenes of a file, one after another; without a file, that of the default experiment.

    settings: changes of a recipe, as `run` takes them.  Raises Notice: no such file, or nothing to film in it.
    """
    wanted = recipe.read(path, settings)
    if isinstance(wanted, LatentRecipe):
        raise Notice("Films are made of the landscape and the chains lab; this recipe is of the latent lab.")
    return (Scene(wanted, text=_subject(wanted)),)


def _subject(wanted: Recipe | ChainsRecipe) -> str:
    """What the experiment is about: its landscape, or its data."""
    if isinstance(wanted, ChainsRecipe) and wanted.energy is not None:
        energy = wanted.energy
        return f"E(x, y) = {energy.formula}" if energy.formula else _words(energy.analytic or "")
    data = wanted.data
    assert data is not None  # a recipe without an energy has data
    return _words(data.preset or "") or data.word or Path(data.file or "").stem or "sketch"


def _words(name: str) -> str:
    return name.replace("_", " ")
