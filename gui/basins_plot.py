"""Basins: the exact mass of each, and beside it the share of draws that every sampler has there.

Not covered: what a basin is (engine/basins.py), and where it lies (its number on the canvas, basin_marks.py).
"""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from engine.messages import Truth
from gui import exports, small_plot
from gui.contrast import best_on
from gui.small_plot import Frame, Name, Scale
from gui.theme import DARK, Theme
from gui.walk_table import Row

_HEIGHT_PX = 185
_MARGIN_PX = 6
# Of so many basins the heaviest are shown; of the room of each, bars take this share.
MOST_BASINS = 16
_BARS_SHARE = 0.78
_NUMBER_EMS = 2.6


class BasinsPlot(QWidget):
    """Groups of bars, one for each basin, the heaviest first."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = DARK
        self._rows: list[Row] = []
        self._truth: Truth | None = None
        self.setAccessibleName("Basins")
        self.setToolTip("The outlined bar is the exact mass of a basin; the others are the shares of draws in it.")
        self.setWhatsThis(
            "Basins: all places from which the steepest descent ends in the same valley. Chains that are trapped have "
            "too many draws in some basins and too few in others, however good their traces look."
        )
        exports.add_export_menu(self, "basins", self.table)

    def sizeHint(self) -> QSize:
        return QSize(900, _HEIGHT_PX)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def show_rows(self, rows: Sequence[Row], truth: Truth | None) -> None:
        """One row a sampler, in the order of the panes."""
        self._rows, self._truth = list(rows), truth
        self.update()

    @property
    def shares(self) -> list[list[float]]:
        """For each basin the exact mass, then the share of each sampler's draws; NaN where that is not known."""
        if self._truth is None:
            return []
        masses = self._truth.masses[:MOST_BASINS].tolist()
        return [
            [mass, *(_share(row, index, len(self._truth.masses)) for row in self._rows)]
            for index, mass in enumerate(masses)
        ]

    def table(self) -> exports.Table:
        """A row for each basin that is shown; shares from 0 to 1, empty where they are not known."""
        yield "basin", "exact_mass", *(row.sampler for row in self._rows)
        for index, group in enumerate(self.shares):
            yield index + 1, *(value if value == value else "" for value in group)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme = self._theme
        painter.fillRect(self.rect(), QColor(theme.plot))
        area = QRectF(self.rect()).adjusted(_MARGIN_PX, _MARGIN_PX, -_MARGIN_PX, -_MARGIN_PX)
        plot = small_plot.inside(area, painter.fontMetrics().height(), "")
        groups = self.shares
        if groups:
            names = [Name("exact mass", theme.truth, 1, is_open=True)]
            names += [Name(row.sampler, small_plot.colors(theme)[index], 1) for index, row in enumerate(self._rows)]
            small_plot.paint_names(painter, area, "% of draws in each basin", names, theme)
            self._paint_groups(painter, plot, groups)
        else:
            small_plot.paint_sentence(painter, plot, "The basins are not known yet.", theme)
        painter.end()

    def _paint_groups(self, painter: QPainter, plot: QRectF, groups: list[list[float]]) -> None:
        theme = self._theme
        top = max((each for group in groups for each in group if each == each), default=1.0)
        frame = Frame(plot, Scale(0.0, float(len(groups))), Scale(0.0, max(110 * top, 1e-3)))
        small_plot.paint_frame(painter, frame, theme, "", has_numbers_below=False)
        em = painter.fontMetrics().height()
        for index, group in enumerate(groups):
            left = frame.at(index, 0.0).x()
            room = frame.at(index + 1, 0.0).x() - left
            width = room * _BARS_SHARE / len(group)
            start = left + room * (1 - _BARS_SHARE) / 2
            for place, value in enumerate(group):
                if value == value:
                    height = plot.bottom() - frame.at(0.0, 100 * value).y()
                    bar = QRectF(start + place * width, plot.bottom() - height, width, height)
                    self._paint_bar(painter, bar, value, place)
            painter.setPen(QColor(theme.text))
            below = QRectF(left, plot.bottom() + 3, room, em)
            painter.drawText(below, Qt.AlignmentFlag.AlignCenter, str(index + 1))

    def _paint_bar(self, painter: QPainter, bar: QRectF, value: float, place: int) -> None:
        """The first bar of a group is the truth: an outline. A number stands in it where there is room."""
        theme, em = self._theme, painter.fontMetrics().height()
        if place == 0:
            painter.setPen(QPen(QColor(theme.truth), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(bar.adjusted(1, 1, -1, 0))
        else:
            painter.fillRect(bar.adjusted(1, 0, -1, 0), QColor(small_plot.colors(theme)[place - 1]))
        if bar.width() > _NUMBER_EMS * em:
            is_high = bar.height() > 1.3 * em
            on_bar = place > 0 and is_high
            ground = small_plot.colors(theme)[place - 1] if on_bar else theme.plot
            painter.setPen(QColor(best_on(ground)))
            top = bar.top() + 2 if is_high else bar.top() - em - 1
            number = QRectF(bar.left(), top, bar.width(), em)
            painter.drawText(number, Qt.AlignmentFlag.AlignCenter, f"{100 * value:.1f} %")


def _share(row: Row, basin: int, num_basins: int) -> float:
    """NaN also while the newest measures are still of another target."""
    found = row.measures
    is_known = found is not None and len(found.occupancy) == num_basins and found.num_draws > 0
    return float(found.occupancy[basin]) if is_known and found is not None else float("nan")
