"""`python -m engine.film_loop`: the engine of a film: as `python -m engine`, but time passes only by Tick.

Between two Ticks nothing happens. After one, all steps are made that are due by then, one after another, then all that
is seen is told, and at the end Ticked: the same messages give the same answers, however long they take.
Not covered: what a run does (run.py, chain_run.py), who asks (gui/recording/film_link.py).
"""

import os
import sys
import traceback
from typing import IO

from engine import clock
from engine.images.lanes import FAST, LOOP, SLOW, SLOWEST, lane_of
from engine.loop import Engine, ready
from engine.messages import (
    Failed,
    Message,
    Noticed,
    Tick,
    Ticked,
    ToEngine,
    TrainPictures,
    decode_for_engine,
    encode,
)
from engine.pipe import Inbox

# Steps that are due so soon after a picture belong to it: sums of fractions are never exact.
_SAME_SECS = 1e-6
# Adding what is left until a moment may fall short of it by the last bit.
_BEYOND_SECS = 1e-9
_TICKS = SLOWEST + 1


class FilmLoop:
    """An engine, and the time of its film."""

    def __init__(self, inbox: Inbox[ToEngine], write: IO[bytes]) -> None:
        self._inbox, self._write = inbox, write
        self._time = clock.begin_film()
        self._engine = Engine(inbox, self._send)

    def serve(self) -> None:
        """Until the process ends with its pipe."""
        self._send(ready())
        while True:
            for tick in self._inbox.take(None, _TICKS):
                assert isinstance(tick, Tick)
                # Of messages that replace one another the newest is there, since the Tick came after all of them.
                for lane in (LOOP, FAST, SLOW, SLOWEST):
                    for message in self._inbox.take(0.0, lane):
                        self._take(message, lane)
                self.pass_by(tick.seconds)
                self._send(Ticked())
                self._write.flush()

    def pass_by(self, seconds: float) -> None:
        """So much time passes; what is seen in the end is told."""
        time, end = self._time, self._time.now + seconds
        self._work_until(end)
        time.now, time.is_showing = max(time.now, end), True
        self._work_until(time.now)
        time.is_showing = False

    def _work_until(self, end: float) -> None:
        engine, time = self._engine, self._time
        while (wait := engine.secs_to_wait()) is not None and time.now + wait <= end + _SAME_SECS:
            time.now += wait + _BEYOND_SECS if wait > 0 else 0.0
            engine.work_once(time.now)

    def _take(self, message: ToEngine, lane: int) -> None:
        if isinstance(message, TrainPictures):
            self._send(Noticed("A film shows no training of pictures: how far it gets depends on the machine."))
        elif lane == LOOP:
            self._engine.take(message)
        else:
            self._engine.answers.take(message)

    def _send(self, message: Message) -> None:
        self._write.write(encode(message))


def _lane_of(message: ToEngine) -> int:
    return _TICKS if isinstance(message, Tick) else lane_of(message)


def main() -> None:
    """As in __main__.py: stdout belongs to the answers alone, and torch's own teardown would take seconds."""
    stdout = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    inbox = Inbox(
        sys.stdin.buffer,
        decode_for_engine,
        on_message=lambda: None,
        on_end=lambda reason: os._exit(1 if reason else 0),
        name="film-inbox",
        lane_of=_lane_of,
    )
    try:
        FilmLoop(inbox, stdout).serve()
    except BrokenPipeError:
        os._exit(0)  # whoever wanted the film is gone
    except Exception as error:
        stdout.write(encode(Failed(f"The engine could not go on: {error}", traceback.format_exc())) + encode(Ticked()))
        stdout.flush()
        os._exit(1)


if __name__ == "__main__":
    main()
