"""The latent lab: trained models of pictures, and what can be done in their latent spaces.

Not covered: what is asked and kept (latent/session.py), and each page (latent/*_page.py).
"""

from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import QSettings, Qt, Signal
from PySide6.QtGui import QAction, QDragEnterEvent, QDropEvent, QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from engine.messages import LatentReady, Look, PictureKind, PictureProgress, Seen
from engine.notice import Notice
from engine.recipe import LatentRecipe
from gui.elided import ElidedLabel
from gui.equation_feed import PictureEquations
from gui.equation_strip import EquationStrip
from gui.growing import ScrolledTabs
from gui.latent import weights_files
from gui.latent.bringing import belong_together
from gui.latent.card import card_of, data_in_words
from gui.latent.direction_page import DirectionPage
from gui.latent.draw_page import DrawPage
from gui.latent.item import items_of
from gui.latent.landscape_page import LandscapePage
from gui.latent.pages import PAGES
from gui.latent.session import LatentSession
from gui.latent.shelf import Shelf
from gui.latent.slide_page import SlidePage
from gui.latent.stage import Stage
from gui.latent.train_page import TrainPage
from gui.latent.weights_bar import WeightsBar
from gui.latent.weights_files import is_weights
from gui.latent.words import stand_in_in_words
from gui.theme import DARK, Theme, set_role

_FIRST_KEPT = 12
_OF_THE_WINDOW = (".escape", ".json")
_OTHER = "from a file, or trained here"


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
        self._choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self._choice.setToolTip("Which trained model: its data, its family")
        self._about = ElidedLabel()
        set_role(self._about, "dim")
        # Said on every page: nothing here may be taken for what the model learnt from.
        self.stands_in = QLabel()
        self.stands_in.setWordWrap(True)
        self.stands_in.setContentsMargins(8, 0, 8, 2)
        self.stands_in.hide()
        self.files = WeightsBar(session, self)
        self.shelf = Shelf(session, self)
        self.tabs = ScrolledTabs(self)
        self.tabs.setDocumentMode(True)
        self.pages = {page.title: page for page in (make(session, self) for make in PAGES)}
        for title, page in self.pages.items():
            assert isinstance(page, QWidget)
            self.tabs.addTab(page, title)
        landscape = self.pages[LandscapePage.title]
        assert isinstance(landscape, LandscapePage)
        self.landscape = landscape
        self._looking = session.channel(self._on_seen)
        self.equations = EquationStrip(self)
        self._equation_feed = PictureEquations(self.equations, session, self._train_page)
        self.stage = Stage(session, self.tabs, self)
        self._lay_out()
        self._connect_stage()
        self.setAcceptDrops(True)
        self._choice.activated.connect(self._on_chosen)
        self.files.path_chosen.connect(self.open_path)
        self.files.noticed.connect(self.noticed)
        session.opening_failed.connect(lambda _: self._show_ready())
        session.slide_wanted.connect(self._show_sliders)
        session.progress_came.connect(self._on_progress)
        session.training_changed.connect(lambda _: self.status_changed.emit(""))
        self.shelf.more_wanted.connect(self._fill_shelf)
        session.ready_came.connect(self._on_ready)
        session.catalogue_came.connect(lambda _: self._show_kinds())
        session.noticed.connect(self.noticed)
        session.walking.clock_changed.connect(self.clock_changed)
        self._train_page.timeline.drag_began.connect(lambda: self.play(False))
        session.training_changed.connect(lambda _: self.clock_changed.emit())
        self.tabs.currentChanged.connect(self._on_page_changed)
        QShortcut(QKeySequence("K"), self, self._keep, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self._show_kinds()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.shelf.set_theme(theme)
        self.equations.set_theme(theme)
        for page in self.pages.values():
            page.set_theme(theme)

    def set_store(self, store: QSettings) -> None:
        """Where directions that were found outlive the program."""
        page = self.pages[DirectionPage.title]
        assert isinstance(page, DirectionPage)
        page.set_store(store)

    def recipe(self) -> LatentRecipe:
        """What the page Train would train, to be run without a window."""
        return self._train_page.recipe()

    def open_recipe(self, made: LatentRecipe, may_read_files: bool = True) -> None:
        """Set the page Train to a recipe, and show it. may_read_files: those of pictures that the recipe names."""
        self._show_training()
        if note := self._train_page.open_recipe(made, may_read_files):
            self.noticed.emit(note)

    def open_path(self, path: Path) -> None:
        """Weights are opened; anything else is pictures to train on."""
        if not is_weights(path):
            self._train_page.bring(path)
            return
        try:
            found = weights_files.read(path)
        except Notice as notice:
            self.noticed.emit(str(notice))
            return
        self._about.setText(f"Opening {path.stem}…")
        self.session.open_file(*found)

    def paste_picture(self) -> bool:
        """Put the picture on the clipboard on the pad, and show it; False where there is none."""
        page = self.pages[DrawPage.title]
        assert isinstance(page, DrawPage)
        if self.stage.is_empty or QGuiApplication.clipboard().image().isNull():
            return False
        self.tabs.setCurrentWidget(page)
        page.paste()
        return True

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Projects and recipes are the window's."""
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if paths and (paths[0].suffix.lower() not in _OF_THE_WINDOW or is_weights(paths[0])):
            event.acceptProposedAction()
        else:
            event.ignore()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            if not belong_together(paths):
                self.noticed.emit(
                    f"Of {len(paths)} files {paths[0].name} is taken. Drop their folder to bring them all."
                )
            self.open_path(paths[0])

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
        self._equation_feed.set_playing(is_on)
        self.clock_changed.emit()

    def step_once(self) -> None:
        """Of the chains, where they are looked at; elsewhere there are no single steps."""
        if self._walks:
            self.session.walking.step_once()

    def reset(self) -> None:
        """The chains from the start, where they are looked at; else the sliders back to the middle."""
        if self._walks:
            self.session.walking.begin_again()
            return
        page = self.pages[SlidePage.title]
        assert isinstance(page, SlidePage)
        page.reset()

    # ---- private

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(8, 4, 8, 4)
        head.addWidget(self._choice)
        head.addSpacing(6)
        head.addWidget(self._about, 1)
        head.addWidget(self.files)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(head)
        column.addWidget(self.stands_in)
        column.addWidget(self.equations)
        column.addWidget(self.stage, 1)
        column.addWidget(self.shelf)

    def _connect_stage(self) -> None:
        """What the buttons do that are there while there is no model."""
        train, empty = self._train_page, self.stage.no_model
        empty.faces_wanted.connect(self._train_on_faces)
        empty.weights_wanted.connect(self.files.ask_what_to_open)
        empty.file_wanted.connect(train.ask_for_file)
        empty.folder_wanted.connect(train.ask_for_folder)
        train.brought.connect(self._show_training)
        self.stage.is_empty_changed.connect(self.shelf.setHidden)
        self.shelf.setHidden(self.stage.is_empty)

    def _show_training(self) -> None:
        self.stage.show_pages()
        self.tabs.setCurrentWidget(self._train_page)

    def _train_on_faces(self) -> None:
        self._train_page.choose("faces", "vae")
        self._show_training()
        self._train_page.train()

    @property
    def _train_page(self) -> TrainPage:
        page = self.pages[TrainPage.title]
        assert isinstance(page, TrainPage)
        return page

    def _on_page_changed(self) -> None:
        self._equation_feed.set_page(self.tabs.currentWidget() is self._train_page)
        self.clock_changed.emit()

    def _show_sliders(self) -> None:
        page = self.pages[SlidePage.title]
        assert isinstance(page, SlidePage)
        self.tabs.setCurrentWidget(page)

    def _show_kinds(self) -> None:
        shown = self._choice.currentData()
        self._choice.clear()
        for kind in self.session.kinds:
            self._choice.addItem(kind.title, kind.name)
        self._choice.setEnabled(self._choice.count() > 0)
        self._choice.setCurrentIndex(max(0, self._choice.findData(shown)))
        if self._choice.count() == 0:
            self._about.setText("The engine is starting." if self.session.catalogue is None else "")
        self._show_ready()

    def _on_chosen(self, index: int) -> None:
        if index >= len(self.session.kinds):
            return
        kind: PictureKind = self.session.kinds[index]
        self._about.setText(f"Opening {kind.title}…")
        self.session.open(kind.name)

    def _on_ready(self, ready: LatentReady) -> None:
        self._show_ready()
        if not self.session.shelf:
            self._fill_shelf()
        elif self.session.item is None and ready.has_encoder:
            # The same picture, as the other model sees it.
            self.session.look_at(self.session.shelf[0])

    def _show_ready(self) -> None:
        """The model that is asked now, in the list and in a line; one of a file or a training is not in the list."""
        ready = self.session.ready
        self.files.save.setEnabled(ready is not None)
        if ready is None:
            return
        index = self._choice.findData(card_of(ready).get("name"))
        other = self._choice.findData(_OTHER)
        if index < 0 and other < 0:
            self._choice.addItem(_OTHER, _OTHER)
        elif index >= 0 and other >= 0:
            self._choice.removeItem(other)
        self._choice.setCurrentIndex(index if index >= 0 else self._choice.findData(_OTHER))
        self._choice.setEnabled(True)
        height, width, channels = ready.shape
        colour = "colour" if channels == 3 else "grey"
        text = f"{ready.title}, {ready.latents} latents; {data_in_words(ready)}; {width}×{height}, {colour}"
        self._about.setText(text)
        self.stands_in.setText(stand_in_in_words(ready))
        self.stands_in.setToolTip(
            "On the shelf and the map, for the order of the sliders, fitted priors, what is nearest"
        )
        self.stands_in.setVisible(not ready.is_learnt)

    def _on_progress(self, progress: PictureProgress) -> None:
        self.status_changed.emit(f"training: {100 * progress.share:.0f} %")

    @property
    def page_title(self) -> str:
        """The title of the page that is seen, by which `pages` has it."""
        seen: object = self.tabs.currentWidget()
        return next(title for title, page in self.pages.items() if page is seen)

    def _fill_shelf(self) -> None:
        self._looking.ask(Look, count=_FIRST_KEPT, seed=self._seed)
        self._seed += 1

    def _on_seen(self, seen: Seen) -> None:
        items, is_first = items_of(seen), not self.session.shelf
        for item in items:
            self.session.keep(item)
        if is_first and items and len(items[0].code):
            # What a model makes of a real picture says more than its middle does.
            self.session.look_at(items[0])

    def _keep(self) -> None:
        """What is seen, onto the shelf."""
        page = self.tabs.currentWidget()
        if isinstance(page, SlidePage):
            page.keep()
        elif self.session.item is not None:
            self.session.keep(self.session.item)
