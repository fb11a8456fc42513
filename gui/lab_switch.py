"""The labs, each made when it is first looked at, and the change from one to another with its tool bars.

Not covered: which commands work where (page_commands.py); what a lab does (labs/).
"""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QWidget

from engine.messages import Ready
from gui import heat
from gui.explained import explain
from gui.latent.session import LatentSession
from gui.page_commands import PageCommands
from gui.temperature import Temperature
from gui.theme import Theme
from gui.toolbar import tool_bar
from gui.walks import Walks

if TYPE_CHECKING:
    from gui.labs.chains import ChainsLab
    from gui.labs.landscape import LandscapeLab
    from gui.labs.latent import LatentLab
    from gui.window import Window

# Names of commands; an empty one is a line between two groups.
_LAB_BAR = ("lab_landscape", "lab_chains", "lab_latent")
_TOOL_BAR = (
    *("select", "pen", "spray", "line", "ellipse", "eraser", ""),
    *("label_1", "label_2", "label_3", "label_4", "", "clear"),
)
_HAND_BAR = ("place_chains", "raise_land", "dig_land", "", "flatten")
_VIEW_BAR = (
    *("undo", "redo", "", "energy", "density", "log_density", ""),
    *("contours", "data", "samples", "", "reset_view", ""),
    *("push_down", "push_up", "field", "manifold", "parts", "surface", "balls", "machine", "sea", ""),
    "add_pane",
)
_MODES: tuple[heat.Mode, ...] = ("energy", "density", "log_density")


class LabSwitch(QObject):
    """`landscape_shown` tells that the landscape lab was asked for, also where it was looked at already."""

    landscape_shown = Signal()

    def __init__(self, window: "Window") -> None:
        super().__init__(window)
        self._window, self._pages = window, window.pages
        self._actions = window.actions_by_name
        experiment, device = window.experiment, window.appearance.settings.device
        self.walks = Walks(window.link, device, experiment.new_number, self)
        self.session = LatentSession(window.link, device, experiment.new_number, self)
        self._chains: ChainsLab | None = None
        self._latent: LatentLab | None = None
        self._make_bars()
        self.commands = PageCommands(self, self._actions, window.history, window.document, window.appearance)
        self.walks.clock_changed.connect(self.commands.show_play)
        experiment.clock_changed.connect(self.commands.show_play)

    # ---- the labs

    @property
    def lab(self) -> "LandscapeLab":
        return self._window.lab

    @property
    def chains(self) -> "ChainsLab":
        """The chains lab, which is made when it is first looked at."""
        if self._chains is None:
            from gui.labs.chains import ChainsLab

            window = self._window
            lab = self._chains = ChainsLab(self.walks, self._actions, window)
            self._pages.addWidget(lab)
            lab.status_changed.connect(window.rates.setText)
            lab.read_out_changed.connect(window.read_out.setText)
            lab.noticed.connect(window.strip.show_notice)
            lab.tool_wanted.connect(window.set_hand)
            lab.files_dropped.connect(window.desk.open_dropped)
            lab.sculpting.stack_chosen.connect(self.commands.show_history)
            lab.target_page.formula_page.set_store(window.store)
            lab.bottom.page_changed.connect(self.commands.show_bottom)
            lab.set_theme(window.appearance.theme)
            explain(lab)
            lab.equations.setVisible(self._actions["equations"].isChecked())
            lab.set_mode(next(mode for mode in _MODES if self._actions[mode].isChecked()))
            if window.experiment.catalogue is not None:
                lab.show_ready(window.experiment.catalogue)
        return self._chains

    @property
    def latent(self) -> "LatentLab":
        """The latent lab, which is made when it is first looked at."""
        if self._latent is None:
            from gui.labs.latent import LatentLab

            window = self._window
            lab = self._latent = LatentLab(self.session, self._actions, window)
            self._pages.addWidget(lab)
            lab.status_changed.connect(window.rates.setText)
            lab.noticed.connect(window.strip.show_notice)
            lab.set_theme(window.appearance.theme)
            explain(lab)
            lab.equations.setVisible(self._actions["equations"].isChecked())
            lab.set_store(window.store)
            lab.clock_changed.connect(self.commands.show_play)
        return self._latent

    @property
    def made_chains(self) -> "ChainsLab | None":
        """The chains lab, if it has been looked at."""
        return self._chains

    @property
    def made_latent(self) -> "LatentLab | None":
        """The latent lab, if it has been looked at."""
        return self._latent

    def button(self, lab: str) -> QWidget:
        """That of a lab on the left, by the name of its command."""
        return self._labs.widgetForAction(self._actions[lab])

    def show_ready(self, ready: Ready) -> None:
        """The engine is there."""
        if self._chains is not None:
            self._chains.show_ready(ready)

    def set_theme(self, theme: Theme) -> None:
        """For the labs beside the landscape lab that there are by now; a later one asks."""
        for lab in (self._chains, self._latent):
            if lab is not None:
                lab.set_theme(theme)

    def show_equations(self, is_on: bool) -> None:
        """In every lab that there is by now; a later one asks."""
        for lab in (self.lab, self._chains, self._latent):
            if lab is not None:
                lab.equations.setVisible(is_on)

    def set_mode(self, mode: heat.Mode) -> None:
        """How the chains' landscape is coloured, if there is one by now; a later one asks."""
        if self._chains is not None:
            self._chains.set_mode(mode)

    # ---- which is looked at

    @property
    def is_chains(self) -> bool:
        return self._chains is not None and self._pages.currentWidget() is self._chains

    @property
    def is_latent(self) -> bool:
        return self._latent is not None and self._pages.currentWidget() is self._latent

    @property
    def is_landscape(self) -> bool:
        """Also while the welcome page is there, behind which it is."""
        return not self.is_chains and not self.is_latent

    @property
    def page(self) -> "LandscapeLab | ChainsLab | LatentLab":
        """The lab that is looked at; from the welcome page, the landscape lab."""
        if self.is_latent:
            return self.latent
        return self.plane_page

    @property
    def plane_page(self) -> "LandscapeLab | ChainsLab":
        """The lab with a canvas that is looked at; from elsewhere, the landscape lab."""
        return self.chains if self.is_chains else self.lab

    @property
    def is_playing(self) -> bool:
        # Not `page`, which would make the first lab before the window is painted.
        if self.is_chains:
            return self.walks.is_playing
        return self.latent.is_playing if self.is_latent else self._window.experiment.is_playing

    # ---- changing

    def show_lab(self) -> None:
        self._show(self.lab, self.lab.canvas, "lab_landscape")
        self.landscape_shown.emit()

    def show_chains(self) -> None:
        window = self._window
        self.chains.set_model_run(window.experiment.active.number, window.document.sketch.points)
        self._show(self.chains, self.chains.canvas, "lab_chains")

    def show_latent(self) -> None:
        self._show(self.latent, self.latent.tabs, "lab_latent")

    def show_welcome(self) -> None:
        self._pages.setCurrentWidget(self._window.welcome)
        for bar in (self._labs, self.tools, self._hands, self._views):
            bar.hide()

    def _show(self, lab: QWidget, focused: QWidget, command: str) -> None:
        """A lab with its tool bars and commands."""
        self._pages.setCurrentWidget(lab)
        focused.setFocus()
        self._actions[command].setChecked(True)
        self._labs.show()
        self.tools.setVisible(self.is_landscape)
        self._hands.setVisible(self.is_chains)
        self._views.setVisible(not self.is_latent)
        self.temperature.setEnabled(self.is_landscape)
        self.commands.update()

    def _make_bars(self) -> None:
        window, actions = self._window, self._actions
        self._labs = tool_bar("Labs", _LAB_BAR, actions, window)
        self.tools = tool_bar("Tools", _TOOL_BAR, actions, window)
        self._hands = tool_bar("Hand", _HAND_BAR, actions, window)
        self._views = tool_bar("View", _VIEW_BAR, actions, window)
        self.temperature = Temperature(window)
        self._views.addWidget(self.temperature)
        for bar in (self._labs, self.tools, self._hands):
            window.addToolBar(Qt.ToolBarArea.LeftToolBarArea, bar)
        window.addToolBar(Qt.ToolBarArea.TopToolBarArea, self._views)
