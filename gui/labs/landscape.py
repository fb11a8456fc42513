"""The landscape lab: sketch points, and watch the energies of one to four models form under them, push by push.

Not covered: panes (panes.py), the process that computes (experiment.py), files and menus (window.py).
"""

import time
from collections import deque
from collections.abc import Mapping

import msgspec
import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from engine.knobs import Value, knob, knobs_of, make
from engine.messages import Began, Entry, Landscape, Progress, Ready, SetClock, SetView, WentTo
from engine.recipe import Data, Model
from gui import heat
from gui.bottom import Bottom
from gui.canvas import Canvas
from gui.data_panel import DataPanel
from gui.document import Document
from gui.edits import Floats, Labels, Replace, Sketch
from gui.equation_feed import TrainingEquations
from gui.equation_strip import EquationStrip
from gui.experiment import MOST_RUNS, Experiment
from gui.landscape_view import ViewParams
from gui.making_room import MakingRoom
from gui.overlays import AT_START, NAMES
from gui.pane import Pane
from gui.panel import Panel
from gui.panes import Panes
from gui.theme import DARK, Theme
from gui.timeline_bar import TimelineBar
from gui.transport import Transport
from gui.wrapped_tabs import WrappedTabs

_VIEW_ENTRY = Entry(
    name="view",
    title="View",
    help="How the landscape is looked at. Nothing here changes what is learnt.",
    equation=r"p(x) = \frac{1}{Z(T)} \, e^{-E(x) / T}",
    source="",
    knobs=knobs_of(ViewParams),
)


class BrushParams(msgspec.Struct, frozen=True):
    """What spray and eraser are like."""

    radius: float = knob(
        24.0, low=4.0, high=200.0, scale="log", unit="pixels", help="Of spray and eraser; keys [ and ]."
    )
    rate: float = knob(250.0, low=10.0, high=5000.0, scale="log", unit="points/s", help="How fast the spray sprays.")


_BRUSH_ENTRY = Entry(
    name="brush",
    title="Brush",
    help="Pen, spray, line and ellipse draw points of the chosen class; the eraser removes points of any class.",
    equation="",
    source="",
    knobs=knobs_of(BrushParams),
)
_RATE_FRAMES = 20
_PANEL_PX = 330


class LandscapeLab(QWidget):
    """The page. `status_changed` tells frames and steps a second, `read_out_changed` what is under the cursor."""

    title = "Landscape"
    status_changed = Signal(str)
    read_out_changed = Signal(str)
    data_wanted = Signal(Data)
    noticed = Signal(str)
    pane_added = Signal(Pane)

    def __init__(
        self, experiment: Experiment, document: Document, actions: Mapping[str, QAction], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._experiment, self._document = experiment, document
        self._has_contours = self._has_data = self._has_samples = True
        self._temperature = 1.0
        self._view_params = ViewParams()
        self._theme = DARK
        self._is_on = {name: name in AT_START for name in NAMES}
        self.panes = Panes(experiment, self)
        self.transport = Transport(actions["play"], actions["step"], actions["reset"], self)
        self.timeline = TimelineBar(self)
        self.bottom = Bottom(experiment, self)
        self.equations = EquationStrip(self)
        self.equations.hide()
        self._equation_feed = TrainingEquations(self.equations, experiment)
        self.model_panel, self.view_panel, self.brush_panel = Panel(), Panel(), Panel()
        self.data_panel = DataPanel()
        self.tabs = WrappedTabs(self)
        self._lay_out()
        self._connect()
        self._on_runs_changed()
        self.brush_panel.show_entry(_BRUSH_ENTRY, {})
        self._shown_at: deque[float] = deque(maxlen=_RATE_FRAMES)
        self._on_sketch_replaced()

    @property
    def canvas(self) -> Canvas:
        """That of the active pane."""
        return self.panes.active.view.canvas

    def canvases(self) -> list[Canvas]:
        return [pane.view.canvas for pane in self.panes.all]

    def shown_landscape(self) -> tuple[Landscape | None, dict[str, object]]:
        """That of the active pane, None before the first one, and what it is of, as JSON can hold it."""
        model = self._experiment.model
        return self.panes.active.view.landscape, {"model": model.name, "params": model.params}

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        panels = (self.model_panel, self.view_panel, self.data_panel, self.brush_panel)
        self.bottom.set_theme(theme)
        self.timeline.set_theme(theme)
        self.equations.set_theme(theme)
        for panel in panels:
            panel.set_theme(theme)
        self.panes.set_theme(theme)

    # ---- what commands do

    def set_contours_visible(self, is_visible: bool) -> None:
        """Lines that nobody sees are not computed either."""
        self._has_contours = is_visible
        for canvas in self.canvases():
            canvas.set_contours_visible(is_visible)
        self._send_views()

    def set_data_visible(self, is_visible: bool) -> None:
        self._has_data = is_visible
        for canvas in self.canvases():
            canvas.set_data_visible(is_visible)

    def set_samples_visible(self, is_visible: bool) -> None:
        self._has_samples = is_visible
        for canvas in self.canvases():
            canvas.set_samples_visible(is_visible)

    def set_layer(self, name: str, is_on: bool) -> None:
        """Show one of overlays.NAMES, or no longer."""
        self._is_on[name] = is_on
        self.panes.for_each(lambda pane: pane.set_layers(self._is_on))
        self._send_views()

    def why_no_surface(self) -> str:
        """Empty if there can be one here."""
        from gui.surface import why_missing  # asks for OpenGL

        return why_missing()

    def set_temperature(self, temperature: float) -> None:
        self._temperature = temperature
        self._send_views()

    def set_mode(self, mode: heat.Mode) -> None:
        self.panes.set_mode(mode)

    @property
    def view_params(self) -> dict[str, Value]:
        """The knobs of the page View that are not at their defaults."""
        usual = msgspec.structs.asdict(ViewParams())
        return {
            name: value for name, value in msgspec.structs.asdict(self._view_params).items() if value != usual[name]
        }

    def set_view_params(self, values: dict[str, Value]) -> None:
        """Turn the knobs of the page View; what is left out goes to its default."""
        self.view_panel.show_entry(_VIEW_ENTRY, values)
        self._on_view_params(values)

    def choose_family(self, name: str) -> None:
        """Another family in the active pane; the sketch stays."""
        run = self._experiment.active
        run.use(Model(name), run.seed)

    @property
    def is_playing(self) -> bool:
        return self._experiment.is_playing

    def play(self, is_on: bool) -> None:
        self._experiment.play(is_on)

    def step_once(self) -> None:
        self._experiment.step_once()

    def reset(self) -> None:
        """New networks; the points stay."""
        self._experiment.reset()

    def add_pane(self) -> None:
        """One more model beside the others: the next in the menu that is not there yet."""
        experiment = self._experiment
        if len(experiment.runs) == MOST_RUNS:
            self.noticed.emit(f"There can be {MOST_RUNS} panes; close one first.")
            return
        names = [entry.name for entry in experiment.catalogue.models] if experiment.catalogue is not None else []
        used = {run.model.name for run in experiment.runs}
        name = next((each for each in names if each not in used), Model().name)
        experiment.activate(experiment.add_run(Model(name), experiment.seed))

    def open_beside(self, branch: int, step: int) -> None:
        """What the active run was at a step of its past, as a run of its own."""
        experiment = self._experiment
        if len(experiment.runs) == MOST_RUNS:
            self.noticed.emit(f"There can be {MOST_RUNS} panes; close one first.")
            return
        original = self.panes.active
        run = experiment.copy_run(original.run, branch, step)
        pane = self.panes.all[-1]

        def bring_along() -> None:
            if original in self.panes.all and pane in self.panes.all:
                run.past.take_marks_of(original.run.past, branch, step)
                self.bottom.copy_curves(original, pane, branch, step)

        # Once it is there: a run that begins has none.
        run.past.went.connect(bring_along, Qt.ConnectionType.SingleShotConnection)
        experiment.activate(run)

    def close_pane(self) -> None:
        self._experiment.remove_run(self._experiment.active)

    def reset_layout(self) -> None:
        """The panel as wide as at the first start."""
        self.splitter.setSizes([self.width() - _PANEL_PX, _PANEL_PX])

    # ---- private

    def _lay_out(self) -> None:
        pages = {"Model": self.model_panel, "Data": self.data_panel, "Brush": self.brush_panel, "View": self.view_panel}
        for title, page in pages.items():
            self.tabs.addTab(page, title)
        self.tabs.setDocumentMode(True)
        stage = QSplitter(Qt.Orientation.Vertical, self)
        upper = QWidget(stage)
        column = QVBoxLayout(upper)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.panes, 1)
        column.addWidget(self.timeline)
        column.addWidget(self.transport)
        stage.addWidget(upper)
        stage.addWidget(self.bottom)
        stage.setStretchFactor(0, 1)
        stage.setCollapsible(0, False)
        self._room = MakingRoom(self.equations, stage, self.bottom)
        self.splitter = QSplitter(Qt.Orientation.Horizontal, self)
        self.splitter.addWidget(stage)
        self.splitter.addWidget(self.tabs)
        self.splitter.setStretchFactor(0, 1)
        self.splitter.setCollapsible(0, False)
        self.splitter.setSizes([10_000, _PANEL_PX])
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.equations)
        whole.addWidget(self.splitter, 1)

    def _connect(self) -> None:
        experiment, document = self._experiment, self._document
        experiment.became_ready.connect(self._on_ready)
        experiment.model_changed.connect(self._show_model)
        experiment.network_began.connect(self._on_network_began)
        experiment.landscape_came.connect(self._on_landscape)
        experiment.progress_came.connect(self._on_progress)
        experiment.clock_changed.connect(self._on_clock_changed)
        experiment.runs_changed.connect(self._on_runs_changed)
        document.points_appended.connect(self._on_points_appended)
        document.sketch_replaced.connect(self._on_sketch_replaced)
        self.panes.pane_added.connect(self._on_pane_added)
        self.panes.active_changed.connect(self._on_active_changed)
        self.panes.view_changed.connect(lambda extent: self._send_views())
        self.model_panel.params_changed.connect(experiment.set_params)
        self.model_panel.params_changed.connect(self._equation_feed.show_params)
        self.view_panel.params_changed.connect(self._on_view_params)
        self.brush_panel.params_changed.connect(self._on_brush_params)
        self.data_panel.data_wanted.connect(self.data_wanted)
        self.transport.speed_chosen.connect(experiment.set_speed)
        self.bottom.noticed.connect(self.noticed)
        self.timeline.noticed.connect(self.noticed)
        self.timeline.drag_began.connect(lambda: experiment.play(False))
        self.timeline.beside_asked.connect(self.open_beside)

    def _on_pane_added(self, pane: Pane) -> None:
        """A new pane looks at the same as the others."""
        canvas, first = pane.view.canvas, self.panes.all[0].view.canvas
        canvas.set_hint("Draw here, or choose a sample in the File menu. Then press Space.")
        pane.view.set_sketch(self._document.sketch)
        canvas.edit_made.connect(self._document.do)
        canvas.stroke_moved.connect(self._on_stroke_moved)
        canvas.brush_changed.connect(self._on_brush_changed)
        canvas.set_tool(first.tool_name)
        canvas.set_label(first.label)
        canvas.set_contours_visible(self._has_contours)
        canvas.set_data_visible(self._has_data)
        canvas.set_samples_visible(self._has_samples)
        pane.family_chosen.connect(lambda name: self._on_family_chosen(pane, name))
        pane.view.read_out_changed.connect(lambda text: self._on_read_out(pane, text))
        pane.run.past.went.connect(self._on_went)
        pane.run.past.changed.connect(lambda: self._show_past(pane))
        pane.run.model_changed.connect(lambda: pane.show_entry(self._experiment.entry(pane.run)))
        pane.view.set_params(self._view_params)
        pane.set_theme(self._theme)
        pane.set_layers(self._is_on)
        self._show_families(pane)
        self.bottom.add_pane(pane, self._theme)
        self.pane_added.emit(pane)

    def _on_went(self, went: WentTo) -> None:
        """The points are those that were learnt from then; Undo brings back those of now."""
        if (data := went.data) is not None:
            self._document.do(Replace(Sketch(data.points, data.labels, data.extent, data.truth)), "going back")

    def _show_past(self, pane: Pane) -> None:
        """Numbers of the step that is looked at, or how far the way there is gone."""
        past = pane.run.past
        if pane.run is not self._experiment.active:
            return
        if past.looking is not None:
            self.transport.show_past_nll(self.bottom.nll_at(pane, past.looking[1]))
        if past.going is not None:
            self.transport.show_going(past.going.done, past.going.of)

    def _show_families(self, pane: Pane) -> None:
        ready = self._experiment.catalogue
        pane.set_families(ready.models if ready is not None else ())
        pane.show_entry(self._experiment.entry(pane.run))

    def _on_family_chosen(self, pane: Pane, name: str) -> None:
        self._experiment.activate(pane.run)
        self.choose_family(name)

    def _on_read_out(self, pane: Pane, text: str) -> None:
        if pane is self.panes.active or pane.underMouse():
            self.read_out_changed.emit(text)

    def _on_ready(self, ready: Ready) -> None:
        self._show_model()
        self.panes.for_each(self._show_families)
        # Not at the start: its equation loads a font, a fifth of a second.
        self.view_panel.show_entry(_VIEW_ENTRY, self.view_panel.values())
        self.data_panel.set_datasets(ready.datasets)
        self.data_panel.show_data(self._document.sketch.truth)

    def _on_runs_changed(self) -> None:
        self.panes.update_panes()
        self._room.set_rows(self.panes.num_rows)
        self._show_model()
        self._send_views()

    def _on_active_changed(self) -> None:
        """Panel and curves are those of another run now."""
        self._show_model()
        self.transport.clear()

    def _show_model(self) -> None:
        entry = self._experiment.entry()
        if entry is not None:
            self.model_panel.show_entry(entry, self._experiment.model.params)
        self.timeline.set_past(self._experiment.active.past)
        self.bottom.show_panes(self.panes.all, self.panes.active, entry)

    def _on_network_began(self, began: Began) -> None:
        self.transport.clear()

    def _on_landscape(self, landscape: Landscape) -> None:
        self.transport.show_step(landscape.step, landscape.steps_per_second, self._experiment.is_playing)
        self._shown_at.append(time.perf_counter())
        spent = self._shown_at[-1] - self._shown_at[0]
        frames = (len(self._shown_at) - 1) / spent if spent > 0 and self._experiment.is_playing else 0.0
        self.status_changed.emit(f"{landscape.steps_per_second:.0f} steps/s   {frames:.0f} frames/s" if frames else "")

    def _on_progress(self, progress: Progress) -> None:
        self.transport.show_progress(progress)

    def _on_clock_changed(self, clock: SetClock) -> None:
        self._shown_at.clear()
        if not clock.is_playing:
            self.status_changed.emit("")

    def _on_points_appended(self, start: int) -> None:
        sketch = self._document.sketch
        self.panes.for_each(lambda pane: pane.view.set_sketch(sketch, appended_from=start))
        self._experiment.set_sketch(sketch, self._document.version)

    def _on_sketch_replaced(self) -> None:
        sketch = self._document.sketch
        self.panes.for_each(lambda pane: pane.view.set_sketch(sketch))
        self._experiment.set_sketch(sketch, self._document.version)
        self.data_panel.show_data(sketch.truth)

    def _on_stroke_moved(self, points: Floats, labels: Labels) -> None:
        """The engine learns from a stroke before it has ended."""
        sketch = self._document.sketch
        joined = np.concatenate([sketch.points, points]) if len(points) else sketch.points
        joined_labels = np.concatenate([sketch.labels, labels]) if len(points) else sketch.labels
        self._experiment.set_points(joined, joined_labels, sketch, self._document.version)

    def _send_views(self) -> None:
        """Each run shows what is visible of its pane, and computes only what is looked at."""
        is_on, params = self._is_on, self._view_params
        layers = [name for name in ("field", "manifold", "parts", "machine") if is_on[name]]
        layers += ["phases"] if is_on["push_down"] or is_on["push_up"] else []
        for pane in self.panes.all:
            pane.run.set_view(
                SetView(
                    pane.run.number,
                    # In 3-D the ground is square: what a wide canvas shows beside it is only plateau.
                    pane.view.canvas.home if is_on["surface"] else pane.view.canvas.extent,
                    columns=params.cells,
                    rows=params.cells,
                    temperature=self._temperature,
                    has_contours=self._has_contours,
                    layers=tuple(layers),
                    is_slope=params.field_of == "slope",
                    sea_share=params.sea_share if is_on["sea"] else 0.0,
                )
            )

    def _on_view_params(self, values: dict[str, Value]) -> None:
        self._view_params = make(ViewParams, values, "view")
        self.panes.for_each(lambda pane: pane.view.set_params(self._view_params))
        self._send_views()

    def _on_brush_params(self, values: dict[str, Value]) -> None:
        brush = make(BrushParams, values, "brush")
        for canvas in self.canvases():
            canvas.set_brush_px(brush.radius)
            canvas.set_spray_rate(brush.rate)

    def _on_brush_changed(self, radius_px: float, rate: float) -> None:
        self.brush_panel.show_entry(_BRUSH_ENTRY, {"radius": radius_px, "rate": rate})
