"""The whole window without an engine process: it is told what an engine has, and nobody computes.

For laws about all pages of all labs. `pages_of` goes through them one after another.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QObject, QSettings, Signal
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from engine.loop import ready
from gui.window import Window


class NoEngine(QObject):
    received = Signal(object)
    died = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.command: list[str] = []

    def start(self) -> None:
        pass

    def stop(self) -> None:
        pass

    def send(self, message: object) -> None:
        pass


@contextmanager
def whole_window(folder, size=(1280, 720)) -> Iterator[Window]:
    """A window on the landscape lab that knows all families, samplers and models of pictures.

    What it put on the app, which all tests have in common, is taken off again.
    """
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    font, palette, sheet = app.font(), app.palette(), app.styleSheet()
    store = QSettings(str(folder / "settings.ini"), QSettings.Format.IniFormat)
    store.setValue("tour/is_seen", True)
    link = NoEngine()
    window = Window(link, store)
    window.resize(*size)
    window.show()
    window.complete()
    window.start_engine()
    link.received.emit(ready())
    window.show_lab()
    settle()
    yield window
    window.document.mark_saved()
    window.close()
    window.deleteLater()
    settle()
    app.setFont(font)
    app.setPalette(palette)
    app.setStyleSheet(sheet)


def settle() -> None:
    QTest.qWait(30)


def pages_of(window: Window) -> Iterator[str]:
    """Each page of each lab is shown, and its name given."""
    window.show_welcome()
    settle()
    yield "welcome"
    for name, show, lab in (
        ("landscape", window.show_lab, lambda: window.lab),
        ("chains", window.show_chains, lambda: window.chains),
        ("latent", window.show_latent, lambda: window.latent),
    ):
        show()
        settle()
        tabs = lab().tabs
        for index in range(tabs.count()):
            tabs.setCurrentIndex(index)
            settle()
            yield f"{name}: {tabs.tabText(index)}"
        tabs.setCurrentIndex(0)
        for page in {"landscape": ("measures", "machine", "equations"), "chains": ("equations",)}.get(name, ()):
            window.actions_by_name[page].trigger()
            settle()
            yield f"{name}: {page}"
            window.actions_by_name[page].trigger()
    window.show_lab()
    for command in ("add_pane", "close_pane"):
        for _ in range(3):
            window.actions_by_name[command].trigger()
        settle()
        if command == "add_pane":
            yield "landscape: four panes"
    bottom = window.chains.bottom
    window.show_chains()
    for name in ("correlation", "measures", "basins", "trap", "traces"):
        bottom.show_page(name)
        settle()
        yield f"chains, below: {name}"
