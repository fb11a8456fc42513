"""The landscape lab: sketch points, and watch the energy of a model form under them, push by push.

Not covered: the process that computes (experiment.py), files and menus (window.py).
"""

import time
from collections import deque
from collections.abc import Mapping

import msgspec
import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QSplitter, QTabWidget, QVBoxLayout, QWidget

from engine.knobs import Value, knob, knobs_of, make
from engine.messages import Began, Entry, Extent, Landscape, Progress, Ready, SetClock, SetView
from engine.recipe import Data
from gui.data_panel import DataPanel
from gui.document import Document
from gui.edits import Floats, Labels
from gui.experiment import Experiment
from gui.landscape_view import LandscapeView, ViewParams
from gui.panel import Panel
from gui.theme import Theme
from gui.traces import Traces
from gui.transport import Transport

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

    def __init__(
        self, experiment: Experiment, document: Document, actions: Mapping[str, QAction], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._experiment, self._document = experiment, document
        self._has_contours = True
        self.view = LandscapeView(self)
        self.canvas = self.view.canvas
        self.canvas.set_hint("Draw here, or choose a sample in the File menu. Then press Space.")
        self.transport = Transport(actions["play"], actions["step"], actions["reset"], self)
        self.traces = Traces(self)
        self.model_panel, self.view_panel, self.brush_panel = Panel(), Panel(), Panel()
        self.data_panel = DataPanel()
        self.tabs = QTabWidget(self)
        self._lay_out()
        self._connect()
        self.brush_panel.show_entry(_BRUSH_ENTRY, {})
        self._shown_at: deque[float] = deque(maxlen=_RATE_FRAMES)
        self._on_sketch_replaced()

    def set_theme(self, theme: Theme) -> None:
        panels = (self.model_panel, self.view_panel, self.data_panel, self.brush_panel)
        for part in (self.view, self.traces, *panels):
            part.set_theme(theme)

    def set_contours_visible(self, is_visible: bool) -> None:
        """Lines that nobody sees are not computed either."""
        self._has_contours = is_visible
        self.canvas.set_contours_visible(is_visible)
        self._on_view_changed(self.canvas.extent)

    def reset_layout(self) -> None:
        """The panel as wide as at the first start."""
        self.splitter.setSizes([self.width() - _PANEL_PX, _PANEL_PX])

    # ---- private

    def _lay_out(self) -> None:
        pages = {"Model": self.model_panel, "Data": self.data_panel, "Brush": self.brush_panel, "View": self.view_panel}
        for title, page in pages.items():
            self.tabs.addTab(page, title)
        self.tabs.setDocumentMode(True)
        stage = QWidget(self)
        column = QVBoxLayout(stage)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.view, 1)
        column.addWidget(self.transport)
        column.addWidget(self.traces)
        self.splitter = QSplitter(Qt.Orientation.Horizontal, self)
        self.splitter.addWidget(stage)
        self.splitter.addWidget(self.tabs)
        self.splitter.setStretchFactor(0, 1)
        self.splitter.setCollapsible(0, False)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self.splitter)

    def _connect(self) -> None:
        experiment, document, canvas = self._experiment, self._document, self.canvas
        experiment.became_ready.connect(self._on_ready)
        experiment.model_changed.connect(self._show_model)
        experiment.network_began.connect(self._on_network_began)
        experiment.landscape_came.connect(self._on_landscape)
        experiment.progress_came.connect(self._on_progress)
        experiment.clock_changed.connect(self._on_clock_changed)
        document.points_appended.connect(self._on_points_appended)
        document.sketch_replaced.connect(self._on_sketch_replaced)
        canvas.edit_made.connect(document.do)
        canvas.stroke_moved.connect(self._on_stroke_moved)
        canvas.view_changed.connect(self._on_view_changed)
        self.model_panel.params_changed.connect(experiment.set_params)
        self.view_panel.params_changed.connect(self._on_view_params)
        self.brush_panel.params_changed.connect(self._on_brush_params)
        canvas.brush_changed.connect(self._on_brush_changed)
        self.data_panel.data_wanted.connect(self.data_wanted)
        self.transport.speed_chosen.connect(experiment.set_speed)
        self.view.read_out_changed.connect(self.read_out_changed)

    def _on_ready(self, ready: Ready) -> None:
        self._show_model()
        # Not at the start: its equation loads a font, a fifth of a second.
        self.view_panel.show_entry(_VIEW_ENTRY, self.view_panel.values())
        self.data_panel.set_datasets(ready.datasets)
        self.data_panel.show_data(self._document.sketch.truth)

    def _show_model(self) -> None:
        entry = self._experiment.entry()
        if entry is not None:
            self.model_panel.show_entry(entry, self._experiment.model.params)

    def _on_network_began(self, began: Began) -> None:
        self.view.clear()
        self.traces.clear()
        self.transport.clear()

    def _on_landscape(self, landscape: Landscape) -> None:
        self.view.show_landscape(landscape)
        self.transport.show_landscape(landscape, self._experiment.is_playing)
        self._shown_at.append(time.perf_counter())
        spent = self._shown_at[-1] - self._shown_at[0]
        frames = (len(self._shown_at) - 1) / spent if spent > 0 and self._experiment.is_playing else 0.0
        self.status_changed.emit(f"{landscape.steps_per_second:.0f} steps/s   {frames:.0f} frames/s" if frames else "")

    def _on_progress(self, progress: Progress) -> None:
        self.traces.extend(progress)
        self.transport.show_progress(progress)

    def _on_clock_changed(self, clock: SetClock) -> None:
        self._shown_at.clear()
        if not clock.is_playing:
            self.status_changed.emit("")

    def _on_points_appended(self, start: int) -> None:
        sketch = self._document.sketch
        self.canvas.set_sketch(sketch, appended_from=start)
        self._experiment.set_sketch(sketch, self._document.version)

    def _on_sketch_replaced(self) -> None:
        sketch = self._document.sketch
        self.canvas.set_sketch(sketch)
        self._experiment.set_sketch(sketch, self._document.version)
        self.data_panel.show_data(sketch.truth)

    def _on_stroke_moved(self, points: Floats, labels: Labels) -> None:
        """The engine learns from a stroke before it has ended."""
        sketch = self._document.sketch
        joined = np.concatenate([sketch.points, points]) if len(points) else sketch.points
        joined_labels = np.concatenate([sketch.labels, labels]) if len(points) else sketch.labels
        self._experiment.set_points(joined, joined_labels, sketch, self._document.version)

    def _on_view_changed(self, extent: Extent) -> None:
        cells, temperature = self.view.params.cells, self.view.params.temperature
        self._experiment.set_view(SetView(self._experiment.run, extent, cells, cells, temperature, self._has_contours))

    def _on_view_params(self, values: dict[str, Value]) -> None:
        self.view.set_params(make(ViewParams, values, "view"))
        self._on_view_changed(self.canvas.extent)

    def _on_brush_params(self, values: dict[str, Value]) -> None:
        brush = make(BrushParams, values, "brush")
        self.canvas.set_brush_px(brush.radius)
        self.canvas.set_spray_rate(brush.rate)

    def _on_brush_changed(self, radius_px: float, rate: float) -> None:
        self.brush_panel.show_entry(_BRUSH_ENTRY, {"radius": radius_px, "rate": rate})
