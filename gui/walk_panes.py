"""The panes of the chains lab: one for each walk, in a grid that grows with them.

Not covered: what a pane shows (walk_pane.py), what the walks share (walks.py).
"""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QGridLayout, QWidget

from engine.messages import SetView
from gui import heat, pane_grid
from gui.chains_look import LookParams
from gui.hand import Hand
from gui.theme import DARK, Theme
from gui.walk import SamplerWalk
from gui.walk_pane import WalkPane
from gui.walks import Walks

_CELLS = 160


class WalkPanes(QWidget):
    """`listed` in the order of the walks. Where one looks, and where the cursor is, all of them follow.

    added: a pane has come, and is to be filled; rows_changed: how many rows there are now; painted: one of them.
    """

    added = Signal(object)
    rows_changed = Signal(int)
    painted = Signal()
    read_out_changed = Signal(str)
    files_dropped = Signal(list)

    def __init__(
        self, walks: Walks, hand: Hand, canvas_actions: Sequence[QAction], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._walks, self._hand, self._canvas_actions = walks, hand, list(canvas_actions)
        self._theme, self._look = DARK, LookParams()
        self._is_slow = self._shows_basins = False
        self._num_rows = 1
        self.listed: list[WalkPane] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(4)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        for pane in self.listed:
            pane.set_theme(theme)

    def set_mode(self, mode: heat.Mode) -> None:
        for pane in self.listed:
            pane.view.set_mode(mode)

    def set_slow(self, is_slow: bool) -> None:
        self._is_slow = is_slow
        for pane in self.listed:
            pane.set_slow(is_slow)

    def set_basins_visible(self, is_on: bool) -> None:
        self._shows_basins = is_on
        for pane in self.listed:
            pane.basin_marks.setVisible(is_on)

    def set_look(self, look: LookParams) -> None:
        is_other_density, self._look = look.shown != self._look.shown, look
        for pane in self.listed:
            self._show_look(pane)
        if is_other_density:
            self.send_views()

    def follow_walks(self) -> None:
        """As many panes as there are walks, each in its place."""
        walks = self._walks.walks
        for pane in [pane for pane in self.listed if pane.walk not in walks]:
            self.listed.remove(pane)
            self._grid.removeWidget(pane)
            pane.hide()
            pane.deleteLater()
        for walk in walks[len(self.listed) :]:
            self._add(walk)
        pane_grid.arrange(self._grid, self.listed)
        rows = pane_grid.num_rows(len(self.listed))
        if rows != self._num_rows:
            self._num_rows = rows
            self.rows_changed.emit(rows)

    def mark_active(self) -> None:
        for pane in self.listed:
            pane.set_look(pane.walk is self._walks.active, len(self.listed) == 1)

    def send_views(self) -> None:
        """Where each pane looks: of that the engine sends landscapes. Nothing while they are not seen."""
        for pane in self.listed:
            self._send_view(pane)

    def _add(self, walk: SamplerWalk) -> None:
        pane = WalkPane(walk, self)
        self.listed.append(pane)
        pane.set_theme(self._theme)
        pane.set_slow(self._is_slow)
        self._show_look(pane)
        pane.basin_marks.setVisible(self._shows_basins)
        pane.activated.connect(lambda: self._walks.activate(walk))
        pane.close_asked.connect(lambda: self._walks.remove(walk))
        pane.sampler_chosen.connect(lambda name: self._choose(walk, name))
        pane.view.painted.connect(self.painted)
        pane.view.read_out_changed.connect(self.read_out_changed)
        canvas = pane.view.canvas
        self._hand.add_canvas(canvas)
        canvas.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        canvas.addActions(self._canvas_actions)
        canvas.view_changed.connect(lambda extent: self._send_view(pane))
        canvas.navigated.connect(lambda: self._on_navigated(pane))
        canvas.files_dropped.connect(self.files_dropped)
        canvas.cursor_moved.connect(lambda x, y: pane.view.set_cursor((x, y), True))
        canvas.cursor_left.connect(lambda: pane.view.set_cursor(None, True))
        self.added.emit(pane)
        self._send_view(pane)

    def _choose(self, walk: SamplerWalk, name: str) -> None:
        self._walks.activate(walk)
        walk.use(name)

    def _show_look(self, pane: WalkPane) -> None:
        pane.layer.set_trail_length(self._look.trail)
        pane.layer.set_marginals_visible(self._look.has_marginals)
        pane.density.set_kind(self._look.shown)

    def _on_navigated(self, source: WalkPane) -> None:
        for pane in self.listed:
            if pane is not source:
                pane.view.canvas.follow(source.view.canvas)

    def _send_view(self, pane: WalkPane) -> None:
        if self.isVisible():
            extent = pane.view.canvas.extent
            layers = ("draws",) if pane.density.wants_draws else ()
            pane.walk.set_view(SetView(pane.walk.number, extent, columns=_CELLS, rows=_CELLS, layers=layers))
