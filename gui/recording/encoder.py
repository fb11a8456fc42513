"""The process that writes a film: pictures go to ffmpeg through a pipe, from a thread of their own.

Whoever hands pictures over never waits: the queue is bounded, and says when it is full. However the process ends, it is
one event. When our own process dies, ffmpeg sees the end of the pipe and completes the file.
Not covered: what the command says (form.py), when pictures are due (clock.py).
"""

import contextlib
import os
import shutil
import subprocess
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import IO

from engine.notice import Notice
from gui.recording.stream import head_of_picture

_MOST_WAITING = 4
# A film is ended properly while there is still room for its index.
_LEAST_FREE_BYTES = 64 * 2**20
_LOOK_AT_DISK_SECS = 1.0
_LEAVE_SECS = 30.0
_MOST_SAID = 4000
_NICENESS = 10
# A picture has megabytes, and each filling of the pipe wakes the other side. No system gives more to everyone.
_PIPE_BYTES = 2**20
FULL = "the disk is full"


class Encoder:
    """Writes one film. `on_end` is called once, in the encoder's thread, with what went wrong or an empty string."""

    def __init__(
        self,
        command: Callable[[], list[str]],
        path: str,
        on_end: Callable[[str], None],
        *,
        head: bytes = b"",
        free_bytes: Callable[[str], int] = lambda folder: shutil.disk_usage(folder).free,
    ) -> None:
        """command: called in the thread, since to look for ffmpeg takes a moment; may raise Notice.

        head: that of stream.py.
        """
        self._command, self._path, self._on_end, self._free_bytes = command, path, on_end, free_bytes
        self._head = head
        self._waiting: deque[tuple[int, bytes]] = deque()
        self._changed = threading.Condition()
        self._is_closing = self._has_ended = False
        self._end = 0
        self._thread = threading.Thread(target=self._run, name="film-encoder", daemon=True)
        self._thread.start()

    @property
    def is_full(self) -> bool:
        """Whether a picture would have to wait: then it should not even be made."""
        return len(self._waiting) >= _MOST_WAITING

    def put(self, index: int, pixels: bytes, *, waits: bool = False) -> bool:
        """Hand over what is shown from picture `index` of the film on; False where the film has ended, or is full.

        waits: until there is room, for those who have time.
        """
        with self._changed:
            if waits:
                self._changed.wait_for(lambda: self._is_over or not self.is_full)
            if self._is_over or self.is_full:
                return False
            self._waiting.append((index, pixels))
            self._changed.notify_all()
            return True

    def close(self, end: int = 0) -> None:
        """No more pictures come: what waits is written, and the file is completed.

        end: how many pictures the film has; the last one that came is shown until then.
        """
        with self._changed:
            self._is_closing, self._end = True, end
            self._changed.notify_all()

    def join(self, timeout_secs: float | None = None) -> bool:
        """Wait for the end; whether it has come."""
        self._thread.join(timeout_secs)
        return not self._thread.is_alive()

    @property
    def _is_over(self) -> bool:
        return self._is_closing or self._has_ended

    def _run(self) -> None:
        try:
            reason = self._film()
        except Notice as notice:
            reason = str(notice)
        except OSError as error:
            reason = f"ffmpeg could not be started: {error.strerror}"
        with self._changed:
            self._has_ended = True
            self._waiting.clear()
            self._changed.notify_all()
        self._on_end(reason)

    def _film(self) -> str:
        """Write all pictures; returns what went wrong."""
        with tempfile.TemporaryFile() as said:
            # Without a console of its own on Windows; elsewhere the flag is 0.
            flags = getattr(subprocess, "CREATE_NO_WINDOW", 0)
            process = subprocess.Popen(
                self._command(), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=said, creationflags=flags,
                pipesize=_PIPE_BYTES,
            )  # fmt: skip
            _yield_to_others(process.pid)
            assert process.stdin is not None
            is_full = self._write_all(process.stdin)
            with contextlib.suppress(OSError):
                process.stdin.close()
            status = self._left(process)
            if status is None:
                return "ffmpeg did not come to an end"
            said.seek(max(0, said.seek(0, os.SEEK_END) - _MOST_SAID))
            told = said.read().decode(errors="replace")
        if is_full or "No space left" in told:
            return FULL
        return "" if status == 0 else _why(status, told)

    def _left(self, process: "subprocess.Popen[bytes]") -> int | None:
        """Its status once it has ended; None where it was killed, since it wrote nothing any more."""
        size = -1
        while True:
            try:
                return process.wait(_LEAVE_SECS)
            except subprocess.TimeoutExpired:
                # On a busy machine it may take minutes for what waits.
                before, size = size, _size(self._path)
                if size <= before:
                    process.kill()
                    process.wait()
                    return None

    def _write_all(self, stream: IO[bytes]) -> bool:
        """Until no more come, or ffmpeg is gone; returns whether the disk has no room left."""
        folder, look_at = str(Path(self._path).absolute().parent), 0.0
        index, pixels = -1, b""
        with contextlib.suppress(OSError):
            stream.write(self._head)
        while (one := self._next()) is not None:
            index, pixels = one
            if time.monotonic() >= look_at:
                look_at = time.monotonic() + _LOOK_AT_DISK_SECS
                with contextlib.suppress(OSError):
                    if self._free_bytes(folder) < _LEAST_FREE_BYTES:
                        return True
            try:
                _write(stream, index, pixels)
            except OSError:
                return False  # its exit status says why
        with contextlib.suppress(OSError):
            # Twice: ffmpeg lets the last picture last about as long as the one before.
            for last in (self._end - 2, self._end - 1):
                if 0 <= index < last:
                    _write(stream, last, pixels)
        return False

    def _next(self) -> tuple[int, bytes] | None:
        with self._changed:
            self._changed.wait_for(lambda: self._is_closing or len(self._waiting) > 0)
            if not self._waiting:
                return None
            one = self._waiting.popleft()
            self._changed.notify_all()
            return one


def ffmpeg() -> str:
    """Where ffmpeg is. Raises Notice."""
    try:
        import imageio_ffmpeg  # only where a film is made

        found: str = imageio_ffmpeg.get_ffmpeg_exe()
    except (ImportError, RuntimeError):
        raise Notice("ffmpeg, which writes films, is not there; install it and try again.") from None
    return found


def _size(path: str) -> int:
    """In bytes; 0 where there is no file."""
    with contextlib.suppress(OSError):
        return os.path.getsize(path)
    return 0


def _write(stream: IO[bytes], index: int, pixels: bytes) -> None:
    stream.write(head_of_picture(index, len(pixels)))
    stream.write(pixels)


def _yield_to_others(pid: int) -> None:
    """The window goes first."""
    if set_priority := getattr(os, "setpriority", None):
        with contextlib.suppress(OSError):
            set_priority(os.PRIO_PROCESS, pid, _NICENESS)


def _why(status: int, told: str) -> str:
    lines = [line.strip() for line in told.splitlines() if line.strip()]
    if status < 0:
        return f"ffmpeg was ended by signal {-status}"
    return f"ffmpeg left with status {status}" + (f" ({lines[-1]})" if lines else "")
