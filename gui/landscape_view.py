"""The landscape as it is seen: the canvas with its colours, contours and samples, and the colour bar beside it.

Not covered: where landscapes come from (experiment.py) and the controls around the view (labs/landscape.py).
"""

import math

import msgspec
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from engine.knobs import knob
from engine.messages import Landscape
from gui import heat
from gui.axes import number
from gui.canvas import Canvas, CanvasColors
from gui.colorbar import ColorBar
from gui.theme import DARK, Theme


class ViewParams(msgspec.Struct, frozen=True):
    """How a landscape is looked at; none of it changes what is learnt."""

    temperature: float = knob(
        1.0,
        low=0.05,
        high=20.0,
        scale="log",
        help="Divides the energy before it becomes a density: cold leaves only the deepest valleys, "
        "hot lets everything be likely. The model itself stays as it is.",
    )
    span: float = knob(
        10.0,
        low=0.5,
        high=100.0,
        scale="log",
        unit="nats",
        help="From the first colour to the last; what lies higher all looks alike.",
    )
    cells: int = knob(
        128, low=32, high=384, unit="a side", help="How finely the landscape is computed; finer is slower."
    )


class LandscapeView(QWidget):
    """Canvas and colour bar. `params_changed` asks for a landscape of another temperature or fineness."""

    read_out_changed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.canvas = Canvas(self)
        self._bar = ColorBar(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self.canvas, 1)
        row.addWidget(self._bar)
        self._zero = heat.Zero()
        self._mode: heat.Mode = "energy"
        self._params = ViewParams()
        self._lut = heat.color_map(DARK.heat_map)
        self._landscape: Landscape | None = None
        self._cursor: tuple[float, float] | None = None
        self.canvas.cursor_moved.connect(self._on_cursor_moved)
        self.canvas.cursor_left.connect(self._on_cursor_left)

    @property
    def params(self) -> ViewParams:
        return self._params

    def set_theme(self, theme: Theme) -> None:
        self.canvas.set_colors(_canvas_colors(theme))
        self._lut = heat.color_map(theme.heat_map)
        self._bar.set_theme(theme)
        self._repaint_landscape()

    def set_mode(self, mode: heat.Mode) -> None:
        """What the colours say."""
        self._mode = mode
        self._repaint_landscape()

    def set_params(self, params: ViewParams) -> None:
        self._params = params
        self._repaint_landscape()

    def show_landscape(self, landscape: Landscape) -> None:
        self._landscape = landscape
        self._zero.update(landscape.lowest)
        self.canvas.show_contours(landscape.contours, landscape.offsets)
        self.canvas.show_samples(landscape.samples)
        self._repaint_landscape()

    def clear(self) -> None:
        """Another network: its energies have nothing to do with those before."""
        self._zero.reset()
        self._landscape = None
        self.canvas.clear_landscape()
        self._tell_read_out()

    def _repaint_landscape(self) -> None:
        shown = self._landscape
        if shown is None:
            return
        scale = (self._zero.level, shown.temperature, shown.log_z, self._params.span)
        zero, temperature, log_z, span = scale
        rgba = heat.picture(shown.energy, zero, self._mode, temperature, log_z, span, self._lut)
        self.canvas.show_picture(rgba, shown.extent)
        self._bar.set_scale(self._mode, zero, temperature, log_z, span)
        self._tell_read_out()

    def _on_cursor_moved(self, x: float, y: float) -> None:
        self._cursor = (x, y)
        self._tell_read_out()

    def _on_cursor_left(self) -> None:
        self._cursor = None
        self._tell_read_out()

    def _tell_read_out(self) -> None:
        if self._cursor is None:
            self.read_out_changed.emit("")
            return
        x, y = self._cursor
        x0, x1, y0, y1 = self.canvas.extent
        pixel = (x1 - x0) / max(1, self.canvas.width()), (y1 - y0) / max(1, self.canvas.height())
        text = f"x {number(x, pixel[0])}   y {number(y, pixel[1])}"
        shown = self._landscape
        energy = math.nan if shown is None else heat.value_at(shown.energy, shown.extent, x, y)
        if shown is not None and math.isfinite(energy):
            density = math.exp(min(700.0, -energy / shown.temperature - shown.log_z))
            text += f"   E {energy - self._zero.level:.2f} nats   p {density:.3g}"
        self.read_out_changed.emit(text)


def _canvas_colors(theme: Theme) -> CanvasColors:
    return CanvasColors(
        background=theme.plot,
        foreground=theme.dim_text,
        grid=theme.grid,
        labels=theme.labels,
        dot_outline=theme.dot_outline,
        sample=theme.samples,
        sample_outline=theme.dot_outline,
        contour=theme.contour,
        selection=theme.selection,
        selection_outline=theme.dot_outline,
    )
