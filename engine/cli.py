"""What the command line prints without a window: the catalogue, and the progress of a run.

Not covered: the parsing of arguments (main.py).
"""

import contextlib
import json
import sys
import textwrap
import time
from pathlib import Path
from typing import Any

import msgspec
from tqdm import tqdm

from engine import chains_headless, headless, recipe
from engine.catalogue import dataset_modules, entries, model_modules, sampler_modules, target_modules
from engine.images import catalogue as picture_catalogue
from engine.images import download as pictures
from engine.images import headless as pictures_headless
from engine.knobs import Knob
from engine.messages import Entry
from engine.recipe import AnyRecipe, ChainsRecipe, LatentRecipe

_MODULES = {
    "models": model_modules,
    "samplers": sampler_modules,
    "targets": target_modules,
    "datasets": dataset_modules,
    "picture-models": picture_catalogue.model_modules,
    "picture-sources": picture_catalogue.source_modules,
}
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


def run(wanted: AnyRecipe, out: Path) -> headless.Result:
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

        if isinstance(wanted, LatentRecipe):
            return pictures_headless.run(wanted, out, on_progress)
        if isinstance(wanted, ChainsRecipe):
            return chains_headless.run(wanted, out, on_progress)
        return headless.run(wanted, out, on_progress)


def download(name: str, folder: Path | None) -> Path:
    """Fetch a set of pictures with a progress bar on stderr; where it lies. Raises Notice."""
    folder = folder or pictures.data_folder(name)
    source = pictures.SOURCES[name]
    total = sum(file.num_bytes for file in source.files)
    with tqdm(total=total, unit="B", unit_scale=True, desc=source.title, file=sys.stderr) as bar:
        for progress in pictures.steps(source, folder):
            bar.update(progress.done - bar.n)
    return folder


def trained(names: tuple[str, ...]) -> str:
    """Make the shipped weights again, those of these names or all, with lines on stderr; what was made, in lines.

    Raises Notice for a name that there is not.
    """
    from engine.images import trained as shipped

    began = time.perf_counter()

    def on_progress(name: str, share: float, text: str) -> None:
        minutes = (time.perf_counter() - began) / 60
        print(f"[{minutes:5.1f} min] {name}: {100 * share:3.0f} %, {text}", file=sys.stderr, flush=True)

    return "\n".join(shipped.summary(each) for each in shipped.make(names, on_progress))


def summary(metrics: dict[str, Any]) -> str:
    """What a run gave, in a line, or in one for each sampler."""
    if "samplers" in metrics:
        return "\n".join(_sampler_line(name, each) for name, each in metrics["samplers"].items())
    if "kl_from_truth" not in metrics:
        told = "" if "reconstruction_mse" not in metrics else f"; error {metrics['reconstruction_mse']:.5f}"
        return f"{metrics['steps']} steps in {metrics['seconds']:.1f} s{told}"
    kl = metrics["kl_from_truth"]
    known = "" if kl is None else f", KL from the truth {kl:.4f}"
    nll = "no density" if metrics["nll"] is None else f"nll {metrics['nll']:.4f} nats"
    return f"{metrics['steps']} steps in {metrics['seconds']:.1f} s; {nll}{known}"


def _sampler_line(name: str, metrics: dict[str, Any]) -> str:
    def shown(key: str, form: str) -> str:
        return "-" if metrics[key] is None else format(metrics[key], form)

    return (
        f"{name}: ESS {shown('ess_bulk', '.0f')}, R-hat {shown('r_hat', '.3f')}, "
        f"accepted {shown('acceptance_rate', '.2f')}, {shown('mode_switches_per_1000', '.1f')} mode switches per 1,000 "
        f"steps, total variation {shown('total_variation', '.3f')}, {shown('steps_per_second', '.0f')} steps/s"
    )


def _described(entry: Entry) -> str:
    help_text = textwrap.fill(entry.help, 100, initial_indent="    ", subsequent_indent="    ")
    knobs = "\n".join(_knob_line(each) for each in entry.knobs)
    to_try = f"    Try: {entry.to_try}\n" if entry.to_try else ""
    return f"{entry.name}: {entry.title}\n{help_text}\n{to_try}    Source: {entry.source}\n{knobs}"


def _knob_line(each: Knob) -> str:
    allowed = " | ".join(each.choices) if each.choices else "" if each.low is None else f"{each.low:g} to {each.high:g}"
    return f"      {each.name} = {each.default}  ({allowed or type(each.default).__name__})  {each.help}"
