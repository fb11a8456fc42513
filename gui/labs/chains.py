"""The chains lab: samplers walk on a landscape, with the exact answer beside them.

Not covered: panes (walk_pane.py), what the walks share (walks.py), files and menus (window.py).
"""

from collections.abc import Mapping

import msgspec
import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QTabWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from engine.knobs import Value, knob, knobs_of, make
from engine.messages import Chains, Entry, Ready, SetClock, SetView
from gui import heat
from gui.canvas import Canvas
from gui.colorbar import ColorBar
from gui.panel import Panel
from gui.target_page import TargetPage
from gui.theme import DARK, Theme
from gui.transport import Transport
from gui.walk import SamplerWalk
from gui.walk_pane import WalkPane
from gui.walk_table import Row, WalkTable
from gui.walk_traces import WalkTraces
from gui.walks import MOST_WALKS, Walks

# Rows and columns for so many panes.
_SHAPES = {1: (1, 1), 2: (1, 2), 3: (1, 3), 4: (2, 2)}
_CELLS = 160
_PANEL_PX = 330
_SKIPPED = 10_000


class StartParams(msgspec.Struct, frozen=True):
    """How many chains start where."""

    chains: int = knob(4, low=1, high=4096, scale="log", help="How many chains walk, each by itself.")
    warm_up: int = knob(
        200,
        low=0,
        high=10_000,
        unit="steps",
        help="So many first steps do not count. In them a step size is found that is accepted as often as is best.",
    )
    seed: int = knob(0, low=0, high=10_000, help="Another seed, other chance; the same seed, the same chains.")


class LookParams(msgspec.Struct, frozen=True):
    """What is seen of the chains."""

    sharpness: float = knob(
        1.0,
        low=0.1,
        high=20.0,
        scale="log",
        help="The inverse temperature: it multiplies the energy. Sharper valleys trap chains.",
    )
    trail: int = knob(50, low=0, high=200, unit="steps", help="How long the way stays that a chain came.")
    has_marginals: bool = knob(True, help="Along the edges: bars for the draws, a line for the truth.")


_START = Entry("chains", "Chains", "Turning any of these starts all chains anew.", "", "", knobs_of(StartParams))
_LOOK = Entry("look", "Landscape and view", "The chains walk on.", "", "", knobs_of(LookParams))


class ChainsLab(QWidget):
    """The page. `status_changed` tells steps a second, `read_out_changed` what is under the cursor."""

    title = "Chains"
    status_changed = Signal(str)
    read_out_changed = Signal(str)
    noticed = Signal(str)

    def __init__(self, walks: Walks, actions: Mapping[str, QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._walks = walks
        self._theme, self._mode = DARK, "energy"
        self._look = LookParams()
        self._is_at_bottom = {"traces": True, "measures": False}
        self.panes: list[WalkPane] = []
        self.bar = ColorBar(self)
        self.transport = Transport(actions["play"], actions["step"], actions["reset"], self)
        self._skip = QPushButton(f"+ {_SKIPPED:,}".replace(",", " "), self)
        self._skip.setToolTip(f"{_SKIPPED} steps as fast as the engine goes")
        self._proof = QToolButton(self)
        self._proof.setDefaultAction(actions["proof"])
        self.table, self.traces = WalkTable(self), WalkTraces(self)
        self.bottom = QStackedWidget(self)
        self.bottom.addWidget(self.traces)
        self.bottom.addWidget(self.table)
        self.sampler_panel, self.start_panel, self.look_panel = Panel(), Panel(), Panel()
        self.target_page = TargetPage(self)
        self.tabs = QTabWidget(self)
        self._grid = QGridLayout()
        self._lay_out()
        self._connect()
        self.start_panel.show_entry(_START, {})
        self.look_panel.show_entry(_LOOK, {})
        self.transport.set_speed(walks.steps_per_second)
        self._update_panes()

    @property
    def canvas(self) -> Canvas:
        """That of the active pane."""
        return self._active.view.canvas

    def show_ready(self, ready: Ready) -> None:
        """The engine is there: what it has."""
        is_first = not self.target_page.has_targets
        self.target_page.set_targets(ready.targets)
        if is_first:
            self._walks.place = msgspec.structs.replace(self._walks.place, energy=self.target_page.energy)
        for pane in self.panes:
            self._show_samplers(pane)
        self._show_sampler()

    def set_model_run(self, number: int) -> None:
        """The run of the landscape lab that is walked on where its model is the target."""
        if number != self._walks.place.model_run:
            self._walks.place = msgspec.structs.replace(self._walks.place, model_run=number)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.bar.set_theme(theme)
        for part in (self.sampler_panel, self.start_panel, self.look_panel, self.target_page, self.traces):
            part.set_theme(theme)
        for pane in self.panes:
            pane.set_theme(theme)

    def set_mode(self, mode: heat.Mode) -> None:
        self._mode = mode
        for pane in self.panes:
            pane.view.set_mode(mode)

    # ---- what commands do

    @property
    def is_playing(self) -> bool:
        return self._walks.is_playing

    def play(self, is_on: bool) -> None:
        self._walks.play(is_on)

    def step_once(self) -> None:
        self._walks.step_once()

    def reset(self) -> None:
        self._walks.reset()

    def add_pane(self) -> None:
        """One more sampler beside the others: the next in the menu that is not there yet."""
        walks = self._walks
        if len(walks.walks) == MOST_WALKS:
            self.noticed.emit(f"There can be {MOST_WALKS} panes; close one first.")
            return
        names = [entry.name for entry in walks.catalogue.samplers] if walks.catalogue is not None else []
        used = {walk.sampler for walk in walks.walks}
        name = next((each for each in names if each not in used), walks.active.sampler)
        walks.activate(walks.add(name))

    def show_at_bottom(self, name: str, is_on: bool) -> None:
        """traces or measures; what is switched off gives its place to the other, if that is on."""
        self._is_at_bottom[name] = is_on
        wanted = name if is_on else next((each for each, is_there in self._is_at_bottom.items() if is_there), "")
        self.bottom.setVisible(bool(wanted))
        if wanted:
            self.bottom.setCurrentWidget(self.traces if wanted == "traces" else self.table)

    def close_pane(self) -> None:
        self._walks.remove(self._walks.active)

    def showEvent(self, event: object) -> None:
        super().showEvent(event)  # type: ignore[arg-type]
        self._walks.show()
        self._send_views()

    # ---- private

    @property
    def _active(self) -> WalkPane:
        return next(pane for pane in self.panes if pane.walk is self._walks.active)

    def _lay_out(self) -> None:
        sampler_page = QWidget(self)
        column = QVBoxLayout(sampler_page)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.sampler_panel, 1)
        column.setSpacing(8)
        column.addWidget(self._proof, 0, Qt.AlignmentFlag.AlignHCenter)
        pages = {
            "Sampler": sampler_page,
            "Target": self.target_page,
            "Chains": self.start_panel,
            "View": self.look_panel,
        }
        for title, page in pages.items():
            self.tabs.addTab(page, title)
        self.tabs.setDocumentMode(True)
        self._grid.setSpacing(4)
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addLayout(self._grid, 1)
        row.addWidget(self.bar)
        below = QHBoxLayout()
        below.addWidget(self.transport, 1)
        below.addWidget(self._skip)
        below.addSpacing(8)
        stage = QSplitter(Qt.Orientation.Vertical, self)
        upper = QWidget(stage)
        column = QVBoxLayout(upper)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row, 1)
        column.addLayout(below)
        stage.addWidget(upper)
        stage.addWidget(self.bottom)
        stage.setStretchFactor(0, 1)
        stage.setCollapsible(0, False)
        self.splitter = QSplitter(Qt.Orientation.Horizontal, self)
        self.splitter.addWidget(stage)
        self.splitter.addWidget(self.tabs)
        self.splitter.setStretchFactor(0, 1)
        self.splitter.setSizes([10_000, _PANEL_PX])
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self.splitter)

    def _connect(self) -> None:
        walks = self._walks
        walks.walks_changed.connect(self._update_panes)
        walks.active_changed.connect(self._on_active_changed)
        walks.clock_changed.connect(self._on_clock_changed)
        self.sampler_panel.params_changed.connect(lambda values: self._walks.active.set_params(values))
        self.target_page.energy_chosen.connect(lambda energy: walks.set_place(energy=energy, starts=np.zeros((0, 2))))
        self.start_panel.params_changed.connect(self._on_start_params)
        self.look_panel.params_changed.connect(self._on_look_params)
        self.transport.speed_chosen.connect(walks.set_speed)
        self._skip.clicked.connect(lambda: walks.skip(_SKIPPED))
        self.table.copied.connect(self.noticed)

    def _update_panes(self) -> None:
        """As many panes as there are walks, each in its place."""
        walks = self._walks.walks
        for pane in [pane for pane in self.panes if pane.walk not in walks]:
            self.panes.remove(pane)
            self._grid.removeWidget(pane)
            pane.hide()
            pane.deleteLater()
        for walk in walks[len(self.panes) :]:
            self._add(walk)
        rows, columns = _SHAPES[len(self.panes)]
        for index, pane in enumerate(self.panes):
            self._grid.addWidget(pane, index // columns, index % columns)
        for index in range(4):
            self._grid.setRowStretch(index, int(index < rows))
            self._grid.setColumnStretch(index, int(index < columns))
        self._on_active_changed()

    def _add(self, walk: SamplerWalk) -> None:
        pane = WalkPane(walk, self)
        self.panes.append(pane)
        pane.set_theme(self._theme)
        pane.layer.set_trail_length(self._look.trail)
        pane.layer.set_marginals_visible(self._look.has_marginals)
        pane.activated.connect(lambda: self._walks.activate(walk))
        pane.close_asked.connect(lambda: self._walks.remove(walk))
        pane.sampler_chosen.connect(lambda name: self._choose(walk, name))
        pane.start_chosen.connect(self._on_start_chosen)
        pane.view.painted.connect(self._show_scale)
        pane.view.read_out_changed.connect(self.read_out_changed)
        canvas = pane.view.canvas
        canvas.view_changed.connect(lambda extent: self._send_view(pane))
        canvas.navigated.connect(lambda: self._on_navigated(pane))
        canvas.cursor_moved.connect(lambda x, y: pane.view.set_cursor((x, y), True))
        canvas.cursor_left.connect(lambda: pane.view.set_cursor(None, True))
        walk.sampler_changed.connect(self._show_sampler)
        walk.chains_came.connect(lambda chains: self._on_chains(walk, chains))
        walk.measures_came.connect(lambda measures: self._on_measures())
        walk.began.connect(lambda: self._on_began(walk))
        self._show_samplers(pane)
        self._send_view(pane)

    def _choose(self, walk: SamplerWalk, name: str) -> None:
        self._walks.activate(walk)
        walk.use(name)

    def _show_samplers(self, pane: WalkPane) -> None:
        ready = self._walks.catalogue
        pane.set_samplers(ready.samplers if ready is not None else ())
        pane.show_entry(self._walks.entry(pane.walk))

    def _show_sampler(self) -> None:
        """The knobs of the active walk, and every pane's name."""
        entry = self._walks.entry()
        if entry is not None:
            self.sampler_panel.show_entry(entry, self._walks.active.params)
        for pane in self.panes:
            pane.show_entry(self._walks.entry(pane.walk))
        self._show_rows()

    def _on_active_changed(self) -> None:
        for pane in self.panes:
            pane.set_look(pane.walk is self._walks.active, len(self.panes) == 1)
        self._show_sampler()
        self._show_scale()
        self.traces.clear()
        self.traces.show_measures(self._active.measures)

    def _on_chains(self, walk: SamplerWalk, chains: Chains) -> None:
        if walk is self._walks.active:
            self.transport.show_step(chains.step, chains.steps_per_second, self._walks.is_playing)
            self.traces.show_chains(chains)

    def _on_measures(self) -> None:
        self.traces.show_measures(self._active.measures)
        self._show_rows()

    def _on_began(self, walk: SamplerWalk) -> None:
        if walk is self._walks.active:
            self.transport.clear()
            self.traces.clear()

    def _show_rows(self) -> None:
        rows = []
        for pane in self.panes:
            entry = self._walks.entry(pane.walk)
            rows.append(Row(entry.title if entry is not None else pane.walk.sampler, pane.measures))
        self.table.show_rows(rows)

    def _on_clock_changed(self, clock: SetClock) -> None:
        if not clock.is_playing:
            self.status_changed.emit("")

    def _on_start_chosen(self, x: float, y: float) -> None:
        """A click: all chains start there."""
        self._walks.set_place(starts=np.array([[x, y]]))

    def _on_start_params(self, values: dict[str, Value]) -> None:
        start = make(StartParams, values, "chains")
        self._walks.set_place(num_chains=start.chains, warm_up=start.warm_up, seed=start.seed)

    def _on_look_params(self, values: dict[str, Value]) -> None:
        before, self._look = self._look, make(LookParams, values, "view")
        for pane in self.panes:
            pane.layer.set_trail_length(self._look.trail)
            pane.layer.set_marginals_visible(self._look.has_marginals)
        if self._look.sharpness != before.sharpness:
            self._walks.set_sharpness(self._look.sharpness)

    def _on_navigated(self, source: WalkPane) -> None:
        for pane in self.panes:
            if pane is not source:
                pane.view.canvas.follow(source.view.canvas)

    def _show_scale(self) -> None:
        self._active.view.show_scale(self.bar)

    def _send_views(self) -> None:
        for pane in self.panes:
            self._send_view(pane)

    def _send_view(self, pane: WalkPane) -> None:
        if self.isVisible():
            extent = pane.view.canvas.extent
            pane.walk.set_view(SetView(pane.walk.number, extent, columns=_CELLS, rows=_CELLS))
