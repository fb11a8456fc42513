"""The landscape's place on the canvas taken by a density: the exact one, that of the draws, or their difference.

The difference is orange where there are too many draws and blue where there are too few, the stronger the farther
apart, on the same scale in every pane.
Not covered: how the densities are made (engine/density_maps.py).
"""

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from engine.messages import ChainMeasures, Extent, Truth
from gui import heat
from gui.theme import DARK, Theme
from gui.view_item import ViewItem

if TYPE_CHECKING:
    from gui.canvas import Canvas
    from gui.colorbar import ColorBar

LANDSCAPE = "landscape"
KINDS = (LANDSCAPE, "exact density", "density of draws", "difference")
_TITLES = {
    "exact density": "exact density, per unit of area",
    "density of draws": "density of the draws, per unit of area",
    "difference": "draws − exact, density per unit of area",
}
_DEPTH = 0.5  # above the landscape, below its contours
# From too few draws to as many as there should be, and from there to too many: lightness, chroma, hue in Oklab.
_CORNERS = {
    "dark": (((0.17, 0.010, 265.0), (0.74, 0.130, 240.0)), ((0.17, 0.010, 265.0), (0.74, 0.150, 60.0))),
    "light": (((0.985, 0.004, 265.0), (0.50, 0.140, 250.0)), ((0.985, 0.004, 265.0), (0.50, 0.140, 50.0))),
}


class DensityView:
    """What is shown in place of the landscape of one pane."""

    def __init__(self, canvas: "Canvas") -> None:
        self.layer = _PictureLayer()
        canvas.add_layer(self.layer, _DEPTH)
        self._theme = DARK
        self._kind = LANDSCAPE
        self._truth: Truth | None = None
        self._draws: NDArray[np.float32] | None = None

    @property
    def wants_draws(self) -> bool:
        """Whether the engine is to tell the density of the draws."""
        return self._kind in ("density of draws", "difference")

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._paint()

    def set_kind(self, kind: str) -> None:
        """One of KINDS."""
        self._kind = kind
        self._paint()

    def show_truth(self, truth: Truth) -> None:
        """Draws of the target before are none of this one."""
        self._truth, self._draws = truth, None
        self._paint()

    def show_measures(self, measures: ChainMeasures | None) -> None:
        if measures is None or measures.density.size:
            self._draws = None if measures is None else measures.density
            self._paint()

    @property
    def values(self) -> NDArray[np.float32] | None:
        """What is painted, (rows, columns) from the lowest y; None where it is the landscape, or not known yet."""
        truth = self._truth
        if truth is None or self._kind == LANDSCAPE:
            return None
        if self._kind == "exact density":
            return truth.density
        draws = self._draws if self._draws is not None and self._draws.shape == truth.density.shape else None
        if draws is None:
            return np.zeros_like(truth.density)
        return draws if self._kind == "density of draws" else draws - truth.density

    @property
    def ends(self) -> tuple[float, float]:
        """The values of the first and the last colour: up to the highest exact density; of differences, a quarter."""
        top = float(self._truth.density.max()) if self._truth is not None and self._truth.density.size else 1.0
        if self._kind == "difference":
            limit = _rounded_up(top / 4)
            return -limit, limit
        return 0.0, top

    def show_scale(self, bar: "ColorBar") -> bool:
        """Tell the bar what the colours mean; False where they are those of the landscape."""
        if self._kind == LANDSCAPE:
            return False
        bar.set_values(_TITLES[self._kind], *self.ends, self._colors())
        return True

    def _paint(self) -> None:
        values = self.values
        if values is None or self._truth is None:
            self.layer.clear()
            return
        low, high = self.ends
        index = np.clip(np.nan_to_num((values - low) / (high - low)) * 255 + 0.5, 0, 255).astype(np.uint8)
        self.layer.show_picture(self._colors()[index], self._truth.extent, self._theme.plot)

    def _colors(self) -> heat.Bytes:
        return diverging(self._theme.name) if self._kind == "difference" else heat.color_map(self._theme.heat_map)


def diverging(theme_name: str) -> heat.Bytes:
    """(256, 3) sRGB: blue, then the ground in the middle, then orange, equally far on both sides."""
    few, many = (heat.ramp(corners) for corners in _CORNERS[theme_name])
    return np.concatenate([few[::-2], many[::2]])


class _PictureLayer(ViewItem):
    """A picture over its extent, and the ground around it, so that nothing of the landscape below is seen."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._image: QImage | None = None
        self._place = QRectF()
        self._ground = QColor("black")

    def show_picture(self, rgb: heat.Bytes, extent: Extent, ground: str) -> None:
        """rgb: (rows, columns, 3), rows from the lowest y."""
        rows, columns = rgb.shape[:2]
        content = np.ascontiguousarray(rgb)
        self._image = QImage(content.data, columns, rows, 3 * columns, QImage.Format.Format_RGB888).copy()
        x0, x1, y0, y1 = extent
        self._place, self._ground = QRectF(x0, y0, x1 - x0, y1 - y0), QColor(ground)
        self.update()

    def clear(self) -> None:
        self._image = None
        self.update()

    def paint(self, painter: QPainter, *_: Any) -> None:
        if self._image is not None:
            painter.fillRect(self.boundingRect(), self._ground)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(self._place, self._image)


def _rounded_up(value: float) -> float:
    """To 1, 2 or 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(value)) if value > 0 and math.isfinite(value) else 1.0
    return next((nice * power for nice in (1.0, 2.0, 5.0) if nice * power >= value), 10.0 * power)
