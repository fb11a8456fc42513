"""The window: pages, menus, theme, what is remembered, and the order of shutting down.

Not covered: the change of pages (lab_switch.py), what a page does (labs/), the run (experiment.py), the process
(link.py), files (desk.py).
"""

from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs
from PySide6.QtCore import QByteArray, QSettings, Qt, QTimer
from PySide6.QtGui import (
    QCloseEvent,
    QContextMenuEvent,
    QDragEnterEvent,
    QDropEvent,
    QIcon,
    QKeySequence,
    QShortcut,
    QUndoGroup,
)
from PySide6.QtWidgets import (
    QLabel,
    QMainWindow,
    QMessageBox,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from engine.messages import Began, Failed, Noticed, Ready
from engine.recipe import AnyRecipe, LatentRecipe
from gui import actions, family_menu, heat
from gui.appearance import Appearance
from gui.command_palette import CommandPalette
from gui.document import Document
from gui.experiment import Experiment
from gui.explained import explain
from gui.growing import with_type
from gui.handlers import handlers
from gui.key_guard import KeyGuard
from gui.keys_page import KeysPage
from gui.lab_switch import LabSwitch
from gui.link import Link, link_command
from gui.proof_page import ProofPage
from gui.recording.films import Films
from gui.strip import Strip
from gui.tour import Tour
from gui.tour_steps import tour_steps
from gui.welcome import Welcome

if TYPE_CHECKING:
    from gui.chains_opening import Opened
    from gui.desk import Desk
    from gui.labs.chains import ChainsLab
    from gui.labs.landscape import LandscapeLab
    from gui.labs.latent import LatentLab
    from gui.lecture.lesson import Lesson
    from gui.lecture.mode import LectureMode
    from gui.pane import Pane
    from gui.projects.keeper import Keeper

_FIRST_SIZE = (1280, 720)
_LABEL_PX = 24
_ABOUT = """<h3>Energyscape</h3>
<p>Sketch data, watch energy landscapes form, train small models.</p>
<p>MIT licence. Engine: {engine}</p>"""


class Window(QMainWindow):
    """Owns the document, the experiment and the link to the engine.

    The lab and the desk need pyqtgraph, a third of a second that the first picture of the window should not wait for:
    they are made by `complete`, or when something first asks for them.
    """

    def __init__(self, link: Link, store: QSettings, state: Path | None = None) -> None:
        """state: the folder of autosaves; by default the person's own."""
        super().__init__()
        self._state = state or Path(platformdirs.user_state_dir("energyscape"))
        self.setWindowTitle("Energyscape[*]")
        self.setAcceptDrops(True)
        self.store = store
        self.link = link
        # Before the stacks that it lists: what is made first ends first, and a list without its stacks would speak up.
        self.history = QUndoGroup(self)
        self.document = Document(parent=self)
        self.actions_by_name = actions.build(self, handlers(self))
        self.appearance = Appearance(store, self.actions_by_name, self)
        self.experiment = Experiment(link, self.appearance.settings.device, self)
        self._submenus = actions.build_menus(self.menuBar(), self.actions_by_name)
        families = self._submenus["family"]
        families.setObjectName("families")
        families.aboutToShow.connect(lambda: family_menu.mark(families, self.experiment.active.model.name))
        self._parts: tuple[LandscapeLab, Desk] | None = None
        self._keeper: Keeper | None = None
        self._lecture: LectureMode | None = None
        self._make_pages()
        self._make_status_line()
        self.switch = LabSwitch(self)
        self.palette_of_commands = CommandPalette(self)
        self.films = Films(self, store)
        self._guard = KeyGuard(self)
        self._connect()
        self.appearance.take(self.appearance.settings)
        self._restore_layout()
        self.show_welcome()

    @property
    def lab(self) -> "LandscapeLab":
        return self.complete()[0]

    @property
    def chains(self) -> "ChainsLab":
        return self.switch.chains

    @property
    def latent(self) -> "LatentLab":
        return self.switch.latent

    @property
    def page(self) -> "LandscapeLab | ChainsLab | LatentLab":
        """The lab that is looked at; from the welcome page, the landscape lab."""
        return self.switch.page

    @property
    def plane_page(self) -> "LandscapeLab | ChainsLab":
        """The lab with a canvas that is looked at; from elsewhere, the landscape lab."""
        return self.switch.plane_page

    @property
    def desk(self) -> "Desk":
        return self.complete()[1]

    @property
    def projects(self) -> "Keeper":
        self.complete()
        assert self._keeper is not None
        return self._keeper

    @property
    def lecture(self) -> "LectureMode":
        """Lecture mode, which is made when it is first wanted."""
        self.complete()
        if self._lecture is None:
            from gui.lecture.mode import LectureMode

            self._lecture = LectureMode(self)
        return self._lecture

    @property
    def shown_lesson(self) -> "tuple[Lesson, Path] | None":
        """The lesson that is shown now, and the folder of its projects."""
        player = self._lecture.player if self._lecture is not None else None
        return None if player is None else (player.lesson, player.folder)

    def complete(self) -> "tuple[LandscapeLab, Desk]":
        """Make the lab, the desk and the keeper of projects, if they are not there yet."""
        if self._parts is None:
            from gui.desk import Desk
            from gui.labs import LABS
            from gui.projects.keeper import Keeper
            from gui.projects.offer import Offer

            lab = LABS[0](self.experiment, self.document, self.actions_by_name, self)
            desk = Desk(lab, self.document, self.experiment, self._submenus, self.store)
            self._parts = lab, desk
            self.pages.addWidget(lab)
            offer = Offer(self)
            self._column.insertWidget(1, offer)
            self._keeper = Keeper(self, self._state / "autosave", offer)
            self._connect_parts(lab, desk, self._keeper)
            explain(lab)
            self._show_theme_on_parts()
            splitter = self.store.value("layout/splitter")
            if isinstance(splitter, QByteArray):
                lab.splitter.restoreState(splitter)
        return self._parts

    def start_engine(self) -> None:
        """Complete the window and start the engine."""
        self.complete()
        self.experiment.start()

    # ---- making

    def _make_pages(self) -> None:
        self.strip = Strip(self)
        self.welcome = Welcome(self)
        self.pages = QStackedWidget(self)
        self.pages.addWidget(self.welcome)
        middle = QWidget(self)
        self._column = column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.strip)
        column.addWidget(self.pages, 1)
        self.setCentralWidget(middle)

    def _make_status_line(self) -> None:
        self.read_out, self.rates, self._device = QLabel(), QLabel(), QLabel("engine starting…")
        for label in (self.read_out, self.rates, self._device):
            label.setContentsMargins(8, 0, 8, 0)
            self.statusBar().addPermanentWidget(label)
        # Qt's bar does not grow by itself when its labels do.
        bar = self.statusBar()
        with_type(bar, lambda _: bar.setMinimumHeight(bar.fontMetrics().height() + 8))
        self.read_out.setObjectName("readout")

    def _connect(self) -> None:
        experiment, welcome = self.experiment, self.welcome
        experiment.became_ready.connect(self._on_ready)
        experiment.network_began.connect(self._on_network_began)
        experiment.noticed.connect(self._on_noticed)
        experiment.failed.connect(self._on_failed)
        experiment.engine_died.connect(self._on_engine_died)
        self.switch.landscape_shown.connect(self._on_landscape_shown)
        self.strip.restart_asked.connect(self.restart_engine)
        welcome.sketch_chosen.connect(self.show_lab)
        welcome.preset_chosen.connect(lambda name: self.desk.choose_preset(name))
        welcome.open_chosen.connect(lambda: self.desk.open_any())
        welcome.word_chosen.connect(lambda: self.desk.type_word())
        welcome.recent_chosen.connect(lambda path: self.desk.open_path(path))
        welcome.lessons_chosen.connect(self.show_lessons)
        welcome.lab_chosen.connect(lambda name: self.actions_by_name[f"lab_{name}"].trigger())
        welcome.thumbnail_wanted.connect(lambda name: self.desk.ask_for_thumbnail(name))
        self.document.modified_changed.connect(self.setWindowModified)
        for name in ("next_cue", "previous_cue", "laser", "lecture_pen", "black_screen"):
            self.actions_by_name[name].setEnabled(False)
        QShortcut(QKeySequence("Esc"), self, self._escape)
        self.appearance.theme_changed.connect(self._on_theme_changed)
        self.appearance.noticed.connect(self.strip.show_notice)
        self.appearance.device_changed.connect(experiment.set_device)
        self.appearance.engine_command_changed.connect(self._on_engine_command_changed)

    def _connect_parts(self, lab: "LandscapeLab", desk: "Desk", keeper: "Keeper") -> None:
        lab.status_changed.connect(self.rates.setText)
        lab.read_out_changed.connect(self.read_out.setText)
        lab.data_wanted.connect(desk.ask_for)
        lab.noticed.connect(self.strip.show_notice)
        lab.pane_added.connect(self._connect_pane)
        lab.bottom.gave_way.connect(self.switch.commands.show_gave_way)
        lab.panes.for_each(self._connect_pane)
        self.switch.temperature.changed.connect(lab.set_temperature)
        desk.sketch_came.connect(self.show_lab)
        desk.chains_opened.connect(self._open_chains)
        desk.latent_opened.connect(self._open_latent)
        desk.project_chosen.connect(keeper.open_path)
        keeper.used.connect(desk.remember)
        keeper.refused.connect(desk.forget)
        keeper.noticed.connect(self.strip.show_notice)
        desk.noticed.connect(self.strip.show_notice)
        desk.recent_changed.connect(self.welcome.set_recent)
        desk.thumbnail_came.connect(self.welcome.set_thumbnail)
        self.welcome.set_recent(desk.recent())

    def _connect_pane(self, pane: "Pane") -> None:
        canvas = pane.view.canvas
        canvas.files_dropped.connect(self.desk.open_dropped)
        canvas.tool_changed.connect(lambda name: self.actions_by_name[name].setChecked(True))
        canvas.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        for name in ("save_screenshot", "copy_screenshot", "export_landscape", "export_points", "reset_view"):
            canvas.addAction(self.actions_by_name[name])

    # ---- what commands do

    def show_lab(self) -> None:
        self.switch.show_lab()

    def show_chains(self) -> None:
        self.switch.show_chains()
        self.projects.fill()

    def show_latent(self) -> None:
        self.switch.show_latent()
        self.projects.fill()

    def show_welcome(self) -> None:
        self.switch.show_welcome()

    def _open_chains(self, made: "Opened") -> None:
        self.show_chains()
        self.chains.open_recipe(made)

    def _open_latent(self, made: LatentRecipe) -> None:
        self.show_latent()
        self.latent.open_recipe(made)

    def _on_landscape_shown(self) -> None:
        """At the first look, the tour."""
        if not self.store.value("tour/is_seen", False):
            self.store.setValue("tour/is_seen", True)
            # Once the lab has its place on the screen, so that the tour points at it rightly.
            QTimer.singleShot(0, self.start_tour)

    @property
    def recipe(self) -> AnyRecipe:
        """That of the page."""
        if self.switch.is_chains:
            return self.chains.recipe(self.desk.recipe)
        if self.switch.is_latent:
            return self.latent.recipe()
        return self.desk.recipe

    def set_hand(self, name: str) -> None:
        """What the left button does on the landscape of chains: one of hand.TOOLS."""
        self.chains.hand.set_tool(name)
        self.actions_by_name[name].setChecked(True)

    def start_tour(self) -> None:
        self.show_lab()
        Tour(self, tour_steps(self)).start()

    def play(self, is_on: bool) -> None:
        self._leave_welcome()
        self.page.play(is_on)

    def show_side_panel(self, is_on: bool) -> None:
        self.plane_page.tabs.setVisible(is_on)

    def _leave_welcome(self) -> None:
        if self.pages.currentWidget() is self.welcome:
            self.show_lab()

    def select_all(self) -> None:
        self.set_tool("select")
        self.lab.canvas.select_all()

    def set_tool(self, name: str) -> None:
        self.show_lab()
        for canvas in self.lab.canvases():
            canvas.set_tool(name)

    def set_label(self, label: int) -> None:
        for canvas in self.lab.canvases():
            canvas.set_label(label)

    def set_mode(self, mode: heat.Mode) -> None:
        self.lab.set_mode(mode)
        self.switch.set_mode(mode)

    def set_layer(self, name: str, is_on: bool) -> None:
        """One of the layers, by its key."""
        if name == "machine":
            self.show_at_bottom(name, is_on)
            return
        if name == "surface" and is_on and (why := self.lab.why_no_surface()):
            self.actions_by_name[name].setChecked(False)
            self.strip.show_notice(why)
            return
        self.lab.set_layer(name, is_on)

    def show_at_bottom(self, name: str, is_on: bool) -> None:
        self.switch.commands.show_at_bottom(name, is_on)

    def step_once(self) -> None:
        self._leave_welcome()
        self.page.step_once()

    def choose_family(self, name: str) -> None:
        self.show_lab()
        self.lab.choose_family(name)

    def scale_brush(self, factor: float) -> None:
        if self.switch.is_chains:
            self.chains.hand.scale_brush(factor)
        elif self.switch.is_landscape:
            brush_px = self.lab.canvas.brush_px * factor
            for canvas in self.lab.canvases():
                canvas.set_brush_px(brush_px)

    def _escape(self) -> None:
        """Cancels a stroke or a selection; with nothing to cancel, leaves full screen."""
        if self._lecture is not None and self._lecture.escape():
            return
        stroke = self.chains.hand if self.switch.is_chains else self.lab.canvas
        if not stroke.cancel() and self.isFullScreen():
            self.actions_by_name["full_screen"].trigger()

    def set_full_screen(self, is_on: bool) -> None:
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)
        self.menuBar().setVisible(not is_on)
        self.statusBar().setVisible(not is_on)

    def show_keys(self) -> None:
        page = KeysPage(self)
        page.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        page.exec()

    def show_proof(self) -> None:
        ready = self.experiment.catalogue
        page = ProofPage(ready.samplers if ready is not None else (), self.switch.walks.active.sampler, self)
        page.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        page.exec()

    def show_lessons(self) -> None:
        from gui.lecture.page import LessonsPage

        page = LessonsPage(self)
        page.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        page.chosen.connect(lambda path: self.lecture.open_path(Path(path)))
        page.exec()

    def edit_lesson(self) -> None:
        from gui.lecture import editor

        editor.show(self)

    def show_about(self) -> None:
        ready = self.experiment.catalogue
        engine = "not running" if ready is None else f"torch {ready.torch_version} on {ready.device}"
        QMessageBox.about(self, "About Energyscape", _ABOUT.format(engine=engine))

    # ---- settings

    def show_preferences(self) -> None:
        ready = self.experiment.catalogue
        self.appearance.show_dialog(ready.devices if ready is not None else ())

    def _on_theme_changed(self) -> None:
        self.switch.commands.show_play()
        if self._parts is not None:
            self._show_theme_on_parts()

    def _show_theme_on_parts(self) -> None:
        from gui.dots import label_picture  # pyqtgraph comes with it

        chosen = self.appearance.theme
        for label in range(4):
            picture = label_picture(label, chosen.labels, chosen.dot_outline, _LABEL_PX)
            self.actions_by_name[f"label_{label + 1}"].setIcon(QIcon(picture))
        self.lab.set_theme(chosen)
        self.switch.set_theme(chosen)

    def _on_engine_command_changed(self, command: str) -> None:
        self.link.command = link_command(command)
        self.restart_engine()

    # ---- the engine

    def restart_engine(self) -> None:
        self.strip.hide_died()
        self._device.setText("engine starting…")
        self.experiment.start()

    def _on_ready(self, ready: Ready) -> None:
        family_menu.fill(self._submenus["family"], ready.models, self.choose_family)
        self.welcome.set_presets(ready.datasets)
        self.switch.show_ready(ready)

    def _on_network_began(self, began: Began) -> None:
        ready = self.experiment.catalogue
        version = "" if ready is None else f" {ready.torch_version}"
        self._device.setText(f"torch{version} on {began.device}")

    def _on_noticed(self, noticed: Noticed) -> None:
        # What is wrong with chains stands on their pane for as long as it is so.
        walks = (*self.switch.walks.walks, self.switch.session.walking.walk)
        if not any(walk.number == noticed.run for walk in walks):
            self.strip.show_notice(self._named(noticed.run) + noticed.text, is_trouble=True)

    def _on_failed(self, failed: Failed) -> None:
        self.strip.show_failed(self._named(failed.run) + failed.headline, failed.trace)

    def _named(self, number: int) -> str:
        """Whose sentence it is, where there are several panes."""
        runs = self.experiment.runs
        entries = [self.experiment.entry(run) for run in runs if run.number == number and len(runs) > 1]
        return "".join(f"{entry.title}: " for entry in entries if entry is not None)

    def _on_engine_died(self, reason: str) -> None:
        self._device.setText("no engine")
        self.rates.setText("")
        self.strip.show_engine_died(reason)

    # ---- layout, and the end

    def _restore_layout(self) -> None:
        self.resize(*_FIRST_SIZE)
        geometry = self.store.value("layout/geometry")
        if isinstance(geometry, QByteArray):
            self.restoreGeometry(geometry)

    def reset_layout(self) -> None:
        self.store.remove("layout")
        self.showNormal()
        self.resize(*_FIRST_SIZE)
        self.lab.reset_layout()
        for name in ("side_panel", "traces"):
            if not self.actions_by_name[name].isChecked():
                self.actions_by_name[name].trigger()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Of a control that has no menu of its own."""
        if not self.lecture.marks.offer(event):
            super().contextMenuEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """On the welcome page too; the canvas takes its own."""
        if paths := [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]:
            event.acceptProposedAction()
            self.desk.open_dropped(paths)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Timers and pages first, then the engine, then the window: the other way round crashes at exit."""
        if self._lecture is not None:
            self._lecture.leave()
        if self._parts is not None and not self.projects.may_close():
            event.ignore()
            return
        self.store.setValue("layout/geometry", self.saveGeometry())
        if self._parts is not None:
            self.store.setValue("layout/splitter", self.lab.splitter.saveState())
            self.lab.canvas.cancel()
            self.projects.end()
        self.store.sync()
        self.films.finish()
        self.link.stop()
        event.accept()
