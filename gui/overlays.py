"""The layers over a landscape: sea, pushes, field, manifold, parts, what is under the cursor, and balls.

Each can be switched on and off; what is off costs nothing. Not covered: how each is painted (their own files).
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from PySide6.QtCore import QElapsedTimer, QObject, QTimer

from engine.messages import Figure, Landscape
from gui.ball_layer import BallLayer
from gui.balls import Balls
from gui.canvas import Canvas
from gui.field_layer import FieldLayer
from gui.figure_layer import FigureLayer
from gui.push_layer import PushArrows, PushHeat
from gui.sea_layer import SeaLayer
from gui.theme import Theme

# The layers in the order of their keys; the last ones are not painted on the canvas.
NAMES = ("push_down", "push_up", "field", "manifold", "parts", "surface", "balls", "machine", "sea")
AT_START = ("manifold", "parts")
_TICK_MSECS = 16


class Overlays(QObject):
    """Everything between a canvas's picture and its cursor."""

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas)
        self._landscape: Landscape | None = None
        self._sea = SeaLayer()
        self._heats = {"push_down": PushHeat("down"), "push_up": PushHeat("up")}
        self._arrows = {"push_down": PushArrows("down"), "push_up": PushArrows("up")}
        self._field = FieldLayer()
        self._figures = {"manifold": FigureLayer(), "parts": FigureLayer()}
        self._at_cursor = FigureLayer()
        self._balls, self._ball_layer = Balls(seed=0), BallLayer()
        self._momentum, self._noise = 0.0, 0.0
        self._is_net = False
        # Water lies over the points: at most levels they would hide all of it.
        depths = {self._sea: 3.05, self._field: 1.6, self._at_cursor: 3.5, self._ball_layer: 3.6}
        depths |= {self._heats["push_down"]: 0.6, self._heats["push_up"]: 0.7}
        depths |= {self._arrows["push_down"]: 3.0, self._arrows["push_up"]: 3.1}
        depths |= {self._figures["manifold"]: 3.2, self._figures["parts"]: 3.3}
        for layer, depth in depths.items():
            canvas.add_layer(layer, depth)
        self._tick = QTimer(self)
        self._tick.setInterval(_TICK_MSECS)
        self._tick.timeout.connect(self._on_tick)
        self._since_tick = QElapsedTimer()
        self.set_visible({name: name in AT_START for name in NAMES})

    def set_theme(self, theme: Theme) -> None:
        halo = theme.plot
        self._field.set_look(theme.field_arrows, halo)
        for name, color in (("push_down", theme.push_down), ("push_up", theme.push_up)):
            self._heats[name].set_look(color)
            self._arrows[name].set_look(color, theme.dot_outline)
        self._figures["manifold"].set_look(theme.manifold, halo, 2.5)
        self._figures["parts"].set_look(theme.parts, halo, 1.8)
        self._at_cursor.set_look(theme.cursor_mark, halo, 2.2)
        self._sea.set_look(theme.sea)
        self._ball_layer.set_look(theme.ball, halo)

    def set_visible(self, is_on: Mapping[str, bool]) -> None:
        """By the names of layers."""
        layers: dict[str, Any] = {**self._figures, "field": self._field, "sea": self._sea}
        for name, layer in (*layers.items(), *self._heats.items(), *self._arrows.items()):
            layer.setVisible(is_on[name])
        self._is_net = is_on["push_down"] and is_on["push_up"]
        if self._landscape is not None:
            self._show_pushes(self._landscape)
        self._ball_layer.setVisible(is_on["balls"])
        if not is_on["balls"]:
            self._balls.clear()
            self._ball_layer.set_balls(self._balls)
            self._tick.stop()

    def set_ball_knobs(self, momentum: float, noise: float) -> None:
        self._momentum, self._noise = momentum, noise
        if len(self._balls.places):
            self._roll()

    def set_field_is_log(self, is_log: bool) -> None:
        self._field.set_is_log(is_log)

    def show_landscape(self, landscape: Landscape) -> None:
        self._landscape = landscape
        for name, layer in self._figures.items():
            layer.set_figure(landscape.figures.get(name))
        self._field.set_field(landscape.field)
        if len(self._balls.places) and not self._tick.isActive():
            self._roll()
        self._sea.set_sea(landscape.energy, landscape.extent, landscape.sea_level)
        self._show_pushes(landscape)

    def show_at_cursor(self, figure: Figure | None) -> None:
        self._at_cursor.set_figure(figure)

    def drop_balls(self, x: float, y: float, count: int, spread: float) -> None:
        """Let balls go at a place, or up to `spread` away from it, in the user's numbers."""
        self._balls.drop(x, y, count, spread)
        self._roll()

    def clear(self) -> None:
        """Another network."""
        self._landscape = None
        for layer in self._figures.values():
            layer.set_figure(None)
        self._at_cursor.set_figure(None)
        self._field.set_field(np.zeros((0, 4)))
        empty = np.zeros((0, 0), np.float32)
        self._sea.set_sea(empty, (0.0, 1.0, 0.0, 1.0), float("nan"))
        for name, heat in self._heats.items():
            heat.set_heat(empty, (0.0, 1.0, 0.0, 1.0), 0.0)
            self._arrows[name].set_points(np.zeros((0, 2)))

    def _show_pushes(self, landscape: Landscape) -> None:
        """Both halves at once are shown as what is left of them: where model and data agree, they cancel."""
        heats = {"push_down": landscape.pushed_down, "push_up": landscape.pushed_up}
        # One scale for both, so that the two halves can be compared.
        scale = max((float(np.abs(heat).max()) for heat in heats.values() if heat.size), default=0.0)
        with np.errstate(over="ignore", invalid="ignore"):  # of energies that run away
            net = landscape.pushed_down + landscape.pushed_up
        for name, points in (("push_down", landscape.data), ("push_up", landscape.samples)):
            self._heats[name].set_heat(net if self._is_net else heats[name], landscape.extent, scale)
            self._arrows[name].set_points(points if heats[name].size else points[:0])

    def _roll(self) -> None:
        if not self._tick.isActive():
            self._since_tick.start()
            self._tick.start()

    def _on_tick(self) -> None:
        """The balls roll by the clock, on the newest landscape, which may still be forming."""
        shown, elapsed_secs = self._landscape, self._since_tick.restart() / 1000
        if shown is not None:
            self._balls.advance(min(elapsed_secs, 0.05), shown.energy, shown.extent, self._momentum, self._noise)
            self._ball_layer.set_balls(self._balls)
            if self._balls.are_at_rest and self._noise == 0:
                # Until the ground moves, or another ball comes.
                self._tick.stop()
