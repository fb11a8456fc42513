"""The frame of a small plot: ticks, numbers, titles, and the names of its lines, painted with Qt alone.

Not covered: what is drawn inside of it (correlation_plot.py, basins_plot.py, trap_plot.py).
"""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from gui.axes import number
from gui.language import tr
from gui.theme import Theme

_TICK_PX, _GAP_PX, _MARGIN_PX = 4.0, 3.0, 6
_LEFT_EMS, _RIGHT_EMS = 2.6, 0.9
_MARK_EMS = 0.9
_NICE = (1.0, 2.0, 5.0, 10.0)
MARK_PX = 4.5


def paint_halves(widget: QWidget, ground: str, paint_one: Callable[[QPainter, int, QRectF], None]) -> None:
    """A plot of x on the left and one of y on the right; paint_one gets the axis, 0 or 1, and its place."""
    painter = QPainter(widget)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.fillRect(widget.rect(), QColor(ground))
    width = (widget.width() - 3 * _MARGIN_PX) / 2
    for axis in (0, 1):
        left = _MARGIN_PX + axis * (width + _MARGIN_PX)
        paint_one(painter, axis, QRectF(left, _MARGIN_PX, width, widget.height() - 2 * _MARGIN_PX))
    painter.end()


class Scale(NamedTuple):
    """Values from `low` to `high` along an axis; a logarithmic one gives each factor of ten the same room."""

    low: float
    high: float
    is_log: bool = False

    def share(self, value: float) -> float:
        """Where a value lies, 0 at the low end and 1 at the high one."""
        low, high, at = (
            (math.log10(each) for each in (self.low, self.high, value)) if self.is_log else (*self[:2], value)
        )
        return (at - low) / (high - low)

    def ticks(self, most: int) -> list[float]:
        """At most so many round values (or powers of ten) between the ends, and one at least on a plain scale."""
        if self.is_log:
            first, last = math.ceil(math.log10(self.low) - 1e-9), math.floor(math.log10(self.high) + 1e-9)
            every = max(1, math.ceil((last - first + 1) / max(1, most)))
            return [10.0**power for power in range(first, last + 1, every)]
        step = _round_step((self.high - self.low) / max(1, most))
        first, last = math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9)
        return [count * step for count in range(first, last + 1)]

    def text(self, value: float, most: int) -> str:
        if self.is_log:
            return f"{value:g}" if 1e-3 <= value < 1e4 else f"1e{round(math.log10(value))}"
        return number(value, _round_step((self.high - self.low) / max(1, most)))


class Frame(NamedTuple):
    """A plot's place on the widget, and its two scales."""

    plot: QRectF
    x: Scale
    y: Scale

    def at(self, x: float, y: float) -> QPointF:
        return QPointF(
            self.plot.left() + self.x.share(x) * self.plot.width(),
            self.plot.bottom() - self.y.share(y) * self.plot.height(),
        )

    def line(self, x: Sequence[float], y: Sequence[float]) -> QPolygonF:
        return QPolygonF([self.at(*each) for each in zip(x, y, strict=True)])


def inside(area: QRectF, em: float, title_below: str) -> QRectF:
    """What is left of `area` for the plot beside its numbers; above it there is room for its title and names."""
    below = (2 if title_below else 1) * em
    return area.adjusted(_LEFT_EMS * em, em + 2 * _GAP_PX, -_RIGHT_EMS * em, -below - 2 * _GAP_PX)


def paint_frame(
    painter: QPainter, frame: Frame, theme: Theme, title_below: str, *, has_numbers_below: bool = True
) -> None:
    """Border, lines at the ticks, numbers, and what the horizontal axis is."""
    plot, em = frame.plot, painter.fontMetrics().height()
    wide = max(2, int(plot.width() / (4.5 * em)))
    high = max(2, int(plot.height() / (1.8 * em)))
    grid = QPen(QColor(theme.grid), 1)
    for value in frame.y.ticks(high):
        y = frame.at(frame.x.low, value).y()
        painter.setPen(grid)
        painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
        painter.setPen(QColor(theme.text))
        place = QRectF(plot.left() - 200 - _GAP_PX, y - em / 2, 200, em)
        painter.drawText(place, _RIGHT, frame.y.text(value, high).replace("-", "−"))
    for value in frame.x.ticks(wide) if has_numbers_below else ():
        x = frame.at(value, frame.y.low).x()
        painter.setPen(grid)
        painter.drawLine(QPointF(x, plot.bottom()), QPointF(x, plot.bottom() - _TICK_PX))
        painter.setPen(QColor(theme.text))
        place = QRectF(x - 100, plot.bottom() + _GAP_PX, 200, em)
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, frame.x.text(value, wide).replace("-", "−"))
    painter.setPen(grid)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(plot)
    if title_below:
        painter.setPen(QColor(theme.dim_text))
        place = QRectF(plot.left(), plot.bottom() + _GAP_PX + em, plot.width(), em)
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, tr(title_below))


_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


def colors(theme: Theme) -> tuple[str, ...]:
    """Of up to four lines, in the order of the panes; white and black are the truth's."""
    return theme.labels[0], theme.samples, theme.labels[2], theme.labels[3]


class Name(NamedTuple):
    """What a line is called: its mark (see `paint_mark`; -1 for none) in its colour, and a text.

    after: stands behind the text and is never shortened.
    """

    text: str
    color: str
    mark: int
    is_open: bool = False
    after: str = ""


def paint_names(painter: QPainter, area: QRectF, title: str, names: Sequence[Name], theme: Theme) -> None:
    """In the line above the plot: its title at the left, and after it all names, shortened where there is no room."""
    metrics, em = painter.fontMetrics(), painter.fontMetrics().height()
    row = QRectF(area.left(), area.top(), area.width(), em)
    painter.setPen(QColor(theme.dim_text))
    painter.drawText(row, _LEFT, metrics.elidedText(tr(title), Qt.TextElideMode.ElideRight, int(row.width())))
    x = row.left() + metrics.horizontalAdvance(tr(title)) + em
    beside = [(_MARK_EMS if name.mark >= 0 else 0.0) * em + metrics.horizontalAdvance(name.after) for name in names]
    room = row.right() - x - sum(beside) - em * max(0, len(names) - 1)
    widths = _fitted([float(metrics.horizontalAdvance(tr(name.text)) + 2) for name in names], room)
    for name, own, width in zip(names, beside, widths, strict=True):
        start = x
        if name.mark >= 0:
            at = QPointF(x + 0.4 * em, row.center().y())
            paint_mark(painter, at, name.mark, name.color, theme.plot, is_open=name.is_open)
            start += _MARK_EMS * em
        painter.setPen(QColor(theme.text))
        text = metrics.elidedText(tr(name.text), Qt.TextElideMode.ElideRight, int(width)) + name.after
        painter.drawText(QRectF(start, row.top(), row.right() - start + em, em), _LEFT, text)
        x += own + width + em


def _fitted(widths: Sequence[float], room: float) -> list[float]:
    """The widths, of which the widest are cut to one that lets all of them fit."""
    most = max(room, 0.0)
    for count, width in enumerate(sorted(widths)):
        share = most / (len(widths) - count)
        if width > share:
            return [min(each, share) for each in widths]
        most -= width
    return list(widths)


def paint_mark(painter: QPainter, at: QPointF, mark: int, color: str, halo: str, *, is_open: bool = False) -> None:
    """Disc, square, triangle or diamond, so that lines are told apart without their colours too."""
    r = MARK_PX
    corners = {
        1: ((-r, -r), (r, -r), (r, r), (-r, r)),
        2: ((0.0, -1.3 * r), (1.2 * r, r), (-1.2 * r, r)),
        3: ((0.0, -1.4 * r), (1.4 * r, 0.0), (0.0, 1.4 * r), (-1.4 * r, 0.0)),
    }
    painter.setPen(QPen(QColor(color if is_open else halo), 1.8 if is_open else 1.0))
    painter.setBrush(QColor(halo if is_open else color))
    if mark % 4 == 0:
        painter.drawEllipse(at, r, r)
    else:
        painter.drawPolygon(QPolygonF([at + QPointF(dx, dy) for dx, dy in corners[mark % 4]]))


def paint_sentence(painter: QPainter, area: QRectF, text: str, theme: Theme) -> None:
    """In place of a plot: why there is nothing to see yet."""
    painter.setPen(QColor(theme.dim_text))
    painter.drawText(area, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, tr(text))


def _round_step(about: float) -> float:
    """1, 2 or 5 times a power of ten, at least `about`."""
    power = 10.0 ** math.floor(math.log10(about))
    return next((nice * power for nice in _NICE if nice * power >= about * (1 - 1e-9)), 10.0 * power)
