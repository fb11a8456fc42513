"""What a right click on the timeline offers: the mark under it, the branch there, and all marks to jump to."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QMenu

from gui.language import own
from gui.trace_line import short_count

if TYPE_CHECKING:
    from gui.timeline_bar import TimelineBar


def menu(bar: "TimelineBar", at: QPointF) -> QMenu:
    """For a place on the bar."""
    made, past = QMenu(bar), bar.past
    if past is None or not (past.is_there or past.is_marked):
        made.addAction("Nothing to go back to yet").setEnabled(False)
        return made
    mark = bar.mark_at(at)
    if mark is not None:
        there = made.addAction(f"Go to “{own(mark.name)}”".replace("&", "&&"))
        there.triggered.connect(lambda: bar.go_to(mark))
        there.setEnabled(past.can_go_to(mark))
        made.addAction("Rename…").triggered.connect(lambda: bar.edit(mark))
        made.addAction("Remove").triggered.connect(lambda: past.remove(mark))
        made.addSeparator()
    if not past.is_there:
        return made
    made.addAction("Mark this step").triggered.connect(bar.add_mark)
    if bar.can_open_beside:
        branch, step = bar.place_at(at)
        tip = past.branches[branch].tip
        beside = made.addAction("Open this branch beside")
        beside.triggered.connect(lambda: bar.beside_asked.emit(branch, tip))
        here = made.addAction(f"Open step {short_count(step)} beside")
        here.triggered.connect(lambda: bar.beside_asked.emit(branch, step))
    made.addSeparator()
    made.addAction("Go to the newest step").triggered.connect(bar.go_to_newest)
    for each in past.marks:
        if each != mark and past.can_go_to(each):
            action = made.addAction(f"{own(each.name)}   (step {short_count(each.step)})".replace("&", "&&"))
            action.triggered.connect(lambda _=False, each=each: bar.go_to(each))
    return made
