"""Inside the real app: `gui.app.run_app` with a scenario in the place of its event loop.

The window, its settings, its engine and the order of starting are those of the app, whatever they come to be.
"""

import os
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from types import TracebackType
from typing import TypeVar

from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from engine.recipe import Data
from gui import app
from gui.window import Window

T = TypeVar("T")
_POLL_MSECS = 5
READY_SECS = 60.0


def in_the_app(scenario: Callable[[Window], T]) -> T:
    """Start the app, let the scenario drive its window, and close it. Raises what went wrong, in a slot too."""
    results: list[T] = []
    errors: list[str] = []

    def note(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        errors.append("".join(traceback.format_exception(kind, error, trace)))

    class Driven(QApplication):
        def exec(self) -> int:
            sys.excepthook = note
            window = next(each for each in self.topLevelWidgets() if isinstance(each, Window))
            try:
                wait_for(window.isVisible, READY_SECS, "the window")
                results.append(scenario(window))
            finally:
                window.document.mark_saved()  # or it would ask
                window.close()
                sys.excepthook = sys.__excepthook__
            return 0

    app.QApplication = Driven  # type: ignore[misc]
    with tempfile.TemporaryDirectory(prefix="energyscape-inside-") as folder:
        # As at the first start, whatever was done in a window before.
        os.environ["XDG_CONFIG_HOME"] = folder
        app.run_app("")
    if errors:
        raise RuntimeError("in a slot: " + "\n".join(errors))
    return results[0]


def wait_for(condition: Callable[[], bool], seconds: float, what: str) -> None:
    """Turn the event loop until it is so. Raises TimeoutError."""
    loop, poll, deadline = QEventLoop(), QTimer(), time.monotonic() + seconds
    # A condition that is not so at the deadline ends the loop too, and is then asked once more.
    poll.timeout.connect(lambda: loop.quit() if condition() or time.monotonic() > deadline else None)
    poll.start(_POLL_MSECS)
    if not condition():
        loop.exec()
    poll.stop()
    if not condition():
        raise TimeoutError(f"waited {seconds:g} s for {what}")


def turn(seconds: float) -> None:
    """Turn the event loop for a while, with nothing of the bench's in it."""
    loop = QEventLoop()
    QTimer.singleShot(round(1000 * seconds), loop.quit)
    loop.exec()


def show_points(window: Window, data: Data) -> None:
    """Wait for the engine, and let it draw these points onto the canvas."""
    wait_for(lambda: window.experiment.catalogue is not None, READY_SECS, "the engine")
    window.desk.ask_for(data)
    wait_for(lambda: window.document.sketch.num_points == data.n, READY_SECS, "the points")


class Paints(QObject):
    """When a widget was painted, of time.perf_counter(): after it has gone to the screen, not before.

    states: what `state` said each time, of what is to be seen.
    """

    _PAINTED, _DEALT_WITH = QEvent.Type(QEvent.registerEventType()), QEvent.Type(QEvent.registerEventType())

    def __init__(self, widget: QWidget, state: Callable[[], object] = lambda: None) -> None:
        super().__init__(widget)
        self.times: list[float] = []
        self.states: list[object] = []
        self._state = state
        self._is_due = self._is_waiting = False
        widget.installEventFilter(self)

    def start_afresh(self) -> None:
        """Call this after a change: from then on `times` holds only paints that can show it.

        One that was due before the change may come first. Qt looks at what has changed, and asks for a paint of it,
        when it gets to that in the queue; so what comes after the present end of the queue is the right one.
        """
        self._is_waiting = True
        QCoreApplication.postEvent(self, QEvent(self._DEALT_WITH))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and not self._is_due:
            self._is_due = True
            # Comes when the painting, and all that Qt does with it in the same breath, is over.
            QCoreApplication.postEvent(self, QEvent(self._PAINTED), Qt.EventPriority.HighEventPriority.value)
        return False

    def customEvent(self, event: QEvent) -> None:
        if event.type() == self._DEALT_WITH:
            self._is_waiting = False
            self.times.clear()
            self.states.clear()
            return
        self._is_due = False
        if not self._is_waiting:
            self.times.append(time.perf_counter())
            self.states.append(self._state())

    def first_after(self, moment: float) -> float | None:
        return next((each for each in self.times if each > moment), None)
