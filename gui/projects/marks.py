"""Marks of the timeline in a project: those on the way to what it holds, and onto a window's timelines again.

A project holds weights, not all that has been: a mark tells where something was, and the way to it may be gone.
Not covered: marks while a run goes on (gui/past.py).
"""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from gui.past import RunPast
from gui.projects.project import LabName, Mark

if TYPE_CHECKING:
    from gui.window import Window


def of_window(window: "Window", opened: tuple[Mark, ...] = ()) -> tuple[Mark, ...]:
    """All that there are. opened: of labs that have not been looked at since the project was opened."""
    found = list(_of(_pasts(window, "landscape"), "landscape"))
    if window.switch.made_chains is not None:
        found += _of(_pasts(window, "chains"), "chains")
    else:
        found += [each for each in opened if each.lab == "chains"]
    return tuple(found)


def show(window: "Window", marks: Iterable[Mark], lab: LabName) -> None:
    """Those of a lab, which is there by now, and no others."""
    marks = tuple(marks)
    for pane, past in enumerate(_pasts(window, lab)):
        plain = [{"step": each.step, "name": each.name} for each in marks if (each.lab, each.pane) == (lab, pane)]
        # Branches of what was there before are none of this.
        past.forget(keeps_marks=False)
        past.take_marks(plain)


def _of(pasts: Sequence[RunPast], lab: LabName) -> Iterable[Mark]:
    for pane, past in enumerate(pasts):
        line = past.line_of(past.at)
        # Where each of these branches is left for the next one.
        ends = dict(zip(line, [past.branches[number].start for number in line[1:]], strict=False))
        for each in past.marks:
            if each.branch in line and each.step <= ends.get(each.branch, each.step):
                yield Mark(each.step, each.name, lab, pane)


def _pasts(window: "Window", lab: LabName) -> list[RunPast]:
    if lab == "chains":
        return [walk.past for walk in window.switch.walks.walks]
    return [run.past for run in window.experiment.runs]
