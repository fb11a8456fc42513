"""`python -m tests.bench.saving_window PATH`: the app's window, without an engine, saves one project after another.

For each line that comes in, a process with that window of its own begins to save; its number is told, then how many
saves are over, each on a line, and "gone" once somebody has killed it. Nothing is built anew, so that hundreds can be
killed. POSIX only.
"""

import os
import sys
import tempfile
from pathlib import Path

import numpy as np
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication

from gui.app import make_window
from gui.edits import Append
from gui.window import Window

POINTS_A_SAVE = 500


def stroke(number: int) -> np.ndarray:
    """The points that are new in a save, (n, 2), the first being number 0."""
    return np.random.default_rng(number).normal(size=(POINTS_A_SAVE, 2))


class Saver:
    """More points at every save; says after each how many are over."""

    def __init__(self, window: Window, path: Path) -> None:
        self._window, self._path, self._count = window, path, 0
        window.projects.path = path
        window.projects.used.connect(self._on_saved)
        self._save()

    def _save(self) -> None:
        labels = np.zeros(POINTS_A_SAVE, np.uint8)
        self._window.document.do(Append(stroke(self._count), labels), "stroke")
        self._window.projects.save()

    def _on_saved(self, path: str) -> None:
        self._count += 1
        print("saved", self._count, flush=True)
        self._save()


def main(path: Path) -> None:
    app = QApplication([])
    with tempfile.TemporaryDirectory() as folder:
        store = QSettings(str(Path(folder) / "settings.ini"), QSettings.Format.IniFormat)
        window = make_window("false", store, Path(folder) / "engine.log")
        window.show()
        window.complete()
        for _ in sys.stdin:
            if not (number := os.fork()):
                saver = Saver(window, path)
                app.exec()
                assert saver is not None
            print(number, flush=True)
            os.waitpid(number, 0)
            print("gone", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
