"""A film that is made off the clock while the person works on, by `main.py render` in a process of its own.

It is of the project as it is now, or of the lesson that is shown; what is changed later is not in it.
Not covered: how the film is made (render.py), and what the person chooses (dialog.py).
"""

import contextlib
import os
import re
import shutil
import signal
import sys
import tempfile
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, Qt, Signal
from PySide6.QtWidgets import QProgressDialog, QWidget

from engine.notice import Notice
from gui.lecture import lesson
from gui.lecture.lesson import Lesson
from gui.projects import contents
from gui.projects.background import Background
from gui.projects.container import ENDING
from gui.projects.project import Project
from gui.recording import form
from gui.recording.form import Form

_HOME = Path(__file__).resolve().parents[2]
_PROGRESS = re.compile(r"(\d+)/(\d+) pictures")
# As render.py writes it, which would bring more than is wanted here.
_NOTE = re.compile(r"^note: (.+?)\s*$", re.MULTILINE)
_MOST_SAID = 4000
_LEAVE_MSECS = 5000
_NICENESS = 10


class Rendering(QObject):
    """At most one at a time. `ended` has a sentence, and the file, or an empty name where there is none."""

    ended = Signal(str, str)

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._writing = Background("render", self)
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._form: Form | None = None
        self._process: QProcess | None = None
        self._dialog: QProgressDialog | None = None
        self._said = ""
        self._is_cancelled = False
        self._number = 0  # of the process

    @property
    def is_going(self) -> bool:
        return self._form is not None

    def start(self, what: Project | tuple[Lesson, Path], wanted: Form, seconds: int, theme_name: str) -> None:
        """what: a project, or a lesson and the folder of its projects.  seconds: 0 is as long as it suits.

        Raises Notice where the film cannot be written, or another one is still being made.
        """
        if self.is_going:
            raise Notice("A film is being made already; wait for it, or cancel it.")
        form.check_place(form.checked(wanted).path)
        self._form, self._said, self._is_cancelled = wanted, "", False
        self._folder = tempfile.TemporaryDirectory(prefix="energyscape-render-")
        self._show_progress(Path(wanted.path).name)
        # A thread writes what is filmed: a project may have megabytes.
        work = partial(_write, what, Path(self._folder.name))
        self._writing.start("write", work, partial(self._begin, wanted, seconds, theme_name), self._end)

    def cancel(self) -> None:
        """No film; one that was there under its name stays."""
        self._is_cancelled = True
        process = self._process
        if process is None:
            return  # `_begin` looks
        # As Ctrl+C: it takes its half of a film along.
        with contextlib.suppress(OSError):
            if os.name == "posix":
                os.kill(process.processId(), signal.SIGINT)
            else:
                process.kill()
        if self._dialog is not None:
            self._dialog.setLabelText("Cancelling…")
            self._dialog.show()

    def finish(self) -> None:
        """The window closes."""
        self._writing.end()
        self.cancel()
        if self._process is not None and not self._process.waitForFinished(_LEAVE_MSECS):
            self._process.kill()
            self._process.waitForFinished(_LEAVE_MSECS)
        if self._form is not None:
            self._end("")

    # ---- private

    def _show_progress(self, name: str) -> None:
        dialog = self._dialog = QProgressDialog(f"Rendering {name}…", "Cancel", 0, 0, self._window)
        dialog.setWindowTitle("Render a film")
        dialog.setWindowModality(Qt.WindowModality.NonModal)
        dialog.setAutoClose(False)
        dialog.setAutoReset(False)
        dialog.setMinimumDuration(0)
        dialog.setMinimumWidth(dialog.fontMetrics().averageCharWidth() * 50)
        dialog.canceled.connect(self.cancel)
        dialog.show()

    def _begin(self, wanted: Form, seconds: int, theme_name: str, source: Path) -> None:
        if self._is_cancelled:
            self._end("")
            return
        process = self._process = QProcess(self)
        environment = QProcessEnvironment.systemEnvironment()
        environment.insert("PYTHONUTF8", "1")
        process.setProcessEnvironment(environment)
        process.setWorkingDirectory(str(_HOME))
        process.started.connect(self._on_started)
        process.readyReadStandardError.connect(self._on_said)
        process.finished.connect(self._on_finished)
        process.errorOccurred.connect(self._on_error)
        size = f"{wanted.width}x{wanted.height}"
        process.start(
            sys.executable,
            [
                *("main.py", "render", str(source), "--out", os.path.abspath(wanted.path), "--size", size),
                *("--fps", str(wanted.rate), "--theme", theme_name),
                *(("--seconds", str(seconds)) if seconds else ()),
            ],
        )

    def _on_started(self) -> None:
        assert self._process is not None
        self._number = int(self._process.processId())
        if set_priority := getattr(os, "setpriority", None):
            with contextlib.suppress(OSError):
                # The window goes first.
                set_priority(os.PRIO_PROCESS, self._number, _NICENESS)

    def _on_said(self) -> None:
        assert self._process is not None
        self._said = (self._said + bytes(self._process.readAllStandardError().data()).decode(errors="replace"))[
            -_MOST_SAID:
        ]
        found = _PROGRESS.findall(self._said)
        if found and self._dialog is not None:
            done, total = (int(each) for each in found[-1])
            self._dialog.setMaximum(total)
            self._dialog.setValue(done)

    def _on_error(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart:
            self._end("The film could not be made: no process could be started.")

    def _on_finished(self, status: int) -> None:
        assert self._form is not None
        if self._is_cancelled:
            self._end("")
        elif status == 0:
            told = [f"The film is in {self._form.path}.", *_NOTE.findall(self._said)]
            self._end(" ".join(told), self._form.path)
        else:
            lines = [line.strip() for line in re.split(r"[\r\n]", self._said) if line.strip()]
            last = lines[-1].removeprefix("energyscape: ") if lines else f"its status is {status}"
            self._end(f"The film could not be made: {last}")

    def _end(self, told: str, path: str = "") -> None:
        process, wanted = self._process, self._form
        self._process = self._form = None
        if self._is_cancelled and wanted is not None:
            # Where it was killed, its half of a film is still there.
            form.unfinished(Path(wanted.path), self._number).unlink(missing_ok=True)
        if process is not None:
            process.deleteLater()
        if self._dialog is not None:
            self._dialog.canceled.disconnect(self.cancel)
            self._dialog.close()
            self._dialog.deleteLater()
            self._dialog = None
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None
        if told:
            self.ended.emit(told, path)


def _write(what: Project | tuple[Lesson, Path], folder: Path) -> Path:
    """What is filmed as a file in this folder. Raises Notice."""
    if isinstance(what, Project):
        path = folder / f"project{ENDING}"
        path.write_bytes(contents.write(what.without_origin()))
        return path
    played, beside = what
    for cue in played.cues:
        if cue.project:
            with contextlib.suppress(OSError):  # whoever plays it says what is missing
                shutil.copyfile(beside / cue.project, folder / cue.project)
    path = folder / "lesson.json"
    path.write_bytes(lesson.to_bytes(played))
    return path
