"""The whole app, with a real engine in a process of its own."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings
from pytestqt.qtbot import QtBot

from gui.app import make_window
from gui.window import Window

READY_MSECS = 60_000


@contextmanager
def windows(qtbot: QtBot, folder: Path) -> Iterator[Callable[..., Window]]:
    """Opens windows whose engine is ready (unless told not to wait), and closes them."""
    opened: list[Window] = []

    def open_one(engine_command: str = "", is_ready: bool = True) -> Window:
        store = QSettings(str(folder / "settings.ini"), QSettings.Format.IniFormat)
        store.setValue("tour/is_seen", True)
        window = make_window(engine_command, store, folder / "engine.log")
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
def open_window(qtbot: QtBot, tmp_path: Path) -> Iterator[Callable[..., Window]]:
    with windows(qtbot, tmp_path) as open_one:
        yield open_one


@pytest.fixture
def window(open_window: Callable[..., Window]) -> Window:
    return open_window()


@pytest.fixture(scope="module")
def shared_window(
    request: pytest.FixtureRequest, qapp: object, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Window]:
    """One for all tests of a file that leave it as they found it; it takes three seconds to open one."""
    with windows(QtBot(request), tmp_path_factory.mktemp("shared")) as open_one:
        yield open_one()
