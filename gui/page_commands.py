"""Which commands can be used on the page that is looked at, and what the play, undo and bottom commands say there.

Not covered: which page that is, and its tool bars (lab_switch.py).
"""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QUndoGroup, QUndoStack

from gui import icons
from gui.appearance import Appearance
from gui.document import Document

if TYPE_CHECKING:
    from gui.lab_switch import LabSwitch

# What belongs to sketches alone, and is of no use among chains.
_SKETCH = (
    *("pen", "spray", "line", "ellipse", "eraser", "select"),
    *("select_all", "delete", "clear", "contours", "data", "samples", "machine"),
    *("push_down", "push_up", "field", "manifold", "parts", "surface", "balls", "sea", "open_beside"),
)
# What belongs to labs with a canvas and a clock.
_PLANE = (
    *("energy", "density", "log_density", "reset_view", "zoom_in", "zoom_out", "side_panel", "traces", "measures"),
    *("step", "faster", "slower", "add_pane", "close_pane", "save_screenshot", "copy_screenshot", "export_landscape"),
    *("step_back", "newest", "previous_mark", "next_mark", "add_mark", "rename_mark", "remove_mark"),
)
# What works on the landscape of chains only.
_CHAINS = ("place_chains", "raise_land", "dig_land", "flatten", "export_draws", "slow_motion")
_BOTTOM = ("machine", "measures", "traces")


class PageCommands(QObject):
    """Sets the actions by their names; `update` after each change of the page."""

    def __init__(
        self,
        switch: "LabSwitch",
        actions: dict[str, QAction],
        history: QUndoGroup,
        document: Document,
        appearance: Appearance,
    ) -> None:
        super().__init__(switch)
        self._switch, self._actions = switch, actions
        self._history, self._document, self._appearance = history, document, appearance
        self._nothing = QUndoStack(self)
        self._landscape_checks = {"machine": False, "measures": False, "traces": True}
        self._has_given_way = False
        actions["export_draws"].setEnabled(False)
        history.setActiveStack(self._listed(document.undo_stack))
        for name, can_changed, text_changed in (
            ("undo", history.canUndoChanged, history.undoTextChanged),
            ("redo", history.canRedoChanged, history.redoTextChanged),
        ):
            actions[name].setEnabled(False)
            can_changed.connect(actions[name].setEnabled)
            text_changed.connect(partial(_show_text, actions[name], name.capitalize()))

    @property
    def bottom_checks(self) -> dict[str, bool]:
        """What lies under the panes of the landscape lab, by the commands' names."""
        return dict(self._landscape_checks)

    def update(self) -> None:
        """What can be done here, and whether it plays."""
        switch = self._switch
        for names, is_on in (
            (_SKETCH, switch.is_landscape),
            (_PLANE, not switch.is_latent),
            (_CHAINS, switch.is_chains),
        ):
            for name in names:
                self._actions[name].setEnabled(is_on)
        self.show_history()
        self.show_bottom()
        self.show_play()

    def show_history(self) -> None:
        """Undo and redo are those of the page."""
        switch = self._switch
        if switch.is_latent:
            stack = self._nothing
        else:
            stack = switch.chains.sculpting.stack if switch.is_chains else self._document.undo_stack
        self._history.setActiveStack(self._listed(stack))

    def show_bottom(self) -> None:
        """The commands of what lies at the bottom say what is there on this page."""
        switch = self._switch
        if switch.is_latent:
            return
        if switch.is_chains:
            checks = {name: switch.chains.bottom.page == name for name in ("traces", "measures")}
        else:
            checks = {name: is_on and not self._has_given_way for name, is_on in self._landscape_checks.items()}
        for name, is_checked in checks.items():
            self._actions[name].setChecked(is_checked)

    def show_gave_way(self, is_away: bool) -> None:
        """What lies at the bottom of the landscape lab was put away for want of room, or came back."""
        self._has_given_way = is_away
        self.show_bottom()

    def show_at_bottom(self, name: str, is_on: bool) -> None:
        """Machine, measures and traces share a place: one of the first two covers the traces while it is on."""
        switch = self._switch
        if switch.is_chains:
            switch.chains.show_at_bottom(name, is_on)
            self.show_bottom()
        elif switch.is_landscape:
            checks = {each: self._actions[each].isChecked() for each in _BOTTOM}
            if is_on:
                checks |= {each: each == name for each in ("machine", "measures")}
            self._landscape_checks, self._has_given_way = checks, False
            self.show_bottom()
            switch.lab.set_layer("machine", checks["machine"])
            switch.lab.bottom.show_page(next((each for each, is_shown in checks.items() if is_shown), ""))

    def show_play(self) -> None:
        """The play command says what it would do now."""
        action, is_playing = self._actions["play"], self._switch.is_playing
        action.setChecked(is_playing)
        action.setText("Pause" if is_playing else "Play")
        action.setIcon(icons.icon("pause" if is_playing else "play", self._appearance.theme.text))

    def _listed(self, stack: QUndoStack) -> QUndoStack:
        self._history.addStack(stack)
        return stack


def _show_text(action: QAction, verb: str, text: str) -> None:
    action.setText(f"{verb} {text}".strip())
