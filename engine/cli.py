"""What the command line prints without a window: the catalogue, and the progress of a run.

Not covered: the parsing of arguments (main.py).
"""

import contextlib
import json
import sys
import textwrap
from pathlib import Path

import msgspec
from tqdm import tqdm

from engine import headless, recipe
from engine.catalogue import dataset_modules, entries, model_modules, sampler_modules
from engine.knobs import Knob
from engine.messages import Entry
from engine.recipe import Recipe

_MODULES = {"models": model_modules, "samplers": sampler_modules, "datasets": dataset_modules}
KINDS = (*_MODULES, "recipe-schema")
_BAR = "{l_bar}{bar}| {elapsed}<{remaining} {postfix}"


def listing(kind: str, *, as_json: bool) -> str:
    """What there is of a kind (one of KINDS), for people or as JSON."""
    if kind == "recipe-schema":
        return json.dumps(recipe.schema(), indent=2)
    found = entries(_MODULES[kind]())
    if as_json:
        return json.dumps(msgspec.to_builtins(found), indent=2)
    return "\n\n".join(_described(entry) for entry in found)


def run(wanted: Recipe, out: Path) -> headless.Result:
    """Run a recipe with a progress bar on stderr. Raises Notice."""
    with contextlib.ExitStack() as ending:
        bar: tqdm | None = None

        def on_progress(share: float, text: str) -> None:
            nonlocal bar
            if bar is None:
                # Not before: what is wrong with a recipe is one line, without an empty bar above it.
                bar = ending.enter_context(tqdm(total=100, file=sys.stderr, bar_format=_BAR))
            bar.set_postfix_str(text, refresh=False)
            bar.update(100 * share - bar.n)

        return headless.run(wanted, out, on_progress)


def _described(entry: Entry) -> str:
    help_text = textwrap.fill(entry.help, 100, initial_indent="    ", subsequent_indent="    ")
    knobs = "\n".join(_knob_line(each) for each in entry.knobs)
    to_try = f"    Try: {entry.to_try}\n" if entry.to_try else ""
    return f"{entry.name}: {entry.title}\n{help_text}\n{to_try}    Source: {entry.source}\n{knobs}"


def _knob_line(each: Knob) -> str:
    allowed = " | ".join(each.choices) if each.choices else "" if each.low is None else f"{each.low:g} to {each.high:g}"
    return f"      {each.name} = {each.default}  ({allowed or type(each.default).__name__})  {each.help}"
