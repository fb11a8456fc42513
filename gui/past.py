"""The window's side of a run's past: its branches as the engine tells them, where one is, and marks with names.

Not covered: what is kept of a run (the engine's affair), and how the past is drawn (timeline_bar.py).
"""

from typing import Any

import msgspec
from PySide6.QtCore import QObject, Signal

from engine.messages import Branch, Going, GoTo, LookBack, Message, Timeline, WentTo
from gui import named_steps
from gui.link import Link
from gui.named_steps import LONGEST_NAME, MOST_MARKS, NamedStep


class RunPast(QObject):
    """`changed`: branches, marks, or the place where one is or looks. `went`: the run is somewhere else."""

    changed = Signal()
    went = Signal(WentTo)

    def __init__(self, number: int, link: Link, parent: QObject) -> None:
        super().__init__(parent)
        self.number = number
        self._link = link
        self.marks: tuple[NamedStep, ...] = ()
        self.forget(keeps_marks=True)

    def forget(self, *, keeps_marks: bool) -> None:
        """Another network or other chains: they have no past."""
        self.branches: dict[int, Branch] = {1: Branch(1, 0, 0, 0)}
        self.at, self.step, self.first_step = 1, 0, 0
        # Whether it is known where the past begins. Of a network that is replaced at once, what the engine says of it
        # may come before the last `Began`.
        self._is_begun = False
        # What is looked at while one drags, as (branch, step); the step that is shown then.
        self.looking: tuple[int, int] | None = None
        self.seen_step = 0
        self.going: Going | None = None
        if not keeps_marks:
            self.marks = ()
        self.changed.emit()

    # ---- what the engine says

    def take(self, message: Message) -> None:
        match message:
            case Timeline():
                self.branches = {each.number: each for each in message.branches}
                self.at, self.first_step = message.at, message.first_step
                self._is_begun = True
                if self.looking is not None and self.looking[0] not in self.branches:
                    self.looking = None
                self.marks = tuple(each for each in self.marks if each.branch in self.branches or each.branch == 1)
            case Going():
                self.going = message
            case WentTo() if message.branch in self.branches:
                self.going, self.looking = None, None
                self.at, self.step = message.branch, message.step
                self.went.emit(message)
        self.changed.emit()

    def note_step(self, step: int) -> None:
        """A frame of this step is shown."""
        if self.looking is not None:
            self.seen_step = step
            self.changed.emit()
            return
        self.step = step
        if not self._is_begun:
            self._is_begun, self.first_step = True, step
            self.branches = {1: Branch(1, 0, step, step)}
        at = self.branches[self.at]
        if step > at.tip:
            self.branches[self.at] = msgspec.structs.replace(at, tip=step)
        self.changed.emit()

    # ---- where one is

    @property
    def last_step(self) -> int:
        """The end of the branch that goes furthest."""
        return max(each.tip for each in self.branches.values())

    @property
    def is_there(self) -> bool:
        """Whether there is anything to go back to."""
        return self.last_step > self.first_step

    @property
    def is_marked(self) -> bool:
        """Whether there are marks, be it of what a project no longer holds."""
        return any(each.branch in self.branches for each in self.marks)

    def can_go_to(self, mark: NamedStep) -> bool:
        """Whether the run has been there; a project's marks may lie before or after what it holds."""
        branch = self.branches.get(mark.branch)
        return branch is not None and self.is_there and self.first_step <= mark.step <= branch.tip

    @property
    def place(self) -> tuple[int, int]:
        """The branch and step where one is, or looks."""
        return self.looking if self.looking is not None else (self.at, self.step)

    def line_of(self, branch: int) -> list[int]:
        """The branches from the first one to this."""
        found: list[int] = []
        while branch in self.branches and branch not in found:
            found.insert(0, branch)
            branch = self.branches[branch].parent
        return found

    # ---- what a person does

    def look_back(self, branch: int, step: int) -> None:
        """See what was; the run stays where it is."""
        place = branch, self._within(branch, step)
        if place != self.looking:
            self.looking = place
            self._link.send(LookBack(self.number, *place))
            self.changed.emit()

    def look_at_present(self) -> None:
        if self.looking is not None:
            self.looking = None
            self._link.send(LookBack(self.number, self.at, -1))
            self.changed.emit()

    def go_to(self, branch: int, step: int) -> None:
        """Be there, and go on from there when it plays."""
        if branch in self.branches and self.is_there:
            self.looking = branch, self._within(branch, step)
            self._link.send(GoTo(self.number, *self.looking))
            self.changed.emit()

    def step_back(self) -> None:
        self.go_to(self.at, self.step - 1)

    def go_to_newest(self) -> None:
        """The end of the branch that one is on."""
        self.go_to(self.at, self.branches[self.at].tip)

    def _within(self, branch: int, step: int) -> int:
        return min(max(step, self.first_step), self.branches[branch].tip)

    # ---- marks

    def add_mark(self, name: str = "") -> NamedStep | None:
        """A mark where one is, in the stead of another there; None where there are too many."""
        branch, step = self.place
        others = [each for each in self.marks if (each.branch, each.step) != (branch, step)]
        if len(others) == MOST_MARKS:
            return None
        mark = NamedStep(step, name[:LONGEST_NAME] or named_steps.next_name(self.marks), branch)
        self._set_marks(*others, mark)
        return mark

    def rename(self, mark: NamedStep, name: str) -> None:
        """An empty name changes nothing."""
        if name.strip() and mark in self.marks:
            other = msgspec.structs.replace(mark, name=name.strip()[:LONGEST_NAME])
            self._set_marks(*(other if each == mark else each for each in self.marks))

    def remove(self, mark: NamedStep) -> None:
        self._set_marks(*(each for each in self.marks if each != mark))

    def nearest_mark(self) -> NamedStep | None:
        """The one at this step or the last one before it on the way here."""
        line, (_, step) = self.line_of(self.place[0]), self.place
        return max((each for each in self.marks if each.branch in line and each.step <= step), default=None)

    def go_to_mark(self, direction: int) -> bool:
        """The next mark (1) or the one before (-1); returns whether there is one."""
        step = self.place[1]
        beyond = [each for each in self.marks if (each.step - step) * direction > 0 and self.can_go_to(each)]
        if not beyond:
            return False
        mark = min(beyond, key=lambda each: abs(each.step - step))
        self.go_to(mark.branch, mark.step)
        return True

    def take_marks_of(self, other: "RunPast", branch: int, step: int) -> None:
        """Those on the way to a step of another past, which is this one's only branch."""
        line = other.line_of(branch)
        marks = (each for each in other.marks if each.branch in line and each.step <= step)
        self._set_marks(*(msgspec.structs.replace(each, branch=1) for each in marks))

    def marks_as_plain(self) -> list[dict[str, Any]]:
        """For a file."""
        return named_steps.to_plain(self.marks)

    def take_marks(self, plain: Any) -> None:
        """From a file. Raises Notice for what are none, and nothing is changed then."""
        self._set_marks(*named_steps.from_plain(plain))

    def _set_marks(self, *marks: NamedStep) -> None:
        self.marks = tuple(sorted(marks))
        self.changed.emit()
