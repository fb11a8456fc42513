"""Landscape: a prior over codes as an energy on a plane of the latent space; chains walk there, and the decoded picture
of one of them is shown large.

Not covered: which plane (plane_choice.py), that picture (followed.py), the chains (walking.py, engine/samplers/).
"""

import msgspec
import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from engine.knobs import knob, knobs_of
from engine.messages import Extent, LatentPlane, LatentReady, Plane, SetView
from gui import choices
from gui.colorbar import ColorBar
from gui.controls import KnobControl
from gui.edits import Sketch
from gui.flow import Flow
from gui.growing import scrolled, with_type
from gui.latent.class_choice import ClassChoice
from gui.latent.followed import Followed
from gui.latent.generate_page import PRIORS
from gui.latent.plane_choice import PRINCIPAL, PlaneChoice
from gui.latent.plane_marks import DEPTH, PlaneMarks
from gui.latent.session import LatentSession
from gui.latent.walk_bar import WalkBar
from gui.theme import Theme
from gui.trap_page import TrapPage
from gui.walk_pane import WalkPane

_CELLS, _FIRST_CELLS = 160, 4
_SIDE_PX, _MOST_SIDE = 500, 1.2
_STANDARD = "standard"
_VIEWS = (
    ("seen from the plane", True, "All codes fall straight onto the plane: the energy of the place where they land."),
    ("cut by the plane", False, "The energy of the codes that lie on the plane itself."),
)


class WalkParams(msgspec.Struct, frozen=True):
    """How the chains walk, whatever the sampler is."""

    sharpness: float = knob(
        1.0,
        low=0.1,
        high=20.0,
        scale="log",
        help="The inverse temperature: it multiplies the energy. The sharper, the rarer chains change from one mode of "
        "the prior to another: the picture stays the same kind of picture.",
    )
    chains: int = knob(4, low=1, high=64, help="They begin spread over the plane, or where you click.")


class LandscapePage(QWidget):
    """The page. Nothing walks while nobody looks at it."""

    title = "Landscape"

    def __init__(self, session: LatentSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._walking = session, session.walking
        self._fitting = session.channel(self._on_fitted, self._on_told)
        self._plane: LatentPlane | None = None
        self._is_due = True
        self.pane = WalkPane(self._walking.walk, self)
        self.bar = ColorBar(self)
        self.marks = PlaneMarks()
        self.pane.view.canvas.add_layer(self.marks, DEPTH)
        self.prior = QComboBox()
        for text, name, tip in PRIORS:
            self.prior.addItem(text, name)
            self.prior.setItemData(self.prior.count() - 1, tip, Qt.ItemDataRole.ToolTipRole)
        self.prior.setAccessibleName("Energy of")
        self.view_of = QComboBox()
        for text, is_projected, tip in _VIEWS:
            self.view_of.addItem(text, is_projected)
            self.view_of.setItemData(self.view_of.count() - 1, tip, Qt.ItemDataRole.ToolTipRole)
        self.view_of.setAccessibleName("How the plane is seen")
        self.choice, self.kind = PlaneChoice(session, self), ClassChoice(self)
        self.knobs = {each.name: KnobControl(each, each.default) for each in knobs_of(WalkParams)}
        self.trap = TrapPage(self._walking, self)
        self.trap.hide()
        self.followed, self.controls = Followed(session, self), WalkBar(self._walking, self)
        self._lay_out()
        self._connect()

    def set_theme(self, theme: Theme) -> None:
        for part in (self.pane, self.bar, self.marks, self.choice, self.followed, self.trap):
            part.set_theme(theme)
        for each in self.knobs.values():
            each.set_theme(theme)

    def showEvent(self, event: object) -> None:
        super().showEvent(event)  # type: ignore[arg-type]
        if self._is_due:
            self.ask()

    def hideEvent(self, event: object) -> None:
        super().hideEvent(event)  # type: ignore[arg-type]
        if self.is_playing:
            self.play(False)

    # ---- what commands do

    @property
    def is_playing(self) -> bool:
        return self._walking.walk.is_playing

    def play(self, is_on: bool) -> None:
        self._walking.play(is_on)

    def ask(self) -> None:
        """The plane, then the energy there, then chains. Nothing is computed for a page that nobody looks at."""
        self._is_due = not self.isVisible()
        if self._session.ready is not None and not self._is_due:
            self.followed.say("The prior is being fitted.")
            self.choice.ask()

    # ---- private

    def _lay_out(self) -> None:
        stage = QHBoxLayout()
        stage.setSpacing(4)
        stage.addWidget(self.pane, 1)
        stage.addWidget(self.bar)
        left = QVBoxLayout()
        left.addLayout(stage, 1)
        left.addWidget(self.controls)
        left.addWidget(self.trap)
        energy = Flow()
        energy.add(QLabel("Energy of"), is_with_next=True)
        energy.add(self.prior, 1)
        energy.add(self.kind)
        self.choice.add_beside(self.view_of)
        knobs = Flow()
        for each in self.knobs.values():
            knobs.add(each, 1)
        holder = QWidget()
        right = QVBoxLayout(holder)
        right.setSpacing(5)
        right.addLayout(energy)
        right.addWidget(self.choice)
        right.addLayout(knobs)
        right.addWidget(self.followed, 1)
        side = scrolled(holder, self)
        with_type(side, lambda scale: side.setMinimumWidth(round(_SIDE_PX * min(_MOST_SIDE, max(1.0, scale)))))
        row = QHBoxLayout(self)
        row.setContentsMargins(4, 2, 4, 2)
        row.addLayout(left, 5)
        row.addWidget(side, 3)
        self.pane.set_look(True, True)

    def _connect(self) -> None:
        walking, canvas = self._walking, self.pane.view.canvas
        self.choice.plane_came.connect(self._on_plane)
        self.choice.told.connect(self.followed.say)
        self.kind.chosen.connect(self.followed.set_label)
        for choice in (self.prior, self.view_of):
            choice.activated.connect(lambda _: self.ask())
        for each in self.knobs.values():
            each.changed.connect(self._on_knob)
        self.controls.trap.toggled.connect(self.trap.setVisible)
        self.trap.copied.connect(self._session.noticed)
        self.controls.again.connect(lambda: walking.begin_again(starts=np.zeros((0, 2))))
        walking.samplers_came.connect(self._show_samplers)
        walking.walk.sampler_changed.connect(self._show_samplers)
        walking.walk.chains_came.connect(self.followed.show_chains)
        self.followed.moved.connect(self.marks.show_ring)
        self.pane.sampler_chosen.connect(walking.use)
        self.pane.view.painted.connect(lambda: self.pane.view.show_scale(self.bar))
        canvas.view_changed.connect(lambda _: self._send_view())
        canvas.cursor_moved.connect(self._on_cursor)
        canvas.cursor_left.connect(lambda: self.followed.show_cursor(None))
        canvas.balls_dropped.connect(lambda x, y, is_many: walking.begin_again(starts=np.array([[x, y]])))
        self._session.ready_came.connect(self._on_ready)
        QShortcut(QKeySequence("."), self, walking.step_once, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self._show_samplers()

    def _on_ready(self, ready: LatentReady) -> None:
        self._walking.forget()
        self.followed.begin(None)
        self.marks.show_ring(None)
        self.choice.show_ready(ready)
        self.kind.show_ready(ready)
        self.followed.set_label(self.kind.label)
        first = "mixture" if ready.has_encoder else _STANDARD
        for index in range(self.prior.count()):
            name = self.prior.itemData(index)
            self.prior.model().item(index).setEnabled(name == _STANDARD or ready.has_encoder)  # type: ignore[attr-defined]
        if not ready.has_encoder or self.prior.currentData() == _STANDARD:
            self.prior.setCurrentIndex(self.prior.findData(first))
        if ready.has_encoder and self._plane is None:
            choices.choose(self.choice.kind, PRINCIPAL)
        self._plane = None
        self.choice.show_parts()
        self._is_due = True
        self.ask()

    def _on_plane(self, origin: np.ndarray, axes: np.ndarray, extent: Extent) -> None:
        """The prior is fitted by the thread that has time, then the chains begin."""
        place = origin.astype(np.float32), axes.astype(np.float32)
        self._plane = LatentPlane(
            self._session.number, self.prior.currentData(), *place, extent, self.view_of.currentData()
        )
        self.marks.show_places(self.choice.places)
        plane = self._plane
        self._fitting.ask(
            Plane, prior=plane.prior, origin=plane.origin, axes=plane.axes, extent=extent, cells=_FIRST_CELLS,
            is_projected=plane.is_projected,
        )  # fmt: skip

    def _on_fitted(self, answer: object) -> None:
        if self._plane is not None:
            self.followed.say("Click: all chains start there. Hover: the picture of that place.")
            self.followed.begin(self._plane)
            count, sharpness = self.knobs["chains"].value(), self.knobs["sharpness"].value()
            # Before the first picture of it, which is a rough one.
            self.pane.view.set_sketch(Sketch(extent=self._plane.extent))
            self._walking.begin(self._plane, int(count), float(sharpness), np.zeros((0, 2)))
            self._send_view()

    def _on_told(self, text: str) -> None:
        self.followed.say(text)

    def _on_knob(self, name: str, value: object) -> None:
        if name == "sharpness":
            self._walking.set_sharpness(float(value))  # type: ignore[arg-type]
        else:
            self.followed.set_count(int(value))  # type: ignore[call-overload]
            self._walking.begin_again(num_chains=value)

    def _show_samplers(self) -> None:
        self.pane.set_samplers(self._walking.samplers)
        self.pane.show_entry(self._walking.entry())

    def _send_view(self) -> None:
        if self._plane is not None and self._walking.place is not None:
            extent = self.pane.view.canvas.extent
            self._walking.walk.set_view(SetView(self._walking.walk.number, extent, columns=_CELLS, rows=_CELLS))

    def _on_cursor(self, x: float, y: float) -> None:
        self.pane.view.set_cursor((x, y), True)
        self.followed.show_cursor((x, y))
