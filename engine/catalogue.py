"""Everything there is, found by scanning folders: models, samplers, data sets, each with its knobs, help and source.

A docstring's first line is the title; the paragraphs up to `Equation:` are the help; a model's `Try:` is a thing to do
with it; `Source:` ends it.
"""

import importlib
import pkgutil
import re
from functools import cache
from types import ModuleType
from typing import Any

from engine import equations, models, samplers, targets
from engine.data import PRESETS
from engine.knobs import knobs_of
from engine.messages import Entry
from engine.notice import Notice

# The kinds of models, in the order of the menu.
KINDS = (
    "Neural energies",
    "Centres and mixtures",
    "Reconstruction",
    "Exact likelihood",
    "Latent variables",
    "Adversarial",
    "Classifier",
)


@cache
def model_modules() -> dict[str, ModuleType]:
    """The model families by name, kind by kind."""
    found = modules_of(models)
    return dict(sorted(found.items(), key=lambda each: (KINDS.index(each[1].Model.kind), each[0])))


@cache
def sampler_modules() -> dict[str, ModuleType]:
    """The samplers by name."""
    return modules_of(samplers)


@cache
def target_modules() -> dict[str, ModuleType]:
    """The analytic targets of chains by name."""
    return modules_of(targets)


@cache
def dataset_modules() -> dict[str, ModuleType]:
    """The presets of 2-D data by name, easy before hard."""
    return PRESETS


def model_module(name: str) -> ModuleType:
    """The module of a model family. Raises Notice with the names there are."""
    found = model_modules().get(name)
    if found is None:
        raise Notice(f"There is no model {name!r}; there is: {', '.join(model_modules())}.")
    return found


def sampler_module(name: str) -> ModuleType:
    """The module of a sampler. Raises Notice with the names there are."""
    found = sampler_modules().get(name)
    if found is None:
        raise Notice(f"There is no sampler {name!r}; there is: {', '.join(sampler_modules())}.")
    return found


def target_module(name: str) -> ModuleType:
    """The module of an analytic target. Raises Notice with the names there are."""
    found = target_modules().get(name)
    if found is None:
        raise Notice(f"There is no target {name!r}; there is: {', '.join(target_modules())}.")
    return found


def entries(modules: dict[str, ModuleType]) -> tuple[Entry, ...]:
    """What the window shows of each module."""
    return tuple(entry_of(name, module) for name, module in modules.items())


def entry_of(name: str, module: ModuleType) -> Entry:
    """One module's entry, from its docstring and its `Params`."""
    title, _, rest = (module.__doc__ or "").partition("\n")
    parts = re.split(r"^(Equation|Try|Source):", rest, flags=re.MULTILINE)
    named = dict(zip(parts[1::2], parts[2::2], strict=True))
    return Entry(
        name=name,
        title=title.strip(". "),
        help=_joined(parts[0]),
        equation=_joined(named.get("Equation", "")),
        source=_joined(named.get("Source", "")),
        knobs=knobs_of(module.Params),
        to_try=_joined(named.get("Try", "")),
        formulas=equations.of(module.__name__),
        **_about_model(getattr(module, "Model", None)),
    )


def modules_of(package: ModuleType) -> dict[str, ModuleType]:
    """The modules of a folder by name; those whose name begins with an underscore are left out."""
    found = (each.name for each in pkgutil.iter_modules(package.__path__))
    return {name: importlib.import_module(f"{package.__name__}.{name}") for name in found if not name.startswith("_")}


def _about_model(model: type[models.Model] | None) -> dict[str, Any]:
    """What only the entry of a model of the plane has."""
    if model is None or models.Model not in model.__mro__:
        return {}
    names = ("kind", "is_density", "layers", "machine")
    return {name: getattr(model, name) for name in names}


def _joined(text: str) -> str:
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in text.strip().split("\n\n"))
