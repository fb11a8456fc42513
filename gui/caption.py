"""Words over the upper edge of a canvas: the phase of a step in large type, its numbers, and what the marks mean.

Not covered: which phase it is (slow_motion.py).
"""

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from engine.messages import LINES, NO_STORY, Mark, Story
from gui.marks import Colors, paint
from gui.story_layer import RING, marks_in
from gui.theme import DARK, Theme

_NAME_SIZE, _SAYS_SIZE, _LEGEND_SIZE = 1.7, 1.15, 0.95
_SMALLEST_SIZE = 0.6  # of the size wanted, where a line is too long
_PAD_PX, _SWATCH_PX, _GAP_PX = 8.0, 26.0, 14.0
_OPACITY = 0.88
_SWATCH_SCALES = {"weights": 0.5, "ring": 0.5, "leaps": 1.1, "copies": 1.2}


class Caption(QWidget):
    """Lies over the widget that it is a child of; clicks go through it. It is as large as its words."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._below = parent
        self._name = self._says = ""
        self._entries: list[Mark] = []
        self._theme, self._colors = DARK, Colors.of(DARK)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setVisible(False)

    def set_theme(self, theme: Theme) -> None:
        self._theme, self._colors = theme, Colors.of(theme)
        self.update()

    def show_phase(self, story: Story, phase: int, *, has_words: bool, has_ring: bool = False) -> None:
        """has_words: the phase's name and numbers too, not the legend alone.  has_ring: one chain is marked."""
        told = story.phases[phase] if has_words and story.phases else None
        self._name, self._says = (told.name, told.says) if told is not None else ("", "")
        self._entries = legend(story, phase) + [RING] * (has_ring and told is not None)
        self.fit()

    def clear(self) -> None:
        self.show_phase(NO_STORY, 0, has_words=False)

    def fit(self) -> None:
        """Take the place that the words need, in the widget below."""
        area = QRectF(self._below.rect())
        lines = self._lines(area.width() - 2 * _PAD_PX)
        self.setVisible(bool(lines))
        if lines:
            width = max(line.width for line in lines) + 2 * _PAD_PX
            height = sum(line.height for line in lines) + 1.5 * _PAD_PX
            self.setGeometry(0, 0, int(min(area.width(), width)) + 1, int(height))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        back = QColor(self._theme.panel)
        back.setAlphaF(_OPACITY)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(back)
        painter.drawRoundedRect(QRectF(self.rect()), 6, 6)
        top = 0.5 * _PAD_PX
        for line in self._lines(self._below.width() - 2 * _PAD_PX):
            line.paint(painter, QPointF(_PAD_PX, top), self._theme, self._colors)
            top += line.height

    def _lines(self, most: float) -> "list[_Line]":
        texts = ((self._name, _NAME_SIZE, True), (self._says, _SAYS_SIZE, False))
        lines: list[_Line] = [_Text(text, self._sized(size, is_bold), most) for text, size, is_bold in texts if text]
        rows: list[list[Mark]] = [[]]
        font = self._sized(_LEGEND_SIZE, False)
        for entry in self._entries:
            if rows[-1] and _Legend([*rows[-1], entry], font).width > most:
                rows.append([])
            rows[-1].append(entry)
        return lines + [_Legend(row, font) for row in rows if row]

    def _sized(self, size: float, is_bold: bool) -> QFont:
        font = QFont(self.font())
        font.setPointSizeF(font.pointSizeF() * size)
        font.setBold(is_bold)
        return font


class _Line:
    """Something in one line."""

    width = height = 0.0

    def paint(self, painter: QPainter, at: QPointF, theme: Theme, colors: Colors) -> None:
        """at: the upper left corner."""
        raise NotImplementedError


class _Text(_Line):
    """A line of text, smaller where it would be too long."""

    def __init__(self, text: str, font: QFont, most: float) -> None:
        wide = QFontMetricsF(font).horizontalAdvance(text)
        if wide > most:
            font.setPointSizeF(font.pointSizeF() * max(_SMALLEST_SIZE, most / wide * 0.98))
        metrics = QFontMetricsF(font)
        self._font, self._ascent = font, metrics.ascent()
        self._text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, most)
        self.width, self.height = metrics.horizontalAdvance(self._text), metrics.height() + 1

    def paint(self, painter: QPainter, at: QPointF, theme: Theme, colors: Colors) -> None:
        painter.setFont(self._font)
        painter.setPen(QColor(theme.text))
        painter.drawText(at + QPointF(0, self._ascent), self._text)


class _Legend(_Line):
    """Marks, each with what it is."""

    def __init__(self, marks: list[Mark], font: QFont) -> None:
        self._marks, self._font = marks, font
        self._metrics = QFontMetricsF(font)
        each = [_SWATCH_PX + self._metrics.horizontalAdvance(mark.says) + _GAP_PX for mark in marks]
        self.width, self.height = sum(each) - _GAP_PX, max(20.0, self._metrics.height() + 3)

    def paint(self, painter: QPainter, at: QPointF, theme: Theme, colors: Colors) -> None:
        painter.setFont(self._font)
        middle = at.y() + self.height / 2
        left = at.x()
        for mark in self._marks:
            ends = [[left, middle], [left + _SWATCH_PX - 6, middle]] if mark.look in LINES else [[left + 9, middle]]
            shown = Mark(mark.look, mark.points, np.array([0, 2], np.int32), group=mark.group)
            paint(painter, shown, np.array(ends), colors, _SWATCH_SCALES.get(mark.look, 0.85))
            left += _SWATCH_PX
            painter.setPen(QColor(theme.text))
            baseline = middle + (self._metrics.ascent() - self._metrics.descent()) / 2
            painter.drawText(QPointF(left, baseline), mark.says)
            left += self._metrics.horizontalAdvance(mark.says) + _GAP_PX


def legend(story: Story, phase: int) -> list[Mark]:
    """One mark of each kind that is seen and has a word."""
    found: dict[tuple[str, str], Mark] = {}
    for mark in marks_in(story, phase):
        if mark.says:
            found.setdefault((mark.look, mark.says), mark)
    return list(found.values())
