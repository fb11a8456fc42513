"""The engine of a film: a process that answers, in turn, what is to be seen after so many more steps.

Not covered: the engine of the window, which nobody waits for (link.py).
"""

import contextlib
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import msgspec

from engine.messages import Failed, FromEngine, Message, Noticed, Skip, decode_for_window, encode, read_frame
from engine.notice import Notice
from engine.recipe import AnyRecipe, to_plain

_HOME = Path(__file__).resolve().parents[2]


class FilmEngine:
    """To be used as a context: the process ends with it."""

    def __init__(self, wanted: AnyRecipe) -> None:
        self._said = tempfile.TemporaryFile()  # noqa: SIM115, it ends with the context
        self._process = subprocess.Popen(
            [sys.executable, "-m", "engine.filming"], cwd=_HOME,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._said, pipesize=2**20,
        )  # fmt: skip
        body = msgspec.json.encode(to_plain(wanted))
        self._write(len(body).to_bytes(4, "little") + body)

    def __enter__(self) -> "FilmEngine":
        return self

    def __exit__(self, *about: object) -> None:
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        process.kill()
        process.wait()
        for stream in (process.stdout, self._said):
            stream.close()
        with contextlib.suppress(OSError):
            process.stdin.close()

    def ask(self, view: Sequence[Message], steps: int) -> None:
        """A picture after so many more steps, and before it what it is to show, if that is new."""
        self._write(b"".join(encode(each) for each in (*view, Skip(0, steps))))

    def answer(self) -> list[FromEngine]:
        """The next one. Raises Notice for what a person can mend in the recipe, or where the engine is gone."""
        stream = self._process.stdout
        assert stream is not None
        count = int.from_bytes(stream.read(4), "little")
        bodies = [read_frame(stream) for _ in range(count)]
        if not count or None in bodies:
            raise Notice(f"The engine has stopped: {self._last_words()}.")
        messages = [decode_for_window(body) for body in bodies if body is not None]
        if isinstance(messages[0], Noticed):
            raise Notice(messages[0].text)
        if isinstance(messages[0], Failed):
            raise RuntimeError(messages[0].trace)
        return messages

    def _write(self, content: bytes) -> None:
        assert self._process.stdin is not None
        # If it is gone, `answer` says so.
        with contextlib.suppress(OSError):
            self._process.stdin.write(content)
            self._process.stdin.flush()

    def _last_words(self) -> str:
        self._said.seek(0)
        lines = self._said.read().decode(errors="replace").strip().splitlines()
        return lines[-1].rstrip(".") if lines else f"its status is {self._process.poll()}"
