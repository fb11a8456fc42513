"""The canvas: landscape, contours, samples and sketch over one plane, and the mouse that draws on it.

Left button: the tool. Wheel: zoom about the cursor. Middle button: drag to pan, double-click for the home view.
The right button is left to whoever gives the canvas a context menu. Mouse events do not reach pyqtgraph's own
scene, which would wait for a minimal distance before it believes in a drag and so swallow the start of a stroke.
Longer than most files: it is the one place where layers, mouse and strokes meet, and each part is a line or two.
Not covered: tools (tools.py, strokes.py), the history (document.py), the colours of a landscape (heat.py).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QDragEnterEvent,
    QDragMoveEvent,
    QDropEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from engine.messages import Extent
from gui.axes import NumberAxis, widest
from gui.dots import Dots, diameter_for
from gui.edits import Floats, Sketch
from gui.key_pointer import KeyPointer
from gui.layers import Aids, ContourLines
from gui.plane import Plane
from gui.strokes import Strokes
from gui.tools import Preview

_LEAST_PX = (60, 36)
_ZOOM_PER_DEGREE = 1.012  # a notch of a common wheel is 15 degrees


@dataclass(frozen=True)
class CanvasColors:
    """Colours as Qt reads them: "#rrggbb" or "#aarrggbb". The dots' must read on any part of the landscape."""

    background: str = "#16171d"
    foreground: str = "#a9adba"
    grid: str = "#2a2c36"
    labels: tuple[str, str, str, str] = ("#f4f4f6", "#56b4e9", "#f0a30a", "#3ddbb0")
    dot_outline: str = "#101116"
    sample: str = "#ffe08a"
    sample_outline: str = "#101116"
    contour: str = "#66ffffff"
    selection: str = "#ffffff"
    selection_outline: str = "#101116"


class Canvas(pg.PlotWidget):  # type: ignore[misc]
    """All coordinates are the user's own numbers; an extent is (x0, x1, y0, y1)."""

    view_changed = Signal(object)  # the visible extent
    navigated = Signal()  # by the person: zoomed, dragged, or sent home
    cursor_moved = Signal(float, float)
    cursor_left = Signal()
    stroke_moved = Signal(object, object)  # points and labels of the stroke in progress; none once it is cancelled
    edit_made = Signal(object, str)  # an Edit to be done, and what to call it
    selection_changed = Signal(int)  # how many points are selected
    tool_changed = Signal(str)
    brush_changed = Signal(float, float)  # radius in pixels, points per second of the spray
    files_dropped = Signal(list)  # paths
    balls_dropped = Signal(float, float, bool)  # where, and whether many

    def __init__(self, parent: QWidget | None = None) -> None:
        self._sketch = Sketch()
        self._plane = Plane(self._sketch.extent)
        axes = {name: NumberAxis(name) for name in ("left", "bottom")}
        super().__init__(parent, viewBox=self._plane, axisItems=axes)
        self._colors = CanvasColors()
        self._hint = ""
        self._is_dropping = False
        self._pan_from: QPointF | None = None
        self._cursor: QPointF | None = None
        self._strokes = Strokes(self)
        self._set_up_plot()
        self._make_layers()
        self._connect_strokes()
        self.setAcceptDrops(True)
        # Four of them must fit on a small screen in large type.
        self.setMinimumSize(*_LEAST_PX)
        self.keys = KeyPointer(self)
        self.set_colors(self._colors)
        self._plane.sigRangeChanged.connect(self._on_range_changed)
        self._plane.sigResized.connect(self._set_diameters)

    # ---- what is shown

    @property
    def extent(self) -> Extent:
        """What is visible now."""
        return self._plane.extent

    @property
    def home(self) -> Extent:
        """What is visible at least in the home view."""
        return self._plane.home

    def set_sketch(self, sketch: Sketch, appended_from: int | None = None) -> None:
        """Show a sketch; `appended_from` if it is the shown one with points added from that index on.

        A sketch with another extent brings its home view.
        """
        self._sketch = sketch
        self._set_diameters()
        self._dots.set_points(sketch.points, sketch.labels, appended_from or 0)
        self._strokes.set_sketch(sketch, is_longer=appended_from is not None)
        self._aids.set_hint("" if sketch.num_points else self._hint)
        if sketch.extent != self._plane.home:
            self._make_room_for_numbers()
            self._plane.set_home(sketch.extent)

    def show_picture(self, rgba: NDArray[np.uint8], extent: Extent) -> None:
        """Show a landscape: (rows, columns, 4), rows from the lowest y, columns from the lowest x."""
        x0, x1, y0, y1 = extent
        self._picture.setImage(rgba, autoLevels=False)
        self._picture.setRect(QRectF(x0, y0, x1 - x0, y1 - y0))

    def show_contours(self, contours: NDArray[np.float32], offsets: NDArray[np.int32]) -> None:
        """contours: (k, 2), all lines one after another.  offsets: (lines + 1,), where each begins."""
        self._contours.set_lines(contours, offsets)

    def show_samples(self, points: NDArray[Any]) -> None:
        """The negative phase, (m, 2)."""
        self._samples.set_points(points)
        self._set_diameters()

    def clear_landscape(self) -> None:
        """No picture, contours or samples any more, as before the first landscape."""
        self._picture.clear()
        self.show_contours(np.empty((0, 2), np.float32), np.zeros(1, np.int32))
        self.show_samples(np.empty((0, 2)))

    def set_contours_visible(self, is_visible: bool) -> None:
        self._contours.setVisible(is_visible)

    def set_contour_width(self, width_px: float) -> None:
        """In pixels of the device, for films."""
        self._contours.set_width(width_px)

    def set_samples_visible(self, is_visible: bool) -> None:
        self._samples.setVisible(is_visible)

    def set_data_visible(self, is_visible: bool) -> None:
        for layer in (self._dots, self._live, self._marks):
            layer.setVisible(is_visible)

    def set_hint(self, hint: str) -> None:
        """A sentence in the middle of the canvas as long as there are no points."""
        self._hint = hint
        self._aids.set_hint("" if self._sketch.num_points else hint)

    def set_colors(self, colors: CanvasColors) -> None:
        self._colors = colors
        self.setBackground(colors.background)
        # A theme comes anew also where all is drawn larger.
        self._set_diameters()
        for name in ("left", "bottom"):
            axis = self.getPlotItem().getAxis(name)
            axis.setPen(colors.grid)
            axis.setTickPen(colors.grid)
            axis.setTextPen(colors.foreground)
        self._dots.set_colors(colors.labels, colors.dot_outline)
        self._live.set_colors(colors.labels, colors.dot_outline)
        self._samples.set_colors((colors.sample,), colors.sample_outline)
        self._marks.set_colors((colors.selection,), colors.selection_outline)
        self._contours.set_color(colors.contour)
        self._aids.set_colors(colors.selection, colors.selection_outline, colors.foreground)

    def reset_view(self) -> None:
        """The home view: the sketch's whole extent."""
        self._plane.go_home()
        self.navigated.emit()

    def zoom(self, factor: float) -> None:
        """Show `factor` times as much of the plane, about the middle of the view."""
        self._plane.zoom(factor)
        self.navigated.emit()

    def show_extent(self, extent: Extent) -> None:
        """At least this part of the plane."""
        self._plane.show(extent)
        self.navigated.emit()

    def follow(self, other: "Canvas") -> None:
        """The same part of the plane as another canvas shows."""
        self._plane.follow(other._plane)

    def add_layer(self, layer: Any, depth: float) -> None:
        """Something more to see. Taken depths: landscape 0, contours 1, dots 2, samples 3, what is aimed at 6."""
        layer.setZValue(depth)
        self._plane.addItem(layer, ignoreBounds=True)

    def show_crosshair(self, at: tuple[float, float] | None) -> None:
        """Where the cursor is on another canvas of the same plane."""
        self._aids.set_crosshair(at)

    def set_aids_visible(self, is_visible: bool) -> None:
        """Pictures of the canvas are made without what belongs to the mouse."""
        self._aids.setVisible(is_visible)

    @property
    def background(self) -> QColor:
        return QColor(self._colors.background)

    def set_dropping(self, is_on: bool) -> None:
        """Whether clicks drop balls, instead of drawing."""
        self._is_dropping = is_on

    # ---- what the keys do

    @property
    def tool_name(self) -> str:
        return self._strokes.tool_name

    @property
    def brush_px(self) -> float:
        return self._strokes.brush_px

    @property
    def label(self) -> int:
        return self._strokes.label

    def set_tool(self, name: str) -> None:
        """pen, spray, line, ellipse, eraser or select."""
        self._strokes.set_tool(name)

    def set_brush_px(self, radius_px: float) -> None:
        self._strokes.set_brush_px(radius_px)
        self._show_brush()

    def set_spray_rate(self, points_per_second: float) -> None:
        self._strokes.set_spray_rate(points_per_second)

    def set_label(self, label: int) -> None:
        """0 to 3: the label of what is drawn from now on, and of what is selected."""
        self._strokes.set_label(label)

    def select_all(self) -> None:
        self._strokes.select_all()

    def delete_selection(self) -> None:
        self._strokes.delete_selection()

    def cancel(self) -> bool:
        """Esc; returns whether there was something to cancel."""
        return self._strokes.cancel()

    # ---- events

    def mousePressEvent(self, event: QMouseEvent) -> None:
        is_inside = self._is_inside(event.position())
        if event.button() == Qt.MouseButton.LeftButton and is_inside and self._is_dropping:
            self.balls_dropped.emit(*self._to_user(event.position()), _is_shift(event))
        elif event.button() == Qt.MouseButton.LeftButton and is_inside:
            self._strokes.press(*self._to_user(event.position()), _is_shift(event), self._plane.viewPixelSize())
        elif event.button() == Qt.MouseButton.MiddleButton and is_inside:
            self._pan_from = event.position()
        else:
            event.ignore()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.MiddleButton:
            self.reset_view()
        else:
            self.mousePressEvent(event)  # two quick dabs are two strokes

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        here = event.position()
        if self._pan_from is not None:
            (x, y), (old_x, old_y) = self._to_user(here), self._to_user(self._pan_from)
            self._plane.pan(old_x - x, old_y - y)
            self._pan_from = here
            self.navigated.emit()
        self._strokes.move(*self._to_user(here), _is_shift(event))
        self._set_cursor(here if self._is_inside(here) else None)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._strokes.move(*self._to_user(event.position()), _is_shift(event))
            self._strokes.release()
        elif event.button() == Qt.MouseButton.MiddleButton:
            self._pan_from = None

    def wheelEvent(self, event: QWheelEvent) -> None:
        degrees = event.angleDelta().y() / 8
        if degrees and self._is_inside(event.position()):
            self._plane.zoom(_ZOOM_PER_DEGREE**-degrees, self._to_user(event.position()))
            self.navigated.emit()
        event.accept()

    def leaveEvent(self, event: QEvent) -> None:
        self._set_cursor(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        event.ignore()  # keys are the window's

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        _accept_files(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        _accept_files(event)

    def dropEvent(self, event: QDropEvent) -> None:
        paths = _accept_files(event)
        if paths:
            self.files_dropped.emit(paths)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        # A closed plot has no axes any more.
        if event.type() == QEvent.Type.FontChange and self.plotItem is not None:
            self._make_room_for_numbers()

    # ---- private

    def _set_up_plot(self) -> None:
        self.setRenderHints(QPainter.RenderHint.SmoothPixmapTransform | QPainter.RenderHint.Antialiasing)
        self.setCursor(Qt.CursorShape.CrossCursor)
        plot = self.getPlotItem()
        plot.hideButtons()
        plot.setMenuEnabled(False)
        plot.setContentsMargins(0, 8, 8, 0)
        plot.showGrid(x=True, y=True, alpha=1.0)
        for name in ("left", "bottom"):
            axis = plot.getAxis(name)
            axis.enableAutoSIPrefix(False)
            axis.setStyle(tickLength=0, tickTextOffset=6, maxTickLevel=1)
            axis.setZValue(-1)  # its grid is for the empty plane; a landscape covers it
        self._make_room_for_numbers()

    def _make_room_for_numbers(self) -> None:
        """By the home view: an axis that grew while it zooms would shift the plane under the cursor."""
        _, _, y0, y1 = self._sketch.extent
        width_of = self.fontMetrics().horizontalAdvance
        width = max(width_of("-00.00"), width_of(widest(y0, y1, width_of)))
        self.getPlotItem().getAxis("left").setWidth(width + 8)
        self.getPlotItem().getAxis("bottom").setHeight(self.fontMetrics().height() + 8)

    def _make_layers(self) -> None:
        self._picture = pg.ImageItem(axisOrder="row-major")
        self._contours = ContourLines()
        self._samples = Dots("hollow")
        self._dots = Dots()
        self._live = Dots()  # the stroke in progress
        self._marks = Dots("hollow")  # what is selected
        self._aids = Aids()
        layers = (self._picture, self._contours, self._dots, self._samples, self._live, self._marks, self._aids)
        for depth, layer in enumerate(layers):
            self.add_layer(layer, depth)

    def _connect_strokes(self) -> None:
        self._strokes.previewed.connect(self._on_previewed)
        self._strokes.stroke_moved.connect(self.stroke_moved)
        self._strokes.edit_made.connect(self.edit_made)
        self._strokes.selection_changed.connect(self._on_selection_changed)
        self._strokes.tool_changed.connect(self._on_tool_changed)
        self._strokes.brush_changed.connect(self.brush_changed)

    def _on_previewed(self, preview: Preview) -> None:
        self._live.set_points(preview.points, preview.labels)
        self._dots.set_hidden(preview.hidden)
        self._aids.set_outline(preview.outline)
        if len(preview.points):
            self._aids.set_hint("")
        self._show_selection(preview)

    def _on_selection_changed(self) -> None:
        self._show_selection(Preview())
        self.selection_changed.emit(len(self._strokes.selection))

    def _on_tool_changed(self, name: str) -> None:
        self.setCursor(Qt.CursorShape.ArrowCursor if name == "select" else Qt.CursorShape.CrossCursor)
        self._show_brush()
        self.tool_changed.emit(name)

    def _on_range_changed(self) -> None:
        self.view_changed.emit(self.extent)

    def _show_selection(self, preview: Preview) -> None:
        """Rings about what is selected, or about where the drag has brought it."""
        is_dragged = len(preview.hidden) and len(preview.points)
        points: Floats = preview.points if is_dragged else self._sketch.points[self._strokes.selection]
        self._marks.set_points(points)

    def _set_diameters(self, *_: object) -> None:
        side_px = min(self.width(), self.height())
        diameter_px = diameter_for(self._sketch.num_points, side_px)
        self._dots.set_diameter(diameter_px)
        self._live.set_diameter(diameter_px)
        self._marks.set_diameter(diameter_px + 7)
        self._samples.set_diameter(diameter_for(self._samples.num_points, side_px) - 1)

    def _set_cursor(self, at: QPointF | None) -> None:
        """The mouse is here on the plane, or not on it."""
        was_there, self._cursor = self._cursor is not None, at
        self._show_brush()
        if at is not None:
            self.cursor_moved.emit(*self._to_user(at))
        elif was_there:
            self.cursor_left.emit()

    def _show_brush(self) -> None:
        is_shown = self._cursor is not None and self._strokes.tool.is_round and not self._is_dropping
        self._aids.set_circle(self._to_user(self._cursor) if is_shown and self._cursor else None, self.brush_px)

    def _is_inside(self, position: QPointF) -> bool:
        return bool(self._plane.sceneBoundingRect().contains(position))

    def _to_user(self, position: QPointF) -> tuple[float, float]:
        return self._plane.to_user(position)  # the scene's unit is the widget's pixel


def _is_shift(event: QMouseEvent) -> bool:
    return bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)


def _accept_files(event: QDropEvent) -> list[str]:
    """The paths that are dragged here; an event without any is left to the window."""
    paths = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
    if paths:
        event.acceptProposedAction()
    else:
        event.ignore()
    return paths
