"""A lesson as a film: cue after cue, each for as long as it takes to read its words and to see what moves in it.

Not covered: the window in which it is played (studio.py).
"""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from gui.lecture.lesson import Cue, Lesson
from gui.recording.studio import Studio
from gui.transport import SPEEDS

# Words are read so fast, after a look at the picture; an equation takes longer than its letters say.
_WORDS_A_SEC, _LOOK_SECS, _EQUATION_SECS = 3.0, 1.5, 2.5
# What has come to rest is seen for so long.
_REST_SECS = 1.0
# What plays on for ever is seen for so long.
_ENDLESS_SECS = 8.0
# What learns as fast as it can takes as long as this in a film, of so many steps a second if it can.
_EASY_PACE, _LEAST_SECS, _MOST_SECS = 60.0, 3.0, 12.0


class Shot(NamedTuple):
    """A cue in a film. pace: steps a second of what goes as fast as it can."""

    seconds: float
    pace: float


def shots_of(lesson: Lesson) -> list[Shot]:
    """Of every cue, in their order."""
    shots: list[Shot] = []
    step = 0
    for cue in lesson.cues:
        step = 0 if cue.has_state else step
        shots.append(shot_of(cue, step))
        if cue.play is not None and cue.play.to is not None:
            step = max(step, cue.play.to)
    return shots


def shot_of(cue: Cue, step: int) -> Shot:
    """Of a cue that begins at this step of the experiment."""
    seconds, pace = [reading_secs(cue)], _EASY_PACE
    if cue.camera is not None:
        seconds.append(cue.camera.seconds + _REST_SECS)
    if cue.turn is not None:
        seconds.append(cue.turn.wait + cue.turn.seconds + _REST_SECS)
    if cue.play is not None and cue.play.to is None:
        seconds.append(_ENDLESS_SECS)
    elif cue.play is not None and cue.play.to is not None:
        count = max(0, cue.play.to - step)
        if cue.play.per_second is None:
            took = min(max(count / _EASY_PACE, _LEAST_SECS), _MOST_SECS)
            pace = max(1.0, count / took)
        else:
            took = count / _speed(cue.play.per_second)
        seconds.append(took + _REST_SECS)
    return Shot(cue.seconds if cue.seconds is not None else max(seconds), pace)


def reading_secs(cue: Cue) -> float:
    """For its words."""
    words = len(f"{cue.title} {cue.text}".split())
    return _LOOK_SECS + words / _WORDS_A_SEC + _EQUATION_SECS * bool(cue.equation)


class LessonFilm:
    """`num_pictures`, and the pictures one after another."""

    def __init__(self, lesson: Lesson, folder: Path, rate: int, seconds: float | None) -> None:
        """folder: where its projects lie.  rate: pictures a second.  seconds: of the whole film; None: as it suits.

        Where the length is wanted, the lesson goes faster or slower, so that all of it is seen.
        """
        self._lesson, self._folder = lesson, folder
        self._shots = shots_of(lesson)
        length = sum(shot.seconds for shot in self._shots)
        slower = 1.0 if seconds is None else seconds / length
        self._each_secs = 1 / (rate * slower)
        self._ends: list[int] = []
        gone = 0.0
        for shot in self._shots:
            gone += shot.seconds * slower
            self._ends.append(max(1, round(gone * rate)))
        self.num_pictures = self._ends[-1]
        self.pace = self._shots[0].pace

    def pictures(self, studio: Studio) -> Iterator[bytes]:
        """Of the whole lesson."""
        studio.link.pace = self._shots[0].pace
        player = studio.window.lecture.play(self._lesson, self._folder, has_clock=False)
        begin = 0
        for index, end in enumerate(self._ends):
            if index:
                studio.link.pace = self._shots[index].pace
                player.next()
            studio.wait_for(lambda: player.is_there, f"The experiment of cue {index + 1}")
            studio.hide_what_is_for_hands()
            for _ in range(begin, end):
                yield studio.picture()
                player.advance(self._each_secs)
                studio.pass_by(self._each_secs)
            begin = max(begin, end)


def _speed(per_second: float) -> float:
    """The nearest that the window has."""
    return min((each for each in SPEEDS if each is not None), key=lambda each: abs(each - per_second))
