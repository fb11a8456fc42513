"""What the left button does on the landscape of chains: place chains, raise, or dig; the same on every pane.

A click places all chains, a drag spreads them along it. Raising and digging show while the button is down; Shift does
the opposite. It only watches the mouse: what the canvas does with it (zoom, pan, read-out) goes on.
Not covered: bumps (bumps.py), their history (sculpting.py), where chains start then (start_page.py).
"""

import math

import msgspec
import numpy as np
from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Signal
from PySide6.QtGui import QMouseEvent

from engine.knobs import Value, knob, knobs_of, make
from engine.messages import Entry
from engine.recipe import MAX_BUMPS
from gui.bumps import FULL, NO_BUMPS, BumpStroke
from gui.canvas import Canvas
from gui.edits import Floats
from gui.layers import Aids
from gui.plane import Plane
from gui.sculpting import Sculpting
from gui.theme import DARK, Theme

TOOLS = ("place_chains", "raise_land", "dig_land")
_TITLES = {"raise_land": "raise", "dig_land": "dig"}
_OUTSIDE = "The landscape changes within its home view only: press Home to see it."
# Shorter than that, a drag is a click.
_SHORTEST_PX, _SPACING_PX = 8.0, 3.0
_DEPTH = 6.5
# Of a width: where half of the height is left.
_CIRCLE = math.sqrt(2 * math.log(2))


class HandParams(msgspec.Struct, frozen=True):
    """What raising and digging are like."""

    width: float = knob(
        0.12,
        low=0.03,
        high=0.6,
        scale="log",
        unit="of half the home view",
        help="How wide the brush is; keys [ and ]. The circle is where half of the height is left.",
    )
    height: float = knob(
        3.0, low=0.1, high=30.0, scale="log", unit="nats", help="How much one stroke raises or digs; strokes add up."
    )


ENTRY = Entry(
    name="hand",
    title="By hand",
    help="Raise (R) or dig (G) the landscape under the chains: they walk on, and the truth follows. Shift does the "
    "opposite. One stroke changes all that it covers by the same height.",
    equation=r"E'(x) = E(x) + \sum_k h_k \, e^{-|x - m_k|^2 / 2 w_k^2}",
    source="Laio, Parrinello (2002), PNAS 99(20), for landscapes that are filled by Gaussian bumps.",
    knobs=knobs_of(HandParams),
)


class Hand(QObject):
    """The tool that is held, and its brush. `placed` with the places (k, 2) of a click (k = 1) or of a stroke."""

    placed = Signal(object)
    noticed = Signal(str)
    brush_changed = Signal()
    cancelled = Signal()
    theme_changed = Signal(Theme)

    def __init__(self, sculpting: Sculpting, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.sculpting = sculpting
        self.tool = TOOLS[0]
        self.brush = HandParams()
        self.theme = DARK
        self.is_down = False

    def add_canvas(self, canvas: Canvas) -> None:
        """Work there too, for as long as it lives."""
        Touch(canvas, self)

    def set_theme(self, theme: Theme) -> None:
        self.theme = theme
        self.theme_changed.emit(theme)

    def set_tool(self, name: str) -> None:
        """One of TOOLS. Raises KeyError for another name."""
        if name not in TOOLS:
            raise KeyError(name)
        self.cancel()
        self.tool = name
        self.brush_changed.emit()

    def set_brush(self, values: dict[str, Value]) -> None:
        self.brush = make(HandParams, values, "hand")
        self.brush_changed.emit()

    def scale_brush(self, factor: float) -> None:
        width = min(0.6, max(0.03, self.brush.width * factor))
        self.set_brush({"width": width, "height": self.brush.height})

    def cancel(self) -> bool:
        """Give up the stroke in progress; returns whether there was one."""
        was_down = self.is_down
        self.cancelled.emit()
        return was_down


class Touch(QObject):
    """The mouse on one canvas."""

    def __init__(self, canvas: Canvas, hand: Hand) -> None:
        super().__init__(canvas)
        self._canvas, self._hand = canvas, hand
        self._plane: Plane = canvas.getPlotItem().getViewBox()
        self._aids = Aids()
        canvas.add_layer(self._aids, _DEPTH)
        self._path: list[QPointF] | None = None
        self._stroke: BumpStroke | None = None
        self._title = ""
        self._at: QPointF | None = None
        canvas.viewport().installEventFilter(self)
        hand.brush_changed.connect(self._show)
        hand.cancelled.connect(self._cancel)
        hand.theme_changed.connect(self._set_theme)
        self._set_theme(hand.theme)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind == QEvent.Type.Leave:
            self._at = None
            self._show()
        if not isinstance(event, QMouseEvent):
            return False
        is_left = event.button() == Qt.MouseButton.LeftButton
        is_press = kind in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick)
        if is_press and is_left and self._is_inside(event.position()):
            self._press(event.position(), bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
        elif kind == QEvent.Type.MouseMove:
            self._move(event.position())
        elif kind == QEvent.Type.MouseButtonRelease and is_left:
            self._release()
        return False

    # ---- private

    def _cancel(self) -> None:
        if self._path is None:
            return
        if self._stroke is not None:
            self._hand.sculpting.preview(NO_BUMPS)
        self._rest()

    def _rest(self) -> None:
        self._path = self._stroke = None
        self._hand.is_down = False
        self._show()

    def _set_theme(self, theme: Theme) -> None:
        self._aids.set_colors(theme.selection, theme.dot_outline, theme.text)

    def _is_inside(self, position: QPointF) -> bool:
        return bool(self._plane.sceneBoundingRect().contains(position))

    def _press(self, position: QPointF, is_shift: bool) -> None:
        self._release()  # of a stroke whose release went elsewhere
        hand = self._hand
        self._path, hand.is_down = [position], True
        if hand.tool == TOOLS[0]:
            return
        digs = (hand.tool == "dig_land") != is_shift
        self._title = _TITLES["dig_land" if digs else "raise_land"]
        height = -hand.brush.height if digs else hand.brush.height
        room = MAX_BUMPS - len(hand.sculpting.kept)
        self._stroke = BumpStroke(self._canvas.home, self._width, height, room)
        self._paint(position)
        if not len(self._stroke.bumps) and not self._stroke.is_full:
            hand.noticed.emit(_OUTSIDE)

    def _move(self, position: QPointF) -> None:
        self._at = position if self._is_inside(position) else None
        if self._path is not None:
            way = position - self._path[-1]
            if math.hypot(way.x(), way.y()) >= _SPACING_PX:
                self._path.append(position)
            if self._stroke is not None:
                self._paint(position)
        self._show()

    def _release(self) -> None:
        if self._path is None:
            return
        stroke, path = self._stroke, self._path
        self._rest()
        if stroke is not None:
            self._hand.sculpting.keep_stroke(self._title)
            if stroke.is_full:
                self._hand.noticed.emit(FULL)
        else:
            is_click = max(math.hypot((each - path[0]).x(), (each - path[0]).y()) for each in path) < _SHORTEST_PX
            self._hand.placed.emit(self._places(path[:1] if is_click else path))

    def _paint(self, position: QPointF) -> None:
        assert self._stroke is not None
        if self._stroke.move(*self._plane.to_user(position)):
            self._hand.sculpting.preview(self._stroke.bumps)

    @property
    def _width(self) -> float:
        """Of the brush, in the user's numbers along the shorter side of the home view."""
        x0, x1, y0, y1 = self._canvas.home
        return self._hand.brush.width * min(x1 - x0, y1 - y0) / 2

    def _places(self, path: list[QPointF]) -> Floats:
        return np.array([self._plane.to_user(each) for each in path])

    def _show(self) -> None:
        """The brush's circle, or the stroke along which chains will start."""
        is_placing = self._hand.tool == TOOLS[0]
        self._aids.set_outline(self._places(self._path) if is_placing and self._path else np.zeros((0, 2)))
        if is_placing or self._at is None:
            self._aids.set_circle(None)
        else:
            radius_px = _CIRCLE * self._width / min(self._plane.viewPixelSize())
            self._aids.set_circle(self._plane.to_user(self._at), radius_px)
