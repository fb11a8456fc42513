"""How near each family comes to the truth with default knobs, on five data sets; by `main.py run`."""

import math
from collections.abc import Iterator
from typing import Any

from engine.catalogue import model_modules
from tests.bench.figures import Figure, Options
from tests.bench.quality import run_recipe

DATA: dict[str, dict[str, float]] = {
    "eight_gaussians": {"radius": 2.0, "noise": 0.2},
    "two_moons": {"noise": 0.1},
    "two_spirals": {},
    "checkerboard": {},
    "rings": {},
}
# At most so many nats from the truth, for all data sets or for one.
_KL = {
    "flow": 0.10,
    "noise_contrastive": 0.10,
    "autoregressive": 0.10,
    "score_matching": 0.15,
    "vae": 0.30,
    ("gaussian_mixture", "eight_gaussians"): 0.02,
}
# At most so many times the energy distance of two independent true samples.
_ENERGY_DISTANCE = {"gan": 3.0}


def figures(options: Options) -> Iterator[Figure]:
    for family in model_modules():
        for preset, args in DATA.items():
            if options.only in f"{family} {preset}":
                yield from _rows(family, preset, run_recipe(family, {}, preset, args, options.family_seconds))


def _rows(family: str, preset: str, metrics: dict[str, Any]) -> Iterator[Figure]:
    """KL where the family is a density, and the distance of its samples."""
    name = f"{family}, {preset}"
    if metrics["is_density"]:
        kl = metrics["kl_from_truth"]
        bar = _KL.get((family, preset), _KL.get(family))
        yield Figure(f"{name}: KL", [math.nan if kl is None else kl], "nats", at_most=bar)
    ratio = metrics["energy_distance"] / metrics["energy_distance_of_truth"]
    what = "energy distance" if metrics["is_density"] else "no density; energy distance"
    yield Figure(f"{name}: {what}", [ratio], "x truth", at_most=_ENERGY_DISTANCE.get(family))
