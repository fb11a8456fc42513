"""A stroke on a canvas of 10,000 points: how soon it is on the screen, and how soon the landscape knows of it."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from PySide6.QtCore import QEvent, QPointF, QSize, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from engine.messages import Landscape
from engine.recipe import Data
from gui.tools import SPACING_PX
from gui.window import Window
from tests.bench.figures import Figure, Options
from tests.bench.inside import READY_SECS, Paints, in_the_app, show_points, turn, wait_for

_DATA = Data(preset="eight_gaussians", n=10_000, seed=0)
_CANVAS = QSize(900, 600)
_STROKE_POINTS = 50
_REPEATS = 20
# Between two events of a common mouse.
_EVENT_SECS = 0.008
_FRAME_MSECS = 16
_LATENCY_MSECS = 100


@dataclass
class Times:
    """In milliseconds. known, seen: until the first landscape that knows of the stroke has come, was painted."""

    moves: list[float] = field(default_factory=list)
    releases: list[float] = field(default_factory=list)
    known: list[float] = field(default_factory=list)
    seen: list[float] = field(default_factory=list)


def figures(options: Options) -> Iterator[Figure]:
    paused, playing = in_the_app(_draw)
    for name, times in (("paused", paused), ("playing", playing)):
        yield Figure(f"{name}: a move of the mouse until painted", times.moves, "ms", at_most=_FRAME_MSECS)
        yield Figure(f"{name}: the end of the stroke until painted", times.releases, "ms", at_most=_FRAME_MSECS)
    yield Figure("until a landscape came that knows of it", playing.known, "ms", at_most=_LATENCY_MSECS)
    yield Figure("until that landscape was painted", playing.seen, "ms", at_most=_LATENCY_MSECS)


def _draw(window: Window) -> tuple[Times, Times]:
    """Strokes on a paused run that shows a landscape, then on one that plays."""
    show_points(window, _DATA)
    canvas = window.lab.canvas
    window.resize(window.size() + _CANVAS - canvas.size())
    wait_for(lambda: canvas.size() == _CANVAS, 5, "a canvas of 900x600")
    pen = Pen(window)
    play = window.actions_by_name["play"]
    play.trigger()
    wait_for(lambda: len(pen.landscapes) > 20, READY_SECS, "landscapes")
    play.trigger()
    turn(1.0)
    paused = Times()
    for _ in range(_REPEATS):
        pen.stroke(paused)
    play.trigger()
    turn(2.0)
    playing = Times()
    for _ in range(_REPEATS):
        pen.stroke(playing)
        pen.wait_until_known(playing)
    return paused, playing


class Pen:
    """A hand with the pen, and eyes on the canvas."""

    def __init__(self, window: Window) -> None:
        self._window = window
        self._canvas = window.lab.canvas
        self._canvas.set_tool("pen")
        self._paints = Paints(self._canvas.viewport())
        self._released_at = 0.0
        self.landscapes: list[tuple[float, int]] = []
        window.experiment.landscape_came.connect(self._on_landscape)

    def stroke(self, times: Times) -> None:
        """Draw a stroke, note its times, and take back the one before, so that there are never many more points."""
        document = self._window.document
        if document.sketch.num_points > _DATA.n:
            document.undo_stack.undo()
            turn(0.3)
        before = document.sketch.num_points
        way = [QPointF(300 + (SPACING_PX + 0.02) * index, 300) for index in range(_STROKE_POINTS)]
        self._send(QEvent.Type.MouseButtonPress, way[0])
        for point in way[1:]:
            turn(_EVENT_SECS)
            times.moves.append(self._send(QEvent.Type.MouseMove, point))
        turn(_EVENT_SECS)
        times.releases.append(self._send(QEvent.Type.MouseButtonRelease, way[-1]))
        drawn = document.sketch.num_points - before
        if drawn != _STROKE_POINTS:
            raise ValueError(f"a stroke of {drawn} points")

    def wait_until_known(self, times: Times) -> None:
        """Until a landscape that was learnt with the stroke has come and was painted."""
        wait_for(lambda: self._known_at() is not None, 10, "a landscape that knows of the stroke")
        known_at = self._known_at() or 0.0
        wait_for(lambda: self._paints.first_after(known_at) is not None, 10, "its painting")
        times.known.append(1000 * (known_at - self._released_at))
        times.seen.append(1000 * ((self._paints.first_after(known_at) or 0.0) - self._released_at))

    def _send(self, kind: QEvent.Type, at: QPointF) -> float:
        """Give the canvas an event of the mouse; returns the milliseconds until it is painted."""
        viewport = self._canvas.viewport()
        left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
        is_up, is_move = kind == QEvent.Type.MouseButtonRelease, kind == QEvent.Type.MouseMove
        event = QMouseEvent(
            kind, at, viewport.mapToGlobal(at), none if is_move else left, none if is_up else left,
            Qt.KeyboardModifier.NoModifier,
        )  # fmt: skip
        began = self._released_at = time.perf_counter()
        QApplication.sendEvent(viewport, event)
        self._paints.start_afresh()
        self._paints.times.clear()
        wait_for(lambda: bool(self._paints.times), 5, "painting")
        return 1000 * (self._paints.times[0] - began)

    def _known_at(self) -> float | None:
        version = self._window.document.version
        return next((at for at, known in self.landscapes if known >= version), None)

    def _on_landscape(self, landscape: Landscape) -> None:
        self.landscapes.append((time.perf_counter(), landscape.data_version))
