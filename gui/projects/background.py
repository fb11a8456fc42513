"""Work that must not stop the window: one thing at a time in a thread of its own, whose result comes back as a call.

Of work that waits under the same name only the newest is done.
"""

import threading
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal

from engine.notice import Notice

Work = Callable[[], Any]
OnEnd = Callable[[Any], object]
OnRefusal = Callable[[str], object]


class Background(QObject):
    """A Notice that the work raises goes to `on_refusal` as its sentence; anything else is a bug and is raised here."""

    _ended = Signal(object)

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._thread: threading.Thread | None = None
        self._now: tuple[OnEnd, OnRefusal] = (print, print)
        self._waiting: dict[str, tuple[Work, OnEnd, OnRefusal]] = {}
        self._ended.connect(self._on_ended, Qt.ConnectionType.QueuedConnection)

    @property
    def is_busy(self) -> bool:
        return self._thread is not None

    def start(self, key: str, work: Work, on_end: OnEnd, on_refusal: OnRefusal) -> None:
        """Do it now, or after what is being done; what waits under the same key is let go."""
        self._waiting.pop(key, None)
        self._waiting[key] = work, on_end, on_refusal
        self._go_on()

    def end(self) -> None:
        """Let go what waits, and wait for what is being done; nobody is called any more."""
        self._waiting.clear()
        self._now = (lambda result: None, lambda text: None)
        if self._thread is not None:
            self._thread.join()

    def _go_on(self) -> None:
        if self._thread is not None or not self._waiting:
            return
        key = next(iter(self._waiting))
        work, *now = self._waiting.pop(key)
        self._now = now[0], now[1]
        self._thread = threading.Thread(target=self._run, args=(work,), name=self._name)
        self._thread.start()

    def _run(self, work: Work) -> None:
        try:
            result = work()
        except Exception as error:  # it is looked at in the window's thread
            result = error
        try:
            self._ended.emit(result)
        except RuntimeError:
            return  # the window is gone

    def _on_ended(self, result: Any) -> None:
        if self._thread is not None:
            self._thread.join()
        self._thread = None
        on_end, on_refusal = self._now
        self._go_on()
        if isinstance(result, Notice):
            on_refusal(str(result))
        elif isinstance(result, Exception):
            raise result
        else:
            on_end(result)
