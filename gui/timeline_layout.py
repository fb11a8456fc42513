"""Where a run's branches, steps and marks lie on the timeline bar, in its pixels.

Steps go from left to right, each branch has a lane below its parent's.
"""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainterPath

from engine.messages import Branch
from gui.named_steps import NamedStep
from gui.past import RunPast

_SIDE_PX, _ABOVE_PX, _BELOW_PX = 14.0, 11.0, 10.0
# Lanes lie so far apart, and closer where there are many.
_LANE_PX, _LANES_PX = 11.0, 46.0
_BEND_PX, _NAME_GAP_PX = 7.0, 8.0
_LINE_PX = 5.0
_NAME_EMS = 8.0  # what a name needs, in heights of its line
_EMPTY_PX = 4.0  # around the words where there is no past yet


class Layout:
    """Of one past on a bar of a width; em: the height of a line of text."""

    def __init__(self, past: RunPast | None, width: float, em: float) -> None:
        self._past, self._width, self._em = past, width, em
        branches = past.branches if past is not None else {}
        self._lane = {number: lane for lane, number in enumerate(in_order(branches))}
        self._lane_px = min(_LANE_PX, _LANES_PX / max(1, len(self._lane) - 1))
        self.line_px = min(_LINE_PX, 0.6 * self._lane_px)

    @property
    def names_px(self) -> float:
        """The height of the names of marks; none where there are none."""
        return self._em if self._shown_marks() else 0.0

    @property
    def height(self) -> float:
        past = self._past
        if not self._lane or past is None or not (past.is_there or past.is_marked):
            return float(round(self._em + _EMPTY_PX))
        return float(round(self.names_px + _ABOVE_PX + self._lane_px * max(0, len(self._lane) - 1) + _BELOW_PX))

    def x(self, step: float) -> float:
        first, last = self._span
        return _SIDE_PX + (step - first) / (last - first) * (self._width - 2 * _SIDE_PX)

    def y(self, branch: int) -> float:
        return self.names_px + _ABOVE_PX + self._lane_px * self._lane.get(branch, 0)

    def point(self, branch: int, step: int) -> QPointF:
        """Where a step lies: before a branch begins, on the lane of its parent."""
        past = self._past
        while past is not None and branch in past.branches and step <= past.branches[branch].start:
            if past.branches[branch].parent not in past.branches:
                break
            branch = past.branches[branch].parent
        return QPointF(self.x(step), self.y(branch))

    def step_at(self, x: float) -> int:
        first, last = self._span
        share = (x - _SIDE_PX) / max(1.0, self._width - 2 * _SIDE_PX)
        return round(first + min(max(share, 0.0), 1.0) * (last - first))

    def place_at(self, x: float, y: float) -> tuple[int, int]:
        """The branch and step that are meant by a place: the nearest lane that has that step."""
        step, past = self.step_at(x), self._past
        if past is None:
            return 1, step
        branches = past.branches.values()
        there = [each for each in branches if each.start <= step <= each.tip and (each.start < step or not each.parent)]
        nearest = min(there or branches, key=lambda each: abs(self.y(each.number) - y))
        return nearest.number, min(max(step, past.first_step), nearest.tip)

    def track(self) -> QPainterPath:
        """An empty bar."""
        path = QPainterPath(QPointF(_SIDE_PX, self.y(0)))
        path.lineTo(self._width - _SIDE_PX, self.y(0))
        return path

    def path(self, branch: int, until: int | None = None) -> QPainterPath:
        """From where a branch leaves its parent to its tip, or to a step."""
        assert self._past is not None
        each = self._past.branches[branch]
        end = each.tip if until is None else min(until, each.tip)
        start, level = self.x(each.start), self.y(branch)
        if each.parent in self._past.branches:
            path = QPainterPath(QPointF(start, self.y(each.parent)))
            bend = min(start + _BEND_PX, max(self.x(end), start))
            path.cubicTo(QPointF(start, level), QPointF(start, level), QPointF(bend, level))
        else:
            path = QPainterPath(QPointF(start, level))
        path.lineTo(self.x(end), level)
        return path

    def way(self, line: Sequence[int], step: int) -> QPainterPath:
        """The way from the beginning to a step, along these branches."""
        assert self._past is not None
        path = QPainterPath()
        starts = [self._past.branches[number].start for number in line[1:]]
        for number, until in zip(line, [*starts, step], strict=True):
            if self._past.branches[number].start <= min(until, step):
                path.addPath(self.path(number, min(until, step)))
        return path

    def marks(self) -> list[tuple[NamedStep, QRectF]]:
        """Those that can be seen, with the room for each name."""
        shown = self._shown_marks()
        lefts = [self.x(each.step) for each in shown]
        ends = [*lefts, self._width + _NAME_GAP_PX][1:]
        widths = [max(0.0, end - left - 4 - _NAME_GAP_PX) for left, end in zip(lefts, ends, strict=True)]
        rooms = [QRectF(left + 4, 0, width, self._em) for left, width in zip(lefts, widths, strict=True)]
        wide, before = _NAME_EMS * self._em, lefts[-2] + _NAME_EMS * self._em if len(lefts) > 1 else 0.0
        if rooms and rooms[-1].width() < wide and lefts[-1] - 4 - wide > before:
            # The newest step is at the end of the bar: its name stands before it.
            rooms[-1] = QRectF(lefts[-1] - 4 - wide, 0, wide, self._em)
            for other in rooms[-2:-1]:
                other.setRight(min(other.right(), rooms[-1].left() - _NAME_GAP_PX))
        return list(zip(shown, rooms, strict=True))

    def _shown_marks(self) -> list[NamedStep]:
        if self._past is None:
            return []
        first, last = self._span
        return [each for each in self._past.marks if first <= each.step <= last and each.branch in self._past.branches]

    @property
    def _span(self) -> tuple[int, int]:
        if self._past is None:
            return 0, 1
        # Those of a project may lie before what there is of its run, or after it.
        marks = [each.step for each in self._past.marks if each.branch in self._past.branches]
        first = min([self._past.first_step, *marks])
        return first, max([self._past.last_step, first + 1, *marks])


def in_order(branches: Mapping[int, Branch]) -> list[int]:
    """Each branch after its parent, those that begin late before those that begin early, so that few lines cross."""
    children: dict[int, list[int]] = {}
    for number, each in branches.items():
        children.setdefault(each.parent if each.parent in branches else 0, []).append(number)
    found: list[int] = []
    waiting = sorted(children.get(0, []), reverse=True)
    while waiting:
        number = waiting.pop()
        found.append(number)
        waiting += sorted(children.get(number, []), key=lambda child: branches[child].start)
    return found
