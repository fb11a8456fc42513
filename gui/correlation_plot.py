"""Autocorrelation against the lag, of x and of y: a line for each sampler, with its effective sample size.

Not covered: how it is computed (engine/diagnostics.py).
"""

import math
from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from gui import exports, small_plot
from gui.small_plot import Frame, Name, Scale
from gui.theme import DARK, Theme
from gui.walk_table import NOT_YET, Row

_HEIGHT_PX = 185
_MARKS_A_LINE = 6


class CorrelationPlot(QWidget):
    """Two plots side by side; all samplers in both."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = DARK
        self._rows: list[Row] = []
        self.setAccessibleName("Autocorrelation")
        self.setToolTip("How much a draw still knows of the one so many steps before it.")
        self.setWhatsThis(
            "Autocorrelation: how much a draw resembles the one so many steps before. It begins at 1; the sooner it "
            "falls to 0, the more independent draws the chains are worth. ESS says how many."
        )
        exports.add_export_menu(self, "autocorrelation", self.table)

    def sizeHint(self) -> QSize:
        return QSize(900, _HEIGHT_PX)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def show_rows(self, rows: Sequence[Row]) -> None:
        """One row a sampler, in the order of the panes."""
        self._rows = list(rows)
        self.update()

    def table(self) -> exports.Table:
        """All that is known of each sampler."""
        yield "sampler", "coordinate", "lag", "autocorrelation"
        for row in self._rows:
            for axis in (0, 1):
                lags, values = _line(row, axis)
                pairs = zip(lags.tolist(), values.tolist(), strict=True)
                yield from ((row.sampler, "xy"[axis], int(lag), float(value)) for lag, value in pairs)

    def paintEvent(self, event: QPaintEvent) -> None:
        small_plot.paint_halves(self, self._theme.plot, self._paint_one)

    def _paint_one(self, painter: QPainter, axis: int, area: QRectF) -> None:
        theme = self._theme
        lines = [(index, *_line(row, axis)) for index, row in enumerate(self._rows)]
        shown = [each for each in lines if len(each[1]) > 1]
        names = [
            Name(
                row.sampler,
                small_plot.colors(theme)[index],
                index if len(self._rows) > 1 else -1,
                after=_ess(row, axis),
            )
            for index, row in enumerate(self._rows)
        ]
        small_plot.paint_names(painter, area, f"{'xy'[axis]}, ESS:", names, theme)
        plot = small_plot.inside(area, painter.fontMetrics().height(), "lag")
        if not shown:
            small_plot.paint_sentence(painter, plot, NOT_YET, theme)
            return
        lowest = min(float(values.min()) for _, _, values in shown)
        frame = Frame(plot, Scale(0.0, max(float(lags[-1]) for _, lags, _ in shown)), Scale(min(-0.1, lowest), 1.05))
        small_plot.paint_frame(painter, frame, theme, "lag, steps")
        painter.setPen(QPen(QColor(theme.dim_text), 1))
        painter.drawLine(frame.at(frame.x.low, 0.0), frame.at(frame.x.high, 0.0))
        for index, lags, values in shown:
            color = small_plot.colors(theme)[index]
            painter.setPen(QPen(QColor(color), 2))
            painter.drawPolyline(frame.line(lags.tolist(), values.tolist()))
            if len(self._rows) > 1:
                for at in np.linspace(0, len(lags) - 1, _MARKS_A_LINE).astype(int).tolist():
                    place = frame.at(float(lags[at]), float(values[at]))
                    small_plot.paint_mark(painter, place, index, color, theme.plot)


def _line(row: Row, axis: int) -> tuple[np.ndarray, np.ndarray]:
    """Lags in steps and the correlation at each; nothing where it is not known."""
    found = row.measures
    if (
        found is None
        or not math.isfinite(found.ess_bulk[axis])
        or not np.isfinite(found.autocorrelation[:, axis]).all()
    ):
        return np.zeros(0), np.zeros(0)
    values = found.autocorrelation[:, axis]
    return np.arange(len(values)) * float(found.every), values


def _ess(row: Row, axis: int) -> str:
    found = row.measures
    is_known = found is not None and math.isfinite(found.ess_bulk[axis])
    ess = f"{found.ess_bulk[axis]:,.0f}".replace(",", " ") if is_known and found is not None else "–"
    return f" {ess}"
