"""Chains on the canvas: where they are, the way they came, what the last step proposed, and their marginals.

An accepted proposal is a disc at the end of a line, a rejected one a cross beside the chain that stayed: shape and
place tell them apart, not colour alone. The marginals lie along the lower and the left edge: bars for the draws, a line
for the truth.
Not covered: what comes from the engine (walk.py), the curves over the steps (walk_traces.py).
"""

from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPixmap, QPolygonF, QTransform

from engine.messages import ChainMeasures, Chains, Truth
from gui.dots import stamp
from gui.figure_layer import on_screen
from gui.ink import Ink, path_of, path_of_segments

Floats = NDArray[np.float64]
# Trails of so many chains are drawn at most; of more they would cover the landscape.
_MOST_TRAILS = 16
# Up to so many chains, and no more quickly than frames can show it, a step is drawn in detail.
_MOST_DETAILED = 8
_FADES = (0.25, 0.4, 0.6, 1.0)
_RADIUS_PX, _CROSS_PX = 5.0, 5.0
_MARGINAL_SHARE = 0.14  # of the shorter side of the canvas


class ChainLayer(pg.GraphicsObject):  # type: ignore[misc]
    """Trails, the chains' places, the last step of the first few, and marginals."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._chains: Chains | None = None
        self._truth: Truth | None = None
        self._measures: ChainMeasures | None = None
        self._trail_length = 50
        self._has_detail = self._has_marginals = True
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

    def show_chains(self, chains: Chains | None, *, has_detail: bool) -> None:
        """has_detail: whether steps come slowly enough for the last one to be followed."""
        self._chains, self._has_detail = chains, has_detail
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

    def boundingRect(self) -> QRectF:
        return self.viewRect() or QRectF()

    def viewTransformChanged(self) -> None:
        super().viewTransformChanged()
        self.prepareGeometryChange()

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
        trail = chains.trail[-self._trail_length :, :_MOST_TRAILS] if self._trail_length else chains.trail[:0]
        lines = []
        if len(trail) > 1:
            pieces = np.concatenate([trail[:-1], trail[1:]], 2)
            bounds = np.linspace(0, len(pieces), len(_FADES) + 1).round().astype(int)
            for start, end, fade in zip(bounds[:-1], bounds[1:], _FADES, strict=True):
                segments = pieces[start:end].reshape(-1, 2)
                lines.append((path_of_segments(on_screen(segments, to_screen).reshape(-1, 4)), fade))
        if self._is_detailed:
            lines += self._last_step(chains, to_screen)
        return lines

    @property
    def _is_detailed(self) -> bool:
        return self._has_detail and self._chains is not None and len(self._chains.positions) <= _MOST_DETAILED

    def _last_step(self, chains: Chains, to_screen: QTransform) -> list[tuple[QPainterPath, float]]:
        if chains.path.size:
            along = np.swapaxes(chains.path, 0, 1).reshape(-1, 2)
            offsets = (np.arange(chains.path.shape[1] + 1) * chains.path.shape[0]).astype(np.int32)
            return [(path_of(on_screen(along, to_screen), offsets), 1.0)]
        if not len(chains.proposal) or len(chains.trail) < 2:
            return []
        before = chains.trail[-2]
        segments = np.concatenate([before, chains.proposal], 1).reshape(-1, 2)
        return [(path_of_segments(on_screen(segments, to_screen).reshape(-1, 4)), 1.0)]

    def _dots(self, brush: QPainter, to_screen: QTransform) -> None:
        chains = self._chains
        assert chains is not None
        brush.save()
        # A disc is drawn once and then stamped, pixel on pixel: thousands of them would take longer than a frame.
        to_picture = brush.transform()
        brush.resetTransform()
        disc = self._disc(len(chains.positions), to_picture.m11())
        middles = np.floor(on_screen(on_screen(chains.positions, to_screen), to_picture))
        end = brush.device().width() + disc.width(), brush.device().height() + disc.height()
        is_near = ((middles > -disc.width()) & (middles < end)).all(axis=1)
        stamp(brush, middles[is_near] + 0.5, disc)
        brush.restore()
        if self._is_detailed:
            self._crosses(brush, chains, to_screen)

    def _disc(self, count: int, ratio: float) -> QPixmap:
        """A chain's place, of so many, in a square whose side is odd."""
        radius, width = (_RADIUS_PX, 1.2) if count <= 100 else (3.0, 1.2) if count <= 1500 else (1.8, 0.6)
        side = int(np.ceil(2 * (radius + width) * ratio)) // 2 * 2 + 1
        disc = QPixmap(side, side)
        disc.fill(Qt.GlobalColor.transparent)
        painter = QPainter(disc)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._colors["halo"], width * ratio))
        painter.setBrush(self._colors["dot"])
        painter.drawEllipse(QPointF(side / 2, side / 2), radius * ratio, radius * ratio)
        painter.end()
        return disc

    def _crosses(self, brush: QPainter, chains: Chains, to_screen: QTransform) -> None:
        """Where a chain wanted to go and was not let."""
        if not len(chains.is_accepted) or not len(chains.proposal):
            return
        rejected = chains.proposal[chains.is_accepted == 0]
        for color, width in ((self._colors["halo"], 4.5), (self._colors["dot"], 2.2)):
            brush.setPen(QPen(color, width))
            for x, y in on_screen(rejected, to_screen).tolist():
                brush.drawLine(QPointF(x - _CROSS_PX, y - _CROSS_PX), QPointF(x + _CROSS_PX, y + _CROSS_PX))
                brush.drawLine(QPointF(x - _CROSS_PX, y + _CROSS_PX), QPointF(x + _CROSS_PX, y - _CROSS_PX))

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
