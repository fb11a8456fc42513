"""A field as arrows: to where it is likelier, the longest as long as the arrows are apart.

Lengths are relative to a scale that follows the field slowly, so that they do not flicker from frame to frame.
Not covered: where the arrows are and how long (engine/layers.py).
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor, QPainter, QTransform

from gui.figure_layer import on_screen, shafts_of
from gui.ink import Ink, path_of_segments
from gui.view_item import ViewItem

_QUANTILE = 0.9  # arrows that are longer than this share of them are cut off
_RECOVERY = 0.1  # of the way to a new scale, a frame
_DECADES = 3.0
_HEAD_PX = 5.0
_SHORTEST_PX = 1.5
_WIDTH_PX, _HALO_PX = 1.3, 1.0


class FieldLayer(ViewItem):
    """Shows arrows (n, 4): x, y, dx, dy in the user's numbers."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._field: NDArray[np.float64] = np.zeros((0, 4))
        self._scale = 0.0
        self._is_log = False
        self._ink = Ink()

    def set_field(self, field: NDArray[np.float64]) -> None:
        # Longer than this is no number that could be squared.
        self._field = field[(np.abs(field) < 1e100).all(axis=1)]
        lengths = np.linalg.norm(self._field[:, 2:], axis=1)
        lengths = lengths[lengths > 0]
        if len(lengths):
            now = float(np.quantile(lengths, _QUANTILE))
            self._scale = now if self._scale == 0 else self._scale + _RECOVERY * (now - self._scale)
        else:
            self._scale = 0.0
        self._ink.forget()
        self.update()

    def set_is_log(self, is_log: bool) -> None:
        """Lengths by their logarithm, over three decades below the scale."""
        self._is_log = is_log
        self._ink.forget()
        self.update()

    def set_look(self, color: str, halo: str) -> None:
        faint = QColor(halo)
        faint.setAlphaF(0.55)
        self._ink.set_look(QColor(color), faint, _WIDTH_PX, _HALO_PX)
        self.update()

    def paint(self, painter: QPainter, *_: Any) -> None:
        if not len(self._field) or self._scale == 0:
            return
        to_screen = painter.transform()
        area = to_screen.mapRect(self.boundingRect())
        self._ink.paint(painter, area, lambda: [(path_of_segments(self._segments(to_screen)), 1.0)], lambda _: None)

    def _segments(self, to_screen: QTransform) -> NDArray[np.float64]:
        """Shafts and heads, (n, 4), in pixels."""
        starts = on_screen(self._field[:, :2], to_screen)
        ways = self._field[:, 2:] * [to_screen.m11(), to_screen.m22()]
        lengths = np.linalg.norm(ways, axis=1, keepdims=True)
        relative = np.linalg.norm(self._field[:, 2:], axis=1, keepdims=True) / self._scale
        arrows = ways / np.maximum(lengths, 1e-300) * self._shown(relative) * _spacing(starts)
        # Shorter ones show no direction, only specks.
        is_long = np.linalg.norm(arrows, axis=1) >= _SHORTEST_PX
        starts, arrows = starts[is_long], arrows[is_long]
        return shafts_of(np.hstack([starts - arrows / 2, starts + arrows / 2]), _HEAD_PX)

    def _shown(self, relative: NDArray[np.float64]) -> NDArray[np.float64]:
        """Lengths from 0 to 0.9 of the spacing, from lengths relative to the scale."""
        decades = np.log10(np.maximum(relative, 10**-_DECADES))
        shown = 1 + decades / _DECADES if self._is_log else relative
        return 0.9 * np.clip(shown, 0.0, 1.0)


def _spacing(starts: NDArray[np.float64]) -> float:
    """How far neighbours on the grid are apart, in pixels."""
    xs, ys = np.unique(starts[:, 0].round(3)), np.unique(starts[:, 1].round(3))
    gaps = [float(np.diff(each).mean()) for each in (xs, ys) if len(each) > 1]
    return min(gaps, default=math.inf) if gaps else 24.0
