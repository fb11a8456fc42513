"""Pictures and films of the window as a person asks for them: the commands, with their dialogs and sentences.

Not covered: how a film is made (recorder.py, rendering.py), pictures of the canvas (canvas_picture.py).
"""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, QRect, QSettings
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QFileDialog

from engine.notice import Notice
from gui.language import tr
from gui.recording.dialog import RecordDialog
from gui.recording.grabber import What
from gui.recording.indicator import Indicator
from gui.recording.recorder import Recorder
from gui.recording.rendering import Rendering

if TYPE_CHECKING:
    from gui.window import Window


class Films(QObject):
    """What the window's menu says of pictures and films."""

    def __init__(self, window: "Window", store: QSettings) -> None:
        super().__init__(window)
        self._window, self._store = window, store
        self.recorder = Recorder(window)
        self._indicator = Indicator(window)
        for dot in (self._indicator.in_bar, self._indicator.floating):
            dot.clicked.connect(self.recorder.stop)
        self.recorder.changed.connect(self._on_changed)
        self.recorder.ticked.connect(self._indicator.show_seconds)
        self.rendering = Rendering(window)
        for films in (self.recorder, self.rendering):
            films.ended.connect(window.strip.show_notice)

    def toggle(self) -> None:
        """Ask what to record, and begin; or stop."""
        if self.recorder.is_recording:
            self.recorder.stop()
            return
        lecture = self._window.shown_lesson
        dialog = RecordDialog(self._store, self._window, "project" if lecture is None else "lesson")
        is_wanted = dialog.exec() == QDialog.DialogCode.Accepted
        form, what, seconds = dialog.form, dialog.what, dialog.seconds
        dialog.deleteLater()
        if is_wanted:
            theme = self._window.appearance.theme
            try:
                if what == "played":
                    self.rendering.start(lecture or self._window.projects.project(), form, seconds, theme.name)
                else:
                    self.recorder.start(form, partial(self.part, what), theme.plot)
            except Notice as notice:
                self._window.strip.show_notice(str(notice))

    def finish(self) -> None:
        """The window closes: a film that is being recorded is completed first."""
        self.recorder.finish()
        self.rendering.finish()
        self._indicator.hide()

    def part(self, what: What) -> QRect:
        """What is filmed, in the window's coordinates: the panes of the lab that is looked at, or all of the window."""
        window = self._window
        shown = window.pages.currentWidget()
        if what == "window" or shown is None:
            return window.rect()
        parts = [shown]
        if shown is not window.welcome and window.page is window.plane_page:
            chains = window.plane_page
            parts = [window.lab.panes] if chains is window.lab else [*window.chains.panes, window.chains.bar]
        whole = QRect()
        for part in parts:
            whole = whole.united(QRect(part.mapTo(window, QPoint()), part.size()))
        return whole

    def save_window_picture(self) -> None:
        name = str(Path.home() / "energyscape.png")
        path, _ = QFileDialog.getSaveFileName(self._window, tr("Save picture of window"), name, "PNG (*.png)")
        if path:
            path = path if Path(path).suffix else path + ".png"
            is_saved = self._window.grab().save(path)
            told = f"The picture is in {path}." if is_saved else f"The picture cannot be written to {path}."
            self._window.strip.show_notice(told, path if is_saved else "")

    def copy_window_picture(self) -> None:
        QGuiApplication.clipboard().setImage(self._window.grab().toImage())
        self._window.strip.show_notice("The window is on the clipboard.")

    def _on_changed(self) -> None:
        is_recording = self.recorder.is_recording
        self._window.actions_by_name["record"].setText("Stop the recording" if is_recording else "Record a film…")
        if is_recording:
            self._indicator.show_seconds(0.0)
        else:
            self._indicator.hide()
