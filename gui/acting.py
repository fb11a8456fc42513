"""Which terms of an equation are there now, and which are at work. No Qt.

A term rests where a knob has switched it off, or where the last step had nothing of its kind. The others of a loss or
a step are at work while it plays; in slow motion, those whose box of the machine, or phase of the story, is seen.
"""

import math
from collections.abc import Mapping, Sequence
from enum import Enum

import msgspec

from engine.knobs import Value
from engine.messages import Entry, Formula, Term
from engine.messages.formulas import Values


class Work(Enum):
    """What a term does now."""

    RESTS = "does nothing now"
    READY = ""
    ACTS = "at work"


class Moment(msgspec.Struct, frozen=True):
    """What is known of now.

    is_playing: steps follow one another.  at: in slow motion, the names of the lit boxes, or of the phase that is
    seen; None at speed.  acted: the boxes that acted in the last step, none for all.
    numbers: the newest of each trace.
    """

    is_playing: bool = False
    at: tuple[str, ...] | None = None
    acted: tuple[str, ...] = ()
    numbers: Mapping[str, float] = {}


def formulas_of(entry: Entry) -> tuple[Formula, ...]:
    """Those of an entry; where it has none, the equation of its help as a single term."""
    if entry.formulas or not entry.equation:
        return entry.formulas
    return (Formula("energy", "", (Term(entry.equation, entry.help.partition(". ")[0].rstrip(".") + "."),)),)


def present(formulas: Sequence[Formula], params: Mapping[str, Value]) -> tuple[Formula, ...]:
    """What is there with these values of all knobs: equations, and of each the terms."""
    found = []
    for formula in formulas:
        is_excluded = bool(formula.excludes) and _fits(formula.excludes, params)
        if is_excluded or not _fits(formula.needs, params):
            continue
        terms = tuple(term for term in formula.terms if _fits(term.needs, params))
        if terms:
            found.append(msgspec.structs.replace(formula, terms=terms))
    return tuple(found)


def work_of(term: Term, formula: Formula, params: Mapping[str, Value], moment: Moment) -> Work:
    """What a term does at this moment."""
    if any(params.get(name) in values for name, values in term.rests.items()):
        return Work.RESTS
    if math.isnan(moment.numbers.get(term.trace, 0.0)):
        return Work.RESTS
    if moment.acted and term.at and not any(name in moment.acted for name in term.at):
        return Work.RESTS
    if moment.at is not None:
        is_seen = any(now.startswith(begins) for begins in term.at for now in moment.at)
        return Work.ACTS if is_seen else Work.READY
    # At speed the energy is the landscape that is looked at, and the steps are what happens.
    return Work.ACTS if moment.is_playing and formula.kind != "energy" else Work.READY


def _fits(wanted: Values, params: Mapping[str, Value]) -> bool:
    return all(params.get(name) in values for name, values in wanted.items())
