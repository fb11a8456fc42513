"""What the README promises can be done as written."""

import json
import re
from pathlib import Path

from engine import recipe

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_recipe_of_the_readme_is_a_recipe():
    [text] = re.findall(r"```json\n(.*?)```", README, re.DOTALL)
    assert recipe.from_plain(json.loads(text)).data.preset == "eight_gaussians"


def test_the_other_data_and_stops_of_the_readme_are_recipes():
    fragments = [json.loads(text) for text in re.findall(r"`(\{.*?\})`", README)]
    stops = [each for each in fragments if "steps" in each]
    data = [each for each in fragments if "steps" not in each]
    assert len(data) == 3
    assert len(stops) == 1
    for each in data:
        recipe.from_plain({"data": each, "stop": stops[0]})


def test_every_make_target_that_the_readme_names_is_there():
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(re.findall(r"\bmake (run|test|demo|check|bench)\b", README)) <= targets


def test_every_file_that_the_readme_links_to_is_there():
    assert all((ROOT / target).exists() for target in re.findall(r"\]\(([A-Z]+(?:\.md)?)\)", README))
