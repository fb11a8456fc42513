"""One run of the engine that measures the trap: small pieces of it between the turns of the runs that are watched.

Not covered: what is measured (trap.py), and whose turn it is (loop.py).
"""

import math
import time
from collections.abc import Callable, Iterator

from engine import devices
from engine.chain_source import Source
from engine.messages import MeasureTrap, Message, TrapPoint
from engine.notice import Notice
from engine.sculpture import shaped
from engine.trap import Point, trap

# A turn takes about so long.
_SLICE_SECS = 0.004


class TrapRun:
    """It works until every point is told, and cannot be paused: it can be ended."""

    def __init__(self, message: MeasureTrap, source: Source, send: Callable[[Message], None]) -> None:
        """Raises Notice where there is nothing to walk on."""
        self.number = message.run
        self.spent_secs = 0.0
        self._send, self._source, self._version = send, source, source.version
        device = devices.chosen(message.device)
        self._points: Iterator[Point | None] | None = trap(
            lambda sharpness: shaped(source.target, message.bumps, sharpness, source.plane, device),
            message.samplers,
            message.sharpnesses,
            message.seed,
            device,
        )

    @property
    def is_playing(self) -> bool:
        return self._points is not None

    def secs_until_work(self, now: float) -> float:
        """0 while there is something left to measure."""
        return 0.0 if self._points is not None else math.inf

    def work(self, now: float, num_sharing: int) -> None:
        """Steps for a few milliseconds. Raises Notice where the landscape is no longer the same."""
        if self._source.version != self._version:
            raise Notice(
                "The landscape changed while the trap was measured. Pause the training, then measure again: "
                "a curve is of one landscape."
            )
        while self._points is not None:
            try:
                point = next(self._points)
            except StopIteration:
                self.pause()
                return
            if point is not None:
                self._send(TrapPoint(self.number, *point))
            if time.perf_counter() - now > _SLICE_SECS:
                return

    def pause(self) -> None:
        """The rest is let go."""
        self._points = None

    stop = close = pause
