"""Timers of a window that is filmed off the clock: they fire by the time of the film.

Qt's own loop does not run meanwhile, so that none of them fires by itself.
"""

from PySide6.QtCore import QCoreApplication, QObject, QTimer, QTimerEvent

# Sums of fractions are never exact.
_SAME_SECS = 1e-6


class FilmTimers:
    """All timers below `root`, those too that come later."""

    def __init__(self, root: QObject) -> None:
        self._root = root
        self._now = 0.0
        # When each is due, by its number, which is another one each time that a timer is started.
        self._due: dict[int, float] = {}

    def pass_by(self, seconds: float) -> None:
        """So much time passes."""
        # Those that are new begin before it.
        self._look()
        self._now += seconds
        self.fire()

    def fire(self) -> bool:
        """Those that are due, each once. Returns whether one was among them that fires only once."""
        has_ended = False
        for timer in self._look():
            number = timer.timerId()
            due = self._due.get(number)
            if due is not None and timer.isActive() and due <= self._now + _SAME_SECS:
                self._due[number] = max(due + timer.interval() / 1000, self._now)
                has_ended |= timer.isSingleShot()
                QCoreApplication.sendEvent(timer, QTimerEvent(number))
        return has_ended

    def _look(self) -> list[QTimer]:
        """Those that run."""
        running = [timer for timer in self._root.findChildren(QTimer) if timer.isActive()]
        now, before = self._now, self._due
        self._due = {timer.timerId(): before.get(timer.timerId(), now + timer.interval() / 1000) for timer in running}
        return running
