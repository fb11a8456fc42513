"""What lies under the panes, one at a time: the active run's curves, the table of measures, or its machine.

Not covered: which of them is shown is a command (handlers.py).
"""

from collections import deque
from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QSplitter, QStackedWidget, QWidget

from engine.messages import Began, Entry, Landscape, Progress, SetClock
from gui.experiment import Experiment
from gui.machine_view import MachineView, Picture
from gui.measures_table import MeasuresTable, Row
from gui.pane import Pane
from gui.past import RunPast
from gui.theme import Theme
from gui.traces import Traces

PAGES = ("traces", "measures", "machine")
_LOSSES = 400


class _Stack(QStackedWidget):
    """As large as the page that is shown would be, not as the largest."""

    def sizeHint(self) -> QSize:
        shown = self.currentWidget()
        return shown.sizeHint() if shown is not None else super().sizeHint()


class Bottom(_Stack):
    """Each pane has its own curves, kept while another is active."""

    noticed = Signal(str)
    gave_way = Signal(bool)  # False: it came back

    def __init__(self, experiment: Experiment, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._experiment = experiment
        self._panes: Sequence[Pane] = ()
        self._traces_of: dict[Pane, Traces] = {}
        self._losses: deque[float] = deque(maxlen=_LOSSES)
        self._shown_step = 0
        self._is_away = False
        self._heights: dict[int, int] = {}  # as the person left them, by page
        self._all_traces = _Stack(self)
        self._table = MeasuresTable(self)
        self.machine = MachineView(self)
        for page in (self._all_traces, self._table, self.machine):
            self.addWidget(page)
        self._table.copied.connect(self.noticed)
        experiment.network_began.connect(self._on_network_began)
        experiment.progress_came.connect(self._on_progress)
        experiment.clock_changed.connect(self._on_clock_changed)

    def show_page(self, name: str) -> None:
        """One of PAGES, or with an empty name none of them; each is as high as it was last."""
        if self.isVisible():
            self._heights[self.currentIndex()] = self.height()
        self._is_away = False
        self.setVisible(bool(name))
        if name:
            self.setCurrentIndex(PAGES.index(name))
            self._take_height()
            self.show_measures()

    def give_way(self, is_away: bool) -> None:
        """Put away what is shown, or show it again where it is still away."""
        if is_away != self._is_away and self.isHidden() != is_away:
            self._is_away = is_away
            self.setVisible(not is_away)
            self.gave_way.emit(is_away)

    def add_pane(self, pane: Pane, theme: Theme) -> None:
        traces = Traces(self)
        traces.set_theme(theme)
        self._traces_of[pane] = traces
        self._all_traces.addWidget(traces)
        pane.run.progress_came.connect(traces.extend)
        pane.run.network_began.connect(traces.clear)
        pane.run.measures_came.connect(self.show_measures)
        past = pane.run.past
        past.went.connect(lambda went: traces.go_to(went.branch, went.step))
        past.changed.connect(lambda: _show_past(traces, past))
        # After the pane's own connection: the machine shows the picture that the pane has just painted.
        pane.run.landscape_came.connect(lambda landscape: self._on_landscape(pane, landscape))

    def copy_curves(self, of: Pane, to: Pane, branch: int, step: int) -> None:
        """What led to a step of another pane's past, which this one begins with."""
        self._traces_of[to].copy(self._traces_of[of], branch, step)

    def nll_at(self, pane: Pane, step: int) -> float:
        """As the curve has it there; NaN where it has none."""
        return self._traces_of[pane].nll_at(step)

    def show_panes(self, panes: Sequence[Pane], active: Pane, entry: Entry | None) -> None:
        """These are there now, and that one is active."""
        kept = (*panes, *(pane for pane in self._traces_of if pane.run in self._experiment.aside))
        for gone in [pane for pane in self._traces_of if pane not in kept]:
            traces = self._traces_of.pop(gone)
            self._all_traces.removeWidget(traces)
            traces.deleteLater()
        self._panes = list(panes)
        self._all_traces.setCurrentWidget(self._traces_of[active])
        self._traces_of[active].set_likelihood_visible(entry is None or entry.is_density)
        self._losses.clear()
        self.machine.set_machine(entry.machine if entry is not None else None)
        self.show_measures()

    def set_theme(self, theme: Theme) -> None:
        self.machine.set_theme(theme)
        for traces in self._traces_of.values():
            traces.set_theme(theme)

    def show_measures(self) -> None:
        """The newest of each pane."""
        if not self._table.isVisible():
            return
        rows = []
        for pane in self._panes:
            entry = self._experiment.entry(pane.run)
            title = entry.title if entry is not None else pane.run.model.name
            rows.append(Row(title, entry is None or entry.is_density, pane.measures))
        self._table.show_rows(rows)

    def _take_height(self) -> None:
        stage = self.parentWidget()
        if isinstance(stage, QSplitter):
            height = self._heights.get(self.currentIndex(), self.sizeHint().height())
            stage.setSizes([max(0, sum(stage.sizes()) - height), height])

    def _on_network_began(self, began: Began) -> None:
        self._losses.clear()

    def _on_landscape(self, pane: Pane, landscape: Landscape) -> None:
        if not self.machine.isVisible() or pane.run is not self._experiment.active:
            return
        rgba = pane.view.rgba
        picture = None if rgba is None else Picture(rgba, landscape.extent, pane.view.canvas.home)
        self.machine.show_state(landscape.thumbs, landscape.lit, picture, np.array(self._losses))
        if landscape.step != self._shown_step:
            self._shown_step = landscape.step
            self.machine.show_step()

    def _on_progress(self, progress: Progress) -> None:
        self._losses.extend(progress.loss.tolist())

    def _on_clock_changed(self, clock: SetClock) -> None:
        self.machine.set_pace(clock.steps_per_second, clock.is_playing)


def _show_past(traces: Traces, past: RunPast) -> None:
    """While one looks back, the curves end where one looks."""
    if past.going is None and past.looking is None:
        traces.set_branch(past.at)
    traces.set_now(None if past.looking is None else past.looking[1])
