"""One phase of a step on the canvas: its marks, and a ring around the chain whose numbers are told.

Not covered: how marks look (marks.py), the ladder's rungs (ladder.py), the words (caption.py).
"""

from typing import Any

import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainter, QPen

from engine.messages import NO_STORY, Mark, Story
from gui.chain_layer import look_of
from gui.figure_layer import on_screen
from gui.marks import NO_COLORS, Colors, paint
from gui.view_item import ViewItem

RING = Mark("ring", np.zeros((1, 2)), says="followed chain")
_LABEL_PX, _ASIDE, _OUTLINE_PX = 7.0, 0.4, 1.4


class StoryLayer(ViewItem):
    """Shows one phase of one story."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._story, self._phase, self._has_ring = NO_STORY, 0, False
        self._colors = NO_COLORS

    def set_colors(self, colors: Colors) -> None:
        self._colors = colors
        self.update()

    def show_phase(self, story: Story, phase: int, *, has_ring: bool) -> None:
        """has_ring: whether the first chain is marked."""
        self._story, self._phase, self._has_ring = story, phase, has_ring
        self.update()

    def paint(self, painter: QPainter, *_: Any) -> None:
        if not self._story.phases:
            return
        to_screen = painter.transform()
        painter.save()
        painter.resetTransform()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for mark in marks_in(self._story, self._phase):
            if mark.rung < 0:
                pixels = on_screen(mark.points, to_screen)
                painter.setOpacity(_ASIDE if mark.is_aside and self._has_ring else 1.0)
                paint(painter, mark, pixels, self._colors)
                self._label(painter, mark, pixels)
        painter.setOpacity(1.0)
        places = self._story.phases[self._phase].places
        # Their own dots lie below, with the trails.
        pixels = on_screen(places, to_screen)
        for x, y in pixels[np.isfinite(pixels).all(1)].tolist():
            painter.setPen(QPen(self._colors.halo, _OUTLINE_PX))
            painter.setBrush(self._colors.chain)
            radius = look_of(len(places)).radius_px
            painter.drawEllipse(QPointF(x, y), radius, radius)
        if self._has_ring and len(places):
            paint(painter, RING, pixels[:1], self._colors)
        painter.restore()

    def _label(self, painter: QPainter, mark: Mark, pixels: np.ndarray) -> None:
        if not mark.label or not np.isfinite(pixels[-1]).all():
            return
        at = QPointF(*pixels[-1]) + QPointF(_LABEL_PX, -_LABEL_PX)
        for color, shifts in ((self._colors.halo, ((-1, 0), (1, 0), (0, -1), (0, 1))), (self._colors.line, ((0, 0),))):
            painter.setPen(color)
            for shift in shifts:
                painter.drawText(at + QPointF(*shift), mark.label)


def marks_in(story: Story, phase: int) -> list[Mark]:
    """Those that are seen in a phase: lines first, dots over them."""
    seen = [mark for mark in story.marks if mark.since <= phase < mark.until]
    return sorted(seen, key=lambda mark: not len(mark.offsets))
