"""The select tool: click or rubber-band to select, drag the selection to move it. Knows no Qt.

The selection outlives the stroke; whoever replaces the sketch's points calls `clear` (canvas.py).
"""

import numpy as np

from gui.edits import Delete, Edit, Floats, Indices, Move, Relabel, Sketch
from gui.tools import Brush, Preview, Tool

REACH_PX = 8.0
_CLICK_PX = 3.0


class Select(Tool):
    """`selection` is ascending indices into the sketch. Shift adds; Shift on a selected point takes it away."""

    title = "move points"
    adds_points = False

    def __init__(self) -> None:
        self.selection: Indices = np.empty(0, np.int64)
        self._brush = Brush()
        self._sketch = Sketch()
        self._start = self._at = np.zeros(2)
        self._is_moving = self._is_banding = self._is_adding = False

    @property
    def preview(self) -> Preview:
        if self._is_moving and self._offset is not None:
            moved = self._sketch.points[self.selection] + self._offset
            return Preview(moved, self._sketch.labels[self.selection], hidden=self.selection)
        if self._is_banding:
            (x0, y0), (x1, y1) = self._start, self._at
            return Preview(outline=np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1], [x0, y0]]))
        return Preview()

    def press(self, x: float, y: float, is_shift: bool, brush: Brush, sketch: Sketch) -> None:
        self._brush, self._sketch = brush, sketch
        self._start = self._at = np.array([x, y])
        self._is_adding = is_shift
        hit = self._nearest()
        if hit is None:
            self._is_banding = True
            return
        is_selected = bool(np.isin(hit, self.selection))
        if is_shift:
            self.selection = np.setxor1d(self.selection, hit) if is_selected else np.union1d(self.selection, hit)
        elif not is_selected:
            self.selection = np.array([hit], np.int64)
        self._is_moving = not (is_shift and is_selected)

    def move(self, x: float, y: float, is_shift: bool) -> None:
        self._at = np.array([x, y])

    def release(self) -> Edit | None:
        edit: Edit | None = None
        if self._is_moving and self._offset is not None:
            edit = Move(self.selection, (float(self._offset[0]), float(self._offset[1])))
        elif self._is_banding:
            banded = self._banded()
            self.selection = np.union1d(self.selection, banded) if self._is_adding else banded
        self._is_moving = self._is_banding = False
        return edit

    def cancel(self) -> None:
        """Ends a drag without an edit; where there is none, nothing is selected any more."""
        if not (self._is_moving or self._is_banding):
            self.clear()
        self._is_moving = self._is_banding = False

    def clear(self) -> None:
        self.selection = np.empty(0, np.int64)

    def select_all(self, sketch: Sketch) -> None:
        self.selection = np.arange(sketch.num_points)

    def delete(self) -> Edit | None:
        """The edit that deletes the selection, which is empty afterwards."""
        gone, self.selection = self.selection, np.empty(0, np.int64)
        return Delete(gone) if len(gone) else None

    def relabel(self, label: int) -> Edit | None:
        """The edit that gives the selection a label."""
        labels = np.full(len(self.selection), label, np.uint8)
        return Relabel(self.selection, labels) if len(labels) else None

    @property
    def _offset(self) -> Floats | None:
        """How far the drag has come; None while it may still be a click."""
        way: Floats = self._at - self._start
        return way if np.hypot(*(way / self._brush.pixel)) > _CLICK_PX else None

    def _nearest(self) -> int | None:
        if not self._sketch.num_points:
            return None
        distance_px = np.hypot(*((self._sketch.points - self._start) / self._brush.pixel).T)
        nearest = int(distance_px.argmin())
        return nearest if distance_px[nearest] <= REACH_PX else None

    def _banded(self) -> Indices:
        low, high = np.minimum(self._start, self._at), np.maximum(self._start, self._at)
        inside = np.all((self._sketch.points >= low) & (self._sketch.points <= high), axis=1)
        return np.flatnonzero(inside)
