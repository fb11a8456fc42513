"""What moves by itself while a cue is shown: the camera over the plane, and a knob. Nothing here looks at a clock.

A film that is made frame by frame advances by the length of a frame, a lecture by the time that has passed.
"""

import math
from typing import TYPE_CHECKING

from engine.messages import Extent
from gui.canvas import Canvas
from gui.lecture import controls
from gui.lecture.lesson import Camera, Turn

if TYPE_CHECKING:
    from gui.window import Window

# A cue without a camera goes home in this time.
_HOME_SECS = 0.8


class CameraMove:
    """From what a canvas shows to what a cue wants to see."""

    def __init__(self, canvas: Canvas, camera: Camera | None) -> None:
        self._canvas = canvas
        self._begin = canvas.extent
        self._end = _wanted(canvas, camera)
        self._seconds = camera.seconds if camera is not None else _HOME_SECS
        # Nothing is to move where all is seen already.
        self._is_over = _is_near(self._begin, _as_shown(self._begin, self._end))

    def at(self, seconds: float) -> None:
        """So long after its beginning."""
        if self._is_over:
            return
        share = 1.0 if self._seconds <= 0 else min(1.0, seconds / self._seconds)
        if share >= 1:
            self._is_over = True
            self._canvas.show_extent(self._end)
            return
        self._canvas.show_extent(_between(self._begin, _as_shown(self._begin, self._end), _eased(share)))


class KnobMove:
    """A knob that turns from one number to another: in equal ratios where its slider is logarithmic."""

    def __init__(self, window: "Window", turn: Turn) -> None:
        self._window, self._turn = window, turn
        is_positive = turn.start > 0 and turn.end > 0
        self._is_logarithmic = is_positive and controls.is_logarithmic(window, turn.knob)
        self.is_there = controls.turn(window, turn.knob, turn.start)
        self._is_over = not self.is_there

    def at(self, seconds: float) -> None:
        """So long after its beginning."""
        turn = self._turn
        if self._is_over or seconds < turn.wait:
            return
        share = 1.0 if turn.seconds <= 0 else min(1.0, (seconds - turn.wait) / turn.seconds)
        if self._is_logarithmic:
            value = turn.start * (turn.end / turn.start) ** share
        else:
            value = turn.start + share * (turn.end - turn.start)
        self._is_over = share >= 1
        controls.turn(self._window, turn.knob, turn.end if self._is_over else value)


def _wanted(canvas: Canvas, camera: Camera | None) -> Extent:
    if camera is None:
        return canvas.home
    if camera.extent is not None:
        return camera.extent
    x0, x1, y0, y1 = canvas.home
    x, y, half_x, half_y = (x0 + x1) / 2, (y0 + y1) / 2, (x1 - x0) / 2 / camera.zoom, (y1 - y0) / 2 / camera.zoom
    return x - half_x, x + half_x, y - half_y, y + half_y


def _as_shown(seen: Extent, wanted: Extent) -> Extent:
    """What a canvas of the shape of `seen` shows when it is to show `wanted`: as much, and what is beside it."""
    x0, x1, y0, y1 = wanted
    aspect = (seen[1] - seen[0]) / (seen[3] - seen[2])
    width = max(x1 - x0, aspect * (y1 - y0))
    height = width / aspect
    x, y = (x0 + x1) / 2, (y0 + y1) / 2
    return x - width / 2, x + width / 2, y - height / 2, y + height / 2


def _between(begin: Extent, end: Extent, share: float) -> Extent:
    """Enlarged evenly: the size goes in equal ratios, and the middle with the size."""
    widths = begin[1] - begin[0], end[1] - end[0]
    heights = begin[3] - begin[2], end[3] - end[2]
    width = widths[0] * (widths[1] / widths[0]) ** share
    height = heights[0] * (heights[1] / heights[0]) ** share
    along = share if math.isclose(*widths, rel_tol=1e-6) else (widths[0] - width) / (widths[0] - widths[1])
    x = (1 - along) * (begin[0] + begin[1]) / 2 + along * (end[0] + end[1]) / 2
    y = (1 - along) * (begin[2] + begin[3]) / 2 + along * (end[2] + end[3]) / 2
    return x - width / 2, x + width / 2, y - height / 2, y + height / 2


def _is_near(one: Extent, other: Extent) -> bool:
    size = one[1] - one[0]
    return all(abs(a - b) < 1e-3 * size for a, b in zip(one, other, strict=True))


def _eased(share: float) -> float:
    """Slow at both ends."""
    return share * share * (3 - 2 * share)
