"""What the README promises can be done as written."""

import json
import re
from pathlib import Path

import msgspec
import torch

from engine import recipe
from engine.catalogue import sampler_modules
from engine.places import place_of

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_recipes_of_the_readme_are_recipes():
    texts = re.findall(r"```json\n(.*?)```", README, re.DOTALL)
    landscape, chains = (recipe.any_from_plain(json.loads(text)) for text in texts)
    assert landscape.data.preset == "eight_gaussians"
    assert [sampler.name for sampler in chains.samplers] == ["nuts", "random_walk"]
    assert {sampler.name for sampler in chains.samplers} <= set(sampler_modules())
    place_of(chains.energy, torch.device("cpu"))


def test_the_other_data_and_stops_of_the_readme_are_recipes():
    fragments = [json.loads(text) for text in re.findall(r"`(\{.*?\})`", README)]
    [energy] = [each for each in fragments if "analytic" in each]
    place_of(msgspec.convert(energy, recipe.Energy), torch.device("cpu"))
    stops = [each for each in fragments if "steps" in each]
    data = [each for each in fragments if "steps" not in each and each != energy]
    assert len(data) == 3
    assert len(stops) == 1
    for each in data:
        recipe.from_plain({"data": each, "stop": stops[0]})


def test_every_make_target_that_the_readme_names_is_there():
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(re.findall(r"\bmake (run|test|demo|check|bench)\b", README)) <= targets


def test_every_file_that_the_readme_links_to_is_there():
    assert all((ROOT / target).exists() for target in re.findall(r"\]\(([A-Z]+(?:\.md)?)\)", README))
