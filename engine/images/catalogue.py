"""The sources of pictures and the families of models of pictures, found by scanning their folders.

Not covered: what the window shows of each (engine.catalogue.entry_of).
"""

from functools import cache
from types import ModuleType

from engine.catalogue import entry_of, modules_of
from engine.images import Pictures, models, sources
from engine.notice import Notice


@cache
def source_modules() -> dict[str, ModuleType]:
    """The sources of pictures by name."""
    return modules_of(sources)


@cache
def model_modules() -> dict[str, ModuleType]:
    """The families of models of pictures by name."""
    return modules_of(models)


def source_module(name: str) -> ModuleType:
    """The module of a source. Raises Notice with the names there are."""
    return _named(name, source_modules(), "source of pictures")


def model_module(name: str) -> ModuleType:
    """The module of a model family. Raises Notice with the names there are."""
    return _named(name, model_modules(), "model of pictures")


def title_of(name: str) -> str:
    """The title of a model family."""
    return entry_of(name, model_module(name)).title


def exact_source_of(pictures: Pictures) -> ModuleType | None:
    """The source that draws such pictures from these very attributes, if there is one."""
    for module in source_modules().values():
        names = tuple(factor.name for factor in getattr(module, "FACTORS", ()))
        if names and names == pictures.attribute_names:
            return module
    return None


def _named(name: str, modules: dict[str, ModuleType], kind: str) -> ModuleType:
    found = modules.get(name)
    if found is None:
        raise Notice(f"There is no {kind} {name!r}; there is: {', '.join(modules)}.")
    return found
