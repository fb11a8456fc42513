"""The latent lab: trained models of pictures, and what can be done in their latent spaces.

Not covered: what is asked and kept (latent/session.py), and each page (latent/*_page.py).
"""

from collections.abc import Mapping

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QKeySequence, QShortcut
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QTabWidget, QVBoxLayout, QWidget

from engine.messages import LatentReady, Look, PictureKind, Seen
from gui.latent.item import Item
from gui.latent.landscape_page import LandscapePage
from gui.latent.pages import PAGES
from gui.latent.session import LatentSession
from gui.latent.shelf import Shelf
from gui.theme import DARK, Theme, set_role

_FIRST_KEPT = 12


class LatentLab(QWidget):
    """The page. `status_changed` tells what the training does; `clock_changed` when something plays or stops."""

    title = "Latent"
    status_changed = Signal(str)
    noticed = Signal(str)
    clock_changed = Signal()

    def __init__(self, session: LatentSession, actions: Mapping[str, QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self._theme = DARK
        self._seed = 0
        self._is_playing = True
        self._choice = QComboBox()
        self._choice.setAccessibleName("Model")
        self._choice.setToolTip("Which trained model: its data, its family")
        self._about = QLabel()
        set_role(self._about, "dim")
        self.shelf = Shelf(session, self)
        self.tabs = QTabWidget(self)
        self.tabs.setDocumentMode(True)
        self.pages = {page.title: page for page in (make(session, self) for make in PAGES)}
        for title, page in self.pages.items():
            assert isinstance(page, QWidget)
            self.tabs.addTab(page, title)
        landscape = self.pages[LandscapePage.title]
        assert isinstance(landscape, LandscapePage)
        self.landscape = landscape
        self._looking = session.channel(self._on_seen)
        self._lay_out()
        self._choice.activated.connect(self._on_chosen)
        self.shelf.more_wanted.connect(self._fill_shelf)
        session.ready_came.connect(self._on_ready)
        session.catalogue_came.connect(lambda _: self._show_kinds())
        session.noticed.connect(self.noticed)
        session.walking.clock_changed.connect(self.clock_changed)
        session.training_changed.connect(lambda _: self.clock_changed.emit())
        self.tabs.currentChanged.connect(lambda _: self.clock_changed.emit())
        QShortcut(QKeySequence("K"), self, self._keep, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self._show_kinds()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.shelf.set_theme(theme)
        for page in self.pages.values():
            page.set_theme(theme)

    def showEvent(self, event: object) -> None:
        super().showEvent(event)  # type: ignore[arg-type]
        self.session.show()

    # ---- what commands do

    @property
    def is_playing(self) -> bool:
        """Whether chains walk, where they are looked at; else whether a model is being trained, and not paused."""
        if self._walks:
            return self.landscape.is_playing
        return self.session.is_training and self._is_playing

    @property
    def _walks(self) -> bool:
        return self.tabs.currentWidget() is self.landscape

    def play(self, is_on: bool) -> None:
        """Let the chains walk that are looked at, or the training go on; or pause it."""
        if self._walks:
            self.landscape.play(is_on)
            return
        self._is_playing = is_on
        self.session.play_training(is_on)
        self.clock_changed.emit()

    def step_once(self) -> None:
        """There are no single steps here; the command is off."""

    def reset(self) -> None:
        """The sliders back to the middle."""
        page = self.pages["Slide"]
        if hasattr(page, "reset"):
            page.reset()

    # ---- private

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(8, 4, 8, 4)
        head.addWidget(self._choice)
        head.addWidget(self._about, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(head)
        column.addWidget(self.tabs, 1)
        column.addWidget(self.shelf)

    def _show_kinds(self) -> None:
        self._choice.clear()
        for kind in self.session.kinds:
            self._choice.addItem(kind.title, kind.name)
        self._choice.setEnabled(self._choice.count() > 0)
        if self._choice.count() == 0:
            self._about.setText("The engine is starting." if self.session.catalogue is None else "No trained model.")

    def _on_chosen(self, index: int) -> None:
        kind: PictureKind = self.session.kinds[index]
        self._about.setText(f"Opening {kind.title}…")
        self.session.open(kind.name)

    def _on_ready(self, ready: LatentReady) -> None:
        height, width, channels = ready.shape
        colour = "colour" if channels == 3 else "grey"
        self._about.setText(
            f"{ready.title}: {ready.latents} latents; {ready.count:,} pictures of {ready.data_title}, "
            f"{width}×{height}, {colour}"
        )  # fmt: skip
        if not self.session.shelf:
            self._fill_shelf()

    def _fill_shelf(self) -> None:
        self._looking.ask(Look, count=_FIRST_KEPT, seed=self._seed)
        self._seed += 1

    def _on_seen(self, seen: Seen) -> None:
        for item in items_of(seen):
            self.session.keep(item)

    def _keep(self) -> None:
        if self.session.item is not None:
            self.session.keep(self.session.item)


def items_of(seen: Seen) -> list[Item]:
    """The pictures of the set that came, each with what is known of it."""
    has_codes = len(seen.codes) == len(seen.indices)
    return [
        Item(
            seen.pictures[row],
            seen.codes[row] if has_codes else np.zeros(0, np.float32),
            int(seen.labels[row]),
            seen.factors[row],
            int(index),
            f"picture {index}",
        )
        for row, index in enumerate(seen.indices)
    ]
