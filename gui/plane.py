"""The plane under the canvas: which part of it is visible, and how zoom and pan change that.

Coordinates are the user's own numbers. Not covered: what is drawn on it, and the mouse (canvas.py).
"""

from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QPointF

from engine.messages import Extent

LARGEST_ASPECT = 4.0  # up to this, width and height of a home view are in the same unit
_ZOOM_LIMITS = (1e-4, 50.0)  # width of the view by width of the home view


class Plane(pg.ViewBox):  # type: ignore[misc]
    """A ViewBox that moves only when it is told to: no ranges of its own accord, no mouse, no menu."""

    def __init__(self, home: Extent, parent: Any = None) -> None:
        super().__init__(parent, enableMouse=False, enableMenu=False)
        self.disableAutoRange()
        self._home = home
        self.go_home()

    @property
    def extent(self) -> Extent:
        """What is visible now."""
        (x0, x1), (y0, y1) = self.viewRange()
        return float(x0), float(x1), float(y0), float(y1)

    @property
    def home(self) -> Extent:
        return self._home

    def set_home(self, home: Extent) -> None:
        """What is to be visible at least in the home view, and go there."""
        self._home = home
        self.go_home()

    def follow(self, other: "Plane") -> None:
        """The same middle and the same scale as another plane, whatever its shape on the screen."""
        x0, x1, y0, y1 = other.extent
        half_x = (x1 - x0) / 2 * self.width() / max(1.0, other.width())
        half_y = (y1 - y0) / 2 * self.height() / max(1.0, other.height())
        x, y = (x0 + x1) / 2, (y0 + y1) / 2
        self.setRange(xRange=(x - half_x, x + half_x), yRange=(y - half_y, y + half_y), padding=0)

    def go_home(self) -> None:
        x0, x1, y0, y1 = self._home
        # A word is wide and should not be stretched; but axes of other units fill a square on the screen.
        ratio = (y1 - y0) / (x1 - x0)
        is_one_unit = max(ratio, 1 / ratio) <= LARGEST_ASPECT * (1 + 1e-9)
        self.setAspectLocked(True, ratio=1.0 if is_one_unit else ratio)
        self.setRange(xRange=(x0, x1), yRange=(y0, y1), padding=0)

    def show(self, extent: Extent) -> None:
        """Go to a part of the plane; what is not of the view's shape leaves room at its sides."""
        x0, x1, y0, y1 = extent
        self.setRange(xRange=(x0, x1), yRange=(y0, y1), padding=0)

    def zoom(self, factor: float, about: tuple[float, float] | None = None) -> None:
        """Show `factor` times as much, about a place that stays where it is, or the middle; within limits."""
        x0, x1, _, _ = self.extent
        share = factor * (x1 - x0) / (self._home[1] - self._home[0])
        if _ZOOM_LIMITS[0] < share < _ZOOM_LIMITS[1]:
            self.scaleBy((factor, factor), center=about)

    def pan(self, x: float, y: float) -> None:
        """Show what lies so much further to the right and up."""
        self.translateBy(x=x, y=y)

    def to_user(self, at: QPointF) -> tuple[float, float]:
        """The user's numbers of a place in the scene, whose unit is the screen's pixel."""
        point = self.mapSceneToView(at)
        return point.x(), point.y()
