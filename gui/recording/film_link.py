"""The window's line to the engine of a film: what was sent is answered as a whole, when the film says that time passes.

Not covered: the engine's side (engine/film_loop.py), and the line of a window that somebody looks at (gui/link.py).
"""

import contextlib
import subprocess
import sys
import tempfile
from pathlib import Path

import msgspec
from PySide6.QtCore import QObject, Signal

from engine.messages import FromEngine, Message, SetClock, Tick, Ticked, decode_for_window, encode, read_frame
from engine.notice import Notice

_HOME = Path(__file__).resolve().parents[2]


class FilmLink(QObject):
    """Messages wait until `pass_by`. pace: steps a second of what goes as fast as it can, which has no meaning here."""

    received = Signal(object)
    died = Signal(str)

    def __init__(self, pace: float, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.command = [sys.executable, "-m", "engine.film_loop"]
        self.pace = pace
        self._process: subprocess.Popen[bytes] | None = None
        self._waiting: list[Message] = []
        self._said = tempfile.TemporaryFile()  # noqa: SIM115, it ends with the process

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None else None

    def start(self) -> None:
        self._process = subprocess.Popen(
            self.command, cwd=_HOME, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._said, pipesize=2**20
        )

    def stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout, self._said):
            with contextlib.suppress(OSError):
                if stream is not None:
                    stream.close()

    def send(self, message: Message) -> None:
        if isinstance(message, SetClock) and message.steps_per_second is None:
            message = msgspec.structs.replace(message, steps_per_second=self.pace)
        self._waiting.append(message)

    @property
    def has_waiting(self) -> bool:
        """Whether something was sent that the engine has not been told yet."""
        return bool(self._waiting)

    def pass_by(self, seconds: float) -> None:
        """So much time passes in the engine; all that it says of it is received. Raises Notice where it is gone."""
        process = self._process
        assert process is not None
        assert process.stdin is not None
        assert process.stdout is not None
        told, self._waiting = [*self._waiting, Tick(seconds)], []
        with contextlib.suppress(OSError):
            process.stdin.write(b"".join(encode(each) for each in told))
            process.stdin.flush()
        # All of it first: what is answered while it comes in belongs to the next time.
        found: list[FromEngine] = []
        while not found or not isinstance(found[-1], Ticked):
            body = read_frame(process.stdout)
            if body is None:
                raise Notice(f"The engine has stopped: {self._last_words()}.")
            found.append(decode_for_window(body))
        for message in found[:-1]:
            self.received.emit(message)

    def _last_words(self) -> str:
        self._said.seek(0)
        lines = self._said.read().decode(errors="replace").strip().splitlines()
        return lines[-1].rstrip(".") if lines else "it has left no word"
