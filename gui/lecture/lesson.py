"""A lesson as data: cues that are shown one after another, as JSON.

A file is checked as a whole before anything of it is shown: types, lengths, and that it names no file outside of its
own folder. Not covered: whether there are such models, knobs and pictures, which the engine knows (stage.py).
"""

import math
import re
from pathlib import Path
from typing import Any, Literal

import msgspec

from engine import recipe
from engine.knobs import Value
from engine.messages import Extent
from engine.notice import Notice
from engine.recipe import AnyRecipe, LatentRecipe, Model, Recipe
from gui.projects.container import ENDING

MAX_BYTES = 4 * 2**20
MAX_CUES, MAX_LETTERS, MAX_CONTROLS, MAX_BESIDE = 100, 4000, 12, 3
MAX_SECONDS = 600.0
_MAX_TITLE = 120
_FILE_NAME = re.compile(r"[\w][\w .\-]*")
# A picture would be loaded from wherever the text says.
_PICTURE_OR_HTML = re.compile(r"!\[|<[a-zA-Z/!?]")
_CONTROL = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?")


class Camera(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Which part of the plane is seen: an extent, or the home view enlarged by `zoom` about its middle.

    seconds: how long the view moves there.
    """

    extent: Extent | None = None
    zoom: float = 1.0
    seconds: float = 1.5


class Play(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The clock runs, until the step `to` where there is one. per_second: None is as fast as the engine goes."""

    to: int | None = None
    per_second: float | None = None


class Turn(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"start": "from", "end": "to"}):
    """A knob that turns by itself, after `wait` seconds. knob: its name as in `Cue.controls`."""

    knob: str
    start: float
    end: float
    seconds: float
    wait: float = 0.0


class Look(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How the plane is looked at; what is left out is as usual.

    shown: commands of layers that are on beside the usual ones (contours, data, samples).  hidden: usual ones that are
    off.  view: knobs of the page View, or of the chains lab's.
    """

    mode: Literal["energy", "density", "log_density"] = "energy"
    temperature: float = 1.0
    shown: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    view: dict[str, Value] = {}


class Pick(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """`count` pictures of the set, drawn by `seed`: of a class `label`, or with an attribute.

    sample: made by the model from the `prior` of Pictures, not of the set.
    """

    count: int = 1
    seed: int = 0
    label: int = -1
    attribute: str = ""
    sample: bool = False


class Pictures(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The latent lab: shipped weights by their name, the page, and which pictures lie where.

    places: by the name of a place of the page ("A", "B", "C"), or "looked at".
    prior: what codes of samples are drawn from, those of the page Generate too.
    """

    model: str
    page: str
    places: dict[str, Pick] = {}
    prior: Literal["standard", "gaussian", "mixture", "posterior"] = "standard"


class Cue(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One thing to be seen, and what is said of it.

    Of recipe, project and pictures at most one; with none of them, all stays that the cues before have brought.
    recipe: of the landscape or the chains lab.  beside: more models on the same points.  project: a file beside the
    lesson's.  knobs: what knobs are turned to when it begins, such as {"model.sigma": 0.1}.
    controls: what the audience sees of the controls, such as "play", "temperature", "model.sigma".
    seconds: how long it is shown in a film; None: as long as its words and what moves in it take.
    """

    title: str
    text: str = ""
    equation: str = ""
    recipe: dict[str, Any] | None = None
    beside: tuple[Model, ...] = ()
    project: str = ""
    pictures: Pictures | None = None
    look: Look = Look()
    camera: Camera | None = None
    play: Play | None = None
    knobs: dict[str, Value] = {}
    controls: tuple[str, ...] = ()
    turn: Turn | None = None
    seconds: float | None = None

    @property
    def has_state(self) -> bool:
        """Whether it brings an experiment of its own."""
        return self.recipe is not None or bool(self.project) or self.pictures is not None

    @property
    def made(self) -> AnyRecipe | None:
        """The recipe, checked."""
        return None if self.recipe is None else recipe.any_from_plain(self.recipe)


class Lesson(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """summary: a sentence for the page of lessons."""

    title: str
    cues: tuple[Cue, ...]
    summary: str = ""
    version: Literal[1] = 1


def read(path: Path) -> Lesson:
    """The lesson in a file. Raises Notice, in one sentence that names the file, for whatever is wrong with it."""
    try:
        with path.open("rb") as file:
            # One byte more tells that there is more, and a device that never ends cannot fill the memory.
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise Notice(f"{path.name} cannot be read: {error.strerror}.") from None
    try:
        return from_bytes(content)
    except Notice as notice:
        raise Notice(f"{path.name} cannot be opened as a lesson: {str(notice).rstrip('.')}.") from None


def from_bytes(content: bytes) -> Lesson:
    """A checked lesson. Raises Notice."""
    if len(content) > MAX_BYTES:
        raise Notice(f"it is larger than {MAX_BYTES >> 20} MiB")
    try:
        lesson = msgspec.json.decode(content, type=Lesson)
    except msgspec.ValidationError as error:
        raise Notice(recipe.in_words(str(error))) from None
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        raise Notice("it is not JSON") from None
    return checked(lesson)


def to_bytes(lesson: Lesson) -> bytes:
    """As a file holds it; `from_bytes` of it gives the same lesson."""
    return msgspec.json.format(msgspec.json.encode(lesson), indent=1) + b"\n"


def is_lesson(content: bytes) -> bool:
    """Whether a JSON file is meant to be one: recipes have no cues."""
    return len(content) <= MAX_BYTES and b'"cues"' in content


def checked(lesson: Lesson) -> Lesson:
    """The lesson itself. Raises Notice for what no schema says."""
    _check_title(lesson.title, "its title")
    _check_length(lesson.summary, 400, "its summary")
    if not 1 <= len(lesson.cues) <= MAX_CUES:
        raise Notice(f"it has {len(lesson.cues)} cues; a lesson has 1 to {MAX_CUES}")
    if not lesson.cues[0].has_state:
        raise Notice("its first cue needs a recipe, a project or pictures: there is nothing before it that stays")
    for number, cue in enumerate(lesson.cues, 1):
        try:
            _check_cue(cue)
        except Notice as notice:
            raise Notice(f"cue {number}: {notice}") from None
    return lesson


def _check_cue(cue: Cue) -> None:
    _check_title(cue.title, "its title")
    _check_length(cue.text, MAX_LETTERS, "its text")
    if _PICTURE_OR_HTML.search(cue.text):
        raise Notice("its text holds a picture or HTML; a few lines of Markdown are enough")
    _check_length(cue.equation, 1000, "its equation")
    if sum((cue.recipe is not None, bool(cue.project), cue.pictures is not None)) > 1:
        raise Notice("it needs at most one of recipe, project and pictures")
    if cue.project and not (_FILE_NAME.fullmatch(cue.project) and cue.project.endswith(ENDING)):
        raise Notice(f"its project is {cue.project!r}; it must be the name of a {ENDING} file in the lesson's folder")
    made = cue.made
    if isinstance(made, LatentRecipe):
        raise Notice("its recipe is of the latent lab, for which a cue has pictures")
    if made is not None and made.data is not None and made.data.file is not None:
        raise Notice("its recipe reads a file; a lesson's points are its own")
    if len(cue.beside) > MAX_BESIDE or (cue.beside and not isinstance(made, Recipe)):
        raise Notice(f"beside it are at most {MAX_BESIDE} models, on the points of a recipe of the landscape lab")
    if cue.pictures is not None:
        _check_pictures(cue.pictures)
    _check_look(cue)
    _check_motion(cue)


def _check_pictures(pictures: Pictures) -> None:
    if len(pictures.places) > 8:
        raise Notice("its pictures lie in more than 8 places")
    for pick in pictures.places.values():
        if not (1 <= pick.count <= 200 and 0 <= pick.seed < 2**31 and -1 <= pick.label < 1000):
            raise Notice("a place has 1 to 200 pictures, and its seed is not negative")


def _check_look(cue: Cue) -> None:
    for names in (cue.controls, cue.look.shown, cue.look.hidden, tuple(cue.knobs)):
        if len(names) > MAX_CONTROLS or not all(_CONTROL.fullmatch(name) for name in names):
            raise Notice(f"it names at most {MAX_CONTROLS} controls each, in small letters")
    if not 0.05 <= cue.look.temperature <= 20:
        raise Notice(f"its temperature is {cue.look.temperature:g}; it must be from 0.05 to 20")


def _check_motion(cue: Cue) -> None:
    camera, play, turn = cue.camera, cue.play, cue.turn
    if cue.seconds is not None:
        _check_seconds(cue.seconds)
    if camera is not None:
        _check_seconds(camera.seconds)
        if not 0.02 <= camera.zoom <= 1000:
            raise Notice(f"its zoom is {camera.zoom:g}; it must be from 0.02 to 1000")
        if camera.extent is not None:
            x0, x1, y0, y1 = camera.extent
            if not (all(map(math.isfinite, camera.extent)) and x0 < x1 and y0 < y1):
                raise Notice("its extent must be x0, x1, y0, y1, with x0 < x1 and y0 < y1")
    if play is not None:
        if play.to is not None and not 1 <= play.to <= 10_000_000:
            raise Notice(f"it plays to step {play.to}")
        if play.per_second is not None and not 0 < play.per_second < math.inf:
            raise Notice(f"it plays {play.per_second:g} steps a second")
    if turn is not None:
        _check_seconds(turn.seconds)
        _check_seconds(turn.wait)
        if not (_CONTROL.fullmatch(turn.knob) and math.isfinite(turn.start) and math.isfinite(turn.end)):
            raise Notice("its knob turns from one number to another")


def _check_seconds(seconds: float) -> None:
    if not 0 <= seconds <= MAX_SECONDS:
        raise Notice(f"it takes {seconds:g} seconds; it must be from 0 to {MAX_SECONDS:g}")


def _check_title(title: str, what: str) -> None:
    if not title.strip():
        raise Notice(f"{what} is empty")
    _check_length(title, _MAX_TITLE, what)


def _check_length(text: str, most: int, what: str) -> None:
    if len(text) > most:
        raise Notice(f"{what} has {len(text):,} letters; {most:,} is the most")
