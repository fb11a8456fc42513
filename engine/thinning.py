"""Which of many moments go when memory is short: they are dense near the end, and ever sparser before it.

Of all but the first and the last those go whose neighbours lie the closest for how long ago they are, so that the gaps
double as one goes back. A moment is the number of its step; nothing is known here of what is kept there.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def missed(steps: Sequence[int], now: int) -> NDArray[np.float64]:
    """How much each moment would be missed, (n,): the share of its age that the gap without it would take.

    steps: rising, none after `now`.  The first and the last cannot go: infinity.
    """
    found = np.full(len(steps), np.inf)
    if len(steps) > 2:
        at = np.asarray(steps, np.float64)
        found[1:-1] = (at[2:] - at[:-2]) / (now - at[:-2] + 1)
    return found


def surplus(tracks: Sequence[tuple[Sequence[int], int, Sequence[int]]], excess: int) -> list[set[int]]:
    """The indices, track by track, of those that go so that at least `excess` is freed, or all that can at once.

    tracks: steps, now, and the size of each.  No two neighbours go at once: one of them would be missed then.
    """
    going: list[set[int]] = [set() for _ in tracks]
    found = [
        (each, track, index) for track, (steps, now, _) in enumerate(tracks) for index, each in _ranked(steps, now)
    ]
    for _, track, index in sorted(found):
        if excess <= 0:
            break
        if not going[track] & {index - 1, index + 1}:
            going[track].add(index)
            excess -= tracks[track][2][index]
    return going


def _ranked(steps: Sequence[int], now: int) -> list[tuple[int, float]]:
    return [(index, each) for index, each in enumerate(missed(steps, now).tolist()) if each < np.inf]
