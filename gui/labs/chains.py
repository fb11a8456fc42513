"""The chains lab: samplers walk on a landscape, with the exact answer beside them.

Not covered: panes (walk_panes.py, walk_pane.py), what the walks share (walks.py), files and menus (window.py).
"""

from collections.abc import Mapping

import msgspec
import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QPushButton,
    QSplitter,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from engine.knobs import Value, make
from engine.messages import Chains, Landscape, Ready, SetClock, WentTo
from engine.recipe import ChainsRecipe, Energy, Recipe
from gui import heat
from gui.canvas import Canvas
from gui.chains_look import LOOK, LookParams
from gui.chains_opening import Opened
from gui.chains_recipe import chains_recipe
from gui.colorbar import ColorBar
from gui.draws_export import FILTER, path_with_ending
from gui.equation_feed import WalkEquations
from gui.equation_strip import EquationStrip
from gui.hand import TOOLS, Hand
from gui.hand_page import HandPage
from gui.language import tr
from gui.making_room import MakingRoom
from gui.panel import Panel
from gui.sculpting import Sculpting
from gui.slow_motion import FIRST_SPEED, SlowMotion
from gui.start_page import StartPage
from gui.target_page import TargetPage
from gui.theme import Theme
from gui.timeline_bar import TimelineBar
from gui.transport import Transport
from gui.walk import SamplerWalk
from gui.walk_bottom import WalkBottom
from gui.walk_pane import WalkPane
from gui.walk_panes import WalkPanes
from gui.walk_table import Row
from gui.walks import MOST_WALKS, Walks
from gui.wrapped_tabs import WrappedTabs

# Under the right button on a canvas.
_CANVAS_MENU = ("save_screenshot", "copy_screenshot", "export_landscape", "export_draws", "reset_view")
_PANEL_PX = 376
_SKIPPED = 10_000
# What comes beside the first sampler; so many that one is always free.
_BESIDE = ("mala", "hmc", "nuts", "parallel_tempering")
# At the bottom, when two rows of panes need the height.
_LOW_BOTTOM_PX, _LEAST_STAGE_PX = 150, 200


class ChainsLab(QWidget):
    """The page. `status_changed` tells steps a second, `read_out_changed` what is under the cursor."""

    title = "Chains"
    status_changed = Signal(str)
    read_out_changed = Signal(str)
    noticed = Signal(str)
    tool_wanted = Signal(str)
    files_dropped = Signal(list)

    def __init__(self, walks: Walks, actions: Mapping[str, QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._walks = walks
        self._look = LookParams()
        self._points = np.zeros((0, 2))
        self._usual_speed: float | None = walks.steps_per_second
        self._bottom_px = 0
        self._is_open, self._open_px = True, 0
        self.bar = ColorBar(self)
        self.transport = Transport(actions["play"], actions["step"], actions["reset"], self)
        self.timeline = TimelineBar(self)
        self.timeline.can_open_beside = False
        self._skip = QPushButton(f"+ {_SKIPPED:,}".replace(",", " "), self)
        self._slow_button = QToolButton(self)
        self._slow_button.setDefaultAction(actions["slow_motion"])
        self._slow = SlowMotion(walks, lambda: [pane.story for pane in self.panes], self)
        self._skip.setToolTip(f"{_SKIPPED} steps as fast as the engine goes")
        self._proof = QToolButton(self)
        self._proof.setDefaultAction(actions["proof"])
        self.bottom = WalkBottom(walks, self)
        self.equations = EquationStrip(self)
        self._equation_feed = WalkEquations(self.equations, walks, self._seen_phase)
        self.table, self.traces = self.bottom.table, self.bottom.traces
        self.sampler_panel, self.look_panel = Panel(), Panel()
        self.target_page, self.start_page = TargetPage(self), StartPage(self)
        self.sculpting = Sculpting(self)
        self.hand = Hand(self.sculpting, self)
        self.hand_page = HandPage(self.hand, self)
        self._panes = WalkPanes(walks, self.hand, [actions[name] for name in _CANVAS_MENU], self)
        self.tabs = WrappedTabs(self)
        self._lay_out()
        self._connect()
        self.look_panel.show_entry(LOOK, {})
        self.transport.set_speed(walks.steps_per_second)
        self._update_panes()

    @property
    def panes(self) -> list[WalkPane]:
        """In the order of the walks."""
        return self._panes.listed

    @property
    def canvas(self) -> Canvas:
        """That of the active pane."""
        return self.active_pane.view.canvas

    def show_ready(self, ready: Ready) -> None:
        """The engine is there: what it has."""
        is_first = not self.target_page.has_targets
        self.target_page.set_targets(ready.targets)
        if is_first:
            self._walks.place = msgspec.structs.replace(self._walks.place, energy=self.target_page.energy)
            self.sculpting.choose(self.target_page.name)
        self._show_catalogue()

    def set_model_run(self, number: int, points: np.ndarray) -> None:
        """The run of the landscape lab that is walked on where its model is the target, and its data, (n, 2)."""
        is_other, self._points = number != self._walks.place.model_run, points
        self._walks.place = msgspec.structs.replace(self._walks.place, model_run=number)
        if self._walks.place.energy is None and self.target_page.has_targets:
            self.start_page.set_data(points)
            if is_other or self._walks.active.trouble:
                # What could not be walked on may be there by now.
                self._walks.set_place()

    def shown_landscape(self) -> tuple[Landscape | None, dict[str, object]]:
        """That of the active pane, None before the first one, and what it is of, as JSON can hold it."""
        place = self._walks.place
        of: dict[str, object] = {"sharpness": place.sharpness, "bumps": place.bumps.tolist()}
        target = "model" if place.energy is None else msgspec.to_builtins(place.energy)
        return self.active_pane.view.landscape, {"target": target, **of}

    def recipe(self, model: Recipe) -> ChainsRecipe:
        """What is on this page, to be run without a window. model: that of the landscape lab."""
        walks = self._walks
        return chains_recipe(walks.walks, walks.place, self.start_page.kind, self.sculpting.kept, model)

    def open_recipe(self, made: Opened) -> None:
        """Its samplers on its target, from the start; the model of a recipe is that of the landscape lab by now."""
        recipe, start = made.recipe, made.start
        look = {**self.look_panel.values(), "sharpness": recipe.sharpness}
        self._look = make(LookParams, look, "view")
        self.look_panel.show_entry(LOOK, look)
        self.target_page.show_energy(recipe.energy)
        self.sculpting.choose(self.target_page.name)
        self.start_page.set_data(self._points if recipe.energy is None else np.zeros((0, 2)))
        self.start_page.show_start(start, made.kind, made.path)
        self._walks.use(
            made.samplers, energy=recipe.energy, num_chains=start.chains, warm_up=start.warm_up, seed=start.seed,
            starts=self.start_page.starts, sharpness=recipe.sharpness, bumps=self.sculpting.bumps,
        )  # fmt: skip
        self.sculpting.take(made.bumps, "recipe")
        if made.note:
            self.noticed.emit(made.note)

    def set_theme(self, theme: Theme) -> None:
        self.bar.set_theme(theme)
        parts = (self.sampler_panel, self.look_panel, self.target_page, self.bottom, self.timeline, self.equations)
        for part in parts:
            part.set_theme(theme)
        for each in (self.start_page, self.hand_page, self.hand, self._panes):
            each.set_theme(theme)

    def set_mode(self, mode: heat.Mode) -> None:
        self._panes.set_mode(mode)

    # ---- what commands do

    @property
    def is_playing(self) -> bool:
        return self._walks.is_playing

    def play(self, is_on: bool) -> None:
        self._walks.play(is_on)

    def step_once(self) -> None:
        """One step; in slow motion, one phase of it."""
        if self._slow.is_on:
            self._walks.play(False)
            self._slow.advance()
        else:
            self._walks.step_once()

    def set_slow_motion(self, is_on: bool) -> None:
        """The steps in their phases, at first one a second; without it, at the speed there was before."""
        if is_on == self._slow.is_on:
            return
        if is_on:
            self._usual_speed = self._walks.steps_per_second
        self._slow.set_on(is_on)
        self._panes.set_slow(is_on)
        self._equation_feed.show_moment()
        self.transport.set_unit("phase" if is_on else "step")
        self.transport.set_speed(FIRST_SPEED if is_on else self._usual_speed)

    @property
    def usual_speed(self) -> float | None:
        """The chosen speed outside of slow motion; None is as fast as the engine goes."""
        return self._usual_speed if self._slow.is_on else self._walks.steps_per_second

    def set_speed(self, steps_per_second: float | None) -> None:
        """One of transport.SPEEDS, for now or for when slow motion ends."""
        self._usual_speed = steps_per_second
        if not self._slow.is_on:
            self.transport.set_speed(steps_per_second)

    def reset(self) -> None:
        self._walks.reset()

    def add_pane(self) -> None:
        """One more sampler beside the others, one that works on every target."""
        walks = self._walks
        if len(walks.walks) == MOST_WALKS:
            self.noticed.emit(f"There can be {MOST_WALKS} panes; close one first.")
            return
        used = {walk.sampler for walk in walks.walks}
        walks.activate(walks.add(next(name for name in _BESIDE if name not in used)))

    def show_at_bottom(self, name: str, is_on: bool) -> None:
        """traces or measures. Switched off, the measures give way to the traces, and the traces leave only the tabs."""
        self.bottom.show_page(name if is_on else "" if name == "traces" else "traces")

    def export_draws(self) -> None:
        """All panes' draws into one file; NetCDF, which holds one sampler, takes those of the active pane."""
        path, chosen = QFileDialog.getSaveFileName(self, tr("Export draws"), "draws.csv", FILTER)
        if path:
            path = path_with_ending(path, chosen)
            walks = [self._walks.active] if path.lower().endswith(".nc") else self._walks.walks
            self._walks.export.ask(path, [walk.number for walk in walks])

    def close_pane(self) -> None:
        self._walks.remove(self._walks.active)

    def showEvent(self, event: object) -> None:
        super().showEvent(event)  # type: ignore[arg-type]
        self._walks.show()
        self._panes.send_views()

    # ---- private

    @property
    def active_pane(self) -> WalkPane:
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
            "Chains": self.start_page,
            "Hand": self.hand_page,
            "View": self.look_panel,
        }
        for title, page in pages.items():
            self.tabs.addTab(page, title)
        self.tabs.setDocumentMode(True)
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(self._panes, 1)
        row.addWidget(self.bar)
        # Beside the transport, and of no use without it.
        self.below = (self._slow_button, self._skip)
        below = QHBoxLayout()
        below.addWidget(self.transport, 1)
        below.addWidget(self._slow_button)
        below.addSpacing(6)
        below.addWidget(self._skip)
        below.addSpacing(8)
        self._stage = stage = QSplitter(Qt.Orientation.Vertical, self)
        upper = QWidget(stage)
        upper.setMinimumHeight(_LEAST_STAGE_PX)
        column = QVBoxLayout(upper)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row, 1)
        column.addWidget(self.timeline)
        column.addLayout(below)
        stage.addWidget(upper)
        stage.addWidget(self.bottom)
        stage.setStretchFactor(0, 1)
        stage.setCollapsible(0, False)
        self._room = MakingRoom(self.equations, stage, self.bottom)
        self.splitter = QSplitter(Qt.Orientation.Horizontal, self)
        self.splitter.addWidget(stage)
        self.splitter.addWidget(self.tabs)
        self.splitter.setStretchFactor(0, 1)
        self.splitter.setSizes([10_000, _PANEL_PX])
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.equations)
        whole.addWidget(self.splitter, 1)

    def _connect(self) -> None:
        walks, panes = self._walks, self._panes
        panes.added.connect(self._on_added)
        panes.rows_changed.connect(self._share_height)
        panes.painted.connect(self._show_scale)
        panes.read_out_changed.connect(self.read_out_changed)
        panes.files_dropped.connect(self.files_dropped)
        # A new engine may tell others before it tells the walks.
        walks.catalogue_came.connect(self._show_catalogue)
        walks.walks_changed.connect(self._update_panes)
        walks.active_changed.connect(self._on_active_changed)
        walks.clock_changed.connect(self._on_clock_changed)
        self.sampler_panel.params_changed.connect(self._on_sampler_params)
        self.target_page.energy_chosen.connect(self._on_energy_chosen)
        self.start_page.place_changed.connect(lambda changes: walks.set_place(**changes))
        self.start_page.asked_for.connect(self._on_start_asked_for)
        self.hand.placed.connect(self.start_page.take_path)
        self.sculpting.changed.connect(lambda: walks.set_bumps(self.sculpting.bumps))
        for each in (self.hand, self.hand_page):
            each.noticed.connect(self.noticed)
        self.look_panel.params_changed.connect(self._on_look_params)
        self.transport.speed_chosen.connect(walks.set_speed)
        self._slow.phase_changed.connect(self._on_phase_changed)
        self._skip.clicked.connect(lambda: walks.skip(_SKIPPED))
        self.bottom.noticed.connect(self.noticed)
        self.timeline.noticed.connect(self.noticed)
        self.timeline.drag_began.connect(lambda: walks.play(False))
        walks.export.told.connect(self.noticed)
        self.bottom.page_changed.connect(self._on_page_changed)

    def _update_panes(self) -> None:
        self._panes.follow_walks()
        self._on_active_changed()

    def _share_height(self, rows: int) -> None:
        """A second row of panes takes height from what is at the bottom, and gives it back."""
        upper, bottom = self._stage.sizes()
        if rows > 1:
            self._bottom_px, wanted = bottom, min(bottom, _LOW_BOTTOM_PX)
        else:
            wanted = max(bottom, self._bottom_px)
        self._stage.setSizes([upper + bottom - wanted, wanted])
        self._room.set_rows(rows)

    def _on_added(self, pane: WalkPane) -> None:
        walk = pane.walk
        walk.past.went.connect(lambda went: self._on_went(walk, went))
        walk.past.changed.connect(lambda: self._show_past(walk))
        walk.sampler_changed.connect(self._show_sampler)
        walk.chains_came.connect(lambda chains: self._on_chains(walk, chains))
        walk.measures_came.connect(lambda measures: self._on_measures())
        walk.truth_came.connect(lambda truth: self._on_truth())
        walk.began.connect(lambda: self._on_began(walk))
        walk.trouble_changed.connect(self._show_trouble)
        self._show_samplers(pane)

    def _show_catalogue(self) -> None:
        for pane in self.panes:
            self._show_samplers(pane)
        self._show_sampler()

    def _show_samplers(self, pane: WalkPane) -> None:
        ready = self._walks.catalogue
        pane.set_samplers(ready.samplers if ready is not None else ())
        pane.show_entry(self._walks.entry(pane.walk))

    def _on_sampler_params(self, values: dict[str, Value]) -> None:
        self._walks.active.set_params(values)
        self._equation_feed.show_sampler()

    def _seen_phase(self) -> str | None:
        """Of the active walk in slow motion, by its name."""
        if not self._slow.is_on:
            return None
        return self.active_pane.phase_name

    def _show_sampler(self) -> None:
        """The knobs of the active walk, and every pane's name."""
        self._equation_feed.show_sampler()
        entry = self._walks.entry()
        if entry is not None:
            self.sampler_panel.show_entry(entry, self._walks.active.params)
        for pane in self.panes:
            pane.show_entry(self._walks.entry(pane.walk))
        self._show_rows()

    def _on_active_changed(self) -> None:
        self._panes.mark_active()
        self.timeline.set_past(self._walks.active.past)
        self._show_sampler()
        self._show_trouble()
        self._show_scale()
        self.traces.clear()
        self.traces.show_measures(self.active_pane.measures)

    def _on_chains(self, walk: SamplerWalk, chains: Chains) -> None:
        self._slow.take(walk.number, chains)
        if walk is self._walks.active:
            self.transport.show_step(chains.step, chains.steps_per_second, self._walks.is_playing)
            if walk.past.looking is None:
                self.traces.show_chains(chains)

    def _on_went(self, walk: SamplerWalk, went: WentTo) -> None:
        """The landscape is shaped as it was then, for all walks on it; Undo brings back what was raised and dug."""
        self._slow.forget(walk.number)
        if walk is self._walks.active:
            self.traces.go_to(went.step)
        target, place = went.target, self._walks.place
        if target is None:
            return
        if not np.array_equal(target.bumps, place.bumps):
            self.sculpting.take(target.bumps, "going back")
        if target.sharpness != place.sharpness:
            values = {**self.look_panel.values(), "sharpness": target.sharpness}
            self.look_panel.show_entry(LOOK, values)
            self._on_look_params(values)

    def _show_past(self, walk: SamplerWalk) -> None:
        """The traces end where one looks; how far the way there is gone."""
        past = walk.past
        if walk is self._walks.active:
            self.traces.set_now(None if past.looking is None else past.looking[1])
            if past.going is not None:
                self.transport.show_going(past.going.done, past.going.of)

    def _on_page_changed(self) -> None:
        self._panes.set_basins_visible(self.bottom.page == "basins")
        # A splitter does not see by itself that a part has become lower.
        is_open, (upper, bottom) = bool(self.bottom.page), self._stage.sizes()
        if is_open != self._is_open:
            self._is_open = is_open
            wanted = self._open_px if is_open else self.bottom.maximumHeight()
            self._open_px = bottom
            self._stage.setSizes([upper + bottom - wanted, wanted])

    def _on_truth(self) -> None:
        self._show_rows()
        self._show_scale()

    def _on_phase_changed(self, phase: int) -> None:
        for pane in self.panes:
            pane.show_phase(phase)
        self._equation_feed.show_moment()

    def _on_measures(self) -> None:
        self.traces.show_measures(self.active_pane.measures)
        self._show_rows()

    def _on_began(self, walk: SamplerWalk) -> None:
        self._slow.forget(walk.number)
        if walk is self._walks.active:
            self.transport.clear()
            self.traces.clear()

    def _show_rows(self) -> None:
        rows = []
        for pane in self.panes:
            entry = self._walks.entry(pane.walk)
            rows.append(Row(entry.title if entry is not None else pane.walk.sampler, pane.measures))
        self.bottom.show_rows(rows, self.active_pane.truth)

    def _on_clock_changed(self, clock: SetClock) -> None:
        if not clock.is_playing:
            self.status_changed.emit("")

    def _on_energy_chosen(self, energy: Energy | None) -> None:
        """Another target, or another knob of it: places on the old one mean nothing there, nor does what was dug."""
        self.sculpting.choose(self.target_page.name)
        self.start_page.forget_paths()
        self.start_page.set_data(self._points if energy is None else np.zeros((0, 2)))
        self._walks.set_place(energy=energy, starts=self.start_page.starts, bumps=self.sculpting.bumps)

    def _on_start_asked_for(self, sentence: str) -> None:
        self.tool_wanted.emit(TOOLS[0])
        self.noticed.emit(sentence)

    def _show_trouble(self) -> None:
        self.target_page.trouble.say(self._walks.active.trouble)

    def _on_look_params(self, values: dict[str, Value]) -> None:
        before, self._look = self._look, make(LookParams, values, "view")
        self._panes.set_look(self._look)
        if self._look.shown != before.shown:
            self._show_scale()
        if self._look.sharpness != before.sharpness:
            self._walks.set_sharpness(self._look.sharpness)

    def _show_scale(self) -> None:
        if not self.active_pane.density.show_scale(self.bar):
            self.active_pane.view.show_scale(self.bar)
