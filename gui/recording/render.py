"""`main.py render`: a film of an experiment, picture by picture, off the wall clock; no window appears.

The same file and seed give the same pictures, however long each of them takes.
Not covered: what is drawn (stage.py), how long the film is (plan.py), the file (form.py, encoder.py).
"""

import os
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

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
from gui.recording.source import Scene
from gui.recording.stage import Stage

# Of the type: 1 is what is read at arm's length, from a picture of 720 rows.
_TYPE_SCALE = 1.6
# The engine works on the next pictures while one is drawn.
_AHEAD = 2
_BAR = "{l_bar}{bar}| {n_fmt}/{total_fmt} pictures, {elapsed}<{remaining} {postfix}"


class Wanted(msgspec.Struct, frozen=True):
    """A film as the person wants it. seconds, steps_a_picture: None is what suits the experiment."""

    form: Form
    seconds: float | None = None
    steps_a_picture: float | None = None
    theme: str = "dark"


def render(scenes: tuple[Scene, ...], wanted: Wanted) -> str:
    """Make the film, with a progress bar on stderr; returns a sentence. Raises Notice; then there is no film."""
    wanted = check(wanted)
    target = Path(wanted.form.path)
    form.check_place(str(target))
    plans = [plan_of(scene, wanted.form.rate, wanted.seconds, wanted.steps_a_picture) for scene in scenes]
    # Whole or not at all.
    new = target.with_name(f".{target.stem}.{os.getpid()}{target.suffix}")
    began, total = time.monotonic(), sum(plan.num_pictures for plan in plans)
    try:
        with (
            _Film(msgspec.structs.replace(wanted.form, path=str(new)), wanted.theme) as film,
            tqdm(total=total, file=sys.stderr, bar_format=_BAR) as bar,
        ):
            for pixels in pictures(scenes, plans, wanted):
                film.add(pixels)
                bar.update()
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


def pictures(scenes: tuple[Scene, ...], plans: list[Plan], wanted: Wanted) -> Iterator[bytes]:
    """The pixels of every picture of the film."""
    app = QApplication.instance() or application()
    look = theme.theme_named(wanted.theme)
    assert isinstance(app, QApplication)
    theme.apply(app, look, _TYPE_SCALE)
    size = QSize(wanted.form.width, wanted.form.height)
    for scene, plan in zip(scenes, plans, strict=True):
        stage = Stage(scene, look, size)
        with FilmEngine(scene.recipe) as engine:
            stage.open(engine.answer())
            yield from _filmed(stage, engine, plan)
        stage.deleteLater()


def application() -> QApplication:
    """Qt without a screen."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    return QApplication(sys.argv[:1])


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


class _Film:
    """The encoder as a context that waits for it, and raises Notice for what goes wrong."""

    def __init__(self, wanted: Form, theme_name: str) -> None:
        self._reasons: list[str] = []
        ground = theme.theme_named(theme_name).plot
        command: Callable[[], list[str]] = partial(_command, wanted, ground)
        head = stream.head(wanted.width, wanted.height, wanted.rate)
        self._encoder = Encoder(command, wanted.path, self._reasons.append, head=head)
        self._num = 0

    def __enter__(self) -> "_Film":
        return self

    def add(self, pixels: bytes) -> None:
        if not self._encoder.put(self._num, pixels, waits=True):
            self._end()
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
