"""Strokes: which tool the person holds, with which brush, and what becomes of the stroke in progress.

Positions come in the user's own numbers. Not covered: mouse events and what is drawn of it all (canvas.py).
"""

from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Signal

from gui.edits import Indices, Sketch
from gui.selection import Select
from gui.tools import Brush, Ellipse, Eraser, Line, Pen, Preview, Spray, Tool

TICK_MSECS = 16
BRUSH_RANGE_PX = (4.0, 200.0)


class Strokes(QObject):
    """One tool at a time, from `press` to `release` or `cancel`; time passes for it while the button is down.

    previewed: a Preview, what to show now.  stroke_moved: points and labels of the stroke so far, none if cancelled.
    edit_made: an Edit and what to call it.  tool_changed: its name, also when this object chose it.
    brush_changed: radius in pixels, and points per second of the spray.
    """

    previewed = Signal(object)
    stroke_moved = Signal(object, object)
    edit_made = Signal(object, str)
    selection_changed = Signal()
    tool_changed = Signal(str)
    brush_changed = Signal(float, float)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._select = Select()
        self._tools: dict[str, Tool] = {
            "pen": Pen(),
            "spray": Spray(),
            "line": Line(),
            "ellipse": Ellipse(),
            "eraser": Eraser(),
            "select": self._select,
        }
        self._name = "pen"
        self._label = 0
        self._radius_px = Brush.radius_px
        self._rate = Brush.rate
        self._sketch = Sketch()
        self._is_down = False
        self._clock = QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MSECS)
        self._timer.timeout.connect(self._on_tick)

    # ---- what the person holds

    @property
    def tool_name(self) -> str:
        return self._name

    @property
    def tool(self) -> Tool:
        return self._tools[self._name]

    @property
    def label(self) -> int:
        return self._label

    @property
    def brush_px(self) -> float:
        """The radius of spray and eraser."""
        return self._radius_px

    @property
    def selection(self) -> Indices:
        return self._select.selection

    def set_tool(self, name: str) -> None:
        """pen, spray, line, ellipse, eraser or select. Raises KeyError for another name."""
        if name == self._name:
            return
        if name not in self._tools:
            raise KeyError(name)
        self._abandon()
        self._name = name
        self._clear_selection()
        self.tool_changed.emit(name)

    def set_label(self, label: int) -> None:
        """The label of what is drawn from now on; what is selected gets it too."""
        self._label = label
        edit = self._select.relabel(label)
        if edit is not None:
            self.edit_made.emit(edit, "label points")

    def set_brush_px(self, radius_px: float) -> None:
        self._radius_px = min(max(radius_px, BRUSH_RANGE_PX[0]), BRUSH_RANGE_PX[1])
        self.brush_changed.emit(self._radius_px, self._rate)

    def set_spray_rate(self, points_per_second: float) -> None:
        self._rate = points_per_second
        self.brush_changed.emit(self._radius_px, self._rate)

    # ---- the stroke

    def press(self, x: float, y: float, is_shift: bool, pixel: tuple[float, float]) -> None:
        """The button goes down; `pixel` is what a screen pixel spans in x and y."""
        self.release()  # of a stroke whose release went to a dialog that came up
        brush = Brush(self._label, self._radius_px, self._rate, pixel)
        self._is_down = True
        self.tool.press(x, y, is_shift, brush, self._sketch)
        self._clock.start()
        if self._name == "spray":
            self._timer.start()
        self._show()
        self.selection_changed.emit()

    def move(self, x: float, y: float, is_shift: bool) -> None:
        if self._is_down:
            self.tool.move(x, y, is_shift)
            self._show()

    def release(self) -> None:
        if not self._is_down:
            return
        if self._name == "spray":
            self._on_tick()  # what is due since the last tick
        edit = self.tool.release()
        self._rest()
        self.previewed.emit(Preview())
        self.selection_changed.emit()
        if edit is not None:
            self.edit_made.emit(edit, self.tool.title)

    def cancel(self) -> bool:
        """Esc: ends the stroke without an edit, or clears the selection; returns whether there was either."""
        if self._is_down:
            self._abandon()
            return True
        is_selected = len(self.selection) > 0
        self._clear_selection()
        return is_selected

    # ---- the selection

    def select_all(self) -> None:
        self.set_tool("select")
        self._abandon()
        self._select.select_all(self._sketch)
        self.selection_changed.emit()

    def delete_selection(self) -> None:
        self._abandon()
        edit = self._select.delete()
        if edit is not None:
            self.selection_changed.emit()
            self.edit_made.emit(edit, "delete points")

    def set_sketch(self, sketch: Sketch, is_longer: bool = False) -> None:
        """The sketch is another one; `is_longer` when points were only appended. A stroke in progress is abandoned."""
        # A move keeps the array of labels, a relabelling that of points: then indices mean the same points as before.
        is_same = is_longer or sketch.points is self._sketch.points or sketch.labels is self._sketch.labels
        self._abandon()
        self._sketch = sketch
        if is_same:
            self.selection_changed.emit()
        else:
            self._clear_selection()

    # ---- private

    def _show(self) -> None:
        shown = self.tool.preview
        self.previewed.emit(shown)
        if self.tool.adds_points:
            self.stroke_moved.emit(shown.points, shown.labels)

    def _on_tick(self) -> None:
        self.tool.tick(self._clock.restart() / 1000)
        self._show()

    def _abandon(self) -> None:
        if not self._is_down:
            return
        self.tool.cancel()
        self._rest()
        nothing = Preview()
        self.previewed.emit(nothing)
        if self.tool.adds_points:
            self.stroke_moved.emit(nothing.points, nothing.labels)

    def _rest(self) -> None:
        self._is_down = False
        self._timer.stop()

    def _clear_selection(self) -> None:
        self._select.clear()
        self.selection_changed.emit()
