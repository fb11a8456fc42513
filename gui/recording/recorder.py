"""A live film of the window: pictures when they are due, to an encoder that no one waits for.

Where the encoder or the window is late, a picture is shown for longer, so that the film's clock stays true.
Not covered: how a picture is made (grabber.py), what the person chooses (dialog.py).
"""

import time
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, QRect, Qt, QTimer, Signal
from PySide6.QtWidgets import QWidget

from engine.notice import Notice
from gui.recording import encoder, form, stream
from gui.recording.clock import FilmClock
from gui.recording.encoder import Encoder
from gui.recording.form import Form
from gui.recording.grabber import Grabber

_FINISH_SECS = 20.0


class Recorder(QObject):
    """At most one film at a time. `ended` has a sentence, and the file, or an empty name where there is none.

    `changed`: a film begins, or no more of it is taken.  `ticked`: its length in seconds.
    """

    changed = Signal()
    ticked = Signal(float)
    ended = Signal(str, str)
    _encoded = Signal(object, str)

    def __init__(self, window: QWidget, command: Callable[[Form], list[str]] | None = None) -> None:
        """command: what encodes, for tests; by default ffmpeg."""
        super().__init__(window)
        self._window = window
        self._command = command
        self._form: Form | None = None
        self._grabber: Grabber | None = None
        self._clock: FilmClock | None = None
        self._encoder: Encoder | None = None
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._on_timeout)
        self._encoded.connect(self._on_encoded, Qt.ConnectionType.QueuedConnection)

    @property
    def is_recording(self) -> bool:
        """Whether pictures are taken; the file may still be on its way to the disk when they no longer are."""
        return self._timer.isActive()

    @property
    def seconds(self) -> float:
        """How long the film is by now."""
        return self._clock.seconds if self._clock is not None else 0.0

    def start(self, wanted: Form, part: Callable[[], QRect], ground: str) -> None:
        """Record this part of the window. Raises Notice where the film cannot be written."""
        self.stop()
        if self._encoder is not None and not self._encoder.join(0.0):
            raise Notice("The last film is still being written; try again in a moment.")
        wanted = form.checked(wanted)
        form.check_place(wanted.path)
        grabber = Grabber(self._window, part, ground)
        make = self._command or partial(_ffmpeg_command, ground=ground)
        self._form, self._grabber = wanted, grabber
        self._clock = FilmClock(wanted.rate, time.monotonic())
        self._encoder = Encoder(
            partial(make, wanted),
            wanted.path,
            lambda reason: self._encoded.emit(wanted, reason),
            head=stream.head(grabber.size.width(), grabber.size.height(), wanted.rate),
        )
        # A film begins with its first picture.
        self._take()
        self._timer.start(max(1, 1000 // wanted.rate))
        self.changed.emit()

    def stop(self) -> None:
        """No more pictures; the film is completed behind the scenes, and `ended` follows."""
        if self._timer.isActive():
            self._timer.stop()
            assert self._encoder is not None
            assert self._clock is not None
            self._encoder.close(self._clock.end(time.monotonic()))
            self.changed.emit()

    def finish(self) -> bool:
        """Stop, and wait until the file is complete; whether it is."""
        self.stop()
        return self._encoder is None or self._encoder.join(_FINISH_SECS)

    def _on_timeout(self) -> None:
        self._take()
        self.ticked.emit(self.seconds)

    def _take(self) -> None:
        """The pictures that are due; none where the encoder has no room for one."""
        clock, grabber, film = self._clock, self._grabber, self._encoder
        assert clock is not None
        assert grabber is not None
        assert film is not None
        due = clock.due(time.monotonic())
        if due is not None and not film.is_full and film.put(due, grabber.picture()):
            clock.take(due)

    def _on_encoded(self, wanted: Form, reason: str) -> None:
        if wanted is not self._form:
            return  # of a film before
        if self._timer.isActive():
            self._timer.stop()
            self.changed.emit()
        length = length_in_words(self.seconds)
        if not reason:
            self.ended.emit(f"The film of {length} is in {wanted.path}.", wanted.path)
        elif reason == encoder.FULL:
            self.ended.emit(f"The recording has ended after {length}, because {encoder.FULL}.", wanted.path)
        else:
            self.ended.emit(f"The recording has ended after {length}: {reason.rstrip('.')}.", "")


def length_in_words(seconds: float) -> str:
    """12 s as 0:12, an hour and a bit as 1:02:03."""
    minutes, secs = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{secs:02}" if hours else f"{minutes}:{secs:02}"


def _ffmpeg_command(wanted: Form, *, ground: str) -> list[str]:
    return form.command(encoder.ffmpeg(), wanted, ground=ground, is_live=True)
