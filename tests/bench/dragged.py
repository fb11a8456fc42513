"""`python -m tests.bench.dragged STEPS`: the bar dragged from end to end over so many steps of a run; prints JSON.

1280x720, the default data, a family whose steps are quick, a landscape of 128x128.
"""

import json
import sys
import time

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from engine.recipe import Model, default
from gui.window import Window
from tests.bench.inside import READY_SECS, Paints, in_the_app, show_points, turn, wait_for

_FAMILY = "kmeans"
_DRAG_SECS, _MOVE_SECS = 5.0, 1 / 60
_LEFT, _NO = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


def main(num_steps: int) -> None:
    print(json.dumps(in_the_app(lambda window: _drag(window, num_steps))))


def _drag(window: Window, num_steps: int) -> dict[str, float]:
    show_points(window, default().data)
    run, bar = window.experiment.active, window.lab.timeline
    run.use(Model(_FAMILY), 0)
    window.experiment.play(True)
    wait_for(lambda: run.past.step >= num_steps, 10 * READY_SECS, "the steps")
    window.experiment.play(False)
    turn(1.0)
    seen: list[int] = []
    run.landscape_came.connect(lambda landscape: seen.append(landscape.step))
    paints = Paints(window.lab.canvas.viewport())
    QTest.mousePress(bar, _LEFT, _NO, _at(window, 1.0))
    began = time.perf_counter()
    while (share := (time.perf_counter() - began) / _DRAG_SECS) < 1:
        QTest.mouseMove(bar, _at(window, 1 - share))
        turn(_MOVE_SECS)
    took = time.perf_counter() - began
    frames = sum(at > began for at in paints.times) / took
    places: list[int] = []
    run.past.went.connect(lambda went: places.append(went.step))
    QTest.mouseMove(bar, _at(window, 0.5))
    began = time.perf_counter()
    QTest.mouseRelease(bar, _LEFT, _NO, _at(window, 0.5))
    wait_for(lambda: bool(places), READY_SECS, "the step")
    return {
        "frames": frames,
        "share_of_different": len(set(seen)) / max(1, len(seen)),
        "there_secs": time.perf_counter() - began,
    }


def _at(window: Window, share: float) -> QPoint:
    bar = window.lab.timeline
    return QPoint(round(share * (bar.width() - 1)), bar.height() - 10)


if __name__ == "__main__":
    main(int(sys.argv[1]))
