"""The landscape as it is seen: the canvas with its colours and layers, or the surface in 3-D.

Not covered: where landscapes come from (run.py), layers (overlays.py), the colour bar (panes.py).
"""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QWidget

from engine.knobs import knob
from engine.messages import AtCursor, Landscape
from gui import heat
from gui.axes import number
from gui.canvas import Canvas, CanvasColors
from gui.edits import Sketch
from gui.overlays import Overlays
from gui.theme import DARK, Theme

if TYPE_CHECKING:
    from gui.colorbar import ColorBar
    from gui.surface import Surface

_MANY_BALLS, _SPREAD = 24, 0.06


class ViewParams(msgspec.Struct, frozen=True):
    """How a landscape is looked at; none of it changes what is learnt."""

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
    sea_share: float = knob(
        0.9, low=0.05, high=0.999, help="Of the probability, how much lies under the sea (key 9), at this temperature."
    )
    field_of: str = knob(
        "model",
        choices=("model", "slope"),
        help="The arrows (key 3): the model's own field, or minus the slope of its energy. For most they are the same.",
    )
    has_log_arrows: bool = knob(False, help="Lengths of the arrows on a logarithmic scale, so that weak ones show too.")
    ball_momentum: float = knob(
        0.0, low=0.0, high=0.99, help="Of the balls (key 7): 0 rolls straight down, near 1 overshoots."
    )
    ball_noise: float = knob(
        0.0, low=0.0, high=2.0, help="Shakes the balls like a temperature: they can leave a shallow valley."
    )


class LandscapeView(QWidget):
    """Canvas or surface; `painted` after each new picture."""

    read_out_changed = Signal(str)
    painted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.canvas = Canvas(self)
        self.overlays = Overlays(self.canvas)
        self._surface: Surface | None = None
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self.canvas)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._stack, 1)
        self._zero = heat.Zero()
        self._mode: heat.Mode = "energy"
        self._params = ViewParams()
        self._theme = DARK
        self._lut = heat.color_map(DARK.heat_map)
        self._top: float | None = None
        self._sketch = Sketch()
        self._landscape: Landscape | None = None
        self._cursor: tuple[float, float] | None = None
        self.rgba: heat.Bytes | None = None

    @property
    def params(self) -> ViewParams:
        return self._params

    @property
    def landscape(self) -> Landscape | None:
        """What is shown; None before the first one."""
        return self._landscape

    @property
    def energy_at_cursor(self) -> float:
        """In nats above the zero level; NaN without cursor or landscape."""
        shown = self._landscape
        if shown is None or self._cursor is None:
            return math.nan
        return heat.value_at(shown.energy, shown.extent, *self._cursor) - self._zero.level

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.canvas.set_colors(_canvas_colors(theme))
        self.overlays.set_theme(theme)
        self._lut = heat.color_map(theme.heat_map)
        if self._surface is not None:
            self._surface.set_theme(theme)
        self._repaint_landscape()

    def set_mode(self, mode: heat.Mode) -> None:
        """What the colours say."""
        self._mode = mode
        self._repaint_landscape()

    def set_params(self, params: ViewParams) -> None:
        self._params = params
        self.overlays.set_field_is_log(params.has_log_arrows)
        self.overlays.set_ball_knobs(params.ball_momentum, params.ball_noise)
        self._repaint_landscape()

    def set_layers(self, is_on: Mapping[str, bool]) -> None:
        self.overlays.set_visible(is_on)
        self.canvas.set_dropping(is_on["balls"])
        if is_on["surface"]:
            self._show_surface()
        else:
            self._stack.setCurrentWidget(self.canvas)

    def set_top(self, log_density: float | None) -> None:
        """The log density that gets the last colour, the same in every pane; None: this one's own highest."""
        if log_density != self._top:
            self._top = log_density
            self._repaint_landscape()

    @property
    def highest(self) -> float:
        """The log density at the zero level; NaN without a landscape."""
        shown = self._landscape
        return math.nan if shown is None else -self._zero.level / shown.temperature - shown.log_z

    def show_scale(self, bar: "ColorBar") -> None:
        """Tell a bar what the colours mean here."""
        if self._landscape is not None:
            temperature, log_z = self._landscape.temperature, self._landscape.log_z
            bar.set_scale(self._mode, self._colored_from, temperature, log_z, self._params.span)

    def set_sketch(self, sketch: Sketch, appended_from: int | None = None) -> None:
        """As Canvas.set_sketch; the surface shows the same points."""
        self._sketch = sketch
        self.canvas.set_sketch(sketch, appended_from)

    def show_landscape(self, landscape: Landscape) -> None:
        self._landscape = landscape
        self._zero.update(landscape.lowest)
        self.canvas.show_contours(landscape.contours, landscape.offsets)
        self.canvas.show_samples(landscape.samples)
        self.overlays.show_landscape(landscape)
        self._repaint_landscape()

    def show_at_cursor(self, told: AtCursor) -> None:
        self.overlays.show_at_cursor(told.figure if self._cursor is not None else None)

    def drop_balls(self, x: float, y: float, are_many: bool) -> None:
        x0, x1, _, _ = self.canvas.extent
        count, spread = (_MANY_BALLS, _SPREAD * (x1 - x0)) if are_many else (1, 0.0)
        self.overlays.drop_balls(x, y, count, spread)

    def clear(self) -> None:
        """Another network: its energies have nothing to do with those before."""
        self._zero.reset()
        self._landscape = self.rgba = None
        self.canvas.clear_landscape()
        self.overlays.clear()
        self._tell_read_out()

    def forget_zero(self) -> None:
        """The next landscape is another one: its lowest energy is the zero of the colours."""
        self._zero.reset()

    def set_cursor(self, at: tuple[float, float] | None, is_mine: bool) -> None:
        """Where the cursor is, here or on another pane of the same plane."""
        self._cursor = at
        self.canvas.show_crosshair(None if is_mine else at)
        if at is None:
            self.overlays.show_at_cursor(None)
        self._tell_read_out()

    @property
    def _colored_from(self) -> float:
        """The energy of the first colour."""
        shown = self._landscape
        if shown is None or self._top is None or self._mode == "energy":
            return self._zero.level
        return -shown.temperature * (self._top + shown.log_z)

    def _repaint_landscape(self) -> None:
        shown = self._landscape
        if shown is None:
            return
        temperature, log_z, span = shown.temperature, shown.log_z, self._params.span
        zero = self._colored_from
        self.rgba = heat.picture(shown.energy, zero, self._mode, temperature, log_z, span, self._lut)
        self.canvas.show_picture(self.rgba, shown.extent)
        if self._surface is not None and self._stack.currentWidget() is self._surface:
            self._paint_surface(self._surface, shown, zero)
        self._tell_read_out()
        self.painted.emit()

    def _show_surface(self) -> None:
        if self._surface is None:
            from gui.surface import Surface  # OpenGL comes with it

            self._surface = Surface(self)
            self._surface.set_theme(self._theme)
            self._stack.addWidget(self._surface)
        self._stack.setCurrentWidget(self._surface)
        self._repaint_landscape()

    def _paint_surface(self, surface: "Surface", shown: Landscape, zero: float) -> None:
        assert self.rgba is not None
        levels = heat.heights(shown.energy, zero, self._mode, shown.temperature, shown.log_z, self._params.span)
        surface.show_surface(levels, self.rgba, shown.extent, self._mode.replace("_", " "))
        surface.show_points(self._sketch.points, self._sketch.labels, shown.samples)

    def _tell_read_out(self) -> None:
        if self._cursor is None:
            self.read_out_changed.emit("")
            return
        x, y = self._cursor
        x0, x1, y0, y1 = self.canvas.extent
        pixel = (x1 - x0) / max(1, self.canvas.width()), (y1 - y0) / max(1, self.canvas.height())
        text = f"x {number(x, pixel[0])}   y {number(y, pixel[1])}"
        shown, above = self._landscape, self.energy_at_cursor
        if shown is not None and math.isfinite(above):
            energy = above + self._zero.level
            density = math.exp(min(700.0, -energy / shown.temperature - shown.log_z))
            text += f"   E {above:.2f} nats   p {density:.3g}"
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
