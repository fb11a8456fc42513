"""What is played in a window that is filmed off the clock: a lesson or a project."""

from collections.abc import Iterator
from typing import Protocol

from engine.notice import Notice
from gui.projects.project import Project
from gui.recording.lesson_film import LessonFilm
from gui.recording.project_film import ProjectFilm
from gui.recording.source import PlayedLesson
from gui.recording.studio import Studio


class Played(Protocol):
    """pace: steps a second, at first, of what goes as fast as it can."""

    num_pictures: int
    pace: float

    def pictures(self, studio: Studio) -> Iterator[bytes]: ...


def played(source: PlayedLesson | Project, rate: int, seconds: float | None, steps_a_picture: float | None) -> Played:
    """rate: pictures a second.  seconds, steps_a_picture: None is what suits it. Raises Notice."""
    if isinstance(source, Project):
        return ProjectFilm(source, rate, seconds, steps_a_picture)
    if steps_a_picture is not None:
        raise Notice("--steps-per-picture is of recipes and projects; a lesson says how fast it goes.")
    return LessonFilm(source.lesson, source.folder, rate, seconds)
