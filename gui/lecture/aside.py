"""What a person works at, laid aside while a lesson is played in the same window, and brought back as it was.

Runs of the landscape lab wait in the engine, so that they go on exactly where they were. Chains begin again from their
start, and a model of pictures is opened again, if the lesson has used those labs.
"""

from typing import TYPE_CHECKING

from engine.messages import LatentReady, Ready
from engine.notice import Notice
from gui.projects import showing
from gui.projects.project import Project

if TYPE_CHECKING:
    from gui.window import Window


class Aside:
    """Laid aside when it is made, until `bring_back`."""

    def __init__(self, window: "Window") -> None:
        self._window = window
        self.project: Project = window.projects.project()
        self._ready: Ready | None = window.experiment.catalogue
        self._walked, session = window.switch.walks.is_playing, window.switch.session
        self._shelf, self._item, self._kept = session.shelf, session.item, session.kept
        window.switch.walks.play(False)
        window.projects.aside = self.project
        # The runs first: new points are then not theirs.
        self._runs = window.experiment.lay_aside()
        self._sketch = window.document.lay_aside()

    def bring_back(self, has_used_chains: bool, has_used_latent: bool) -> None:
        """has_used: whether the lesson has been in these labs."""
        window = self._window
        window.experiment.take_back(self._runs)
        window.document.take_back(self._sketch)
        ready = window.experiment.catalogue or self._ready
        if ready is not None:
            self._bring_back_labs(ready, has_used_chains, has_used_latent)
        window.projects.aside = None
        window.projects.changes.update()

    def _bring_back_labs(self, ready: Ready, has_used_chains: bool, has_used_latent: bool) -> None:
        window, project = self._window, self.project
        try:
            found = showing.with_defaults(window, showing.check(project, ready))
        except Notice as notice:
            window.strip.show_notice(str(notice))
            return
        if has_used_chains and found.chains is not None:
            showing.show_chains(window, found)
            window.switch.walks.play(self._walked)
        if has_used_latent and found.project.latent is not None:
            self._bring_back_pictures(found.project)

    def _bring_back_pictures(self, project: Project) -> None:
        """The model, the page, the shelf, and the picture that was looked at."""
        session = self._window.switch.session
        is_other = self._kept is not None and session.kept != self._kept
        if not is_other:
            self._show_shelf()
            return
        session.ready_came.connect(self._on_ready)
        showing.show_latent(self._window, project)

    def _on_ready(self, ready: LatentReady) -> None:
        self._window.switch.session.ready_came.disconnect(self._on_ready)
        self._show_shelf()

    def _show_shelf(self) -> None:
        session = self._window.switch.session
        session.shelf = self._shelf
        session.shelf_changed.emit()
        if self._item is not None:
            session.look_at(self._item)
