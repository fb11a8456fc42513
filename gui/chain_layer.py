"""Chains on the canvas: where they are, the way they came, and their marginals.

The marginals lie along the lower and the left edge: bars for the draws, a line for the truth.
Not covered: how a step came about (story_layer.py), the curves over the steps (walk_traces.py).
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPixmap, QPolygonF, QTransform

from engine.messages import ChainMeasures, Chains, Truth
from gui.dots import stamp
from gui.figure_layer import on_screen
from gui.ink import Ink, path_of_segments
from gui.view_item import ViewItem

Floats = NDArray[np.float64]
# Trails of so many chains are drawn at most; of more they would cover the landscape.
_MOST_TRAILS = 16
_FADES = (0.25, 0.4, 0.6, 1.0)
# The way of a step that is told stands out.
_TOLD_STRENGTH = 0.45
_MARGINAL_SHARE = 0.14  # of the shorter side of the canvas


class Look(NamedTuple):
    """Of the chains' dots."""

    radius_px: float
    outline_px: float
    opacity: float


# Up to so many chains.
_LOOKS = (
    (1, Look(7.0, 1.4, 1.0)),
    (16, Look(6.0, 1.4, 1.0)),
    (100, Look(5.0, 1.2, 1.0)),
    (400, Look(3.8, 1.0, 1.0)),
    (1500, Look(2.8, 0.8, 0.9)),
)
_MANY = Look(2.0, 0.0, 0.7)


class ChainLayer(ViewItem):
    """Trails, the chains' places, and marginals."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._chains: Chains | None = None
        self._truth: Truth | None = None
        self._measures: ChainMeasures | None = None
        self._trail_length = 50
        self._has_marginals = True
        self._places: Floats | None = None
        self._ink = Ink()
        self._colors = {
            "line": QColor("white"),
            "halo": QColor("black"),
            "dot": QColor("orange"),
            "truth": QColor("white"),
        }
        self._pixels = np.zeros((0, 2))

    def set_colors(self, line: str, halo: str, dot: str, truth: str) -> None:
        """line: of trails and paths.  dot: of the chains.  truth: of the exact marginals."""
        self._colors = {"line": QColor(line), "halo": QColor(halo), "dot": QColor(dot), "truth": QColor(truth)}
        self._ink.set_look(QColor(line), QColor(halo), 2.0, 1.0)
        self.update()

    def show_chains(self, chains: Chains | None, places: Floats | None = None) -> None:
        """places: (m, 2), where the first chains are in a phase before the step's last; None: at its end."""
        self._chains, self._places = chains, places
        self._ink.forget()
        self.update()

    def show_truth(self, truth: Truth | None) -> None:
        self._truth = truth
        self.update()

    def show_measures(self, measures: ChainMeasures | None) -> None:
        self._measures = measures
        self.update()

    def set_trail_length(self, steps: int) -> None:
        self._trail_length = steps
        self._ink.forget()
        self.update()

    def set_marginals_visible(self, is_visible: bool) -> None:
        self._has_marginals = is_visible
        self.update()

    def paint(self, painter: QPainter, *_: Any) -> None:
        to_screen = painter.transform()
        area = to_screen.mapRect(self.boundingRect())
        if self._chains is not None:
            self._ink.paint(painter, area, lambda: self._lines(to_screen), lambda brush: self._dots(brush, to_screen))
        if self._has_marginals and self._truth is not None:
            painter.save()
            painter.resetTransform()
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._paint_marginals(painter, area, to_screen, self._truth)
            painter.restore()

    # ---- chains

    def _lines(self, to_screen: QTransform) -> list[tuple[QPainterPath, float]]:
        """Trails, the older the fainter, and over them the last step of the first chains."""
        chains = self._chains
        assert chains is not None
        # While a step is told, its end is not given away.
        told = chains.trail if self._places is None else chains.trail[:-1]
        trail = told[-self._trail_length :, :_MOST_TRAILS] if self._trail_length else told[:0]
        strength = _TOLD_STRENGTH if chains.story.phases else 1.0
        lines = []
        if len(trail) > 1:
            pieces = np.concatenate([trail[:-1], trail[1:]], 2)
            bounds = np.linspace(0, len(pieces), len(_FADES) + 1).round().astype(int)
            for start, end, fade in zip(bounds[:-1], bounds[1:], _FADES, strict=True):
                segments = pieces[start:end].reshape(-1, 2)
                lines.append((path_of_segments(on_screen(segments, to_screen).reshape(-1, 4)), fade * strength))
        return lines

    def _dots(self, brush: QPainter, to_screen: QTransform) -> None:
        chains = self._chains
        assert chains is not None
        positions = chains.positions
        if self._places is not None:
            positions = np.concatenate([self._places, positions[len(self._places) :]])
        there = positions[np.isfinite(positions).all(1)]
        brush.save()
        # A disc is drawn once and then stamped, pixel on pixel: thousands of them would take longer than a frame.
        to_picture = brush.transform()
        brush.resetTransform()
        disc = self._disc(look_of(len(positions)), to_picture.m11())
        middles = np.floor(on_screen(on_screen(there, to_screen), to_picture))
        end = brush.device().width() + disc.width(), brush.device().height() + disc.height()
        is_near = ((middles > -disc.width()) & (middles < end)).all(axis=1)
        stamp(brush, middles[is_near] + 0.5, disc)
        brush.restore()

    def _disc(self, look: Look, ratio: float) -> QPixmap:
        """A chain's place in a square whose side is odd."""
        radius, width = look.radius_px, look.outline_px
        side = int(np.ceil(2 * (radius + width) * ratio)) // 2 * 2 + 1
        disc = QPixmap(side, side)
        disc.fill(Qt.GlobalColor.transparent)
        color = QColor(self._colors["dot"])
        color.setAlphaF(look.opacity)
        painter = QPainter(disc)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._colors["halo"], width * ratio) if width else Qt.PenStyle.NoPen)
        painter.setBrush(color)
        painter.drawEllipse(QPointF(side / 2, side / 2), radius * ratio, radius * ratio)
        painter.end()
        return disc

    # ---- marginals

    def _paint_marginals(self, painter: QPainter, area: QRectF, to_screen: QTransform, truth: Truth) -> None:
        height = _MARGINAL_SHARE * min(area.width(), area.height())
        x0, x1, y0, y1 = truth.extent
        corners = on_screen(np.array([[x0, y0], [x1, y1]]), to_screen)
        (left, low), (right, high) = corners.tolist()
        found = self._measures
        drawn = (found.marginal_x, found.marginal_y) if found is not None else (None, None)
        for exact, own, is_x in ((truth.marginal_x, drawn[0], True), (truth.marginal_y, drawn[1], False)):
            top = max(float(exact.max()), 1e-300) * 1.15
            ends = (left, right) if is_x else (low, high)
            base = area.bottom() if is_x else area.left()
            along = np.linspace(*ends, len(exact) + 1)
            if own is not None and len(own) == len(exact):
                self._bars(painter, along, base, np.minimum(own / top, 1.2) * height, is_x)
            middles = (along[:-1] + along[1:]) / 2
            self._curve(painter, middles, base, exact / top * height, is_x)

    def _bars(self, painter: QPainter, along: Floats, base: float, heights: Floats, is_x: bool) -> None:
        color = QColor(self._colors["dot"])
        color.setAlpha(150)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        for start, end, height in zip(along[:-1].tolist(), along[1:].tolist(), heights.tolist(), strict=True):
            if is_x:
                painter.drawRect(QRectF(start, base - height, end - start, height))
            else:
                painter.drawRect(QRectF(base, start, height, end - start).normalized())

    def _curve(self, painter: QPainter, along: Floats, base: float, heights: Floats, is_x: bool) -> None:
        points = zip(along.tolist(), heights.tolist(), strict=True)
        line = QPolygonF([QPointF(at, base - up) if is_x else QPointF(base + up, at) for at, up in points])
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for color, width in ((self._colors["halo"], 3.5), (self._colors["truth"], 1.6)):
            painter.setPen(QPen(color, width))
            painter.drawPolyline(line)


def look_of(num_chains: int) -> Look:
    """Large where there are few; of thousands each is small and pale, so that heaps of them show as such."""
    return next((look for most, look in _LOOKS if num_chains <= most), _MANY)
