"""The parts of a window that an audience need not see: hidden in a lecture, and brought back exactly as they were.

Not covered: controls that are shown in their place (controls.py).
"""

from typing import TYPE_CHECKING

import msgspec
import shiboken6
from PySide6.QtCore import QByteArray, QObject, Qt, QTimer
from PySide6.QtWidgets import QSplitter, QToolBar, QWidget

from engine.knobs import Value
from engine.messages import Extent
from gui.chains_look import LookParams
from gui.projects.state import BOTTOM, CHECKED

if TYPE_CHECKING:
    from gui.pane import Pane
    from gui.window import Window

_SETTLED_MSECS = 150
_MOST_TRIES = 10
_LARGE = Qt.WindowState.WindowFullScreen | Qt.WindowState.WindowMaximized
_TOUR = "tour/is_seen"


class Panels(QObject):
    """Remembers how the window was when it is made; after `bring_back` it goes by itself."""

    def __init__(self, window: "Window") -> None:
        super().__init__(window)
        self._window = window
        self._settling = QTimer(self, singleShot=True, interval=_SETTLED_MSECS)
        self._settling.timeout.connect(self._settle)
        self._showing = QTimer(self, singleShot=True, interval=0)
        self._showing.timeout.connect(self._show_extents)
        self._was_hidden: dict[QWidget, bool] = {}
        # Whether a cue shows what lies under the chains.
        self.has_chains_bottom = False
        self._splits: list[tuple[QSplitter, QByteArray]] = [
            (splitter, splitter.saveState()) for splitter in window.pages.findChildren(QSplitter)
        ]
        self._state, is_normal = window.windowState(), not window.windowState() & _LARGE
        self._place = window.geometry() if is_normal else window.normalGeometry()
        self._tries = 0
        self._bottom = next((name for name, is_on in window.switch.commands.bottom_checks.items() if is_on), "")
        chains = window.switch.made_chains
        self._chains_bottom = chains.bottom.page if chains is not None else "traces"
        usual = msgspec.structs.asdict(LookParams())
        self._chains_look: dict[str, Value] = chains.look_panel.values() if chains is not None else usual
        self._checked = {name: each.isChecked() for name, each in window.actions_by_name.items() if each.isCheckable()}
        self._temperature, self._view = window.switch.temperature.value, window.lab.view_params
        self._extents: list[tuple[Pane, Extent]] = [(pane, pane.view.canvas.extent) for pane in window.lab.panes.all]
        self._speed = window.lab.transport.steps_per_second
        self._has_seen_tour = window.store.value(_TOUR, False)
        # It would begin in the midst of a lecture.
        window.store.setValue(_TOUR, True)
        self._page, self._least = window.pages.currentWidget(), window.pages.minimumSize()
        # Pages that nobody looks at need no room beside the words.
        window.pages.setMinimumSize(1, 1)

    def hide(self) -> None:
        """All that is there by now: labs are made when they are first looked at."""
        for widget in self._parts():
            self._was_hidden.setdefault(widget, widget.isHidden())
            widget.hide()

    def hide_bottom(self) -> None:
        """What lies under the panes of the landscape lab."""
        if self._window.page is self._window.lab:
            self._show_bottom("")

    def _show_bottom(self, wanted: str) -> None:
        for name in BOTTOM:
            action = self._window.actions_by_name[name]
            if action.isChecked() != (name == wanted):
                action.trigger()

    def bring_back(self) -> None:
        """Sizes come last, once the window has its own again."""
        window = self._window
        window.show_lab()
        self._show_looks()
        self._show_bottom(self._bottom)
        if window.switch.made_chains is not None:
            window.switch.made_chains.bottom.show_page(self._chains_bottom)
            for name, value in self._chains_look.items():
                window.switch.made_chains.look_panel.turn(name, value)
        if self._page is window.switch.made_chains:
            window.show_chains()
        elif self._page is window.switch.made_latent:
            window.show_latent()
        elif self._page is window.welcome:
            window.show_welcome()
        window.pages.setMinimumSize(self._least)
        for widget, was_hidden in self._was_hidden.items():
            widget.setHidden(was_hidden)
        if not self._has_seen_tour:
            window.store.remove(_TOUR)
        if window.windowState() != self._state or not self._state & _LARGE:
            window.setWindowState(Qt.WindowState.WindowNoState)
            window.setGeometry(self._place)
            window.setWindowState(self._state)
        self._settling.start()

    def _show_looks(self) -> None:
        """Layers, colours, and the knobs of the view."""
        window, actions = self._window, self._window.actions_by_name
        window.lab.set_view_params(dict(self._view))
        window.switch.temperature.set_value(self._temperature)
        window.lab.transport.set_speed(self._speed)
        for name in ("energy", "density", "log_density"):
            if self._checked[name] and not actions[name].isChecked():
                actions[name].trigger()
        for name in CHECKED:
            if name != "side_panel" and actions[name].isChecked() != self._checked[name]:
                actions[name].trigger()

    def _settle(self) -> None:
        """Some systems give a window its size only after a while."""
        self._tries += 1
        is_there = self._window.size() == self._place.size() or bool(self._state & _LARGE)
        if not is_there and self._tries < _MOST_TRIES:
            self._settling.start()
            return
        for splitter, state in self._splits:
            if shiboken6.isValid(splitter):
                splitter.restoreState(state)
        self._showing.start()

    def _show_extents(self) -> None:
        for pane, extent in self._extents:
            if pane in self._window.lab.panes.all:
                pane.view.canvas.show_extent(extent)
        self.deleteLater()

    def _parts(self) -> list[QWidget]:
        window = self._window
        bars = [*window.findChildren(QToolBar)]
        parts: list[QWidget] = [window.menuBar(), window.statusBar(), *bars, window.lab.tabs, window.lab.transport]
        if (chains := window.switch.made_chains) is not None:
            parts += [chains.tabs, chains.transport, *chains.below]
            parts += [] if self.has_chains_bottom else [chains.bottom]
        if (latent := window.switch.made_latent) is not None:
            parts += [latent.tabs.tabBar(), latent.shelf, latent.files]
        return parts
