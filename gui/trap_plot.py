"""The curve of the trap: mode switches per 1,000 steps against sharpness, a line for each sampler.

The vertical axis is logarithmic, so that what falls like exp(-sharpness times a barrier) is a straight line.
Not covered: where the points come from (trap_job.py).
"""

import math
from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from engine.messages import TrapPoint
from gui import exports, small_plot
from gui.language import tr
from gui.small_plot import Frame, Name, Scale
from gui.theme import DARK, Theme
from gui.trap_job import table_of

_MARGIN_PX = 6
_ARROW_PX, _CAP_PX = 9.0, 3.0
# Where nothing happened in n steps, the rate is below 3 / n with 95 % confidence (Poisson).
_RULE_OF_THREE = 3.0
# Where the sharpness times the barrier is about this, switches are rare enough for the theory and still frequent.
_ANCHOR_NATS = 3.0


class TrapPlot(QWidget):
    """Points with error bars; open marks where no switch was seen, at the rate that can be excluded."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = DARK
        self._titles: Sequence[str] = ()
        self._points: Sequence[TrapPoint] = ()
        self._sentence = ""
        self.setAccessibleName("The trap")
        self.setMinimumWidth(200)
        self.setWhatsThis(
            "The trap: the sharper a landscape, the rarer a chain leaves its valley. A sampler that has to climb the "
            "barrier switches about exp(-sharpness times barrier) times as often (Arrhenius, Kramers): the dashed "
            "line has that slope. One that finds a way around stays above it. Bars are standard errors from "
            "independent chains; an open mark with an arrow: no switch was seen, so the rate is below the mark (95 %)."
        )
        self.setToolTip(self.whatsThis())
        exports.add_export_menu(self, "trap", lambda: table_of(self._titles, self._points))

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def show_points(self, titles: Sequence[str], points: Sequence[TrapPoint], sentence: str) -> None:
        """titles: of the samplers.  sentence: stands there while there are no points."""
        self._titles, self._points, self._sentence = titles, list(points), sentence
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme = self._theme
        painter.fillRect(self.rect(), QColor(theme.plot))
        area = QRectF(self.rect()).adjusted(_MARGIN_PX, _MARGIN_PX, -_MARGIN_PX, -_MARGIN_PX)
        plot = small_plot.inside(area, painter.fontMetrics().height(), "sharpness")
        if self._points:
            guide = guide_of(self._points)
            names = [Name(title, small_plot.colors(theme)[index], index) for index, title in enumerate(self._titles)]
            small_plot.paint_names(painter, area, "switches per 1,000 steps", names, theme)
            self._paint_curves(painter, plot, guide)
        else:
            small_plot.paint_sentence(painter, area, self._sentence, theme)
        painter.end()

    def _paint_curves(self, painter: QPainter, plot: QRectF, guide: tuple[float, float] | None) -> None:
        theme, points = self._theme, self._points
        heights = [shown_rate(point) for point in points]
        low, high = 10 ** math.floor(math.log10(min(heights))), 10 ** math.ceil(math.log10(max(heights)) + 0.05)
        widest = max(point.sharpness for point in points)
        frame = Frame(plot, Scale(0.0, 1.04 * widest), Scale(low, high, is_log=True))
        small_plot.paint_frame(painter, frame, theme, "sharpness (inverse temperature)")
        painter.save()
        painter.setClipRect(plot.adjusted(-6, -6, 6, 6))
        if guide is not None:
            barrier, log_front = guide
            ends = [(x, math.exp(log_front - barrier * x)) for x in (0.0, frame.x.high)]
            painter.save()
            painter.setClipRect(plot)
            painter.setPen(QPen(QColor(theme.truth), 1.4, Qt.PenStyle.DashLine))
            # Both ends may be far outside of the plot, where a logarithm of zero would be.
            painter.drawLine(*(frame.at(x, max(y, 1e-300)) for x, y in ends))
            painter.restore()
            # Curves begin high and fall: this corner is free.
            em = painter.fontMetrics().height()
            corner = QRectF(plot.left() + 0.4 * em, plot.bottom() - 1.2 * em, plot.width(), em)
            painter.drawText(corner, Qt.AlignmentFlag.AlignLeft, tr(f"dashed: exp(−{barrier:.2g} × sharpness)"))
        for index, color in enumerate(small_plot.colors(theme)):
            self._paint_curve(painter, frame, [point for point in points if point.sampler == index], color)
        painter.restore()

    def _paint_curve(self, painter: QPainter, frame: Frame, points: list[TrapPoint], color: str) -> None:
        points = sorted(points, key=lambda point: point.sharpness)
        seen = [point for point in points if point.switches > 0]
        painter.setPen(QPen(QColor(color), 2))
        painter.drawPolyline(frame.line([each.sharpness for each in seen], [each.switches for each in seen]))
        for point in points:
            at = frame.at(point.sharpness, shown_rate(point))
            painter.setPen(QPen(QColor(color), 1.6))
            if point.switches == 0:
                tip = at + QPointF(0, 2 * _ARROW_PX)
                painter.drawLine(at, tip)
                painter.drawLine(tip, tip + QPointF(-0.5 * _ARROW_PX, -0.6 * _ARROW_PX))
                painter.drawLine(tip, tip + QPointF(0.5 * _ARROW_PX, -0.6 * _ARROW_PX))
            elif point.error > 0:
                lowest = max(point.switches - point.error, frame.y.low)
                for end in (frame.at(point.sharpness, lowest), frame.at(point.sharpness, point.switches + point.error)):
                    painter.drawLine(at, end)
                    painter.drawLine(end - QPointF(_CAP_PX, 0), end + QPointF(_CAP_PX, 0))
            small_plot.paint_mark(painter, at, point.sampler, color, self._theme.plot, is_open=point.switches == 0)


def shown_rate(point: TrapPoint) -> float:
    """Switches per 1,000 steps; where there was none, the rate that this excludes."""
    return point.switches if point.switches > 0 else 1000 * _RULE_OF_THREE / max(1, point.num_steps)


def guide_of(points: Sequence[TrapPoint]) -> tuple[float, float] | None:
    """The theory's line through a point of the first sampler: the barrier in nats, and the log rate at sharpness 0.

    None where fewer than two of its points have switches, or where no barrier is known.
    """
    seen = [point for point in points if point.sampler == 0 and point.switches > 0]
    if len(seen) < 2 or not (0 < seen[0].barrier < math.inf):
        return None
    barrier = seen[0].barrier
    anchor = min(seen, key=lambda point: abs(point.sharpness * barrier - _ANCHOR_NATS))
    return barrier, math.log(anchor.switches) + barrier * anchor.sharpness
