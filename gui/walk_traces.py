"""Traces of the first chains of a walk: x and y over the last steps, with R-hat printed on them.

What belongs to the warm-up is shaded.
Not covered: measures as a table (walk_table.py).
"""

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPixmap, QPolygonF
from PySide6.QtWidgets import QWidget

from engine.messages import ChainMeasures, Chains
from gui import exports, small_plot
from gui.axes import number
from gui.language import tr
from gui.theme import DARK, Theme

HEIGHT_PX = 185
# So many chains and last steps are shown.
_MOST_CHAINS, _MOST_STEPS = 4, 3000
_LEFT_EMS, _ROBUST_PERCENT = 4.2, 0.5
_SHADE, _VEIL = 40, 170  # of 255: under the warm-up, over what comes after the step that is looked at


class WalkTraces(QWidget):
    """Two plots side by side, of x and of y."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = DARK
        self._positions: NDArray[np.float64] = np.zeros((0, 0, 2))
        self._step = self._num_warm_up = 0
        self._measures: ChainMeasures | None = None
        self._now: int | None = None
        # While one looks back, the plots as they are, and veiled; where each lies, with its first and last step.
        self._still: tuple[QPixmap, QPixmap] | None = None
        self._plots: dict[int, tuple[QRectF, int, int]] = {}
        self.setAccessibleName("Traces of the chains")
        self.setToolTip("The chains over the last steps: good ones look like grass, and all alike.")
        self.setWhatsThis(
            "Traces: where the first chains were, step by step. R-hat compares the chains with one another; above 1.01 "
            "they have not been everywhere yet. What is shaded is the warm-up, which does not count."
        )
        exports.add_export_menu(self, "traces", self.table)

    def sizeHint(self) -> QSize:
        return QSize(900, HEIGHT_PX)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def clear(self) -> None:
        """Other chains: nothing is known of them."""
        self._positions, self._step, self._measures = np.zeros((0, 0, 2)), 0, None
        self.update()

    def show_chains(self, chains: Chains) -> None:
        """Add the steps since the last frame; those that no trail told of are a gap."""
        trail = chains.trail[:, :_MOST_CHAINS]
        if chains.step < self._step or trail.shape[1] != self._positions.shape[1]:
            self._positions, self._step = np.zeros((0, trail.shape[1], 2)), max(0, chains.step - len(trail))
        num_new = chains.step - self._step
        known = trail[-num_new:] if num_new else trail[:0]
        gap = np.full((min(num_new - len(known), _MOST_STEPS), trail.shape[1], 2), np.nan)
        self._positions = np.concatenate([self._positions, gap, known])[-_MOST_STEPS:]
        self._step, self._num_warm_up = chains.step, chains.num_warm_up
        self.update()

    def go_to(self, step: int) -> None:
        """The chains are at another step of their past: what came after it goes, what is not known here is a gap."""
        num_left = len(self._positions) - max(0, self._step - step)
        if step > self._step or num_left < 0:
            # The next frame's trail begins anew.
            self._positions, self._step = self._positions[:0], step + 1
        else:
            self._positions, self._step = self._positions[:num_left], step
        self.set_now(None)

    def set_now(self, step: int | None) -> None:
        """The step that is looked at: what comes after it is veiled."""
        if step == self._now:
            return
        if step is not None and self._still is None:
            # Painted once: thousands of corners for each move of the mouse would be too slow.
            self._still = self.grab(), self._veiled(self.grab())
        elif step is None:
            self._still = None
        self._now = step
        self.update()

    def show_measures(self, measures: ChainMeasures | None) -> None:
        self._measures = measures
        self.update()

    def table(self) -> exports.Table:
        """The steps that are shown and known, of the chains that are shown."""
        yield "step", "chain", "x", "y"
        first = self._step - len(self._positions) + 1
        for index, places in enumerate(self._positions.tolist()):
            yield from ((first + index, chain + 1, x, y) for chain, (x, y) in enumerate(places) if x == x)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._still is not None and self._still[0].deviceIndependentSize().toSize() == self.size():
            self._paint_now(*self._still)
        else:
            small_plot.paint_halves(self, self._theme.plot, self._paint_one)

    def _paint_one(self, painter: QPainter, axis: int, area: QRectF) -> None:
        em = self.fontMetrics().height()
        plot = area.adjusted(_LEFT_EMS * em * 0.6, em + 2, 0, -em - 2)
        self._paint_words(painter, axis, area)
        values = self._positions[..., axis]
        self._plots.pop(axis, None)
        if not np.isfinite(values).any() or len(values) < 2:
            return
        low, high = np.nanpercentile(values, (_ROBUST_PERCENT, 100 - _ROBUST_PERCENT))
        room = 0.1 * (high - low) or 1.0
        low, high = low - room, high + room
        self._paint_frame(painter, plot, low, high)
        painter.save()
        painter.setClipRect(plot)
        steps = np.arange(self._step - len(values) + 1, self._step + 1)
        across = plot.left() + (steps - steps[0]) / max(1, steps[-1] - steps[0]) * plot.width()
        if steps[0] <= self._num_warm_up:
            end = float(np.interp(self._num_warm_up, steps, across))
            shade = QColor(self._theme.dim_text)
            shade.setAlpha(_SHADE)
            painter.fillRect(QRectF(plot.left(), plot.top(), end - plot.left(), plot.height()), shade)
        up = plot.bottom() - (values - low) / (high - low) * plot.height()
        every = max(1, len(values) // max(1, int(plot.width())))
        for chain in range(values.shape[1]):
            painter.setPen(QPen(QColor(self._theme.labels[chain % len(self._theme.labels)]), 1.0))
            for line in _unbroken(across[::every], up[::every, chain]):
                painter.drawPolyline(line)
        painter.restore()
        self._plots[axis] = plot, int(steps[0]), int(steps[-1])

    def _veiled(self, still: QPixmap) -> QPixmap:
        veil = QColor(self._theme.plot)
        veil.setAlpha(_VEIL)
        painter = QPainter(still)
        for plot, _, _ in self._plots.values():
            painter.fillRect(plot, veil)
        painter.end()
        return still

    def _paint_now(self, still: QPixmap, veiled: QPixmap) -> None:
        """The step that is looked at, and what comes after it veiled."""
        painter = QPainter(self)
        painter.drawPixmap(0, 0, still)
        for plot, first, last in self._plots.values():
            x = float(np.interp(self._now or 0, (first, last), (plot.left(), plot.right())))
            painter.setClipRect(QRectF(x, plot.top(), plot.right() - x, plot.height()))
            painter.drawPixmap(0, 0, veiled)
            painter.setClipping(False)
            painter.setPen(QPen(QColor(self._theme.focus), 2))
            painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()))
        painter.end()

    def _paint_frame(self, painter: QPainter, plot: QRectF, low: float, high: float) -> None:
        painter.setPen(QPen(QColor(self._theme.grid), 1))
        painter.drawRect(plot)
        painter.setPen(QColor(self._theme.dim_text))
        em, step = self.fontMetrics().height(), (high - low) / 50
        for value, y in ((high, plot.top()), (low, plot.bottom() - em)):
            place = QRectF(plot.left() - 100, y, 96, em)
            painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, number(value, step))
        first, last = f"{self._step - len(self._positions):,}", f"step {self._step:,}"
        below = QRectF(plot.left(), plot.bottom() + 2, plot.width(), em)
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft, first.replace(",", " "))
        painter.drawText(below, Qt.AlignmentFlag.AlignRight, tr(last.replace(",", " ")))

    def _paint_words(self, painter: QPainter, axis: int, area: QRectF) -> None:
        """The coordinate's name, and what is known of how good its draws are."""
        top = QRectF(area.left(), area.top(), area.width(), self.fontMetrics().height())
        painter.setPen(QColor(self._theme.dim_text))
        painter.drawText(top, Qt.AlignmentFlag.AlignLeft, "xy"[axis])
        found = self._measures
        text = ""
        if found is not None:
            is_known = math.isfinite(found.r_hat[axis]) and math.isfinite(found.ess_bulk[axis])
            text = (
                f"R-hat {found.r_hat[axis]:.3f}   ESS {found.ess_bulk[axis]:.0f}"
                if is_known
                else "not enough draws yet"
            )
        painter.setPen(QColor(self._theme.text))
        painter.drawText(top, Qt.AlignmentFlag.AlignRight, tr(text))


def _unbroken(x: NDArray[np.float64], y: NDArray[np.float64]) -> list[QPolygonF]:
    """Lines through the points (k,), broken where y is NaN."""
    is_there = np.isfinite(y)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], is_there, [False]]).astype(np.int8)))
    pieces = zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
    return [
        QPolygonF([QPointF(*each) for each in zip(x[start:end].tolist(), y[start:end].tolist(), strict=True)])
        for start, end in pieces
    ]
