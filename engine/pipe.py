"""The two ends of a pipe of messages, alike in the engine and in the window: the newest wins at both.

An outbox has a thread that writes: `send` never blocks and never raises, whatever the other side does.
An inbox has a thread that reads: it keeps only the newest of the messages that replace one another.
Not covered: processes (gui/link.py) and what a message says (messages.py).
"""

import contextlib
import threading
from collections import defaultdict
from collections.abc import Callable
from typing import IO, Generic, TypeVar

from engine.messages import Message, encode, read_frame

M = TypeVar("M", bound=Message)


class _Newest(Generic[M]):
    """Messages in their order, of which a newer one takes the place of one that it replaces."""

    def __init__(self) -> None:
        self._waiting: dict[tuple[str, int] | int, M] = {}
        self._count = 0

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, message: M) -> None:
        self._count += 1
        for outdated in message.outdates:
            self._waiting.pop(outdated, None)
        self._waiting[self._count if message.is_event else message.replaces] = message

    def take(self) -> M:
        """The oldest. Raises StopIteration where nothing waits."""
        return self._waiting.pop(next(iter(self._waiting)))


class Outbox:
    """Sends messages into `stream` from a thread of its own.

    stream: a buffered one; a raw one may take a part of a message and say no more of it.
    """

    def __init__(self, stream: IO[bytes], name: str) -> None:
        self._stream = stream
        self._waiting: _Newest[Message] = _Newest()
        self._changed = threading.Condition()
        self._is_writing = False
        self._is_closed = False
        self._thread = threading.Thread(target=self._write, name=name, daemon=True)
        self._thread.start()

    def send(self, message: Message) -> None:
        """Hand over a message; after the other side's death, or `close`, it goes nowhere."""
        with self._changed:
            if not self._is_closed:
                self._waiting.put(message)
                self._changed.notify_all()

    def flush(self, timeout_secs: float) -> None:
        """Wait until everything is written, at most `timeout_secs`."""
        with self._changed:
            self._changed.wait_for(lambda: self._is_closed or not (self._waiting or self._is_writing), timeout_secs)

    def close(self, timeout_secs: float) -> None:
        """End the thread, dropping what waits, and close the stream."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()
        self._thread.join(timeout_secs)

    def _write(self) -> None:
        while (message := self._next()) is not None:
            try:
                self._stream.write(encode(message))
                self._stream.flush()
            except (OSError, ValueError):
                # The other side is gone; its reader says so, here it is only the end of sending.
                break
        with self._changed:
            self._is_closed, self._is_writing = True, False
            self._changed.notify_all()
        with contextlib.suppress(OSError):
            self._stream.close()

    def _next(self) -> Message | None:
        with self._changed:
            self._is_writing = False
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._is_closed or len(self._waiting) > 0)
            if self._is_closed:
                return None
            self._is_writing = True
            return self._waiting.take()


class Inbox(Generic[M]):
    """Reads messages from `stream` in a thread of its own.

    on_message: called in that thread when there is something to `take`.  on_end: called there once, at the end of the
    stream, with a reason where it was not a clean one.  lane_of: messages of each lane (0 and up) wait by themselves,
    for a thread that takes no others.
    """

    def __init__(
        self,
        stream: IO[bytes],
        decode: Callable[[bytes], M],
        *,
        on_message: Callable[[], None],
        on_end: Callable[[str], None],
        name: str,
        lane_of: Callable[[M], int] = lambda _: 0,
    ) -> None:
        self._stream, self._decode = stream, decode
        self._on_message, self._on_end = on_message, on_end
        self._lane_of = lane_of
        self._lanes: defaultdict[int, _Newest[M]] = defaultdict(_Newest)
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._read, name=name, daemon=True)
        self._thread.start()

    def take(self, timeout_secs: float | None = 0.0, lane: int = 0) -> list[M]:
        """All that waits, oldest first; if nothing does, wait up to `timeout_secs` (None: for ever) for the first."""
        with self._changed:
            waiting = self._lanes[lane]
            if not waiting and timeout_secs != 0.0:
                self._changed.wait_for(lambda: len(waiting) > 0, timeout_secs)
            return [waiting.take() for _ in range(len(waiting))]

    def join(self, timeout_secs: float) -> None:
        """Wait for the end of the stream."""
        self._thread.join(timeout_secs)

    def _read(self) -> None:
        reason = ""
        try:
            while (body := read_frame(self._stream)) is not None:
                message = self._decode(body)
                with self._changed:
                    self._lanes[self._lane_of(message)].put(message)
                    self._changed.notify_all()
                self._on_message()
        except Exception as error:  # whatever it is, this stream can no longer be understood
            reason = f"{type(error).__name__}: {error}"
        self._on_end(reason)
