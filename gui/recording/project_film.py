"""A project as a film: it is opened, and what is in it plays on from where it was saved, in the lab that was looked at.

Training goes on, chains walk; of the latent lab's sliders the first one goes to both ends and back. The panels are
hidden, as in a lecture. Not covered: the window in which it is played (studio.py).
"""

import math
from collections.abc import Iterator

from gui.latent.landscape_page import LandscapePage
from gui.latent.slide_page import SlidePage
from gui.lecture import controls
from gui.projects.project import Project
from gui.projects.state import BOTTOM
from gui.recording.studio import Studio

_SECONDS = 20.0
_EASY_PACE = 60.0
# A slider is there and back in so many seconds.
_SWING_SECS = 8.0
_SWING = 0.4  # to either side, in shares of the slider


class ProjectFilm:
    """`num_pictures`, and the pictures one after another."""

    def __init__(self, project: Project, rate: int, seconds: float | None, steps_a_picture: float | None) -> None:
        """rate: pictures a second.  steps_a_picture: None is the project's speed."""
        self._project, self._rate = project, rate
        self._has_own_pace = steps_a_picture is not None
        self.pace = _EASY_PACE if steps_a_picture is None else steps_a_picture * rate
        self.num_pictures = max(1, round((_SECONDS if seconds is None else seconds) * rate))

    def pictures(self, studio: Studio) -> Iterator[bytes]:
        """Raises Notice for what this engine has not."""
        studio.link.pace = self.pace
        self._open(studio)
        for number in range(self.num_pictures):
            self._swing(studio, number / self._rate)
            studio.settle()
            yield studio.picture()
            studio.pass_by(1 / self._rate)

    def _open(self, studio: Studio) -> None:
        window, layout = studio.window, self._project.layout
        window.projects.take(self._project)
        studio.settle()
        window.lecture.enter((studio.size.width(), studio.size.height()))
        for name in BOTTOM:
            # Lecture mode has hidden it.
            if layout.lab == "landscape" and layout.checked.get(name) and not window.actions_by_name[name].isChecked():
                window.actions_by_name[name].trigger()
        studio.hide_what_is_for_hands()
        if self._has_own_pace:
            window.experiment.set_speed(None)
            if window.switch.made_chains is not None:
                window.chains.set_speed(None)
        if self._plays(studio):
            window.page.play(True)

    def _plays(self, studio: Studio) -> bool:
        """Whether there is something that can."""
        latent = studio.window.switch.made_latent
        if latent is None or studio.window.page is not latent:
            return True
        return isinstance(latent.tabs.currentWidget(), LandscapePage)

    def _swing(self, studio: Studio, seconds: float) -> None:
        latent = studio.window.switch.made_latent
        if latent is not None and studio.window.page is latent and isinstance(latent.tabs.currentWidget(), SlidePage):
            share = 0.5 + _SWING * math.sin(2 * math.pi * seconds / _SWING_SECS)
            controls.turn(studio.window, "latent.axis_1", share)
