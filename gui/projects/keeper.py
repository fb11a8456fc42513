"""The project of a window: new, open, save, revert, its name in the title, and the question before changes are lost.

Not covered: what is in it (state.py, showing.py), its file (contents.py), autosaves (autosaver.py).
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QMessageBox

from engine.messages import Ready
from engine.notice import Notice
from gui.language import keep_own, tr
from gui.projects import contents, saver, showing, state
from gui.projects.autosaver import Autosaver
from gui.projects.background import Background
from gui.projects.changes import Changes
from gui.projects.container import ENDING
from gui.projects.offer import Offer
from gui.projects.project import LabName, Project
from gui.projects.showing import Checked
from gui.projects.thumbnail import Look

if TYPE_CHECKING:
    from gui.window import Window

FILTER = f"Projects (*{ENDING})"
_TITLE = "Energyscape"
_SAID_MSECS = 4000


class Keeper(QObject):
    """`used` with a file that was opened or saved, `refused` with one that could not be."""

    used = Signal(str)
    refused = Signal(str)
    noticed = Signal(str)

    def __init__(self, window: "Window", autosaves: Path, offer: Offer) -> None:
        """autosaves: the folder that they go to."""
        super().__init__(window)
        self._window, self._document = window, window.document
        # Its title is the project's name.
        keep_own(window)
        self.path: Path | None = None
        # Of the timeline; they are saved and opened with the rest.
        # What was opened last, and the labs that have not got it yet because nobody has looked at them.
        self._opened: Checked | None = None
        # What the person works at while a lesson is played in the window; that is no part of any project.
        self.aside: Project | None = None
        self._unfilled: set[LabName] = set()
        # What the last engine had: the next one has the same.
        self._catalogue: Ready | None = None
        self._awaits_engine: tuple[Project, Callable[[Checked], object], str] | None = None
        self._is_let_go = False
        self._disk = Background("project", self)
        self.changes = Changes(self._document, lambda: state.essence(self.project()), self)
        self.autosaver = Autosaver(
            autosaves, self._document, self._look, offer, self, lambda: window.appearance.settings.autosaves
        )
        self.autosaver.noticed.connect(self.noticed)
        self.autosaver.restore_wanted.connect(self._restore)
        window.experiment.clock_changed.connect(self.autosaver.save_soon)
        window.switch.walks.clock_changed.connect(self.autosaver.save_soon)
        window.experiment.became_ready.connect(self._on_ready)
        self._set_path(None)

    def project(self) -> Project:
        """All that there is now."""
        if self.aside is not None:
            return self.aside
        opened = self._opened.project if self._opened is not None else None
        origin = str(self.path) if self.path is not None else ""
        return state.project_of(self._window, self._catalogue, opened, origin=origin)

    # ---- commands

    def new(self) -> None:
        """Nothing in it needs to be checked, so that no engine is needed."""
        self._after_asking(lambda: self._show(Checked(Project(), None, ""), None))

    def open_path(self, path: str) -> None:
        """It is read first: where that fails, nobody need be asked about changes."""
        if self.aside is not None:
            self.noticed.emit("A project is opened once the lesson is over: Esc ends it.")
            return
        self._read(path, lambda found: self._after_asking(lambda: self._show(found, Path(path))))

    def take(self, project: Project) -> None:
        """Show it at once, and ask nothing. Raises Notice for what this engine has not."""
        ready = self._window.experiment.catalogue
        assert ready is not None
        self._show(showing.check(project, ready), None)

    def save(self, then: Callable[[], object] = lambda: None) -> None:
        if self.path is None:
            self.save_as(then)
        else:
            self._save(self.path, then)

    def save_as(self, then: Callable[[], object] = lambda: None) -> None:
        first = self.path or Path(self._window.desk.folder) / f"experiment{ENDING}"
        path, _ = QFileDialog.getSaveFileName(self._window, tr("Save project"), str(first), FILTER)
        if path and not path.lower().endswith(ENDING):
            # The dialog has asked about another file.
            path += ENDING
            path = path if not Path(path).exists() or self._may_replace(path) else ""
        if path:
            self._save(Path(path), then)

    def revert(self) -> None:
        """Back to what the file holds."""
        if self.path is None:
            self.noticed.emit("This project has not been saved yet, so there is nothing to go back to.")
            return
        buttons = QMessageBox.StandardButton
        text = f"Go back to {self.path.name} as it was saved? What was changed since is lost."
        answer = QMessageBox.question(self._window, _TITLE, text, buttons.Ok | buttons.Cancel)
        if answer == buttons.Ok:
            path = self.path
            self._read(str(path), lambda found: self._show(found, path))

    def may_close(self) -> bool:
        """Asks where there are unsaved changes; with Save, the window closes by itself once all is on the disk."""
        if self._is_let_go:
            return True
        self.changes.update()
        if not self._document.is_modified:
            return True
        answer = self._asked()
        if answer == QMessageBox.StandardButton.Save:
            self.save(self._let_go)
        return answer == QMessageBox.StandardButton.Discard

    def end(self) -> None:
        """The window closes: what is being written is waited for."""
        self._disk.end()
        self.changes.end()
        self.autosaver.end()

    def fill(self) -> None:
        """A lab is looked at: it gets what was opened for it."""
        window, opened = self._window, self._opened
        if opened is None or window.experiment.catalogue is None:
            return
        if window.switch.made_chains is not None and "chains" in self._unfilled:
            self._unfilled.remove("chains")
            self.changes.forget("chains")
            showing.show_chains(window, opened)
        if window.switch.made_latent is not None and "latent" in self._unfilled:
            self._unfilled.remove("latent")
            self.changes.forget("latent")
            showing.show_latent(window, opened.project)

    # ---- private

    def _look(self) -> tuple[Project, Look]:
        return self.project(), state.look_of(self._window)

    def _read(self, path: str, then: Callable[[Checked], object]) -> None:
        self._disk.start(
            "open",
            partial(contents.read, Path(path)),
            lambda project: self._check(project, then, path),
            lambda text: self._refuse(path, text),
        )

    def _check(self, project: Project, then: Callable[[Checked], object], path: str = "") -> None:
        """Only the engine knows whether there are such models."""
        ready = self._window.experiment.catalogue
        if ready is None:
            self._awaits_engine = project, then, path
            self.noticed.emit("The project is opened as soon as the engine is ready.")
            return
        try:
            found = showing.check(project, ready)
        except Notice as notice:
            name = Path(path).name or "It"
            self._refuse(path, f"{name} cannot be opened: {str(notice).rstrip('.')}.")
            return
        then(found)

    def _refuse(self, path: str, text: str) -> None:
        self.noticed.emit(text)
        self.refused.emit(path)

    def _on_ready(self, ready: Ready) -> None:
        self._catalogue = ready
        if self._awaits_engine is not None:
            awaited, self._awaits_engine = self._awaits_engine, None
            self._check(*awaited)
        self.fill()

    def _show(self, found: Checked, path: Path | None) -> None:
        found = self._opened = showing.with_defaults(self._window, found)
        project = found.project
        self._unfilled = {"chains"} if project.chains is not None else set()
        self._unfilled |= {"latent"} if project.latent is not None else set()
        self._window.desk.forget_recipe()
        showing.show(self._window, found)
        self._set_path(path)
        self.fill()
        self._document.mark_saved()
        self.autosaver.forget()
        if path is not None:
            self.used.emit(str(path))
        if found.note:
            self.noticed.emit(found.note)

    def _restore(self, project: Project) -> None:
        def show(found: Checked) -> None:
            self._show(found, Path(project.origin) if project.origin else None)
            # No file holds it.
            self.changes.set_saved(None)
            self.autosaver.restored()

        self._check(project, lambda found: self._after_asking(lambda: show(found), self.autosaver.not_restored))

    def _save(self, path: Path, then: Callable[[], object]) -> None:
        project, look = self._look()
        version = self._document.version
        # A shared file tells nothing of where it lies.
        work = partial(saver.save, path, project.without_origin(), look)
        on_end = partial(self._on_saved, path, project, version, then)
        self._disk.start("save", lambda: work(), lambda result: on_end(), self.noticed.emit)

    def _on_saved(self, path: Path, project: Project, version: int, then: Callable[[], object]) -> None:
        self._set_path(path)
        self.used.emit(str(path))
        if self._document.version == version:
            self._document.mark_saved()
        self.changes.set_saved(state.essence(project))
        if not self._document.is_modified:
            self.autosaver.forget()
        self._window.statusBar().showMessage(tr(f"Saved as {path.name}."), _SAID_MSECS)
        then()

    def _may_replace(self, path: str) -> bool:
        buttons = QMessageBox.StandardButton
        text = f"{Path(path).name} is there already. Replace it?"
        return QMessageBox.question(self._window, _TITLE, text, buttons.Yes | buttons.No) == buttons.Yes

    def _let_go(self) -> None:
        self._is_let_go = True
        self._window.close()

    def _set_path(self, path: Path | None) -> None:
        self.path = path
        self._window.setWindowTitle(f"{_TITLE}[*]" if path is None else f"{path.stem}[*] \N{EM DASH} {_TITLE}")
        self._window.actions_by_name["revert"].setEnabled(path is not None)

    def _after_asking(self, then: Callable[[], object], on_cancel: Callable[[], object] = lambda: None) -> None:
        """Go on where nothing is lost, or the person lets it be lost, or once it is saved."""
        self.changes.update()
        answer = self._asked() if self._document.is_modified else QMessageBox.StandardButton.Discard
        if answer == QMessageBox.StandardButton.Save:
            self.save(then)
        elif answer == QMessageBox.StandardButton.Discard:
            then()
        else:
            on_cancel()

    def _asked(self) -> QMessageBox.StandardButton:
        buttons = QMessageBox.StandardButton
        name = self.path.name if self.path is not None else "this project"
        return QMessageBox.question(
            self._window, _TITLE, f"Save the changes of {name}?", buttons.Save | buttons.Discard | buttons.Cancel
        )
