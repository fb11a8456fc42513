"""Names and knobs of a recipe against what the engine has, while nothing of the window has been changed yet.

Not covered: the recipe by itself (engine/recipe.py).
"""

from collections.abc import Mapping

from engine.knobs import Value, checked
from engine.messages import Entry, Ready
from engine.notice import Notice
from engine.recipe import LatentRecipe, Model


def check_known(name: str, values: Mapping[str, Value], entries: tuple[Entry, ...], what: str, where: str) -> None:
    """Raise a Notice for a name that is not there, or a knob that it has not.

    what: the kind of thing that is named.  where: the knobs' place in the recipe.
    """
    entry = next((each for each in entries if each.name == name), None)
    if entry is None:
        raise Notice(f"There is no {what} {name!r}; there is: {', '.join(each.name for each in entries)}.")
    checked(entry.knobs, values, where)


def check_model(model: Model, ready: Ready) -> None:
    check_known(model.name, model.params, ready.models, "model", "model.params")


def check_latent(made: LatentRecipe, ready: Ready) -> None:
    check_known(made.model.name, made.model.params, ready.picture_models, "model", "model.params")
    if made.data.source is not None:
        check_known(made.data.source, made.data.args, ready.picture_sources, "source", "data.args")
