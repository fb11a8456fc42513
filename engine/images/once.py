"""What is made once, when it is first asked for: by the thread that asks first, and others wait for that thing only.

Not covered: what is made in a thread of its own (compared.py).
"""

import threading
from collections import defaultdict
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")


class Once:
    """Things by their names. What raised is tried again at the next call; nothing may ask for itself meanwhile."""

    def __init__(self) -> None:
        self._made: dict[str, Any] = {}
        self._lock = threading.Lock()
        self._locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

    def get(self, name: str, make: Callable[[], T]) -> T:
        with self._lock:
            lock = self._locks[name]
        with lock:
            if name not in self._made:
                self._made[name] = make()
            found: T = self._made[name]
            return found
