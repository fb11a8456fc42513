"""The drawing tools: each turns a stroke of the mouse into one edit, and shows it while it lasts.

A tool knows no Qt: positions come in the user's own numbers, and what a person sees as a distance is measured in
screen pixels by `Brush.pixel`. Not covered: Select (selection.py) and where the mouse events come from (canvas.py).
"""

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from gui.edits import Append, Delete, Edit, Floats, Indices, Labels, Sketch

SPACING_PX = 5.0
_ELLIPSE_CORNERS = 720


@dataclass(frozen=True)
class Brush:
    """What a stroke is made with.

    label: 0 to 3.  radius_px: of spray and eraser.  rate: of the spray, points per second.
    pixel: what one screen pixel spans in x and in y, in the user's numbers.
    """

    label: int = 0
    radius_px: float = 24.0
    rate: float = 250.0
    pixel: tuple[float, float] = (1.0, 1.0)


@dataclass(frozen=True, eq=False)
class Preview:
    """What a stroke shows before it is an edit.

    points (k, 2), labels (k,): to be drawn as if they were there.  hidden: the sketch's points not to be drawn.
    outline (m, 2): a line that helps to aim, such as a rubber band.
    """

    points: Floats = field(default_factory=lambda: np.empty((0, 2)))
    labels: Labels = field(default_factory=lambda: np.empty(0, np.uint8))
    hidden: Indices = field(default_factory=lambda: np.empty(0, np.int64))
    outline: Floats = field(default_factory=lambda: np.empty((0, 2)))


class Tool(Protocol):
    """A small state machine: `press`, then any of `move` and `tick`, then `release` or `cancel`.

    title: what the edit is called in Edit > Undo.  is_round: works within the brush's circle.
    adds_points: its preview's points are new ones, which the engine may learn from before the stroke ends.
    """

    title: str
    is_round: bool = False
    adds_points: bool = True

    @property
    def preview(self) -> Preview: ...

    def press(self, x: float, y: float, is_shift: bool, brush: Brush, sketch: Sketch) -> None: ...

    def move(self, x: float, y: float, is_shift: bool) -> None: ...

    def release(self) -> Edit | None: ...

    def cancel(self) -> None: ...

    def tick(self, secs: float) -> None:
        """Time has passed with the button down; only the spray cares."""
        return


class Pen(Tool):
    """Points along the path of the mouse, evenly spaced."""

    title = "pen stroke"

    def __init__(self) -> None:
        self._brush = Brush()
        self._points = np.empty((0, 2))

    @property
    def preview(self) -> Preview:
        return _added(self._points, self._brush.label)

    def press(self, x: float, y: float, is_shift: bool, brush: Brush, sketch: Sketch) -> None:
        self._brush = brush
        self._points = np.array([[x, y]])

    def move(self, x: float, y: float, is_shift: bool) -> None:
        last = self._points[-1]
        way = np.array([x, y]) - last
        distance_px = _length_px(way, self._brush)
        # The rest that is shorter than a spacing waits for the next move, so slow strokes are as even as fast ones.
        num_new = int(distance_px / SPACING_PX)
        if num_new:
            shares = np.arange(1, num_new + 1) * SPACING_PX / distance_px
            self._points = np.concatenate([self._points, last + shares[:, None] * way])

    def release(self) -> Edit | None:
        return _released(self)

    def cancel(self) -> None:
        self._points = np.empty((0, 2))


class Spray(Tool):
    """Points scattered evenly over the brush's circle, at a rate, also while the mouse stands still."""

    title = "spray"
    is_round = True

    def __init__(self, seed: int = 0) -> None:
        self._rng = np.random.default_rng(seed)
        self._brush = Brush()
        self._points = np.empty((0, 2))
        self._from = self._to = np.zeros(2)
        self._owed = 0.0

    @property
    def preview(self) -> Preview:
        return _added(self._points, self._brush.label)

    def press(self, x: float, y: float, is_shift: bool, brush: Brush, sketch: Sketch) -> None:
        self._brush = brush
        self._from = self._to = np.array([x, y])
        self._owed = 0.0
        self._scatter(1)  # so that the shortest click leaves something

    def move(self, x: float, y: float, is_shift: bool) -> None:
        self._to = np.array([x, y])

    def tick(self, secs: float) -> None:
        self._owed += self._brush.rate * secs
        num_due = int(self._owed)
        self._owed -= num_due
        self._scatter(num_due)

    def release(self) -> Edit | None:
        return _released(self)

    def cancel(self) -> None:
        self._points = np.empty((0, 2))

    def _scatter(self, num_points: int) -> None:
        # Along the way since the last tick: a fast stroke leaves a band, not a row of blots.
        centres = self._from + self._rng.random((num_points, 1)) * (self._to - self._from)
        angle = self._rng.random(num_points) * 2 * np.pi
        radius_px = self._brush.radius_px * np.sqrt(self._rng.random(num_points))
        offsets_px = radius_px[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
        self._points = np.concatenate([self._points, centres + offsets_px * self._brush.pixel])
        self._from = self._to


class Line(Tool):
    """Evenly spaced points from press to release; Shift keeps to steps of 45 degrees on the screen."""

    title = "line"

    def __init__(self) -> None:
        self._brush = Brush()
        self._start = np.zeros(2)
        self._points = np.empty((0, 2))

    @property
    def preview(self) -> Preview:
        return _added(self._points, self._brush.label)

    def press(self, x: float, y: float, is_shift: bool, brush: Brush, sketch: Sketch) -> None:
        self._brush = brush
        self._start = np.array([x, y])
        self._points = self._start[None]

    def move(self, x: float, y: float, is_shift: bool) -> None:
        way_px = (np.array([x, y]) - self._start) / self._brush.pixel
        if is_shift:
            angle = np.round(np.arctan2(way_px[1], way_px[0]) / (np.pi / 4)) * (np.pi / 4)
            direction = np.array([np.cos(angle), np.sin(angle)])
            way_px = direction * (way_px @ direction)
        num_gaps = round(float(np.hypot(*way_px)) / SPACING_PX)
        shares = np.linspace(0, 1, num_gaps + 1)[:, None]
        self._points = self._start + shares * way_px * self._brush.pixel

    def release(self) -> Edit | None:
        return _released(self)

    def cancel(self) -> None:
        self._points = np.empty((0, 2))


class Ellipse(Tool):
    """Evenly spaced points on the ellipse that fits the dragged box; Shift makes it a circle on the screen."""

    title = "ellipse"

    def __init__(self) -> None:
        self._brush = Brush()
        self._start = np.zeros(2)
        self._points = np.empty((0, 2))

    @property
    def preview(self) -> Preview:
        return _added(self._points, self._brush.label)

    def press(self, x: float, y: float, is_shift: bool, brush: Brush, sketch: Sketch) -> None:
        self._brush = brush
        self._start = np.array([x, y])
        self._points = np.empty((0, 2))

    def move(self, x: float, y: float, is_shift: bool) -> None:
        size_px = (np.array([x, y]) - self._start) / self._brush.pixel
        if is_shift:
            size_px = np.abs(size_px).max() * np.where(size_px < 0, -1.0, 1.0)
        centre = self._start + size_px * self._brush.pixel / 2
        self._points = centre + _on_ellipse(size_px / 2) * self._brush.pixel

    def release(self) -> Edit | None:
        return _released(self)

    def cancel(self) -> None:
        self._points = np.empty((0, 2))


class Eraser(Tool):
    """Takes away what comes within the brush's circle."""

    title = "erase"
    is_round = True
    adds_points = False

    def __init__(self) -> None:
        self._brush = Brush()
        self._at = np.zeros(2)
        self._points = np.empty((0, 2))
        self._is_gone = np.zeros(0, bool)

    @property
    def preview(self) -> Preview:
        return Preview(hidden=np.flatnonzero(self._is_gone))

    def press(self, x: float, y: float, is_shift: bool, brush: Brush, sketch: Sketch) -> None:
        self._brush = brush
        self._points = sketch.points
        self._is_gone = np.zeros(sketch.num_points, bool)
        self._at = np.array([x, y])
        self.move(x, y, is_shift)

    def move(self, x: float, y: float, is_shift: bool) -> None:
        before_px, self._at = self._at / self._brush.pixel, np.array([x, y])
        distance_px = _distance_to_segment(self._points / self._brush.pixel, before_px, self._at / self._brush.pixel)
        self._is_gone |= distance_px <= self._brush.radius_px

    def release(self) -> Edit | None:
        gone = np.flatnonzero(self._is_gone)
        self.cancel()
        return Delete(gone) if len(gone) else None

    def cancel(self) -> None:
        self._points = np.empty((0, 2))
        self._is_gone = np.zeros(0, bool)


def _added(points: Floats, label: int) -> Preview:
    return Preview(points, np.full(len(points), label, np.uint8))


def _released(tool: Tool) -> Edit | None:
    """What a tool that adds points has drawn, as an edit; the tool is ready for the next stroke."""
    shown = tool.preview
    tool.cancel()
    return Append(shown.points, shown.labels) if len(shown.points) else None


def _length_px(way: Floats, brush: Brush) -> float:
    return float(np.hypot(way[0] / brush.pixel[0], way[1] / brush.pixel[1]))


def _on_ellipse(radii: Floats) -> Floats:
    """Points (k, 2) about the origin, one every SPACING_PX along the ellipse with these two radii in pixels."""
    angle = np.linspace(0, 2 * np.pi, _ELLIPSE_CORNERS + 1)
    corners = np.column_stack([np.cos(angle), np.sin(angle)]) * radii
    travelled = np.concatenate([[0.0], np.hypot(*np.diff(corners, axis=0).T).cumsum()])
    num_points = round(travelled[-1] / SPACING_PX)
    wanted = np.arange(num_points) * travelled[-1] / max(1, num_points)
    return np.column_stack([np.interp(wanted, travelled, corners[:, axis]) for axis in (0, 1)])


def _distance_to_segment(points: Floats, start: Floats, end: Floats) -> Floats:
    """How far each of `points` (n, 2) is from the straight way from start to end; (n,)."""
    way = end - start
    share = np.clip((points - start) @ way / max(float(way @ way), 1e-300), 0, 1)
    distance: Floats = np.hypot(*(points - start - share[:, None] * way).T)
    return distance
