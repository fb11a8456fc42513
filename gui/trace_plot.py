"""One plot over the steps: named lines, values under the cursor, and its export.

Not covered: which lines there are (traces.py); a single line (trace_line.py).
"""

import math

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QContextMenuEvent, QFont, QFontMetricsF, QPolygonF, QResizeEvent
from PySide6.QtWidgets import QGraphicsPolygonItem, QLabel, QMenu, QSizePolicy, QVBoxLayout, QWidget

from gui import exports
from gui.axes import NumberAxis
from gui.focus_frame import FocusFrame
from gui.language import tr
from gui.theme import DARK, Theme, blended, set_role
from gui.trace_line import Kept, Line, StepAxis, across, apart

_GAP_SHADE = 0.3  # how far the gap stands out from the ground
_ROBUST_PERCENT = 2.0  # as much may lie beyond each end of the y axis: the first steps of a network are wild
_MARGIN = 0.08  # of the height, above and below
_VEIL = 170  # of 255, over what comes after the step that is looked at
_OVER = 200  # of 255: the ground of a name that lies over its line
_SMALL = 0.85  # of the text's size
# Of the width of a plot, at most so much is left free for the names of its lines; longer ones lie over the lines.
_MOST_NAMES = 0.4


class TracePlot(QWidget):
    """Lines over the steps, each named at its right end.

    It needs a line and a theme before it is shown.
    title: with the unit.  brief: a shorter one, for a narrow plot.  help: what to read in it, as the tool tip.
    """

    def __init__(self, name: str, title: str, help: str, parent: QWidget | None = None, brief: str = "") -> None:
        super().__init__(parent)
        self._name = name  # of the files that it is exported to
        self._title, self._brief = title, brief or title
        self._lines: list[Line] = []
        self._gap_between: tuple[Line, Line] | None = None
        self._truth_value = math.nan
        self._hovered_step: float | None = None
        self._is_log = False
        self._is_over = False
        self._theme = DARK
        self._label_font, self._ground = self.font(), QColor(DARK.plot)
        set_role(self, "plot")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.header = QLabel(title)
        self.header.setTextFormat(Qt.TextFormat.PlainText)
        self.header.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.header.setContentsMargins(6, 2, 6, 0)
        set_role(self.header, "dim")
        self.setToolTip(help)
        self._view = self._make_view()
        self._view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(title)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.header)
        column.addWidget(self._view, 1)
        FocusFrame(self)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_header()
        if event.oldSize().width() != event.size().width():
            self.draw()

    def add_line(self, name: str, role: str, is_noisy: bool) -> Line:
        """A line in the colour of a field of Theme, named at its end; an empty name needs no label."""
        line = Line(name, role, self._view.getPlotItem(), is_noisy)
        self._lines.append(line)
        return line

    def shade_between(self, first: Line, second: Line) -> None:
        """Fill the gap between two lines."""
        self._gap_between = first, second

    def set_truth(self, value: float, name: str) -> None:
        """A dashed line at a value that is known, such as an entropy; none where it is NaN."""
        self._truth_value = value
        self._truth_label.setText(tr(name), self._theme.truth)

    def set_log_steps(self, is_log: bool) -> None:
        """Whether each factor of ten of steps gets the same room."""
        self._is_log = is_log
        self._view.getAxis("bottom").setLogMode(is_log, False)
        self.draw()

    def kept(self) -> list[Kept]:
        """All that its lines know, to be `put` back."""
        return [line.kept() for line in self._lines]

    def put(self, kept: list[Kept], until: float) -> None:
        """What was kept, up to a step."""
        for line, each in zip(self._lines, kept, strict=True):
            line.put(each, until)
        self.draw()

    def set_now(self, step: float | None) -> None:
        """The step that is looked at: what comes after it is veiled. None: the last one."""
        is_there = step is not None
        if is_there:
            self._now.setPos(across(np.array([step], np.float64), self._is_log)[0])
            left, right = self._now.value(), self._view.getViewBox().viewRange()[0][1]
            self._veil.setRegion((left, max(left, right)))
        self._now.setVisible(is_there)
        self._veil.setVisible(is_there)

    def clear(self) -> None:
        self.set_now(None)
        for line in self._lines:
            line.clear()
        self._truth_value = math.nan
        self._forget_cursor()
        self.draw()

    def draw(self) -> None:
        """Show what the lines hold now."""
        for line in self._lines:
            line.draw(self._is_log)
        self._fit()
        self._draw_gap()
        self._place_labels()
        self._show_header()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        font = QFont(self.font())
        font.setPointSizeF(_SMALL * font.pointSizeF())
        self._label_font = font
        em = QFontMetricsF(font)
        self._view.setBackground(theme.plot)
        self._ground = QColor(theme.plot)
        self._ground.setAlpha(_OVER)
        for side in ("left", "bottom"):
            axis = self._view.getAxis(side)
            axis.setStyle(tickFont=font, tickTextOffset=3, tickLength=-3, maxTickLevel=0)
            axis.setPen(theme.grid)
            axis.setTextPen(theme.dim_text)
        self._view.getAxis("left").setWidth(round(em.horizontalAdvance("−0.000") + 8))
        self._view.getAxis("bottom").setHeight(round(em.height() + 4))
        for line in self._lines:
            line.set_theme(theme, font)
        self._cursor.setPen(theme.dim_text)
        self._now.setPen(pg.mkPen(theme.focus, width=2))
        veil = QColor(theme.plot)
        veil.setAlpha(_VEIL)
        self._veil.setBrush(veil)
        self._truth.setPen(pg.mkPen(theme.truth, width=1, style=Qt.PenStyle.DashLine))
        self._truth_label.setFont(font)
        self._truth_label.setColor(theme.truth)
        self._gap.setBrush(QColor(blended(theme.dim_text, theme.plot, _GAP_SHADE)))
        self.draw()

    # ---- export ------------------------------------------------------------------------------------

    def table(self) -> exports.Table:
        """Every value that is kept, one a row: of a long run that is the least and the greatest of each stretch."""
        yield "line", "step", "value"
        for line in self._lines:
            kinds = {"": line.raw, " (smoothed)": line.smooth} if line.is_noisy else {"": line.raw}
            for kind, kept in kinds.items():
                name = (line.name or self._name) + kind
                yield from ((name, int(step), float(value)) for step, value in kept.points())

    def menu(self) -> QMenu:
        """What a right click offers."""
        menu = QMenu(self)
        exports.add_exports(menu, self, self._name, self.table)
        menu.addSeparator()
        log = menu.addAction("Logarithmic steps")
        log.setCheckable(True)
        log.setChecked(self._is_log)
        log.toggled.connect(self.set_log_steps)
        return menu

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """By the menu key; the mouse asks the view."""
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            self._on_menu_requested(self._view.rect().center())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self._forget_cursor()
        return super().eventFilter(watched, event)

    def _make_view(self) -> pg.PlotWidget:
        view = pg.PlotWidget(axisItems={"bottom": StepAxis("bottom"), "left": NumberAxis("left")})
        view.setMouseEnabled(x=False, y=False)
        view.setMenuEnabled(False)
        view.hideButtons()
        view.setMinimumHeight(70)
        view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        view.customContextMenuRequested.connect(self._on_menu_requested)
        view.scene().sigMouseMoved.connect(self._on_mouse_moved)
        view.installEventFilter(self)
        self._gap = QGraphicsPolygonItem()
        self._gap.setPen(Qt.PenStyle.NoPen)
        self._gap.setZValue(-10)
        self._cursor = pg.InfiniteLine(angle=90)
        self._cursor.hide()
        self._truth = pg.PlotCurveItem()
        self._truth_label = pg.TextItem(anchor=(0.0, 0.5))
        self._now = pg.InfiniteLine(angle=90)
        self._veil = pg.LinearRegionItem(movable=False)
        for each in (self._now, self._veil):
            each.setZValue(10)
            each.hide()
        for line in self._veil.lines:
            line.hide()
        for item in (self._gap, self._cursor, self._truth, self._truth_label, self._veil, self._now):
            view.addItem(item, ignoreBounds=True)
        return view

    def _fit(self) -> None:
        """Axes to all steps and to nearly all values, with room for the names at the right end."""
        points = np.concatenate([line.shown_raw for line in self._lines])
        has_truth = math.isfinite(self._truth_value)
        self._truth.setVisible(has_truth and len(points) > 0)
        self._truth_label.setVisible(has_truth and len(points) > 0)
        if not len(points):
            self._view.setRange(xRange=(0, 1), yRange=(0, 1), padding=0)
            return
        ends = [line.shown[-1, 1] for line in self._lines if len(line.shown)]
        inside = np.percentile(points[:, 1], [_ROBUST_PERCENT, 100 - _ROBUST_PERCENT])
        heights = [*inside, *ends, *([self._truth_value] if has_truth else [])]
        low, high = min(heights), max(heights)
        room = _MARGIN * (high - low) or max(abs(high), 1.0) * _MARGIN
        left, right = across(np.array([points[:, 0].min(), points[:, 0].max()]), self._is_log)
        right = max(right, left + 1e-3)
        self._truth.setData([left, right], [self._truth_value] * 2)
        width_px = max(self._view.getViewBox().width(), 1.0)
        names_px = max((label.boundingRect().width() for label in self._labels()), default=0.0)
        self._is_over = names_px > _MOST_NAMES * width_px
        names = 0.0 if self._is_over else names_px / width_px
        self._view.setRange(
            xRange=(left, right + (right - left) * names / (1 - names)), yRange=(low - room, high + room), padding=0
        )

    def _draw_gap(self) -> None:
        if self._gap_between is None:
            return
        first, second = (line.shown for line in self._gap_between)
        if not len(first) or not len(second):
            self._gap.setPolygon(QPolygonF())
            return
        outline = np.concatenate([first, second[::-1]])
        self._gap.setPolygon(pg.functions.arrayToQPolygonF(across(outline[:, 0], self._is_log), outline[:, 1]))

    def _labels(self) -> list[pg.TextItem]:
        labels = [*(line.label for line in self._lines), self._truth_label]
        return [label for label in labels if label.isVisible()]

    def _place_labels(self) -> None:
        """Each name at the right end of its line, moved apart where they would cover each other."""
        ends = [line.shown[-1] for line in self._lines if len(line.shown)]
        if not ends:
            return
        right = across(np.array([max(step for step, _ in ends)]), self._is_log)[0]
        places = [(line.shown[-1, 1], line.label) for line in self._lines if line.label.isVisible()]
        if self._truth_label.isVisible():
            places.append((self._truth_value, self._truth_label))
        places.sort(key=lambda place: place[0])
        low, high = self._view.getViewBox().viewRange()[1]
        height = (high - low) / max(self._view.getViewBox().height(), 1.0) * QFontMetricsF(self._label_font).height()
        # The lowest one stands whole above the axis.
        heights = [max(y, low + height / 2) for y, _ in places]
        for (_, label), y in zip(places, apart(heights, height, high), strict=True):
            label.setAnchor((1.0 if self._is_over else 0.0, 0.5))
            label.fill = pg.mkBrush(self._ground if self._is_over else None)
            label.setPos(right, y)

    def _forget_cursor(self) -> None:
        self._cursor.hide()
        self._hovered_step = None
        self._show_header()

    def _show_header(self) -> None:
        """The title and the gap as it is now; under the cursor the values at its step."""
        room = self.header.contentsRect().width()
        title, brief = tr(self._title), tr(self._brief)
        wide = self.header.fontMetrics().horizontalAdvance(title)
        text, step = title if wide <= room else brief, self._hovered_step
        if step is not None:
            values = ((tr(line.name), line.value_at(step)) for line in self._lines)
            shown = (f"{name} {_number(value)}".strip() for name, value in values if math.isfinite(value))
            text = "   ".join((tr(f"step {round(step):,}"), *shown))
        elif self._gap_between is not None:
            first, second = self._gap_between
            gap = round(second.value_at() - first.value_at(), 2) + 0.0  # no "−0.00"
            text += f"   {tr(f'gap {gap:.2f}')}".replace("-", "−") if math.isfinite(gap) else ""
        self.header.setToolTip(text.replace(brief, title, 1))
        self.header.setText(self.header.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room))

    def _on_mouse_moved(self, at: QPointF) -> None:
        box = self._view.getViewBox()
        steps = np.concatenate([line.shown[:, 0] for line in self._lines])
        if not box.sceneBoundingRect().contains(at) or not len(steps):
            return
        x = box.mapSceneToView(at).x()
        step = 10**x if self._is_log else x
        nearest = float(steps[np.abs(steps - step).argmin()])
        self._cursor.setPos(across(np.array([nearest]), self._is_log)[0])
        self._cursor.show()
        self._hovered_step = nearest
        self._show_header()

    def _on_menu_requested(self, at: QPoint) -> None:
        menu = self.menu()
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self._view.mapToGlobal(at))


def _number(value: float) -> str:
    """A value to about four digits, with a real minus sign."""
    return f"{value:.4g}".replace("-", "−")
