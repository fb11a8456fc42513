"""Rows that become columns: parts stand side by side where there is room, and go to the next row where there is not.

Not covered: cards, which share the width evenly (cards.py).
"""

from typing import NamedTuple

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget, QWidgetItem


class _Part(NamedTuple):
    item: QLayoutItem
    stretch: int
    is_with_next: bool


class Flow(QLayout):
    """Like a row, but wrapped. What is left of a row goes to the parts that stretch, by their shares."""

    def __init__(self, parent: QWidget | None = None, gap_px: int = 6) -> None:
        super().__init__(parent)
        self._parts: list[_Part] = []
        self._gap_px = gap_px
        self.setContentsMargins(0, 0, 0, 0)

    def add(self, widget: QWidget, stretch: int = 0, *, is_with_next: bool = False) -> None:
        """is_with_next: a name that must not stand at the end of a row without what it names."""
        self.addChildWidget(widget)
        self._parts.append(_Part(QWidgetItem(widget), stretch, is_with_next))
        self.invalidate()

    def addItem(self, item: QLayoutItem) -> None:
        self._parts.append(_Part(item, 0, False))
        self.invalidate()

    def count(self) -> int:
        return len(self._parts)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._parts[index].item if 0 <= index < len(self._parts) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._parts.pop(index).item if 0 <= index < len(self._parts) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation.Horizontal

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        margins = self.contentsMargins()
        beside, above = margins.left() + margins.right(), margins.top() + margins.bottom()
        rows = self._rows(width - beside)
        return above + sum(_height(row) for row in rows) + self._gap_px * max(0, len(rows) - 1)

    def sizeHint(self) -> QSize:
        """All in one row."""
        shown = self._shown()
        margins = self.contentsMargins()
        width = sum(_wanted(part) for part in shown) + self._gap_px * max(0, len(shown) - 1)
        height = max((part.item.sizeHint().height() for part in shown), default=0)
        return QSize(width + margins.left() + margins.right(), height + margins.top() + margins.bottom())

    def minimumSize(self) -> QSize:
        """One below the other."""
        margins = self.contentsMargins()
        width = max(map(_least, self._shown()), default=0)
        height = max((part.item.minimumSize().height() for part in self._shown()), default=0)
        return QSize(width + margins.left() + margins.right(), height + margins.top() + margins.bottom())

    def setGeometry(self, area: QRect) -> None:
        super().setGeometry(area)
        inner = area.marginsRemoved(self.contentsMargins())
        top = inner.top()
        for row in self._rows(inner.width()):
            height, left = _height(row), inner.left()
            for part, width in zip(row, _widths(row, inner.width(), self._gap_px), strict=True):
                part.item.setGeometry(QRect(left, top, width, height))
                left += width + self._gap_px
            top += height + self._gap_px

    def _shown(self) -> list[_Part]:
        return [part for part in self._parts if not part.item.isEmpty()]

    def _groups(self) -> list[list[_Part]]:
        """What stays together."""
        groups: list[list[_Part]] = []
        is_open = False
        for part in self._shown():
            if is_open:
                groups[-1].append(part)
            else:
                groups.append([part])
            is_open = part.is_with_next
        return groups

    def _rows(self, room: int) -> list[list[_Part]]:
        rows: list[list[_Part]] = []
        for group in self._groups():
            wants = sum(map(_wanted, [*(rows[-1] if rows else []), *group]))
            gaps = self._gap_px * (len(rows[-1]) + len(group) - 1 if rows else 0)
            least = sum(map(_least, group)) + self._gap_px * (len(group) - 1)
            if rows and wants + gaps <= room:
                rows[-1] += group
            elif least <= room:
                rows.append(list(group))
            else:
                # There is no room for a name beside what it names.
                rows += [[part] for part in group]
        return rows


def _least(part: _Part) -> int:
    return part.item.minimumSize().width()


def _wanted(part: _Part) -> int:
    return part.item.sizeHint().width()


def _height(row: list[_Part]) -> int:
    return max(part.item.sizeHint().height() for part in row)


def _widths(row: list[_Part], room: int, gap_px: int) -> list[int]:
    """Of the parts of a row: what each wants, and its share of what is left or missing."""
    widths = [_wanted(part) for part in row]
    spare = room - sum(widths) - gap_px * (len(row) - 1)
    if spare >= 0:
        whole = sum(part.stretch for part in row)
        return [
            width + (spare * part.stretch // whole if whole else 0) for width, part in zip(widths, row, strict=True)
        ]
    for index in sorted(range(len(row)), key=lambda each: -row[each].stretch):
        given = min(-spare, max(0, widths[index] - _least(row[index])))
        widths[index] -= given
        spare += given
    return widths
