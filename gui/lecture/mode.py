"""Lecture mode: the window as an audience sees it, and the lesson that is played in it.

Leaving it brings back the window, and what the person worked at, as they were.
Not covered: what is hidden (panels.py), what is drawn on top (overlay.py), lessons (player.py), and which controls an
audience sees (marks.py).
"""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDockWidget, QHBoxLayout, QWidget

from engine.notice import Notice
from gui import actions, enlarged
from gui.commands import COMMANDS
from gui.lecture import controls, lesson
from gui.lecture.aside import Aside
from gui.lecture.board import Board
from gui.lecture.lesson import Lesson
from gui.lecture.marks import Marks
from gui.lecture.overlay import Hand, Overlay
from gui.lecture.panels import Panels
from gui.lecture.player import Player
from gui.lecture.stage import CHAINS_BOTTOM

if TYPE_CHECKING:
    from gui.window import Window

_BASE_PX = 720  # the height of the window at which nothing but the type is larger than usual
_TYPE = 1.15
_RESIZED_MSECS = 120
# In a lecture B is the black screen, as for presenter remotes, and sprays no more.
_BLACK_KEY, _GIVES_IT = "B", "spray"
# A lesson is no project: what would replace or save one waits until it is over.
_NOT_IN_LESSONS = ("new_project", "open", "save_project", "save_project_as", "revert", "import_points", "import_recipe")


class LectureMode(QObject):
    """Made when it is first wanted."""

    def __init__(self, window: "Window") -> None:
        super().__init__(window)
        self._window = window
        self.player: Player | None = None
        self.overlay = Overlay(window)
        self.board = Board()
        self._bar = QWidget()
        self._bar_row = QHBoxLayout(self._bar)
        self._bar_row.setContentsMargins(12, 4, 12, 8)
        area = Qt.DockWidgetArea
        places = ((self.board, area.RightDockWidgetArea), (self._bar, area.BottomDockWidgetArea))
        self._docks = [_dock(window, widget, place) for widget, place in places]
        self.marks = Marks(window, self)
        self.marks.changed.connect(self._on_marks_changed)
        self._panels: Panels | None = None
        self._aside: Aside | None = None
        self._enabled: dict[str, bool] = {}
        self._resized = QTimer(self, singleShot=True, interval=_RESIZED_MSECS)
        self._resized.timeout.connect(self._scale)
        window.appearance.theme_changed.connect(self.board.set_theme)
        self._turned = QTimer(self, singleShot=True, interval=0)
        self._turned.timeout.connect(self._on_page_changed)
        window.pages.currentChanged.connect(lambda _: self._turned.start())
        self._show_commands()

    @property
    def is_on(self) -> bool:
        return self._panels is not None

    # ---- in and out

    def toggle(self) -> None:
        """A lesson that is played in a window gets the whole screen first."""
        if self.is_on and self._window.isFullScreen():
            self.leave()
        else:
            self.enter()

    def enter(self, size: tuple[int, int] | None = None) -> None:
        """Full screen, or in a window of this size in pixels."""
        self._begin()
        if size is None:
            self._window.showFullScreen()
        else:
            self._window.showNormal()
            self._window.resize(*size)
        self._show_commands()
        self._scale()

    def _begin(self) -> None:
        """In the window as it is."""
        window = self._window
        if not self.is_on:
            self._panels = Panels(window)
            self._panels.hide()
            if window.pages.currentWidget() is window.welcome:
                window.show_lab()
                self._panels.hide()
            self._panels.hide_bottom()
            self.overlay.begin()
            window.installEventFilter(self)
            self.board.set_theme(window.appearance.theme)
            self.board.show_no_cue()
            self._show_controls()
            window.plane_page.canvas.setFocus()

    def leave(self) -> None:
        """Back to the work."""
        if self._panels is None:
            return
        window, panels, self._panels = self._window, self._panels, None
        window.removeEventFilter(self)
        self._end_lesson()
        self.overlay.end()
        for dock in self._docks:
            dock.hide()
        self.board.set_controls((), ())
        self._set_enlarged(1.0)
        panels.bring_back()
        self._show_commands()

    def escape(self) -> bool:
        """Esc ends the last thing that was begun; whether there was one."""
        if not self.is_on:
            return False
        if self.overlay.is_black:
            self.black(False)
        elif self.overlay.clear():
            self._show_commands()
        elif not self._window.plane_page.canvas.cancel():
            self.leave()
        return True

    # ---- lessons

    def open_path(self, path: Path) -> None:
        """A lesson in a file; what is wrong with it is told, and nothing else happens."""
        try:
            self.play(lesson.read(path), path.parent)
        except Notice as notice:
            self._window.strip.show_notice(str(notice))

    def play(self, wanted: Lesson, folder: Path, index: int = 0, has_clock: bool = True) -> Player:
        """From a cue on. has_clock: False where a film advances it."""
        self._end_player()
        # F5 gives it the whole screen.
        self._begin()
        if self._aside is None:
            self._aside = Aside(self._window)
        for name in _NOT_IN_LESSONS:
            action = self._window.actions_by_name[name]
            self._enabled.setdefault(name, action.isEnabled())
            action.setEnabled(False)
        player = self.player = Player(self._window, wanted, folder, self)
        player.cue_changed.connect(self._on_cue_changed)
        player.cue_came.connect(lambda _: self._on_cue_came())
        player.refused.connect(self.board.say)
        if has_clock:
            player.start_clock()
        player.show(index)
        self._show_commands()
        self._scale()
        return player

    def next(self) -> None:
        if self.player is not None:
            self.player.next()

    def previous(self) -> None:
        if self.player is not None:
            self.player.previous()

    # ---- what is drawn on top

    def take(self, hand: Hand) -> None:
        """Pen or laser pointer; taken again, it is put away."""
        self.overlay.set_hand("" if self.overlay.hand == hand else hand)
        self._show_commands()

    def black(self, is_black: bool) -> None:
        self.overlay.set_black(is_black)
        self._show_commands()

    # ---- private

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._resized.start()
        return False

    def _on_marks_changed(self) -> None:
        if self.is_on:
            self._show_controls()

    def _end_player(self) -> None:
        if self.player is not None:
            self.player.end()
            self.player.deleteLater()
            self.player = None

    def _end_lesson(self) -> None:
        if self.player is None or self._aside is None:
            return
        labs = self.player.stage.labs
        self._end_player()
        aside, self._aside = self._aside, None
        aside.bring_back("chains" in labs, "latent" in labs)
        for name, was_enabled in self._enabled.items():
            self._window.actions_by_name[name].setEnabled(was_enabled)
        self._enabled = {}

    def _on_cue_changed(self, index: int) -> None:
        assert self.player is not None
        wanted = self.player.lesson
        self.board.show_cue(wanted.title, wanted.cues[index], index + 1, len(wanted.cues))
        self._show_controls()
        self._show_commands()

    def _on_cue_came(self) -> None:
        """Knobs of a model are there only once the model is."""
        if self.player is not None and self._panels is not None:
            self._panels.has_chains_bottom = any(name in CHAINS_BOTTOM for name in self.player.cue.look.shown)
        self._on_page_changed()
        self._show_controls()

    def _on_page_changed(self) -> None:
        if self._panels is not None:
            self._panels.hide()
            self.overlay.raise_()

    def _show_controls(self) -> None:
        """Those of the cue beside its words; without a lesson, those that were marked, below."""
        window, has_lesson = self._window, self.player is not None
        names = self.player.cue.controls if self.player is not None else tuple(self.marks.names)
        holder = self.board if has_lesson else self._bar
        made = [(name, each) for name in names if (each := controls.make(window, name, holder)) is not None]
        buttons = [each for name, each in made if name in window.actions_by_name]
        others = [each for name, each in made if name not in window.actions_by_name]
        while (item := self._bar_row.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        self.board.set_controls(others if has_lesson else (), buttons if has_lesson else ())
        if not has_lesson:
            self._bar_row.addStretch(1)
            for each in (*buttons, *others):
                self._bar_row.addWidget(each)
            self._bar_row.addStretch(1)
        self._docks[0].setVisible(has_lesson)
        self._docks[1].setVisible(not has_lesson and bool(made))

    def _scale(self) -> None:
        """Type, dots and curves by the height of the window."""
        if not self.is_on:
            return
        window = self._window
        larger = max(1.0, window.height() / _BASE_PX)
        self.overlay.scale = larger
        self._set_enlarged(larger)
        self.board.set_width_of(window.width())
        self.overlay.raise_()

    def _set_enlarged(self, larger: float) -> None:
        appearance, is_on = self._window.appearance, self.is_on
        wanted = larger * _TYPE if is_on else 1.0
        if (enlarged.factor(), appearance.enlarged) != (larger, wanted):
            enlarged.set_factor(larger)
            appearance.enlarged = wanted
            appearance.apply_theme()

    def _show_commands(self) -> None:
        """Which of the commands can be used now, and which are on."""
        by_name, player = self._window.actions_by_name, self.player
        by_name["lecture"].setChecked(self.is_on)
        for name in ("laser", "lecture_pen", "black_screen"):
            by_name[name].setEnabled(self.is_on)
        by_name["next_cue"].setEnabled(player is not None and player.index + 1 < len(player.lesson.cues))
        by_name["previous_cue"].setEnabled(player is not None and player.index > 0)
        by_name["laser"].setChecked(self.overlay.hand == "laser")
        by_name["lecture_pen"].setChecked(self.overlay.hand == "pen")
        by_name["black_screen"].setChecked(self.overlay.is_black)
        given = actions.sequences(COMMANDS[_GIVES_IT])
        by_name[_GIVES_IT].setShortcuts([] if self.is_on else given)
        by_name["black_screen"].setShortcuts([QKeySequence(_BLACK_KEY)] if self.is_on else [])


def _dock(window: "Window", widget: QWidget, area: Qt.DockWidgetArea) -> QDockWidget:
    """A part of the window that cannot be moved; hidden until it is wanted."""
    dock = QDockWidget(window)
    dock.setObjectName(f"lecture {area.name}")
    dock.setFeatures(QDockWidget.DockWidgetFeature.NoDockWidgetFeatures)
    dock.setTitleBarWidget(QWidget())
    dock.setWidget(widget)
    dock.toggleViewAction().setEnabled(False)
    window.addDockWidget(area, dock)
    # The words beside the picture are as high as the window.
    window.setCorner(Qt.Corner.BottomRightCorner, Qt.DockWidgetArea.RightDockWidgetArea)
    dock.hide()
    return dock
