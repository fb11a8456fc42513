"""`main.py render`: a film of a recipe, a project or a lesson, picture by picture, off the wall clock.

No window appears.

The same file and seed give the same pictures, however long each of them takes.
Not covered: what is drawn of a recipe (stage.py) and how long that is (plan.py), the window that projects and lessons
are played in (studio.py), the file (form.py, encoder.py).
"""

import contextlib
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication
from tqdm import tqdm

from engine.notice import Notice
from gui import theme
from gui.recording import encoder, form, stream
from gui.recording.encoder import Encoder
from gui.recording.film_engine import FilmEngine
from gui.recording.form import Form
from gui.recording.plan import Plan, plan_of
from gui.recording.recorder import length_in_words
from gui.recording.source import Scene, Source
from gui.recording.stage import Stage

if TYPE_CHECKING:
    from gui.recording.played import Played

# Of the type: 1 is what is read at arm's length, from a picture of 720 rows.
_TYPE_SCALE = 1.6
# The engine works on the next pictures while one is drawn.
_AHEAD = 2
# Begins a line on stderr with what the person is to know of the film; rendering.py reads it.
_NOTE = "note: "
_BAR = "{l_bar}{bar}| {n_fmt}/{total_fmt} pictures, {elapsed}<{remaining} {postfix}"


class Wanted(msgspec.Struct, frozen=True):
    """A film as the person wants it. seconds, steps_a_picture: None is what suits the experiment."""

    form: Form
    seconds: float | None = None
    steps_a_picture: float | None = None
    theme: str = "dark"


def render(source: Source, wanted: Wanted) -> str:
    """Make the film, with a progress bar on stderr; returns a sentence. Raises Notice; then there is no film."""
    wanted = check(wanted)
    target = Path(wanted.form.path)
    form.check_place(str(target))
    # Whole or not at all.
    new = form.unfinished(target, os.getpid())
    began = time.monotonic()
    shown = pictures_of(source, wanted)
    total = shown.num
    try:
        with (
            _Film(msgspec.structs.replace(wanted.form, path=str(new)), wanted.theme, shown.size) as film,
            tqdm(total=total, file=sys.stderr, bar_format=_BAR) as bar,
            _interrupted() as is_interrupted,
        ):
            for pixels in shown.pixels:
                film.add(pixels)
                bar.update()
                if is_interrupted():
                    raise KeyboardInterrupt
        os.replace(new, target)
    finally:
        new.unlink(missing_ok=True)
    took, length = time.monotonic() - began, total / wanted.form.rate
    return f"{length_in_words(length)} of film in {took:.1f} s ({total / took:.0f} pictures a second). See {target}"


def check(wanted: Wanted) -> Wanted:
    """Raises Notice for what cannot be had."""
    form.checked(wanted.form)
    for value, name in ((wanted.seconds, "--seconds"), (wanted.steps_a_picture, "--steps-per-picture")):
        if value is not None and not 0 < value < 1e6:
            raise Notice(f"{name} is {value:g}; it must be above 0 and below a million.")
    return wanted


class Pictures(NamedTuple):
    """Of a film: how many (num), their size, which may be a larger one of the same shape, and the pixels of each."""

    num: int
    size: QSize
    pixels: Iterator[bytes]


def pictures_of(source: Source, wanted: Wanted) -> Pictures:
    """Raises Notice for what cannot be filmed so."""
    size = QSize(wanted.form.width, wanted.form.height)
    if isinstance(source, Scene):
        plan = plan_of(source, wanted.form.rate, wanted.seconds, wanted.steps_a_picture)
        return Pictures(plan.num_pictures, size, _of_scene(source, plan, wanted))
    # The whole window comes with these.
    from gui.recording.played import played
    from gui.recording.studio import window_size

    film = played(source, wanted.form.rate, wanted.seconds, wanted.steps_a_picture)
    return Pictures(film.num_pictures, window_size(size), _of_window(film, wanted))


def application() -> QApplication:
    """Qt, without a screen if it is not there yet."""
    found = QApplication.instance()
    if found is None:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        # A film has the size that is asked for, whatever the person's screen is like.
        os.environ.pop("QT_SCALE_FACTOR", None)
        found = QApplication(sys.argv[:1])
    assert isinstance(found, QApplication)
    return found


def _of_scene(scene: Scene, plan: Plan, wanted: Wanted) -> Iterator[bytes]:
    look = theme.theme_named(wanted.theme)
    theme.apply(application(), look, _TYPE_SCALE)
    stage = Stage(scene, look, QSize(wanted.form.width, wanted.form.height))
    with FilmEngine(scene.recipe) as engine:
        stage.open(engine.answer())
        yield from _filmed(stage, engine, plan)
    stage.deleteLater()


def _of_window(film: "Played", wanted: Wanted) -> Iterator[bytes]:
    from gui.recording.studio import Studio

    application()
    with Studio(QSize(wanted.form.width, wanted.form.height), wanted.theme, film.pace) as studio:
        yield from film.pictures(studio)
        for notice in studio.notices:
            tqdm.write(f"{_NOTE}{notice}", file=sys.stderr)


def _filmed(stage: Stage, engine: FilmEngine, plan: Plan) -> Iterator[bytes]:
    asked = 0
    for picture in range(plan.num_pictures):
        while asked < min(plan.num_pictures, picture + _AHEAD):
            steps = plan.step_at(asked) - (plan.step_at(asked - 1) if asked else 0)
            engine.ask(stage.views()[:1] if asked == 0 else (), steps)
            asked += 1
        for message in engine.answer():
            stage.show_message(message)
        yield stage.picture()


@contextlib.contextmanager
def _interrupted() -> Iterator[Callable[[], bool]]:
    """Whether somebody has pressed Ctrl+C: Qt lets what is raised within its calls go."""
    pressed: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, frame: pressed.append(number))
    try:
        yield lambda: bool(pressed)
    finally:
        signal.signal(signal.SIGINT, before)


class _Film:
    """The encoder as a context that waits for it, and raises Notice for what goes wrong."""

    def __init__(self, wanted: Form, theme_name: str, size: QSize) -> None:
        self._reasons: list[str] = []
        ground = theme.theme_named(theme_name).plot
        command: Callable[[], list[str]] = partial(_command, wanted, ground)
        head = stream.head(size.width(), size.height(), wanted.rate)
        self._encoder = Encoder(command, wanted.path, self._reasons.append, head=head)
        self._num, self._rate = 0, wanted.rate
        self._last, self._last_num = b"", 0

    def __enter__(self) -> "_Film":
        return self

    def add(self, pixels: bytes) -> None:
        """The next picture; where nothing has moved, the one before is shown for longer."""
        # Now and then in any case, so that ffmpeg is never far behind.
        is_news = pixels != self._last or self._num - self._last_num >= self._rate
        if is_news:
            if not self._encoder.put(self._num, pixels, waits=True):
                self._end()
            self._last, self._last_num = pixels, self._num
        self._num += 1

    def __exit__(self, kind: object, *about: object) -> None:
        if kind is None:
            self._end()
        self._encoder.close()
        self._encoder.join()

    def _end(self) -> None:
        self._encoder.close(self._num)
        self._encoder.join()
        if self._reasons[0]:
            raise Notice(f"The film could not be made: {self._reasons[0].rstrip('.')}.")


def _command(wanted: Form, ground: str) -> list[str]:
    return form.command(encoder.ffmpeg(), wanted, ground=ground, is_live=False)
