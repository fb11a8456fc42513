"""The whole app, with a real engine in a process of its own."""

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QSettings
from pytestqt.qtbot import QtBot

from gui.app import make_window
from gui.window import Window

READY_MSECS = 60_000


@pytest.fixture
def open_window(qtbot: QtBot, tmp_path) -> Iterator[Callable[..., Window]]:
    """Opens windows whose engine is ready (unless told not to wait), and closes them."""
    opened: list[Window] = []

    def open_one(engine_command: str = "", is_ready: bool = True) -> Window:
        store = QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)
        store.setValue("tour/is_seen", True)
        window = make_window(engine_command, store, tmp_path / "engine.log")
        opened.append(window)
        window.show()
        if is_ready:
            with qtbot.waitSignal(window.experiment.became_ready, timeout=READY_MSECS):
                window.start_engine()
        return window

    yield open_one
    for window in opened:
        window.document.mark_saved()  # or it would ask
        window.close()
        window.deleteLater()
    qtbot.wait(10)


@pytest.fixture
def window(open_window: Callable[..., Window]) -> Window:
    return open_window()
