"""A stroke that raises or digs a landscape: as few round bumps as make it smooth, all of it to the same height.

Bumps are (k, 4) of x, y, height in nats, width, as in messages.SetTarget. They are round on the plane, on which the
home view is a square. Not covered: their history (sculpting.py), the mouse (hand.py).
"""

import numpy as np

from engine.messages import Extent
from engine.recipe import MAX_BUMPS
from gui.edits import Floats

FULL = f"A landscape holds {MAX_BUMPS} bumps: undo or flatten some, or take a wider brush."
NO_BUMPS: Floats = np.zeros((0, 4))
# Bumps so many widths apart make a ridge whose ripples are below a thousandth of its height.
_SPACING = 1.5
_LOOKS = 8  # at each spacing along the way


class BumpStroke:
    """A stroke in progress. Going twice over the same place changes nothing: a new stroke does."""

    def __init__(self, home: Extent, width: float, height: float, room: int) -> None:
        """home: of the canvas; what lies beyond it is left alone, for there the exact answers are coarse.

        width: in the user's numbers along the shorter side of it.  height: nats, negative to dig.
        room: how many bumps there may be.
        """
        self._home, self._width, self._height, self._room = home, width, height, room
        x0, x1, y0, y1 = home
        sides = np.array([x1 - x0, y1 - y0])
        self._to_round = sides.min() / sides
        self._last: Floats | None = None
        self._middles: Floats = np.zeros((0, 2))
        self.is_full = False

    def move(self, x: float, y: float) -> bool:
        """On to here, or begin here; returns whether there are new bumps."""
        here = np.array([x, y])
        start = here if self._last is None else self._last
        self._last = here
        length = float(np.hypot(*((here - start) * self._to_round)))
        count = max(1, int(np.ceil(length / self._width / _SPACING * _LOOKS)))
        before = len(self._middles)
        for share in np.arange(1, count + 1) / count:
            self._try(start + share * (here - start))
        return len(self._middles) > before

    @property
    def bumps(self) -> Floats:
        """(k, 4): so high that the landscape changes by `height` in the middle of each."""
        if not len(self._middles):
            return NO_BUMPS
        away = (self._middles[:, None] - self._middles) * self._to_round
        overlap = np.exp(-(away**2).sum(2) / (2 * self._width**2))
        heights = np.linalg.solve(overlap, np.full(len(self._middles), self._height))
        return np.column_stack([self._middles, heights, np.full(len(heights), self._width)])

    def _try(self, place: Floats) -> None:
        """A bump here, if there is room and none is near."""
        x0, x1, y0, y1 = self._home
        if not (x0 <= place[0] <= x1 and y0 <= place[1] <= y1):
            return
        distances = np.hypot(*((self._middles - place) * self._to_round).T)
        if (distances < _SPACING * self._width * (1 - 1e-9)).any():
            return
        if len(self._middles) == self._room:
            self.is_full = True
            return
        self._middles = np.concatenate([self._middles, place[None]])
