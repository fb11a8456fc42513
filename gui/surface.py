"""The 3-D surface of a landscape, with data and samples lying on it.

What draws it is loaded when it is shown first, which takes a third of a second; what comes before is kept till then.
Not covered: the form of the ground (ground.py) and OpenGL (surface_scene.py, offscreen_gl.py).
"""

import os
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication, QShowEvent
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from engine.messages import Extent
from gui.ground import Bytes, Floats
from gui.offscreen_gl import why_missing
from gui.theme import DARK, Theme, set_role

if TYPE_CHECKING:
    from gui.surface_scene import SurfaceScene

__all__ = ["Surface", "why_missing"]

MOST_POINTS = 5000  # of more, only every second, third, ... is drawn
_PLATFORMS = {"xcb": "glx", "wayland": "egl"}  # by Qt's name, PyOpenGL's for the same


class Surface(QWidget):
    """Where OpenGL is missing it shows the sentence that says so."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scene: SurfaceScene | None = None
        self._is_tried = False
        self._theme = DARK
        self._ground: tuple[Floats, Bytes, Extent, str] | None = None
        self._data: tuple[NDArray[Any], NDArray[Any]] = (np.empty((0, 2)), np.empty(0, np.uint8))
        self._samples: NDArray[Any] = np.empty((0, 2))
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        set_role(self, "plot")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)

    def show_surface(self, heights: Floats, rgba: Bytes, extent: Extent, title: str = "") -> None:
        """heights: (rows, columns), 0 to 1, at the middles of the cells of `extent`; rows from the lowest y.

        rgba: (rows, columns, 4), the colours of the heat map.  title: what is up, for instance "energy".
        """
        self._ground = (heights, rgba, extent, title)
        self._draw()

    def show_points(self, data: NDArray[Any], labels: NDArray[Any], samples: NDArray[Any]) -> None:
        """Points (n, 2) with labels (n,) and samples (m, 2), in the user's numbers; those within lie on the ground."""
        self._data, self._samples = (data, labels), samples
        self._draw_points()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        if self._scene is not None:
            self._scene.set_theme(theme)
            self._draw()

    def reset_view(self) -> None:
        if self._scene is not None:
            self._scene.go_home()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._is_tried:
            self._is_tried = True
            self._begin()
        self._draw()

    def _begin(self) -> None:
        if reason := why_missing():
            label = QLabel(reason, self)
            label.setWordWrap(True)
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            label.setMargin(24)
            self._column.addWidget(label)
            return
        # Else PyOpenGL guesses, and is wrong where an X11 window runs on a Wayland desktop.
        if platform := _PLATFORMS.get(QGuiApplication.platformName()):
            os.environ.setdefault("PYOPENGL_PLATFORM", platform)
        # Imported here: it takes a third of a second, and PyOpenGL may be absent.
        from gui.surface_scene import SurfaceScene

        self._scene = SurfaceScene(self)
        self._scene.set_theme(self._theme)
        self._column.addWidget(self._scene)

    def _draw(self) -> None:
        """What is not seen is not drawn; it is when it is shown again."""
        if self._scene is not None and self._ground is not None and self.isVisible():
            self._scene.show_surface(*self._ground)
            self._draw_points()

    def _draw_points(self) -> None:
        if self._scene is None or not self.isVisible():
            return
        every = max(1, len(self._data[0]) // MOST_POINTS)
        points, labels = (each[::every] for each in self._data)
        fills = np.array([QColor(each).getRgbF() for each in self._theme.labels], np.float32)
        self._scene.show_dots("data", points, fills[np.minimum(labels, len(fills) - 1)])
        one = np.array(QColor(self._theme.samples).getRgbF(), np.float32)
        self._scene.show_dots("samples", self._samples, np.tile(one, (len(self._samples), 1)))
