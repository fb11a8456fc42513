"""A window that nobody looks at, filmed off the clock: time passes from picture to picture, in it and in its engine.

It is the same window that a person has, so that a film shows what a lecture shows. It keeps nothing on the disk.
Not covered: what is played in it (lesson_film.py, project_film.py).
"""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QCoreApplication, QEvent, QSettings, QSize
from PySide6.QtWidgets import QApplication

from engine.notice import Notice
from gui import theme
from gui.recording.film_link import FilmLink
from gui.recording.film_timers import FilmTimers
from gui.recording.grabber import on_screen
from gui.timeline_bar import TimelineBar
from gui.window import Window

# A window needs so much; a smaller film is that one made smaller.
_LEAST = QSize(1280, 720)
_MOST_ROUNDS = 100
# Files of a lesson are read in a thread.
_MOST_WAIT_SECS = 60.0
_POLL_SECS = 0.001


class Studio:
    """To be used as a context; `window` is ready, and its engine too."""

    def __init__(self, film: QSize, theme_name: str, pace: float) -> None:
        """film: its size in pixels.  pace: steps a second of what goes as fast as it can."""
        self._folder = tempfile.TemporaryDirectory(prefix="energyscape-film-")
        self._film, self._theme = film, theme_name
        self.link = FilmLink(pace)
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        self._app = app
        # What the person is to know of the film, and what would only be in the way in it.
        self.notices: list[str] = []

    def __enter__(self) -> "Studio":
        folder = Path(self._folder.name)
        store = QSettings(str(folder / "settings.ini"), QSettings.Format.IniFormat)
        for name, value in (("tour/is_seen", True), ("autosave/is_on", False), ("preferences/theme", self._theme)):
            store.setValue(name, value)
        # Before the window is made: Qt gives the type of an app to what is made from then on, until its loop runs.
        theme.apply(self._app, theme.theme_named(self._theme))
        self.window = Window(self.link, store, folder)
        self.window.strip.tell_instead(self._take_notice)
        self._timers = FilmTimers(self.window)
        self.size = window_size(self._film)
        self.window.resize(self.size)
        self.window.show()
        # The one time that Qt's own loop runs: it gives the window its place.
        self._app.processEvents()
        self.window.complete()
        self.window.experiment.start()
        self.link.pass_by(0.0)
        self.settle()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.link.stop()
        # Before it is asked whether there is something to be saved.
        self.window.lecture.leave()
        self.window.document.mark_saved()
        self.window.close()
        self.window.deleteLater()
        self._folder.cleanup()

    def pass_by(self, seconds: float) -> None:
        """So much time passes; then all has come to rest."""
        self._timers.pass_by(seconds)
        self._come_to_rest()
        self.link.pass_by(seconds)
        self.settle()

    def settle(self) -> None:
        """What was asked is answered, and what has changed is painted; no time passes."""
        for _ in range(_MOST_ROUNDS):
            self._come_to_rest()
            if not self.link.has_waiting:
                break
            self.link.pass_by(0.0)

    def _come_to_rest(self) -> None:
        """All has its place and its size, before the engine is told of them.

        On the way there Qt styles widgets in an order that is another one each time, and with them sizes and views.
        A landscape of such a view would leave its mark: the zero of the colours is the lowest energy so far.
        """
        for _ in range(_MOST_ROUNDS):
            QCoreApplication.sendPostedEvents()
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
            if not self._timers.fire():
                break

    def wait_for(self, is_there: Callable[[], bool], what: str) -> None:
        """Settle until it is so: something is read from the disk. Raises Notice where it takes too long."""
        until = time.monotonic() + _MOST_WAIT_SECS
        self.settle()
        while not is_there():
            if time.monotonic() > until:
                raise Notice(f"{what} has not come within {_MOST_WAIT_SECS:.0f} seconds.")
            time.sleep(_POLL_SECS)
            self.settle()

    def hide_what_is_for_hands(self) -> None:
        """Of a lecture: what only somebody with a mouse has use for."""
        self.window.lecture.overlay.hide()
        marks = self.window.lecture.marks
        for name in tuple(marks.names):
            marks.mark(name, False)
        for bar in self.window.findChildren(TimelineBar):
            bar.hide()
        self.settle()

    def _take_notice(self, text: str) -> None:
        if text not in self.notices:
            self.notices.append(text)

    def picture(self) -> bytes:
        """The pixels of the window, rows from the top, four bytes each."""
        image = on_screen(self.window)
        assert image.size() == self.size
        return bytes(image.constBits())


def window_size(film: QSize) -> QSize:
    """That of the window: as large as the film, or of its shape and as large as a window must be."""
    scale = max(1.0, _LEAST.width() / film.width(), _LEAST.height() / film.height())
    return QSize(*(2 * round(scale * side / 2) for side in film.toTuple()))
