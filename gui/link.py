"""What the window speaks through, and the process behind it: the engine is started, sent to and heard from.

`send` never blocks and never raises. However the engine ends (a crash, a kill, a broken ssh), it is one event: `died`.
"""

import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any, Protocol

from PySide6.QtCore import QObject, Qt, Signal

from engine.messages import FromEngine, Message, decode_for_window
from engine.pipe import Inbox, Outbox

_LEAVE_SECS = 2.0
_HOME = Path(__file__).resolve().parent.parent


class Link(Protocol):
    """A line to an engine: `received` for each message of it, `died` once with a reason when it is gone.

    The signals arrive in the window's thread.  command: what starts the engine.
    """

    received: Any  # signals, of which mypy knows no common type
    died: Any
    command: list[str]

    @property
    def pid(self) -> int | None: ...

    def start(self) -> None: ...

    def send(self, message: Message) -> None: ...

    def stop(self) -> None: ...


class ProcessLink(QObject):
    """One engine process at a time, which goes by its own clock."""

    received = Signal(object)
    died = Signal(str)
    _came = Signal(int)
    _ended = Signal(int, str)

    def __init__(self, command: list[str], log_path: Path, parent: QObject | None = None) -> None:
        """command: what starts the engine; log_path: where its stderr goes."""
        super().__init__(parent)
        self.command = command
        self.log_path = log_path
        self._process: subprocess.Popen[bytes] | None = None
        self._inbox: Inbox[FromEngine] | None = None
        self._outbox: Outbox | None = None
        self._generation = 0
        self._came.connect(self._on_came, Qt.ConnectionType.QueuedConnection)
        self._ended.connect(self._on_ended, Qt.ConnectionType.QueuedConnection)

    @property
    def pid(self) -> int | None:
        """The process that was started (of a wrapper such as ssh: the wrapper), if it lives."""
        return self._process.pid if self._process is not None else None

    def start(self) -> None:
        """Start the engine; a failure to start is `died` too, with its reason."""
        self.stop()
        self._generation += 1
        generation = self._generation
        try:
            self._process = self._spawn()
        except OSError as error:
            self._ended.emit(generation, f"{self.command[0]}: {error.strerror}")
            return
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._outbox = Outbox(self._process.stdin, name="link-outbox")
        self._inbox = Inbox(
            self._process.stdout,
            decode_for_window,
            on_message=lambda: self._came.emit(generation),
            on_end=lambda reason: self._ended.emit(generation, reason),
            name="link-inbox",
        )

    def send(self, message: Message) -> None:
        """Hand a message over; without an engine it goes nowhere."""
        if self._outbox is not None:
            self._outbox.send(message)

    def stop(self) -> None:
        """End the engine, if there is one, and wait for it; no `died` follows."""
        self._generation += 1
        process, inbox, outbox = self._process, self._inbox, self._outbox
        self._process = self._inbox = self._outbox = None
        if process is None:
            return
        if outbox is not None:
            outbox.close(timeout_secs=0.2)
        try:
            process.wait(_LEAVE_SECS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if inbox is not None:
            inbox.join(_LEAVE_SECS)
        if process.stdout is not None:
            process.stdout.close()

    def _spawn(self) -> "subprocess.Popen[bytes]":
        self.log_path.parent.mkdir(parents=True, exist_ok=True)
        with self.log_path.open("ab") as log:
            # Without a console of its own on Windows; elsewhere the flag is 0.
            flags = getattr(subprocess, "CREATE_NO_WINDOW", 0)
            # Python looks for modules where it is started: our own engine, not one that lies in the person's folder.
            folder = _HOME if self.command == link_command("") else None
            return subprocess.Popen(
                self.command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, creationflags=flags
            )

    def _on_came(self, generation: int) -> None:
        if generation == self._generation and self._inbox is not None:
            for message in self._inbox.take():
                self.received.emit(message)

    def _on_ended(self, generation: int, reason: str) -> None:
        if generation != self._generation:
            return
        for message in self._inbox.take() if self._inbox is not None else []:
            self.received.emit(message)
        status = self._process.poll() if self._process is not None else None
        self.stop()
        self.died.emit(reason or _why(status))


def link_command(text: str) -> list[str]:
    """What starts the engine: the words of `text`, or without any an engine on this computer."""
    return shlex.split(text) or [sys.executable, "-m", "engine"]


def _why(status: int | None) -> str:
    if status is None:
        return "it closed its end of the pipe"
    return f"it was ended by signal {-status}" if status < 0 else f"it left with status {status}"
