"""What a film is rendered from: the scenes in a file.

Today a file is a recipe, which is one scene. Projects and lessons, which have others, come in at `load_render_source`.
"""

from collections.abc import Iterable
from pathlib import Path

import msgspec

from engine import recipe
from engine.notice import Notice
from engine.recipe import AnyRecipe, ChainsRecipe, LatentRecipe


class Scene(msgspec.Struct, frozen=True):
    """One experiment with a title and a line of text, either may be empty: then they are made of the recipe.

    seconds: how long it is shown; None: as long as the experiment takes.
    """

    recipe: AnyRecipe
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


def _subject(wanted: AnyRecipe) -> str:
    """What the experiment is about: its data, or its landscape."""
    if isinstance(wanted, ChainsRecipe) and wanted.energy is not None:
        energy = wanted.energy
        return f"E(x, y) = {energy.formula}" if energy.formula else _words(energy.analytic or "")
    data = wanted.data
    assert not isinstance(wanted, LatentRecipe)
    assert data is not None
    assert not hasattr(data, "source")
    return _words(data.preset or "") or data.word or Path(data.file or "").stem or "sketch"


def _words(name: str) -> str:
    return name.replace("_", " ")
