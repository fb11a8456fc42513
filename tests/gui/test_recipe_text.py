"""A recipe as a short text: short, and the same experiment when it is read."""

import msgspec
import pytest

from engine import recipe
from engine.knobs import knob, knobs_of
from engine.messages import Entry, Ready
from engine.recipe import AnyRecipe, ChainsRecipe, Data, Energy, LatentRecipe, Model, Recipe, Sampler, Stop
from gui.recipe_text import compact, trimmed


class Knobs(msgspec.Struct, frozen=True):
    step_size: float = knob(0.1, low=0.01, high=1.0, help="")
    width: int = knob(64, low=1, high=100, help="")


def entry(name: str) -> Entry:
    return Entry(name, name, "", "", "", knobs_of(Knobs))


READY = Ready(
    1, "", "cpu", ("cpu",), models=(entry("energy_mlp"),), samplers=(entry("nuts"),), datasets=(),
    targets=(entry("banana"),), picture_models=(entry("vae"),),
)  # fmt: skip
FULL = {"step_size": 0.5, "width": 64}
RECIPES: dict[str, AnyRecipe] = {
    "landscape": Recipe(Data(preset="two_moons", n=300, seed=2), model=Model(params=FULL), seed=3),
    "own points": Recipe(Data(points=((0.1, 0.2), (1 / 3, 1e-9)), labels=(0, 3), extent=(-1.0, 1.0, -1.0, 1.0))),
    "chains": ChainsRecipe((Sampler("nuts", FULL),), Energy(analytic="banana", params=FULL), places=((1.0, 2.0),)),
    "chains on a model": ChainsRecipe((Sampler("nuts"),), data=Data(preset="rings"), start="data", sharpness=2.0),
    "latent": LatentRecipe(stop=Stop(seconds=60.0), model=Model("vae", FULL)),
}


@pytest.mark.parametrize("name", RECIPES)
def test_what_is_pasted_is_what_was_copied(name: str) -> None:
    text = compact(RECIPES[name], READY)
    assert "\n" not in text
    assert recipe.from_text(text) == trimmed(RECIPES[name], READY)


def test_knobs_at_their_defaults_and_what_is_as_usual_are_left_out() -> None:
    assert compact(RECIPES["landscape"], READY) == (
        '{"lab":"landscape","data":{"preset":"two_moons","n":300,"seed":2},"seed":3,'
        '"model":{"name":"energy_mlp","params":{"step_size":0.5}},"stop":{"steps":2000}}'
    )


def test_knobs_that_nobody_knows_are_kept() -> None:
    made = Recipe(Data(preset="rings"), model=Model("other", {"width": 64}))
    assert trimmed(made, READY) == made
    assert trimmed(made, None) == made
