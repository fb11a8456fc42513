"""`python -m tests.bench.spoken SECONDS`: what another language costs a window that trains; prints JSON.

The filter's own time is counted while it works. What Qt and PySide take to call it is measured apart, by events that
the filter lets pass, and counted once for each event.
"""

import json
import sys
import time

from PySide6.QtCore import QCoreApplication, QEvent, QObject

from engine.recipe import default
from gui.language import watcher
from gui.window import Window
from tests.bench.inside import in_the_app, show_points, turn

_CALLS = 20_000
_SETTLED_SECS = 2.0


class _Counted(watcher.Watcher):
    """Counts its calls, and the time in them."""

    calls = 0
    secs = 0.0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        began = time.perf_counter()
        answer = super().eventFilter(watched, event)
        _Counted.secs += time.perf_counter() - began
        _Counted.calls += 1
        return answer


def main(seconds: float) -> None:
    print(json.dumps(in_the_app(lambda window: _train(window, seconds))))


def _train(window: Window, seconds: float) -> dict[str, float]:
    bare = _secs_of_an_event()
    window.appearance.change(language="de")
    called = _secs_of_an_event() - bare
    window.appearance.change(language="")
    # Known to the module that makes it by this name.
    sys.modules["gui.language.speaker"].__dict__["Watcher"] = _Counted
    window.appearance.change(language="de")
    show_points(window, default().data)
    window.actions_by_name["play"].trigger()
    turn(_SETTLED_SECS)
    calls, secs, began = _Counted.calls, _Counted.secs, time.perf_counter()
    turn(seconds)
    took = time.perf_counter() - began
    calls, secs = _Counted.calls - calls, _Counted.secs - secs
    window.appearance.change(language="")
    return {"events": calls / took, "share": (secs + calls * called) / took, "call": called}


def _secs_of_an_event() -> float:
    """Of one that nobody wants, from its sending to its end."""
    receiver, event = QObject(), QEvent(QEvent.Type.User)
    began = time.perf_counter()
    for _ in range(_CALLS):
        QCoreApplication.sendEvent(receiver, event)
    return (time.perf_counter() - began) / _CALLS


if __name__ == "__main__":
    main(float(sys.argv[1]))
