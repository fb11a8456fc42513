"""Where the boxes and arrows of a machine lie on a widget.

Columns run from left to right, their boxes from the top. An arrow to the next column, or to the next box below or
above, goes straight; all others go around, above all boxes or below them.
Not covered: how they are painted (machine_view.py).
"""

from dataclasses import dataclass
from typing import Literal, NamedTuple

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainterPath

from engine.messages import Machine

Side = Literal["left", "right", "top", "bottom"]

_MARGIN_PX = 8.0  # above and below
_SIDE_PX = 14.0  # to the left and right, where an arrow may pass
_REACH_PX = 12.0  # from a box to an arrow that goes along it
_LANE_PX = 10.0  # from one arrow that goes around to the next, less where many do:
_LANES_SHARE = 0.35  # of the height, at most, for all of them
_GAPS_PX = (26.0, 110.0)  # between columns
_WIDEST_PX = 300.0
_WIDE_ENOUGH_PX = 190.0  # for every title
_BETWEEN_ROWS_PX = 12.0
_CORNER_PX = 7.0
_PORTS_SHARE = 0.6  # of a side, about its middle, on which arrows begin and end


class Arrow(NamedTuple):
    """From box to box by their names; `tip` is where it ends, and (dx, dy) the direction there, of length 1."""

    start: str
    end: str
    path: QPainterPath
    tip: QPointF
    direction: tuple[float, float]


@dataclass(frozen=True)
class Scene:
    boxes: dict[str, QRectF]
    arrows: tuple[Arrow, ...]


class _Place(NamedTuple):
    column: int
    row: int
    num_rows: int


class _Way(NamedTuple):
    """Which sides an arrow leaves and enters by, and whether it goes around: above, below, or not at all."""

    leaves: Side
    enters: Side
    around: Literal["", "above", "below"]


def laid_out(machine: Machine, width: float, height: float) -> Scene:
    """The scene on a widget of that size, in pixels."""
    places = {
        box.name: _Place(column, row, len(boxes))
        for column, boxes in enumerate(machine.columns)
        for row, box in enumerate(boxes)
    }
    ways = [_way(places[start], places[end], start == end) for start, end in machine.arrows]
    lanes = {side: sum(way.around == side for way in ways) for side in ("above", "below")}
    lane_px = min(_LANE_PX, _LANES_SHARE * height / max(1, sum(lanes.values())))
    top = _MARGIN_PX + lanes["above"] * lane_px
    bottom = height - _MARGIN_PX - lanes["below"] * lane_px
    boxes = _boxes(machine, width, top, bottom)
    ends = _ports(machine.arrows, ways, places, boxes)
    highest, lowest = min(box.top() for box in boxes.values()), max(box.bottom() for box in boxes.values())
    arrows, used = [], {"above": 0, "below": 0}
    for (start, end), way, (leave, enter) in zip(machine.arrows, ways, ends, strict=True):
        lane = 0.0
        if way.around:
            used[way.around] += 1
            away = used[way.around] * lane_px
            lane = highest - away if way.around == "above" else lowest + away
        arrows.append(_arrow(start, end, way, leave, enter, lane))
    return Scene(boxes, tuple(arrows))


def _boxes(machine: Machine, width: float, top: float, bottom: float) -> dict[str, QRectF]:
    num = len(machine.columns)
    gap = min(max(0.036 * width, _GAPS_PX[0]), _GAPS_PX[1])
    wide = min((width - 2 * _SIDE_PX - (num - 1) * gap) / num, _WIDEST_PX, max(1.5 * (bottom - top), _WIDE_ENOUGH_PX))
    if num > 1:
        gap = min(max(gap, (width - 2 * _SIDE_PX - num * wide) / (num - 1)), _GAPS_PX[1])
    left = (width - num * wide - (num - 1) * gap) / 2
    found = {}
    for column, boxes in enumerate(machine.columns):
        count = len(boxes)
        high = min((bottom - top - (count - 1) * _BETWEEN_ROWS_PX) / count, 1.1 * wide)
        y = (top + bottom - count * high - (count - 1) * _BETWEEN_ROWS_PX) / 2
        for row, box in enumerate(boxes):
            found[box.name] = QRectF(left + column * (wide + gap), y + row * (high + _BETWEEN_ROWS_PX), wide, high)
    return found


def _way(start: _Place, end: _Place, is_loop: bool) -> _Way:
    columns, rows = end.column - start.column, end.row - start.row
    if columns == 1:
        return _Way("right", "left", "")
    if columns == 0 and abs(rows) == 1:
        return _Way("bottom", "top", "") if rows > 0 else _Way("top", "bottom", "")
    if columns == 0 and not is_loop:
        return _Way("right", "right", "")
    # The side on which fewer boxes are in the way; of two as good, forwards goes above and backwards below.
    above = start.row + end.row
    below = start.num_rows + end.num_rows - 2 - above
    is_above = above < below or (above == below and columns >= 0)
    outside: Side = "top" if is_above else "bottom"
    is_free = [place.row == (0 if is_above else place.num_rows - 1) for place in (start, end)]
    return _Way(outside if is_free[0] else "right", outside if is_free[1] else "left", "above" if is_above else "below")


def _ports(
    arrows: tuple[tuple[str, str], ...], ways: list[_Way], places: dict[str, _Place], boxes: dict[str, QRectF]
) -> list[tuple[QPointF, QPointF]]:
    """Where each arrow begins and ends: those of one side are spread along it in the order of their other ends."""
    sides: dict[tuple[str, Side], list[tuple[tuple[int, int], int, bool]]] = {}
    for index, ((start, end), way) in enumerate(zip(arrows, ways, strict=True)):
        for name, other, side, is_end in ((start, end, way.leaves, False), (end, start, way.enters, True)):
            far = places[other]
            order = (far.row, far.column) if side in ("left", "right") else (far.column, far.row)
            sides.setdefault((name, side), []).append((order, index, is_end))
    found: dict[tuple[int, bool], QPointF] = {}
    for (name, side), ends in sides.items():
        for position, (_, index, is_end) in enumerate(sorted(ends)):
            share = 0.5 + _PORTS_SHARE * ((position + 0.5) / len(ends) - 0.5)
            found[index, is_end] = _on_side(boxes[name], side, share)
    return [(found[index, False], found[index, True]) for index in range(len(arrows))]


def _on_side(box: QRectF, side: Side, share: float) -> QPointF:
    if side in ("left", "right"):
        return QPointF(box.left() if side == "left" else box.right(), box.top() + share * box.height())
    return QPointF(box.left() + share * box.width(), box.top() if side == "top" else box.bottom())


def _arrow(start: str, end: str, way: _Way, leave: QPointF, enter: QPointF, lane: float) -> Arrow:
    if way.leaves == "right" and way.enters == "left" and not way.around:
        path = QPainterPath(leave)
        reach = QPointF(0.5 * (enter.x() - leave.x()), 0.0)
        path.cubicTo(leave + reach, enter - reach, enter)
        return Arrow(start, end, path, enter, (1.0, 0.0))
    corners = [leave]
    if way.leaves == way.enters == "right" and not way.around:
        corners += [QPointF(leave.x() + _REACH_PX, leave.y()), QPointF(leave.x() + _REACH_PX, enter.y())]
    elif way.around:
        corners += _up_to(leave, way.leaves, lane)
        corners += reversed(_up_to(enter, way.enters, lane))
    corners.append(enter)
    before = corners[-2]
    length = max(abs(enter.x() - before.x()) + abs(enter.y() - before.y()), 1e-6)
    direction = ((enter.x() - before.x()) / length, (enter.y() - before.y()) / length)
    return Arrow(start, end, _rounded(corners), enter, direction)


def _up_to(port: QPointF, side: Side, lane: float) -> list[QPointF]:
    """The corners between a port and the lane, which is reached from a side by way of the gap."""
    if side in ("top", "bottom"):
        return [QPointF(port.x(), lane)]
    x = port.x() + (_REACH_PX if side == "right" else -_REACH_PX)
    return [QPointF(x, port.y()), QPointF(x, lane)]


def _rounded(corners: list[QPointF]) -> QPainterPath:
    """A way along the corners, whose bends are round."""
    path = QPainterPath(corners[0])
    for before, corner, after in zip(corners, corners[1:], corners[2:], strict=False):
        path.lineTo(_towards(corner, before))
        path.quadTo(corner, _towards(corner, after))
    path.lineTo(corners[-1])
    return path


def _towards(corner: QPointF, other: QPointF) -> QPointF:
    """A little away from a corner, at most half way to the next."""
    way = other - corner
    length = max(abs(way.x()) + abs(way.y()), 1e-6)
    return corner + way * min(_CORNER_PX / length, 0.5)
