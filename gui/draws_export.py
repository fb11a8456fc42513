"""Draws into a file: the engine makes its content, and the window writes it, without waiting for either.

Not covered: the formats (engine/draws_file.py).
"""

import contextlib
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Thread
from typing import Literal

from PySide6.QtCore import QObject, Signal

from engine.messages import DrawsFile, Failed, FromEngine, Noticed, SendDraws
from engine.notice import Notice
from gui import files
from gui.link import Link

Form = Literal["csv", "npz", "netcdf"]
# By the ending of a file's name.
FORMS: dict[str, Form] = {".csv": "csv", ".npz": "npz", ".nc": "netcdf"}
FILTER = "CSV: chain, draw, x, y, energy (*.csv);;NumPy: an array for each sampler (*.npz);;NetCDF for ArviZ (*.nc)"


class DrawsExport(QObject):
    """`told`: what became of a file, as a sentence."""

    told = Signal(str)

    def __init__(self, link: Link, new_number: Callable[[], int], parent: QObject) -> None:
        super().__init__(parent)
        self._link, self._new_number = link, new_number
        self._awaited: dict[int, str] = {}
        link.received.connect(self._on_received)
        link.died.connect(lambda reason: self._awaited.clear())

    def ask(self, path: str, runs: Sequence[int]) -> None:
        """Draws of these runs, into a file of the form that its name says."""
        number = self._new_number()
        self._awaited[number] = path
        self._link.send(SendDraws(number, tuple(runs), FORMS[Path(path).suffix.lower()]))

    def _on_received(self, message: FromEngine) -> None:
        match message:
            case DrawsFile() if path := self._awaited.pop(message.run, ""):
                # A disk may be slow.
                Thread(target=self._write, args=(path, message.content, message.num_draws), name="export").start()
            case Noticed() | Failed():
                self._awaited.pop(message.run, None)

    def _write(self, path: str, content: bytes, num_draws: int) -> None:
        try:
            files.write_bytes(path, content)
            text = f"{num_draws:,} draws are in {path}.".replace(",", " ")
        except Notice as notice:
            text = str(notice)
        # The window may have been closed in the meantime.
        with contextlib.suppress(RuntimeError):
            self.told.emit(text)


def path_with_ending(path: str, chosen_filter: str) -> str:
    """The path with an ending that says its form: its own, or that of the filter that was chosen in the dialog."""
    if Path(path).suffix.lower() in FORMS:
        return path
    return path + next((ending for ending in FORMS if f"*{ending})" in chosen_filter), ".csv")
