"""One pane of the chains lab: the target's landscape with one sampler's chains, under the sampler's name.

Not covered: panes side by side (labs/chains.py).
"""

import math

from PySide6.QtCore import QEvent, QObject, QRect, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from engine.messages import NO_STORY, ChainMeasures, Chains, Entry, Landscape, Story, Truth
from gui import family_menu, icons, walk_health
from gui.basin_marks import DEPTH, BasinMarks
from gui.caption import Legend, Words
from gui.chain_layer import ChainLayer
from gui.density_view import DensityView
from gui.edits import Sketch
from gui.ladder import Ladder
from gui.landscape_view import LandscapeView
from gui.language import tr
from gui.marks import Colors
from gui.story_layer import StoryLayer
from gui.theme import DARK, Theme, set_role
from gui.trouble import Trouble
from gui.walk import SamplerWalk

_ICON_PX = 14
_LAYER_DEPTH, _STORY_DEPTH = 5.0, 5.5


class WalkPane(QWidget):
    """Shows what comes from its walk. `activated` when the person turns to it."""

    activated = Signal()
    close_asked = Signal()
    sampler_chosen = Signal(str)

    def __init__(self, walk: SamplerWalk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        # Panes in rows are equally high, whatever is written above one of them.
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self.walk = walk
        self.measures: ChainMeasures | None = None
        self.chains: Chains | None = None
        self.truth: Truth | None = None
        self.view = LandscapeView(self)
        self.layer = ChainLayer()
        self.view.canvas.add_layer(self.layer, _LAYER_DEPTH)
        self.density, self.basin_marks = DensityView(self.view.canvas), BasinMarks()
        self.view.canvas.add_layer(self.basin_marks, DEPTH)
        self.story_layer = StoryLayer()
        self.view.canvas.add_layer(self.story_layer, _STORY_DEPTH)
        self.words, self.legend, self.ladder = Words(self), Legend(self), Ladder(self)
        self._is_slow, self._phase = False, 0
        self.view.canvas.set_dropping(True)
        self._name, self._says, self._close = QToolButton(self), QLabel(self), QToolButton(self)
        self._menu = QMenu(self._name)
        self.trouble = Trouble(self)
        self._truth: Truth | None = None
        self._title = ""
        self._lay_out()
        walk.landscape_came.connect(self._on_landscape)
        walk.chains_came.connect(self._on_chains)
        walk.truth_came.connect(self._on_truth)
        walk.measures_came.connect(self._on_measures)
        walk.began.connect(self._on_began)
        walk.trouble_changed.connect(self._tell)
        self.view.canvas.viewport().installEventFilter(self)
        self.set_theme(DARK)

    def set_samplers(self, entries: tuple[Entry, ...]) -> None:
        family_menu.fill(self._menu, entries, self.sampler_chosen.emit)

    def show_entry(self, entry: Entry | None) -> None:
        self._title = entry.title if entry is not None else self.walk.sampler
        self._name.setText(f"{self._title} ▾")
        self._name.setToolTip(f"{self._title}: choose another sampler")

    def set_theme(self, theme: Theme) -> None:
        self.view.set_theme(theme)
        self.density.set_theme(theme)
        self.basin_marks.set_theme(theme, self.font())
        self.layer.set_colors(theme.text, theme.dot_outline, theme.samples, theme.truth)
        self.story_layer.set_colors(Colors.of(theme))
        self.words.set_theme(theme)
        self.legend.set_theme(theme)
        self.ladder.set_theme(theme)
        self._close.setIcon(icons.icon("close_pane", theme.dim_text))

    def set_look(self, is_active: bool, is_alone: bool) -> None:
        set_role(self._name, "title" if is_active else "quiet")
        self._name.style().unpolish(self._name)
        self._name.style().polish(self._name)
        self._close.setVisible(not is_alone)

    @property
    def story(self) -> Story:
        """How the last step came about."""
        return self.chains.story if self.chains is not None else NO_STORY

    @property
    def phase_name(self) -> str:
        """Of the phase that is seen; empty before the first step."""
        phases = self.story.phases
        return phases[min(self._phase, len(phases) - 1)].name if phases else ""

    def set_slow(self, is_slow: bool) -> None:
        """In slow motion the phases of a step are shown one by one, otherwise the step as a whole."""
        self._is_slow, self._phase = is_slow, 0
        self.words.setVisible(is_slow)
        self._show_step()

    def show_phase(self, phase: int) -> None:
        self._phase = phase
        self._show_step()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._place_legend()
        if isinstance(event, QMouseEvent) and event.type() == QEvent.Type.MouseButtonPress:
            self.activated.emit()
        return False

    def _lay_out(self) -> None:
        self._menu.aboutToShow.connect(lambda: family_menu.mark(self._menu, self.walk.sampler))
        self._name.setMenu(self._menu)
        self._menu.setObjectName("families")
        self._name.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._name.setWhatsThis("How the chains walk. All samplers see the target through its energy and its slope.")
        set_role(self._name, "title")
        set_role(self._says, "dim")
        self._says.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._says.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._close.setToolTip("Close this pane")
        self._close.setIconSize(QSize(_ICON_PX, _ICON_PX))
        self._close.setAutoRaise(True)
        self._close.clicked.connect(self.close_asked)
        header = QHBoxLayout()
        header.setContentsMargins(6, 2, 6, 2)
        header.setSpacing(10)
        header.addWidget(self._name)
        header.addWidget(self._says, 1)
        header.addWidget(self._close)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(header)
        column.addWidget(self.trouble)
        column.addWidget(self.words)
        row = QHBoxLayout()
        row.setSpacing(0)
        row.addWidget(self.view, 1)
        row.addWidget(self.ladder)
        column.addLayout(row, 1)
        self.words.setVisible(False)

    def _on_began(self) -> None:
        self.measures = self.chains = None
        self.layer.show_measures(None)
        self.density.show_measures(None)
        self.ladder.clear()
        self._show_step()
        self._tell()

    def _on_truth(self, truth: Truth) -> None:
        self.truth = truth
        if truth.extent != self.view.canvas.home:
            self.view.set_sketch(Sketch(extent=truth.extent))
        if not self.walk.is_on_model:
            # A known landscape changes only when a person changes it: then its colours begin anew.
            self.view.forget_zero()
        self._truth = truth
        self.layer.show_truth(truth)
        self.density.show_truth(truth)
        self.basin_marks.show_truth(truth)

    def _on_landscape(self, landscape: Landscape) -> None:
        self.view.show_landscape(landscape)
        self.ladder.show_landscape(landscape)

    def _on_chains(self, chains: Chains) -> None:
        if self.chains is None or chains.step != self.chains.step:
            self._phase = 0
        self.chains = chains
        self._show_step()
        self._tell()

    def _place_legend(self) -> None:
        """Over the upper edge of the canvas."""
        self.legend.setVisible(not self.legend.is_empty)
        at = self.view.geometry()
        self.legend.setGeometry(QRect(at.topLeft(), self.legend.size_within(at.width(), at.height())))
        self.legend.raise_()

    def _show_step(self) -> None:
        """The chains, with the phase that is played or the last one."""
        story = self.story
        last = len(story.phases) - 1
        phase = min(self._phase, last) if self._is_slow else last
        is_under_way = 0 <= phase < last
        self.layer.show_chains(self.chains, story.phases[phase].places if is_under_way else None)
        # Particles move as one: no phase is of a single one.
        is_of_one = self._is_slow and self.chains is not None and len(self.chains.positions) > 1
        has_ring = is_of_one and any(mark.is_aside for mark in story.marks)
        self.story_layer.show_phase(story, phase, has_ring=has_ring)
        self.words.show_phase(story, phase)
        self.legend.show_phase(story, phase, has_ring=has_ring)
        self.ladder.show_phase(story, phase)
        self._place_legend()

    def _on_measures(self, measures: ChainMeasures) -> None:
        self.measures = measures
        self.layer.show_measures(measures)
        self.density.show_measures(measures)
        self._tell()

    def _tell(self) -> None:
        """The numbers that matter, on the header's right, and below it what is wrong."""
        self.trouble.say(self.walk.trouble or walk_health.trouble(self.chains, self.measures, self._truth))
        parts = []
        if self.chains is not None and self.chains.is_warming_up:
            parts.append("warming up")
        if self.measures is not None:
            found = self.measures
            parts += [_shown("R-hat", max(found.r_hat), ".2f"), _shown("ESS", min(found.ess_bulk), ".0f")]
            parts.append(_shown("accepted", 100 * found.acceptance, ".0f", " %"))
        text = "   ".join(part for part in parts if part)
        text = tr(text)
        self._says.setToolTip(text)
        # From its beginning, with the worst news first: the end is what a narrow pane cuts.
        self._says.setText(self._says.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, self._says.width()))


def _shown(name: str, value: float, form: str, unit: str = "") -> str:
    return f"{name} {value:{form}}{unit}" if math.isfinite(value) else ""
