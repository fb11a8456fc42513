"""Autosaves of one window, and the offer to restore those that windows left behind.

While there are unsaved changes, an autosave is never older than half a minute; when all is saved there is none.
Not covered: the files and their locks (autosaves.py).
"""

import contextlib
from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from gui.document import Document
from gui.projects import autosaves, contents, saver
from gui.projects.autosaves import Autosave
from gui.projects.background import Background
from gui.projects.offer import Offer
from gui.projects.project import Project
from gui.projects.thumbnail import Look

# Weights that it holds may be two seconds older, and it takes a moment to write.
EVERY_SECS = 25
# At a pause the engine still sends the last weights.
_SOON_MSECS = 500


class Autosaver(QObject):
    """`restore_wanted` with a project; whoever shows it calls `restored`, or `not_restored`."""

    restore_wanted = Signal(object)
    noticed = Signal(str)

    def __init__(
        self,
        folder: Path,
        document: Document,
        look: Callable[[], tuple[Project, Look]],
        offer: Offer,
        parent: QObject,
        is_on: Callable[[], bool] = lambda: True,
    ) -> None:
        """look: what there is to save now.  is_on: whether the person wants autosaves; asked each time."""
        super().__init__(parent)
        self._is_on = is_on
        self._document, self._look, self._offer = document, look, offer
        self._work = Background("autosave", self)
        self._own = autosaves.begin(folder)
        # The newest first; the first is the one that is offered.
        self._left = autosaves.left_behind(folder)
        self._offered: Project | None = None
        self._restored: Autosave | None = None
        self._last: object = None
        self._is_refused = False
        self._timer = QTimer(self, interval=1000 * EVERY_SECS)
        self._timer.timeout.connect(self.save)
        self._soon = QTimer(self, interval=_SOON_MSECS, singleShot=True)
        self._soon.timeout.connect(self.save)
        self._timer.start()
        offer.restore_chosen.connect(self._on_restore)
        offer.discard_chosen.connect(self._on_discard)
        offer.later_chosen.connect(self._on_later)
        self._look_at_left()

    @property
    def is_busy(self) -> bool:
        """Whether one is being written or read."""
        return self._work.is_busy

    def save_soon(self) -> None:
        """At a play or a pause."""
        self._soon.start()

    def save(self) -> None:
        """Now, in a thread, if there is anything new to be saved."""
        if self._own is None:
            return
        if not self._document.is_modified or not self._is_on():
            self.forget()
            return
        project, look = self._look()
        stamp = self._document.version, project.landscape, project.chains, project.latent, project.marks
        if stamp == self._last:
            return
        self._last = stamp
        self._work.start("save", partial(saver.save, self._own.path, project, look), self._on_saved, self._on_refused)

    def forget(self) -> None:
        """All is saved elsewhere: there is nothing to restore."""
        self._last = None
        if self._own is not None:
            self._own.remove()

    def restored(self) -> None:
        """It is in this window: its own autosave takes the place of the one that was left."""
        self._restored = self._left.pop(0)
        self._last = None
        self.save()

    def not_restored(self) -> None:
        """It stays, and is offered again at the next start."""
        self._on_later()

    def end(self) -> None:
        """The window ends well."""
        self._timer.stop()
        self._soon.stop()
        self._work.end()
        for each in self._left:
            each.leave()
        if self._restored is not None:
            self._restored.end()
        if self._own is not None:
            self._own.end()

    # ---- private

    def _on_saved(self, result: object) -> None:
        self._is_refused = False
        if self._restored is not None:
            self._restored.end()
            self._restored = None
        if not self._document.is_modified:
            # It was saved elsewhere meanwhile.
            self.forget()

    def _on_refused(self, text: str) -> None:
        self._last = None
        # Once, not every half minute.
        if not self._is_refused:
            self._is_refused = True
            self.noticed.emit(f"There is no autosave: {text}")

    def _look_at_left(self) -> None:
        if self._left:
            path = self._left[0].path
            self._work.start("read", partial(contents.read, path), self._on_read, lambda text: self._on_discard())

    def _on_read(self, project: Project) -> None:
        self._offered = project
        with contextlib.suppress(OSError):
            self._offer.show_project(project, self._left[0].path.stat().st_mtime)

    def _on_restore(self) -> None:
        self.restore_wanted.emit(self._offered)

    def _on_discard(self) -> None:
        self._left.pop(0).end()
        self._look_at_left()

    def _on_later(self) -> None:
        for each in self._left:
            each.leave()
        self._left = []
