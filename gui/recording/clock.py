"""The clock of a live film: which of its pictures is due, so that a film lasts as long as what it shows."""


class FilmClock:
    """Picture n is due n / rate seconds after the beginning. Times are those of time.monotonic()."""

    def __init__(self, rate: int, began: float) -> None:
        self._rate, self._began = rate, began
        self._num = 0

    def due(self, now: float) -> int | None:
        """The number of the picture that is to be shown now; None where it has been taken already."""
        index = int((now - self._began) * self._rate)
        return index if index >= self._num else None

    def take(self, index: int) -> None:
        """A picture was handed over; where numbers were left out, the one before is shown for longer."""
        self._num = index + 1

    def end(self, now: float) -> int:
        """The film ends: returns how many pictures it has."""
        self._num = max(self._num, int((now - self._began) * self._rate) + 1)
        return self._num

    @property
    def seconds(self) -> float:
        """How long the film is by now."""
        return self._num / self._rate
