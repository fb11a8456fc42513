"""What every message is, and what several of them hold."""

import msgspec
import numpy as np

Extent = tuple[float, float, float, float]
NO_POINTS, NO_FIELD, NO_ARROWS = np.zeros((0, 2)), np.zeros((0, 0), np.float32), np.zeros((0, 4))


class Message(msgspec.Struct, frozen=True, tag=True):
    """A message. Newer ones replace waiting ones of the same kind and run, unless `is_event` says each counts."""

    @property
    def is_event(self) -> bool:
        return False

    @property
    def replaces(self) -> tuple[str, int]:
        """What a newer message takes the place of: those with the same value."""
        return type(self).__name__, getattr(self, "run", 0)

    @property
    def outdates(self) -> tuple[tuple[str, int], ...]:
        """Waiting messages that this one makes void, by what they `replace`."""
        return ()


class Event(Message, frozen=True):
    """A message that must arrive even when another of its kind follows at once."""

    @property
    def is_event(self) -> bool:
        return True


class Figure(msgspec.Struct, frozen=True):
    """What a model draws on the plane, in the user's numbers, float64.

    lines: (k, 2), all lines one after another; offsets: (lines + 1,) int32, where each begins.
    arrows: (m, 4), from x, y to x, y.  dots: (n, 2).
    """

    lines: np.ndarray
    offsets: np.ndarray
    arrows: np.ndarray
    dots: np.ndarray


NO_FIGURE = Figure(NO_POINTS, np.zeros(1, np.int32), NO_ARROWS, NO_POINTS)
