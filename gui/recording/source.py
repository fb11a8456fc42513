"""What a film is rendered from: a recipe, a project or a lesson, by what is in the file.

Not covered: how each is made into pictures (render.py).
"""

from collections.abc import Iterable
from pathlib import Path

import msgspec

from engine import recipe
from engine.notice import Notice
from engine.recipe import ChainsRecipe, LatentRecipe, Recipe
from gui.lecture import lesson
from gui.lecture.lesson import Lesson
from gui.projects import contents
from gui.projects.container import ENDING
from gui.projects.project import Project

LESSONS = Path(__file__).resolve().parents[2] / "assets" / "lessons"


class Scene(msgspec.Struct, frozen=True):
    """One experiment with a title (empty: what learns or walks in it) and a line of text beside it.

    seconds: how long it is shown; None: as long as the experiment takes.
    """

    recipe: Recipe | ChainsRecipe
    title: str = ""
    text: str = ""
    seconds: float | None = None


class PlayedLesson(msgspec.Struct, frozen=True):
    """folder: where its projects lie."""

    lesson: Lesson
    folder: Path


Source = Scene | PlayedLesson | Project


def load_render_source(path: Path | None, settings: Iterable[str] = ()) -> Source:
    """What is in a file; without a file, the default lesson, or where settings are given, the default experiment.

    settings: changes of a recipe, as `run` takes them.  Raises Notice: no such file, or nothing to film in it.
    """
    settings = tuple(settings)
    if path is None and not settings:
        path = default_lesson()
    is_project = path is not None and path.suffix.lower() == ENDING
    if path is None or not (is_project or _is_lesson(path)):
        return _scene(path, settings)
    if settings:
        raise Notice(f"--set changes a recipe; {path.name} is none.")
    return contents.read(path) if is_project else PlayedLesson(lesson.read(path), path.parent)


def default_lesson() -> Path:
    """The first one of those that come with the app."""
    return min(LESSONS.glob("*.json"))


def _is_lesson(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return lesson.is_lesson(file.read(lesson.MAX_BYTES))
    except OSError:
        return False  # who reads it says why


def _scene(path: Path | None, settings: tuple[str, ...]) -> Scene:
    wanted = recipe.read(path, settings)
    if isinstance(wanted, LatentRecipe):
        raise Notice("Films are made of the landscape and the chains lab; this recipe is of the latent lab.")
    return Scene(wanted, text=_subject(wanted))


def _subject(wanted: Recipe | ChainsRecipe) -> str:
    """What the experiment is about: its landscape, or its data."""
    if isinstance(wanted, ChainsRecipe) and wanted.energy is not None:
        energy = wanted.energy
        return f"E(x, y) = {energy.formula}" if energy.formula else _words(energy.analytic or "")
    data = wanted.data
    assert data is not None  # a recipe without an energy has data
    return _words(data.preset or "") or data.word or Path(data.file or "").stem or "sketch"


def _words(name: str) -> str:
    return name.replace("_", " ")
