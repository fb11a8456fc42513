"""`python -m tests.bench.watched SCRIPT [ready]`: run a script with a window, and print when it was first painted.

Prints JSON with times of time.time(). The window is then closed; with `ready`, not before its engine is there.
Whatever the script is, all that is added to it is a filter on its one window, put there when its event loop begins.
"""

import json
import runpy
import sys
import time

from PySide6 import QtWidgets
from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QWidget


class Watch(QObject):
    """Notes when the window was exposed and painted for the first time."""

    def __init__(self, window: QWidget, waits_until_ready: bool) -> None:
        super().__init__()
        self._window = window
        self._times: dict[str, float] = {}
        self._wanted = {"painted", "ready"} if waits_until_ready else {"painted"}
        if waits_until_ready:
            window.experiment.became_ready.connect(lambda _: self._note("ready"))
        window.windowHandle().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Expose and self._window.windowHandle().isExposed():
            watched.removeEventFilter(self)
            # Comes when the painting that the exposure brings is over.
            QCoreApplication.postEvent(self, QEvent(QEvent.Type.User), Qt.EventPriority.HighEventPriority.value)
        return False

    def customEvent(self, event: QEvent) -> None:
        self._note("painted")

    def _note(self, what: str) -> None:
        self._times[what] = time.time()
        if self._times.keys() == self._wanted:
            print(json.dumps(self._times), flush=True)
            # Later: this may be said in the midst of the window's own handling of the same news.
            QTimer.singleShot(0, self._window.close)


def main(script: str, waits_until_ready: bool) -> None:
    class Watched(QtWidgets.QApplication):
        def exec(self) -> int:
            window = next(each for each in self.topLevelWidgets() if each.isVisible())
            self.watch = Watch(window, waits_until_ready)
            return super().exec()

    QtWidgets.QApplication = Watched
    sys.argv = [script]
    runpy.run_path(script, run_name="__main__")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:] == ["ready"])
