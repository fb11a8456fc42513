"""The window: pages, menus, theme, what is remembered, and the order of shutting down.

Not covered: what a page does (labs/), the run (experiment.py), the process (link.py), files (desk.py).
"""

from functools import partial

import msgspec
from PySide6.QtCore import QByteArray, QSettings, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QGuiApplication, QIcon, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QApplication,
    QLabel,
    QMainWindow,
    QMessageBox,
    QStackedWidget,
    QToolBar,
    QVBoxLayout,
    QWidget,
)

from engine.messages import Failed, Noticed, Ready
from gui import actions, heat, icons, preferences, theme
from gui.command_palette import CommandPalette
from gui.desk import Desk
from gui.document import Document
from gui.dots import label_picture
from gui.experiment import Experiment
from gui.handlers import handlers
from gui.key_guard import KeyGuard
from gui.keys_page import KeysPage
from gui.labs import LABS
from gui.link import Link, link_command
from gui.preferences import Preferences, Settings
from gui.strip import Strip
from gui.tour import Tour
from gui.welcome import Welcome

_FIRST_SIZE = (1280, 720)
_LABEL_PX = 24
_ABOUT = """<h3>Energyscape</h3>
<p>Sketch data, watch energy landscapes form, train small models.</p>
<p>MIT licence. Engine: {engine}</p>"""


class Window(QMainWindow):
    """Owns the document, the experiment and the link to the engine."""

    def __init__(self, link: Link, store: QSettings) -> None:
        super().__init__()
        self.setWindowTitle("Energyscape[*]")
        self._store = store
        self._settings = preferences.read(store)
        self.link = link
        self.document = Document(parent=self)
        self.experiment = Experiment(link, self._settings.device, self)
        self.actions_by_name = actions.build(self, handlers(self))
        submenus = actions.build_menus(self.menuBar(), self.actions_by_name)
        self._make_pages()
        self.desk = Desk(self.lab.canvas, self.document, self.experiment, submenus, store)
        self._make_bars()
        self.palette_of_commands = CommandPalette(self)
        self._guard = KeyGuard(self)
        self._connect()
        self._take_settings(self._settings)
        self._restore_layout()
        self.show_welcome()

    # ---- making

    def _make_pages(self) -> None:
        self.strip = Strip(self)
        self.welcome = Welcome(self)
        self.lab = LABS[0](self.experiment, self.document, self.actions_by_name, self)
        self.pages = QStackedWidget(self)
        self.pages.addWidget(self.welcome)
        self.pages.addWidget(self.lab)
        middle = QWidget(self)
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.strip)
        column.addWidget(self.pages, 1)
        self.setCentralWidget(middle)

    def _make_bars(self) -> None:
        tools = ("select", "pen", "spray", "line", "ellipse", "eraser")
        labels = ("label_1", "label_2", "label_3", "label_4")
        self._tools = self._bar("Tools", Qt.ToolBarArea.LeftToolBarArea, (*tools, "", *labels, "", "clear"))
        views = ("energy", "density", "log_density", "", "contours", "data", "samples", "", "reset_view")
        self._views = self._bar("View", Qt.ToolBarArea.TopToolBarArea, ("undo", "redo", "", *views))
        self._read_out, self._rates, self._device = QLabel(), QLabel(), QLabel("engine starting…")
        for label in (self._read_out, self._rates, self._device):
            label.setContentsMargins(8, 0, 8, 0)
            self.statusBar().addPermanentWidget(label)
        self._read_out.setObjectName("readout")

    def _bar(self, title: str, area: Qt.ToolBarArea, names: tuple[str, ...]) -> QToolBar:
        bar = QToolBar(title, self)
        bar.setObjectName(title)
        bar.setMovable(False)
        bar.toggleViewAction().setEnabled(False)
        for name in names:
            if name:
                bar.addAction(self.actions_by_name[name])
            else:
                bar.addSeparator()
        self.addToolBar(area, bar)
        return bar

    def _connect(self) -> None:
        experiment, lab, welcome = self.experiment, self.lab, self.welcome
        experiment.became_ready.connect(self._on_ready)
        experiment.noticed.connect(self._on_noticed)
        experiment.failed.connect(self._on_failed)
        experiment.engine_died.connect(self._on_engine_died)
        experiment.clock_changed.connect(self._show_play)
        self.strip.restart_asked.connect(self.restart_engine)
        lab.status_changed.connect(self._rates.setText)
        lab.read_out_changed.connect(self._read_out.setText)
        lab.data_wanted.connect(self.desk.ask_for)
        lab.canvas.files_dropped.connect(self.desk.open_dropped)
        lab.canvas.tool_changed.connect(lambda name: self.actions_by_name[name].setChecked(True))
        self.desk.sketch_came.connect(self.show_lab)
        self.desk.noticed.connect(self.strip.show_notice)
        self.desk.recent_changed.connect(welcome.set_recent)
        welcome.sketch_chosen.connect(self.show_lab)
        welcome.preset_chosen.connect(self.desk.choose_preset)
        welcome.open_chosen.connect(self.desk.open_data)
        welcome.word_chosen.connect(self.desk.type_word)
        welcome.recent_chosen.connect(self.desk.open_path)
        self.document.modified_changed.connect(self.setWindowModified)
        stack = self.document.undo_stack
        stack.canUndoChanged.connect(self.actions_by_name["undo"].setEnabled)
        stack.canRedoChanged.connect(self.actions_by_name["redo"].setEnabled)
        stack.undoTextChanged.connect(lambda text: self.actions_by_name["undo"].setText(f"Undo {text}".strip()))
        stack.redoTextChanged.connect(lambda text: self.actions_by_name["redo"].setText(f"Redo {text}".strip()))
        lab.canvas.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        for name in ("save_screenshot", "copy_screenshot", "export_points", "reset_view"):
            lab.canvas.addAction(self.actions_by_name[name])
        self.actions_by_name["undo"].setEnabled(False)
        self.actions_by_name["redo"].setEnabled(False)
        QShortcut(QKeySequence("Esc"), self, self._escape)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._on_color_scheme_changed)
        welcome.thumbnail_wanted.connect(self.desk.ask_for_thumbnail)
        self.desk.thumbnail_came.connect(welcome.set_thumbnail)
        welcome.set_recent(self.desk.recent())

    # ---- what commands do

    def show_lab(self) -> None:
        self.pages.setCurrentWidget(self.lab)
        self.lab.canvas.setFocus()
        self._show_bars(True)
        if not self._store.value("tour/is_seen", False):
            self._store.setValue("tour/is_seen", True)
            # Once the lab has its place on the screen, so that the tour points at it rightly.
            QTimer.singleShot(0, self.start_tour)

    def show_welcome(self) -> None:
        self.pages.setCurrentWidget(self.welcome)
        self._show_bars(False)

    def start_tour(self) -> None:
        self.show_lab()
        lab = self.lab
        steps: list[tuple[QWidget, str, str]] = [
            (lab.canvas, "Sketch", "Draw points with the mouse, or choose a sample in the File menu."),
            (lab.transport, "Play", "Space trains and pauses; the point key makes a single step."),
            (lab.traces, "Watch the gap", "The energy of data against that of samples: training closes the gap."),
            (lab.tabs, "Turn a knob", "It takes effect at the next step. Hover over a name to learn what it means."),
            (lab.tabs, "Temperature", "Under View: cold keeps the deepest valleys, hot makes everything likely."),
        ]
        Tour(self, steps).start()

    def _show_play(self) -> None:
        """The play command says what it would do now."""
        action, is_playing = self.actions_by_name["play"], self.experiment.is_playing
        action.setChecked(is_playing)
        action.setText("Pause" if is_playing else "Play")
        action.setIcon(icons.icon("pause" if is_playing else "play", theme.theme_named(self._settings.theme).text))

    def play(self, is_on: bool) -> None:
        self.show_lab()
        self.experiment.play(is_on)

    def select_all(self) -> None:
        self.set_tool("select")
        self.lab.canvas.select_all()

    def set_tool(self, name: str) -> None:
        self.show_lab()
        self.lab.canvas.set_tool(name)

    def set_label(self, label: int) -> None:
        self.lab.canvas.set_label(label)

    def set_mode(self, mode: heat.Mode) -> None:
        self.lab.view.set_mode(mode)

    def step_once(self) -> None:
        self.show_lab()
        self.experiment.step_once()

    def scale_brush(self, factor: float) -> None:
        canvas = self.lab.canvas
        canvas.set_brush_px(canvas.brush_px * factor)

    def _escape(self) -> None:
        """Cancels a stroke or a selection; with nothing to cancel, leaves full screen."""
        if not self.lab.canvas.cancel() and self.isFullScreen():
            self.actions_by_name["full_screen"].trigger()

    def set_full_screen(self, is_on: bool) -> None:
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)
        self.menuBar().setVisible(not is_on)
        self.statusBar().setVisible(not is_on)

    def show_keys(self) -> None:
        page = KeysPage(self)
        page.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        page.exec()

    def show_about(self) -> None:
        ready = self.experiment.catalogue
        engine = "not running" if ready is None else f"torch {ready.torch_version} on {ready.device}"
        QMessageBox.about(self, "About Energyscape", _ABOUT.format(engine=engine))

    def _show_bars(self, is_on: bool) -> None:
        self._tools.setVisible(is_on)
        self._views.setVisible(is_on)

    # ---- settings

    def show_preferences(self) -> None:
        ready = self.experiment.catalogue
        dialog = Preferences(self._settings, self, ready.devices if ready is not None else ())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.changed.connect(self._take_settings)
        dialog.exec()

    def change_settings(self, **changes: object) -> None:
        self._take_settings(msgspec.structs.replace(self._settings, **changes))

    def scale_type(self, factor: float) -> None:
        low, high = preferences.FONT_SCALES
        self.change_settings(font_scale=round(min(high, max(low, self._settings.font_scale * factor)), 2))

    def _take_settings(self, settings: Settings) -> None:
        """Apply at once what has changed, and remember it."""
        old, self._settings = self._settings, settings
        preferences.write(self._store, settings)
        self.actions_by_name[f"theme_{settings.theme}"].setChecked(True)
        self._apply_theme()
        self.experiment.set_device(settings.device)
        if settings.engine_command != old.engine_command:
            self.link.command = link_command(settings.engine_command)
            self.restart_engine()

    def _apply_theme(self) -> None:
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        chosen = theme.theme_named(self._settings.theme)
        theme.apply(app, chosen, self._settings.font_scale)
        actions.set_icons(self.actions_by_name, partial(icons.icon, color=chosen.text))
        self._show_play()
        for label in range(4):
            picture = label_picture(label, chosen.labels, chosen.dot_outline, _LABEL_PX)
            self.actions_by_name[f"label_{label + 1}"].setIcon(QIcon(picture))
        self.lab.set_theme(chosen)

    def _on_color_scheme_changed(self) -> None:
        if self._settings.theme == "system":
            self._apply_theme()

    # ---- the engine

    def restart_engine(self) -> None:
        self.strip.hide_died()
        self._device.setText("engine starting…")
        self.experiment.start()

    def _on_ready(self, ready: Ready) -> None:
        self._device.setText(f"torch {ready.torch_version} on {ready.device}")
        self.welcome.set_presets(ready.datasets)

    def _on_noticed(self, noticed: Noticed) -> None:
        self.strip.show_notice(noticed.text)

    def _on_failed(self, failed: Failed) -> None:
        self.strip.show_failed(failed.headline, failed.trace)

    def _on_engine_died(self, reason: str) -> None:
        self._device.setText("no engine")
        self._rates.setText("")
        self.strip.show_engine_died(reason)

    # ---- layout, and the end

    def _restore_layout(self) -> None:
        self.resize(*_FIRST_SIZE)
        geometry = self._store.value("layout/geometry")
        if isinstance(geometry, QByteArray):
            self.restoreGeometry(geometry)
        splitter = self._store.value("layout/splitter")
        if isinstance(splitter, QByteArray):
            self.lab.splitter.restoreState(splitter)

    def reset_layout(self) -> None:
        self._store.remove("layout")
        self.showNormal()
        self.resize(*_FIRST_SIZE)
        self.lab.reset_layout()
        for name in ("side_panel", "traces"):
            if not self.actions_by_name[name].isChecked():
                self.actions_by_name[name].trigger()

    def _has_unsaved_points(self) -> bool:
        """Points that nobody could draw again: those of a sample can."""
        sketch = self.document.sketch
        return self.document.is_modified and sketch.truth is None and sketch.num_points > 0

    def _may_lose_points(self) -> bool:
        """Ask what shall become of them; saving them first is an answer too."""
        buttons = QMessageBox.StandardButton
        text = "The sketch has points that are not saved. Save them as a recipe?"
        answer = QMessageBox.question(self, "Energyscape", text, buttons.Save | buttons.Discard | buttons.Cancel)
        if answer == buttons.Save:
            self.desk.save_recipe()
            return not self.document.is_modified
        return answer == buttons.Discard

    def closeEvent(self, event: QCloseEvent) -> None:
        """Timers and pages first, then the engine, then the window: the other way round crashes at exit."""
        if self._has_unsaved_points() and not self._may_lose_points():
            event.ignore()
            return
        self._store.setValue("layout/geometry", self.saveGeometry())
        self._store.setValue("layout/splitter", self.lab.splitter.saveState())
        self._store.sync()
        self.lab.canvas.cancel()
        self.link.stop()
        event.accept()
