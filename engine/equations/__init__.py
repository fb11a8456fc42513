"""The equations of models and samplers in terms, for the panel that shows which of them is at work.

A family without an entry here is shown by the equation of its docstring. No torch: these are sentences.
"""

from engine.equations import (
    glides,
    hidden_causes,
    ladders,
    likelihoods,
    mixtures,
    neural_energies,
    opponents,
    pictures,
    reconstructions,
    walks,
)
from engine.messages.formulas import Formula

# By the folder of the family, the modules with its equations; each is called as its file is, in capitals.
_PLACES = {
    "engine.models": (neural_energies, mixtures, reconstructions, likelihoods, hidden_causes, opponents),
    "engine.samplers": (walks, glides, ladders),
    "engine.images.models": (pictures,),
}


def of(module: str) -> tuple[Formula, ...]:
    """Those of a family, by the name of its module, such as "engine.models.gan"; empty where there are none."""
    folder, _, name = module.rpartition(".")
    found = (getattr(place, name.upper(), ()) for place in _PLACES.get(folder, ()))
    return next((each for each in found if each), ())
