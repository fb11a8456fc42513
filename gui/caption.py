"""The words of a step: the phase in large type with its numbers, and what the marks mean.

Not covered: which phase it is (slow_motion.py).
"""

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from engine.messages import LINES, NO_STORY, Mark, Story
from gui.language import tr
from gui.marks import Colors, paint
from gui.story_layer import RING, marks_in
from gui.theme import DARK, Theme

_NAME_SIZE, _SAYS_SIZE, _LEGEND_SIZE = 1.7, 1.25, 0.95
# Of the picture that the legend lies over.
_MOST_HEIGHT = 1 / 3
# A line that is too long gets smaller by so much, then it is cut.
_SMALLEST = 0.8
# Of the words above a low pane, which needs the height for its picture.
_LOW_SIZE = 0.75
_PAD_PX, _SWATCH_PX, _GAP_PX = 8.0, 26.0, 16.0
OPACITY = 0.85
_SWATCH_SCALES = {"weights": 0.5, "ring": 0.5, "leaps": 1.1, "copies": 1.2}
# On a narrower pane the numbers are below the name, if it is not a low one.
_WIDE_PX, _LOW_PX = 620, 300


class Legend(QWidget):
    """What the marks mean, in one row, or several on a narrow pane. Clicks go through it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._entries: list[Mark] = []
        self._theme, self._colors = DARK, Colors.of(DARK)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def set_theme(self, theme: Theme) -> None:
        self._theme, self._colors = theme, Colors.of(theme)
        self.update()

    def show_phase(self, story: Story, phase: int, *, has_ring: bool) -> None:
        """has_ring: whether the first chain is marked."""
        self._entries = legend(story, phase) + [RING] * has_ring
        self.update()

    @property
    def is_empty(self) -> bool:
        return not self._entries

    def size_within(self, width: int, height: int) -> QSize:
        """What it needs over a picture of this size: as many rows as it takes, up to a third of the height."""
        metrics = QFontMetricsF(self._font())
        most = max(1, int(height * _MOST_HEIGHT / self._row_px(metrics)))
        rows = self._rows(metrics, width - 2 * _PAD_PX)[:most]
        wide = max((_width(row, metrics) for row in rows), default=0.0)
        return QSize(min(width, int(wide + 2 * _PAD_PX) + 1), int(len(rows) * self._row_px(metrics)) + 3)

    def paintEvent(self, event: QPaintEvent) -> None:
        font = self._font()
        metrics = QFontMetricsF(font)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        back = QColor(self._theme.panel)
        back.setAlphaF(OPACITY)
        painter.fillRect(self.rect(), back)
        painter.setFont(font)
        for number, row in enumerate(self._rows(metrics, self.width() - 2 * _PAD_PX)):
            self._paint_row(painter, metrics, row, 1.5 + (number + 0.5) * self._row_px(metrics))

    def _paint_row(self, painter: QPainter, metrics: QFontMetricsF, row: list[Mark], middle: float) -> None:
        left = _PAD_PX
        for mark in row:
            wide = _SWATCH_PX - 6
            ends = [[left, middle], [left + wide, middle]] if mark.look in LINES else [[left + wide / 2, middle]]
            shown = Mark(mark.look, mark.points, np.array([0, 2], np.int32), group=mark.group)
            paint(painter, shown, np.array(ends), self._colors, _SWATCH_SCALES.get(mark.look, 0.85))
            left += _SWATCH_PX
            painter.setPen(QColor(self._theme.text))
            painter.drawText(QPointF(left, middle + (metrics.ascent() - metrics.descent()) / 2), tr(mark.says))
            left += metrics.horizontalAdvance(tr(mark.says)) + _GAP_PX

    def _rows(self, metrics: QFontMetricsF, room: float) -> list[list[Mark]]:
        rows: list[list[Mark]] = []
        for mark in self._entries:
            if rows and _width([*rows[-1], mark], metrics) <= room:
                rows[-1].append(mark)
            else:
                rows.append([mark])
        return rows

    def _row_px(self, metrics: QFontMetricsF) -> float:
        return max(19.0, metrics.height() + 3)

    def _font(self) -> QFont:
        return sized(self.font(), _LEGEND_SIZE)


class Words(QWidget):
    """A phase's name in large type, its numbers beside or below it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._name = self._says = ""
        self._theme = DARK
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def show_phase(self, story: Story, phase: int) -> None:
        told = story.phases[phase] if story.phases else None
        self._name, self._says = (told.name, told.says) if told is not None else ("slow motion", "play, or step")
        self.setAccessibleName(f"{self._name}: {self._says}")
        self.updateGeometry()
        self.update()

    def clear(self) -> None:
        self.show_phase(NO_STORY, 0)

    def sizeHint(self) -> QSize:
        name, says = (QFontMetricsF(font).height() for font in self._fonts())
        return QSize(100, int(name if self._is_wide else name + says) + 6)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(QColor(self._theme.text))
        name_font, says_font = self._fonts()
        room = QRectF(_PAD_PX, 0, self.width() - 2 * _PAD_PX, self.height())
        height = QFontMetricsF(name_font).height() + 3
        first = QRectF(room.left(), 0, room.width(), room.height() if self._is_wide else height)
        used = _write(painter, first, self._name, name_font)
        painter.setPen(QColor(self._theme.text if self._is_wide else self._theme.dim_text))
        left = room.left() + used + _GAP_PX
        beside = QRectF(left, 2, room.right() - left, room.height())
        below = QRectF(room.left(), height, room.width(), room.height() - height)
        _write(painter, beside if self._is_wide else below, self._says, says_font)

    def resizeEvent(self, event: object) -> None:
        self.updateGeometry()

    @property
    def _is_wide(self) -> bool:
        return self.width() >= _WIDE_PX or self._is_low

    @property
    def _is_low(self) -> bool:
        pane = self.parentWidget()
        return pane is not None and pane.height() < _LOW_PX

    def _fonts(self) -> tuple[QFont, QFont]:
        scale = _LOW_SIZE if self._is_low else 1.0
        name = sized(self.font(), _NAME_SIZE * scale)
        name.setBold(True)
        return name, sized(self.font(), _SAYS_SIZE * scale)


def legend(story: Story, phase: int) -> list[Mark]:
    """One mark of each kind that is seen and has a word."""
    found: dict[tuple[str, str], Mark] = {}
    for mark in marks_in(story, phase):
        if mark.says:
            found.setdefault((mark.look, mark.says), mark)
    return list(found.values())


def _width(marks: list[Mark], metrics: QFontMetricsF) -> float:
    """Of one row of the legend."""
    return sum(_SWATCH_PX + metrics.horizontalAdvance(tr(mark.says)) + _GAP_PX for mark in marks) - _GAP_PX


def sized(font: QFont, size: float) -> QFont:
    larger = QFont(font)
    larger.setPointSizeF(font.pointSizeF() * size)
    return larger


def _write(painter: QPainter, place: QRectF, text: str, font: QFont) -> float:
    """A line of text, smaller where it would be too long; returns its width."""
    text = tr(text)
    wide = QFontMetricsF(font).horizontalAdvance(text)
    if place.width() < _GAP_PX:
        return 0.0
    if wide > place.width():
        font.setPointSizeF(font.pointSizeF() * max(_SMALLEST, place.width() / wide * 0.98))
    metrics = QFontMetricsF(font)
    painter.setFont(font)
    shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, place.width())
    painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
    return metrics.horizontalAdvance(shown)
