"""What the catalogue says to a person: titles, helps, knobs, boxes and the words of equations, to be translated.

Not covered: the texts of the window, which stand in its source (gui/language/).
"""

from collections.abc import Iterator

from engine.catalogue import KINDS, dataset_modules, entries, model_modules, sampler_modules, target_modules
from engine.images import catalogue as pictures
from engine.knobs import Knob
from engine.messages import Entry


def texts() -> Iterator[str]:
    """All of them, doubles included; helps as they stand, of several sentences."""
    yield from KINDS
    for modules in (
        model_modules(), sampler_modules(), target_modules(), dataset_modules(), pictures.model_modules(),
        pictures.source_modules(),
    ):  # fmt: skip
        for entry in entries(modules):
            yield from _of_entry(entry)


def _of_entry(entry: Entry) -> Iterator[str]:
    yield from (entry.title, entry.help, entry.to_try)
    for knob in entry.knobs:
        yield from _of_knob(knob)
    for column in entry.machine.columns if entry.machine is not None else ():
        for box in column:
            yield from (box.title, box.help)
    for formula in entry.formulas:
        for term in formula.terms:
            yield from (term.says, term.of)


def _of_knob(knob: Knob) -> Iterator[str]:
    # As a control shows it (gui/controls.py).
    plain = knob.label.removeprefix("is ").removeprefix("has ")
    yield from (plain[:1].upper() + plain[1:], knob.help, knob.unit, *knob.choices)
