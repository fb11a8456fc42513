"""`python -m tests.bench.saving_window PATH`: the app's window, without an engine, saves one project after another."""

import sys
import tempfile
from pathlib import Path

import numpy as np
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication

from gui.app import make_window
from gui.edits import Append
from gui.window import Window


class Saver:
    """More points at every save; says so once the first one is over."""

    def __init__(self, window: Window, path: Path) -> None:
        self._window, self._path, self._count = window, path, 0
        window.projects.path = path
        window.projects.used.connect(self._on_saved)
        self._save()

    def _save(self) -> None:
        rng = np.random.default_rng(self._count)
        self._window.document.do(Append(rng.normal(size=(500, 2)), np.zeros(500, np.uint8)), "stroke")
        self._window.projects.save()

    def _on_saved(self, path: str) -> None:
        self._count += 1
        if self._count == 1:
            print("saved", flush=True)
        self._save()


def main(path: Path) -> None:
    app = QApplication([])
    with tempfile.TemporaryDirectory() as folder:
        store = QSettings(str(Path(folder) / "settings.ini"), QSettings.Format.IniFormat)
        window = make_window("false", store, Path(folder) / "engine.log")
        window.show()
        window.complete()
        saver = Saver(window, path)
        app.exec()
        assert saver is not None


if __name__ == "__main__":
    main(Path(sys.argv[1]))
