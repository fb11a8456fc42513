"""Start the window, and then the engine: what a person sees first must not wait for torch."""

import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import TracebackType

import platformdirs
from PySide6.QtCore import QEvent, QObject, QSettings, QTimer
from PySide6.QtWidgets import QApplication

from gui import equation, theme
from gui.link import ProcessLink, link_command
from gui.preferences import read
from gui.window import Window

_NAME = "energyscape"
_LATEST_MSECS = 700


def run_app(engine_command: str) -> int:
    """Show the window until it is closed; `engine_command` (empty: as in the preferences) starts the engine."""
    store = QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, _NAME, _NAME)
    if (scale := read(store).ui_scale) != 1.0:
        # Qt reads it once, before the first window; whoever started us may have said so already.
        os.environ.setdefault("QT_SCALE_FACTOR", f"{scale:g}")
    app = QApplication(sys.argv[:1])
    app.setApplicationName(_NAME)
    app.setApplicationDisplayName("Energyscape")
    app.setDesktopFileName(_NAME)
    window = make_window(engine_command, store, Path(platformdirs.user_log_dir(_NAME)) / "engine.log")
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    window.show()
    _Painted(window, partial(_go_on, window))
    return app.exec()


def _go_on(window: Window) -> None:
    """What a person need not wait for: the lab, the engine, and the first equation, which loads a font."""
    window.complete()
    # Only now: pyqtgraph, which comes with the lab, sets a hook of its own.
    sys.excepthook = _hook(window)
    window.start_engine()
    threading.Thread(target=equation.warm_up, name="equation-warm-up", daemon=True).start()


class _Painted(QObject):
    """Calls `then`, once, when the window has been painted for the first time, or has not been for a while.

    A window that is covered by others or minimised is not painted, but it should be ready when it is looked at.
    """

    def __init__(self, window: Window, then: Callable[[], None]) -> None:
        super().__init__(window)
        self._window, self._then = window, then
        self._timer = QTimer(self, singleShot=True, interval=_LATEST_MSECS)
        self._timer.timeout.connect(self._on_time)
        self._timer.start()
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            watched.removeEventFilter(self)
            # After the painting that is going on now.
            self._timer.start(0)
        return False

    def _on_time(self) -> None:
        self._window.removeEventFilter(self)
        self._then()


def make_window(engine_command: str, store: QSettings, log_path: Path) -> Window:
    """The window as `run_app` shows it; its engine is not started yet."""
    settings, app = read(store), QApplication.instance()
    assert isinstance(app, QApplication)
    theme.apply_type(app, settings.font_scale)
    return Window(ProcessLink(link_command(engine_command or settings.engine_command), log_path), store)


def _hook(window: Window) -> Callable[[type[BaseException], BaseException, TracebackType | None], None]:
    """What a slot raises would vanish or abort; show it, and go on."""

    def show(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        text = "".join(traceback.format_exception(kind, error, trace))
        sys.stderr.write(text)
        window.strip.show_failed(f"{kind.__name__}: {error}", text)

    return show
