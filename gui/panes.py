"""One to four panes side by side: the same data, part of the plane, scale and bar of colours, and cursor.

Not covered: one pane (pane.py), and what the runs share in the engine (experiment.py).
"""

import math
from collections.abc import Callable

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QWidget

from gui import heat, pane_grid
from gui.colorbar import ColorBar
from gui.experiment import Experiment
from gui.pane import Pane
from gui.run import Run
from gui.theme import Theme


class Panes(QWidget):
    """Keeps one pane for each run of the experiment. `view_changed`: any pane shows another part of the plane."""

    pane_added = Signal(Pane)
    active_changed = Signal()
    view_changed = Signal(object)

    def __init__(self, experiment: Experiment, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._experiment = experiment
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        self._grid = QGridLayout()
        self._grid.setSpacing(4)
        row.addLayout(self._grid, 1)
        # One bar beside all of them: inside a pane it would make that one's picture smaller than the others.
        self.bar = ColorBar(self)
        row.addWidget(self.bar)
        self._mode: heat.Mode = "energy"
        self.all: list[Pane] = []
        # Of runs that were laid aside: they come back as they were.
        self._aside: list[Pane] = []
        # A timer of its own, which dies with the panes.
        self._shaping = QTimer(self)
        self._shaping.setSingleShot(True)
        self._shaping.timeout.connect(self._on_shape_changed)
        # After their layout; each canvas by itself keeps what it can of its own part of the plane.
        self._aligning = QTimer(self)
        self._aligning.setSingleShot(True)
        self._aligning.timeout.connect(lambda: self._on_navigated(self.all[0]))
        experiment.active_changed.connect(self._show_active)
        experiment.active_changed.connect(self.active_changed)

    @property
    def active(self) -> Pane:
        return next(pane for pane in self.all if pane.run is self._experiment.active)

    @property
    def num_rows(self) -> int:
        return pane_grid.num_rows(len(self.all))

    def update_panes(self) -> None:
        """As many panes as there are runs, each in its place."""
        runs = self._experiment.runs
        for pane in [pane for pane in self.all if pane.run not in runs]:
            self.all.remove(pane)
            self._grid.removeWidget(pane)
            pane.hide()
            if pane.run in self._experiment.aside:
                self._aside.append(pane)
            else:
                pane.deleteLater()
        for run in runs[len(self.all) :]:
            kept = next((pane for pane in self._aside if pane.run is run), None)
            if kept is None:
                self._add(run)
                continue
            self._aside.remove(kept)
            self.all.append(kept)
            kept.show()
        pane_grid.arrange(self._grid, self.all)
        self._show_active()
        self._shaping.start()

    def set_mode(self, mode: heat.Mode) -> None:
        self._mode = mode
        for pane in self.all:
            pane.view.set_mode(mode)
        self._align_densities()

    def set_theme(self, theme: Theme) -> None:
        self.bar.set_theme(theme)
        for pane in self.all:
            pane.set_theme(theme)

    def for_each(self, do: Callable[[Pane], object]) -> None:
        for pane in self.all:
            do(pane)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._aligning.start()

    def _add(self, run: Run) -> None:
        pane = Pane(run, self)
        canvas = pane.view.canvas
        self.all.append(pane)
        pane.activated.connect(lambda: self._experiment.activate(run))
        pane.close_asked.connect(lambda: self._experiment.remove_run(run))
        pane.view.painted.connect(self._align_densities)
        pane.view.painted.connect(self._show_scale)
        canvas.view_changed.connect(self.view_changed)
        canvas.navigated.connect(lambda: self._on_navigated(pane))
        canvas.cursor_moved.connect(lambda x, y: self._on_cursor(pane, (x, y)))
        canvas.cursor_left.connect(lambda: self._on_cursor(pane, None))
        canvas.balls_dropped.connect(self._on_balls_dropped)
        self.pane_added.emit(pane)

    def _show_active(self) -> None:
        is_alone = len(self.all) == 1
        for pane in self.all:
            pane.set_look(pane.run is self._experiment.active, is_alone)
        self._show_scale()

    def _on_navigated(self, source: Pane) -> None:
        for pane in self.all:
            if pane is not source:
                pane.view.canvas.follow(source.view.canvas)

    def _on_shape_changed(self) -> None:
        """Once the panes have their sizes, each shows the whole sketch again."""
        self.all[0].view.canvas.reset_view()

    def _on_cursor(self, source: Pane, at: tuple[float, float] | None) -> None:
        for pane in self.all:
            pane.set_cursor(at, pane is source)

    def _on_balls_dropped(self, x: float, y: float, are_many: bool) -> None:
        for pane in self.all:
            pane.view.drop_balls(x, y, are_many)

    def _show_scale(self) -> None:
        for pane in self.all:
            if pane.run is self._experiment.active:
                pane.view.show_scale(self.bar)

    def _align_densities(self) -> None:
        """The same log density gets the same colour in every pane.

        Those that learn a density set the scale: other energies, made one, can be so high that all else is black.
        """
        densities = [pane for pane in self.all if pane.is_density] or self.all
        highest = [pane.view.highest for pane in densities]
        known = [each for each in highest if math.isfinite(each)]
        top = max(known) if len(self.all) > 1 and known and self._mode != "energy" else None
        for pane in self.all:
            pane.view.set_top(top)
